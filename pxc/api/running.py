"""Compiles and lints a text under the settings of its workspace, as the command line does."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from pxc.api.workspace import Choice, requests_for
from pxc.diagnostics import Diagnostic, Report
from pxc.driver import Outcome, compile_request, lint_request
from pxc.lint.settings import Settings
from pxc.request import SourceText

__all__ = ["compile_text", "lint_text"]


def compile_text(
    given: SourceText, place: Path, choice: Choice, told: Iterable[Diagnostic]
) -> Outcome:
    """What a text at a place is compiled to; `told` is what was found before. Raises ValueError."""
    asked = requests_for(given, place, choice)
    release = Settings(spec_version=asked.settings.spec_version)
    trusted = replace(asked.trusted, settings=release)
    if asked.proposed is None:
        outcome = compile_request(trusted)
    else:
        from pxc.changed_rules import compile_change

        outcome = compile_change(trusted, replace(asked.proposed, settings=release))
    for found in told:
        outcome.report.keep(found)
    return outcome


def lint_text(
    given: SourceText, place: Path, choice: Choice, told: Iterable[Diagnostic]
) -> Outcome:
    """What a linter finds in a text, but for what a baseline knows. Raises ValueError."""
    asked = requests_for(given, place, replace(choice, may_fetch=False))
    outcome = lint_request(asked.trusted)
    for found in told:
        outcome.report.keep(found)
    if asked.settings.baseline is not None:
        outcome.report = _unknown(outcome.report, Path(asked.settings.baseline))
    return outcome


def _unknown(found: Report, path: Path) -> Report:
    """The findings that a baseline does not know. Raises ValueError for one that cannot be used."""
    from pxc.lint.baseline import Baseline, BaselineError

    folder = path.absolute().parent

    def name_of(name: str) -> str:
        return os.path.relpath(Path(name).absolute(), folder).replace(os.sep, "/")

    try:
        known = Baseline.parse(path.read_text("utf-8"), name_of)
    except BaselineError as fault:
        raise ValueError(f"the baseline {path} {fault}") from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise ValueError(f"the baseline {path} cannot be read: {fault}") from fault
    kept = Report()
    for each in known.new(found):
        kept.keep(each)
    return kept
