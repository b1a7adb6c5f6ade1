"""Turns the text of pxc.lock into what is fixed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from msgspec import Struct

from pxc.diagnostics import nearest

__all__ = [
    "LOCK_FILE",
    "MOST_LOCK_BYTES",
    "VERSION",
    "Chosen",
    "Lock",
    "LockFault",
    "Locked",
    "LockedCatalog",
    "read_lock",
]

LOCK_FILE = "pxc.lock"
VERSION = 1

MOST_LOCK_BYTES = 8 * 1024 * 1024
"""More than tens of thousands of components need."""

_DELETE_ONE = "delete one, then: pxc hub lock"
_DIGEST = re.compile("sha256:[0-9a-f]{64}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONFLICT = re.compile(r"<{7}|={7}|>{7}|\|{7}")
_FAULT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class LockFault(Exception):
    """Why pxc.lock cannot be used, what to do, and the line (from 1) where that is seen."""

    def __init__(self, message: str, line: int = 1, help: str | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.help = help


class Locked(Struct, frozen=True, kw_only=True):
    """A version of a component that is fixed to its bytes.

    `ref` is `registry//org/name:tag`, for one that a reference fixes itself `@sha256:...` after it,
    or the URL of a `urlRef`. `registry` is the address that it came from and `resolved` the day;
    no digest depends on them. `signer` is who signed it, `images` those it runs, each with the
    digest it had. `requires` are the `ref`s that it names itself, `via` the places that name it, as
    `path:line` from the workspace's root.
    """

    ref: str
    digest: str
    size: int = 0
    registry: str = ""
    resolved: str = ""
    signer: str = ""
    images: tuple[tuple[str, str], ...] = ()
    requires: tuple[str, ...] = ()
    via: tuple[str, ...] = ()


class Chosen(Struct, frozen=True, kw_only=True):
    """The version that references to a component without a tag mean, and by which range.

    `component` is `registry//org/name`.
    """

    component: str
    range: str
    tag: str


class LockedCatalog(Struct, frozen=True, kw_only=True):
    """The catalog that is fixed: where it came from, and its counter against older ones."""

    source: str
    digest: str
    commit: str = ""
    counter: int = 0


class Lock(Struct, frozen=True, kw_only=True):
    """Everything that pxc.lock fixes."""

    components: tuple[Locked, ...] = ()
    ranges: tuple[Chosen, ...] = ()
    catalog: LockedCatalog | None = None


def read_lock(text: str) -> Lock:
    """What a text fixes. Raises LockFault for a text that is not wholly understood."""
    from pxc.hub.lock_lines import lines_read

    plain = lines_read(text)
    return _toml_read(text) if plain is None else plain


def _toml_read(text: str) -> Lock:
    import tomllib

    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if _CONFLICT.match(line):
            message = "a merge has left a conflict in pxc.lock"
            raise LockFault(message, number, "keep the entries of both sides, then: pxc hub lock")
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as fault:
        said = str(fault)
        found = _FAULT_LINE.search(said)
        at = int(found[1] or len(lines) or 1) if found else 1
        message = f"pxc.lock is no TOML: {_lower(_FAULT_LINE.sub('', said))}"
        raise LockFault(message, at, "restore the file, or delete it, then: pxc hub lock") from None
    return _Reading(lines).lock(data)


class _Reading:
    """Reads plain data, and knows on which line of the text each entry stands."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def lock(self, data: dict[str, Any]) -> Lock:
        version = data.pop("version", None)
        if version != VERSION or isinstance(version, bool):
            said = "no `version`" if version is None else f"the version {version!r}"
            raise LockFault(
                f"pxc.lock has {said}; this release of pxc reads {VERSION}",
                self._line("version"),
                "use the release of pxc that wrote it",
            )
        listed = self._tables(data, "component")
        ranges = [self._range(each, at) for at, each in enumerate(self._tables(data, "range"))]
        for at, one in enumerate(ranges):
            if any(one.component == each.component for each in ranges[:at]):
                line = self._line("component", at, "range")
                raise LockFault(f"`{one.component}` has two ranges", line, _DELETE_ONE)
        catalog = data.pop("catalog", None)
        for key in data:
            raise LockFault(f"`{key}` means nothing in pxc.lock", self._line(key))
        components: dict[str, Locked] = {}
        for number, fields in enumerate(listed):
            made = self._component(fields, number)
            if components.setdefault(made.ref, made) is not made:
                message = f"`{made.ref}` is there twice"
                raise LockFault(message, self._line("ref", number), _DELETE_ONE)
        return Lock(
            components=tuple(components.values()),
            ranges=tuple(ranges),
            catalog=None if catalog is None else self._catalog(catalog),
        )

    def _tables(self, data: dict[str, Any], key: str) -> list[dict[str, Any]]:
        listed = data.pop(key, [])
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            raise LockFault(f"`{key}` must be a list of tables", self._line(key))
        return listed

    def _component(self, fields: dict[str, Any], number: int) -> Locked:
        return Locked(**self._read(fields, _COMPONENT, ("ref", "digest"), number))

    def _range(self, fields: dict[str, Any], number: int) -> Chosen:
        return Chosen(**self._read(fields, _RANGE, tuple(_RANGE), number, "range"))

    def _catalog(self, fields: Any) -> LockedCatalog:
        if not isinstance(fields, dict):
            raise LockFault("`catalog` must be a table", self._line("catalog"))
        return LockedCatalog(**self._read(fields, _CATALOG, ("source", "digest"), None))

    def _read(
        self,
        fields: dict[str, Any],
        known: dict[str, Any],
        needed: Iterable[str],
        at: int | None,
        table: str = "component",
    ) -> dict[str, Any]:
        found = {}
        for key, value in fields.items():
            if key not in known:
                near = nearest(key, known)
                help = f"did you mean `{near}`?" if near else None
                message = f"`{key}` means nothing in pxc.lock"
                raise LockFault(message, self._line(key, at, table), help)
            made = known[key](value)
            if made is None:
                message = f"`{key}` of pxc.lock is not what it must be"
                raise LockFault(message, self._line(key, at, table))
            found[key] = made
        for key in needed:
            if key not in found:
                raise LockFault(f"an entry of pxc.lock lacks `{key}`", self._line("", at, table))
        return found

    def _line(self, key: str, number: int | None = None, table: str = "component") -> int:
        """The line of a key: in the `number`th of some tables, or before and after all of them."""
        opened, header = -1, 1
        for at, line in enumerate(self._lines, 1):
            said = line.strip()
            if said.replace(" ", "").startswith(f"[[{table}]]"):
                opened += 1
                header = at if opened == number else header
            inside = number is None or (opened == number and at != header)
            if (
                key
                and inside
                and re.match(rf"""\[*\s*(?:component\.)?["']?{re.escape(key)}["']?\s*[]=]""", said)
            ):
                return at
        return header


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _digest(value: Any) -> str | None:
    return value if isinstance(value, str) and _DIGEST.fullmatch(value) else None


def _range(value: Any) -> str | None:
    from pxc.hub.semver import parse_range

    return value if isinstance(value, str) and parse_range(value) else None


def _tag(value: Any) -> str | None:
    return value if isinstance(value, str) and _TAG.fullmatch(value) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _day(value: Any) -> str | None:
    text = value.isoformat() if isinstance(value, date) else value
    return text if isinstance(text, str) and _DAY.fullmatch(text) else None


def _texts(value: Any) -> tuple[str, ...] | None:
    fits = isinstance(value, list) and all(isinstance(each, str) and each for each in value)
    return tuple(value) if fits else None


def _images(value: Any) -> tuple[tuple[str, str], ...] | None:
    fits = isinstance(value, dict) and all(_digest(each) for each in value.values())
    return tuple(value.items()) if fits else None


_COMPONENT = {
    "ref": _text,
    "digest": _digest,
    "size": _count,
    "registry": _text,
    "resolved": _day,
    "signer": lambda value: value if isinstance(value, str) else None,
    "images": _images,
    "requires": _texts,
    "via": _texts,
}
_RANGE = {"component": _text, "range": _range, "tag": _tag}
_CATALOG = {"source": _text, "digest": _digest, "commit": _text, "counter": _count}
