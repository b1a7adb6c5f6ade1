"""Says whether a value of one declared type can flow into an input of another."""

from __future__ import annotations

from pxc.passes.io_types.types import BOOLEANS, NUMBERS, RECORDS, TEXTS, IOType

_WHOLE = frozenset({
    "int", "PositiveInt", "NonNegativeInt", "NegativeInt", "NonPositiveInt", "StrictInt",
    "ByteSize",
})  # fmt: skip


def flows(source: IOType, target: IOType) -> bool:
    """Whether some value of `source` fits `target`; limits on values are left to the run.

    Wider than the real system, which wants equal names: any number is a `float` or a `metric`,
    texts flow into each other, `any` goes both ways. Source: specification of inputs, section 5.3.
    """
    source, target = source.bare, target.bare
    if "any" in (source.name, target.name) or source == target:
        return True
    if source.is_list or target.is_list:
        return source.is_list and target.is_list and _parts_flow(source, target)
    if target.name in RECORDS:
        return source.is_map or source.name in TEXTS
    if source.is_map:
        if source.name in RECORDS and target.name in TEXTS:
            return True
        return target.is_map and _parts_flow(source, target)
    for family in (TEXTS, _WHOLE, BOOLEANS):
        if target.name in family:
            return source.name in family
    return target.name in NUMBERS and source.name in NUMBERS


def _parts_flow(source: IOType, target: IOType) -> bool:
    """Whether the items, or the keys and values, flow; a bare list or map holds anything."""
    pairs = zip(source.args, target.args, strict=False)
    return all(flows(have, want) for have, want in pairs)
