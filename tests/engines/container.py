"""Runs the command of a container as a process of this machine, in namespaces of its own.

Every image is this machine: its root is the lower layer of an overlay whose upper layer is kept in
memory and goes with the process, so containers see the machine's programs and cannot change them;
files that others have left in /tmp they do not see.
Processes, mounts, host name and IPC are private, the network is the machine's.
"""

from __future__ import annotations

import os
import pwd
import shlex
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.engines.environment import Object
from tests.engines.volumes import Mount

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PRIVATE = ("--mount", "--pid", "--uts", "--ipc")

# The first half sees the machine and collects the sources, the second sees only the container's
# root, so that links on the way to a mount's path lead nowhere else.
_OUTSIDE = """\
set -e
trap 'echo "kubelet: the container could not be set up"; exit 128' EXIT
mount -t tmpfs -o mode=755 tmpfs {root}
cd {root}
mkdir upper work merged
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work merged
cd merged
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
  : > dev/$device
  mount --bind /dev/$device dev/$device
done
mkdir dev/shm dev/pts
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=1777 shm dev/shm
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
find tmp -mindepth 1 -maxdepth 1 -type f -delete 2>/dev/null || true
mkdir -p .kubelet
{sources}
hostname {hostname}
exec chroot . /bin/sh -c {inside}
"""
_INSIDE = """\
set -e
trap 'echo "kubelet: the container could not be set up"; exit 128' EXIT
{mounts}
{read_only}
mkdir -p {directory} 2>/dev/null || true
cd {directory}
exec {user} env -i {variables} {command}
"""

_SETTING_UP = b"kubelet: the container could not be set up"
"""What the command line of a process holds until it becomes what the container runs."""


class Container:
    """A process that was started; `exit_code` is None while it runs."""

    def __init__(
        self, spec: Object, command: Sequence[str], env: dict[str, str], mounts: Sequence[Mount],
        hostname: str, folder: Path, log: Path,
    ) -> None:  # fmt: skip
        security = spec.get("securityContext", {})
        self.env = {"PATH": PATH, "HOME": _home(security), "HOSTNAME": hostname} | env
        self.directory = spec.get("workingDir", "/")
        self.started = time.time()
        self._user = _user(security)
        root = folder / "root"
        root.mkdir(parents=True, exist_ok=True)
        self.message = folder / "termination-log"
        self.message.write_text("")
        self.message.chmod(0o666)
        mounts = [*mounts, (self.message, spec["terminationMessagePath"], False)]
        script = self._script(spec, command, mounts, hostname, root)
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                ["unshare", *PRIVATE, "--fork", "--kill-child", "sh", "-c", script],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def _script(
        self,
        spec: Object,
        command: Sequence[str],
        mounts: Sequence[Mount],
        hostname: str,
        root: Path,
    ) -> str:
        sources, targets = [], []
        for i, (source, target, read_only) in enumerate(mounts):
            held, path, here = f".kubelet/{i}", shlex.quote(target), shlex.quote(str(source))
            if source.is_dir():
                sources.append(f"mkdir {held}")
                targets.append(f"mkdir -p {path}")
            else:
                sources.append(f": > {held}")
                targets.append(f'mkdir -p "$(dirname {path})"; [ -e {path} ] || : > {path}')
            sources.append(f"mount --bind {here} {held}")
            targets.append(f"mount --bind /{held} {path}")
            if read_only:
                targets.append(f"mount -o remount,bind,ro {path}")
            targets.append(f"umount /{held} && rm -df /{held}")
        security = spec.get("securityContext", {})
        variables = [f"{name}={value}" for name, value in self.env.items()]
        inside = _INSIDE.format(
            mounts="\n".join(targets),
            read_only="mount -o remount,ro /" if security.get("readOnlyRootFilesystem") else "",
            directory=shlex.quote(self.directory),
            user=shlex.join(self._user),
            variables=shlex.join(variables),
            command=shlex.join(command),
        )
        return _OUTSIDE.format(
            root=shlex.quote(str(root)),
            sources="\n".join(sources),
            hostname=shlex.quote(hostname),
            inside=shlex.quote(inside),
        )

    @property
    def exit_code(self) -> int | None:
        code = self.process.poll()
        return code if code is None or code >= 0 else 128 - code

    def first_process(self) -> int | None:
        """The container's process 1 as the machine counts; None when it has ended."""
        try:
            task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
            return int(task.read_text().split()[0])
        except (OSError, IndexError):
            return None

    def signal(self, number: signal.Signals) -> None:
        """To process 1, which like in any container ignores what it has no handler for."""
        if (pid := self.first_process()) is not None:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return

    def execute(self, command: Sequence[str], timeout: float) -> bool:
        """Runs a command beside the container's process; whether it ended well in time."""
        done = self.run(command, timeout)
        return done is not None and done.returncode == 0

    def run(
        self, command: Sequence[str], timeout: float
    ) -> subprocess.CompletedProcess[bytes] | None:
        """Runs a command beside the container's process; None when it could not, or not in time."""
        if (pid := self.first_process()) is None or not _is_set_up(pid):
            return None
        variables = [f"{name}={value}" for name, value in self.env.items()]
        line = ["nsenter", f"--target={pid}", *PRIVATE, "--root", "--wd"]
        try:
            return subprocess.run(
                [*line, *self._user, "env", "-i", *variables, *command],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return None


def _is_set_up(pid: int) -> bool:
    """Whether a process has the root and all mounts of its container, and is what runs in it."""
    place = Path("/proc", str(pid))
    try:
        line = (place / "cmdline").read_bytes()
        return not (place / "root").samefile("/") and _SETTING_UP not in line
    except OSError:
        return False


def _home(security: Object) -> str:
    """The directory of the user of a security context; one that the machine does not know has `/`."""
    try:
        return pwd.getpwuid(security.get("runAsUser") or 0).pw_dir
    except KeyError:
        return "/"


def _user(security: Object) -> list[str]:
    """The command that becomes the user of a security context."""
    user, group = security.get("runAsUser"), security.get("runAsGroup")
    if user is None and group is None:
        return []
    chosen = [f"--reuid={user}"] if user is not None else []
    return ["setpriv", *chosen, f"--regid={group or 0}", "--clear-groups"]
