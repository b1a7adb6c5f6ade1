"""Turns what is wrong in a Kubernetes object into one diagnostic with its place and its remedy."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Fix, Note, Report, allowed, nearest
from pxc.grammar.kubernetes_definitions import (
    MOVED,
    RENAMED,
    definition_fields,
    definitions,
    reference,
)
from pxc.grammar.quantity import QuantityFault
from pxc.grammar.shape import is_clear, kind_of
from pxc.grammar.template_places import places
from pxc.ir.node import Lit, Map, Seq
from pxc.source import Span

_CLEARLY_NEARER = 0.05


def meant_field(
    key: Lit[Any], definition: str, what: str, given: frozenset[str], report: Report
) -> str | None:
    """Report a key that the definition does not have; the field it stands for, if that is clear.

    PXC110 for snake_case (accepted), PXC103 for a field of another object, PXC102 for a near miss
    and for another tool's name, PXC101 otherwise. A field already `given` is never meant.
    """
    text = str(key.value)
    fields = definition_fields(definition)
    flat = text.replace("_", "").lower()
    spelled = next((f for f in fields if "_" in text and f.lower() == flat), None)
    if spelled is not None:
        return _snake_case(key, text, spelled, given, report)
    if help := _elsewhere(text, definition):
        report.add("PXC103", f"`{text}` is not a field of `{what}`", key.span, help=help)
        return None
    renamed = RENAMED.get(definition, {}).get(text)
    near = renamed or _near(text, fields)
    if near in given:
        report.add(
            "PXC102",
            f"`{text}` is not a field of `{what}`",
            key.span,
            help=f"`{near}` is set already: remove one of them",
        )
        return None
    if near is None:
        report.add(
            "PXC101",
            f"`{text}` is not a field of `{what}`",
            key.span,
            help=f"fields of `{what}`: {allowed(fields)}",
        )
        return None
    report.add(
        "PXC102",
        f"`{text}` is not a field of `{what}`",
        key.span,
        label=f"did you mean `{near}`?",
        help=f"write `{near}`",
        fix=Fix(
            f"write `{near}`",
            ((key.span, near),),
            safe=renamed is None and is_clear(text, near, fields),
        ),
    )
    return near


def _snake_case(
    key: Lit[Any], text: str, spelled: str, given: frozenset[str], report: Report
) -> str | None:
    if spelled in given:
        report.add(
            "PXC003",
            f"`{text}` is `{spelled}`, which is set too",
            key.span,
            help=f"keep `{spelled}`",
        )
        return None
    report.add(
        "PXC110",
        f"`{text}` is spelled `{spelled}`",
        key.span,
        help=f"write `{spelled}`",
        fix=Fix(f"write `{spelled}`", ((key.span, spelled),)),
    )
    return spelled


def _elsewhere(text: str, definition: str) -> str | None:
    """Where a key belongs that is right in another place, such as an object one level below."""
    known = MOVED.get(definition, {}).get(text)
    if known is not None:
        return known
    below = [
        field
        for field, shape in definitions()[definition]["properties"].items()
        if text in definitions().get(reference(shape), {}).get("properties", ())
    ]
    if not below:
        return None
    return f"it is a field of {'one of ' if len(below) > 1 else ''}{allowed(below, 4)}"


def _near(text: str, fields: tuple[str, ...]) -> str | None:
    """The one field a key is near to; None when there is none or a second is as near."""
    first = nearest(text, fields)
    if first is None or first.lower() == text.lower():
        return first
    second = nearest(text, [f for f in fields if f != first])
    if second is not None and _likeness(text, first) - _likeness(text, second) < _CLEARLY_NEARER:
        return None
    return first


def _likeness(a: str, b: str) -> float:
    from difflib import SequenceMatcher  # only a mistake needs it

    return SequenceMatcher(None, a, b).ratio()


def missing_field(node: Map, what: str, field: str, report: Report) -> None:
    """Report PXC104 at the object's first key: a field that Kubernetes needs is not there."""
    report.add(
        "PXC104",
        f"`{what}` needs `{field}`",
        node.entries[0][0].span if node.entries else node.span,
        label=f"no `{field}` here",
        help=f"add `{field}`",
    )


def exclude_each_other(first: Any, second: Any, report: Report) -> None:
    """Report PXC118 at the second of two keys of which an object may have one."""
    report.add(
        "PXC118",
        f"`{second.value}` and `{first.value}` cannot both be set",
        second.span,
        notes=(Note(f"`{first.value}` is set here", first.span),),
        help="keep one of them",
    )


def wrong_type(
    node: Any, what: str, wanted: str, report: Report, *, help: str = "", write: str = ""
) -> None:
    """Report PXC105; `write` is a spelling of the same value that has the wanted type."""
    report.add(
        "PXC105",
        f"`{what}` must be {wanted}, not {kind_of(node)}",
        _first_line(node.span) if isinstance(node, Map | Seq) else node.span,
        label=f"expected {wanted}",
        help=help or (f"write `{write}`" if write else None),
        fix=Fix(f"write `{write}`", ((node.span, write),)) if write else None,
    )


def not_allowed(node: Lit[Any], what: str, words: list[str], report: Report) -> None:
    """Report PXC116; a word that differs only in case has a safe fix."""
    text = str(node.value)
    near = nearest(text, [w for w in words if w])
    hint = f"did you mean `{near}`? " if near else ""
    same = near is not None and near.lower() == text.lower()
    report.add(
        "PXC116",
        f"`{text}` is not a value of `{what}`",
        node.span,
        help=f"{hint}allowed: {allowed(w or '(empty)' for w in words)}",
        fix=Fix(f"write `{near}`", ((node.span, _quoted(near)),), safe=same) if near else None,
    )


def bad_quantity(
    node: Lit[Any], text: str, what: str, fault: QuantityFault, report: Report
) -> None:
    """Report PXC510 at the piece of the text that does not fit."""
    span = node.span
    if isinstance(node.value, str) and fault.position < len(text):
        span = places(node)(fault.position, len(text))
    better = fault.suggestions
    report.add(
        "PXC510",
        f"`{text}` is not a quantity for `{what}`: {fault.message}",
        span,
        help=f"write {' or '.join(map(_unit_told, better))}"
        if better
        else "write a number and a unit such as `500m`, `2`, `512Mi`, `4Gi`",
        fix=Fix(f"write `{better[0]}`", ((node.span, better[0]),), safe=len(better) == 1)
        if better
        else None,
    )


def unknown_resource(key: Lit[Any], what: str, report: Report) -> None:
    """Report PXC101 for a name in `limits` or `requests` that no node can offer."""
    text = str(key.value)
    names = ("cpu", "memory", "ephemeral-storage", "nvidia.com/gpu")
    near = "nvidia.com/gpu" if text.lower() in ("gpu", "gpus") else nearest(text, names)
    report.add(
        "PXC101",
        f"`{text}` is not a resource Kubernetes knows in `{what}`",
        key.span,
        label=f"did you mean `{near}`?" if near else "",
        help="write `cpu`, `memory`, `ephemeral-storage`, `hugepages-2Mi`, or a name with its"
        " vendor's domain such as `nvidia.com/gpu`",
        fix=Fix(f"write `{near}`", ((key.span, near),), safe=False) if near else None,
    )


def _unit_told(quantity: str) -> str:
    if quantity.endswith("i"):
        return f"`{quantity}` (powers of 1024)"
    return f"`{quantity}` (powers of 1000)" if quantity[-1] in "kMGTP" else f"`{quantity}`"


def _quoted(word: str | None) -> str:
    return f'"{word}"' if word in ("True", "False", "None") else str(word)


def _first_line(span: Span) -> Span:
    end = span.source.text.find("\n", span.start, span.end)
    return span if end < 0 else Span(span.source, span.start, end)
