"""Turns what the environment and ~/.netrc know of a server into what is sent to it."""

from __future__ import annotations

import os
import ssl
from base64 import b64encode
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from pxc.hub.registry import RegistryFault
from pxc.options import RegistryOptions

__all__ = ["Credentials"]


class Credentials:
    """What a registry's server is shown: a token, a password, a certificate; none is ever told.

    Nothing is read before a server is asked. Raises RegistryFault for what is named and not there.
    """

    def __init__(self, options: RegistryOptions) -> None:
        self._token_env = options.token_env
        self._cert_env = options.cert_env

    @property
    def help(self) -> str:
        """What to do where a server refuses."""
        if self._token_env:
            return f"the token comes from the environment variable `{self._token_env}`"
        return "name it in ~/.netrc, or name an environment variable with a token as `tokenEnv`"

    def headers(self, url: str) -> dict[str, str]:
        """The headers that say who asks."""
        if self._token_env:
            return {"Authorization": f"Bearer {_variable('tokenEnv', self._token_env)}"}
        known = _of_netrc(os.environ.get("NETRC", ""), urlsplit(url).hostname or "")
        if known is None:
            return {}
        pair = b64encode(f"{known[0]}:{known[1]}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def tls(self) -> ssl.SSLContext | None:
        """How a server is verified, and what it verifies; None for what holds for all."""
        if not self._cert_env:
            return None
        context = ssl.create_default_context()
        try:
            context.load_cert_chain(_variable("certEnv", self._cert_env))
        except (OSError, ssl.SSLError):
            message = f"`{self._cert_env}` names no PEM file of a certificate and its key"
            raise RegistryFault(message) from None
        return context


def _variable(key: str, name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        message = f"the environment variable `{name}`, which `{key}` names, is not set"
        raise RegistryFault(message, kind="unauthorized")
    if not value.isascii() or not value.isprintable():
        raise RegistryFault(f"the environment variable `{name}` holds no token")
    return value


@cache
def _of_netrc(named: str, host: str) -> tuple[str, str] | None:
    """The name and the password of a host, where the file has them.

    An entry for every host is no entry for this one: a stranger's pxc.yaml may name it.
    """
    import netrc

    try:
        path = Path(named) if named else Path.home() / ".netrc"
        found = netrc.netrc(path).hosts.get(host) if path.is_file() else None
    except (OSError, RuntimeError, UnicodeDecodeError, netrc.NetrcParseError) as fault:
        line = getattr(fault, "lineno", None)
        where = f", line {line}" if line else ""
        raise RegistryFault(f"the netrc file cannot be read{where}") from None
    return (found[0], found[2]) if found else None
