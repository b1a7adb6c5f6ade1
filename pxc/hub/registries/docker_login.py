"""Turns Docker's settings, and the helpers that they name, into who asks a registry."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from pxc.hub.registry import RegistryFault

__all__ = ["Login", "login_of"]

HELPER_SECONDS = 20
"""How long a helper may think: it may ask a key ring, and nobody is there to answer."""

_MOST = 1024 * 1024
_HELPER = re.compile("[A-Za-z0-9][A-Za-z0-9._-]*")
_OF_TOKEN = "<token>"
"""The name that a helper tells where the secret is an identity token."""

_DOCKER_HUB = ("docker.io", "registry-1.docker.io", "index.docker.io")
_DOCKER_HUB_KEY = "https://index.docker.io/v1/"


class Login(Struct, frozen=True, kw_only=True):
    """Who asks: a name and a password as HTTP's basic scheme has them, or an identity token.

    A registry's server of tokens gives an access token for either. Both are empty for nobody.
    """

    basic: str = ""
    identity: str = ""


def login_of(host: str) -> Login:
    """Who asks a host. Raises RegistryFault for settings, and helpers, that cannot be used."""
    path = _config()
    try:
        said = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        auths = said.get("auths") or {}
        helpers, store = said.get("credHelpers") or {}, said.get("credsStore") or ""
        names = _names(host)
        entries = [auths[name] for name in names if isinstance(auths.get(name), dict)]
        helper = next((str(helpers[name]) for name in names if helpers.get(name)), str(store))
        found = next((each for each in map(_written, entries) if each != Login()), None)
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError):
        message = f"the settings of Docker in `{path.name}` cannot be read"
        raise RegistryFault(message) from None
    if found is not None or not helper:
        return found or Login()
    asked = (_of_helper(helper, name) for name in names)
    return next((each for each in asked if each != Login()), Login())


def _names(host: str) -> tuple[str, ...]:
    """What settings and helpers may call a host."""
    if host in _DOCKER_HUB:
        return (_DOCKER_HUB_KEY, *_DOCKER_HUB)
    name, colon, port = host.partition(":")
    same = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}.get(name)
    return (host, f"{same}{colon}{port}", f"https://{host}") if same else (host, f"https://{host}")


def _written(entry: dict[str, Any]) -> Login:
    """What stands in the settings themselves. Raises ValueError and TypeError."""
    identity = entry.get("identitytoken") or ""
    basic = entry.get("auth") or ""
    if not isinstance(identity, str) or not isinstance(basic, str):
        raise TypeError
    if not basic and entry.get("username"):
        basic = _basic(str(entry["username"]), str(entry.get("password") or ""))
    if identity:
        return Login(identity=identity)
    _, colon, password = b64decode(basic, validate=True).partition(b":")
    return Login(basic=basic) if colon and password.strip(b"\0") else Login()


def _of_helper(helper: str, host: str) -> Login:
    """What a helper knows of a host; nobody where it knows nothing, and where it is not here."""
    if not _HELPER.fullmatch(helper):
        raise RegistryFault(f"the settings of Docker name `{helper[:40]}`, which is no helper")
    program = f"docker-credential-{helper}"
    said = _asked(program, host)
    if said is None:
        return Login()
    try:
        found = json.loads(said)
        name, secret = str(found["Username"]), str(found["Secret"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RegistryFault(f"`{program}` says what cannot be read") from None
    return Login(identity=secret) if name == _OF_TOKEN else Login(basic=_basic(name, secret))


def _asked(program: str, host: str) -> bytes | None:
    """What a helper answers; None for one that fails. It, and what it started, ends in time."""
    try:
        process = subprocess.Popen(
            [program, "get"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError:
        return None
    try:
        said, _ = process.communicate(host.encode(), timeout=HELPER_SECONDS)
    except subprocess.TimeoutExpired:
        message = (
            f"`{program}`, which Docker's settings name, takes more than {HELPER_SECONDS} seconds"
        )
        help = "it may wait for a password: run it once by hand, or log in again"
        raise RegistryFault(message, help, kind="unauthorized") from None
    finally:
        if process.poll() is None:
            _end(process)
    return said if process.returncode == 0 and len(said) <= _MOST else None


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(1)


def _basic(name: str, password: str) -> str:
    return b64encode(f"{name}:{password}".encode()).decode()


def _config() -> Path:
    named = os.environ.get("DOCKER_CONFIG")
    return (Path(named) if named else Path.home() / ".docker") / "config.json"
