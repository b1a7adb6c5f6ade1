"""Turns the declared names of one operation and its params into bindings, or into faults."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pxc.diagnostics import Note, Report, nearest
from pxc.ir.expr import RunTimeRef
from pxc.ir.io import Param
from pxc.ir.node import Hole, Invalid, Lit, Template, is_null, walk
from pxc.ir.program import Binding
from pxc.ir.run import Dag
from pxc.ir.spec import Operation
from pxc.passes.free_names import free_names
from pxc.passes.given_params import GivenParam, given_params
from pxc.passes.image_parts import connection_of, without_connection
from pxc.passes.io_types.declare import Declarations, Declared
from pxc.passes.io_types.settle import is_true, settle_value
from pxc.passes.param_refs import read_ref
from pxc.passes.provided_names import Provided, provided_names
from pxc.source import Span


class Binder:
    """The names of one operation and what is known of each while they are bound.

    `node` is what a missing param of an operation of a dag is reported at; `asked` are its inputs
    that the others refer to. `in_dag` tells that params may refer to operations of a dag; without
    it those with a `node` may. `declarations` are those of the operations of one dag.
    """

    def __init__(
        self,
        operation: Operation,
        report: Report,
        *,
        strict: bool,
        partial: bool,
        node: Span | None = None,
        asked: frozenset[str] = frozenset(),
        in_dag: bool | None = None,
        declarations: Declarations | None = None,
    ) -> None:
        self.operation = operation
        self.report = report
        self.strict = strict
        self.partial = partial
        self.node = node
        self.asked = asked
        self.in_dag = node is not None if in_dag is None else in_dag
        self.declared = (declarations or Declarations()).of(operation, report)
        self.given, is_open = given_params(operation.params)
        self.provided: Provided = provided_names(operation)
        self.is_open = is_open or self.provided.is_open
        self.typos = self._find_typos()

    @cached_property
    def _used(self) -> frozenset[str]:
        """The names that expressions of the operation use; a param of such a name is no typo."""
        used = frozenset(free_names(self.operation)) | self.asked
        return used | _passed_down(self.operation)

    def bindings(self) -> tuple[Binding, ...]:
        """Every binding, inputs, outputs, then contexts."""
        bound = [self._declared_binding(d) for d in self.declared]
        known = {d.name for d in self.declared}
        for given in self.given.values():
            if given.name not in known:
                self._check_undeclared(given)
                bound.append(self._context_binding(given))
        later = {**self.provided.matrix, **self.provided.joins}
        for name, span in later.items():
            if name not in known and name not in self.given:
                value = self._provided_value(name)
                bound.append(Binding(span, name, "contexts", value, given_at=span))
        return tuple(bound)

    # declared names

    def _declared_binding(self, declared: Declared) -> Binding:
        """The binding of an input or an output."""
        given = self.given.get(declared.name)
        value, given_at = self._value_of(declared, given)
        io, param = declared.io, given.param if given else None
        kind = declared.facts.type
        within = connection_of(kind, param.value) if param and given and given.has_value else None
        return Binding(
            declared.span,
            declared.name,
            declared.section,
            value,
            type=declared.type,
            is_flag=is_true(io.is_flag),
            arg_format=_text(io.arg_format),
            connection=self._fixed(
                "connection",
                param and param.connection,
                within,
                io.connection,
                connection_of(kind, io.value),
            ),
            to_env=self._fixed("toEnv", param and param.to_env, io.to_env),
            to_init=self._fixed("toInit", param and param.to_init, io.to_init) is True,
            given_at=given_at,
        )

    def _value_of(self, declared: Declared, given: GivenParam | None) -> tuple[Any, Span | None]:
        """The value of a declared name and where it was given."""
        if given is not None and not given.is_known:
            return Invalid(given.span), given.span
        if given is not None and given.has_value:
            assert given.param is not None
            return self._given_value(declared, given, given.param)
        if declared.name in self.provided.joins:
            self._check_join(declared)
        if declared.name in self.provided.joins or declared.name in self.provided.matrix:
            self._check_gap(declared)
            later = self._provided_value(declared.name)
            return (later if later is not None else declared.default), None
        if declared.default is not None:
            return declared.default, declared.default.span
        if declared.is_required:
            self._report_missing(declared, given)
            return None if self.partial else Invalid(declared.span), None
        # A delayed value is known only to the run; an optional input that nobody gave is null.
        optional = declared.section == "inputs" and is_true(declared.io.is_optional)
        return (Lit(declared.span, None) if optional else None), None

    def _given_value(self, declared: Declared, given: GivenParam, param: Param) -> tuple[Any, Span]:
        if param.ref is not None:
            return self._referred(given.name, param), param.ref.span
        if declared.io.type is not None and declared.facts.type is None:
            return param.value, param.value.span  # the type is faulty: nothing can be held to it
        value = without_connection(declared.facts.type, param.value)
        value = settle_value(declared.facts, value, self.report, "PXC206")
        return value, param.value.span

    def _referred(self, name: str, param: Param) -> Template | Invalid:
        """What stands for a value of another run."""
        return read_ref(name, param, self.report, in_dag=self.in_dag)

    def _provided_value(self, name: str) -> Template | None:
        """What stands for a value gathered from other runs; a matrix gives its own per copy."""
        span = self.provided.joins.get(name)
        if span is None or name in self.provided.matrix:
            return None
        path = f"joins.{name}"
        return Template(span, f"{{{{ {path} }}}}", (Hole(span, RunTimeRef(span, path)),))

    def _check_join(self, declared: Declared) -> None:
        """A join gathers a list, so its receiver must be one, or `artifacts`."""
        type = declared.facts.type
        if type is None or type.is_list or type.bare.name in ("any", "artifacts"):
            return
        self.report.add(
            "PXC206",
            f"`{declared.name}` is of type `{type}`, but a join gathers a list",
            self.provided.joins[declared.name],
            notes=(Note(f"`{declared.name}` is declared here", declared.span),),
            help=f"declare the type as `List[{type}]`",
        )

    def _check_gap(self, declared: Declared) -> None:
        """A row that gives no value where others do is a fault even of a file that is linted."""
        if not declared.is_required or self.is_open:
            return
        for gap in self.provided.gaps.get(declared.name, ()):
            self.report.add(
                "PXC204",
                f"this row of the matrix gives no value for the input `{declared.name}`",
                gap,
                notes=(Note(f"`{declared.name}` is declared here", declared.span),),
                help=f"add `{declared.name}` to the row, or give the input a default",
            )

    def _report_missing(self, declared: Declared, given: GivenParam | None) -> None:
        if self.partial or (self.is_open and given is None):
            return
        name, what = declared.name, declared.section[:-1]
        if given is not None:
            self.report.add(
                "PXC204",
                f"the param `{name}` has no value, but the {what} is required",
                given.span,
                notes=(Note(f"`{name}` is declared here", declared.span),),
                help="give it a value, or give the input a default",
            )
            return
        typo = self.typos.get(name)
        notes = (Note(f"did you mean `{name}` by this?", typo.key),) if typo else ()
        option = f", pass `-P {name}=...`"
        if self.node is not None:
            notes = (Note(f"`{name}` is declared here", declared.span), *notes)
            option = ""
        self.report.add(
            "PXC204",
            f"the {what} `{name}` is required, but no param gives it",
            declared.span if self.node is None else self.node,
            notes=notes,
            help=f"rename the param `{typo.name}` to `{name}`"
            if typo
            else f"add `params: {{{name}: ...}}`{option}, or give it a default with `value`",
        )

    def _find_typos(self) -> dict[str, GivenParam]:
        """Required names that nobody gives, with the unknown param that was likely meant."""
        if self.partial:
            return {}
        declared = {d.name for d in self.declared}
        taken = {*self.given, *self.provided.matrix, *self.provided.joins}
        missing = [d.name for d in self.declared if d.is_required and d.name not in taken]
        found: dict[str, GivenParam] = {}
        for given in self.given.values():
            if given.name not in declared and not given.is_context:
                near = nearest(given.name, [m for m in missing if m not in found])
                if near:
                    found[near] = given
        return found if not self.is_open else {}

    # undeclared names

    def _check_undeclared(self, given: GivenParam) -> None:
        """Report a param that no input declares, unless it is context only or a missing one."""
        if not given.is_known or given.is_context or given in self.typos.values():
            return
        near = nearest(given.name, [d.name for d in self.declared if d.name not in self.given])
        meant = f"did you mean `{near}`?" if near else None
        context_only = given.param.context_only if given.param else None
        must = isinstance(context_only, Lit) and context_only.value is False
        if self.strict or must:
            why = "`contextOnly: false` asks for a declared one" if must else "params are strict"
            self.report.add(
                "PXC223",
                f"no input or output is named `{given.name}`, and {why}",
                given.key,
                help=meant or "declare it as an input, or set `contextOnly: true`",
            )
            return
        if given.name in self._used:
            return
        self.report.add(
            "PXC205",
            f"no input or output is named `{given.name}`",
            given.key,
            help=meant
            or "declare it as an input, or write `{value: ..., contextOnly: true}` to use it in"
            " expressions only",
        )

    def _context_binding(self, given: GivenParam) -> Binding:
        """The binding of an undeclared param: whatever was given, as it was given."""
        param = given.param
        if not given.is_known:
            return Binding(given.key, given.name, "contexts", Invalid(given.span))
        value: Any = Lit(given.span, None)
        if param is not None and param.ref is not None:
            value = self._referred(given.name, param)
        elif param is not None and given.has_value:
            value = param.value
        return Binding(
            given.key,
            given.name,
            "contexts",
            value,
            connection=self._fixed("connection", param and param.connection),
            to_env=self._fixed("toEnv", param and param.to_env),
            to_init=self._fixed("toInit", param and param.to_init) is True,
            given_at=value.span,
        )

    def _fixed(self, field: str, *layers: Any) -> Any:
        """The value of the first layer that sets a field; PXC124 for one that is a template."""
        for node in layers:
            if node is None or is_null(node):
                continue
            if isinstance(node, Template):
                self.report.add(
                    "PXC124",
                    f"`{field}` of a param or an input cannot be a template",
                    node.span,
                    help="write the value itself",
                )
            return node.value if isinstance(node, Lit) else None
        return None


def _passed_down(operation: Operation) -> set[str]:
    """The names that operations of a dag take from it: `ref: dag, value: inputs.NAME`."""
    if not isinstance(operation.run, Dag):
        return set()
    texts = (n.value for n in walk(operation.run) if isinstance(n, Lit))
    return {t.removeprefix("inputs.") for t in texts if isinstance(t, str)}


def _text(node: Any) -> str | None:
    if isinstance(node, Template):
        return node.text
    return node.value if isinstance(node, Lit) and isinstance(node.value, str) else None
