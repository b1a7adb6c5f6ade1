"""Turns `run` into the runtime of its kind, and kindless fields into a patch of a known kind."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.build import Builder, key_name
from pxc.grammar.runtimes import LEGACY, OPAQUE, REPLICA, RUN
from pxc.grammar.shape import wrong_type
from pxc.grammar.shapes import Anything
from pxc.ir.node import Invalid, Lit, Map
from pxc.ir.run import Cluster, Distributed, Legacy, Replica, Run


def read_run(builder: Builder, node: Any, what: str) -> Any:
    """`run`: typed when it has a kind, else kept as written until the base is known."""
    if not isinstance(node, Map):
        wrong_type(node, "run", "a map with a `kind`", builder.report)
        return Invalid(node.span)
    if node.get("kind") is None:
        return node
    return build_runtime(builder, node)


def build_runtime(builder: Builder, node: Map) -> Any:
    """A runtime with a `kind` of its own."""
    kind = node.get("kind")
    name = kind.value if isinstance(kind, Lit) else None
    if isinstance(name, str) and name in LEGACY and kind is not None:
        builder.report.add(
            "PXC122",
            f"`kind: {name}` belongs to older releases of Polyaxon",
            kind.span,
            help=_SUCCESSORS.get(name, "release 2.18 refuses it"),
        )
        if name in OPAQUE:
            fields = tuple((k, v) for k, v in node.entries if key_name(k) != "kind")
            return Legacy(
                node.span, name, builder.anything(Anything(), Map(node.span, fields), "run")
            )
    return builder.by_kind(RUN, node, "run")


_SUCCESSORS = {
    "rayjob": "use `raycluster`, which takes an `entrypoint`",
    "ray": "use `raycluster`",
    "daskjob": "use `daskcluster`",
    "dask": "use `daskcluster`",
}


def build_run(kind: str, fields: Map, report: Report) -> Run | Replica | None:
    """Fields without a kind, read as a patch of a runtime of this kind.

    On a runtime made of roles, fields of a pod patch every role: they are read as a replica.
    PXC123 for a patch of another kind.
    """
    builder = Builder(report, preset=True)
    own = fields.get("kind")
    if isinstance(own, Lit) and own.value != kind:
        report.add(
            "PXC123",
            f"a patch of `kind: {own.value}` does not fit a runtime of `kind: {kind}`",
            own.span,
            help="leave `kind` out of the patch",
        )
        return None
    model = RUN.models.get(kind)
    if model is None:
        return None
    entries = tuple((k, v) for k, v in fields.entries if key_name(k) != "kind")
    if issubclass(model.cls, Distributed | Cluster) and _patches_roles(entries):
        model = REPLICA
    built = builder.model(model, Map(fields.span, entries), "runPatch")
    return None if isinstance(built, Invalid) else built


def _patches_roles(entries: tuple[tuple[Any, Any], ...]) -> bool:
    return bool(entries) and all(key_name(k) in REPLICA.fields for k, _ in entries)
