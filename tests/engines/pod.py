"""Runs one pod: its init containers in order, sidecars, main containers, probes, hooks, the end."""

from __future__ import annotations

import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.engines import environment, volumes
from tests.engines.container import Container
from tests.engines.container_run import Run, stamp
from tests.engines.environment import NotReady, Object, Read

TICK = 0.05
LONGEST_BACKOFF = 5.0
"""A container that failed is started again after 1, 2, 4, 5… seconds; a real kubelet waits 10 times
as long."""
LONGEST_EXEC = 30.0


class Stopped(Exception):
    """The pod was told to end before it ended by itself."""


class PodRun(threading.Thread):
    """A pod from its binding to its end; `report` is called with each new status."""

    def __init__(
        self, pod: Object, address: str, folder: Path, node: Path, env: dict[str, str],
        mounts: Sequence[volumes.Mount], read: Read, report: Callable[[Object], None],
        gone: Callable[[], None],
    ) -> None:  # fmt: skip
        super().__init__(name=f"pod {pod['metadata']['name']}", daemon=True)
        self.pod = pod | {"status": {"podIP": address, "hostIP": "127.0.0.1"}}
        self.folder, self.node, self.env, self.mounts = folder, node, env, mounts
        self.read, self.report, self.gone = read, report, gone
        self.spec = pod["spec"]
        self.inits = [Run(spec) for spec in self.spec.get("initContainers", ())]
        self.mains = [Run(spec) for spec in self.spec["containers"]]
        self.begun = time.time()
        self.grace: float | None = None
        self._ending, self._told, self._over = threading.Lock(), False, False
        self.reason = ""
        self._reported: Object = {}

    def stop(self, grace: float) -> bool:
        """Tells the pod to end within so many seconds; False when it has ended already.

        Else `gone` is called when it has.
        """
        with self._ending:
            if self._over:
                return False
            self._told = True
        self.grace = grace if self.grace is None else min(grace, self.grace)
        return True

    def log(self, container: str) -> str:
        """What all tries of a container have written, in order."""
        files = sorted((self.folder / "logs").glob(f"{container}.*"))
        return "".join(path.read_text(errors="replace") for path in files)

    def execute(
        self, container: str, command: Sequence[str]
    ) -> subprocess.CompletedProcess[bytes] | None:
        """Runs a command in a container; None where that does not run, or the command goes on."""
        for run in (*self.inits, *self.mains):
            if run.name == container and (process := run.process) is not None:
                return process.run(command, LONGEST_EXEC)
        return None

    def run(self) -> None:
        phase = "Failed"
        try:
            phase = self._live()
        except Stopped:
            pass
        finally:
            self._end(self.mains, together=True)
            self._end([run for run in reversed(self.inits) if run.process], together=False)
            if all(run.ended and run.ended["exitCode"] == 0 for run in self.mains):
                phase = phase if self.reason else "Succeeded"
            self._tell(phase)
            self._clear()
            with self._ending:
                self._over = True
            if self._told:
                self.gone()

    def _clear(self) -> None:
        """Remove the copy of its executor that each pod of Argo's has: 140 MB a pod."""
        shutil.rmtree(self.folder / "volumes" / "var-run-argo", ignore_errors=True)

    def _live(self) -> str:
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        sources: dict[str, Path] = {}
        while not self._tried(
            self.mains, lambda: sources.update(volumes.make(self.pod, self.folder / "volumes", self.node, self.read))
        ):  # fmt: skip
            self._tick(1)
        policy = self.spec.get("restartPolicy", "Always")
        for run in self.inits:
            self._begin(run, sources)
            if run.is_sidecar:
                while not run.started:
                    self._tend([], policy, sources)
                    self._tick()
            elif self._finish([run], "Never" if policy == "Never" else "OnFailure", sources):
                return "Failed"
        for run in self.mains:
            self._begin(run, sources)
        return "Failed" if self._finish(self.mains, policy, sources) else "Succeeded"

    def _finish(self, runs: Sequence[Run], policy: str, sources: dict[str, Path]) -> bool:
        """Waits until these ended for good; whether one of them failed."""
        while True:
            self._tend(runs, policy, sources)
            if all(run.ended and not run.process and run.waiting[0] == "" for run in runs):
                return any(run.ended and run.ended["exitCode"] for run in runs)
            self._tick()

    def _tend(self, runs: Sequence[Run], policy: str, sources: dict[str, Path]) -> None:
        """Starts again what has ended and should not have, sidecars always."""
        begun = [run for run in self.inits if run.is_sidecar and (run.process or run.ended)]
        for run in {run.name: run for run in (*begun, *runs)}.values():
            run.collect()
            code = run.ended["exitCode"] if run.ended and not run.process else None
            again = "Always" if run.is_sidecar else policy
            if code is not None and (again == "Always" or (again == "OnFailure" and code)):
                self._restart(run, sources)

    def _restart(self, run: Run, sources: dict[str, Path]) -> None:
        """Starts a container again, once its time of waiting is over."""
        assert run.ended is not None
        pause = min(2.0**run.restarts, LONGEST_BACKOFF)
        run.waiting = ("CrashLoopBackOff", f"back-off {pause:g}s restarting")
        if time.time() < run.probed.setdefault("restart", time.time() + pause):
            return
        run.before, run.ended = run.ended, None
        run.restarts += 1
        self._begin(run, sources)

    def _begin(self, run: Run, sources: dict[str, Path]) -> None:
        run.probed.clear()
        run.missed.clear()
        while not self._tried([run], lambda: self._start(run, sources)):
            self._tick(1)
        run.probe()
        self._tell("Pending" if run in self.inits else "Running")

    def _start(self, run: Run, sources: dict[str, Path]) -> None:
        env = self.env | environment.variables(run.spec, self.pod, self.read)
        parts = [*run.spec.get("command", ()), *run.spec.get("args", ())]
        command = [environment.expand(part, env) for part in parts]
        if not command:
            raise NotReady("CreateContainerError", "no command: images have none here")
        mounted = volumes.mounts(run.spec, sources, env)
        folder = self.folder / "containers" / run.name / str(run.restarts)
        folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "logs" / f"{run.name}.{run.restarts:03}"
        name = self.spec.get("hostname") or self.pod["metadata"]["name"]
        own = run.spec.get("securityContext", {})
        spec = run.spec | {"securityContext": self.spec.get("securityContext", {}) | own}
        run.process = Container(spec, command, env, [*self.mounts, *mounted], name, folder, log)
        run.waiting = ("", "")
        run.started = run.ready = False
        if hook := run.spec.get("lifecycle", {}).get("postStart"):
            run.act(hook, 30)

    def _tried(self, runs: Sequence[Run], step: Callable[[], None]) -> bool:
        """Whether a step went well; what it waits for is the state of the containers else."""
        try:
            step()
        except NotReady as waiting:
            for run in runs:
                run.waiting = (waiting.reason, str(waiting))
            self._tell("Pending")
            return False
        return True

    def _tick(self, pause: float = TICK) -> None:
        """Lets time pass; Stopped when the pod is to end."""
        until = time.time() + pause
        while True:
            limit = self.spec.get("activeDeadlineSeconds")
            if limit is not None and time.time() > self.begun + limit:
                self.reason = "DeadlineExceeded"
                self.grace = self.spec.get("terminationGracePeriodSeconds", 30)
            if self.grace is not None:
                raise Stopped
            if time.time() >= until:
                break
            time.sleep(TICK)
        for run in (*self.inits, *self.mains):
            run.collect()
            run.probe()
        self._tell(
            "Pending" if any(r.waiting[0] == "PodInitializing" for r in self.mains) else "Running"
        )

    def _end(self, runs: Sequence[Run], together: bool) -> None:
        """Ends what still runs: `preStop`, SIGTERM, SIGKILL when the grace period is over."""
        if self.grace is None:
            self.grace = self.spec.get("terminationGracePeriodSeconds", 30)
        if not hasattr(self, "_limit"):
            self._limit = time.time() + max(self.grace, 1)
        for group in [list(runs)] if together else [[run] for run in runs]:
            for run in group:
                if run.process is None:
                    continue
                if hook := run.spec.get("lifecycle", {}).get("preStop"):
                    run.act(hook, max(self._limit - time.time(), 1))
                run.process.signal(signal.SIGTERM)
            while any(run.process for run in group):
                for run in group:
                    if run.process and time.time() > self._limit:
                        run.process.signal(signal.SIGKILL)
                    run.collect()
                time.sleep(TICK)
        for run in runs:
            if run.ended is not None:
                run.waiting = ("", "")

    def _tell(self, phase: str) -> None:
        """Reports the status when it is not what was reported last."""
        ready = phase == "Running" and all(run.ready for run in self.mains)
        initialized = all(run.started if run.is_sidecar else run.ended for run in self.inits)
        conditions = {
            "Initialized": bool(initialized) or phase == "Succeeded",
            "Ready": ready, "ContainersReady": ready, "PodReadyToStartContainers": True,
        }  # fmt: skip
        status = {
            "phase": phase, "startTime": stamp(self.begun), **self.pod["status"],
            "podIPs": [{"ip": self.pod["status"]["podIP"]}],
            "conditions": [{"type": k, "status": str(v)} for k, v in conditions.items()],
            "initContainerStatuses": [run.status() for run in self.inits],
            "containerStatuses": [run.status() for run in self.mains],
        } | ({"reason": self.reason} if self.reason else {})  # fmt: skip
        if status != self._reported:
            self._reported = status
            self.report(status)
