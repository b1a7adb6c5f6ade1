"""Lays the further `-f` files over the main operation, in order."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.node import Lit, Map, replace
from pxc.ir.program import Program
from pxc.ir.spec import Operation
from pxc.passes.patch import DEFAULT_STRATEGY, patch
from pxc.world import World

IGNORED = (
    "kind", "version", "is_preset", "hub_ref", "dag_ref", "url_ref", "path_ref", "component",
    "patch_strategy", "template",
)  # fmt: skip
"""Fields of a preset that have no effect on the operation it is laid over."""

_RUNS = frozenset({"run", "run_fields", "run_patch"})


def resolve_presets(program: Program, world: World, report: Report) -> Program:
    """Merge every preset file over `main`, each with its own `patchStrategy`.

    In: `main` with its references resolved, `presets` as written. Out: `main` with the presets in
    it and `presets` empty. A component is wrapped in an operation first, so that a preset's lists
    join rather than replace. PXC121 for fields that a preset cannot set, PXC229 for a param of the
    command line that a preset replaces.
    Source: specification of presets, sections 2 and 3.
    """
    main = program.main
    if main.kind == "component":
        main = Operation(main.span, kind="operation", component=main)
    for preset in program.presets:
        _report_ignored(preset, report)
        _report_overridden(main, preset, report)
        main = lay_over(main, preset, strategy_of(preset), world, report)
    return replace(program, main=main, presets=())


def strategy_of(operation: Operation) -> str:
    """The patch strategy a layer asks for."""
    asked = operation.patch_strategy
    return asked.value if isinstance(asked, Lit) and asked.value else DEFAULT_STRATEGY


def lay_over(
    base: Operation, preset: Operation, strategy: str, world: World, report: Report
) -> Operation:
    """A preset merged over an operation that has not met its component yet."""
    changed: dict[str, Any] = {}
    for name in base.__struct_fields__:
        if name == "span" or name in IGNORED or name in _RUNS:
            continue
        value = getattr(preset, name)
        if value is not None:
            changed[name] = patch(getattr(base, name), value, strategy)
    if _true(base.strict_params) or _true(preset.strict_params):
        changed["strict_params"] = base.strict_params or preset.strict_params
    merged = replace(base, **changed)
    return _lay_runtime(merged, preset, strategy, world, report)


def _lay_runtime(
    base: Operation, preset: Operation, strategy: str, world: World, report: Report
) -> Operation:
    kind = runtime_kind(base)
    run: Any = preset.run
    if preset.run_fields is not None and kind is not None:
        run = world.language.build_run(kind, preset.run_fields, report)
    if isinstance(run, Map) or run is None:
        pass
    elif base.run is not None:
        base = replace(base, run=patch(base.run, run, strategy))
    else:
        base = replace(
            base, run_fields=patch(base_fields(base, kind, world, report), run, strategy)
        )
    if preset.run_patch is None:
        return base
    if kind is None:
        return replace(base, run_patch=patch(base.run_patch, preset.run_patch, strategy))
    typed = world.language.build_run(kind, preset.run_patch, report)
    mine = base.run_patch
    if isinstance(mine, Map):
        mine = world.language.build_run(kind, mine, report)  # type: ignore[assignment]
    return replace(base, run_patch=patch(mine, typed, strategy))


def base_fields(base: Operation, kind: str | None, world: World, report: Report) -> Any:
    """The kindless `run` of an operation, read with the kind of its base once that is known."""
    if isinstance(base.run_fields, Map) and kind is not None:
        return world.language.build_run(kind, base.run_fields, report)
    return base.run_fields


def runtime_kind(operation: Operation) -> str | None:
    """The kind of runtime an operation will have; None while a reference hides it."""
    own = getattr(operation.run, "kind", None)
    if isinstance(own, str) and own:
        return own
    if isinstance(operation.component, Operation):
        found = runtime_kind(operation.component)
        if found is not None:
            return found
    if operation.ports is not None:
        return "service"
    shortcuts = (operation.container, operation.environment, operation.init, operation.connections,
                 operation.sidecars, operation.volumes, operation.cmd)  # fmt: skip
    return "job" if any(field is not None for field in shortcuts) else None


def _true(field: Any) -> bool:
    return isinstance(field, Lit) and field.value is True


def _report_ignored(preset: Operation, report: Report) -> None:
    for name in ("hub_ref", "dag_ref", "url_ref", "path_ref", "component"):
        value = getattr(preset, name)
        if value is not None:
            head, *rest = name.split("_")
            key = head + "".join(word.capitalize() for word in rest)
            report.add(
                "PXC121",
                f"a preset cannot set `{key}`; it has no effect",
                value.span,
                help="remove it, or make this file the first one",
            )


def _report_overridden(main: Operation, preset: Operation, report: Report) -> None:
    if not isinstance(main.params, Map) or not isinstance(preset.params, Map):
        return
    given = {
        key.value: param.span
        for key, param in main.params.entries
        if isinstance(key, Lit) and param.span.source.name.startswith("-P ")
    }
    for key, _ in preset.params.entries:
        if isinstance(key, Lit) and key.value in given:
            report.add(
                "PXC229",
                f"the preset gives `{key.value}` too, and a later file overrides `-P`",
                key.span,
                notes=(Note("this value has no effect", given[key.value]),),
                help=f"remove `{key.value}` from the preset, or the `-P`",
            )
