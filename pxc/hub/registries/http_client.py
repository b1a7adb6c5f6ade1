"""Turns the path of a file of a web server into its bytes, within bounds of time and size."""

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
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from pxc.hub.registries.credentials import Credentials
from pxc.hub.registry import RegistryFault

__all__ = ["Answer", "HttpClient", "is_loopback"]

_SECONDS = 20
"""For connecting, and for each part of an answer; `_ALL_SECONDS` for everything."""

_ALL_SECONDS = 60
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_REFUSED = (401, 403)


class Answer(Struct, frozen=True):
    """What a server said: `etag` is empty where it told none."""

    status: int
    data: bytes
    etag: str = ""


class HttpClient:
    """Asks the server of a URL; credentials are sent to that server alone.

    Raises RegistryFault for a URL that is not `https:`, or `http:` of this machine.
    """

    def __init__(self, url: str, credentials: Credentials) -> None:
        self.url = url.rstrip("/") + "/"
        _check(self.url)
        self._credentials = credentials

    def ask(
        self, path: str, *, most: int, method: str = "GET", data: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """The answer to a request for a path below the URL, of `most` bytes.

        An answer may have any status but that of a redirect, and none that says who asks is not
        allowed to: these are RegistryFaults, as is no answer.
        """
        url = urljoin(self.url, path)
        for _ in range(_MOST_REDIRECTS + 1):
            answer, following = self._once(url, method, data, headers or {}, most)
            if not following:
                return answer
            url = _redirected(url, following, method)
        message = f"the server redirects more than {_MOST_REDIRECTS} times"
        raise RegistryFault(message, kind="malformed")

    def _once(
        self, url: str, method: str, data: bytes | None, headers: dict[str, str], most: int
    ) -> tuple[Answer, str]:
        """The answer of one server, and where it sends whoever asks."""
        own = _origin(url) == _origin(self.url)
        request = urllib.request.Request(url, data, headers, method=method)
        for name, value in (self._credentials.headers(url) if own else {}).items():
            request.add_unredirected_header(name, value)
        watch = _Watch()
        handlers = watch.handlers(self._credentials.tls() if own else None)
        if is_loopback(urlsplit(url).hostname or ""):
            handlers.append(urllib.request.ProxyHandler({}))
        opener = urllib.request.build_opener(_NoRedirects, *handlers)
        try:
            with watch, opener.open(request, timeout=_SECONDS) as answer:
                found = self._read(answer, url, most, own)
            if watch.is_late:
                raise TimeoutError
            return found
        except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as fault:
            raise _unreachable(url, fault, late=watch.is_late) from None

    def _read(self, answer: Any, url: str, most: int, own: bool) -> tuple[Answer, str]:
        status, told = answer.status, answer.headers
        if status in _REDIRECTS and told.get("Location"):
            return Answer(status, b""), told["Location"]
        if status in _REFUSED:
            raise self._refused(status, url, own)
        data = answer.read(most + 1)
        if len(data) > most:
            message = f"`{_shown(url)}` has more bytes than the limit of {most:,}"
            raise RegistryFault(message, kind="malformed")
        length = told.get("Content-Length", "")
        if length.isdigit() and answer.length not in (None, 0):
            raise RegistryFault(f"`{_shown(url)}` ends before its end", kind="unreachable")
        return Answer(status, data, told.get("ETag", "")), ""

    def _refused(self, status: int, url: str, own: bool) -> RegistryFault:
        host = urlsplit(url).netloc
        if own and self._credentials.headers(url):
            message = f"`{host}` refuses the credential that it is given ({status})"
        else:
            message = f"`{host}` asks who you are ({status})"
        return RegistryFault(message, self._credentials.help, kind="unauthorized")


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


def _check(url: str) -> None:
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        help = "write it into ~/.netrc, or name an environment variable as `tokenEnv`"
        raise RegistryFault("`url` holds a credential", help)
    if not parts.hostname or not url.isprintable() or parts.query or parts.fragment:
        raise RegistryFault(f"`{url}` is no address of a server", "it begins with `https://`")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise RegistryFault(f"`{url}` does not begin with `https://`", "nothing else is safe")


def _redirected(url: str, following: str, method: str) -> str:
    """Where a redirect leads. Raises RegistryFault for a place that is not safe."""
    found = urljoin(url, following)
    if method != "GET":
        raise RegistryFault("the server redirects what is sent to it", kind="malformed")
    try:
        _check(found.partition("?")[0].partition("#")[0])
        if urlsplit(url).scheme == "https" and urlsplit(found).scheme != "https":
            raise RegistryFault("it is no https")
    except (RegistryFault, ValueError):
        message = f"the server redirects to `{_shown(found)}`, which is not safe"
        raise RegistryFault(message, "ask whoever runs the registry", kind="malformed") from None
    return found


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    return parts.scheme, parts.hostname or "", port


def _shown(url: str) -> str:
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
