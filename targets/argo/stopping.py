"""Says which rules of early stopping an Argo workflow can hold its runs to, and how."""

from __future__ import annotations

from pxc.ir.plan import Group, Unit
from pxc.ir.stopping import Stopping
from pxc.source import head_of
from pxc.targets.argo.build import Build
from pxc.targets.argo.dag_outputs import source_of
from pxc.targets.argo.features import feature_of, tell

__all__ = ["holds", "is_told", "tell_of_rules"]


def is_told(member: Unit | Group, metric: str, build: Build) -> bool:
    """Whether a run tells a metric: by an output of its name, or by the tracking client."""
    if isinstance(member, Group):
        return source_of(member, metric) is not None
    return build.tracking or any(output.name == metric for output in member.outputs)


def holds(rules: tuple[Stopping, ...], member: Unit | Group, build: Build) -> bool:
    """Whether each rule can be held to; PXC701 for a metric that no run tells."""
    for rule in rules:
        if rule.policy is None and rule.metric and not is_told(member, rule.metric, build):
            declared = f"outputs: [{{name: {rule.metric}, type: float}}]"
            build.report.add(
                "PXC701",
                f"by `{rule.kind}` nothing can end: `{rule.metric}` is no output of its runs",
                head_of(rule.span),
                help=f"declare it: `{declared}`",
            )
            return False
    return True


def tell_of_rules(
    rules: tuple[Stopping, ...], whole: str, feature: str, build: Build, *, at_once: bool = False
) -> None:
    """PXC702 for what is lost of each rule; `at_once` where all runs are of one round."""
    row = feature_of(feature)
    for rule in rules:
        span = head_of(rule.span)
        if rule.policy is not None:
            tell("search.policy", "`policy` of `earlyStopping`", span, build.report)
        elif at_once:
            build.report.add(
                "PXC702",
                f"by `{rule.kind}` Argo ends no run of the {whole}: all of them start at once",
                span,
                help="give it a `concurrency` of less than its runs: the rules are held to the"
                " results between so many of them",
            )
        else:
            build.report.add(
                "PXC702",
                f"by `{rule.kind}` Argo ends the {whole} between two rounds, not the runs of one",
                span,
                help=row.reason if row is not None else None,
            )
