"""Turns tuners of searches into programs of the components that propose their runs."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.io import Param
from pxc.ir.matrix import Matrix, Space, Tuner
from pxc.ir.node import Hole, Invalid, Lit, Map, Node, Seq, Table, Template, is_null, replace
from pxc.ir.program import Program
from pxc.ir.run import Job
from pxc.ir.search import ASKED, is_own
from pxc.ir.spec import Operation
from pxc.passes.attached import Attached, declared_inputs, given, is_readable
from pxc.passes.cell_refs import uses_cell
from pxc.passes.contexts import build_contexts, evaluate_tree, has_template
from pxc.passes.evaluation import Scope
from pxc.passes.fit_field import fit_field
from pxc.passes.free_names import free_names
from pxc.passes.graph.dag_values import DagValues
from pxc.passes.matrix_axes import MatrixAxes
from pxc.passes.moved_refs import moved
from pxc.passes.run_name import free_name, run_name
from pxc.source import Span
from pxc.world import World

_MATRIX = "matrix"
_BESIDE = ("ops.", "dag.", "runs.")
"""How references begin that mean the same to a tuner as to the operation that it searches for."""


def with_tuners(program: Program, world: World, report: Report) -> Program:
    """A program, and the operations of its dags, with their tuners: see `expand_tuners`."""
    expansion = _Expansion(world, report)
    return expansion.attached.through(program, expansion.tuned, _tuner_of)


class _Expansion:
    """The tuners of one file."""

    def __init__(self, world: World, report: Report) -> None:
        self.world = world
        self.report = report
        self.attached = Attached(world, report)

    def tuned(self, program: Program, dag: DagValues | None, taken: set[str]) -> Program:
        """A program with its tuner; `taken` are the names in its dag."""
        composed, search = program.composed, program.search
        matrix: Any = composed.matrix if composed is not None else None
        if search is None or not isinstance(matrix, Matrix):
            return program
        tuner = matrix.tuner
        if not isinstance(tuner, Tuner) or not is_readable(tuner):
            return program
        ref = getattr(tuner.hub_ref, "value", None)
        if is_own(search.kind, str(ref)):
            return program
        component = self.attached.component(tuner.hub_ref)
        if component is None:
            return program
        name = free_name(f"{run_name(program)}-tuner", taken)
        taken.add(name)
        params = self._params(tuner, program)
        asked = self._asked(tuner.span, program, component, params)
        fields = {"params": given(params, asked, tuner)}
        made = self.attached.program(tuner, name, component, fields, program, enclosing=dag)
        return replace(program, tuner=_as_job(made))

    def _asked(
        self, span: Span, program: Program, component: Operation, params: Map
    ) -> dict[str, Param]:
        """The params that a tuner is given, as far as its component uses them."""
        used = {*free_names(component), *declared_inputs(component), *free_names(params)}
        assert program.search is not None
        names = ASKED if program.search.kind == "hyperband" else ASKED[:-1]
        values = {name: _reference(span, f"search.{name}") for name in names if name in used}
        found = {_MATRIX: self._matrix(program)} if _MATRIX in used else {}
        context_only = Lit(span, True)
        return {
            name: Param(span, value, context_only=context_only)
            for name, value in (found | values).items()
        }

    def _matrix(self, program: Program) -> Map:
        """The matrix as its author writes it, without its tuner."""
        composed = program.composed
        assert composed is not None
        matrix: Any = composed.matrix
        rendered = MatrixAxes(program, self.world, Report()).rendered(matrix)
        found: Map = _as_map(replace(rendered or matrix, tuner=None))
        return found

    def _params(self, tuner: Tuner, program: Program) -> Table:
        """The params of a tuner with their values rendered; references to other runs stay."""
        if not isinstance(tuner.params, Map):
            return Table(tuner.span, ())
        scope = build_contexts(program, self.world, Report()).scope()
        entries = tuple((key, self._param(param, scope)) for key, param in tuner.params.entries)
        return Table(tuner.params.span, entries)

    def _param(self, param: Any, scope: Scope) -> Any:
        if not isinstance(param, Param) or param.ref is not None:
            return param
        value = param.value
        if not isinstance(value, Node) or isinstance(value, Invalid) or not has_template(value):
            return param
        done = evaluate_tree(value, scope, self.report)
        if isinstance(value, Template):
            done = fit_field(value, done, self.world.language, self.report)
        for template in (done,) if isinstance(done, Template) else ():
            if any(isinstance(p, Hole) and uses_cell(p.expr) for p in template.parts):
                self.report.add(
                    "PXC703",
                    "a tuner proposes the runs of the matrix, and each has a value of its own here",
                    value.span,
                    help="leave it out: the values of earlier runs come as `configs`",
                )
                return replace(param, value=Invalid(value.span))
        return replace(param, value=moved(done, _from_search))


def _tuner_of(program: Program) -> tuple[Program, ...]:
    return () if program.tuner is None else (program.tuner,)


def _as_job(program: Program) -> Program:
    """A tuner as what it runs: to Polyaxon `kind: tuner` is a job with another name."""
    composed = program.composed
    if composed is None or not isinstance(composed.run, Job) or composed.run.kind != "tuner":
        return program
    return replace(program, composed=replace(composed, run=replace(composed.run, kind="job")))


def _from_search(path: str) -> str:
    """A reference of the searched operation as its tuner sees it."""
    return path if path.startswith(_BESIDE) else f"search.{path}"


def _reference(span: Span, path: str) -> Template:
    return Template(span, f"{{{{ {path} }}}}", (Hole(span, RunTimeRef(span, path)),))


def _as_map(node: Any) -> Any:
    """A part of a matrix as the map that its author wrote."""
    if isinstance(node, Space):
        pairs = (("kind", node.kind), ("value", node.value))
        return Map(node.span, tuple((Lit(node.span, name), part) for name, part in pairs))
    if isinstance(node, Seq):
        return replace(node, items=tuple(map(_as_map, node.items)))
    if isinstance(node, Map):
        return Map(node.span, tuple((key, _as_map(value)) for key, value in node.entries))
    if not isinstance(node, Node) or isinstance(node, Lit | Template | Invalid):
        return node
    entries = []
    for name in node.__struct_fields__:
        part = getattr(node, name)
        if isinstance(part, str) and part:
            part = Lit(node.span, part)
        if isinstance(part, Node) and not is_null(part):
            entries.append((Lit(node.span, _camel(name)), _as_map(part)))
    return Map(node.span, tuple(entries))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.title, rest))
