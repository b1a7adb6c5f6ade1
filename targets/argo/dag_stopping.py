"""Says how a dag ends before its last operation: by its first failure, or by a metric.

A rule of failures that one failure meets is `failFast` of the template: nothing more starts then.
Argo marks such a template without minding the tasks inside of it, so a dag around it would wait
for them for ever: only the outermost dag can have it, and no task whose failed tries count. By a
rule of a metric every operation that follows the one which has the metric is skipped.
"""

from __future__ import annotations

import math

from msgspec import Struct, field

from pxc.ir.plan import Group, Unit
from pxc.ir.stopping import FAILURE, MAXIMIZE, Stopping
from pxc.source import Span, head_of
from pxc.targets._dag_metric import followers, sources_of
from pxc.targets.argo.build import Build
from pxc.targets.argo.features import ROWS, feature_of, tell
from pxc.targets.argo.outputs import output_text
from pxc.targets.argo.scope import Scope

__all__ = ["Ending", "ending_of"]

_NUMBER = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$"


class Ending(Struct):
    """How a dag ends early: what must hold for each of its members to be run, by name."""

    fails_fast: bool = False
    clauses: dict[str, list[str]] = field(default_factory=dict)


def ending_of(group: Group, scope: Scope, build: Build, *, is_entry: bool) -> Ending:
    """What the rules of a dag come to; PXC701 for those that Argo cannot hold to.

    PXC702 for what goes on when a rule holds, and for a policy.
    """
    found = Ending()
    for rule in group.stopping:
        span, said = head_of(rule.span), f"earlyStopping: {{kind: {rule.kind}}}"
        if rule.policy is not None:
            tell("search.policy", "`policy` of `earlyStopping`", span, build.report)
        elif rule.kind != FAILURE:
            _skip(rule, group, found, scope, build)
        elif (why := _counts(rule, group, is_entry=is_entry)) is not None:
            build.report.add(
                "PXC701", f"`{said}` of a dag cannot be held to: {why[0]}", span, help=why[1]
            )
        elif _needed(rule, group) == 1 and len(_operations(group)) > 1:
            found.fails_fast = True
            said = f"by `{rule.kind}` Argo starts nothing more, and ends nothing that runs"
            _warn("dag.failures", said, span, build)
    return found


def _warn(feature: str, said: str, span: Span, build: Build) -> None:
    row = feature_of(feature)
    build.report.add("PXC702", said, span, help=row.reason if row is not None else None)


def _operations(group: Group) -> list[Unit | Group]:
    """The members that an author wrote: what builds an image is none."""
    built = {edge.upstream for edge in group.edges if edge.is_build}
    return [member for member in group.members if member.name not in built]


def _needed(rule: Stopping, group: Group) -> int:
    """How many operations must have failed; one that asks for none asks for one."""
    return max(1, math.ceil((rule.percent or 0) * len(_operations(group)) / 100))


def _counts(rule: Stopping, group: Group, *, is_entry: bool) -> tuple[str, str] | None:
    """Why a rule of failures cannot be held to, and what to do then; None where it can."""
    needed, count = _needed(rule, group), len(_operations(group))
    if needed >= count:
        return None  # when all of them have failed nothing is left to be ended
    if needed > 1:
        most = math.floor(100 / count)
        return (
            f"{needed} of its {count} operations must have failed, and Argo ends a dag with the"
            " first or not at all",
            f"write `percent: {most}`, which one failure meets, or leave it out",
        )
    if not is_entry:
        return (
            "Argo never ends the dag around one that fails before its last operation",
            "give the rule to the outermost dag",
        )
    tried = next((m for m in group.members if m.limits and m.limits.max_retries), None)
    if tried is not None:
        return (
            f"`{tried.name}` has retries, and its first failed try would count",
            f"leave `maxRetries` of `{tried.name}` out, or the rule",
        )
    hooked = next((m for m in group.members if m.hooks), None)
    if hooked is not None:
        return f"`{hooked.name}` has hooks, whose failure would count", "leave the rule out"
    serving = next((m for m in group.members if m.kind == "service"), None)
    if serving is not None:
        return f"`{serving.name}` is a service, whose end would count", "leave the rule out"
    return None


def _skip(rule: Stopping, group: Group, found: Ending, scope: Scope, build: Build) -> None:
    """Let what follows the operations with a metric run only while its value is not reached."""
    for source in sources_of(rule, group, "Argo", ROWS, build.report):
        build.ask_output(source, rule.metric)
        clause = _unreached(rule, scope.names[source.name], build)
        for name in followers(group, source.name):
            found.clauses.setdefault(name, []).append(clause)


def _unreached(rule: Stopping, task: str, build: Build) -> str:
    """Whether the value of a metric is not there, or not good enough."""
    said = output_text(task, rule.metric, tracking=build.tracking, may_lack=True)
    operator = "<" if rule.optimization == MAXIMIZE else ">"
    goes_on = f"float(#) {operator} {rule.value or 0.0!r}"
    return f"map([{said}], # matches '{_NUMBER}' ? {goes_on} : true)[0]"
