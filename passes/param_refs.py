"""Turns a param's `ref` and `value` into the place in another run that it names."""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import Report, allowed, nearest
from pxc.ir.expr import RunTimeRef
from pxc.ir.io import Param
from pxc.ir.node import Hole, Invalid, Lit, Template

_UUID = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}\Z", re.I)
_WHOLE = ("inputs", "outputs", "artifacts", "io", "globals")
_SECTIONS = ("inputs", "outputs", "globals", "artifacts")
_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")
_FORMS = "`ops.NAME`, `dag` (both inside a dag) or `runs.UUID`"


def read_ref(
    name: str, param: Param, report: Report, *, in_dag: bool = False
) -> Template | Invalid:
    """A reference to another run as a template of one run-time hole, `runs.UUID.SECTION...`.

    References to a dag or its operations (`dag.SECTION...`, `ops.NAME.SECTION...`) have no
    referent outside of one. Invalid after PXC219, which says what of the reference is wrong.
    Source: specification of inputs, section 5.3.
    """
    ref = param.ref
    assert ref is not None
    if isinstance(ref, Invalid) or isinstance(param.value, Invalid):
        return Invalid(ref.span)
    origin, fault, help = _origin(bare_ref(ref), in_dag)
    if fault:
        report.add("PXC219", fault, ref.span, help=help)
        return Invalid(ref.span)
    if param.value is None or (isinstance(param.value, Lit) and param.value.value is None):
        report.add(
            "PXC219",
            f"the param `{name}` has a `ref` but no `value`",
            ref.span,
            help="say what is taken from the run: `value: outputs.NAME`",
        )
        return Invalid(ref.span)
    place = bare_ref(param.value)
    fault, help = _place(place)
    if fault:
        report.add("PXC219", fault, param.value.span, help=help)
        return Invalid(param.value.span)
    span = param.value.span
    path = f"{origin}.{place}"
    return Template(span, f"{{{{ {path} }}}}", (Hole(span, RunTimeRef(span, path)),))


def upstream_of(ref: Any) -> str | None:
    """The operation that `ops.NAME` names, in braces or not; None for any other reference."""
    kind, _, name = (bare_ref(ref) or "").partition(".")
    return name if kind == "ops" and _NAME.match(name) else None


def bare_ref(node: Any) -> str | None:
    """The text of a scalar without the braces it may be written in; None for anything else."""
    text = node.text if isinstance(node, Template) else getattr(node, "value", None)
    if not isinstance(text, str):
        return None
    text = text.strip()
    if text.startswith("{{") and text.endswith("}}"):
        text = text[2:-2].strip()
    return text


def _origin(text: str | None, in_dag: bool) -> tuple[str, str, str | None]:
    """Whose values are taken: the normal form, or the fault and its help."""
    kind, _, rest = (text or "").partition(".")
    if in_dag and text and (text == "dag" or kind == "ops"):
        if text == "dag" or _NAME.match(rest):
            return text, "", None
        return "", f"`{text}` does not name an operation", "write `ops.NAME`"
    if text == "dag" or kind == "ops":
        subject = "dag" if text == "dag" else f"operation `{rest}`"
        return "", f"there is no {subject} here to refer to", (
            "`ref: dag` and `ref: ops.NAME` are for the operations of a dag"
        )  # fmt: skip
    if kind != "runs":
        return "", f"`{text}` is not a reference" if text else "the reference is not text", (
            f"a reference is {_FORMS}"
        )  # fmt: skip
    if not _UUID.match(rest):
        return "", f"`{rest}` is not the UUID of a run", "a run is named by its UUID: `runs.UUID`"
    return f"runs.{rest.replace('-', '').lower()}", "", None


def _place(text: str | None) -> tuple[str, str | None]:
    """What is taken: nothing, or the fault and its help."""
    if not text:
        return "the `value` of a reference must be text", "such as `outputs.NAME`"
    section, *names = text.split(".")
    if section not in _WHOLE:
        near = nearest(section, _WHOLE)
        help = f"did you mean `{near}`?" if near else f"sections: {allowed(_WHOLE)}"
        return f"`{section}` is not a section of a run", help
    if not names:
        return "", None
    most = 2 if section == "artifacts" else 1
    if section not in _SECTIONS or len(names) > most:
        form = f"`{section}`" if section not in _SECTIONS else f"`{section}.NAME`"
        return f"`{text}` leads too deep", f"write {form}"
    bad = next((n for n in names if not _NAME.match(n)), None)
    if bad is not None:
        return f"`{bad}` is not a name" if bad else f"`{text}` lacks a name", None
    return "", None
