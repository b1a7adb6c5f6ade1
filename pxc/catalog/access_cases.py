"""Turns the objects `kind: AclTest` of a catalog into questions to its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pxc.access.cases import REASONS, AccessCase
from pxc.access.questions import ACTIONS
from pxc.catalog.folders import catalog_files, source_of
from pxc.catalog.organization.fields import Fields, Reading, fault
from pxc.catalog.organization.references import References
from pxc.codes import CODES
from pxc.diagnostics import allowed
from pxc.ir.node import Lit, Map

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pxc.catalog import ReadsObjects
    from pxc.diagnostics import Report

__all__ = ["read_access_cases"]

_KEYS = ("as", "project", "use", "file", "action", "expect", "by", "code")


def read_access_cases(
    paths: Iterable[Path], language: ReadsObjects, report: Report
) -> list[AccessCase]:
    """Every case of the `AclTest` objects, in the order of their files. Faults are PXC810.

    An object without a case is at fault: a test that asks nothing would always pass.
    """
    reading = Reading(report, language, References())
    found: list[AccessCase] = []
    for path, named in catalog_files(paths, report):
        source = source_of(path, report) if named is None else None
        if source is None or "AclTest" not in source.text:
            continue
        for tree in language.read_documents(source, report):
            kind = tree.get("kind")
            if isinstance(kind, Lit) and kind.value == "AclTest":
                found.extend(_cases(tree, reading))
    return found


def _cases(tree: Map, reading: Reading) -> list[AccessCase]:
    fields = Fields(tree, "an access test", ("kind", "name", "description", "cases"), reading)
    nodes = fields.maps("cases")
    if not nodes:
        fault(reading, "an access test without a case tests nothing", fields.span, "add `cases`")
    cases = (_case(node, reading) for node in nodes)
    return [case for case in cases if case is not None]


def _case(node: Map, reading: Reading) -> AccessCase | None:
    is_file = node.get("file") is not None
    fields = Fields(node, "a case", _KEYS, reading, ("as", "file" if is_file else "use", "expect"))
    who, what = fields.text("as"), fields.text("file" if is_file else "use")
    if who is None or what is None or fields.given("expect") is None:
        return None
    for key in ("use", "action") if is_file else ():
        if fields.given(key) is not None:
            fault(reading, f"a case has a `file` or a `{key}`", what.span, "make two cases of it")
    project, by = fields.text("project"), fields.text("by")
    return AccessCase(
        span=what.span,
        who=who.value,
        what="" if is_file else what.value,
        file=what.value if is_file else "",
        allowed=fields.choice("expect", ("allow", "deny")) == "allow",
        project=project.value if project is not None else None,
        action=fields.choice("action", ACTIONS),
        by=by.value if by is not None else "",
        reason=_reason(fields),
    )


def _reason(fields: Fields) -> str:
    """The slug of a code, which may be written by its id."""
    written = fields.text("code")
    if written is None:
        return ""
    code = CODES.get(written.value)
    slug = code.slug if code is not None else written.value
    if slug not in REASONS:
        help = f"it is one of {allowed(REASONS)}, or the code of one"
        fault(fields.reading, f"`{written.value}` is no reason to deny", written.span, help)
    return slug
