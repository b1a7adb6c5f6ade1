"""Turns the sections that no unit carries into demands, so that nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.node import Lit, Seq, Template, is_null, plain
from pxc.ir.plan import Demand
from pxc.ir.run import Legacy
from pxc.ir.spec import Operation, Plugins
from pxc.source import head_of

_SECTIONS: tuple[tuple[str, str], ...] = (
    ("matrix", "matrix"),
    ("hooks", "hooks"),
    ("build", "build"),
    ("joins", "joins"),
)
_EDGES: tuple[tuple[str, str], ...] = (
    ("events", "events"),
    ("dependencies", "dependencies"),
    ("trigger", "trigger"),
)
"""What an operation of a dag has as edges of its group."""

_OPTIONAL_SECTIONS: tuple[tuple[str, str], ...] = (("cache", "cache"), ("cost", "cost"))

_PLUGINS: tuple[tuple[str, bool, bool], ...] = (
    # attribute, the value that asks for nothing, whether its loss changes no result
    ("auth", False, False),
    ("tmux", False, True),
    ("sandbox", False, False),
    ("ssh", False, False),
    ("external_host", False, True),
)
_SILENT_PLUGINS = frozenset(
    {"shm", "docker", "mount_artifacts_store", "collect_artifacts", "auto_resume",
     "collect_logs", "collect_resources", "sync_statuses", "log_level", "sidecar"}
)  # fmt: skip
"""Those of the first line are lowered; the others configure Polyaxon's own services."""


def section_demands(
    composed: Operation, *, in_dag: bool = False, carried: frozenset[str] = frozenset()
) -> Iterator[Demand]:
    """What the operation's sections ask of a target beyond what a plan carries of them.

    `carried` names the sections that the plan has as nodes of its own. An explicit null or an empty
    list asks for nothing. `optional` marks what only tunes how Polyaxon's own services watch a run.
    """
    for attribute, feature in (*_SECTIONS, *(() if in_dag else _EDGES)):
        if feature not in carried:
            yield from _section(composed, attribute, feature, optional=False)
    if in_dag and composed.events is not None:
        from pxc.passes.lower_events import outer_events

        yield from outer_events(composed)
    for attribute, feature in _OPTIONAL_SECTIONS:
        if feature not in carried:
            yield from _section(composed, attribute, feature, optional=True)
    approved = composed.is_approved
    waits = isinstance(approved, Lit) and approved.value is False and "approval" not in carried
    if approved is not None and (waits or isinstance(approved, Template)):
        yield Demand(approved.span, "approval", f"isApproved: {str(plain(approved)).lower()}")
    yield from _section(composed, "mount", "mount", optional=False)
    skips = composed.skip_on_upstream_skip
    if isinstance(skips, Lit) and skips.value and not in_dag:
        yield Demand(skips.span, "skip", "skipOnUpstreamSkip", True)
    if isinstance(composed.plugins, Plugins):
        yield from _plugin_demands(composed.plugins)
    yield from _termination_demands(composed)


def stopping_demands(rules: Any, feature: str) -> Iterator[Demand]:
    """A demand for each rule that ends a matrix or a dag early and that waits for the run."""
    for rule in rules.items if isinstance(rules, Seq) else ():
        kind = plain(getattr(rule, "kind", None))
        yield Demand(head_of(rule.span), feature, f"earlyStopping: {{kind: {kind}}}")
    if rules is not None and not isinstance(rules, Seq) and not is_null(rules):
        yield Demand(head_of(rules.span), feature, "earlyStopping")


def _section(
    composed: Operation, attribute: str, feature: str, *, optional: bool
) -> Iterator[Demand]:
    value: Any = getattr(composed, attribute)
    empty = isinstance(value, Seq) and not value.items
    if value is None or is_null(value) or empty:
        return
    span = head_of(value.span)
    if feature == "matrix":
        kind = getattr(value, "kind", "") or "matrix"
        later = kind in ("grid", "random", "mapping", "matrix")  # else it were a sweep by now
        yield Demand(span, f"matrix.{'later' if later else kind}", f"matrix: {{kind: {kind}}}")
        return
    yield Demand(span, feature, feature, optional)


def _plugin_demands(plugins: Plugins) -> Iterator[Demand]:
    for attribute, idle, optional in _PLUGINS:
        value = getattr(plugins, attribute)
        wanted = isinstance(value, Lit) and value.value is not None and value.value is not idle
        if wanted or isinstance(value, Template):
            name = _camel(attribute)
            yield Demand(value.span, f"plugins.{name}", f"plugins.{name}", optional)
    notifications = plugins.notifications
    if isinstance(notifications, Seq) and notifications.items:
        yield Demand(notifications.span, "plugins.notifications", "plugins.notifications")


def _termination_demands(composed: Operation) -> Iterator[Demand]:
    termination: Any = composed.termination
    for attribute in ("culling", "probe"):
        value = getattr(termination, attribute, None)
        if value is not None and not is_null(value):
            name = f"termination.{attribute}"
            yield Demand(value.span, name, name)


def runtime_demand(run: Any) -> Demand | None:
    """The demand of a runtime that is not made of pods, or was one in older releases only."""
    if isinstance(run, Legacy):
        return Demand(head_of(run.span), f"run.{run.kind}", f"run.kind: {run.kind}")
    return None


def _camel(attribute: str) -> str:
    head, *rest = attribute.split("_")
    return head + "".join(word.capitalize() for word in rest)
