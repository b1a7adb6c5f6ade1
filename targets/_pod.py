"""Turns a unit of the plan into the parts of a pod that every engine on Kubernetes shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.node import KObject, Lit
from pxc.ir.plan import Unit
from pxc.ir.pod import ContainerStep, GitStep, Pod, Step, TransferStep
from pxc.ir.run import Environment
from pxc.options import Options
from pxc.targets._catalog import describe
from pxc.targets._connections import Volumes, attach
from pxc.targets._container import Draft, author_container, change_of
from pxc.targets._context import Context
from pxc.targets._data import Place, RunTime, Values, ordered
from pxc.targets._file import file_container
from pxc.targets._files import Files
from pxc.targets._names import container_name, free_name

if TYPE_CHECKING:
    from pxc.targets._polyaxon import Polyaxon

__all__ = ["PodParts", "build_pod"]

_SHM = "/dev/shm"
_DOCKER_SOCKET = "/var/run/docker.sock"

_SPEC_ORDER = (
    "restartPolicy", "serviceAccountName", "priorityClassName", "priority", "schedulerName",
    "nodeName", "nodeSelector", "affinity", "tolerations", "hostNetwork", "hostPID", "hostAliases",
    "dnsPolicy", "dnsConfig", "securityContext", "imagePullSecrets",
    "terminationGracePeriodSeconds", "initContainers", "containers", "volumes",
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
    author wrote one. `config_maps` are the data of ConfigMaps that the pod mounts, by name.
    """

    spec: dict[str, Any]
    labels: dict[str, str]
    annotations: dict[str, str]
    main: dict[str, Any]
    config_maps: dict[str, dict[str, str]]


def build_pod(
    unit: Unit,
    pod: Pod,
    run_time: RunTime,
    options: Options,
    report: Report,
    *,
    native_sidecars: bool,
    mounts_files: bool = True,
) -> PodParts:
    """The pod of a unit, or of one of its roles.

    `native_sidecars` writes sidecars as init containers that keep running, so that a pod ends when
    its main container does; else they are ordinary containers beside it. `mounts_files` puts the
    files of steps into ConfigMaps where they are known; else a container writes each.
    """
    values = Values(run_time, report)
    return _Assembly(unit, pod, values, options, mounts_files).build(native_sidecars)


def _polyaxon(unit: Unit, pod: Pod, values: Values, options: Options) -> Polyaxon | None:
    """Polyaxon's own containers, where the cluster runs it."""
    if not options.runtime.polyaxon:
        return None
    from pxc.targets._polyaxon import Polyaxon

    return Polyaxon(unit, pod, values, options)


class _Assembly:
    """Puts one pod together: containers first, then what they need mounted."""

    def __init__(
        self, unit: Unit, pod: Pod, values: Values, options: Options, mounts_files: bool
    ) -> None:
        self.unit = unit
        self.pod = pod
        self.values = values
        self.options = options
        self.polyaxon = _polyaxon(unit, pod, values, options)
        self.names: set[str] = set()
        self.volumes = Volumes([values.value(v, Place("volumes")) for v in pod.volumes])
        self.main = self._author(pod.main, "main", "container", main=True)
        self.files = Files(unit.name, values)
        self.steps = [
            (step, self._step(step, at))
            for at, step in enumerate(pod.init)
            if self.polyaxon is not None or not mounts_files or not self.files.takes(step)
        ]
        self.sidecars = [
            self._author(node, f"sidecar-{at + 1}", f"sidecars[{at}]")
            for at, node in enumerate(pod.sidecars)
        ]
        self._attach()

    def build(self, native_sidecars: bool) -> PodParts:
        context = Context(self.unit, self.pod, self.values, self.options, self.volumes)
        drafts = [draft for _, draft in self.steps]
        context.mount_step_paths(self.main, self.steps)
        context.mount(self.main, drafts, self.sidecars)
        for draft in (self.main, *drafts, *self.sidecars):
            context.mount_working(draft)
        keeping = self._keep_results(context)
        watching = self._watch(context)
        self.files.mount((self.main, *drafts, *self.sidecars), self.volumes)
        if self.pod.shm and self.main.mount_at(_SHM) is None:
            shared = self.volumes.add("shm", {"emptyDir": {"medium": "Memory"}})
            self.main.mount({"name": shared, "mountPath": _SHM})
        spec = self._environment(self.pod.environment)
        init = [draft.finished() for draft in (*keeping, *drafts)]
        main, sidecars = self.main.finished(), [draft.finished() for draft in self.sidecars]
        if native_sidecars:
            init += [self._native(data, at) for at, data in enumerate(sidecars)]
            sidecars = []
        if init:
            spec["initContainers"] = init
        spec["containers"] = [main, *watching, *sidecars]
        if self.volumes.found:
            spec["volumes"] = self.volumes.found
        if self._copies_results() and self.polyaxon is None:
            spec["terminationGracePeriodSeconds"] = self.options.runtime.upload_grace
        labels, annotations = self._metadata(self.pod.environment)
        return PodParts(
            ordered(_SPEC_ORDER, spec), labels, annotations, main, self.files.config_maps()
        )

    # containers

    def _author(self, node: KObject, default: str, what: str, *, main: bool = False) -> Draft:
        written = node.get("name")
        text = written.value if isinstance(written, Lit) else None
        if main and self.polyaxon is not None and self.unit.runtime is None:
            text = self.polyaxon.main
        name = self._name(container_name(text if isinstance(text, str) else None, default))
        return author_container(node, name, self.values, what)

    def _name(self, wanted: str) -> str:
        name = free_name(wanted, self.names)
        self.names.add(name)
        return name

    def _step(self, step: Step, at: int) -> Draft:
        """The container of a step, with what its author changes of it."""
        if isinstance(step, ContainerStep):
            return self._author(step.container, f"init-{at + 1}", f"init[{at}].container")
        place, images = Place(f"init[{at}]", {}), self.options.runtime.images
        if self.polyaxon is not None:
            data = self.polyaxon.step(step, at, self._name, place)
        elif isinstance(step, GitStep):
            from pxc.targets._git import git_container

            name = self._name(f"git-{at + 1}")
            data = git_container(step, name, images.git, self.values, place)
        elif isinstance(step, TransferStep):
            from pxc.targets._transfer import transfer_container

            name = self._name(f"files-{at + 1}")
            data = transfer_container(step, name, images.rclone, self.values, place)
        else:
            name = self._name(f"file-{at + 1}")
            data = file_container(step, name, images.shell, self.values, place)
        draft = Draft(data, place.env)
        if step.container is not None:
            draft.change(change_of(step.container, self.values, f"init[{at}].container"))
        return draft

    def _attach(self) -> None:
        """Give every container its connections; the pod gets their annotations."""
        for step, draft in self.steps:
            attachment = getattr(step, "attachment", None)
            if attachment is not None:
                attach(draft, (attachment,), self.volumes, self.values)
            told = isinstance(step, ContainerStep) or self.polyaxon is not None
            if attachment is not None and told:
                describe(draft, (attachment,), self.pod.artifacts_store)
        for draft in (self.main, *(self.sidecars if self.pod.sidecars_attached else ())):
            attach(draft, self.pod.attachments, self.volumes, self.values)
            describe(draft, self.pod.attachments, self.pod.artifacts_store)
        if self.pod.docker:
            socket = {"hostPath": {"path": _DOCKER_SOCKET, "type": "Socket"}}
            self.main.mount(
                {"name": self.volumes.add("docker", socket), "mountPath": _DOCKER_SOCKET}
            )

    def _keep_results(self, context: Context) -> list[Draft]:
        """The containers before the author's steps that bring results back and keep them."""
        if self.polyaxon is not None:
            from pxc.targets._polyaxon_pod import containers_before

            kept = self.pod.results
            resume = bool(self.unit.limits.max_retries) or (kept is not None and kept.again)
            return containers_before(self.polyaxon, self.volumes, context, resume=resume)
        results, runtime = self.pod.results, self.options.runtime
        if results is None or results.attachment.store is None or not results.copied:
            return []
        said = context.run_directory()
        if said is None:
            return []
        from pxc.targets._results import results_container, resume_container

        found = []
        if results.again or (results.resume and self.unit.limits.max_retries):
            data = resume_container(results, self._name("resume"), said.uuid, said.path, runtime)
            found.append(Draft(data, dict(said.env)))
        data = results_container(results, self._name("results"), said.uuid, said.path, runtime)
        found.append(Draft({**data, "restartPolicy": "Always"}, dict(said.env)))
        for draft in found:
            attach(draft, (results.attachment,), self.volumes, self.values)
            context.mount_root(draft)
        return found

    def _copies_results(self) -> bool:
        return self.pod.results is not None and self.pod.results.copied

    def _watch(self, context: Context) -> list[dict[str, Any]]:
        """Polyaxon's sidecar, where the cluster runs it; it ends by itself when main has."""
        if self.polyaxon is None:
            return []
        from pxc.targets._polyaxon_pod import containers_beside

        told = [self.main, *(self.sidecars if self.pod.sidecars_attached else ())]
        steps = [draft for step, draft in self.steps if not isinstance(step, ContainerStep)]
        return containers_beside(self.polyaxon, told, steps, self.volumes, context)

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

    # environment

    def _environment(self, environment: Environment | None) -> dict[str, Any]:
        account = self.options.service_account
        spec: dict[str, Any] = {"serviceAccountName": account} if account else {}
        if environment is None:
            return spec
        place = Place("environment")
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
