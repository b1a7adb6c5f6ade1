"""Turns the steps and the results of a pod into Polyaxon's own containers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pxc.ir.plan import Unit
from pxc.ir.pod import (
    Attachment,
    Copy,
    FileStep,
    GitStep,
    Pod,
    Results,
    Step,
    TransferStep,
    Watch,
)
from pxc.options import Options
from pxc.source import head_of
from pxc.targets._context import RunDirectory, run_directory
from pxc.targets._data import Place, Values, text_of, unexpanded

__all__ = ["MAIN", "Polyaxon"]

MAIN = "polyaxon-main"
"""What Polyaxon calls the main container of a job and a service."""

CONFIGS_MOUNT = "/plx-context/.configs"
TOOLS_MOUNT = "/opt/polyaxon/bin"
_INTERVAL = 10
_RESOURCES = {
    "requests": {"cpu": "0.1", "memory": "60Mi"},
    "limits": {"cpu": "1", "memory": "500Mi"},
}
_TOKEN = "POLYAXON_AUTH_TOKEN"

# Arguments in threes: what it is, from, to. What it is tells the initializer how to look for it.
_PATHS_SCRIPT = """\
while test "$#" -ge 3; do
  case "$1" in
  file) found="--is-file --raise-errors" ;;
  dir) found=--raise-errors ;;
  resume) found=--sync-fw ;;
  *) found="--check-path --raise-errors" ;;
  esac
  case "$1" in
  file|any) mkdir -p -m 0777 "`dirname "$3"`" ;;
  *) mkdir -p -m 0777 "$3" ;;
  esac
  polyaxon initializer path --connection-name="$PXC_CONNECTION" \
--connection-kind="$PXC_CONNECTION_KIND" --path-from="$2" --path-to="$3" $found
  shift 3
done
"""


class Polyaxon:
    """The containers of one pod. Source of arguments and variables: release 2.18 of Polyaxon.

    `main` is the name of the main one. `run` is None after PXC701: the server knows a run by a
    uuid that is known before it starts.
    """

    main = MAIN

    def __init__(self, unit: Unit, pod: Pod, values: Values, options: Options) -> None:
        self.pod, self.values, self.options = pod, values, options
        self.watch = pod.watch or Watch(pod.span)
        self.run: RunDirectory | None = run_directory(unit, values)
        if self.run is None or self.run.env:
            values.report.add(
                "PXC701",
                "Polyaxon's server knows a run by a uuid, and this one is known only in the run",
                head_of(unit.span),
                help="the profile `polyaxon` takes jobs and services without `matrix` and"
                " `schedule`; `runtime: {profile: standalone}` takes the others",
            )
            self.run = None

    # what a container is told

    def environment(self, service: str) -> dict[str, dict[str, Any]]:
        """The variables by which a container finds the server and its run, by name."""
        runtime = self.options.runtime
        owner, project = self.options.owner, self.options.project
        uuid = self.run.uuid if self.run is not None else ""
        fields = {
            "POLYAXON_K8S_NODE_NAME": "spec.nodeName",
            "POLYAXON_K8S_NAMESPACE": "metadata.namespace",
            "POLYAXON_K8S_POD_ID": "metadata.name",
        }
        texts = {
            "POLYAXON_HOST": runtime.host,
            "POLYAXON_IS_MANAGED": "true",
            "POLYAXON_API_VERSION": "v1",
            "POLYAXON_RUN_INSTANCE": f"{owner}.{project}.runs.{uuid}",
            "POLYAXON_LOG_LEVEL": self.watch.log_level or "",
            "POLYAXON_HEADER": "X-POLYAXON-SERVICE",
            "POLYAXON_HEADER_SERVICE": service,
            "POLYAXON_AUTHENTICATION_TYPE": "" if service == "runner" else "Token",
        }
        found = {
            name: {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
            for name, path in fields.items()
        }
        return found | {name: {"name": name, "value": text} for name, text in texts.items() if text}

    def main_environment(self) -> dict[str, dict[str, Any]]:
        """The variables of the author's containers."""
        texts = {
            "POLYAXON_COLLECT_ARTIFACTS": self.pod.results is not None,
            "POLYAXON_COLLECT_RESOURCES": self.watch.collect_resources,
        }
        told = {name: {"name": name, "value": "true"} for name, wanted in texts.items() if wanted}
        return self.environment("runner") | told

    # init containers

    def step(
        self, step: Step, at: int, named: Callable[[str], str], place: Place
    ) -> dict[str, Any]:
        """The container of a step; `named` gives it a name of its own."""
        if self.run is None:
            return {}
        if isinstance(step, GitStep):
            return self.git(step, named(f"polyaxon-init-git-{at + 1}"), place)
        if isinstance(step, TransferStep):
            return self.transfer(step, named(f"polyaxon-init-artifacts-{at + 1}"), place)
        assert isinstance(step, FileStep)
        return self.file(step, named(f"polyaxon-init-file-{at + 1}"), self.run, place)

    def auth(self) -> dict[str, Any]:
        """The container that changes the agent's token for one of the run."""
        env = self.environment("initializer")
        secret = self.options.runtime.token_secret
        if secret:
            reference = {"name": secret, "key": _TOKEN}
            env[_TOKEN] = {"name": _TOKEN, "valueFrom": {"secretKeyRef": reference}}
        mount = {"name": "configs-context", "mountPath": CONFIGS_MOUNT}
        command = ["polyaxon", "initializer", "auth"]
        return self._init("polyaxon-init-auth", command, [], env) | {"volumeMounts": [mount]}

    def tools(self) -> dict[str, Any]:
        """The container that brings tmux."""
        command = ["sh", "-c", f"cp /usr/bin/tmux {TOOLS_MOUNT}/tmux"]
        mount = {"name": "plx-tools-bin", "mountPath": TOOLS_MOUNT}
        return self._init("polyaxon-init-tools", command, [], {}) | {"volumeMounts": [mount]}

    def artifacts(self, run: RunDirectory, results: Results, *, resume: bool) -> dict[str, Any]:
        """The container that makes the run's directory, and brings back an earlier try's."""
        store = results.attachment
        path = run.path
        script = f'mkdir -p -m 0777 "{path}/outputs"\n' + (_PATHS_SCRIPT if resume else "")
        kind = "dir" if results.required else "resume"
        arguments = [kind, f"{_root(store)}/{run.uuid}", path] if resume else []
        command = ["sh", "-ceu", script, "artifacts"]
        return self._init("polyaxon-init-artifacts-default", command, arguments, self._of(store))

    def git(self, step: GitStep, name: str, place: Place) -> dict[str, Any]:
        """A checkout."""
        arguments = [
            f"--repo-path={self.values.path(step.destination, place.at('init.path'))}",
            f"--url={self.values.text(step.url, place.at('git.url', expands=True)) or ''}",
        ]
        revision = self.values.text(step.revision, place.at("git.revision", expands=True))
        if revision:
            arguments.append(f"--revision={revision}")
        env = self.environment("initializer")
        if step.attachment is not None:
            arguments.append(f"--connection={step.attachment.name}")
            mounts = (i.mount_path for i in step.attachment.injections if i.resource == "secret")
            path = next((mount for mount in mounts if mount), None)
            if step.attachment.kind == "ssh" and path:
                env["POLYAXON_SSH_PATH"] = {"name": "POLYAXON_SSH_PATH", "value": path}
        flags = self._flags(step, place)
        if flags:
            arguments.append(f"--flags={flags}")
        return self._init(name, ["polyaxon", "initializer", "git"], arguments, env)

    def _flags(self, step: GitStep, place: Place) -> str:
        """Flags as the initializer reads them, which splits a text at its commas."""
        found = []
        for node in step.flags:
            text = self.values.text(node, place.at("git.flags", expands=True)) or ""
            if "," in text:
                self.values.report.add(
                    "PXC701",
                    f"the git flag `{text}` cannot be handed to Polyaxon's initializer",
                    node.span,
                    help="it splits flags at commas: leave this one out",
                )
            found.append(text)
        return ",".join(text for text in found if text)

    def transfer(self, step: TransferStep, name: str, place: Place) -> dict[str, Any]:
        """Files of a store."""
        root = _root(step.attachment)
        arguments: list[str] = []
        for copy in step.copies:
            arguments += self._triple(copy, root, place)
        env = self._of(step.attachment)
        return self._init(name, ["sh", "-ceu", _PATHS_SCRIPT, "paths"], arguments, env)

    def _triple(self, copy: Copy, root: str, place: Place) -> list[str]:
        at = place.at(f"{place.field}.paths", expands=True)
        source = self.values.text(copy.source, at) or ""
        return [copy.kind, f"{root}/{source}".rstrip("/"), self.values.text(copy.target, at) or ""]

    def file(self, step: FileStep, name: str, run: RunDirectory, place: Place) -> dict[str, Any]:
        """A file, which the server is told of."""
        written = {"filename": step.filename, **({"chmod": step.mode} if step.mode else {})}
        head = unexpanded(json.dumps(written, ensure_ascii=False))
        at = place.at("file.content", expands=True)
        content = self.values.spelled(step.content, at, _in_json) or ""
        arguments = [
            f'--file-context={head[:-1]}, "content": "{content}"}}',
            f"--filepath={self.values.path(step.directory, place.at('init.path'))}",
            f"--copy-path={run.path}/outputs",
            "--track",
        ]
        env = self.environment("initializer")
        return self._init(name, ["polyaxon", "initializer", "file"], arguments, env)

    def _of(self, attachment: Attachment) -> dict[str, dict[str, Any]]:
        texts = {"PXC_CONNECTION": attachment.name, "PXC_CONNECTION_KIND": attachment.kind}
        told = {name: {"name": name, "value": text} for name, text in texts.items()}
        return self.environment("initializer") | told

    def _init(
        self, name: str, command: list[str], arguments: list[str], env: dict[str, dict[str, Any]]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {
            "name": name,
            "image": self.options.runtime.images.init,
            "imagePullPolicy": "IfNotPresent",
            "command": command,
            "args": arguments,
            "env": list(env.values()),
            "resources": _RESOURCES,
        }
        return {key: value for key, value in found.items() if value}

    # the sidecar

    def watches(self) -> bool:
        """Whether there is anything to bring to the artifacts store."""
        stored = self.pod.artifacts_store is not None
        return stored and (self.pod.results is not None or self.watch.collect_logs)

    def sidecar(self, main: str) -> dict[str, Any]:
        """The container that brings artifacts and logs to the store while the run goes on."""
        watch = self.watch
        env = self.environment("sidecar")
        for name, text in (
            ("POLYAXON_CONTAINER_ID", main),
            ("POLYAXON_ARTIFACTS_STORE_NAME", self.pod.artifacts_store),
        ):
            env[name] = {"name": name, "value": text}
        arguments = [
            f"--container-id={main}",
            f"--sleep-interval={watch.sleep_interval or _INTERVAL}",
            f"--sync-interval={watch.sync_interval or _INTERVAL}",
        ]
        if watch.collect_logs and watch.monitor_logs:
            arguments.append("--monitor-logs")
        if watch.monitor_spec:
            self.values.report.add(
                "PXC702",
                "`plugins.sidecar.monitorSpec` is left out",
                watch.span,
                help="it reads the operation's own resource, and a manifest has none",
            )
        own = self.values.value(watch.resources, Place("plugins.sidecar.resources"))
        return {
            "name": "polyaxon-sidecar",
            "image": self._sidecar_image(),
            "imagePullPolicy": watch.image_pull_policy or "IfNotPresent",
            "command": ["polyaxon", "sidecar"],
            "args": arguments,
            "env": list(env.values()),
            "resources": _texts(own) if own else _RESOURCES,
        }

    def _sidecar_image(self) -> str:
        """The image of the settings, with the repository and the tag that the author gives."""
        image, watch = self.options.runtime.images.sidecar, self.watch
        name, colon, tag = image.rpartition(":")
        if not colon or "/" in tag or "@" in name:
            name, tag = image, ""
        name, tag = watch.image or name, watch.image_tag or ("" if watch.image else tag)
        return f"{name}:{tag}" if tag else name


def _root(attachment: Attachment) -> str:
    """The address of a store as the initializer takes it."""
    store = attachment.store
    assert store is not None
    if store.kind != "wasb":
        return store.path
    address = store.path.partition("://")[2] or store.path
    host, slash, inner = address.partition("/")
    return host.partition("@")[0] + slash + inner


def _in_json(text: str) -> str:
    """Text inside a text of JSON, in which the kubelet finds nothing to expand."""
    return unexpanded(json.dumps(text, ensure_ascii=False)[1:-1])


def _texts(resources: dict[str, Any]) -> dict[str, Any]:
    return {
        side: {key: text_of(value) for key, value in given.items()}
        if isinstance(given, dict)
        else given
        for side, given in resources.items()
    }
