"""Reports references of hooks and builds to what is not there."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.io import Param
from pxc.ir.node import Map, Seq, plain
from pxc.ir.program import Program
from pxc.ir.spec import Build, Hook
from pxc.passes.param_refs import read_ref
from pxc.world import World


def check_hooks(program: Program, world: World, report: Report) -> Program:
    """Check the params of an operation's hooks and of its build.

    PXC219 for a reference that names nothing outside of a dag. Those of a dag's operations are held
    to its edges, where the dag is checked.
    """
    composed = program.composed
    if composed is None:
        return program
    hooks: Any = composed.hooks
    for one in (*(hooks.items if isinstance(hooks, Seq) else ()), composed.build):
        if not isinstance(one, Hook | Build) or not isinstance(one.params, Map):
            continue
        for key, param in one.params.entries:
            if isinstance(param, Param) and param.ref is not None:
                read_ref(str(plain(key)), param, report)
    return program
