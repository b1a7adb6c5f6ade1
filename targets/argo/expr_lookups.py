"""Looks into lists, maps and texts of expr-lang as Python does."""

from __future__ import annotations

from pxc.source import Span
from pxc.targets.argo.expr_values import ATOM, JSON, STR, Refused, Said, Type, element, truth_value

__all__ = ["cut", "item_at", "look_up"]


def look_up(whole: Said, key: Said, missing: str, span: Span) -> Said:
    """`whole[key]`; `missing` is the text of what stands for a key that is not there."""
    name, item = whole.type.name, whole.type.item
    if name == "list" and item is not None and key.type.name == "int":
        return item_at(whole, key.text, item)
    if whole.type.is_text and key.type.name == "int":
        return Said(f"split({whole.text}, '')[{key.text}]", STR)
    if name not in ("dict", "json") or not (key.type.is_text or key.type.name == "int"):
        raise Refused(
            span,
            f"Argo cannot look into {whole.type}",
            "declare the output or input it comes from as `dict`, or as `list`",
        )
    if key.type.is_text:
        return element(f"({whole.at(ATOM)}[{key.text}] ?? {missing})", item or JSON)
    return element(f"{whole.at(ATOM)}[{key.text}]", item or JSON)


def item_at(whole: Said, place: str, item: Type) -> Said:
    """The item of a list at a place; below 0 from its end."""
    text = f"{whole.at(ATOM)}[{place}]"
    return truth_value(text) if item.name == "bool" else Said(text, item)


def cut(whole: Said, start: Said | None, stop: Said | None, step: Said | None, span: Span) -> Said:
    """`whole[start:stop:step]`."""
    known = all(b is None or (b.constant and b.type.name == "int") for b in (start, stop))
    if not known or (step is not None and step.constant not in ((1,), (None,))):
        raise Refused(span, "Argo cuts at known places only", "write them as numbers")
    first, last = ("" if bound is None else bound.text for bound in (start, stop))
    if whole.type.is_text:
        return Said(f"join(split({whole.text}, '')[{first}:{last}], '')", STR)
    if whole.type.name == "list":
        return Said(f"{whole.at(ATOM)}[{first}:{last}]", whole.type)
    raise Refused(span, f"Argo cannot cut {whole.type}", "declare its type as `list`")
