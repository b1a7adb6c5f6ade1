"""Rules about references that mean something else tomorrow."""

from __future__ import annotations

import re

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.ir.run import GitInit
from pxc.ir.spec import Build, Hook, Operation
from pxc.passes.rules.authored import authored, text_of
from pxc.source import Span
from pxc.world import World

_HOSTS = (
    r"//raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/(?P<kind>heads|tags)/)?(?P<ref>[^/?#]+)/"
    r"|//(?:www\.)?github\.com/[^/]+/[^/]+/(?:raw|blob)/(?:refs/(?P<kind2>heads|tags)/)?(?P<ref2>[^/?#]+)/"
    r"|/-/(?:raw|blob)/(?P<ref3>[^/?#]+)/"
    r"|//bitbucket\.org/[^/]+/[^/]+/(?:raw|src)/(?P<ref4>[^/?#]+)/"
    r"|/(?P<ref5>main|master|develop|trunk|HEAD|latest|nightly)/"
)
_FIXED = r"[0-9a-f]{7,64}|(?:[\w-]+-)?[vV]?\d+(?:\.\d+)*(?:[-+._]?[A-Za-z0-9.]+)?"


def git_revisions(program: Program, world: World, report: Report) -> None:
    """PXC506: a repository without a revision, so its default branch of that day."""
    for node in authored(program, world):
        if isinstance(node, GitInit) and node.revision is None and node.url is not None:
            report.add(
                "PXC506",
                "the repository has no `revision`, so its default branch is taken",
                node.url.span,
                help="add `revision`: a tag or a commit",
            )


def hub_tags(program: Program, world: World, report: Report) -> None:
    """PXC507: a component of a hub without a version."""
    for node in authored(program, world):
        if isinstance(node, Operation | Build | Hook):
            ref = text_of(node.hub_ref)
            if ref and ":" not in ref and not _has_range(ref, world):
                assert node.hub_ref is not None
                report.add(
                    "PXC507",
                    f"the component `{ref}` has no version, so the latest is taken",
                    node.hub_ref.span,
                    help=f"name the version: `{ref}:1.0`",
                )


def _has_range(ref: str, world: World) -> bool:
    """Whether pxc.yaml says which versions a reference without one means."""
    ranged = [name for name, _ in world.options.hub.versions]
    if not ranged:
        return False
    from pxc.hub.placing import placed
    from pxc.hub.reference import parse_reference

    named = (parse_reference(name) for name in (ref, *ranged))
    own, *others = (each and placed(each, world.options.hub) for each in named)
    return own is not None and not own.digest and own in others


def moving_urls(program: Program, world: World, report: Report) -> None:
    """PXC502: a component at a URL that holds the name of a branch."""
    for node in authored(program, world):
        url = node.url_ref if isinstance(node, Operation) else None
        text = text_of(url)
        found = re.search(_HOSTS, text) if text else None
        if url is None or found is None:
            continue
        groups = found.groupdict()
        kind = groups["kind"] or groups["kind2"]
        ref = next(value for name, value in groups.items() if name.startswith("ref") and value)
        if kind == "tags" or (kind is None and re.fullmatch(_FIXED, ref)):
            continue
        at = url.span.text.find(f"/{ref}/")
        start = url.span.start + at + 1
        report.add(
            "PXC502",
            f"`{ref}` is another component after the next push",
            Span(url.span.source, start, start + len(ref)) if at >= 0 else url.span,
            help="name a commit or a tag in its place, or publish it to a hub and use `hubRef`",
        )
