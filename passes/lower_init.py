"""Lowers `run.init` to the steps a pod takes before its main container."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report, allowed
from pxc.ir.node import KObject, Lit, Map, Seq, Template, is_null, plain
from pxc.ir.plan import ContainerStep, Demand, GitStep
from pxc.ir.program import Connection, Program
from pxc.ir.run import GitInit, Init
from pxc.passes.global_names import ARTIFACTS_PATH

_HANDLERS = (
    ("artifacts", "artifacts"), ("paths", "paths"), ("dockerfile", "dockerfile"),
    ("file", "file"), ("tensorboard", "tensorboard"), ("lineage_ref", "lineageRef"),
    ("model_ref", "modelRef"), ("artifact_ref", "artifactRef"),
)  # fmt: skip


def lower_init(
    run: Any, program: Program, demands: list[Demand], report: Report
) -> tuple[GitStep | ContainerStep, ...]:
    """The steps in authored order; entries that no step carries become demands.

    A `git` entry is a checkout into `<path>/<name>`, the name being the connection's or the last
    part of the URL. Source: specification of runtimes, section 4. PXC104 for an entry that brings
    nothing in and a git entry without a URL, PXC703 for a path that only the run knows.
    """
    steps: list[GitStep | ContainerStep] = []
    for entry in run.init.items if isinstance(run.init, Seq) else ():
        if not isinstance(entry, Init):
            continue
        path = _known(entry.path, "init.path", report)
        demand = _demand(entry, program)
        if demand is not None:
            demands.append(demand)
        elif isinstance(entry.git, GitInit):
            step = _git(entry, entry.git, path or ARTIFACTS_PATH, program, report)
            if step is not None:
                steps.append(step)
        elif isinstance(entry.container, KObject):
            steps.append(ContainerStep(entry.span, entry.container, path))
        elif _is_empty(entry):
            report.add(
                "PXC104",
                "an `init` entry brings nothing in",
                entry.span,
                help=f"add {allowed((*(key for _, key in _HANDLERS), 'git', 'container'))}",
            )
    return tuple(steps)


def _is_empty(entry: Init) -> bool:
    """Whether an entry has neither a kind of thing to bring in nor a connection, faulty or not."""
    parts = (entry.git, entry.container, entry.connection)
    return all(part is None or is_null(part) for part in parts)


def _demand(entry: Init, program: Program) -> Demand | None:
    for attribute, key in _HANDLERS:
        value: Any = getattr(entry, attribute)
        if value is not None and not is_null(value):
            return Demand(value.span, f"init.{key}", f"init: {key}")
    connection: Any = entry.connection
    if isinstance(connection, Template):
        what = f"init: connection: {connection.text}"
        return Demand(connection.span, "init.connection", what)
    if isinstance(connection, Lit) and connection.value is not None:
        found = _connection(program, connection.value)
        plain_git = found is not None and found.kind == "git" and not _credentials(found)
        if not plain_git:
            what = f"init: connection: {connection.value}"
            return Demand(connection.span, "init.connection", what)
    if isinstance(entry.git, GitInit) and isinstance(entry.container, KObject):
        return Demand(
            entry.container.span, "init.git.container", "init: a git step's own container"
        )
    return None


def _credentials(connection: Connection) -> bool:
    parts = (connection.secret, connection.config_map, connection.env, connection.annotations)
    return any(part is not None and not is_null(part) for part in parts)


def _git(entry: Init, git: GitInit, root: str, program: Program, report: Report) -> GitStep | None:
    connection = _connection(program, plain(entry.connection)) if entry.connection else None
    schema = connection.schema if connection is not None else None
    url = git.url if git.url is not None and not is_null(git.url) else _field(schema, "url")
    if not isinstance(url, Lit | Template) or is_null(url):
        report.add(
            "PXC104",
            "a `git` entry needs a `url` or a `connection`",
            git.span,
            help="add `url: https://...`",
        )
        return None
    revision = git.revision if not is_null(git.revision) else None
    _known(git.flags, "init.git.flags", report)
    flags = git.flags if isinstance(git.flags, Seq) else _field(schema, "flags")
    name = connection.name if connection is not None else _repository(url, report)
    return GitStep(
        entry.span,
        url,
        revision if revision is not None else _field(schema, "revision"),
        tuple(flags.items) if isinstance(flags, Seq) else (),
        f"{root.rstrip('/')}/{name}",
        root,
    )


def _repository(url: Lit[str] | Template, report: Report) -> str:
    """The directory git itself would choose: the last part of the URL without `.git`."""
    text = url.value if isinstance(url, Lit) else url.text
    last = str(text).rstrip("/").replace(":", "/").rsplit("/", 1)[-1]
    if "}}" in last:
        _known(url, "init.git.url", report)
    return last.removesuffix(".git") or "repository"


def _connection(program: Program, name: Any) -> Connection | None:
    return next((c for c in program.connections if c.name == name), None)


def _field(schema: Any, key: str) -> Any:
    if isinstance(schema, Map):
        found = schema.get(key)
        return None if is_null(found) else found
    return None


def _known(field: Any, what: str, report: Report) -> str | None:
    """The text of a field; PXC703 when only the run knows it."""
    if isinstance(field, Template):
        report.add("PXC703", f"`{what}` needs a value that is known before the run", field.span)
    return str(field.value) if isinstance(field, Lit) and field.value is not None else None
