"""Sends one request to a web server and gives its answer, within bounds of time and size."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from ipaddress import ip_address
from typing import IO, Any
from urllib.parse import urlsplit

from msgspec import Struct

from pxc.hub.registry import RegistryFault

__all__ = ["Exchange", "check_url", "exchange", "is_loopback", "shown"]

_SECONDS = 20
"""For connecting, and for each part of an answer; `_ALL_SECONDS` for everything."""

_ALL_SECONDS = 60


class Exchange(Struct, frozen=True):
    """What a server said; names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    data: bytes


def exchange(
    url: str, method: str, data: bytes | None, headers: dict[str, str], *, most: int,
    tls: ssl.SSLContext | None = None,
) -> Exchange:  # fmt: skip
    """The answer of one server, whatever its status, of `most` bytes; no redirect is followed.

    Certificates are verified by `tls`, else by what holds for all. Raises RegistryFault.
    """
    request = urllib.request.Request(url, data, method=method)
    for name, value in headers.items():
        request.add_unredirected_header(name, value)
    watch = _Watch()
    handlers = watch.handlers(tls)
    if is_loopback(urlsplit(url).hostname or ""):
        handlers.append(urllib.request.ProxyHandler({}))
    opener = urllib.request.build_opener(_NoRedirects, *handlers)
    try:
        with watch, opener.open(request, timeout=_SECONDS) as answer:
            found = _read(answer, url, method, most)
        if watch.is_late:
            raise TimeoutError
        return found
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as fault:
        raise _unreachable(url, fault, late=watch.is_late) from None


def _read(answer: Any, url: str, method: str, most: int) -> Exchange:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    data = answer.read(most + 1)
    if len(data) > most:
        message = f"`{shown(url)}` has more bytes than the limit of {most:,}"
        raise RegistryFault(message, kind="malformed")
    if method != "HEAD" and answer.length not in (None, 0):
        raise RegistryFault(f"`{shown(url)}` ends before its end", kind="unreachable")
    return Exchange(answer.status, headers, data)


class _NoRedirects(urllib.request.HTTPRedirectHandler, urllib.request.HTTPErrorProcessor):
    """Gives every answer to the caller."""

    def redirect_request(
        self, req: Any, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        """No."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response

    https_response = http_response


class _Watch:
    """Ends the connection of a server that is slow in small parts."""

    def __init__(self) -> None:
        self.is_late = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(_ALL_SECONDS, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def handlers(self, tls: ssl.SSLContext | None) -> list[urllib.request.BaseHandler]:
        """Handlers of urllib whose connections are watched."""
        watch = self

        class Plain(http.client.HTTPConnection):
            def connect(self) -> None:
                super().connect()
                watch._sockets.append(self.sock)

        class Secure(http.client.HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                watch._sockets.append(self.sock)

        class PlainHandler(urllib.request.HTTPHandler):
            def http_open(self, req: urllib.request.Request) -> Any:
                return self.do_open(Plain, req)

        class SecureHandler(urllib.request.HTTPSHandler):
            def https_open(self, req: urllib.request.Request) -> Any:
                return self.do_open(Secure, req, context=tls or ssl.create_default_context())

        return [PlainHandler(), SecureHandler()]

    def _end(self) -> None:
        self.is_late = True
        for each in self._sockets:
            with suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)  # of TLS, too: it is only cut off


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_url(url: str) -> None:
    """Raises RegistryFault for what is neither `https:` nor `http:` of this machine."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        help = "write it into ~/.netrc, or name an environment variable as `tokenEnv`"
        raise RegistryFault("`url` holds a credential", help)
    if not parts.hostname or not url.isprintable() or parts.query or parts.fragment:
        raise RegistryFault(f"`{url}` is no address of a server", "it begins with `https://`")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise RegistryFault(f"`{url}` does not begin with `https://`", "nothing else is safe")


def shown(url: str) -> str:
    """A URL without what may be a secret: the user, and the query that a redirect may sign."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    shown = f"{parts.scheme}://{host}{parts.path}"
    return "".join(c for c in shown if c.isprintable())[:200]


def _unreachable(url: str, fault: Exception, *, late: bool) -> RegistryFault:
    reason = getattr(fault, "reason", fault)
    host = urlsplit(url).netloc
    if late or isinstance(reason, TimeoutError):
        return RegistryFault(f"`{host}` takes too long", "try again later", kind="unreachable")
    if isinstance(reason, ssl.SSLError):
        why = getattr(reason, "verify_message", "") or reason.reason or "TLS fails"
        help = "name a further authority in the environment variable SSL_CERT_FILE"
        message = f"the TLS certificate of `{host}` is not accepted: {why}"
        return RegistryFault(message, help, kind="unreachable")
    why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    why = "".join(c for c in why if c.isprintable())[:200]
    return RegistryFault(
        f"`{host}` gives no answer: {why.lower()}", "check `url`", kind="unreachable"
    )
