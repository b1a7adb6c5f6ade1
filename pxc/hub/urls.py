"""Finds the component at a URL, where pxc.yaml allows its host and pxc.lock fixes its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pxc.diagnostics import Note, Report
from pxc.hub.lock import Locked, LockFault
from pxc.hub.registry import MOST_BYTES, RegistryFault, digest_of
from pxc.ir.node import Lit
from pxc.options import HubOptions, RegistryOptions
from pxc.source import Source

if TYPE_CHECKING:
    from pxc.hub.resolver import Hub

__all__ = [
    "bytes_at",
    "component_at",
    "fetched",
    "is_allowed",
    "is_as_locked",
    "is_url",
    "url_source",
]

_FOUND = 200


def is_url(ref: str) -> bool:
    """Whether a reference, or an entry of pxc.lock, is a URL; no reference to a hub has `://`."""
    return "://" in ref


def is_allowed(url: str, options: HubOptions) -> bool:
    """Whether the policy of pxc.yaml names the host of a URL, which holds no credential."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.hostname in options.url_hosts and "@" not in parts.netloc


def component_at(hub: Hub, ref: Lit[str], report: Report) -> Source | None:
    """The text of the component at a URL of an allowed host; None for others, which are not told.

    PXC232 for one that is not locked, PXC234, PXC238 and PXC243 for bytes that cannot be had, and
    nothing of it when a file is only linted.
    """
    if not is_allowed(ref.value, hub.options):
        return None
    try:
        entry = hub.fixed.entry(ref.value)
    except LockFault as fault:
        hub.fixed.report(fault, report)
        return None
    if entry is not None:
        data = bytes_at(hub, ref, entry, report)
        return None if data is None else url_source(ref, data, report)
    if hub.may_fetch:
        note = Note("what a URL has may change at any time, so it is compiled as it was locked")
        message = f"`{ref.value}` is not in pxc.lock"
        report.add("PXC232", message, ref.span, notes=(note,), help="run: pxc hub lock")
    return None


def bytes_at(hub: Hub, ref: Lit[str], entry: Locked, report: Report) -> bytes | None:
    """The bytes of an entry: at hand, else of the URL; None after a fault is reported."""
    data = hub.fixed.at_hand(entry.ref, entry.digest)
    if data is not None or not hub.may_fetch:
        return data
    data = fetched(hub, ref, report)
    if data is None:
        return None
    if not is_as_locked(ref, entry, data, report):
        return None
    hub.fixed.keep(entry.ref, data)
    return data


def is_as_locked(ref: Lit[str], entry: Locked, data: bytes, report: Report) -> bool:
    """Whether a URL has the bytes of its entry; PXC234 if not."""
    found = digest_of(data)
    if found != entry.digest:
        report.add(
            "PXC234",
            f"`{ref.value}` is not what was locked",
            ref.span,
            notes=(Note(f"pxc.lock has `{entry.digest}`"), Note(f"the URL has `{found}`")),
            help=f"to take the new bytes, after a look at them, run: pxc hub update {ref.value}",
        )
    return found == entry.digest


def fetched(hub: Hub, ref: Lit[str], report: Report) -> bytes | None:
    """What a URL has now; PXC238 where nothing may be asked, PXC243 where it gives no answer."""
    if hub.options.offline:
        message = f"`{ref.value}` is not at hand, and --offline asks no server"
        report.add("PXC238", message, ref.span, help="with a network run: pxc hub vendor")
        return None
    from pxc.hub.registries.credentials import Credentials
    from pxc.hub.registries.http_client import HttpClient

    parts = urlsplit(ref.value)
    origin = f"{parts.scheme}://{parts.netloc}"
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    try:
        own = Credentials(RegistryOptions(name="", kind="http", url=origin))
        client = HttpClient(origin, own, hub.options.url_hosts, "urlHosts")
        answer = client.ask(path, most=MOST_BYTES)
        if answer.status == _FOUND:
            return answer.data
        raise RegistryFault(f"the server answers {answer.status}", "check the URL")
    except RegistryFault as fault:
        message = f"cannot fetch `{ref.value}`: {fault}"
        report.add("PXC243", message, ref.span, help=fault.help)
        return None


def url_source(ref: Lit[str], data: bytes, report: Report) -> Source | None:
    """The bytes of a URL as a source; PXC213 for what is no UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        message = f"`{ref.value}` is no UTF-8 text (byte {fault.start})"
        report.add("PXC213", message, ref.span)
        return None
    return Source(f"<{ref.value}>", text, f"component:{ref.value}")
