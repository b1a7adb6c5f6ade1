"""Compiles and lints a file from disk under the settings of its workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.driver import Outcome, compile_request, lint_request
from pxc.options import EARLIER
from pxc.request import Request, SourceText

if TYPE_CHECKING:
    from pxc.access.principal import Principal

__all__ = ["compile_file", "lint_file", "read_plain_yaml", "read_settings_yaml"]


def read_plain_yaml(name: str, data: bytes, report: Report) -> Any:
    """The bare data of a YAML file that is no Polyaxonfile; None when it cannot be read."""
    from pxc.grammar.yaml_tree import load_source, read_yaml
    from pxc.ir.node import plain

    source = load_source(name, data, report)
    tree = read_yaml(source, report) if source is not None else None
    return plain(tree) if tree is not None else None


def read_settings_yaml(path: Path) -> Any:
    """The bare data of a settings file. Raises ValueError with the first thing that is wrong."""
    from pxc.workspace import read_bytes

    try:
        data = read_bytes(path)
    except OSError as fault:
        raise ValueError((fault.strerror or "cannot be opened").lower()) from fault
    report = Report()
    tree = read_plain_yaml(str(path), data, report)
    for found in report:
        if report.has_errors:
            raise ValueError(f"line {found.span.line}: {found.message}")
    return tree


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
    """Compile one file from disk under its workspace's pxc.yaml.

    `params` values that are not text are passed as JSON. `principal` is who asks, as whoever calls
    this knows it, and `today` a day as `2027-03-31`; without, what ends has ended: grants, and
    bundles that are a catalog. With `locked` only components that pxc.lock has are taken, with
    `offline` no registry is asked. A Python file, `file.py` or `file.py:name`, is executed with
    `allow_python` alone. `resume`, `restart` or `copy` is the uuid of a run to begin from;
    `copy_dirs` and `copy_files` are what of it is copied, `iteration` how often it was done.
    Raises ValueError for two of these, for a pxc.yaml that is at fault, or whose names end in a
    revision that only the command line gives, and for a catalog that is not trusted or not to be
    had.
    """
    from pxc.defaults import revision_fault

    told = Report()
    given = _given(str(path), told, allow_python=allow_python)
    if given is None:
        return Outcome(told)
    request = _file_request(
        given, params or {}, target, today=today, locked=locked, offline=offline
    )
    request = replace(request, principal=principal)
    fault = revision_fault(request.options)
    if fault is not None:
        raise ValueError(fault)
    begins = (resume, restart, copy, copy_dirs, copy_files, iteration)
    if any(value not in (None, ()) for value in begins):
        from pxc.driver.earlier import earlier_run

        earlier = earlier_run(dict(zip(EARLIER, begins, strict=True)), lambda name: f"`{name}`")
        request = replace(request, options=replace(request.options, earlier=earlier))
    outcome = compile_request(request)
    for found in told:
        outcome.report.keep(found)
    return outcome


def lint_file(path: str | Path, *, principal: Principal | None = None, today: str = "") -> Outcome:
    """Lint one file from disk under its workspace's pxc.yaml, as `compile_file` does.

    Of components only those are looked into that `principal` may pull; nothing elsewhere is asked.
    """
    given = _read(str(path))
    if given.name.endswith(".py"):
        from pxc.driver.python_files import check_syntax

        told = Report()
        check_syntax(given, told)
        return Outcome(told)
    request = _file_request(given, {}, "kubernetes", today=today, may_fetch=False)
    return lint_request(replace(request, principal=principal))


def _given(path: str, report: Report, *, allow_python: bool) -> SourceText | None:
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


def _file_request(
    given: SourceText,
    params: dict[str, Any],
    target: str,
    *,
    today: str,
    locked: bool = False,
    offline: bool = False,
    may_fetch: bool = True,
) -> Request:
    import json

    from pxc.catalog.bundle import BUNDLE_SUFFIX
    from pxc.defaults import read_defaults
    from pxc.workspace import find_root

    pairs = tuple((k, v if isinstance(v, str) else json.dumps(v)) for k, v in params.items())
    root = find_root(Path(given.name))
    defaults = read_defaults(root, read_settings_yaml)
    given_hub = defaults.options.hub
    hub = replace(
        given_hub, locked=locked or given_hub.locked, offline=offline or given_hub.offline
    )
    catalog = defaults.catalog
    if defaults.repositories or any(each.suffix == BUNDLE_SUFFIX for each in catalog):
        from pxc.driver.catalogs import open_catalogs

        asked = replace(hub, offline=hub.offline or not may_fetch)
        catalog = open_catalogs(
            catalog, defaults.repositories, defaults.trust.signers, asked, root, today=today
        )
    return Request(
        files=(given,),
        params=pairs,
        target=target,
        options=replace(defaults.options, hub=hub),
        root=root,
        catalog=catalog,
        today=today,
    )
