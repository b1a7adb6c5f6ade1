"""Answers what a component by itself is, and what its runs would use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pxc.catalog import EmptyCatalog
from pxc.diagnostics import Diagnostic, Report
from pxc.driver.running import run_phases
from pxc.driver.worlds import world_of
from pxc.ir.expr import RunTimeRef
from pxc.ir.node import Hole, Lit, Map, Template
from pxc.ir.program import Binding, Connection, Program
from pxc.language import PolyaxonLanguage
from pxc.options import Options
from pxc.pipeline import Phase, run_pipeline
from pxc.request import Request, SourceText
from pxc.source import Source, Span, whole
from pxc.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from pxc.access.claims import Claim
    from pxc.ir.plan import Plan
    from pxc.ir.spec import Operation

__all__ = ["Component", "component_of", "read_component"]

_STORE = "artifacts-store"
_OF_EVERY_RUN = frozenset({"project", "run"})
_IMAGE = "image"
_TEXTS = frozenset({"", "str", "uuid", "path", "uri", _IMAGE})


class Component(Struct):
    """A component by itself: what it says once all it refers to is found, and what it would use.

    `claims` and `plan` are None where `faults` keep it from being planned without more values.
    """

    operation: Operation
    claims: tuple[Claim, ...] | None
    images: tuple[str, ...]
    plan: Plan | None
    faults: tuple[Diagnostic, ...] = ()


def read_component(given: SourceText, report: Report) -> Operation | None:
    """What a text says by itself; None when it cannot be read, which is reported."""
    from pxc.grammar.yaml_tree import load_source

    source = load_source(given.name, given.data, report)
    return (
        None if source is None else PolyaxonLanguage().read_operation(source, report, preset=False)
    )


def component_of(
    given: SourceText, options: Options, root: Path | None, report: Report
) -> Component | None:
    """A component as it is for whoever runs it; None when it cannot be read, which is reported.

    Required inputs, to which nobody has given a value yet, are known to the run alone; where a
    value must be known before, it is the input's name in angle brackets. Every connection that is
    named is there, and so is an artifacts store.
    """
    from pxc.passes import PLANNING

    request = Request(files=(given,), options=options, root=root)
    world = replace(world_of(request, report), catalog=_OpenCatalog())
    progress = run_phases(request, PLANNING[:1], world, report, partial=True)
    if progress is None or not progress.finished or progress.state.composed is None:
        return None
    faults = Report()
    plan = _planned(progress.state, world, faults, _at_the_run)
    if plan is None and any(fault.code.id == "PXC703" for fault in faults):
        faults = Report()
        plan = _planned(progress.state, world, faults, _by_its_name)
    composed = progress.state.composed
    if plan is None:
        return Component(composed, None, (), None, tuple(faults.sorted()))
    return Component(composed, *_uses(plan, world), plan)


def _planned(
    program: Program, world: World, report: Report, given: Callable[[Binding], Binding]
) -> Plan | None:
    """The plan of a program whose inputs without a value are what `given` makes of them."""
    from pxc.passes import PLANNING
    from pxc.passes.resolve_params import resolve_params

    bound = resolve_params(replace(program, partial=True), world, report)
    bindings = tuple(given(b) if b.value is None else b for b in bound.bindings)
    program = replace(bound, bindings=bindings, partial=False)
    bind, *others = PLANNING[1:]
    rest = (Phase(bind.name, bind.passes[1:]), *others)
    progress = run_pipeline(program, rest, world, report)
    return progress.state if progress.finished and not report.has_errors else None


def _uses(plan: Plan, world: World) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    """The claims of a plan beyond those of every run, and the images of its author."""
    from pxc.passes.plan_claims import claims_of

    pxcs = ("compiler", f"connection:{_STORE}")
    own = [c for c in claims_of(plan, world) if c.via not in pxcs and not c.is_implied]
    images = dict.fromkeys(c.name or ", ".join(c.choices) for c in own if c.kind == "image")
    return tuple(c for c in own if c.kind not in _OF_EVERY_RUN), tuple(images)


def _at_the_run(binding: Binding) -> Binding:
    """The value of an input is what the run is given."""
    if binding.section != "inputs":
        return binding
    path = f"params.{binding.name}"
    hole = Hole(binding.span, RunTimeRef(binding.span, path))
    return replace(binding, value=Template(binding.span, f"{{{{ {path} }}}}", (hole,)))


def _by_its_name(binding: Binding) -> Binding:
    """The value of what is text stands for itself, and so does the connection of an image."""
    if binding.type not in _TEXTS:
        return _at_the_run(binding)
    name = f"<{binding.name}>"
    connection = binding.connection or (name if binding.type == _IMAGE else None)
    return replace(binding, value=Lit(binding.span, name), connection=connection)


class _OpenCatalog(EmptyCatalog):
    """A catalog that has every connection, so that a component is judged by itself."""

    artifacts_store = _STORE

    def connection(self, name: str) -> Connection:
        """A bucket for the store, a registry for what an input names; else nothing but the name."""
        place = whole(Source(name, ""))
        if name == _STORE:
            return Connection(place, name, "s3", schema=_schema(place, "bucket", f"s3://{name}"))
        if name.startswith("<"):
            return Connection(place, name, "registry", schema=_schema(place, "url", name))
        return Connection(place, name, "custom")


def _schema(place: Span, key: str, value: str) -> Map:
    return Map(place, ((Lit(place, key), Lit(place, value)),))
