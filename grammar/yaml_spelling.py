"""Turns an unquoted scalar that readers of YAML do not agree on into its warning."""

from __future__ import annotations

import math
import re

from pxc.diagnostics import Diagnostic, Fix
from pxc.grammar.yaml_finding import fault
from pxc.grammar.yaml_scalars import FLOAT_12, YES
from pxc.source import Span


def warn(code: str, text: str, span: Span, *, is_key: bool) -> Diagnostic:
    """The warning for an unquoted scalar that readers of YAML do not agree on."""
    quoted = Fix(f'quote it: `"{text}"`', ((span, f'"{text}"'),))
    match code:
        case "PXC004":
            return _float_string(text, span, quoted)
        case "PXC005":
            return _bool_word(text, span, quoted, is_key)
        case "PXC006":
            return fault(
                "PXC006",
                f"`{text}` is text here, but readers of YAML 1.1 take it for a number in base 60",
                span,
                help="quote it",
                fix=quoted,
            )
        case "PXC008":
            return fault(
                "PXC008",
                f"`{text}` is the number `{float(text)}`, its last zero is lost",
                span,
                help="quote it if it is a version or a tag",
                fix=Fix(quoted.message, quoted.edits, safe=False),
            )
        case _:
            return _leading_zero(text, span, quoted)


def _bool_word(text: str, span: Span, quoted: Fix, is_key: bool) -> Diagnostic:
    word = "true" if text in YES else "false"
    if is_key:
        return fault(
            "PXC005",
            f"the key `{text}` is text here, but readers of YAML 1.1 take it for `{word}`",
            span,
            help="quote it",
            fix=quoted,
        )
    return fault(
        "PXC005",
        f"`{text}` without quotes is the boolean `{word}`",
        span,
        help=f"write `{word}`, or quote it if text is meant",
        fix=Fix(f"write `{word}`", ((span, word),)),
    )


def _float_string(text: str, span: Span, quoted: Fix) -> Diagnostic:
    found = re.match(FLOAT_12, text)
    number = float(text)
    if found is None or math.isinf(number) or (number == 0 and text.strip("+-0.eE")):
        # a number no float can hold is more likely a commit or an id
        return fault(
            "PXC004",
            f"`{text}` is text here, but readers of YAML 1.2 take it for a number",
            span,
            help="quote it",
            fix=quoted,
        )
    sign, whole, fraction, letter, power_sign, power = found.groups()
    decimals = fraction if fraction and len(fraction) > 1 else ".0"
    exponent = f"{letter}{power_sign or '+'}{power}" if letter else ""
    written = f"{sign}{whole or '0'}{decimals}{exponent}"
    return fault(
        "PXC004",
        f"`{text}` is text in YAML 1.1, not a number",
        span,
        help=f"write `{written}` for the number, or quote it if text is meant",
        fix=Fix(f"write `{written}`", ((span, written),), safe=False),  # it may be an id
    )


def _leading_zero(text: str, span: Span, quoted: Fix) -> Diagnostic:
    digits = text.replace("_", "").lstrip("+-")
    sign = "-" if text.startswith("-") else ""
    if "o" in digits:
        seen, number = "text", f"{sign}{int(digits, 8)}"
    elif digits.strip("01234567"):
        seen, number = "text", sign + (digits.lstrip("0") or "0")
    else:
        seen, number = f"`{sign}{int(digits, 8)}`", sign + (digits.lstrip("0") or "0")
    return fault(
        "PXC020",
        f"`{text}` starts with a zero and is kept as text; readers of YAML 1.1 see {seen}",
        span,
        help=f"quote it if text is meant, or write the number `{number}`",
        fix=quoted,
    )
