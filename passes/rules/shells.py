"""Rules about values that a shell reads as part of its script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.expr import Attribute, Name
from pxc.ir.node import Hole, KObject, Lit, Seq, Template
from pxc.ir.program import Binding, Program
from pxc.ir.run import Dag
from pxc.passes.rules.authored import containers, operations
from pxc.passes.rules.dag_programs import inner_runs, run_nodes
from pxc.world import World

_SHELL = re.compile(r"(?:.*/)?(?:ba|da|z|k|a)?sh\Z")
_SCRIPT = re.compile(r"-[a-z]*c\Z")
_FREE = frozenset({"", "any", "str", "path", "StrictStr", "SecretStr", "uri", "dict", "list"})
"""Types whose values may hold what a shell takes for its own."""


def script_of(container: KObject) -> Any:
    """The script that a container gives to a shell, None when it starts another program."""
    words: list[Any] = []
    for field in ("command", "args"):
        node = container.get(field)
        words += node.items if isinstance(node, Seq) else [] if node is None else [node]
    texts = [w.value if isinstance(w, Lit) and isinstance(w.value, str) else "" for w in words]
    for at, text in enumerate(texts[:-1]):
        if _SCRIPT.match(text) and any(_SHELL.match(t) for t in texts[:at]):
            return words[at + 1]
    return None


def shell_injection(program: Program, world: World, report: Report) -> None:
    """PXC309: the text of an input inside of a shell's script, outside of single quotes."""
    composed = program.composed
    if composed is None:
        return
    if isinstance(composed.run, Dag):
        for one in inner_runs(program):
            _check_scripts(_scripts_of_run(one), _free(one, fixed=_is_fixed), report)
        return
    scripts: list[Any] = [script_of(container) for container in containers(program, world)]
    for operation in operations(program, world):
        cmd = operation.cmd
        scripts += cmd.items if isinstance(cmd, Seq) else [cmd]
    _check_scripts(scripts, _free(program), report)


def _scripts_of_run(program: Program) -> list[Any]:
    objects = (node for node in run_nodes(program) if isinstance(node, KObject))
    return [script_of(one) for one in objects if one.definition == "V1Container"]


def _free(
    program: Program, fixed: Callable[[Binding], bool] = lambda b: False
) -> dict[str, Binding]:
    """What may be any text when the run starts."""
    inputs = (b for b in program.bindings if b.section != "outputs" and b.type in _FREE)
    return {b.name: b for b in inputs if not fixed(b)}


def _is_fixed(binding: Binding) -> bool:
    """Whether a dag gives its operation this value, and no one can choose another."""
    return binding.given_at is not None and isinstance(binding.value, Lit)


def _check_scripts(scripts: list[Any], free: dict[str, Binding], report: Report) -> None:
    for script in scripts:
        if isinstance(script, Template):
            _check_script(script, free, report)


def _check_script(script: Template, free: dict[str, Binding], report: Report) -> None:
    quoted = False
    for part in script.parts:
        if isinstance(part, str):
            quoted ^= part.count("'") % 2 == 1
            continue
        name = _printed(part)
        if name in free and not quoted:
            report.add(
                "PXC309",
                f"the shell reads the value of `{name}` as a part of its script",
                part.span,
                notes=(Note(f"`{name}` takes any text", free[name].span),),
                help=f"declare the input with `toEnv: {name.upper()}` and write"
                f' `"${name.upper()}"` in the script',
            )


def _printed(hole: Hole) -> str:
    """The x of `x` and `params.x.value` and its texts; empty for anything else."""
    expr: Any = hole.expr
    if isinstance(expr, Name):
        return expr.name
    if isinstance(expr, Attribute) and expr.name in ("value", "as_str", "as_arg"):
        inner = expr.object
        if isinstance(inner, Attribute) and getattr(inner.object, "name", "") == "params":
            return inner.name
    return ""
