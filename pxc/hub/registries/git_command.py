"""Runs git with nothing but what a registry needs: few protocols, no questions, no hooks."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from pxc.hub.registry import RegistryFault

__all__ = ["run_git"]

_SECONDS = 60
_MOST_OUTPUT = 64 * 1024 * 1024
_MOST_PACK = 1024 * 1024 * 1024

# What a hook of git sets for its own repository, and what would ask the user something.
_NOT_OURS = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CEILING_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR",
    "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_TEMPLATE_DIR", "GIT_WORK_TREE", "SSH_ASKPASS",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_ASKPASS": "",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "SSH_ASKPASS_REQUIRE": "never",
}
_SETTINGS = (
    "-c", "core.askPass=", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}",
    "-c", "credential.interactive=false", "-c", "fetch.recurseSubmodules=false",
    "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "submodule.recurse=false",
)  # fmt: skip

_USER = re.compile(r"://[^/@\s']*@")
_REJECTED = re.compile(r"! (\[(?:remote )?rejected\].*)")
_NOISE = ("fatal: ", "error: ", "remote: ")
_UNAUTHORIZED = re.compile(
    "authentication failed|could not read (username|password)|permission denied|access denied"
    "|terminal prompts disabled|returned error: 40[13]|host key verification failed",
    re.I,
)


def run_git(
    folder: Path, *arguments: str, protocol: str, data: bytes = b"", more: Mapping[str, str] = {}
) -> bytes:
    """What a command of git prints that is run on a bare repository.

    It speaks one protocol at most, has no terminal to ask a user on, and takes nothing of the
    repository but its objects. Raises RegistryFault with the reason that git gives.
    """
    kept = {k: v for k, v in os.environ.items() if k not in _NOT_OURS}
    own = {"GIT_ALLOW_PROTOCOL": protocol, "GIT_DIR": str(folder), **more}
    command = ["git", *_SETTINGS, *arguments]
    most = _MOST_PACK if arguments[0] in ("fetch", "push") else _MOST_OUTPUT
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
        try:
            process = subprocess.Popen(
                command,
                cwd=folder, env={**kept, **_ENVIRONMENT, **own}, start_new_session=True,
                stdin=subprocess.PIPE, stdout=out, stderr=told,
                preexec_fn=partial(_bound, most) if os.name == "posix" else None,
            )  # fmt: skip
        except OSError:
            raise RegistryFault("git cannot be started", "install git") from None
        _await(process, data)
        out.seek(0)
        told.seek(0)
        if process.returncode:
            raise _fault(told.read(_MOST_OUTPUT).decode("utf-8", "replace"), process.returncode)
        return out.read(_MOST_OUTPUT)


def _await(process: subprocess.Popen[bytes], data: bytes) -> None:
    """Give git its input, and wait for its end."""
    try:
        process.communicate(data, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        _end(process)
        message = f"git has no answer after {_SECONDS} seconds"
        raise RegistryFault(message, kind="unreachable") from None
    except BaseException:
        _end(process)
        raise


def _bound(most: int) -> None:
    """Before git is started: nothing that it writes, and nothing that it says, is larger."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git, and what it started."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def _fault(told: str, status: int) -> RegistryFault:
    """The reason that git printed, without names and passwords of URLs."""
    if -status == getattr(signal, "SIGXFSZ", 0) or "file too large" in told.lower():
        return RegistryFault("the repository sends more than is taken of one", kind="malformed")
    lines = [_bare(line) for line in told.splitlines() if line.strip()]
    said = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines
    refused = [match[1] for line in lines if (match := _REJECTED.match(line))]
    reason = (refused or said or ["git gives no reason"])[0]
    for noise in _NOISE:
        reason = reason.removeprefix(noise)
    if any(_UNAUTHORIZED.search(line) for line in lines):
        help = "let git's credential helper, or an SSH agent, have a right to read it"
        return RegistryFault(f"git was refused: {reason}", help, kind="unauthorized")
    return RegistryFault(f"git says: {reason}", "check `url` and `ref`", kind="unreachable")


def _bare(line: str) -> str:
    return "".join(c for c in _USER.sub("://", line) if c.isprintable()).strip()
