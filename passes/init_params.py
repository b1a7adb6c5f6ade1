"""Turns params with `toInit` into the init entries that go before those of the runtime."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report, allowed
from pxc.ir.node import Invalid, Lit, Map, Node, is_null, plain, replace
from pxc.ir.program import Binding
from pxc.ir.run import (
    ArtifactsInit,
    DockerfileInit,
    FileInit,
    GitInit,
    Init,
    TensorboardInit,
)
from pxc.passes.lowering import Lowering, known
from pxc.source import Span

__all__ = ["param_entries"]

_MODELS: dict[str, type[Node]] = {
    "git": GitInit, "dockerfile": DockerfileInit, "artifacts": ArtifactsInit, "file": FileInit,
    "tensorboard": TensorboardInit,
}  # fmt: skip
"""The types whose value is what an init entry holds under their name."""


def param_entries(lowering: Lowering) -> tuple[Init, ...]:
    """One entry for each such param, in the order of the declarations.

    The value of a typed input becomes the entry's own field; of any other type only the connection
    is brought in. PXC104 for a param without either, PXC703 for a value that only the run knows.
    Source: specification of inputs, section 5.4.
    """
    found = (_entry(b, lowering) for b in lowering.program.bindings if b.to_init)
    return tuple(entry for entry in found if entry is not None)


def _entry(binding: Binding, lowering: Lowering) -> Init | None:
    span, report, value = binding.given_at or binding.span, lowering.report, binding.settled
    if isinstance(value, Invalid):
        return None
    connection = Lit(span, binding.connection) if binding.connection else None
    entry = Init(span, connection=connection)
    model = _MODELS.get(binding.type)
    if value is None or is_null(value):
        if connection is None and not binding.type:
            _refuse(binding, span, report)
        return entry if connection is not None else None
    if model is not None:
        if isinstance(value, Map):
            return replace(entry, **{binding.type: _read(model, value, binding.type, report)})
        known(value, f"toInit of {binding.name}", report)
        return None
    if connection is None:
        _refuse(binding, span, report)
        return None
    return replace(entry, paths=value) if binding.type == "path" else entry


def _read(model: type[Node], value: Map, what: str, report: Report) -> Node:
    """A map as the node of its model. Its keys were checked unless parts of it were templates."""
    fields = {_camel(name): name for name in model.__struct_fields__ if name != "span"}
    given: dict[str, Any] = {}
    for key, item in value:
        name = _camel(str(plain(key)))
        if name in fields:
            given[fields[name]] = item
            continue
        report.add(
            "PXC206",
            f"`{name}` is not a key of `{what}`",
            key.span,
            help=f"keys: {allowed(fields)}",
        )
    return model(value.span, **given)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _refuse(binding: Binding, span: Span, report: Report) -> None:
    typed = f"a `{binding.type}`" if binding.type else "a value without a type"
    report.add(
        "PXC104",
        f"`toInit` of `{binding.name}` needs a `connection`: {typed} alone brings nothing in",
        span,
        help=f"add `connection`, or declare a type that does: {allowed(sorted(_MODELS))}",
    )
