"""Says once, before the DAG, what the pods of several tasks have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from pxc.targets.airflow.python_text import Call, Code, Entries, Statement

__all__ = ["said_once"]

_FIELDS = frozenset((
    "affinity", "container_resources", "env", "envFrom", "env_vars", "imagePullSecrets",
    "initContainers", "nodeSelector", "node_selector", "resources", "securityContext",
    "tolerations", "volumeMounts", "volumes",
))  # fmt: skip
"""Fields of a pod whose values are worth a name."""

_SHORT = 60
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def said_once(
    lines: Sequence[str | Statement], taken: Iterable[str]
) -> tuple[list[Statement], list[str | Statement]]:
    """The constants, in the order of their first use, and the lines that name them.

    A value is a constant when it stands at least twice, and is longer than its name would be.
    """
    counts: dict[str, int] = {}
    for line in lines:
        if isinstance(line, Statement):
            _count(line.value, counts)
    if all(count < 2 for count in counts.values()):
        return [], list(lines)
    naming = _Naming(counts, set(taken))
    found = [
        replace(line, value=naming.folded(line.value)) if isinstance(line, Statement) else line
        for line in lines
    ]
    return naming.constants, found


def _parts(value: Any) -> Iterable[tuple[str, Any]]:
    """The parts of a value with the fields that they are, if they are any."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, Call):
        yield from value.named
    elif isinstance(value, list | Entries):
        for item in value if isinstance(value, list) else value.items:
            yield "", item


def _is_worth_it(field: str, value: Any) -> bool:
    return field in _FIELDS and isinstance(value, list | dict | Call)


def _count(value: Any, counts: dict[str, int]) -> None:
    for field, part in _parts(value):
        if _is_worth_it(field, part):
            key = repr(part)
            if len(key) > _SHORT:
                counts[key] = counts.get(key, 0) + 1
                if counts[key] > 1:
                    continue
        if isinstance(part, list | dict | Call | Entries):
            _count(part, counts)


class _Naming:
    """Gives values names."""

    def __init__(self, counts: dict[str, int], taken: set[str]) -> None:
        self.counts, self.taken = counts, taken
        self.names: dict[str, Code] = {}
        self.constants: list[Statement] = []

    def folded(self, value: Any) -> Any:
        """A value in which what is said elsewhere, too, has its name."""
        if isinstance(value, dict):
            return {field: self._part(field, part) for field, part in value.items()}
        if isinstance(value, list):
            return [self.folded(item) for item in value]
        if isinstance(value, Entries):
            return Entries(tuple(self.folded(item) for item in value.items))
        if isinstance(value, Call):
            named = tuple((field, self._part(field, part)) for field, part in value.named)
            return replace(value, named=named)
        return value

    def _part(self, field: str, part: Any) -> Any:
        if _is_worth_it(field, part):
            key = repr(part)
            if self.counts.get(key, 0) > 1:
                return self.names.get(key) or self._named(field, key, part)
        return self.folded(part)

    def _named(self, field: str, key: str, part: Any) -> Code:
        plain = _CAPITAL.sub("_", field).upper()
        name, count = plain, 1
        while name in self.taken:
            count += 1
            name = f"{plain}_{count}"
        self.taken.add(name)
        self.names[key] = Code(name)
        self.constants.append(Statement(f"{name} = ", part))
        return self.names[key]
