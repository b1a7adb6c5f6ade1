"""Turns what a task reads of tasks beside it into parameters, for a task that is beside no more."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["READ", "handed"]

READ = re.compile(r"\btasks(?:\.([-a-zA-Z0-9]+)|\['([^']+)'\])")
"""A task that an expression names."""

_SAID = r"(?:\.status\b|\.outputs\.parameters(?:\.([{0}]+)|\['([^']+)'\]))"
_OF_TAG = re.compile(READ.pattern + _SAID.format(r"-\w"))
_OF_EXPRESSION = re.compile(READ.pattern.replace("-a-zA", "a-zA") + _SAID.format(r"\w"))


def handed(expression: str, own: set[str], name_of: Callable[[str], str]) -> str:
    """An expression with a parameter for each text that it takes of tasks that are not its `own`.

    `name_of` gives the parameter for what is to be handed: a reference as a tag has it. A whole
    expression is computed where it was, for an error is that of its task.
    """
    is_expression = expression.startswith("=")

    def said(match: re.Match[str]) -> str:
        task, name = match[1] or match[2], match[3] or match[4]
        if task in own:
            return match[0]
        rest = f"outputs.parameters.{name}" if name else "status"
        parameter = name_of(f"tasks.{task}.{rest}")
        if is_expression:
            return f"inputs.parameters['{parameter}']"
        return f"inputs.parameters.{parameter}"

    return (_OF_EXPRESSION if is_expression else _OF_TAG).sub(said, expression)
