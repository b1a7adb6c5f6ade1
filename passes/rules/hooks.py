"""Rules about hooks: notifiers that reach nobody, names and references that lead nowhere."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.ir.spec import Hook
from pxc.passes.compose_layers import is_unresolved
from pxc.passes.graph.edges import params_of
from pxc.passes.hook_names import check_hook_names
from pxc.passes.rules.authored import authored, text_of
from pxc.world import World

_NOTIFIERS = frozenset({
    "slack", "discord", "mattermost", "microsoft-teams", "msteams", "teams", "pagerduty", "hipchat",
    "webhook", "notifier",
})  # fmt: skip
"""Components whose whole work is to tell somebody, whom only a connection names."""


def unconnected_hooks(program: Program, world: World, report: Report) -> None:
    """PXC443: a hook that tells somebody and has no connection to do it.

    A param of the hook, or a preset, may bring the connection as well.
    """
    for node in authored(program, world):
        if not isinstance(node, Hook) or node.connection is not None or node.presets is not None:
            continue
        ref = text_of(node.hub_ref)
        name = (ref or "").rpartition("/")[2].partition(":")[0].lower()
        if name not in _NOTIFIERS or any(params_of(node.params)):
            continue
        assert node.hub_ref is not None
        report.add(
            "PXC443",
            f"the hook `{ref}` has no `connection`, so it does not know whom to tell",
            node.hub_ref.span,
            help="add `connection`: the name of the connection that holds the address",
        )


def hook_names(program: Program, world: World, report: Report) -> None:
    """PXC318: an expression of a hook with a name that the run it follows does not have.

    Those of a dag's operations are checked with the dag.
    """
    if program.composed is not None and not is_unresolved(program.main):
        check_hook_names(program.composed, program.bindings, report)
