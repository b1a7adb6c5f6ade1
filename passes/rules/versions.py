"""Rules about references that mean something else tomorrow."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.ir.run import GitInit
from pxc.ir.spec import Build, Hook, Operation
from pxc.passes.rules.authored import authored, text_of
from pxc.world import World


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
            if ref and ":" not in ref:
                assert node.hub_ref is not None
                report.add(
                    "PXC507",
                    f"the component `{ref}` has no version, so the latest is taken",
                    node.hub_ref.span,
                    help=f"name the version: `{ref}:1.0`",
                )
