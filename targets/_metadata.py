"""Turns a unit into the names, labels and annotations of its objects."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.node import Map, Node
from pxc.ir.plan import TOLD_PREFIX, Group, Plan, Unit
from pxc.targets._names import is_label_value, label_value

__all__ = ["Metadata", "decided", "identity_labels"]

_NO_PROJECT = ("", "default")


class Metadata(Struct):
    """What the objects of one unit say of themselves.

    `labels` and `annotations` are the author's; `own` are our labels.
    """

    plan: Plan
    unit: Unit | Group
    namespace: str | None
    labels: dict[str, str]
    annotations: dict[str, str]
    own: dict[str, str]

    def of_object(self, name: str, *, generate: bool = False) -> dict[str, Any]:
        """`metadata` of an object; with `generate` the API server ends the name."""
        found: dict[str, Any] = {"generateName" if generate else "name": name}
        if self.namespace:
            found["namespace"] = self.namespace
        found["labels"] = self.labels | self.own
        annotations = self.annotations | self._told()
        if annotations:
            found["annotations"] = annotations
        return found

    def of_pod(self) -> dict[str, Any]:
        """`metadata` of a pod template: only what the content of the run decides.

        A Job's template can never change, so where the file lies or how it describes itself must
        not be in it; the author's own `pxc.dev/` labels and annotations neither.
        """
        found: dict[str, Any] = {"labels": _of_run(self.labels) | self.own}
        annotations = _of_run(self.annotations)
        if annotations:
            found["annotations"] = annotations
        return found

    def _told(self) -> dict[str, str]:
        told = {
            "pxc.dev/source": "" if self.plan.source in ("-", "<stdin>") else self.plan.source,
            "pxc.dev/description": self.unit.description or "",
            "pxc.dev/tags": ",".join(self.unit.tags),
            **decided(self.plan),
            **_begun_from(self.unit),
        }
        return {key: text for key, text in told.items() if text}

    def of_job(self) -> dict[str, Any]:
        """`metadata` of the Jobs that something makes again and again: they name the decision."""
        found = self.of_pod()
        annotations = found.get("annotations", {}) | decided(self.plan)
        return found | ({"annotations": annotations} if annotations else {})

    def check(self, report: Report) -> None:
        """Report labels that Kubernetes would refuse (PXC116) or that are ours (PXC702)."""
        environment = self.unit.pod.environment if isinstance(self.unit, Unit) else None
        written = environment.labels if environment is not None else None
        for key, value in self.labels.items():
            node = written.get(key) if isinstance(written, Map) else None
            at: Node = node if isinstance(node, Node) else self.unit
            if not is_label_value(value):
                report.add(
                    "PXC116",
                    f"`{value}` cannot be the value of the label `{key}`",
                    at.span,
                    help="at most 63 letters, digits, `-`, `_`, `.`, with a letter or digit at"
                    " both ends; other text goes into `annotations`",
                )
            elif self.own.get(key, value) != value:
                report.add(
                    "PXC702",
                    f"the label `{key}` is set by the compiler: `{value}` is left out",
                    at.span,
                    help="choose another key",
                )


def decided(plan: Plan) -> dict[str, str]:
    """The annotation that leads from what runs to the rules that let it; empty without any."""
    return {"pxc.dev/decision": plan.decision} if plan.decision else {}


def _begun_from(member: Unit | Group) -> dict[str, str]:
    """The annotation that leads to the earlier run that one begins from."""
    found = member.earlier
    return {} if found is None else {f"pxc.dev/{found.kind}-of": found.run}


def _of_run(told: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in told.items() if not key.startswith(TOLD_PREFIX)}


def identity_labels(plan: Plan, unit: Unit | Group) -> dict[str, str]:
    """Our labels, but for the instance, which is the object's name."""
    name = label_value(unit.name)
    own = {"app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "pxc"}
    if plan.project not in _NO_PROJECT:
        own["app.kubernetes.io/part-of"] = label_value(plan.project)
    own["pxc.dev/operation"] = name
    if plan.group is not None:
        own["pxc.dev/dag"] = label_value(plan.group.name)
    return own
