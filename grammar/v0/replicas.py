"""Turns `replicas` of version 0 into the roles of a distributed runtime."""

from __future__ import annotations

from msgspec import Struct

from pxc.diagnostics import allowed
from pxc.grammar.v0.language import FRAMEWORKS, POD, REPLICAS
from pxc.grammar.v0.pod import Pod, Told, pod_of
from pxc.grammar.v0.resources import resources
from pxc.grammar.v0.section import Section, opened
from pxc.grammar.v0.tree import Pair, made, mapped, pair, renamed
from pxc.ir.node import Lit, Map
from pxc.source import Span, head_of

__all__ = ["Work", "replicated"]


class _Roles(Struct, frozen=True):
    """The runtime of a framework, and the roles that its master, workers and servers have there."""

    kind: str
    master: str
    worker: str = "worker"
    server: str = ""


_RUNTIMES = {
    "tensorflow": _Roles("tfjob", "chief", server="ps"),
    "pytorch": _Roles("pytorchjob", "master"),
    "horovod": _Roles("mpijob", "launcher"),
    "mpi": _Roles("mpijob", "launcher"),
    "mxnet": _Roles("mxjob", "scheduler", server="server"),
}
_DIRECT = ("n_workers", "n_ps", "default_worker", "default_ps", "worker", "ps")
_SHARED = ("serviceAccountName", "imagePullSecrets")


class Work(Struct):
    """What every pod of a run does: its image, and its command."""

    image: Pair | None
    words: tuple[Pair, ...]

    def container(self, pod: Pod, *, words: bool = True) -> list[Pair]:
        """The fields of a main container."""
        parts = (self.image, *(self.words if words else ()), pod.env_from, pod.resources)
        return [part for part in parts if part is not None]


def replicated(
    document: Section, environment: Section | None, pod: Pod, work: Work, told: Told
) -> list[Pair] | None:
    """The fields of a distributed runtime; None for a run of a single pod.

    PXC104 where no framework says which runtime it is, PXC941 for settings of one replica, PXC945
    where the runtime works in another way than version 0 did.
    """
    found = _replicas(document, environment) if environment is not None else None
    if found is None:
        return None
    framework, replicas, place = found
    roles = _RUNTIMES.get(framework)
    if roles is None:
        if replicas is not environment:
            replicas.settle()
        document.report.add(
            "PXC104",
            "`replicas` needs the `framework` that they work with",
            place,
            help=f"add `framework`: {allowed(_RUNTIMES)}",
        )
        return None
    _told_apart(framework, place, document)
    fields = [
        pair("kind", made(place, roles.kind)),
        _role(roles.master, place, pair("replicas", made(place, 1)), pod, pod, work),
    ]
    for name, role in (("worker", roles.worker), ("ps", roles.server)):
        made_ = _others(name, role, replicas, pod, work, told, mpi=roles.kind == "mpijob")
        if made_ is not None:
            fields.append(made_)
    return fields


def _replicas(document: Section, environment: Section) -> tuple[str, Section, Span] | None:
    """The framework, its replicas, and where they are said."""
    said = document.word("framework") or ""
    if document.word("backend") == "mpi":
        said = "mpi"
    name = environment.only_one("replicas", *FRAMEWORKS)
    if name is not None:
        section = environment.section(name, REPLICAS)
        place = environment.place(name)
        return (said if name == "replicas" else name, section, place) if section else None
    direct = next((field for field in _DIRECT if field in environment), None)
    if direct is None:
        return None
    return said or "tensorflow", environment, environment.place(direct)


def _told_apart(framework: str, place: Span, document: Section) -> None:
    if framework == "mxnet":
        document.report.add(
            "PXC945",
            "`mxjob` is the runtime of MXNet, and no release after 2.11 has it",
            place,
            help="run it on an older release, or by `mpijob` with Horovod for MXNet",
        )
    elif framework in ("horovod", "mpi"):
        document.report.add(
            "PXC945",
            "the launcher of an `mpijob` only starts processes, by `mpirun`, in its workers",
            place,
            help="begin the command with `mpirun`, and count the workers anew: the master of"
            " version 0 was one of them",
        )


def _others(
    name: str, role: str, replicas: Section, pod: Pod, work: Work, told: Told, *, mpi: bool
) -> Pair | None:
    """The role of the workers or of the parameter servers; None where there are none."""
    number = "n_workers" if name == "worker" else "n_ps"
    for field in (name, f"{name}_resources", f"{name}_node_selectors"):
        _single(replicas, field)
    count = replicas.entry(number)
    if count is None or not role:
        _refused(replicas, number, f"default_{name}")
        return None
    place = count[0].span
    own = pod_of(replicas.section(f"default_{name}", POD), told)
    own.resources = own.resources or resources(replicas, f"default_{name}_resources")
    nodes = replicas.entry(f"default_{name}_node_selectors") if own.environment is None else None
    if nodes is not None:
        own.environment = mapped(nodes[1].span, [renamed("nodeSelector", nodes)])
    if own.retries is not None:
        replicas.report.add(
            "PXC949",
            "retries are counted for the whole run, not for a role",
            own.retries[0].span,
            help="write `max_restarts` in `environment`",
        )
    return _role(role, place, renamed("replicas", count), own, pod, work, words=not mpi)


def _refused(replicas: Section, number: str, default: str) -> None:
    """Report what is said of pods that are nowhere: PXC104 without a number, else PXC949."""
    count = replicas.entry(number)
    if count is not None:
        message = f"`{number}` has no role in this runtime"
        help = "leave it out, with what is said of these pods"
        replicas.report.add("PXC949", message, count[0].span, help=help)
    for field in (default, f"{default}_resources", f"{default}_node_selectors"):
        entry = replicas.entry(field)
        if entry is not None and count is None:
            message = f"`{field}` says how, but nothing says how many"
            replicas.report.add("PXC104", message, entry[0].span, help=f"add `{number}`")
        elif entry is not None:
            message = f"`{field}` is about pods that have no role in this runtime"
            replicas.report.add("PXC949", message, entry[0].span, help="leave it out")


def _role(
    role: str, place: Span, count: Pair, own: Pod, master: Pod, work: Work, *, words: bool = True
) -> Pair:
    """A role: its pods run the same image, and share what version 0 said once for all of them."""
    own.env_from = own.env_from or master.env_from
    fields = [
        count,
        _environment(own, master),
        own.connections or master.connections,
        pair("container", mapped(place, work.container(own, words=words)), place),
    ]
    return pair(role, mapped(place, fields), place)


def _environment(own: Pod, master: Pod) -> Pair | None:
    settings = [*own.environment.entries] if own.environment is not None else []
    named = {key.value for key, _ in settings if isinstance(key, Lit)}
    for key, value in master.environment.entries if master.environment is not None else ():
        if isinstance(key, Lit) and key.value in _SHARED and key.value not in named:
            settings.append((key, value))
    place = own.environment or master.environment
    return pair("environment", Map(place.span, tuple(settings))) if settings and place else None


def _single(replicas: Section, field: str) -> None:
    """PXC941 for each replica that has settings of its own."""
    entry = replicas.entry(field)
    for node in entry[1].items if entry is not None else ():
        one = opened(node, POD, replicas.report) if field in ("worker", "ps") else None
        index = one.word("index") if one is not None else None
        which = f" {index}" if index is not None else ""
        replicas.report.add(
            "PXC941",
            f"the settings of the one {field.partition('_')[0]}{which} cannot be said:"
            " all pods of a role are alike",
            head_of(node.span),
            help="say them for all, in `default_worker` or `default_ps`, or leave them out",
        )
