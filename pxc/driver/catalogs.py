"""Opens catalogs that are no folders: bundles that somebody signed, and repositories of git."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pxc.catalog.bundle import (
    BUNDLE_SUFFIX,
    MOST_BUNDLE_BYTES,
    BundleFault,
    BundleTree,
    read_bundle,
)
from pxc.hub.lock import LOCK_FILE, MOST_LOCK_BYTES, LockedCatalog, LockFault, read_lock
from pxc.hub.minisign import (
    MOST_SIGNATURE_BYTES,
    SignatureFault,
    parse_public_key,
    parse_signature,
    verify,
)
from pxc.hub.registry import RegistryFault, digest_of
from pxc.world import LAST_DAY

if TYPE_CHECKING:
    from pxc.options import HubOptions

__all__ = ["CatalogFault", "locked_catalog", "open_catalogs"]

_SIGNATURE = ".minisig"
_KEYS = "PXC_TRUSTED_KEYS"
"""The file of keys that count in the place of those of pxc.yaml, which a change could edit."""

_ADDRESS = re.compile(r"git\+(?P<url>[^#]+?)(?:@(?P<ref>[^@/:#][^@:#]*))?(?:#(?P<folder>[^#]+))?")
_LOCK_IT = "run: pxc hub lock"


class CatalogFault(ValueError):
    """Why a catalog is not used: a sentence."""


def open_catalogs(
    paths: Sequence[Path],
    repositories: Sequence[str],
    signers: tuple[str, ...],
    hub: HubOptions,
    root: Path,
    *,
    today: str,
    is_moved: bool = False,
) -> tuple[Path, ...]:
    """What catalogs are read from, in their order. Raises CatalogFault for what is not trusted.

    `today` is a day as `2027-03-31`; where it is empty whatever ends has ended. Keys are `signers`,
    or those of the file that PXC_TRUSTED_KEYS names. Where it `is_moved` a repository is read at
    what its ref means now, not as pxc.lock has it.
    """
    former = former_catalog(root)
    keys = _trusted_keys() or signers
    found = [
        open_bundle(path, keys, today or LAST_DAY, former, root)
        if path.suffix == BUNDLE_SUFFIX
        else path
        for path in paths
    ]
    for address in repositories:
        pinned = None if is_moved else former
        found.append(open_repository(address, pinned, locked=hub.locked, offline=hub.offline))
    return tuple(found)


def open_bundle(
    path: Path, keys: Iterable[str], today: str, former: LockedCatalog | None, root: Path
) -> Path:
    """The folder in a bundle that one of some keys signed, and that is not ended, and no older than
    the one of pxc.lock. Raises CatalogFault.
    """
    data = _read(path, MOST_BUNDLE_BYTES)
    _check_signature(path, data, keys)
    try:
        bundle = read_bundle(data)
    except BundleFault as fault:
        raise CatalogFault(f"`{path.as_posix()}`: {fault}") from None
    about, source = bundle.about, _source_of(path, root)
    if about.expires and about.expires < today:
        raise CatalogFault(
            f"`{path.as_posix()}` held until {about.expires}: whoever signs it has to pack it again"
        )
    if former is not None and former.source == source and former.counter > about.counter:
        raise CatalogFault(
            f"`{path.as_posix()}` is bundle {about.counter}, an older one than {former.counter},"
            f" which {LOCK_FILE} has: somebody may hold newer rules back"
        )
    tree = BundleTree(path, bundle)
    locked = LockedCatalog(source=source, digest=digest_of(data), counter=about.counter)
    return _marked(tree.root, locked)


def open_repository(
    address: str, former: LockedCatalog | None, *, locked: bool, offline: bool
) -> Path:
    """The folder of a repository of git, at the commit of pxc.lock, else of the ref.

    `git+https://host/repository@ref#folder`. With `locked` only the commit of the lock is taken,
    with `offline` only one that was fetched before. Raises CatalogFault.
    """
    from pxc.catalog.git_tree import GitTree
    from pxc.hub.registries.git_clone import GitClone
    from pxc.lint.cache import cache_home

    said = _ADDRESS.fullmatch(address)
    if said is None:
        raise CatalogFault(f"`{address}` is no repository: write git+https://HOST/PATH@REF")
    pinned = former.commit if former is not None and former.source == address else ""
    if locked and not pinned:
        raise CatalogFault(f"the catalog `{address}` is not in {LOCK_FILE}; {_LOCK_IT}")
    home = cache_home(os.environ, sys.platform)
    if home is None:
        raise CatalogFault("there is no folder for what is fetched: name one in PXC_CACHE_DIR")
    folder = said["folder"] or "."
    if folder.startswith("/") or ".." in Path(folder).parts:
        raise CatalogFault(f"`{address}`: `{folder}` is outside of the repository")
    try:
        clone = GitClone(said["url"], pinned or said["ref"] or "", home)
        if offline and not (pinned and clone.has(pinned)):
            raise CatalogFault(f"the catalog `{address}` is not at hand, and --offline asks nobody")
        tree = GitTree(clone.commit, clone.folder, clone.git)
    except RegistryFault as fault:
        help = f"; {fault.help}" if fault.help else ""
        raise CatalogFault(f"the catalog `{address}`: {fault}{help}") from None
    top = tree.path(tree.top / folder)
    if not top.exists():
        raise CatalogFault(f"the catalog `{address}` has no `{folder}`")
    digest = digest_of(f"git {clone.commit}".encode())
    return _marked(top, LockedCatalog(source=address, digest=digest, commit=clone.commit))


def former_catalog(root: Path) -> LockedCatalog | None:
    """The catalog of the pxc.lock of a workspace; None where it has none. Raises CatalogFault."""
    path = root / LOCK_FILE
    if not path.is_file():
        return None
    try:
        return read_lock(_read(path, MOST_LOCK_BYTES).decode("utf-8-sig")).catalog
    except (LockFault, UnicodeDecodeError) as fault:
        raise CatalogFault(f"{LOCK_FILE} cannot be read: {fault}") from None


def locked_catalog(paths: Iterable[Path]) -> LockedCatalog | None:
    """What pxc.lock has to keep of the catalogs of a workspace; None for folders of its own."""
    found = (getattr(path, "locked", None) for path in paths)
    return next((each for each in found if isinstance(each, LockedCatalog)), None)


def _marked(top: Path, locked: LockedCatalog) -> Path:
    made: Any = top
    made.locked = locked
    return top


def _trusted_keys() -> tuple[str, ...]:
    """The keys of the environment's own file: a line each, or as minisign writes them."""
    name = os.environ.get(_KEYS)
    if not name:
        return ()
    try:
        lines = Path(name).read_text("utf-8").splitlines()
        return tuple(
            parse_public_key(line).text
            for line in lines
            if line.strip() and not line.startswith(("#", "untrusted comment:"))
        )
    except OSError as fault:
        reason = (fault.strerror or "it cannot be opened").lower()
        raise CatalogFault(f"{_KEYS}: cannot read '{name}': {reason}") from fault
    except (SignatureFault, UnicodeDecodeError) as fault:
        raise CatalogFault(f"{_KEYS}: '{name}': {fault}") from fault


def _check_signature(path: Path, data: bytes, keys: Iterable[str]) -> None:
    known = [parse_public_key(key) for key in keys]
    if not known:
        raise CatalogFault(
            f"`{path.as_posix()}` is a bundle, and nobody said whose signature counts: name keys"
            " under `trust: {signers: ...}` of pxc.yaml, or in PXC_TRUSTED_KEYS"
        )
    beside = path.with_name(f"{path.name}{_SIGNATURE}")
    try:
        signature = parse_signature(_read(beside, MOST_SIGNATURE_BYTES).decode("utf-8", "replace"))
        for key in known:
            if key.number == signature.number:
                verify(signature, data, key)
                return
        raise SignatureFault("it was made by a key that nobody told of")
    except SignatureFault as fault:
        message = f"the signature of `{path.as_posix()}` is not to be trusted: {fault}"
        raise CatalogFault(message) from None
    except ImportError:
        raise CatalogFault("signatures need a library: pip install 'pxc[sign]'") from None


def _source_of(path: Path, root: Path) -> str:
    """A bundle as pxc.lock names it: by its path from the root."""
    whole, top = (Path(os.path.normpath(Path(os.fspath(p)).absolute())) for p in (path, root))
    return whole.relative_to(top).as_posix() if whole.is_relative_to(top) else whole.as_posix()


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as fault:
        reason = (fault.strerror or "it cannot be opened").lower()
        raise CatalogFault(f"cannot read `{path.as_posix()}`: {reason}") from None
    if len(data) > most:
        raise CatalogFault(f"`{path.as_posix()}` has more bytes than the limit of {most:,}")
    return data
