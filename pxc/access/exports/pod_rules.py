"""Says in CEL what a pod must not have, for what of a deny or of a restriction a pod shows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.access.selectors import below

if TYPE_CHECKING:
    from pxc.access.organization import Selector

__all__ = ["Check", "check_of_deny", "check_of_images"]


class Check(Struct, frozen=True):
    """An expression of CEL over a pod that holds where nothing is wrong."""

    expression: str


_FLAGS = {"hostNetwork": "hostNetwork", "hostPID": "hostPID", "hostIPC": "hostIPC"}

_PRIVILEGED = "!variables.containers.exists(c, c.?securityContext.?privileged.orValue(false))"
_TOKEN = "object.spec.?automountServiceAccountToken.orValue(true) == false"


def check_of_deny(selector: Selector) -> Check | None:
    """What holds for a pod that uses nothing of what is denied; None for what no pod shows."""
    kind, name = selector.kind, selector.name
    if kind in _FLAGS:
        return Check(f"!object.spec.?{_FLAGS[kind]}.orValue(false)")
    if kind == "privileged":
        return Check(_PRIVILEGED)
    if kind == "automountToken":
        return Check(_TOKEN)
    if kind == "hostPath":
        test = f"has(v.hostPath) && {_paths(name)}"
        return Check(f"!object.spec.?volumes.orValue([]).exists(v, {test})")
    if kind == "image":
        return Check(f"!variables.containers.exists(c, {_matches('c.image', name)})")
    if kind == "accelerator":
        within = "c.?resources.?limits.orValue({})"
        return Check(f"!variables.containers.exists(c, {within}.exists(k, {_matches('k', name)}))")
    if kind == "capability":
        added = "c.?securityContext.?capabilities.?add.orValue([])"
        tests = [_matches("a", name), 'a == "ALL"']
        return Check(f"!variables.containers.exists(c, {added}.exists(a, {' || '.join(tests)}))")
    fields = {
        "serviceAccount": ("serviceAccountName", "default"),
        "priorityClass": ("priorityClassName", ""),
        "runtimeClass": ("runtimeClassName", ""),
        "scheduler": ("schedulerName", "default-scheduler"),
    }
    if kind in fields:
        field, absent = fields[kind]
        value = f"object.spec.?{field}.orValue({json.dumps(absent)})"
        test = _matches(value, name)
        return Check(f"{value} == '' || !({test})" if not absent else f"!({test})")
    return None


def check_of_images(projects: list[list[str]]) -> Check:
    """That every image is one of those that some project of the namespace may use."""
    tests = [_matches("c.image", name) for names in projects for name in names] or ["false"]
    return Check(f"variables.containers.all(c, {' || '.join(dict.fromkeys(tests))})")


def _matches(value: str, name: str) -> str:
    if "*" not in name:
        return f"{value} == {json.dumps(name, ensure_ascii=False)}"
    if name == "**":
        return "true"
    return f"{value}.matches({_quoted(_expression(name))})"


def _paths(name: str) -> str:
    """That a path, or what lies above it, leads to what a selector is about."""
    wide = below("hostPath", name)
    if wide in ("**", "/**"):
        return "true"
    segments = wide.split("/")
    above = ["/".join(segments[:end]) + "/" for end in range(1, len(segments))]
    kept = above[: next((i + 1 for i, a in enumerate(above) if "**" in a), len(above))]
    forms = [_expression(form) for form in (wide, *kept)]
    # A path may have further slashes, which mean nothing.
    doubled = [form.replace("/", "/+") for form in forms]
    return f"(v.hostPath.path + '/').matches({_quoted('|'.join(f'(?:{d})' for d in doubled))})"


def _expression(name: str) -> str:
    """A pattern of selectors as a regular expression for the whole of a text."""
    parts = re.split(r"(\*{2,}|\*)", name)
    body = "".join(
        "[^/]*"
        if p == "*"
        else "(?s:.*)"
        if p.startswith("**")
        else re.escape(p).replace(r"\-", "-")
        for p in parts
    )
    return f"^{body}$"


def _quoted(expression: str) -> str:
    return json.dumps(expression, ensure_ascii=False)
