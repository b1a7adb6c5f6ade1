"""Reports what whoever compiles may not use, by the rules of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.codes import Severity
from pxc.diagnostics import Diagnostic, Report
from pxc.ir.plan import Plan
from pxc.world import LAST_DAY, World

if TYPE_CHECKING:
    from pxc.access.claims import Claim
    from pxc.access.decision import Decision, Settings
    from pxc.access.organization import NodePool, Rules
    from pxc.diagnostics import Fix, Note
    from pxc.source import Span

__all__ = ["access_settings", "check_access", "decision_on", "is_enforced", "tell_of_access"]

_CODES = {
    "access-denied": "PXC801",
    "run-not-permitted": "PXC812",
    "not-in-catalog": "PXC813",
    "denied-by-rule": "PXC814",
    "outside-restriction": "PXC815",
    "above-bound": "PXC816",
    "unresolved-claim": "PXC817",
    "denied-softly": "PXC818",
}
"""The code of each reason that a verdict can have."""


def check_access(plan: Plan, world: World, report: Report) -> Plan:
    """Decide on everything that the runs of a plan would use; the plan itself stays as it is.

    PXC812 where nobody may run anything here, else for each thing that is denied PXC801, PXC813,
    PXC814, PXC815, PXC816 or PXC817; PXC818 for a deny that only warns. Under `acl: {mode: warn}`
    none of them is an error. Without an organization in the catalog nothing is decided.
    """
    if not is_enforced(world):
        return plan
    from pxc.access.messages import denials
    from pxc.access.wording import known_as
    from pxc.diagnostics import Note

    decision = decision_on(plan, world)
    who = decision.principal
    by = (Note(known_as(who)),) if decision.denied and who.subject.partition(":")[2] else ()
    for said in denials(world.catalog.rules, decision, access_settings(world)):
        tell_of_access(
            _CODES[said.reason], said.message, said.span, world, report,
            label=said.label, notes=(*said.notes, *by), help=said.help,
        )  # fmt: skip
        by = ()  # it is told once
    return plan


def is_enforced(world: World) -> bool:
    """Whether there are rules, and somebody wants to know of them."""
    return world.catalog.has_rules and world.options.acl.mode != "off"


def decision_on(plan: Plan, world: World) -> Decision:
    """What the rules of the catalog say of a plan's claims."""
    from pxc.access.judge import decide
    from pxc.access.principal import Principal

    return decide(
        world.catalog.rules,
        world.principal or Principal(),
        plan.project,
        claims_under_rules(plan, world),
        today=world.today or LAST_DAY,
        settings=access_settings(world),
    )


def claims_under_rules(plan: Plan, world: World) -> tuple[Claim, ...]:
    """The claims of a plan with nodes and clusters as the catalog knows them."""
    from pxc.passes.cluster_claims import claims_of_clusters
    from pxc.passes.plan_claims import claims_of

    rules = world.catalog.rules
    claims = claims_of(plan, world, pools_of(rules, plan))
    return (*claims, *claims_of_clusters(claims, rules))


def pools_of(rules: Rules, plan: Plan) -> tuple[NodePool, ...]:
    """The node pools of the clusters that the queues of a plan lead to; of all without a queue."""
    names = {getattr(n.name, "value", None) for n in plan.named if n.kind == "queue"}
    units = plan.units if plan.group is None else tuple(plan.group.units())
    names |= {unit.queue for unit in units}
    queues = [rules.queues[name] for name in names if name in rules.queues]
    clusters = {queue.cluster for queue in queues if queue.cluster is not None}
    reached = [
        cluster for name, cluster in rules.clusters.items() if not clusters or name in clusters
    ]
    return tuple(pool for cluster in reached for pool in cluster.node_pools)


def access_settings(world: World) -> Settings:
    """How strictly it is decided."""
    from pxc.access.decision import Settings

    acl = world.options.acl
    return Settings(undeclared=acl.undeclared, unresolved=acl.unresolved, overrides=world.overrides)


def tell_of_access(
    code: str,
    message: str,
    span: Span,
    world: World,
    report: Report,
    *,
    label: str = "",
    notes: tuple[Note, ...] = (),
    help: str | None = None,
    fix: Fix | None = None,
) -> None:
    """Report a denial; under `acl: {mode: warn}` it is no error."""
    from pxc.codes import CODES

    kind = CODES[code]
    if code == "PXC821" and world.options.acl.strict_quota:
        kind = replace(kind, severity=Severity.ERROR)
    if world.options.acl.mode == "warn" and kind.severity is Severity.ERROR:
        kind = replace(kind, severity=Severity.WARNING)
    report.keep(Diagnostic(kind, message, span, label, notes, help, fix))
