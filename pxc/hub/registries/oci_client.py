"""Asks a registry of OCI artifacts by the library oras, within the bounds of every registry."""

from __future__ import annotations

import re
from collections.abc import Collection
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import oras.logger
import oras.provider
import oras.utils
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from pxc.hub.registries.docker_login import Login, login_of
from pxc.hub.registries.http_client import check_host
from pxc.hub.registries.http_exchange import check_url, exchange, is_loopback, shown
from pxc.hub.registry import RegistryFault

__all__ = ["OciClient", "as_json", "unexpected"]

_MOST = 4 * 1024 * 1024
_MOST_REDIRECTS = 5
_REFUSED = (401, 403)
_BLOB = re.compile(r"/blobs/sha256:[0-9a-f]{64}$")


class OciClient:
    """The repositories of one host; Docker's settings, and their helpers, know who asks.

    Blobs, whose bytes have to be those of their digests, may be elsewhere, as is usual; for all
    else the host may send on to itself and to `redirect_hosts`. Nothing is asked before it is
    needed. Each question may raise RegistryFault.
    """

    def __init__(self, host: str, redirect_hosts: Collection[str] = ()) -> None:
        self.host = host
        self.is_plain = is_loopback(urlsplit(f"//{host}").hostname or "")
        oras.logger.setup_logger(quiet=True)
        oras.logger.logger.set_level(100)  # what it would print may name who asks
        self._client = _Client(host, self.is_plain, _challenge(self.host, self.is_plain))
        self._client.know(login_of(host))
        self._client.stay(redirect_hosts)

    def ask(
        self, path: str, method: str = "GET", *, data: bytes | None = None, accept: str = "",
        content: str = "",
    ) -> Any:  # fmt: skip
        """The answer to a request below `/v2/`; a refusal is a RegistryFault."""
        url = urljoin(f"{self._client.prefix}://{self.host}/v2/", path)
        headers = {"Accept": accept} if accept else {}
        if content:
            headers["Content-Type"] = content
        try:
            answer = self._client.do_request(url, method, data=data, headers={**headers})
            if answer.status_code == 401 and getattr(self._client.auth, "token", None):
                self._client.auth.token = None  # it was for another action
                answer = self._client.do_request(url, method, data=data, headers={**headers})
        except requests.RequestException as fault:
            message = f"`{self.host}` answers what cannot be followed: {type(fault).__name__}"
            raise RegistryFault(message, kind="malformed") from None
        except (ValueError, AttributeError, KeyError):
            raise self._refused("no token is to be had") from None
        if answer.status_code in _REFUSED:
            raise self._refused(_reason(answer))
        return answer

    def pages(self, path: str, *, may_lack: bool = False) -> list[dict[str, Any]]:
        """The answers of a list that may come in parts; none for one that it may lack."""
        found: list[dict[str, Any]] = []
        while path and len(found) < 1000:
            answer = self.ask(path)
            if answer.status_code != 200:
                if may_lack and answer.status_code == 404:
                    return []
                raise unexpected(answer)
            found.append(as_json(answer))
            path = self.next_page(answer)
        return found

    def next_page(self, answer: Any) -> str:
        """Where a list goes on that comes in parts; empty for its last part."""
        link = answer.links.get("next", {}).get("url", "")
        if link and urlsplit(urljoin(answer.url, link)).netloc != self.host:
            raise RegistryFault(f"`{self.host}` goes on at another host", kind="malformed")
        return urljoin(answer.url, link) if link else ""

    def put_blob(self, repository: str, data: bytes, digest: str) -> None:
        """Have the registry keep some bytes."""
        if self.ask(f"{repository}/blobs/{digest}", "HEAD").status_code == 200:
            return
        begun = self.ask(f"{repository}/blobs/uploads/", "POST", data=b"")
        place = begun.headers.get("Location", "")
        if begun.status_code != 202 or not place:
            raise unexpected(begun)
        url = urljoin(begun.url, place)
        url = oras.utils.append_url_params(url, {"digest": digest})
        done = self.ask(url, "PUT", data=data, content="application/octet-stream")
        if done.status_code not in (200, 201, 204):
            raise unexpected(done)

    def _refused(self, why: str) -> RegistryFault:
        help = f"log in to it: docker login {self.host}, or oras login {self.host}"
        message = f"`{self.host}` refuses who asks: {why}"
        return RegistryFault(message, help, kind="unauthorized")


class _Client(oras.provider.Registry):  # type: ignore[misc]
    """The library's client over connections of ours; it tries once, not for minutes."""

    do_request = oras.provider.Registry.do_request.__wrapped__

    def __init__(self, host: str, plain: bool, kind: str) -> None:
        super().__init__(host, insecure=plain, auth_backend=kind)
        self.session.trust_env = False  # else ~/.netrc would stand in for what Docker knows
        self.session.max_redirects = _MOST_REDIRECTS
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, _Bounded(plain))

    def stay(self, hosts: Collection[str]) -> None:
        """Follow redirects of all but blobs to the same host alone, and to some others."""
        target = self.session.get_redirect_target

        def checked(answer: Any) -> Any:
            found, url = target(answer), answer.url
            if found is not None and not _BLOB.search(urlsplit(url).path):
                check_host(url, urljoin(url, found), hosts, "redirectHosts")
            return found

        self.session.get_redirect_target = checked

    def know(self, login: Login) -> None:
        """Ask as somebody from now on."""
        if login.identity:
            self.auth._basic_auth = ""  # else somebody nobody knows would be asked for first
            self.auth.request_token = lambda challenge: self._exchanged(login.identity, challenge)
        elif login.basic:
            self.auth._basic_auth = login.basic

    def _exchanged(self, identity: str, challenge: Any) -> str | None:
        """The access token that a server of tokens gives for an identity token; None for none.

        Source: the token authentication of the distribution project, "OAuth2 token".
        """
        form = {
            "grant_type": "refresh_token", "refresh_token": identity, "client_id": "pxc",
            "service": challenge.service, "scope": challenge.scope,
        }  # fmt: skip
        answer = self.session.post(
            challenge.realm, data={k: v for k, v in form.items() if v}, allow_redirects=False
        )
        if answer.status_code != 200:
            return None
        told = as_json(answer)
        token = told.get("access_token") or told.get("token")
        return token if isinstance(token, str) else None


class _Bounded(BaseAdapter):  # type: ignore[misc]
    """Sends a request as every registry's are sent."""

    def __init__(self, plain: bool) -> None:
        super().__init__()
        self._is_plain = plain

    def send(self, request: Any, *_: Any, **__: Any) -> Any:
        """See `requests`. Raises RegistryFault for a place that is not safe, and for no answer."""
        url = request.url or ""
        self._check(url)
        body = request.body.encode() if isinstance(request.body, str) else request.body
        headers = {k: v for k, v in request.headers.items() if k.lower() != "accept-encoding"}
        found = exchange(url, request.method or "GET", body, headers, most=_MOST)
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = found.status, url, request
        answer.headers = CaseInsensitiveDict(found.headers)
        answer.raw = BytesIO(found.data)
        answer._content = found.data
        return answer

    def close(self) -> None:
        """Nothing is kept open."""

    def _check(self, url: str) -> None:
        try:
            check_url(url.partition("?")[0])
            if urlsplit(url).scheme != "https" and not self._is_plain:
                raise RegistryFault("it is no https")
        except (RegistryFault, ValueError):
            message = f"it leads to `{shown(url)}`, which is not safe"
            raise RegistryFault(message, "ask whoever runs the registry") from None


def as_json(answer: Any) -> dict[str, Any]:
    """The map that an answer is. Raises RegistryFault."""
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RegistryFault(f"`{shown(answer.url)}` is no JSON of a registry", kind="malformed")
    return found


def unexpected(answer: Any) -> RegistryFault:
    """The fault of an answer that means nothing here."""
    message = f"`{shown(answer.url)}` answers {answer.status_code}: {_reason(answer)}"
    return RegistryFault(message, "ask whoever runs the registry", kind="unreachable")


def _reason(answer: Any) -> str:
    """What a registry says is wrong."""
    try:
        found = str(answer.json()["errors"][0]["message"])
    except (ValueError, LookupError, TypeError, RecursionError):
        found = "no reason is given"
    return "".join(c for c in found if c.isprintable())[:200]


def _challenge(host: str, plain: bool) -> str:
    """How the registry wants to know who asks: `token` or `basic`."""
    url = f"http{'' if plain else 's'}://{host}/v2/"
    told = exchange(url, "GET", None, {}, most=_MOST).headers.get("www-authenticate", "")
    return "basic" if told.lower().startswith("basic") else "token"
