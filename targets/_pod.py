"""Turns a unit of the plan into the parts of a pod that every engine on Kubernetes shares."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.node import KObject, Lit
from pxc.ir.plan import ContainerStep, FileStep, GitStep, Pod, Step, Unit
from pxc.ir.run import Environment
from pxc.source import Span
from pxc.targets._connections import Volumes, attach
from pxc.targets._container import Draft, author_container
from pxc.targets._data import Place, RunTime, Values, ordered
from pxc.targets._git import git_container
from pxc.targets._names import container_name, free_name
from pxc.targets._paths import CONTEXT_ROOT, OUTPUTS_MOUNT, RUN_MOUNT

__all__ = ["PodParts", "build_pod", "outputs_of"]

_SHM = "/dev/shm"
_DOCKER_SOCKET = "/var/run/docker.sock"

_SPEC_ORDER = (
    "restartPolicy", "serviceAccountName", "priorityClassName", "priority", "schedulerName",
    "nodeName", "nodeSelector", "affinity", "tolerations", "hostNetwork", "hostPID", "hostAliases",
    "dnsPolicy", "dnsConfig", "securityContext", "imagePullSecrets",
    "initContainers", "containers", "volumes",
)  # fmt: skip

_PLAIN_FIELDS = (
    ("affinity", "affinity"),
    ("tolerations", "tolerations"),
    ("node_name", "nodeName"),
    ("service_account_name", "serviceAccountName"),
    ("host_aliases", "hostAliases"),
    ("security_context", "securityContext"),
    ("host_network", "hostNetwork"),
    ("host_pid", "hostPID"),
    ("dns_policy", "dnsPolicy"),
    ("dns_config", "dnsConfig"),
    ("scheduler_name", "schedulerName"),
    ("priority_class_name", "priorityClassName"),
    ("priority", "priority"),
    ("restart_policy", "restartPolicy"),
)


class PodParts(Struct):
    """A pod's spec as plain data, the author's labels and annotations, and the main container.

    `main` is the main container's own data inside `spec`. A restart policy is there only when the
    author wrote one.
    """

    spec: dict[str, Any]
    labels: dict[str, str]
    annotations: dict[str, str]
    main: dict[str, Any]


def build_pod(
    unit: Unit, pod: Pod, run_time: RunTime, report: Report, *, native_sidecars: bool
) -> PodParts:
    """The pod of a unit, or of one of its roles.

    `native_sidecars` writes sidecars as init containers that keep running, so that a pod ends when
    its main container does; else they are ordinary containers beside it.
    """
    return _Assembly(unit, pod, Values(run_time, report)).build(native_sidecars)


def outputs_of(run_time: RunTime, unit: Unit, env: dict[str, dict[str, Any]]) -> str | None:
    """The run's own directory below the context root, said with variables put into `env`."""
    place = Place("outputs", env, expands=True)
    uuid = run_time.text(RunTimeRef(unit.span, "globals.uuid"), place, Report())
    return None if uuid is None else f"{CONTEXT_ROOT}/{uuid}"


class _Assembly:
    """Puts one pod together: containers first, then what they need mounted."""

    def __init__(self, unit: Unit, pod: Pod, values: Values) -> None:
        self.unit = unit
        self.pod = pod
        self.values = values
        self.names: set[str] = set()
        self.volumes = Volumes([values.value(v, Place("volumes")) for v in pod.volumes])
        self.main = self._author(pod.main, "main", "container")
        self.init = [self._step(step, at) for at, step in enumerate(pod.init)]
        self.sidecars = [
            self._author(node, f"sidecar-{at + 1}", f"sidecars[{at}]")
            for at, node in enumerate(pod.sidecars)
        ]
        self._attach()

    def build(self, native_sidecars: bool) -> PodParts:
        self._mount_step_paths()
        self._mount_context()
        if self.pod.shm and self.main.mount_at(_SHM) is None:
            shared = self._volume("shm", {"medium": "Memory"})
            self.main.mount({"name": shared, "mountPath": _SHM})
        spec = self._environment(self.pod.environment)
        init = [draft.finished() for draft in self.init]
        main, sidecars = self.main.finished(), [draft.finished() for draft in self.sidecars]
        if native_sidecars:
            init += [self._native(data, at) for at, data in enumerate(sidecars)]
            sidecars = []
        if init:
            spec["initContainers"] = init
        spec["containers"] = [main, *sidecars]
        if self.volumes.found:
            spec["volumes"] = self.volumes.found
        labels, annotations = self._metadata(self.pod.environment)
        return PodParts(ordered(_SPEC_ORDER, spec), labels, annotations, main)

    # containers

    def _author(self, node: KObject, default: str, what: str) -> Draft:
        written = node.get("name")
        text = written.value if isinstance(written, Lit) else None
        name = free_name(
            container_name(text if isinstance(text, str) else None, default), self.names
        )
        self.names.add(name)
        return author_container(node, name, self.values, what)

    def _step(self, step: Step, at: int) -> Draft:
        if isinstance(step, ContainerStep):
            return self._author(step.container, f"init-{at + 1}", f"init[{at}].container")
        if not isinstance(step, GitStep):
            self._refuse(step.span, "init: file" if isinstance(step, FileStep) else "init: files")
            return Draft({}, {})
        name = free_name(f"git-{at + 1}", self.names)
        self.names.add(name)
        place = Place(f"init[{at}]", {})
        return Draft(git_container(step, name, self.values, place), place.env)

    def _refuse(self, span: Span, what: str) -> None:
        self.values.report.add(
            "PXC701",
            f"`{what}` cannot be said in the kubernetes target yet",
            span,
            help="`pxc rule PXC701` lists what this release emits",
        )

    def _attach(self) -> None:
        """Give every container its connections; the pod gets their annotations."""
        for step, draft in zip(self.pod.init, self.init, strict=True):
            if isinstance(step, ContainerStep | GitStep) and step.attachment is not None:
                attach(draft, (step.attachment,), self.volumes, self.values)
        attach(self.main, self.pod.attachments, self.volumes, self.values)
        for draft in self.sidecars if self.pod.sidecars_attached else ():
            attach(draft, self.pod.attachments, self.volumes, self.values)
        if self.pod.docker:
            socket = {"hostPath": {"path": _DOCKER_SOCKET, "type": "Socket"}}
            self.main.mount(
                {"name": self.volumes.add("docker", socket), "mountPath": _DOCKER_SOCKET}
            )

    def _native(self, data: dict[str, Any], at: int) -> dict[str, Any]:
        """A sidecar as an init container that keeps running beside the main one."""
        policy = data.get("restartPolicy", "Always")
        if policy != "Always":
            self.values.report.add(
                "PXC701",
                f"a sidecar of a job cannot have `restartPolicy: {policy}`",
                self.pod.sidecars[at].span,
                help="leave it out: a sidecar runs until the main container has ended",
            )
        return Draft({**data, "restartPolicy": "Always"}, {}).finished()

    # volumes

    def _volume(self, wanted: str, settings: dict[str, Any] | None = None) -> str:
        """A new scratch volume; its name."""
        return self.volumes.add(wanted, {"emptyDir": settings or {}})

    def _mount_step_paths(self) -> None:
        """A volume for each directory that a step fills, mounted there in the step and in main."""
        for step, draft in zip(self.pod.init, self.init, strict=True):
            path = step.volume_path
            if path is None or _is_context(path):
                continue
            mount = self.main.mount_at(path)
            if mount is None:
                digest = sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:8]
                mount = {"name": self._volume(f"context-{digest}"), "mountPath": path}
                self.main.mount(mount)
            draft.mount(_writable(mount))

    def _mount_context(self) -> None:
        """The context volume, and the run's outputs in it, where anything asks for them."""
        drafts = (self.main, *self.init, *self.sidecars)
        env: dict[str, dict[str, Any]] = {}
        run = outputs_of(self.values.run_time, self.unit, env)
        texts = {id(draft): draft.texts() for draft in drafts}
        said = texts[id(self.main)]
        wants_outputs = bool(self.unit.outputs) or any(
            _mention(said, name) for name in (OUTPUTS_MOUNT, RUN_MOUNT, "PXC_OUTPUTS_DIR")
        )
        steps = (step.volume_path for step in self.pod.init)
        named = any(_mention(found, CONTEXT_ROOT) for found in texts.values())
        if not (named or wants_outputs or any(p is not None and _is_context(p) for p in steps)):
            return
        mount = self.main.mount_at(CONTEXT_ROOT)
        if mount is None:
            mount = {"name": self._volume("artifacts-context"), "mountPath": CONTEXT_ROOT}
        for draft in drafts:
            draft.mount(_writable(mount) if draft is not self.main else mount)
        if run is None:
            return
        for draft in drafts:
            mentions = texts[id(draft)]
            needs = _mention(mentions, run) or _mention(mentions, RUN_MOUNT)
            if needs or (draft is self.main and wants_outputs):
                self._mount_outputs(draft, run, env)
            if _mention(mentions, RUN_MOUNT):
                self._mount_run(draft, run, env)

    def _mount_outputs(self, draft: Draft, run: str, env: dict[str, dict[str, Any]]) -> None:
        """Make the run's outputs exist when the container starts, and tell main where they are."""
        draft.env = {**env, **draft.env}
        if draft is self.main:
            value = f"{run}/outputs"
            draft.env["PXC_OUTPUTS_DIR"] = {"name": "PXC_OUTPUTS_DIR", "value": value}
        context = draft.mount_at(CONTEXT_ROOT)
        if context is None or context.get("readOnly"):
            return
        if draft.mount_at(OUTPUTS_MOUNT) is not None:
            self.values.report.add(
                "PXC710",
                f"`{OUTPUTS_MOUNT}` is a directory that the compiler mounts",
                self.pod.main.span,
                help="mount the volume at another directory",
            )
        inner = f"{run.removeprefix(CONTEXT_ROOT + '/')}/outputs"
        draft.mount(_inside(context, OUTPUTS_MOUNT, inner, expands=bool(env)))

    def _mount_run(self, draft: Draft, run: str, env: dict[str, dict[str, Any]]) -> None:
        """Give the run's own directory a name that a working directory can hold."""
        context = draft.mount_at(CONTEXT_ROOT)
        if context is not None:
            inner = run.removeprefix(CONTEXT_ROOT + "/")
            draft.mount(_inside(context, RUN_MOUNT, inner, expands=bool(env)))

    # environment

    def _environment(self, environment: Environment | None) -> dict[str, Any]:
        if environment is None:
            return {}
        place = Place("environment")
        spec: dict[str, Any] = {}
        for attribute, field in _PLAIN_FIELDS:
            value = self.values.value(getattr(environment, attribute), place.at(field))
            if value is not None and value != {} and value != []:
                spec[field] = value
        selector = self.values.texts(environment.node_selector, place.at("nodeSelector"))
        if selector:
            spec["nodeSelector"] = selector
        secrets = self.values.value(environment.image_pull_secrets, place.at("imagePullSecrets"))
        if secrets:
            spec["imagePullSecrets"] = [{"name": name} for name in secrets]
        return spec

    def _metadata(self, environment: Environment | None) -> tuple[dict[str, str], dict[str, str]]:
        labels: dict[str, str] = {}
        annotations: dict[str, str] = {}
        if environment is not None:
            place = Place("environment.annotations")
            labels = self.values.texts(environment.labels, Place("environment.labels"))
            annotations = self.values.texts(environment.annotations, place)
        steps = (getattr(step, "attachment", None) for step in self.pod.init)
        for attachment in (*self.pod.attachments, *steps):
            annotations |= dict(attachment.annotations) if attachment is not None else {}
        return labels, annotations


def _is_context(path: str) -> bool:
    return path.rstrip("/") in (CONTEXT_ROOT, CONTEXT_ROOT.rpartition("/")[0])


def _mention(texts: list[str], path: str) -> bool:
    return any(path in text for text in texts)


def _inside(context: dict[str, Any], at: str, inner: str, *, expands: bool) -> dict[str, Any]:
    """A mount of a directory inside a mounted volume."""
    outer = context.get("subPathExpr") or context.get("subPath")
    path = f"{outer.rstrip('/')}/{inner}" if outer else inner
    field = "subPathExpr" if expands or "subPathExpr" in context else "subPath"
    return {"name": context["name"], "mountPath": at, field: path}


def _writable(mount: dict[str, Any]) -> dict[str, Any]:
    """The same mount for a container that fills it."""
    return {key: value for key, value in mount.items() if key != "readOnly"}
