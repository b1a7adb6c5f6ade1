"""Turns what a dag says for all of its operations into layers beneath each of them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from pxc.diagnostics import Report
from pxc.ir.node import Node, replace
from pxc.ir.run import Cluster, Dag, Distributed, Job, Legacy, Replica, Service
from pxc.ir.spec import Operation
from pxc.passes.contexts import has_template
from pxc.passes.evaluate_expressions import Evaluation
from pxc.passes.graph.dag_values import DagValues, from_outside
from pxc.passes.patch import patch
from pxc.source import Span
from pxc.world import World

_SECTIONS = ("cache", "termination", "plugins", "queue", "namespace")
_OF_POD = ("environment", "connections", "volumes")
_STRATEGY = "pre_merge"


class Pushed(Struct, frozen=True):
    """What a dag gives its operations: sections of an operation, and fields of a pod.

    `runs` are runtimes, by identity, with what they became: operations of one component share it.
    """

    span: Span
    sections: dict[str, Any]
    pod: dict[str, Any]
    runs: dict[int, tuple[Any, Any]] = field(default_factory=dict)

    def beneath(self, composed: Operation) -> Operation:
        """An operation over what its dag gives it: its own values win, lists begin with the dag's.

        Source: specification of dags, section 4.
        """
        changed = {
            name: patch(getattr(composed, name), value, _STRATEGY)
            for name, value in self.sections.items()
        }
        run: Any = composed.run
        if self.pod:
            changed["run"] = self._above(run)
        return replace(composed, **changed) if changed else composed

    def _above(self, run: Any) -> Any:
        """A runtime over the fields of its pods."""
        known = self.runs.get(id(run))
        if known is None:
            layer = self._layer(run)
            patched = run if layer is None else patch(run, layer, _STRATEGY)
            known = self.runs[id(run)] = run, patched
        return known[1]

    def _layer(self, run: Any) -> Any:
        if isinstance(run, Legacy):
            return None
        if isinstance(run, Job | Service | Dag):
            return type(run)(self.span, kind=run.kind, **self.pod)
        assert isinstance(run, Distributed | Cluster)
        return Replica(self.span, **self.pod)


def pushed_down(composed: Operation, values: DagValues, world: World, report: Report) -> Pushed:
    """What the operation of a dag gives the operations inside of it.

    Its own sections are rendered with its own names; those of the pods, as the real system does,
    with the names of each operation. The real system chooses a namespace for each operation when it
    runs; here that of the dag is the only one known.
    """
    dag: Any = composed.run
    sections = {n: getattr(composed, n) for n in _SECTIONS if getattr(composed, n) is not None}
    for name, section in sections.items():
        if isinstance(section, Node) and has_template(section):
            done = Evaluation(values.contexts, world.language, report).rewrite(section)
            sections[name] = from_outside(done)
    pod = {n: getattr(dag, n) for n in _OF_POD if getattr(dag, n) is not None}
    return Pushed(dag.span, sections, pod)
