"""Turns the versions that init entries name into the paths where the catalog says they lie."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.ir.node import Lit, Seq, replace
from pxc.ir.program import Program, Version
from pxc.ir.run import Init
from pxc.passes.connection_names import with_pods
from pxc.world import World

__all__ = ["with_versions"]

_FIELDS = {"model_ref": "Model", "artifact_ref": "Artifact", "lineage_ref": "Lineage"}
_LATEST = "latest"


def with_versions(program: Program, world: World, report: Report) -> Program:
    """The program whose init entries have `connection` and `paths` in the place of a version.

    A catalog without any version of a kind knows nothing of it, and the entry stays as it is.
    PXC231 for a name that the catalog lacks, PXC118 for an entry with another connection than the
    version's.
    """
    assert program.composed is not None
    known = {field: world.catalog.versions(kind) for field, kind in _FIELDS.items()}
    if not any(known.values()):
        return program

    def entry(node: Any) -> Any:
        for field, versions in known.items():
            name = getattr(node, field) if isinstance(node, Init) else None
            if isinstance(name, Lit) and isinstance(name.value, str) and versions:
                return _bound(node, field, name, versions, world, report)
        return node

    def changed(pod: Any) -> Any:
        init = getattr(pod, "init", None)
        if not isinstance(init, Seq):
            return pod
        return replace(pod, init=replace(init, items=tuple(map(entry, init.items))))

    composed = replace(program.composed, run=with_pods(program.composed.run, changed))
    return replace(program, composed=composed)


def _bound(
    entry: Init,
    field: str,
    name: Lit[str],
    versions: tuple[Version, ...],
    world: World,
    report: Report,
) -> Init:
    owner = world.options.owner
    meant = _parts(name.value, owner)
    version = next((v for v in versions if _parts(v.name, owner) == meant), None)
    if version is None:
        _unknown(field, name, versions, report)
        return entry
    own: Any = entry.connection
    store = version.connection.value if version.connection else world.catalog.artifacts_store
    lies_in: Any = None if version.connection is None else Lit(name.span, store)
    if isinstance(own, Lit) and own.value is not None:
        if own.value != store:
            _elsewhere(own, version, store, report)
        lies_in = own
    # A path that its author wrote in the file would stand where the version is named.
    paths = Seq(name.span, tuple(_here(path, name) for path in version.paths))
    return replace(entry, **{field: None, "connection": lies_in, "paths": paths})


def _here(path: Any, name: Lit[str]) -> Any:
    if isinstance(path, Seq):
        return Seq(name.span, tuple(_here(item, name) for item in path.items))
    return Lit(name.span, path.value)


def _parts(text: str, owner: str) -> tuple[str, str, str]:
    """Owner, project and version, as Polyaxon reads `[OWNER/]PROJECT[:VERSION]`."""
    project, _, version = text.partition(":")
    before, _, last = project.replace(".", "/").rpartition("/")
    return before or owner, last, version or _LATEST


def _unknown(field: str, name: Lit[str], versions: tuple[Version, ...], report: Report) -> None:
    names = [version.name for version in versions]
    near = nearest(name.value, names)
    hint = f"did you mean `{near}`? " if near else ""
    kind = _FIELDS[field].lower()
    report.add(
        "PXC231",
        f"the {kind} `{name.value}` is not in the catalog",
        name.span,
        help=f"{hint}{kind}s: {allowed(names)}",
    )


def _elsewhere(own: Lit[Any], version: Version, store: str | None, report: Report) -> None:
    report.add(
        "PXC118",
        f"the files of `{version.name}` lie in the connection `{store}`, not in `{own.value}`",
        own.span,
        notes=(Note("the catalog says so here", version.place),),
        help="leave `connection` out",
    )
