"""Turns a rendered value into what its field wants, or says why it cannot be."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report, allowed
from pxc.ir.node import FALSE_WORDS, TRUE_WORDS, Invalid, Lit, Map, Seq, Template, plain
from pxc.world import Language

_WANTED = {
    "int": "a whole number",
    "number": "a number",
    "bool": "`true` or `false`",
    "list": "a list",
    "map": "a map",
}


def fit_field(template: Template, value: Any, language: Language, report: Report) -> Any:
    """`value`, the evaluated `template`, as the type its field `expects`.

    Text that still waits for the run is left alone where text is wanted. PXC305 when the value is
    of another type, PXC510 when it is no quantity, with the value shown. A null stays a null: it
    unsets the field.
    """
    expects = template.expects
    if (
        not expects
        or isinstance(value, Invalid)
        or (isinstance(value, Lit) and value.value is None)
    ):
        return value
    if isinstance(value, Template):
        return Template(value.span, value.text, value.parts, value.statements, expects)
    if expects in ("text", "quantity"):
        text = _text(value)
        fault = language.quantity_fault(text) if expects == "quantity" else None
        if fault is None:
            return Lit(value.span, text)
        report.add("PXC510", f"the template gives `{text}`, which is no quantity: {fault}",
                   template.span, help="quantities look like `500m`, `2`, `4Gi`")  # fmt: skip
        return Invalid(template.span)
    if expects == "arguments":
        return value if isinstance(value, Seq) else Lit(value.span, _text(value))
    fitted = _fit(expects, value)
    if fitted is not None:
        return fitted
    if expects.startswith("enum:"):
        words = expects.removeprefix("enum:").split(",")
        wanted, help = "one of its words", f"allowed: {allowed(words)}"
    else:
        wanted, help = _WANTED[expects], None
    report.add(
        "PXC305",
        f"the template gives {_shown(value)} where {wanted} is needed",
        template.span,
        help=help,
    )
    return Invalid(template.span)


def _fit(expects: str, value: Any) -> Any:
    raw = value.value if isinstance(value, Lit) else None
    if expects == "int":
        number = _number(raw)
        whole = number is not None and float(number).is_integer()
        return Lit(value.span, int(number), plain=True) if whole and number is not None else None
    if expects == "number":
        number = _number(raw)
        return None if number is None else Lit(value.span, number, plain=True)
    if expects == "bool":
        word = str(raw).lower()
        known = word in TRUE_WORDS or word in FALSE_WORDS
        return Lit(value.span, word in TRUE_WORDS, plain=True) if known else None
    if expects == "list":
        return value if isinstance(value, Seq) else None
    if expects == "map":
        return value if isinstance(value, Map) else None
    words = expects.removeprefix("enum:").split(",")
    return value if raw in words else None


def _number(raw: Any) -> int | float | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return raw
    if isinstance(raw, str):
        try:
            return float(raw) if any(c in raw for c in ".eE") else int(raw)
        except ValueError:
            return None
    return None


def _text(value: Any) -> str:
    """A value as Jinja prints it."""
    data = value.value if isinstance(value, Lit) else plain(value)
    return data if isinstance(data, str) else str(data)


def _shown(value: Any) -> str:
    text = repr(plain(value))
    return f"`{text if len(text) <= 40 else text[:37] + '...'}`"
