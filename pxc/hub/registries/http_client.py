"""Turns the path of a file of a web server into its bytes, within bounds of time and size."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from pxc.hub.registries.credentials import Credentials
from pxc.hub.registries.http_exchange import check_url, exchange, shown
from pxc.hub.registry import RegistryFault

__all__ = ["Answer", "HttpClient", "check_host"]

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

    It may send whoever asks on to another path of itself, and to `hosts`, which somebody declared;
    `declared` says where. Raises RegistryFault for a URL that is not `https:`, or `http:` of this
    machine.
    """

    def __init__(
        self, url: str, credentials: Credentials, hosts: Collection[str] = (),
        declared: str = "redirectHosts",
    ) -> None:  # fmt: skip
        self.url = url.rstrip("/") + "/"
        check_url(self.url)
        self._credentials = credentials
        self._hosts = hosts
        self._declared = declared

    def ask(
        self, path: str, *, most: int, method: str = "GET", data: bytes | None = None,
        headers: dict[str, str] | None = None, is_digested: bool = False,
    ) -> Answer:  # fmt: skip
        """The answer to a request for a path below the URL, of `most` bytes.

        An answer may have any status but that of a redirect, and none that says who asks is not
        allowed to: these are RegistryFaults, as is no answer. What `is_digested`, whose bytes have
        to be those of a digest, may be on any host.
        """
        url = urljoin(self.url, path)
        for _ in range(_MOST_REDIRECTS + 1):
            answer, following = self._once(url, method, data, headers or {}, most)
            if not following:
                return answer
            url = _redirected(url, following, method)
            if not is_digested:
                check_host(self.url, url, self._hosts, self._declared)
        message = f"the server redirects more than {_MOST_REDIRECTS} times"
        raise RegistryFault(message, kind="malformed")

    def _once(
        self, url: str, method: str, data: bytes | None, headers: dict[str, str], most: int
    ) -> tuple[Answer, str]:
        """The answer of one server, and where it sends whoever asks."""
        own = _origin(url) == _origin(self.url)
        known = self._credentials.headers(url) if own else {}
        tls = self._credentials.tls() if own else None
        found = exchange(url, method, data, {**headers, **known}, most=most, tls=tls)
        if found.status in _REDIRECTS and "location" in found.headers:
            return Answer(found.status, b""), found.headers["location"]
        if found.status in _REFUSED:
            raise self._refused(found.status, url, own)
        return Answer(found.status, found.data, found.headers.get("etag", "")), ""

    def _refused(self, status: int, url: str, own: bool) -> RegistryFault:
        host = urlsplit(url).netloc
        if own and self._credentials.headers(url):
            message = f"`{host}` refuses the credential that it is given ({status})"
        else:
            message = f"`{host}` asks who you are ({status})"
        return RegistryFault(message, self._credentials.help, kind="unauthorized")


def check_host(url: str, found: str, hosts: Collection[str], declared: str) -> None:
    """Raises RegistryFault for a redirect from a URL to a host that nobody declared."""
    host = urlsplit(found).hostname or ""
    if host == urlsplit(url).hostname or host in hosts:
        return
    message = f"the server redirects to `{shown(found)}`, a host that pxc.yaml does not name"
    help = f"if it is to be trusted, name `{host}` under `{declared}`"
    raise RegistryFault(message, help, kind="malformed")


def _redirected(url: str, following: str, method: str) -> str:
    """Where a redirect leads. Raises RegistryFault for a place that is not safe."""
    found = urljoin(url, following)
    if method != "GET":
        raise RegistryFault("the server redirects what is sent to it", kind="malformed")
    try:
        check_url(found.partition("?")[0].partition("#")[0])
        if urlsplit(url).scheme == "https" and urlsplit(found).scheme != "https":
            raise RegistryFault("it is no https")
    except (RegistryFault, ValueError):
        message = f"the server redirects to `{shown(found)}`, which is not safe"
        raise RegistryFault(message, "ask whoever runs the registry", kind="malformed") from None
    return found


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    return parts.scheme, parts.hostname or "", port
