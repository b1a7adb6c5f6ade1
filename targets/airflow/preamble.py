"""Turns the names that a DAG file uses into its imports and its own definitions."""

from __future__ import annotations

from collections.abc import Iterable
from pkgutil import get_data

__all__ = ["NAMES", "preamble"]

_COMPAT = "airflow.providers.common.compat.sdk"
_MODULES = {
    "DAG": ("airflow.sdk", "airflow.models.dag"),
    "Param": ("airflow.sdk", "airflow.models.param"),
    "TaskGroup": ("airflow.sdk", "airflow.utils.task_group"),
    "literal": ("airflow.sdk.definitions.template", "airflow.utils.template"),
    "task": ("airflow.sdk", "airflow.decorators"),
    "Asset": ("airflow.sdk", "airflow.datasets.Dataset"),
    "BaseOperator": ("airflow.sdk", "airflow.models.baseoperator"),
    "BaseSensorOperator": ("airflow.sdk", "airflow.sensors.base"),
    "AirflowException": ("airflow.sdk.exceptions", "airflow.exceptions"),
    "AirflowSkipException": ("airflow.sdk.exceptions", "airflow.exceptions"),
    "AirflowFailException": ("airflow.sdk.exceptions", "airflow.exceptions"),
}
"""Where Airflow 3 and Airflow 2 keep what its compatibility layer knows for both."""

_OTHERS = {
    "KubernetesPodOperator": "airflow.providers.cncf.kubernetes.operators.pod",
    "ApprovalOperator": "airflow.providers.standard.operators.hitl",
    "EmptyOperator": "airflow.providers.standard.operators.empty",
    "ShortCircuitOperator": "airflow.providers.standard.operators.python",
    "timedelta": "datetime",
}
_WHOLE = {
    "json": "import json",
    "k8s": "from kubernetes.client import models as k8s",
    "pendulum": "import pendulum",
}
_TIMETABLES = {
    "CronTriggerTimetable": "airflow.timetables.trigger",
    "DeltaTriggerTimetable": "airflow.timetables.trigger",
}
"""Names that Airflow 3 moved and its compatibility layer does not know."""

_STANDARD = frozenset(
    ("base64", "copy", "datetime", "functools", "json", "math", "pathlib", "time", "uuid")
)
_DEFINITIONS = (
    "run_uuid", "is_true", "reached", "OutputsOperator", "ExitCodeOperator", "ResourceOperator",
    "ResourceOutputsOperator", "SparkOperator", "TrialOperator", "TrialExitCodeOperator",
    "TrialResourceOperator", "TrialSparkOperator", "TunerOperator", "JoinOperator", "came_to",
    "may_start", "ended_well", "watcher",
)  # fmt: skip
_NEEDED = {
    "may_start": ("came_to",),
    "ended_well": ("came_to",),
    "TrialExitCodeOperator": ("TrialOperator", "ExitCodeOperator"),
    "TrialSparkOperator": ("TrialResourceOperator", "SparkOperator"),
    "ExitCodeOperator": ("OutputsOperator",),
    "TrialResourceOperator": ("ResourceOutputsOperator",),
    "ResourceOutputsOperator": ("ResourceOperator",),
    "SparkOperator": ("ResourceOperator",),
}
"""Definitions that stand on others; what stands on one of these comes before it."""

NAMES = frozenset((*_MODULES, *_OTHERS, *_WHOLE, *_TIMETABLES, *_DEFINITIONS))
"""All that a file may import or define; no variable of it is called so."""

_INLINED = "inlined/{}.py"
"""Where this package keeps what a file may define."""


def preamble(used: Iterable[str], release: str) -> str:
    """The imports of a file, sorted as linters want them, and what it defines.

    `used` are names of Airflow, of libraries, and of the definitions that a file may have, each of
    which is a file of the folder `inlined`. `release` is `both`, `3` or `2`.
    """
    wanted = set(used)
    for name, needed in _NEEDED.items():
        wanted |= set(needed) if name in wanted else set()
    lines: set[str] = set()
    bodies = []
    for name in _DEFINITIONS:
        if name in wanted:
            text = (get_data(__package__ or "", _INLINED.format(name)) or b"").decode()
            head, _, body = text.rpartition("\n\n\n")
            lines |= {each for line in head.splitlines() if line for each in _moved(line, release)}
            bodies.append(f"\n\n{body}")
    lines |= {_import(name, release) for name in wanted & _MODULES.keys()}
    lines |= {f"from {_OTHERS[name]} import {name}" for name in wanted & _OTHERS.keys()}
    lines |= {_WHOLE[name] for name in wanted & _WHOLE.keys()}
    moved = sorted(wanted & _TIMETABLES.keys())
    if release == "3":
        lines |= {f"from airflow.sdk import {name}" for name in moved}
    if release == "2":
        lines |= {f"from {_TIMETABLES[name]} import {name}" for name in moved}
    tried = [_either(name) for name in moved] if release == "both" else []
    return _sorted(lines) + "".join(tried + bodies)


def _import(name: str, release: str) -> str:
    if release == "both":
        return f"from {_COMPAT} import {name}"
    module = _MODULES[name][release == "2"]
    if module.endswith(".Dataset"):
        return f"from {module.removesuffix('.Dataset')} import Dataset as {name}"
    return f"from {module} import {name}"


def _moved(line: str, release: str) -> list[str]:
    """An import of a definition, as a release has it."""
    module, _, listed = line.removeprefix("from ").partition(" import ")
    if module != _COMPAT:
        return [line]
    return [_import(name, release) for name in listed.split(", ")]


def _either(name: str) -> str:
    """An import for Airflow 3, else for Airflow 2."""
    return (
        f"\ntry:\n    from airflow.sdk import {name}\nexcept ImportError:\n"
        f"    from {_TIMETABLES[name]} import {name}\n"
    )


def _sorted(lines: set[str]) -> str:
    """Import lines in sections, one line a module."""
    names: dict[str, set[str]] = {}
    plain = set()
    for line in lines:
        if line.startswith("from "):
            module, _, name = line.removeprefix("from ").partition(" import ")
            names.setdefault(module, set()).update(name.split(", "))
        else:
            plain.add(line)
    found = sorted(plain) + [f"from {m} import {_listed(names[m], m)}" for m in sorted(names)]
    ours = [line for line in found if _top(line) in _STANDARD]
    rest = [line for line in found if _top(line) not in _STANDARD]
    return "\n\n".join("\n".join(part) for part in (ours, rest) if part) + "\n"


def _listed(names: set[str], module: str) -> str:
    """Constants, then classes, then the rest, as linters sort them."""
    order = sorted(names, key=lambda name: (_rank(name), name))
    line = ", ".join(order)
    if len(f"from {module} import {line}") <= 88:
        return line
    return "(\n" + "".join(f"    {name},\n" for name in order) + ")"


def _rank(name: str) -> int:
    bare = name.partition(" as ")[0]
    return 0 if bare.isupper() and len(bare) > 1 else 1 if bare[:1].isupper() else 2


def _top(line: str) -> str:
    return line.split()[1].partition(".")[0]
