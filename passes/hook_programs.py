"""Turns hooks into programs: their component, with what it has of the run that they follow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.expr import Expr, Name, RunTimeRef
from pxc.ir.io import Param
from pxc.ir.node import Hole, Invalid, Lit, Map, Node, Seq, Table, Template, replace, walk
from pxc.ir.program import HookProgram, Program
from pxc.ir.run import Dag, Service
from pxc.ir.spec import Hook, Operation
from pxc.passes.attached import Attached, declared_inputs, given, is_readable
from pxc.passes.contexts import Contexts, build_contexts, evaluate_tree
from pxc.passes.evaluation import Scope
from pxc.passes.fit_field import fit_field
from pxc.passes.free_names import free_names
from pxc.passes.graph.dag_values import DagValues
from pxc.passes.hook_names import HOOK_DEFAULTS
from pxc.passes.moved_refs import moved
from pxc.passes.run_name import free_name, run_name
from pxc.source import Span
from pxc.world import World

_MOST = 1_000
"""The hooks that one file can have, so that components do not multiply each other."""

_BESIDE = ("ops.", "dag.", "runs.")
"""How references begin that mean the same to a hook as to the run that it follows."""


def with_hooks(program: Program, world: World, report: Report) -> Program:
    """A program, and the operations of its dags, with their hooks: see `expand_hooks`."""
    expansion = _Expansion(world, report)
    return expansion.attached.through(program, expansion.hooked, _hooks_of)


class _Expansion:
    """The hooks of one file."""

    def __init__(self, world: World, report: Report) -> None:
        self.world = world
        self.report = report
        self.attached = Attached(world, report)
        self.chain: list[str] = []
        self.left = _MOST

    def hooked(self, program: Program, dag: DagValues | None, taken: set[str]) -> Program:
        """A program with its hooks; `taken` are the names in its dag."""
        composed = program.composed
        hooks: Any = composed.hooks if composed is not None else None
        if not isinstance(hooks, Seq):
            return program
        found = []
        for hook in hooks.items:
            if not isinstance(hook, Hook) or not is_readable(hook):
                continue
            component = self.attached.component(hook.hub_ref)
            if component is not None and self._ends(hook):
                found.append(self.hook(program, hook, component, dag, taken))
        return replace(program, hooks=tuple(found)) if found else program

    def _ends(self, hook: Hook) -> bool:
        """Whether a hook is none of those that it follows, and there are not too many."""
        place, ref = hook.hub_ref, str(getattr(hook.hub_ref, "value", ""))
        assert place is not None
        self.left -= 1
        if ref in self.chain:
            path = " -> ".join((*self.chain[self.chain.index(ref) :], ref))
            self.report.add(
                "PXC221",
                f"the hooks follow each other without end: {path}",
                place.span,
                help="an arrow points to the component of a hook; take one of these hooks out",
            )
        elif self.left == 0:
            self.report.add(
                "PXC447",
                f"there are more than {_MOST} hooks, with those that follow other hooks",
                place.span,
                help="take hooks out of the components that hooks run",
            )
        return ref not in self.chain and self.left > 0

    def hook(
        self,
        program: Program,
        hook: Hook,
        component: Operation,
        dag: DagValues | None,
        taken: set[str],
    ) -> HookProgram:
        """One hook and what it runs."""
        followed = _Followed(program, hook, self.world, self.report)
        params = followed.params(hook)
        defaults = {} if _is_true(hook.disable_defaults) else followed.defaults(component, params)
        name = free_name(f"{run_name(program)}-{_stem(hook)}", taken)
        taken.add(name)
        fields = {
            "params": given(params, defaults, hook),
            "run_patch": _connected(hook.connection),
        }
        inner = self.attached.program(hook, name, component, fields, program, enclosing=dag)
        self.chain.append(str(getattr(hook.hub_ref, "value", "")))
        inner = self.attached.through(inner, self.hooked, _hooks_of, dag, taken)
        self.chain.pop()
        return HookProgram(
            hook.span, followed.settled(hook.trigger), followed.settled(hook.conditions), inner
        )


def _hooks_of(program: Program) -> tuple[Program, ...]:
    return tuple(hook.program for hook in program.hooks)


class _Followed:
    """The names that the expressions of a hook have of the run that it follows."""

    def __init__(self, program: Program, hook: Hook, world: World, report: Report) -> None:
        self.program = program
        self.world = world
        self.report = report
        self.span = hook.span
        self.contexts = build_contexts(program, world, Report())
        self.known = self._names(self.contexts)

    def _names(self, contexts: Contexts) -> dict[str, Any]:
        scope = contexts.scope()
        names = {n: moved(v, from_run) for n, v in scope.names.items()}
        more = {name: _run_ref(self.span, name) for name in ("status", "condition")}
        names["globals"] = {**more, **names["globals"]}
        return {**self._of_run(names), **names}

    def _of_run(self, names: dict[str, Any]) -> dict[str, Any]:
        """What every hook has, whatever the run declares."""
        bindings = self.program.bindings
        inputs = {b.name: names[b.name] for b in bindings if b.section != "outputs"}
        kind, runtime = _kinds(self.program)
        return {
            **{name: _run_ref(self.span, name) for name in HOOK_DEFAULTS},
            "uuid": names["globals"]["uuid"],
            "name": run_name(self.program),
            "kind": kind,
            "runtime": runtime,
            "inputs": inputs,
        }

    def defaults(self, component: Operation, params: Map) -> dict[str, Param]:
        """The params that a hook has without giving them, as far as its component uses them."""
        used = {*free_names(component), *declared_inputs(component), *free_names(params)}
        wanted = [name for name in HOOK_DEFAULTS if name in used]
        context_only = Lit(self.span, True)
        values = {**self._of_run(self.known), "outputs": self._outputs(used)}
        return {
            name: Param(self.span, self._node(values[name]), context_only=context_only)
            for name in wanted
        }

    def _outputs(self, used: Iterable[str]) -> dict[str, Any]:
        """The outputs that the run declares, and those that it may log, by names that are used."""
        declared = (b.name for b in self.program.bindings if b.section == "outputs")
        return {n: _run_ref(self.span, f"outputs.{n}") for n in dict.fromkeys((*declared, *used))}

    def _node(self, value: Any) -> Any:
        """Plain data, with expressions in it, as a tree."""
        if isinstance(value, Expr):
            return Template(self.span, "{{ ... }}", (Hole(self.span, value),))
        if isinstance(value, dict):
            entries = ((Lit(self.span, str(k)), self._node(v)) for k, v in value.items())
            return Map(self.span, tuple(entries))
        if isinstance(value, list):
            return Seq(self.span, tuple(map(self._node, value)))
        return Lit(self.span, value)

    def params(self, hook: Hook) -> Table:
        """The params of a hook with their values rendered; references to other runs stay."""
        if not isinstance(hook.params, Map):
            return Table(hook.span, ())
        entries = tuple((key, self._param(param)) for key, param in hook.params.entries)
        return Table(hook.params.span, entries)

    def _param(self, param: Any) -> Any:
        if not isinstance(param, Param) or param.ref is not None or param.value is None:
            return param
        return replace(param, value=self.settled(param.value))

    def settled(self, node: Any) -> Any:
        """A value rendered with the names of the run; PXC703 for one of a matrix."""
        if not isinstance(node, Node) or isinstance(node, Invalid):
            return node
        used = free_names(node)
        names = {**self.known, "outputs": self._outputs(used)}
        for name in used:
            # a run may log more outputs than it declares
            names.setdefault(name, _run_ref(node.span, f"outputs.{name}"))
        done = evaluate_tree(node, Scope(names), self.report)
        for template in walk(done):
            if isinstance(template, Template) and _varies(template.parts):
                self._report_varying(template)
                return Invalid(node.span)
        if isinstance(node, Template):
            return fit_field(node, done, self.world.language, self.report)
        return done

    def _report_varying(self, template: Template) -> None:
        self.report.add(
            "PXC703",
            "a hook follows all runs of the matrix, and each has a value of its own here",
            template.span,
            help="leave it out, or let the runs tell their own values",
        )


def from_run(path: str) -> str:
    """A reference of a run as its hooks see it."""
    return path if path.startswith(_BESIDE) else f"run.{path}"


def _run_ref(span: Span, path: str) -> RunTimeRef:
    return RunTimeRef(span, f"run.{path}")


def _varies(part: Any) -> bool:
    """Whether a value of a matrix is in an expression."""
    if isinstance(part, tuple):
        return any(map(_varies, part))
    if isinstance(part, RunTimeRef):
        return part.path.startswith("run.matrix.")
    if isinstance(part, Hole | Expr) and not isinstance(part, Name):
        return any(_varies(getattr(part, name)) for name in part.__struct_fields__)
    return False


def _kinds(program: Program) -> tuple[str, str]:
    """The kind and the runtime of a run as Polyaxon tells them apart."""
    composed = program.composed
    run: Any = composed.run if composed is not None else None
    own = getattr(run, "kind", "") or "job"
    search = getattr(composed.matrix, "kind", None) if composed is not None else None
    if search:
        return "matrix", search
    return (own if isinstance(run, Dag | Service) else "job"), own


def _connected(connection: Any) -> Map | None:
    """The patch that gives the hook its connection."""
    if connection is None or (isinstance(connection, Lit) and connection.value is None):
        return None
    span = connection.span
    return Map(span, ((Lit(span, "connections"), Seq(span, (connection,))),))


def _stem(hook: Hook) -> str:
    """The bare name of a hook's component, as an operation may have it."""
    text = str(getattr(hook.hub_ref, "value", "") or "hook")
    name = text.rpartition("/")[2].partition("@")[0].partition(":")[0]
    return name.replace(".", "-") or "hook"


def _is_true(field: Any) -> bool:
    return isinstance(field, Lit) and field.value is True
