"""Tells how a text begins of which only the run knows the rest."""

from __future__ import annotations

from pxc.ir.expr import Const, operands
from pxc.ir.node import Invalid, Template

__all__ = ["known_head"]


def known_head(template: Template) -> str:
    """The text before the first value that is not known yet; empty when it begins with one."""
    head = ""
    for part in template.parts:
        if isinstance(part, str):
            head += part
            continue
        for operand in () if isinstance(part.expr, Invalid) else operands(part.expr):
            if not isinstance(operand, Const):
                return head
            head += "" if operand.value is None else str(operand.value)
    return head
