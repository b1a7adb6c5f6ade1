"""Reads the rules that a command of `pxc acl` asks, by the options that these commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pxc.access.decision import Settings
from pxc.cli.findings import printed
from pxc.cli.options import catalog_option, catalog_ref_option, color_option, isolated_option
from pxc.cli.principals import a_day
from pxc.cli.workspaces import Workspaces
from pxc.diagnostics import Report
from pxc.lint.settings_file import WORKSPACE_FILE
from pxc.workspace import display_name

if TYPE_CHECKING:
    from pxc.access.claims import Claim
    from pxc.access.judge import Judge
    from pxc.access.organization import Rules
    from pxc.access.principal import Principal
    from pxc.defaults import Defaults

__all__ = [
    "Asked",
    "asked",
    "claim_of",
    "judge_of",
    "placed_of",
    "project_option",
    "read_rules_of",
    "rules_options",
    "subject_of",
    "text_or_json",
    "today_option",
]

F = TypeVar("F", bound=Callable[..., Any])


class Asked:
    """What a command of `pxc acl` asks: rules, the workspace's defaults, the catalog's paths."""

    def __init__(
        self, rules: Rules, defaults: Defaults, paths: tuple[Path, ...], root: Path
    ) -> None:
        self.root = root
        self.rules = rules
        self.defaults = defaults
        self.paths = paths


def asked(catalogs: tuple[str, ...], ref: str | None, isolated: bool, color: str) -> Asked:
    """The rules of the named catalogs, or of the workspace's; faults of them exit with 2."""
    workspaces = Workspaces(isolated=isolated, catalogs=catalogs, ref=ref)
    root = workspaces.root_of(WORKSPACE_FILE)
    defaults = workspaces.defaults_of(root)
    paths = tuple(_shown(path) for path in defaults.catalog)
    rules = read_rules_of(paths, root, color)
    if not rules.declared:
        say = "nothing is declared of who may use what: everything is allowed"
        click.echo(f"pxc: {say}", err=True)
    return Asked(rules, defaults, paths, root)


def _shown(path: Path) -> Path:
    """A path as places are to show it; one of a commit is what reads it, and stays."""
    return Path(display_name(path)) if type(path) is type(Path()) else path


def read_rules_of(paths: tuple[Path, ...], root: Path, color: str) -> Rules:
    """The rules of a catalog; faults of it are told, and end the command with 2."""
    from pxc.driver.access import read_rules

    report = Report()
    rules = read_rules(paths, root, report)
    if report.has_errors:
        printed(report.sorted(), len(paths), "text", color, sys.stderr)
        click.get_current_context().exit(2)
    return rules


def judge_of(found: Asked, today: str) -> Judge:
    """What decides by the rules, as strictly as the workspace says."""
    from pxc.access.judge import Judge

    return Judge(found.rules, today=today, settings=settings_of(found.defaults))


def settings_of(defaults: Defaults) -> Settings:
    """How strictly a workspace has it decided."""
    options = defaults.options.acl
    return Settings(undeclared=options.undeclared, unresolved=options.unresolved)


def subject_of(rules: Rules, text: str) -> tuple[Rules, Principal]:
    """Whom an argument means, with the rules that a team is asked by. Raises UsageError."""
    from pxc.access.questions import as_subject

    try:
        return as_subject(rules, text)
    except ValueError as fault:
        raise click.UsageError(_sentence(fault)) from fault


def claim_of(words: tuple[str, ...]) -> Claim:
    """The claim of `[use] connection:imagenet`. Raises UsageError."""
    from pxc.access.questions import ACTIONS, question

    action, what = words if len(words) == 2 else ("use", words[0])
    if len(words) > 2 or action not in ACTIONS:
        raise click.UsageError(f"Write [{'|'.join(ACTIONS)}] KIND:NAME, not '{' '.join(words)}'.")
    try:
        return question(what, action)
    except ValueError as fault:
        raise click.UsageError(_sentence(fault)) from fault


def placed_of(claim: Claim, found: Asked) -> Claim:
    """A claim of a component by the name that rules have for it in the workspace."""
    if claim.kind != "component":
        return claim
    from pxc.driver.hubs import hub_of
    from pxc.hub.placing import placed_claim

    hub = hub_of(found.root, found.defaults.options.hub, may_fetch=False)
    return placed_claim(claim, hub.name_in_rules)


def project_of(found: Asked, project: str | None) -> str:
    """The project of the command line, else of the workspace."""
    return project if project is not None else found.defaults.options.project


def rules_options(command: F) -> F:
    """`--catalog`, `--catalog-ref`, `--isolated` and `--color`."""
    return catalog_option(catalog_ref_option(isolated_option(color_option(command))))


def project_option(command: F) -> F:
    """`-p`: the project that is asked about."""
    return click.option(
        "-p", "--project", metavar="NAME", help="The project; otherwise that of pxc.yaml."
    )(command)


def today_option(command: F) -> F:
    """`--today`: the day that grants with an end are held against."""
    return click.option(
        "--today", metavar="DAY", callback=a_day,
        help="Decide as on this day, such as 2027-03-31.  [default: today, in UTC]",
    )(command)  # fmt: skip


def text_or_json(command: F) -> F:
    """`--format`: text for people, or JSON."""
    return click.option(
        "--format", "format_", type=click.Choice(("text", "json")), default="text",
        show_default=True, help="How the answer is written.",
    )(command)  # fmt: skip


def _sentence(fault: ValueError) -> str:
    text = str(fault)
    return f"{text[:1].upper()}{text[1:]}."
