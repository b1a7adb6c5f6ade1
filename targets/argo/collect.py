"""Turns the pod that reads the outputs of a distributed run into a template of Argo."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.ir.plan import Unit
from pxc.targets._collected import Collected, collected
from pxc.targets._container import container_order
from pxc.targets.argo.build import Build
from pxc.targets.argo.leaf import pod_fields
from pxc.targets.argo.tags import guard
from pxc.targets.kubernetes.distributed import Made

__all__ = ["Collecting", "collecting"]


class Collecting(Struct, frozen=True):
    """The fields of a template, without what it copies."""

    template: dict[str, Any]
    found: Collected

    def with_outputs(self, outputs: list[dict[str, Any]]) -> dict[str, Any]:
        """The fields with what is copied: the file of each output, where Argo looks for it."""
        args = self.found.copies(each["valueFrom"]["path"] for each in outputs)
        container = container_order(self.template["container"] | {"args": args})
        return self.template | {"container": container}


def collecting(made: Made, unit: Unit, build: Build) -> Collecting | None:
    """The template that copies; None where the run keeps nothing in a store."""
    found = collected(made, unit, build.world.options)
    if found is None:
        return None
    template = pod_fields(found.pod)
    guard(template, unit.pod.main.span, build.report)
    return Collecting(template, found)
