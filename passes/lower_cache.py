"""Lowers `cache` to the plan's: what counts when runs are compared, and the digest of it."""

from __future__ import annotations

import json
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.dump import dump
from pxc.ir.node import Map, Node, Seq, Template, plain, replace
from pxc.ir.plan import Cache, Group, Unit
from pxc.ir.program import Binding, Program
from pxc.ir.spec import Cache as Asked
from pxc.passes.cell_refs import is_of_cell
from pxc.passes.contexts import has_template
from pxc.passes.lowering import known, truth, whole
from pxc.sha256 import sha256

__all__ = ["counting_build", "lower_cache"]

_KEY_VERSION = "c1"
_NOT_COUNTED = ("resources", "name")
"""What a container may have otherwise with the same results."""


def lower_cache(unit: Unit, program: Program, report: Report) -> Cache | None:
    """The cache of a unit; None where its author says nothing of one.

    As documented it is on unless it is disabled, wherever the run stands. All of a run counts that
    can change its results, its images too; `sections` and `io` choose less. PXC703 for a field that
    only the run knows. Source: specification of operations, section 3.1.
    """
    composed = program.composed
    asked = composed.cache if composed is not None else None
    if not isinstance(asked, Asked):
        return None
    io = _names(asked.io, "cache.io", report)
    sections = _names(asked.sections, "cache.sections", report)
    counted = [b for b in program.bindings if io is None or b.name in io]
    later = tuple(b.name for b in counted if _is_given_later(b))
    return Cache(
        asked.span,
        disabled=truth(asked.disable, "cache.disable", report) is True,
        ttl=whole(asked.ttl, "cache.ttl", report),
        io=io,
        sections=sections or (),
        inputs=later,
        key=_key(unit, program, counted, sections or (), chosen=io is not None),
    )


def counting_build(member: Unit | Group, built: Unit | Group) -> Unit | Group:
    """A member whose cache, if it has one, counts also what builds its image."""
    cache = member.cache if isinstance(member, Unit) else None
    if cache is None or not isinstance(built, Unit):
        return member
    if cache.sections and "containers" not in cache.sections:
        return member
    key = _digest(f"{cache.key}\n{built.identity}")
    return replace(member, cache=replace(cache, key=key))


def _names(field: Any, what: str, report: Report) -> tuple[str, ...] | None:
    """The texts of a list, None for one that is not given."""
    if isinstance(field, Template):
        known(field, what, report)
    if not isinstance(field, Seq):
        return None
    texts = (known(item, what, report) for item in field.items)
    return tuple(text for text in texts if text is not None)


def _is_given_later(binding: Binding) -> bool:
    """Whether only the run knows a value, which is not that of a cell."""
    value = binding.settled
    if binding.section == "outputs" or not isinstance(value, Node) or not has_template(value):
        return False
    return not _is_cell(value)


def _is_cell(value: Any) -> bool:
    return (
        isinstance(value, Template)
        and len(value.parts) == 1
        and is_of_cell(getattr(value.parts[0], "expr", None))
    )


def _key(
    unit: Unit, program: Program, counted: list[Binding], sections: tuple[str, ...], *, chosen: bool
) -> str:
    """The digest of what counts; with `io` chosen the run as it is written counts, not rendered."""
    wanted = sections or ("containers", "init", "connections")
    run = program.written if chosen and program.written is not None else None
    parts = _written(run, wanted) if run is not None else _rendered(unit, wanted, not sections)
    data = [
        _KEY_VERSION,
        unit.kind,
        [[b.name, b.section, dump(b.settled)] for b in sorted(counted, key=lambda b: b.name)],
        parts,
    ]
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return _digest(text)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _rendered(unit: Unit, wanted: tuple[str, ...], everything: bool) -> Any:
    """The chosen parts of every pod of a unit; `everything` takes also what is around them."""
    found: list[Any] = [dump(unit.runtime)] if everything and unit.runtime is not None else []
    for role in unit.roles:
        pod = role.pod
        parts: dict[str, Any] = {"role": role.name}
        if everything:
            parts["replicas"] = role.replicas
            parts["volumes"] = dump(pod.volumes)
        if "containers" in wanted:
            parts["containers"] = [_bare(dump(c)) for c in (pod.main, *pod.sidecars)]
        if "init" in wanted:
            parts["init"] = dump(pod.init)
        if "connections" in wanted:
            parts["connections"] = dump(pod.attachments)
        found.append(parts)
    return found


def _bare(container: Any) -> Any:
    return {k: v for k, v in container.items() if k not in _NOT_COUNTED}


_FIELDS = {
    "containers": ("container", "sidecars"),
    "init": ("init",),
    "connections": ("connections",),
}


def _written(run: Node, wanted: tuple[str, ...]) -> Any:
    """The chosen parts of a runtime as its author wrote them, at any depth."""
    names = {name for section in wanted for name in _FIELDS.get(section, ())}
    return _chosen(run, names)


def _chosen(node: Any, names: set[str]) -> Any:
    if isinstance(node, tuple):
        return [_chosen(each, names) for each in node]
    if isinstance(node, Map):
        return [[plain(k), _chosen(v, names)] for k, v in node.entries]
    if not isinstance(node, Node):
        return None
    fields = {n: getattr(node, n) for n in node.__struct_fields__ if n != "span"}
    return {n: plain(v) if n in names else _chosen(v, names) for n, v in fields.items()}
