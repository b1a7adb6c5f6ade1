"""Keeps the tags that Argo fills in apart from braces that an author wrote.

Argo has no escape: whatever looks like `{{...}}` in a template is a tag to it. So our own tags
travel as marks until the author's text is guarded, and become tags at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pxc.diagnostics import Report
from pxc.source import Span
from pxc.targets._data import before_reference
from pxc.targets.argo.expr_values import member, quoted

__all__ = [
    "BRACE",
    "as_expression",
    "check_braces",
    "expressions",
    "finished",
    "guard",
    "guard_container",
    "guarded",
    "has_tag",
    "marks_in",
    "mentions",
    "parts",
    "tag",
    "unread",
    "with_tags",
]

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"  # no text holds these: Unicode keeps them for programs
_OPEN_BYTES, _CLOSE_BYTES = _OPEN.encode(), _CLOSE.encode()
_MARK = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")

BRACE = "PXC_BRACE"
"""A variable that is one opening brace: `{$(PXC_BRACE)` is two of them that Argo does not see."""

_ROOTS = frozenset(
    ("inputs", "outputs", "workflow", "tasks", "steps", "item", "pod", "node", "retries",
     "lastRetry", "cronworkflow", "io")
)  # fmt: skip
_REFERENCE = re.compile(r"\$\$|\$\(([^)]*)\)")
"""What the kubelet looks for in a text: a dollar sign that is one, and a variable."""

_CONTAINERS = ("initContainers", "sidecars")


def tag(expression: str) -> str:
    """A mark that becomes `{{expression}}`; an expression of expr-lang begins with `=`."""
    return f"{_OPEN}{expression}{_CLOSE}"


def unread(parameter: str) -> str:
    """A tag of an input in which the kubelet finds nothing to expand."""
    return tag(f"=replace({member(parameter, 'inputs.parameters')}, '$', '$$')")


def has_tag(text: str) -> bool:
    """Whether there is a tag of ours in a text."""
    return _OPEN in text


def mentions(value: Any, expression: str) -> bool:
    """Whether there is a tag of ours with this reference in a tree."""
    wanted = re.compile(f"{re.escape(expression)}(?![-\\w])")
    waiting = [value]
    while waiting:
        last = waiting.pop()
        if isinstance(last, str):
            if any(map(wanted.search, parts(last)[1::2])):
                return True
        elif isinstance(last, dict):
            waiting += last.values()
        elif isinstance(last, list):
            waiting += last
    return False


def parts(text: str) -> list[str]:
    """Text and tags in turns, text first; a text without tags is its only part."""
    return _MARK.split(text)


def as_expression(text: str) -> str:
    """A text with tags as an expression of expr-lang."""
    found = []
    for at, part in enumerate(parts(text)):
        if at % 2 == 0:
            found += [quoted(part)] if part else []
        elif part.startswith("="):
            found.append(part[1:])
        else:
            first, *members = part.split(".")
            found.append(first + "".join(map(member, members)))
    return found[0] if len(found) == 1 else " + ".join(f"({each})" for each in found)


def marks_in(text: bytes) -> int:
    """How many marks a text in UTF-8 has: each has a byte more than the braces that it becomes."""
    return text.count(_OPEN_BYTES) + text.count(_CLOSE_BYTES)


def expressions(value: Any) -> list[str]:
    """The expressions of all of our tags in data."""
    found: list[str] = []
    waiting = [value]
    for each in waiting:
        if each.__class__ is str:
            if _OPEN in each:
                found += _MARK.findall(each)
        elif each.__class__ is dict:
            waiting += each.values()
        elif each.__class__ is list:
            waiting += each
    return found


def with_tags(value: Any, change: Callable[[str], str]) -> Any:
    """Data with the expression of each of our tags changed."""
    return _with_texts(value, lambda text: _MARK.sub(lambda m: tag(change(m[1])), text))


def finished(value: Any) -> Any:
    """Data with the tags in place of the marks."""
    return _with_texts(value, lambda text: text.replace(_OPEN, "{{").replace(_CLOSE, "}}"))


def _with_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Data with each text changed that has a mark; only what is below it in lists and maps."""
    if value.__class__ is dict:
        return {
            key: (change(child) if _OPEN in child else child)
            if child.__class__ is str
            else _with_texts(child, change)
            for key, child in value.items()
        }
    if value.__class__ is list:
        return [_with_texts(child, change) for child in value]
    if value.__class__ is str and _OPEN in value:
        return change(value)
    return value


def guard(template: dict[str, Any], span: Span, report: Report) -> None:
    """Rewrite the author's braces in a template so that Argo fills in none of them.

    Where the kubelet expands variables, a variable stands for the second brace of two. Elsewhere
    braces that Argo leaves alone stay, and others are PXC701.
    """
    containers = [template.get("container"), *(c for k in _CONTAINERS for c in template.get(k, ()))]
    for container in containers:
        if container is not None:
            guard_container(container)
    for key, child in template.items():
        if key not in ("container", *_CONTAINERS):
            check_braces(child, key, span, report)
    for container in containers:
        for key, child in (container or {}).items():
            if key not in ("command", "args", "env", "volumeMounts"):
                check_braces(child, key, span, report)


def guard_container(container: dict[str, Any]) -> None:
    """Rewrite the braces in what the kubelet expands of a container."""
    used = False

    def safe(text: str) -> str:
        nonlocal used
        found = guarded(text)
        used = used or BRACE in found
        return found

    for field in ("command", "args"):
        if field in container:
            container[field] = [safe(text) for text in container[field]]
    for entries, field in (("env", "value"), ("volumeMounts", "subPathExpr")):
        for entry in container.get(entries, ()):
            if field in entry:
                entry[field] = safe(entry[field])
    if used:
        rest = container.get("env", [])
        container["env"] = [{"name": BRACE, "value": "{"}, *rest]


def guarded(text: str) -> str:
    """A text that the kubelet expands, without two braces of the author's in a row."""
    if "{{" not in text and f"{{{_OPEN}" not in text:
        return text
    text = _REFERENCE.sub(_spelled_out, text)
    found = ""
    for at, part in enumerate(parts(text)):
        if at % 2:
            if found.endswith("{"):
                found = _with_brace(found[:-1])
            found += tag(part)
            continue
        first, *others = part.split("{{")
        found += first
        for other in others:
            found = _with_brace(found + "{") + other
        while "{{" in found:  # three braces in a row
            before, _, after = found.rpartition("{{")
            found = _with_brace(before + "{") + after
    return found


def _spelled_out(reference: re.Match[str]) -> str:
    """A reference to a variable that cannot be, for the braces in its name, as mere text."""
    name = reference[1] or ""
    is_text = "{{" in name or f"{{{_OPEN}" in name
    return reference[0].replace("$", "$$") if is_text else reference[0]


def _with_brace(before: str) -> str:
    return f"{before_reference(before)}$({BRACE})"


def check_braces(value: Any, field: str, span: Span, report: Report) -> None:
    """Refuse braces that Argo would take for a tag, where nothing can stand for them."""
    if isinstance(value, dict):
        for key, child in value.items():
            check_braces(child, f"{field}.{key}", span, report)
    elif isinstance(value, list):
        for child in value:
            check_braces(child, field, span, report)
    elif isinstance(value, str) and not _is_left_alone(value):
        report.add(
            "PXC701",
            f"Argo would fill in the braces of `{field}`",
            span,
            help="Argo has no escape for two braces: write them in `command`, `args` or the value"
            " of an `env` entry, where a variable stands for one",
        )


def _is_left_alone(text: str) -> bool:
    if f"{{{_OPEN}" in text:
        return False
    if "{{" not in text:
        return True
    bare = _MARK.sub("", text)
    for piece in bare.split("{{")[1:]:
        name, end, _ = piece.partition("}}")
        if not end or name.startswith(("=", "{")) or name.strip().partition(".")[0] in _ROOTS:
            return False
    return True
