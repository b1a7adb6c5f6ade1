"""Finds the files of a catalog in what is named as one, and reads their texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from pxc.diagnostics import Report
from pxc.source import Source, Span

__all__ = [
    "Look", "catalog_digest", "catalog_files", "catalog_look", "leads_out", "nowhere", "source_of",
    "texts_digest",
]  # fmt: skip

_FILE_BYTES = 4 * 1024 * 1024
_SUFFIXES = (".yaml", ".yml", ".json")
_NAMED = ("presets", "components")
"""Folders whose files are named by their paths."""

_ENDS = "until"
"""The field of rules that hold until a day."""


class Look(NamedTuple):
    """A catalog's digest, and whether rules of it may depend on the day."""

    digest: bytes
    may_end: bool


def catalog_digest(paths: Iterable[Path]) -> bytes:
    """A digest of everything that a catalog of these paths is made of, or cannot be made of."""
    return catalog_look(paths).digest


def catalog_look(paths: Iterable[Path]) -> Look:
    """What the texts of a catalog tell before anybody reads them as a catalog."""
    made = blake2b(digest_size=16)
    may_end = False
    report = Report()
    for path, _ in catalog_files(paths, report):
        source = source_of(path, report)
        may_end = may_end or (source is not None and _ENDS in source.text)
        parts = [path.as_posix(), path.resolve().as_posix(), source.text if source else "\0"]
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            made.update(len(data).to_bytes(8, "big") + data)
    for fault in report:
        made.update(str((fault.span.source.name, fault.message)).encode("utf-8", "surrogatepass"))
    return Look(made.digest(), may_end)


def texts_digest(paths: Iterable[Path]) -> str:
    """A digest of what the files of a catalog say, the same in whichever folder it lies."""
    from hashlib import sha256

    found, report = [], Report()
    for path, named in catalog_files(paths, report):
        source = source_of(path, report)
        text = source.text if source is not None else "\0"
        told = "\0".join((*(named or ()), text)).encode("utf-8", "surrogatepass")
        found.append(sha256(told).hexdigest())
    return sha256("\n".join(sorted(found)).encode()).hexdigest()


def catalog_files(
    paths: Iterable[Path], report: Report
) -> Iterator[tuple[Path, tuple[str, str] | None]]:
    """Each file in a steady order; with `presets` or `components` and its name when it is one."""
    for top in paths:
        if top.is_dir():
            for path in sorted(_below(top, report), key=lambda p: p.as_posix()):
                yield path, _named(path, top)
        elif top.exists():
            yield top, _named(top, top.absolute().parent.parent)
        else:
            report.add(
                "PXC021",
                f"the catalog `{top.as_posix()}` does not exist",
                nowhere(top),
                help="check the path; it is relative to the current folder",
            )


def leads_out(path: Path, root: Path | None) -> bool:
    """Whether a path in the root is a link to a file outside of it."""
    if root is None:
        return False
    within = root.resolve()
    return (path.parent.resolve() / path.name).is_relative_to(within) and not (
        path.resolve().is_relative_to(within)
    )


def _below(folder: Path, report: Report) -> Iterator[Path]:
    """The YAML and JSON files below a folder, without hidden ones; linked folders are left out.

    PXC021 for one that cannot be looked into: what it has might have forbidden something.
    """
    try:
        found = list(folder.iterdir())
    except OSError as fault:
        reason = (fault.strerror or "it cannot be opened").lower()
        report.add("PXC021", f"cannot read `{folder.as_posix()}`: {reason}", nowhere(folder))
        return
    for path in found:
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if not path.is_symlink():
                yield from _below(path, report)
        elif path.suffix in _SUFFIXES:
            yield path


def _named(path: Path, top: Path) -> tuple[str, str] | None:
    """`presets` and `a/b` for `presets/a/b.yaml`, the first such folder at or below `top`."""
    folders = path.absolute().relative_to(top.absolute()).parts[:-1]
    if top.name in _NAMED and not set(_NAMED).intersection(folders):
        folders = (top.name, *folders)
    at = next((i for i, folder in enumerate(folders) if folder in _NAMED), None)
    if at is None:
        return None
    return folders[at], "/".join((*folders[at + 1 :], path.stem))


def source_of(path: Path, report: Report, *, digest: str = "", via: str = "user") -> Source | None:
    """The text of a catalog file, or None after reporting why there is none.

    With a `digest`, `sha256:` and its digits, the bytes must have it (PXC213). `via` tells what the
    text is.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_FILE_BYTES + 1)
    except OSError as fault:
        reason = (fault.strerror or "it cannot be opened").lower()
        report.add("PXC021", f"cannot read `{path.as_posix()}`: {reason}", nowhere(path))
        return None
    if len(data) > _FILE_BYTES:
        message = f"the file has more bytes than the limit of {_FILE_BYTES:,}"
        report.add("PXC017", message, nowhere(path), help="split it")
        return None
    if digest and digest != (found := _digest(data)):
        message = f"`{path.as_posix()}` has the digest `{found}`, not the one that is asked for"
        report.add("PXC213", message, nowhere(path), help="take another version, or its digest")
        return None
    try:
        return Source(path.as_posix(), data.decode("utf-8-sig"), via)
    except UnicodeDecodeError as fault:
        message = f"the byte 0x{data[fault.start]:02x} is not UTF-8"
        report.add("PXC018", message, nowhere(path), help="save the file as UTF-8")
        return None


def nowhere(path: Path) -> Span:
    """The place of a fault that is about a file as a whole."""
    return Span(Source(path.as_posix(), ""), 0, 0)


def _digest(data: bytes) -> str:
    from hashlib import sha256  # it loads OpenSSL, and few references have a digest

    return f"sha256:{sha256(data).hexdigest()}"
