"""Turns an operation, its component and named presets into the one operation that will run."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report, allowed, nearest
from pxc.ir.node import Invalid, Lit, Map, Seq, Template, is_null, replace
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.ir.spec import Operation
from pxc.passes.patch import patch
from pxc.passes.resolve_presets import IGNORED, strategy_of
from pxc.passes.security_context import carry_security
from pxc.passes.shortcuts import SHORTCUTS, apply_shortcuts
from pxc.source import Source, Span
from pxc.world import World

_KEPT_BY_BASE = frozenset({"version"})
_RUNS = frozenset({"run", "run_fields", "run_patch"})
_NAMED_PRESET_FIELDS = (
    "name", "description", "tags", "is_approved", "presets", "queue", "namespace", "cache",
    "build", "hooks", "events", "plugins", "termination", "mount", "matrix", "joins", "schedule",
    "dependencies", "trigger", "conditions", "skip_on_upstream_skip",
)  # fmt: skip


_LAYERED = tuple(
    name
    for name in Operation.__struct_fields__
    if name not in ("span", *IGNORED, *SHORTCUTS, *_RUNS)
)


def compose_layers(program: Program, world: World, report: Report) -> Program:
    """Compose `main` with its component, from the innermost outwards, then with named presets.

    In: `main` with references resolved and preset files laid over it. Out: `composed`, whose
    `run` is typed and holds every shortcut and `runPatch`; None when a reference is missing.
    PXC120 when there is nothing to run, PXC123 when a patch does not fit, PXC136 for settings of
    a container on the pod, PXC224 for a preset that the catalog lacks. Source: specification of
    composition, section 7.
    """
    composed = compose(program.main, world, report)
    more = tuple(_given(name) for name in world.options.presets)
    composed = with_named_presets(composed, world, report, partial=program.partial, more=more)
    if composed.run is None or isinstance(composed.run, Invalid):
        missing = is_unresolved(program.main)
        if is_preset(program.main):
            if not program.partial:
                report.add(
                    "PXC120",
                    "a preset has nothing to run on its own",
                    _first(program.main),
                    help="pass it with `-f` after the file it is laid over",
                )
        elif composed.run is None and not missing and not report.has_errors:
            report.add(
                "PXC120",
                "the component has nothing to run",
                _first(program.main),
                help="add `run: {kind: job, container: {image: ...}}` to the component",
            )
        return replace(program, composed=None)
    run: Any = carry_security(composed.run, report)
    return replace(program, composed=replace(composed, run=run))


def compose(
    layer: Operation, world: World, report: Report, base: Operation | None = None
) -> Operation:
    """One layer over the composition of what is beneath it.

    `base`, already composed, is what lies beneath the innermost layer: the component that an
    operation of a dag names by `dagRef`.
    """
    if isinstance(layer.component, Operation):
        base = compose(layer.component, world, report, base)
    elif base is None:
        base = Operation(layer.span)
    strategy = strategy_of(layer)
    changed: dict[str, Any] = {"span": layer.span, "kind": layer.kind}
    for name in _LAYERED:
        incoming = getattr(layer, name)
        if incoming is not None:
            changed[name] = patch(getattr(base, name), incoming, strategy)
    changed["version"] = base.version if base.version is not None else layer.version
    changed["template"] = layer.template or base.template
    if _is(base.strict_params, True):
        changed["strict_params"] = base.strict_params
    merged = replace(base, **changed)
    return _compose_runtime(merged, layer, strategy, world, report)


def _compose_runtime(
    merged: Operation, layer: Operation, strategy: str, world: World, report: Report
) -> Operation:
    run: Any = merged.run
    if layer.run is not None:
        run = patch(run, layer.run, strategy)
    if layer.run_fields is not None:
        run = patch_run(run, layer.run_fields, strategy, world, report)
    run = apply_shortcuts(run, layer, strategy, report)
    if layer.run_patch is not None and run is not None:
        run = patch_run(run, layer.run_patch, strategy, world, report)
    return merged if run is merged.run else replace(merged, run=run)


def patch_run(run: Any, raw: Any, strategy: str, world: World, report: Report) -> Any:
    """A runtime with a patch over it; the patch is read with the runtime's own kind first."""
    if run is None or isinstance(run, Invalid) or is_null(raw):
        return run
    typed = raw
    if isinstance(raw, Map):
        typed = world.language.build_run(run.kind, raw, report)
    return run if typed is None else patch(run, typed, strategy)


def with_named_presets(
    composed: Operation,
    world: World,
    report: Report,
    *,
    partial: bool = False,
    more: tuple[Any, ...] = (),
) -> Operation:
    """A composed operation under presets of the catalog: those of the organization and of the
    project, those that it names, and `more`.

    PXC124 for a name that is a template, PXC224 for one that the catalog lacks.
    """
    named: Any = composed.presets
    names = named.items if isinstance(named, Seq) else (named,)
    for default in world.options.default_presets:
        preset = world.catalog.preset(default, world.language, report)
        if preset is None:
            _unknown_preset(Lit(composed.span, default), world, report)
        else:
            composed = _lay_default(composed, preset, world, report)
    for name in (*names, *more):
        if isinstance(name, Template):
            report.add(
                "PXC124",
                "`presets` cannot be a template",
                name.span,
                help="write the names: presets are merged before any value is known",
            )
        if not isinstance(name, Lit) or name.value is None:
            continue
        preset = world.catalog.preset(str(name.value), world.language, report)
        if preset is None:
            if not partial or world.catalog.declared:
                _unknown_preset(name, world, report)
            continue
        composed = _lay_named(composed, preset, world, report)
    return composed


def _lay_default(composed: Operation, preset: Operation, world: World, report: Report) -> Operation:
    """A preset that every run has: of a dag, whose operations have it each, no patch of pods."""
    if composed.run is None or isinstance(composed.run, Dag | Invalid):
        bare = dict.fromkeys((*_RUNS, *SHORTCUTS))
        preset = replace(preset, **bare)
    return _lay_named(composed, preset, world, report)


def _lay_named(composed: Operation, preset: Operation, world: World, report: Report) -> Operation:
    """A preset of the catalog: shortcuts first, then `runPatch`, then the fields it may set."""
    strategy = strategy_of(preset)
    run: Any = apply_shortcuts(composed.run, preset, strategy, report)
    for raw in (preset.run_fields, preset.run_patch):
        if raw is not None:
            run = patch_run(run, raw, strategy, world, report)
    if preset.run is not None:
        run = patch(run, preset.run, strategy)
    changed = {
        name: patch(getattr(composed, name), getattr(preset, name), strategy)
        for name in _NAMED_PRESET_FIELDS
        if getattr(preset, name) is not None and name != "presets"
    }
    return replace(composed, run=run, **changed)


def _given(name: str) -> Lit[str]:
    """The name of a preset of the command line."""
    source = Source(f"--preset {name}", name)
    return Lit(Span(source, 0, len(name)), name)


def _unknown_preset(name: Lit[Any], world: World, report: Report) -> None:
    known = world.catalog.preset_names()
    near = nearest(str(name.value), known)
    if known:
        help = (f"did you mean `{near}`? " if near else "") + f"presets: {allowed(known)}"
    else:
        help = "put the preset into the catalog, or pass its file with `-f`"
    report.add("PXC224", f"preset `{name.value}` is not in the catalog", name.span, help=help)


def is_unresolved(operation: Operation) -> bool:
    """Whether the innermost layer is a reference that has not become a component."""
    refs = (operation.hub_ref, operation.url_ref, operation.path_ref, operation.dag_ref)
    if isinstance(operation.component, Operation):
        return is_unresolved(operation.component)
    return any(ref is not None and not is_null(ref) for ref in refs)


def _first(operation: Operation) -> Any:
    inner: Any = operation
    while isinstance(inner.component, Operation):
        inner = inner.component
    name = inner.name
    return name.span if isinstance(name, Lit | Template) else inner.span


def is_preset(operation: Operation) -> bool:
    """Whether a file says that it is a preset."""
    return _is(operation.is_preset, True)


def _is(field: Any, value: Any) -> bool:
    return isinstance(field, Lit) and field.value is value
