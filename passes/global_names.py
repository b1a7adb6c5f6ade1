"""Turns options and the operation into the `globals` context.

Source of the rules: the specification of contexts, section 4. What exists only when the run does
(`globals.uuid`, ...) is a `RunTimeRef`, or text made from one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.expr import Binary, Const, Expr, RunTimeRef
from pxc.ir.node import Hole, Lit, Template
from pxc.ir.program import Program
from pxc.ir.run import Service
from pxc.passes.queue_places import namespace_of_queue
from pxc.passes.stores import artifacts_store, store_of
from pxc.source import Span
from pxc.world import World

CONTEXT_PATH = "/plx-context"
ARTIFACTS_PATH = "/plx-context/artifacts"
DEFAULT_PORT = 80

_RUN_TIME = (
    "uuid", "iteration", "created_at", "compiled_at", "schedule_at", "started_at", "finished_at",
    "duration", "is_independent", "project_uuid",
)  # fmt: skip


def global_names(program: Program, world: World) -> dict[str, Any]:
    """The `globals` context: constants, run-time references and paths made from them.

    Source for the paths of a store: specification of contexts, section 4.
    """
    options, span = world.options, program.main.span
    again = _of_earlier(program)
    uuid = again.get("uuid") or RunTimeRef(span, "globals.uuid")
    store = _store_path(program, world, "mount_artifacts_store", True)
    run_path = _join(span, f"{run_root(program, world)}/", uuid)
    unique = f"{options.owner}.{options.project}"
    composed = program.composed
    name = composed.name.value if composed is not None and isinstance(composed.name, Lit) else None
    namespace = composed.namespace if composed is not None else None
    names: dict[str, Any] = {key: RunTimeRef(span, f"globals.{key}") for key in _RUN_TIME}
    names |= again
    names |= {
        "owner_name": options.owner,
        "project_name": options.project,
        "project_unique_name": unique,
        "username": options.user,
        "user_email": options.user_email,
        "run_info": _join(span, f"{unique}.runs.", uuid),
        "name": name,
        "namespace": (namespace.value if isinstance(namespace, Lit) else None)
        or namespace_of_queue(composed, world)
        or options.namespace
        or RunTimeRef(span, "globals.namespace"),
        "context_path": CONTEXT_PATH,
        "artifacts_path": ARTIFACTS_PATH,
        "run_artifacts_path": run_path,
        "run_outputs_path": _append(span, run_path, "/outputs"),
        "run_relative_outputs_path": _append(span, uuid, "/outputs"),
        "store_path": store,
    }
    return names


def run_root(program: Program, world: World) -> str:
    """The directory in which the run's own lies, under the uuid of the run."""
    return _store_path(program, world, "collect_artifacts", False) or ARTIFACTS_PATH


def _of_earlier(program: Program) -> dict[str, Any]:
    """What is told of the run that this one begins from.

    Without one it is a new run, which was cloned from none; a linter does not know that. Source:
    specification of contexts, section 4. The real system has no `original_uuid` for a run that is
    resumed, which is its own original.
    """
    found = program.earlier
    if found is not None:
        of_clone = {"cloning_kind": None if found.own_uuid else found.kind}
        own = {"uuid": found.own_uuid} if found.own_uuid else {}
        return {"original_uuid": found.run, "iteration": found.iteration, **of_clone, **own}
    names, composed = ["cloning_kind", "original_uuid"], program.composed
    if composed is None or composed.matrix is None:  # of a search it is the number of the round
        names.append("iteration")
    if program.partial:
        return {name: RunTimeRef(program.main.span, f"globals.{name}") for name in names}
    return dict.fromkeys(names)


def _store_path(program: Program, world: World, plugin: str, asked: bool) -> str:
    """Where the artifacts store lies, for a run whose plugin asks for it; else nothing.

    A run mounts it to have `store_path`; one that does not collect artifacts writes straight to it.
    """
    composed = program.composed
    plugins = composed.plugins if composed is not None else None
    wish = getattr(plugins, plugin, None)
    store = artifacts_store(world)
    if store is None or not isinstance(wish, Lit) or wish.value is not asked:
        return ""
    found = store_of(store)
    return found.path if found is not None else ""


def service_names(
    run: Service, ports: list[Any] | None, names: dict[str, Any], world: World
) -> dict[str, Any]:
    """`ports`, `base_url`, `base_urls`; `ports` is None when only the run knows them."""
    span = run.span
    if ports is None:
        return {
            name: RunTimeRef(span, f"globals.{name}") for name in ("ports", "base_url", "base_urls")
        }
    path: Any = ""
    for piece in _path_pieces(run, names, world):
        path = _append(span, path, piece)
    urls = [_append(span, path, f"/{number}") for number in ports]
    return {"ports": ports, "base_url": urls[0] if urls else "", "base_urls": urls}


def service_path(run: Service, names: dict[str, Any], world: World) -> Template:
    """What every path of the service begins with: its base URLs without the port."""
    parts: list[str | Hole] = []
    for piece in _path_pieces(run, names, world):
        last = parts[-1] if parts else None
        if not isinstance(piece, str):
            parts.append(Hole(run.span, piece))
        elif isinstance(last, str):
            parts[-1] = last + piece
        else:
            parts.append(piece)
    return Template(run.span, "{{ globals.base_url }}", tuple(parts), expects="text")


def _path_pieces(run: Service, names: dict[str, Any], world: World) -> Iterator[str | Expr]:
    prefix = ("rewrite-" if _true(run.rewrite_path) else "") + (
        "external" if _true(run.is_external) else "services"
    )
    yield f"/{prefix}/v1/"
    yield names["namespace"]
    yield f"/{world.options.owner}/{world.options.project}/runs/"
    yield names["uuid"]


def _join(span: Span, text: str, ref: str | Expr) -> str | Expr:
    return text + ref if isinstance(ref, str) else Binary(span, "~", Const(span, text), ref)


def _append(span: Span, left: str | Expr, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, str):
        left = Const(span, left)
    if isinstance(left, Const) and isinstance(right, str):
        return Const(span, left.value + right)
    return Binary(span, "~", left, right if isinstance(right, Expr) else Const(span, right))


def _true(field: Any) -> bool:
    return isinstance(field, Lit) and field.value is True
