"""Mounts what the containers of a pod share: the context volume and the run's own directory."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.known_head import known_head
from pxc.ir.node import Template
from pxc.ir.plan import Unit
from pxc.ir.pod import Pod, Step
from pxc.options import Options
from pxc.sha256 import sha256
from pxc.targets._connections import Volumes, store_volume
from pxc.targets._container import Draft
from pxc.targets._data import Place, Values
from pxc.targets._paths import (
    CONTEXT_ROOT,
    OUTPUTS_MOUNT,
    RUN_MOUNT,
    TRACKING_ROOT,
    TRACKING_RUNS,
    WORK_MOUNT,
)

__all__ = ["Context", "RunDirectory", "run_directory"]


class RunDirectory(Struct, frozen=True):
    """The run's own directory as a pod says it: `env` holds the variables in `uuid` and `path`."""

    uuid: str
    path: str
    env: dict[str, dict[str, Any]]


class Context:
    """The shared directories of one pod."""

    def __init__(
        self, unit: Unit, pod: Pod, values: Values, options: Options, volumes: Volumes
    ) -> None:
        self.unit = unit
        self.pod = pod
        self.values = values
        self.options = options
        self.volumes = volumes
        self.root: dict[str, Any] | None = None
        self.direct: dict[str, Any] | None = None

    def run_directory(self) -> RunDirectory | None:
        """Where the run writes; None where the engine has no word for a run's uuid."""
        return run_directory(self.unit, self.values)

    def mount_step_paths(self, main: Draft, steps: list[tuple[Step, Draft]]) -> None:
        """A volume for each directory that a step fills, mounted there in the step and in main."""
        for step, draft in steps:
            path = self._volume_path(step, main)
            if path is None or _is_context(path):
                continue
            mount = main.mount_at(path)
            if mount is None:
                digest = sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:8]
                volume = self.volumes.add(f"context-{digest}", {"emptyDir": {}})
                mount = {"name": volume, "mountPath": path}
                main.mount(mount)
            draft.mount(_writable(mount))

    def _volume_path(self, step: Step, main: Draft) -> str | None:
        """The directory of the volume that a step fills.

        Where only the run completes it, that is a volume of the main container's that it lies in:
        what is mounted must have a name before, unless the engine can say it.
        """
        path = step.volume_path
        if not isinstance(path, Template):
            return path
        if _fills_context(path):
            return CONTEXT_ROOT
        around = main.mount_around(known_head(path))
        return around["mountPath"] if around else self.values.text(path, Place("init.path"))

    def mount(self, main: Draft, steps: list[Draft], sidecars: list[Draft]) -> None:
        """The context volume, and the run's outputs in it, where anything asks for them."""
        drafts = (main, *steps, *sidecars)
        run = self.run_directory()
        texts = {id(draft): draft.texts() for draft in drafts}
        said = texts[id(main)]
        kept = self.pod.results is not None
        tracking = self.options.runtime.tracks_offline and run is not None
        wants_outputs = bool(self.unit.outputs) or any(
            _mention(said, name) for name in (OUTPUTS_MOUNT, RUN_MOUNT, "PXC_OUTPUTS_DIR")
        )
        filled = any(_fills_context(step.volume_path) for step in self.pod.init)
        named = any(_mention(found, CONTEXT_ROOT) for found in texts.values())
        if not (named or wants_outputs or filled or tracking or kept):
            return
        self.root = main.mount_at(CONTEXT_ROOT)
        if self.root is None:
            volume = self.volumes.add("artifacts-context", {"emptyDir": {}})
            self.root = {"name": volume, "mountPath": CONTEXT_ROOT}
        main.mount(self.root)
        for draft in (*steps, *sidecars):
            if named or filled or wants_outputs:
                self.mount_root(draft)
        if run is None:
            return
        self.direct = self._direct(main, run)
        for draft in drafts:
            mentions = texts[id(draft)]
            needs = _mention(mentions, run.path) or _mention(mentions, RUN_MOUNT)
            if needs or (draft is main and (wants_outputs or kept)):
                self._mount_outputs(draft, run, main)
            if _mention(mentions, RUN_MOUNT):
                self._mount_run(draft, run)
        if tracking:
            self._track(main, run)

    def mount_working(self, draft: Draft) -> None:
        """Give a working directory that only the run completes a name that is known before.

        The volume that it lies in is mounted once more, from there on. PXC703 where it lies in none
        of the container's: the kubelet expands nothing in `workingDir`.
        """
        if draft.working is None:
            return
        place = Place("container.workingDir", {}, expands=True)
        text = self.values.text(draft.working, place) or ""
        mount = draft.mount_around(text.partition("$(")[0])
        if mount is None or ".." in text.split("/"):
            self.values.text(draft.working, Place("container.workingDir"))
            return
        inner = text[len(mount["mountPath"].rstrip("/")) + 1 :]
        end = inner.find("/", inner.rfind("$("))
        varying, rest = (inner, "") if end < 0 else (inner[:end], inner[end:])
        again = _inside(mount, WORK_MOUNT, varying, expands=True)
        if mount.get("readOnly"):
            again["readOnly"] = True
        draft.mount(again)
        draft.env = {**place.env, **draft.env}
        draft.data["workingDir"] = WORK_MOUNT + rest.rstrip("/")

    def mount_root(self, draft: Draft) -> None:
        """The context volume in a container that fills or reads it."""
        if self.root is not None:
            draft.mount(_writable(self.root))

    def _mount_outputs(self, draft: Draft, run: RunDirectory, main: Draft) -> None:
        """Make the run's outputs exist when the container starts, and tell main where they are."""
        draft.env = {**run.env, **draft.env}
        direct = self.direct if draft is main else None
        context = direct or draft.mount_at(CONTEXT_ROOT)
        if draft is main:
            root = CONTEXT_ROOT if direct is None else direct["mountPath"].rstrip("/")
            value = f"{root}/{run.uuid}/outputs"
            draft.env["PXC_OUTPUTS_DIR"] = {"name": "PXC_OUTPUTS_DIR", "value": value}
        if context is None or context.get("readOnly"):
            return
        if draft.mount_at(OUTPUTS_MOUNT) is not None:
            self.values.report.add(
                "PXC710",
                f"`{OUTPUTS_MOUNT}` is a directory that the compiler mounts",
                self.pod.main.span,
                help="mount the volume at another directory",
            )
        inner = f"{run.uuid}/outputs"
        draft.mount(_inside(context, OUTPUTS_MOUNT, inner, expands=bool(run.env)))

    def _mount_run(self, draft: Draft, run: RunDirectory) -> None:
        """Give the run's own directory a name that a working directory can hold."""
        context = draft.mount_at(CONTEXT_ROOT)
        if context is not None:
            draft.mount(_inside(context, RUN_MOUNT, run.uuid, expands=bool(run.env)))

    def _track(self, main: Draft, run: RunDirectory) -> None:
        """Let Polyaxon's own tracking client of any release write into the run's directory.

        Without a server it needs to be told who the run is and where it may write. What the author
        sets of these variables is the author's. It takes nothing but a uuid; where the run has
        another name, the directory of a uuid is that of the run.
        """
        assert self.root is not None
        if self.root.get("readOnly"):
            return
        owner, project = self.options.owner, self.options.project
        main.env = {**run.env, **main.env}
        uuid = self.values.run_time.tracking_uuid()
        for name, value in (
            ("POLYAXON_IS_OFFLINE", "true"),
            ("POLYAXON_IS_MANAGED", "true"),
            ("POLYAXON_RUN_INSTANCE", f"{owner}.{project}.runs.{uuid or run.uuid}"),
            ("POLYAXON_OFFLINE_ROOT", TRACKING_ROOT),
        ):
            main.env.setdefault(name, {"name": name, "value": value})
        where = self.direct or self.root
        if uuid is None:
            main.mount({**where, "mountPath": TRACKING_RUNS})
        else:
            at = f"{TRACKING_RUNS}/{uuid}"
            main.mount(_inside(where, at, run.uuid, expands=bool(run.env)))

    def _direct(self, main: Draft, run: RunDirectory) -> dict[str, Any] | None:
        """The artifacts store's own volume, for a run that writes straight to it.

        Of one that collects nothing, its directory there is `globals.run_artifacts_path`; of one
        whose results cannot be copied it is the run's directory everywhere.
        """
        results = self.pod.results
        if results is not None:
            store = results.attachment.store
            if results.copied or store is None:
                return None
            volume = store_volume(results.attachment.name, store, self.volumes)
            direct = {"name": volume, "mountPath": CONTEXT_ROOT}
            main.mount(_inside(direct, run.path, run.uuid, expands=bool(run.env)))
            return direct
        name = self.pod.artifacts_store
        store = next((a.store for a in self.pod.attachments if a.told and a.name == name), None)
        mount = main.mount_at(store.path) if store is not None and store.volume else None
        return None if mount is None or mount.get("readOnly") else mount


def run_directory(unit: Unit, values: Values) -> RunDirectory | None:
    """Where a unit writes; None where the engine has no word for a run's uuid."""
    env: dict[str, dict[str, Any]] = {}
    place = Place("outputs", env, expands=True)
    uuid = values.run_time.text(RunTimeRef(unit.span, "globals.uuid"), place, Report())
    return None if uuid is None else RunDirectory(uuid, f"{CONTEXT_ROOT}/{uuid}", env)


def _is_context(path: str) -> bool:
    return path.rstrip("/") in (CONTEXT_ROOT, CONTEXT_ROOT.rpartition("/")[0])


def _fills_context(path: str | Template | None) -> bool:
    """Whether a step that fills this directory needs no volume but the context's."""
    if isinstance(path, Template):
        return known_head(path).startswith(f"{CONTEXT_ROOT}/")
    return path is not None and _is_context(path)


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
