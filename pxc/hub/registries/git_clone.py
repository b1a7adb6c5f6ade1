"""Turns the address of a repository of git into its commits and trees, kept in a cache folder."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from pxc.diagnostics import allowed, nearest
from pxc.hub.registries.git_command import run_git
from pxc.hub.registry import RegistryFault
from pxc.hub.store import touch

__all__ = ["GitClone"]

_PROTOCOLS = ("https", "ssh", "file")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+-]{0,250}")
_COMMIT = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_SCP = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^:]*")
_FIRST, _HEAD = "main", "HEAD"
_FETCH = (
    "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
    "--filter=blob:none",
)  # fmt: skip
_MOST_BLOBS = 5000
_LOCKED = re.compile(r"lock ref|\.lock\b|File exists", re.I)
_TRIES, _PAUSE = 6, 0.4
_ALL = ("+refs/heads/*:refs/pxc/all/heads/*", "+refs/tags/*:refs/pxc/all/tags/*")


class GitClone:
    """A bare clone without files; those that are read are fetched one by one.

    `ref` is a branch, a tag or a commit, which must be on one of them; empty for the repository's
    own branch. Nothing is fetched before it is asked. Raises RegistryFault for an address, or a
    name, that could be another thing.
    """

    def __init__(self, url: str, ref: str, home: Path) -> None:
        self.protocol = protocol_of(url)
        if ref and (not _REF.fullmatch(ref) or ".." in ref):
            raise RegistryFault(f"`{ref}` is no name of a branch, a tag or a commit", "check `ref`")
        self.url = url
        self.ref = ref
        self.folder = home / "git" / sha256(url.encode()).hexdigest()[:32]

    def git(self, *arguments: str, data: bytes = b"", index: Path | None = None) -> bytes:
        """What a command of git prints. Raises RegistryFault."""
        self._make()
        more = {} if index is None else {"GIT_INDEX_FILE": str(index)}
        return run_git(self.folder, *arguments, protocol=self.protocol, data=data, more=more)

    @cached_property
    def commit(self) -> str:
        """The commit of the ref, which the repository is asked for once; empty without any."""
        if self._is_empty:
            return ""
        if _COMMIT.fullmatch(self.ref):
            return self._reachable(self.ref)
        name = self._name()
        kept = f"refs/pxc/{name}"
        if self._known(kept) != self._remote[name]:
            self._fetch(f"+{name}:{kept}")
        commit = self._known(f"{kept}^{{commit}}")
        if not commit:
            raise RegistryFault(f"`{name}` of the repository is no commit", kind="malformed")
        return commit

    @property
    def branch(self) -> str:
        """The full name of the branch. Raises RegistryFault where the ref is no branch."""
        if self._is_empty:
            return f"refs/heads/{self.ref or _FIRST}"
        name = "" if _COMMIT.fullmatch(self.ref) else self._name()
        if not name.startswith("refs/heads/"):
            raise RegistryFault(f"`{self.ref}` is no branch", "name one as `ref`")
        return name

    def have(self, blobs: Iterable[str], folder: str, *, before: bool = False) -> None:
        """Fetch at once those blobs of a folder that are not here yet; else git asks for each.

        They are of the commit, or of what was there before it.
        """
        walk = () if before else ("--no-walk",)
        told = self.git(
            "rev-list", "--objects", *walk, "--missing=print", self.commit, "--", folder
        )
        lines = told.decode("utf-8", "replace").splitlines()
        wanted = sorted({line[1:] for line in lines if line.startswith("?")}.intersection(blobs))
        if wanted:
            names = "\n".join(wanted[:_MOST_BLOBS]).encode()
            self.git("fetch", *_FETCH, "--stdin", "origin", data=names)

    def forget(self) -> None:
        """Ask again what the commit is."""
        for name in ("commit", "_remote"):
            self.__dict__.pop(name, None)

    @cached_property
    def _remote(self) -> dict[str, str]:
        """What each branch and each tag points at; `HEAD` is the name of the own branch."""
        told = self.git("ls-remote", "--symref", "--", self.url).decode("utf-8", "replace")
        found = {}
        for line in told.splitlines():
            tip, _, name = line.partition("\t")
            is_link = tip.startswith("ref: ")
            if name.startswith(("refs/heads/", "refs/tags/")) and _REF.fullmatch(name):
                found[name] = tip
            elif name == _HEAD and is_link:
                found[name] = tip.removeprefix("ref: ")
        return found

    @property
    def _is_empty(self) -> bool:
        """Whether there is nothing in the repository, as in one that was just made."""
        return not self._remote.keys() - {_HEAD}

    def _name(self) -> str:
        """The full name of the ref."""
        wanted = [f"refs/heads/{self.ref}", f"refs/tags/{self.ref}"]
        for name in wanted if self.ref else [self._remote.get(_HEAD, "")]:
            if name in self._remote:
                return name
        if not self.ref:
            raise RegistryFault("the repository has no branch of its own", "name one as `ref`")
        names = {name.split("/", 2)[2] for name in self._remote if name != _HEAD}
        near, known = nearest(self.ref, names), f"it has: {allowed(sorted(names))}"
        help = f"did you mean `{near}`? {known}" if near else known
        raise RegistryFault(f"the repository has no branch or tag `{self.ref}`", help)

    def _reachable(self, commit: str) -> str:
        """The commit, where it is on a branch or a tag of this very repository.

        A host gives commits of forks, too, as if they were the repository's own.
        """
        if not self._contained(commit):
            self._fetch(*_ALL)
        if not self._contained(commit):
            message = f"the commit `{commit}` is on no branch and no tag of the repository"
            raise RegistryFault(message, "check `ref`")
        return commit

    def has(self, commit: str) -> bool:
        """Whether a commit was fetched before; nobody is asked."""
        return self.folder.is_dir() and self._contained(commit)

    def _contained(self, commit: str) -> bool:
        return commit in self.git("rev-list", "--all").decode().split()

    def _known(self, name: str) -> str:
        try:
            return self.git("rev-parse", "--verify", "--quiet", name).decode().strip()
        except RegistryFault:
            return ""

    def _fetch(self, *refs: str) -> None:
        """Fetch some refs; another pxc may do the same, or may have been ended while it did."""
        for left in reversed(range(_TRIES)):
            try:
                self.git("fetch", *_FETCH, "--prune", "--force", "origin", *refs)
                return
            except RegistryFault as fault:
                if not _LOCKED.search(str(fault)):
                    raise
            time.sleep(_PAUSE)
            if not left:
                shutil.rmtree(self.folder, ignore_errors=True)
                self.git("fetch", *_FETCH, "--prune", "--force", "origin", *refs)

    def _make(self) -> None:
        """An empty clone, where there is none; two that make it at once come to the same."""
        if (self.folder / "config").is_file():
            touch(self.folder / "config")
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="new-", dir=self.folder.parent))
        run_git(made, "init", "--quiet", "--bare", "--template=", ".", protocol="none")
        for key, value in (
            ("remote.origin.url", self.url), ("remote.origin.promisor", "true"),
            ("remote.origin.partialCloneFilter", "blob:none"), ("core.logAllRefUpdates", "false"),
        ):  # fmt: skip
            run_git(made, "config", key, value, protocol="none")
        try:
            made.rename(self.folder)
        except OSError:
            shutil.rmtree(made, ignore_errors=True)


def protocol_of(url: str) -> str:
    """How a repository is asked: `https`, `ssh` or `file`. Raises RegistryFault for other ways."""
    if not url.startswith("-") and url.isprintable() and " " not in url:
        if _SCP.fullmatch(url):
            return "ssh"
        parts = urlsplit(url)
        if "@" in parts.netloc and (parts.password or parts.scheme != "ssh"):
            help = "let git's credential helper have it"
            raise RegistryFault("`url` holds a credential", help)
        host_is_fine = bool(parts.netloc) is not (parts.scheme == "file")
        if parts.scheme in _PROTOCOLS and host_is_fine and not parts.netloc.startswith("-"):
            return parts.scheme
    known = "`https://`, `ssh://`, `file:///` or `USER@HOST:`"
    raise RegistryFault(f"`{url}` is no address of a repository", f"it begins with {known}")
