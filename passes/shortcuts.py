"""Turns the root shortcuts (`cmd`, `env`, `resources`, `ports`...) into patches of the runtime."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import KObject, Lit, Map, Seq, Template, plain, replace
from pxc.ir.run import Dag, Job, Legacy, Replica, Service
from pxc.ir.spec import Operation
from pxc.passes.patch import patch
from pxc.source import Span

SHORTCUTS = (
    "ports", "container", "cmd", "env", "resources", "environment", "connections", "volumes",
    "init", "sidecars",
)  # fmt: skip

_POD_FIELDS = ("environment", "init", "connections", "sidecars", "volumes")
_CREATES_JOB = ("container", "environment", "init", "connections", "sidecars", "volumes")


def apply_shortcuts(run: Any, layer: Operation, strategy: str, report: Report) -> Any:
    """The runtime with a layer's shortcuts over it, in the specification's order.

    `ports` makes a service where there is no runtime, other shortcuts a job. PXC118 for `ports`
    on another runtime, PXC123 for container shortcuts on a dag. Source: section 2.1.
    """
    if all(getattr(layer, name) is None for name in SHORTCUTS):
        return run
    run = _with_ports(run, layer, strategy, report)
    given = [name for name in SHORTCUTS if name != "ports" and getattr(layer, name) is not None]
    if not given:
        return run
    if run is None:
        if not any(name in _CREATES_JOB for name in given):
            field = getattr(layer, given[0])
            report.add("PXC120", f"`{given[0]}` has no runtime to apply to", field.span,
                       help="add `container`, or `run`")  # fmt: skip
            return None
        run = Job(layer.span)
    if isinstance(run, Dag | Legacy):
        field = getattr(layer, given[0])
        report.add(
            "PXC123",
            f"`{given[0]}` does not fit a runtime of `kind: {run.kind}`",
            field.span,
            help="set it on the operations of the dag",
        )
        return run
    for name, role in pods_of(run):
        run = with_pod(run, name, _apply_to_pod(role, layer, strategy))
    return run


def _with_ports(run: Any, layer: Operation, strategy: str, report: Report) -> Any:
    if layer.ports is None:
        return run
    if run is None:
        return Service(layer.span, ports=layer.ports)
    if not isinstance(run, Service):
        report.add("PXC118", f"`ports` makes a service, but `run.kind` is `{run.kind}`",
                   layer.ports.span)  # fmt: skip
        return run
    return replace(run, ports=patch(run.ports, layer.ports, strategy))


def pods_of(run: Any) -> list[tuple[str, Any]]:
    """The pods of a runtime with the name each is found under; one unnamed for job and service."""
    if hasattr(run, "roles"):
        return [(name, role) for name, role in run.roles if isinstance(role, Replica)]
    if hasattr(run, "head"):
        named = [(n, getattr(run, n)) for n in ("head", "worker", "scheduler", "job")]
        found = [(n, r) for n, r in named if isinstance(r, Replica)]
        if isinstance(run.workers, Map):
            workers = ((k, v) for k, v in run.workers.entries if isinstance(v, Replica))
            found += [(f"workers.{plain(k)}", v) for k, v in workers]
        return found
    return [("", run)]


def with_pod(run: Any, name: str, role: Any) -> Any:
    """The runtime with another pod under a name that `pods_of` gave."""
    if not name:
        return role
    if hasattr(run, "roles"):
        return replace(run, roles=tuple((n, role if n == name else r) for n, r in run.roles))
    if name.startswith("workers."):
        key = name.removeprefix("workers.")
        entries = tuple((k, role if plain(k) == key else v) for k, v in run.workers.entries)
        return replace(run, workers=replace(run.workers, entries=entries))
    return replace(run, **{name: role})


def _apply_to_pod(pod: Any, layer: Operation, strategy: str) -> Any:
    if layer.container is not None:
        pod = replace(pod, container=patch(pod.container, layer.container, strategy))
    if isinstance(layer.cmd, Seq):
        pod = replace(pod, container=_with_cmd(pod.container, layer.cmd, strategy))
    if isinstance(layer.env, Map):
        pod = replace(pod, container=_with_env(pod.container, layer.env, strategy))
    if isinstance(layer.resources, Map):
        wanted = KObject(
            layer.resources.span,
            ((_key("resources", layer.resources.span), resource_requirements(layer.resources)),),
            "V1Container",
        )
        pod = replace(pod, container=patch(pod.container, wanted, strategy))
    for name in _POD_FIELDS:
        value = getattr(layer, name)
        if value is not None:
            pod = replace(pod, **{name: patch(getattr(pod, name), value, strategy)})
    return pod


def _with_cmd(container: Any, cmd: Seq, strategy: str) -> KObject:
    """`cmd` as `/bin/sh -c` with `set -e`; it never merges, and yields where the base must win."""
    if strategy in ("pre_merge", "isnull") and isinstance(container, KObject) and (
        container.get("command") is not None or container.get("args") is not None
    ):  # fmt: skip
        return container
    shell = tuple(Lit(cmd.span, word) for word in ("/bin/sh", "-c"))
    command = KObject(
        cmd.span,
        (
            (_key("command", cmd.span), Seq(cmd.span, shell)),
            (_key("args", cmd.span), Seq(cmd.span, (_script(cmd),))),
        ),
        "V1Container",
    )
    return patch(container, command, "replace")  # type: ignore[no-any-return]


def _script(cmd: Seq) -> Lit[str] | Template:
    """The lines joined under `set -e`; expressions stay expressions."""
    if all(isinstance(line, Lit) for line in cmd.items):
        return Lit(cmd.span, "\n".join(("set -e", *(line.value for line in cmd.items))))
    parts: list[Any] = ["set -e"]
    for line in cmd.items:
        parts.append("\n")
        parts.extend(line.parts if isinstance(line, Template) else (line.value,))
    merged: list[Any] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    texts = (line.text if isinstance(line, Template) else line.value for line in cmd.items)
    return Template(cmd.span, "\n".join(("set -e", *texts)), tuple(merged), expects="text")


def _with_env(container: Any, env: Map, strategy: str) -> KObject:
    """`env` entries as `{name, value}`; of one name the last stays, where it first stood."""
    items = tuple(
        KObject(
            key.span,
            ((_key("name", key.span), key), (_key("value", value.span), value)),
            "V1EnvVar",
        )
        for key, value in env.entries
    )
    wanted = KObject(env.span, ((_key("env", env.span), Seq(env.span, items)),), "V1Container")
    merged: KObject = patch(container, wanted, strategy)
    listed = merged.get("env")
    if not isinstance(listed, Seq):
        return merged
    last: dict[Any, Any] = {}
    for item in listed.items:
        name = item.get("name")
        last[name.value if isinstance(name, Lit) else id(item)] = item
    kept = replace(listed, items=tuple(last.values()))
    entries = tuple((k, kept if k.value == "env" else v) for k, v in merged.entries)  # type: ignore[union-attr]
    return replace(merged, entries=entries)


def resource_requirements(shortcut: Map) -> KObject:
    """`cpu: 500m..1` as requests and limits; a bare count of a device is both."""
    requests: list[tuple[Any, Any]] = []
    limits: list[tuple[Any, Any]] = []
    for key, value in shortcut.entries:
        name = str(key.value) if isinstance(key, Lit) else ""
        resource = Lit(key.span, "nvidia.com/gpu" if name == "gpu" else name)
        low, dots, high = str(value.value).partition("..")
        if not dots:
            high = "" if name in ("cpu", "memory") else low
        if low.strip():
            requests.append((resource, Lit(value.span, low.strip())))
        if high.strip():
            limits.append((resource, Lit(value.span, high.strip())))
    entries = [
        (_key(word, shortcut.span), Map(shortcut.span, tuple(pairs)))
        for word, pairs in (("limits", limits), ("requests", requests))
        if pairs
    ]
    return KObject(shortcut.span, tuple(entries), "V1ResourceRequirements")


def _key(name: str, span: Span) -> Lit[str]:
    return Lit(span, name)
