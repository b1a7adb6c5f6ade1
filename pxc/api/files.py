"""Compiles and lints a file from disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pxc.api.running import compile_text, lint_text
from pxc.api.workspace import Choice
from pxc.diagnostics import Report
from pxc.driver import Outcome
from pxc.options import EARLIER, EarlierRun
from pxc.request import SourceText

if TYPE_CHECKING:
    from pxc.access.principal import Principal

__all__ = ["compile_file", "given_file", "lint_file"]


def compile_file(
    path: str | Path,
    *,
    params: dict[str, Any] | None = None,
    target: str = "kubernetes",
    principal: Principal | None = None,
    today: str = "",
    locked: bool = False,
    offline: bool = False,
    allow_python: bool = False,
    resume: str | None = None,
    restart: str | None = None,
    copy: str | None = None,
    copy_dirs: tuple[str, ...] = (),
    copy_files: tuple[str, ...] = (),
    iteration: int | None = None,
) -> Outcome:
    """Compile one file from disk under its workspace's pxc.yaml, as `pxc compile` does.

    `params` values that are not text are passed as JSON. `principal` is who asks, as whoever calls
    this knows it, and `today` a day as `2027-03-31`; without, what ends has ended: grants, and
    bundles that are a catalog. With `locked` only components that pxc.lock has are taken, with
    `offline` no registry is asked. A Python file, `file.py` or `file.py:name`, is executed with
    `allow_python` alone. `resume`, `restart` or `copy` is the uuid of a run to begin from;
    `copy_dirs` and `copy_files` are what of it is copied, `iteration` how often it was done. What
    is wrong with the file is in the outcome. Raises OSError for a file that cannot be read, and
    ValueError for two of these, for a pxc.yaml that is at fault, or whose names end in a revision
    that only the command line gives, and for a catalog or a commit that is not trusted or not to be
    had.
    """
    told = Report()
    given = given_file(str(path), told, allow_python=allow_python)
    if given is None:
        return Outcome(told)
    choice = Choice(
        target=target,
        params=params or {},
        principal=principal,
        today=today,
        locked=locked,
        offline=offline,
        earlier=begun_from((resume, restart, copy, copy_dirs, copy_files, iteration)),
    )
    return compile_text(given, Path(given.name), choice, told)


def lint_file(
    path: str | Path,
    *,
    principal: Principal | None = None,
    today: str = "",
) -> Outcome:
    """Lint one file from disk under its workspace's settings, as `pxc lint` does.

    Of components only those are looked into that `principal` may pull; nothing elsewhere is asked.
    Of a Python file only the syntax is looked at: a linter executes nothing. Raises as
    `compile_file` does, and ValueError for settings of lint and a baseline that are at fault.
    """
    if ".py" in str(path):
        from pxc.driver.python_files import check_syntax, python_file

        python = python_file(str(path))
        if python is not None:
            told = Report()
            check_syntax(_read(str(python.path)), told)
            return Outcome(told)
    given = _read(str(path))
    return lint_text(given, Path(given.name), Choice(principal=principal, today=today), Report())


def begun_from(given: tuple[Any, ...]) -> EarlierRun | None:
    """The run that a run begins from, by the values of `EARLIER`. Raises ValueError."""
    if all(value in (None, ()) for value in given):
        return None
    from pxc.driver.earlier import earlier_run

    return earlier_run(dict(zip(EARLIER, given, strict=True)), lambda name: f"`{name}`")


def given_file(path: str, report: Report, *, allow_python: bool) -> SourceText | None:
    """The file of a path, and what it makes where it is Python; None after a report."""
    if not path.endswith(".py") and ".py:" not in path:
        return _read(path)
    from pxc.driver.python_files import execute_file, python_file, refuse_python

    python = python_file(path)
    if python is None:
        return _read(path)
    text = _read(str(python.path))
    if allow_python:
        return execute_file(text, python.attribute, report)
    refuse_python(text, report, can_allow=True)
    return None


def _read(path: str) -> SourceText:
    return SourceText(path.replace("\\", "/"), Path(path).read_bytes())
