"""One container of a pod through all its restarts: its state, its probes, its hooks."""

from __future__ import annotations

import http.client
import signal
import socket
import time
from dataclasses import dataclass, field

from tests.engines.container import Container
from tests.engines.environment import Object


@dataclass
class Run:
    """One container of a pod through all its restarts."""

    spec: Object
    process: Container | None = None
    restarts: int = 0
    waiting: tuple[str, str] = ("PodInitializing", "")
    ended: Object | None = None
    before: Object | None = None
    started: bool = False
    ready: bool = False
    probed: dict[str, float] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.spec["name"])

    @property
    def is_sidecar(self) -> bool:
        return self.spec.get("restartPolicy") == "Always"

    def status(self) -> Object:
        """The container's status as a kubelet reports it."""
        state: Object = {"terminated": self.ended}
        if self.process is not None:
            state = {"running": {"startedAt": stamp(self.process.started)}}
        elif self.waiting[0] or self.ended is None:
            state = {"waiting": {"reason": self.waiting[0], "message": self.waiting[1]}}
        return {
            "name": self.name, "image": self.spec["image"], "imageID": "machine",
            "containerID": f"process://{self.name}-{self.restarts}", "restartCount": self.restarts,
            "state": state, "lastState": {"terminated": self.before} if self.before else {},
            "started": self.started, "ready": self.ready,
        }  # fmt: skip

    def collect(self) -> None:
        """Takes note of a process that has ended."""
        if self.process is None or (code := self.process.exit_code) is None:
            return
        message = self.process.message.read_text(errors="replace")[-4096:]
        reason = "Error" if code else "Completed"
        self.ended = {
            "exitCode": code, "reason": reason, "startedAt": stamp(self.process.started),
            "finishedAt": stamp(time.time()), "message": message,
        }  # fmt: skip
        self.process, self.ready, self.started = None, False, False

    def probe(self) -> None:
        """Startup, readiness, liveness: what has no probe is started and ready."""
        if self.process is None:
            return
        startup, ready = self.spec.get("startupProbe"), self.spec.get("readinessProbe")
        if not self.started:
            self.started = startup is None or self._passes("startup", startup)
        if self.started:
            self.ready = ready is None or self._passes("readiness", ready, self.ready)
            if alive := self.spec.get("livenessProbe"):
                self._passes("liveness", alive, True)
        for which in ("startup", "liveness"):
            limit = self.spec.get(f"{which}Probe", {}).get("failureThreshold", 3)
            if self.process and self.missed.get(which, 0) >= limit:
                self.missed[which] = 0
                self.process.signal(signal.SIGKILL)

    def _passes(self, which: str, probe: Object, known: bool = False) -> bool:
        """The answer of a probe; between two of its times, what is known."""
        assert self.process is not None
        due = self.process.started + probe.get("initialDelaySeconds", 0)
        if time.time() < self.probed.setdefault(which, due):
            return known
        self.probed[which] = time.time() + probe.get("periodSeconds", 10)
        good = self.act(probe, probe.get("timeoutSeconds", 1))
        self.missed[which] = 0 if good else self.missed.get(which, 0) + 1
        return good

    def act(self, action: Object, timeout: float) -> bool:
        """Does what a probe or hook says; whether it went well."""
        assert self.process is not None
        if "exec" in action:
            return self.process.execute(action["exec"]["command"], timeout)
        if "sleep" in action:
            time.sleep(min(action["sleep"]["seconds"], timeout))
            return True
        what = action.get("httpGet") or action["tcpSocket"]
        ports = {port.get("name"): port["containerPort"] for port in self.spec.get("ports", ())}
        port, host = ports.get(what["port"], what["port"]), what.get("host", "127.0.0.1")
        try:
            if "httpGet" not in action:
                socket.create_connection((host, port), timeout).close()
                return True
            link = http.client.HTTPConnection(host, port, timeout=timeout)
            link.request("GET", what.get("path", "/"))
            return 200 <= link.getresponse().status < 400
        except (OSError, http.client.HTTPException):
            return False


def stamp(seconds: float) -> str:
    """A time as Kubernetes writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
