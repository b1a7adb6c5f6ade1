"""Reports pods that cannot run: images, ports that collide, masters not one, long arguments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pxc.diagnostics import Note, Report
from pxc.image_reference import IMAGE_FORM, image_fault
from pxc.ir.node import KObject, Lit, Map, Node, Seq, is_computed, walk
from pxc.ir.program import Program
from pxc.ir.run import Distributed, Job, Pod, Replica, Service
from pxc.source import head_of
from pxc.world import World

_ONE_MASTER = ("pytorchjob", "xgbjob")
_LAST_PORT = 65535
_LONGEST = 32 * 4096 - 1
"""What Linux takes of one argument or variable, without the byte that ends it: 32 pages."""


def check_pods(program: Program, world: World, report: Report) -> Program:
    """Check images, ports and the number of masters.

    Reports PXC208, PXC517 and PXC521, and PXC527 for what no program can be started with. Source:
    the validation of services and pods by Kubernetes' API server, that of the training operator for
    its jobs, and execve(2) of Linux.
    """
    _check(program, set(), report)
    return program


def _check(program: Program, seen: set[tuple[Any, ...]], report: Report) -> None:
    """Check a program and those inside of it; `seen` are jobs that were, by what is looked at."""
    run: Any = program.composed.run if program.composed is not None else None
    looked_at = _looked_at(run)
    if looked_at is None or (program.partial, *looked_at) not in seen:
        _check_run(run, program, report)
    else:
        _check_lengths(run.container, report)  # operations have arguments of their own
    if looked_at is not None:
        seen.add((program.partial, *looked_at))
    for inner in program.inner():
        _check(inner, seen, report)


def _looked_at(run: Any) -> tuple[Any, ...] | None:
    """The nodes of a job that are checked, by identity: those of one component share them."""
    if run.__class__ is not Job or not isinstance(run.container, KObject):
        return None
    image, ports = run.container.get("image"), run.container.get("ports")
    return id(image), id(ports), id(run.sidecars), id(run.init)


def _check_run(run: Any, program: Program, report: Report) -> None:
    if run is None:
        return
    for node in walk(run, into=_may_hold_pods):
        if isinstance(node, Service):
            _check_listening(node, report)
        if isinstance(node, KObject) and node.definition == "V1Container":
            _check_image(node, report, partial=program.partial)
            _check_lengths(node, report)
        if isinstance(node, Pod):
            _check_containers(node, report)
        if isinstance(node, Distributed) and node.kind in _ONE_MASTER:
            _check_master(node, report)


def _may_hold_pods(node: Node) -> bool:
    """Whether there may be a pod or a container below; there is none in a container."""
    return not (isinstance(node, KObject) and node.definition == "V1Container")


def _check_image(container: KObject, report: Report, *, partial: bool) -> None:
    """The image of a container, once it is known; the default of an input is not the last word."""
    image = container.get("image")
    if not isinstance(image, Lit) or not isinstance(image.value, str) or not image.value:
        return
    if partial and ("{{" in image.span.text or is_computed(image)):
        return
    fault = image_fault(image.value)
    if fault is not None:
        message = f"`{image.value}` is not an image reference: {fault}"
        report.add("PXC208", message, image.span, help=IMAGE_FORM)


def _check_lengths(container: KObject, report: Report) -> None:
    """The arguments and the variables of a container, each of which is one text to the kernel."""
    for field in ("command", "args"):
        listed = container.get(field)
        for text in listed.items if isinstance(listed, Seq) else ():
            _check_length(text, "", "argument", report)
    env = container.get("env")
    for entry in env.items if isinstance(env, Seq) else ():
        if isinstance(entry, KObject | Map):
            name = getattr(entry.get("name"), "value", "")
            _check_length(entry.get("value"), f"{name}=", "variable", report)


def _check_length(text: Any, before: str, what: str, report: Report) -> None:
    value = text.value if isinstance(text, Lit) else None
    if not isinstance(value, str) or len(value) < _LONGEST // 4 or "$(" in value:
        return
    size = len(f"{before}{value.replace('$$', '$')}".encode("utf-8", "surrogatepass"))
    if size > _LONGEST:
        report.add(
            "PXC527",
            f"the {what} has {size:,} bytes, and Linux starts no program with more than"
            f" {_LONGEST:,} in one",
            head_of(text.span),
            help="bring it as a file: `init: [{file: {content: ..., filename: ...}}]`",
        )


def _check_listening(service: Service, report: Report) -> None:
    """`ports` of a service: each in range, and none twice."""
    ports = [port for port in _items(service.ports) if isinstance(port, Lit)]
    good = [port for port in ports if _is_port(port, report)]
    _check_twice(((str(port.value), port) for port in good), "the service lists `{}` twice", report)


def _check_containers(pod: Pod, report: Report) -> None:
    """Ports of the containers of one pod, which share its network."""
    numbers: list[tuple[str, Lit[Any]]] = []
    names: list[tuple[str, Lit[Any]]] = []
    for container in (pod.container, *_items(pod.sidecars)):
        own = set()
        for port in _items(container.get("ports") if isinstance(container, KObject) else None):
            if not isinstance(port, KObject):
                continue
            number, name = port.get("containerPort"), port.get("name")
            protocol = port.get("protocol")
            if isinstance(number, Lit) and _is_port(number, report):
                text = f"{number.value}/{protocol.value if isinstance(protocol, Lit) else 'TCP'}"
                if text not in own:  # a cluster takes the same port twice in one container
                    own.add(text)
                    numbers.append((text, number))
            if isinstance(name, Lit) and isinstance(name.value, str):
                names.append((name.value, name))
    _check_twice(numbers, "two containers of the pod listen on `{}`", report)
    _check_twice(names, "two ports of the pod have the name `{}`", report)


def _is_port(port: Lit[Any], report: Report) -> bool:
    """Whether a number is a port, after telling that it is none."""
    value = port.value
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    if 1 <= value <= _LAST_PORT:
        return True
    report.add(
        "PXC517",
        f"`{value}` is not a port",
        port.span,
        help=f"ports are whole numbers from 1 to {_LAST_PORT}",
    )
    return False


def _check_twice(ports: Iterable[tuple[str, Lit[Any]]], message: str, report: Report) -> None:
    first: dict[str, Lit[Any]] = {}
    for text, port in ports:
        before = first.setdefault(text, port)
        if before is not port:
            report.add(
                "PXC517",
                message.format(text),
                port.span,
                notes=(Note("the first", before.span),),
                help="give each one its own, or delete one",
            )


def _check_master(job: Distributed, report: Report) -> None:
    for name, replica in job.roles:
        count = replica.replicas if isinstance(replica, Replica) else None
        if name != "master" or not isinstance(count, Lit) or not isinstance(count.value, int):
            continue
        if count.value != 1:
            report.add(
                "PXC521",
                f"a `{job.kind}` has one master, not {count.value}",
                count.span,
                help="write `replicas: 1`, and ask for more under `worker`",
            )


def _items(node: Any) -> tuple[Any, ...]:
    return node.items if isinstance(node, Seq) else ()
