"""Says which hooks of a member are called when it has ended.

A hook hears of the end that it names, or of any; then its condition decides. What it does itself
changes nothing about the member.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pxc.ir.plan import Group, Hook, Unit
from tests.plan_conditions import Read, holds


def called(
    hooks: tuple[Hook, ...], state: str, outputs: Mapping[str, Any], read: Read
) -> Iterator[Unit | Group]:
    """What runs after a member that came to a state and left these outputs.

    `read` tells what is known beside the member.
    """

    def here(path: str) -> Any:
        if path == "run.status":
            return state
        if path.startswith("run.outputs."):
            return outputs[path.removeprefix("run.outputs.")]
        return read(path)

    for hook in hooks:
        if hook.trigger in (state, "done") and holds(hook.condition, here):
            yield hook.unit
