"""Turns the registries, repositories and notifications of a v0 deployment into connections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.v0.tree import Pair, fields_of, listed, made, mapped, pair, renamed
from pxc.ir.node import Lit, Map, Seq, is_null
from pxc.source import Span

__all__ = ["notifiers", "registries", "repositories"]

Found = tuple[Lit[str], tuple[Pair, ...], str]
"""A name, fields, and the setting they are from."""

_LISTS = ("privateRegistries", "dockerRegistries")
_IN_CLUSTER = ("docker-registry", "dockerRegistry")
_OPEN = ("channel", "method")
"""What of a notification is no credential."""

_KANIKO = "/kaniko/.docker"
_NOTIFIERS = {"slack": "slack", "hipchat": "hipchat", "mattermost": "mattermost",
              "discord": "discord", "pagerduty": "pagerduty", "webhooks": "webhook"}  # fmt: skip


def registries(tree: Map, report: Report) -> Iterator[Found]:
    """Registries that images are pulled from and pushed to; PXC965 for their credentials."""
    for setting in _LISTS:
        section = tree.get(setting)
        for number, item in enumerate(section.items if isinstance(section, Seq) else ()):
            address, secured = _address(item)
            if address is None:
                _unfit(f"an entry of `{setting}` has no host", item.span, report)
                continue
            yield _registry(address, secured, f"{setting}[{number}]", report)
    for setting in _IN_CLUSTER:
        section = tree.get(setting)
        external = section.get("external") if isinstance(section, Map) else None
        if not isinstance(section, Map) or not isinstance(external, Map):
            continue
        address, _ = _address(external)
        if address is not None:
            auth = section.get("auth")
            password = auth.get("password") if isinstance(auth, Map) else None
            yield _registry(address, _given(password), f"{setting}.external", report)


def _address(node: Any) -> tuple[Lit[str] | None, bool]:
    """Host and port of a registry, and whether there are credentials beside them."""
    if isinstance(node, Lit) and isinstance(node.value, str):
        user, _, address = node.value.rpartition("@")
        return (made(node.span, address) if address else None), bool(user)
    if not isinstance(node, Map):
        return None, False
    host, port = node.get("host") or node.get("url"), node.get("port")
    if not isinstance(host, Lit) or not host.value:
        return None, False
    ported = str(host.value).rpartition("@")[2]
    if isinstance(port, Lit) and port.value:
        ported += f":{port.value}"
    return made(host.span, ported), _given(node.get("password"))


def _given(node: Any) -> bool:
    return isinstance(node, Lit) and node.value not in (None, "")


def _registry(address: Lit[str], secured: bool, origin: str, report: Report) -> Found:
    name = _slug(address.value)
    schema = mapped(address.span, [pair("url", address)])
    fields = [pair("kind", made(address.span, "registry")), pair("schema", schema)]
    if secured:
        secret = f"{name}-docker"
        _tell(
            f"the credentials of the registry `{address.value}`",
            address.span,
            f"a Secret `{secret}` with the key `config.json`, a configuration of Docker with them",
            report,
        )
        at = address.span
        parts = [
            pair("name", made(at, secret)),
            pair("mountPath", made(at, _KANIKO)),
            pair("items", listed(at, [made(at, "config.json")])),
        ]
        fields.append(pair("secret", mapped(at, parts)))
    return made(address.span, name), tuple(fields), origin


def _tell(what: str, span: Span, secret: str, report: Report) -> None:
    report.add("PXC965", f"{what} are not copied", span, help=f"make {secret}")


def _unfit(message: str, span: Span, report: Report) -> None:
    report.add("PXC968", message, span, help="mend it, and run this again")


def _slug(text: str) -> str:
    address = re.sub(r"^[a-z]+://", "", text.lower())
    return re.sub(r"[^a-z0-9]+", "-", address).strip("-")[:50].strip("-") or "registry"


def repositories(tree: Map, report: Report) -> Iterator[Found]:
    """Access to git: the token for all of it, and repositories that are listed."""
    token = tree.get("reposAccessToken")
    place = tree.key("reposAccessToken")
    if place is not None and _given(token):
        yield _repository(made(place.span, "git"), None, True, "reposAccessToken", report)
    for setting in ("externalRepos", "gitAccess"):
        section = tree.get(setting)
        items = section.items if isinstance(section, Seq) else () if section is None else (section,)
        for number, item in enumerate(items):
            if is_null(item):
                continue
            url = item.get("url") or item.get("gitUrl") if isinstance(item, Map) else item
            if not isinstance(url, Lit) or not isinstance(url.value, str) or not url.value:
                _unfit(f"an entry of `{setting}` has no `url`", item.span, report)
                continue
            named = item.get("name") if isinstance(item, Map) else None
            name = named if isinstance(named, Lit) else made(url.span, _repo_name(url.value))
            yield _repository(
                Lit(name.span, str(name.value)),
                item,
                _secured(item),
                f"{setting}[{number}]",
                report,
            )


def _secured(item: Any) -> bool:
    names = ("token", "password", "accessToken")
    return isinstance(item, Map) and any(_given(item.get(name)) for name in names)


def _repo_name(url: str) -> str:
    return _slug(url.removesuffix(".git").rpartition("/")[2] or url)


def _repository(name: Lit[str], item: Any, secured: bool, origin: str, report: Report) -> Found:
    at = name.span
    fields = [pair("kind", made(at, "git"))]
    url = item.get("url") or item.get("gitUrl") if isinstance(item, Map) else item
    if isinstance(url, Lit):
        fields.append(pair("schema", mapped(url.span, [pair("url", url)])))
    secret = item.get("secret") if isinstance(item, Map) else None
    if isinstance(secret, Lit) and secret.value:
        fields.append(pair("secret", mapped(secret.span, [pair("name", secret)])))
    elif secured:
        made_name = f"{name.value}-credentials"
        _tell(
            "the credentials of git",
            at,
            f"a Secret `{made_name}` whose key `POLYAXON_GIT_CREDENTIALS` has the token",
            report,
        )
        fields.append(pair("secret", mapped(at, [pair("name", made(at, made_name))])))
    return name, tuple(fields), origin


def notifiers(tree: Map, report: Report) -> Iterator[Found]:
    """Who is told of runs; addresses are credentials, for whoever has them can write there."""
    section = tree.get("integrations")
    for setting, kind in _NOTIFIERS.items():
        listed_ = section.get(setting) if isinstance(section, Map) else None
        place = section.key(setting) if isinstance(section, Map) else None
        items = listed_.items if isinstance(listed_, Seq) else ()
        for number, item in enumerate(items):
            if place is None or not isinstance(item, Map):
                _unfit(f"an entry of `{setting}` must be a map", item.span, report)
                continue
            name = made(item.span, kind if number == 0 else f"{kind}-{number + 1}")
            yield _notifier(name, kind, item, f"integrations.{setting}[{number}]", report)
    yield from _email(tree, report)


def _notifier(name: Lit[str], kind: str, item: Map, origin: str, report: Report) -> Found:
    fields = [pair("kind", made(name.span, kind))]
    parts = [(name, key, value) for name, key, value in fields_of(item) if not is_null(value)]
    schema = [renamed(n, (k, v)) for n, k, v in parts if n in _OPEN]
    hidden = [key for n, key, _ in parts if n not in _OPEN]
    if schema:
        fields.append(pair("schema", mapped(item.span, schema)))
    if hidden:
        _tell(
            f"the address and keys of `{name.value}`",
            hidden[0].span,
            f"a Secret `{name.value}` with them, in the keys that this kind of connection reads",
            report,
        )
        secret = mapped(item.span, [pair("name", made(item.span, name.value))])
        fields.append(pair("secret", secret))
    return name, tuple(fields), origin


def _email(tree: Map, report: Report) -> Iterator[Found]:
    section = tree.get("email")
    if not isinstance(section, Map) or not _given(section.get("hostUser")):
        return  # the chart's own server, which goes with the deployment
    names = {"host": "host", "port": "port", "useTls": "tls"}
    schema = [
        renamed(names[name], (key, value))
        for name, key, value in fields_of(section)
        if name in names and not is_null(value)
    ]
    place = section.span
    fields = [pair("kind", made(place, "email")), pair("schema", mapped(place, schema))]
    _tell(
        "the user and password of the mail server",
        (section.key("hostUser") or section).span,
        "a Secret `email` with them",
        report,
    )
    fields.append(pair("secret", mapped(place, [pair("name", made(place, "email"))])))
    yield made(place, "email"), tuple(fields), "email"
