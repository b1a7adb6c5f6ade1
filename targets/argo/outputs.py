"""Turns what a unit leaves into output parameters, and references to it into their tags.

A run says an output by a plain file of its name in `$PXC_OUTPUTS_DIR`, or by Polyaxon's tracking
client, which leaves `run.plx.json`; the plain file wins. A default stands for what was not said and
for a task that did not run: a reference to it would wait for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pxc.ir.plan import Unit
from pxc.targets._outputs import told_outputs
from pxc.targets._paths import CONTEXT_ROOT, OUTPUTS_MOUNT
from pxc.targets.argo.expr_outputs import TRACKED, output_expr
from pxc.targets.argo.tags import tag
from pxc.targets.argo.task_names import parameter_name

__all__ = [
    "TRACKED",
    "output_expression",
    "output_parameter",
    "output_parameters",
    "output_text",
    "read_output",
]


def output_parameters(
    unit: Unit, asked: Iterable[str], run: str, *, tracking: bool
) -> list[dict[str, Any]]:
    """The output parameters of a unit: those declared and those asked for.

    `run` is the tag of the run's identity.
    """
    asked = set(asked)
    names = told_outputs(unit, asked)
    found = [
        {
            "name": output_parameter(name),
            "valueFrom": {"path": f"{OUTPUTS_MOUNT}/{name}", "default": ""},
        }
        for name in names
    ]
    if tracking and asked:
        path = f"{CONTEXT_ROOT}/{run}/run.plx.json"
        found.append({"name": TRACKED, "valueFrom": {"path": path, "default": "{}"}})
    return found


def output_parameter(name: str) -> str:
    """The name of the output parameter of an output."""
    return parameter_name(name, (TRACKED,))


def read_output(task: str, name: str, *, tracking: bool, may_lack: bool = False) -> str:
    """The tag of an output of a task beside; one that failed `may_lack` all of its outputs."""
    if not tracking and not may_lack:
        return tag(f"tasks.{task}.outputs.parameters.{output_parameter(name)}")
    return tag(f"={output_text(task, name, tracking=tracking, may_lack=may_lack)}")


def output_text(task: str, name: str, *, tracking: bool, may_lack: bool = False) -> str:
    """An output of a task beside in expr-lang, as text."""
    parameter = output_parameter(name)
    return output_expr(task, parameter, name, tracking=tracking, may_lack=may_lack)


def output_expression(task: str, name: str, *, tracking: bool) -> str:
    """An output of a task beside in expr-lang: a text, or as the tracking client left it."""
    outputs = f"tasks['{task}'].outputs.parameters"
    plain = f"{outputs}['{output_parameter(name)}']"
    if not tracking:
        return plain
    tracked = f"(fromJSON({outputs}['{TRACKED}']).outputs ?? {{}})"
    return f"{plain} != '' ? {plain} : {tracked}['{name}']"
