"""Turns a signed commit of git into who signed it, and the files that he signed.

No configuration of a machine or of the repository has a say in it, and no program is run that one
names: the commit and its folders are copied into a repository of our own, where each object gets
the digest of its bytes, and are verified there by pinned keys.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from pxc.access.principal import Principal
from pxc.access.tokens import IdentityFault
from pxc.catalog.git_tree import GitTree, git_in
from pxc.hub.lock import LOCK_FILE
from pxc.hub.registries.git_command import run_git
from pxc.hub.registry import RegistryFault
from pxc.lint.settings_file import WORKSPACE_FILE
from pxc.request import SourceText
from pxc.signed_files import SignedFiles
from pxc.workspace import display_name, read_bytes

__all__ = ["SignedCommit", "signed_commit", "unsigned"]

_BEGINS = b"-----BEGIN SSH SIGNATURE-----"
_SHORT = 12
_SECONDS = 30
_MOST_KEYS = 1024 * 1024
_PATTERNS = frozenset("*?!,")

_ASKING = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
"""What the user's own repository is asked with: objects that it lacks are not fetched."""

_ALONE = {
    "GIT_CONFIG_COUNT": "0",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_PARAMETERS": "",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
}
"""What makes git read the configuration of our own repository, and no other."""

_VERDICTS = {
    "B": "the signature of the commit is wrong",
    "U": "no pinned key signs it",
    "E": "its signature cannot be verified",
}
"""What `%G?` of git says of a commit that is not well signed by a known key."""


class SignedCommit(Struct, frozen=True):
    """Who signed a commit, and the files that it has."""

    principal: Principal
    files: SignedFiles


def signed_commit(ref: str, folder: Path, keys: bytes) -> SignedCommit:
    """Who signed the commit of a name, in the repository that a folder is in.

    `keys` are allowed signers as OpenSSH reads them. The key must have been good when the commit
    was made, and be so now. Raises IdentityFault for any other commit.
    """
    program = shutil.which("ssh-keygen")
    if program is None:
        raise IdentityFault("a signed commit needs ssh-keygen of OpenSSH, which is not installed")
    if len(keys) > _MOST_KEYS:
        raise IdentityFault("the file of allowed signers is too long to be one")
    with tempfile.TemporaryDirectory() as temporary:
        try:
            top, commit, objects = _located(ref, folder)
            own = _Repository(Path(temporary), commit, objects, program, keys)
            who = own.signer()
            tree = GitTree(commit, top, own.git)
            digests = tree.blobs(top)
        except (RegistryFault, ValueError) as fault:
            raise IdentityFault(f"the commit `{ref}` is not believed: {fault}") from fault
    short = commit[:_SHORT]
    return SignedCommit(
        Principal(subject=f"user:{who}", strength="verified", source=f"commit {short}"),
        SignedFiles(commit=short, top=os.path.realpath(top), digests=digests),
    )


def unsigned(
    signed: SignedFiles, files: Iterable[SourceText], root: Path
) -> Iterator[tuple[str, str]]:
    """Each file that is not as in a commit, and why; what rules a workspace is one, too."""
    for text in files:
        if text.authored is not None:
            yield text.name, "what Python makes hangs on more than the files of a commit"
        elif reason := signed.fault(text.name, text.data):
            yield text.name, reason
    for name in (WORKSPACE_FILE, LOCK_FILE):
        path = root / name
        if path.is_file() and (reason := signed.fault(str(path), read_bytes(path))):
            yield display_name(path), reason


def _located(ref: str, folder: Path) -> tuple[Path, str, str]:
    """The top of a work tree, the commit of a name, and where its objects lie."""
    reason = "there is no such commit"
    places = ("--show-toplevel", "--path-format=absolute", "--git-path", "objects")
    found = git_in(folder, "rev-parse", *places, reason=reason, more=_ASKING)
    top, _, objects = os.fsdecode(found.rstrip(b"\n")).partition("\n")
    name = ("--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    commit = git_in(folder, "rev-parse", *name, reason=reason, more=_ASKING)
    return Path(top), commit.decode().strip(), objects


class _Repository:
    """A repository of one commit and its folders, without files, and what verifies it."""

    def __init__(self, folder: Path, commit: str, objects: str, program: str, keys: bytes) -> None:
        self._folder = folder / "git"
        self._folder.mkdir()
        self._commit = commit
        self._program = program
        self._signers = folder / "allowed_signers"
        self._signers.write_bytes(keys)
        self._signature = folder / "signature"
        kind = "sha256" if len(commit) == 64 else "sha1"
        self.git("init", "--quiet", "--bare", "--template=", f"--object-format={kind}")
        for key, value in (
            ("gpg.format", "ssh"),
            ("gpg.program", os.devnull),
            ("gpg.ssh.program", program),
            ("gpg.ssh.allowedSignersFile", str(self._signers)),
        ):
            self.git("config", key, value)
        self._copy(objects)

    def git(self, *arguments: str, data: bytes = b"", objects: str = "") -> bytes:
        """What a command of git prints here; `objects` is a folder that has some more."""
        more = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(objects)} if objects else {}
        return run_git(
            self._folder, *arguments, protocol="none", data=data, more={**_ALONE, **more}
        )

    def signer(self) -> str:
        """Who signed the commit, by the one name that its key has. Raises ValueError."""
        self._signature.write_bytes(self._ssh_signature())
        about = ("--no-walk", "--no-color", "--format=%G?")
        shown = self.git("log", *about, self._commit).decode().strip()
        if shown != "G":
            raise ValueError(_VERDICTS.get(shown, "it is not signed"))
        names = self._names_now()
        if len(names) != 1 or _PATTERNS & set(names[0]) or not names[0].isprintable():
            raise ValueError("the allowed signers do not give its key one name")
        return names[0]

    def _copy(self, objects: str) -> None:
        """Take the commit and its folders; what has a wrong digest is not found afterwards."""
        about = ("--objects", "--no-walk", "--filter=blob:none", "--no-object-names")
        names = self.git("rev-list", *about, self._commit, objects=objects)
        pack = self.git("pack-objects", "--stdout", "-q", data=names, objects=objects)
        self.git("index-pack", "--stdin", data=pack)

    def _ssh_signature(self) -> bytes:
        """The one signature of the commit, by an SSH key."""
        head = self.git("cat-file", "commit", self._commit).partition(b"\n\n")[0]
        # a header goes on in lines that begin with a space
        headers = head.replace(b"\n ", b"\0").split(b"\n")
        found = [h.partition(b" ") for h in headers if h.startswith(b"gpgsig")]
        if not found:
            raise ValueError("it is not signed")
        text = found[0][2].replace(b"\0", b"\n")
        if len(found) > 1 or not text.startswith(_BEGINS):
            raise ValueError("only one signature by an SSH key is taken")
        return text + b"\n"

    def _names_now(self) -> list[str]:
        """The names that allowed signers have today for the key of the signature."""
        command = [self._program, "-Y", "find-principals"]
        try:
            done = subprocess.run(
                [*command, "-s", str(self._signature), "-f", str(self._signers)],
                stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise ValueError("ssh-keygen takes too long") from None
        if done.returncode:
            raise ValueError("the key that signed it is not, or no longer, an allowed signer")
        return done.stdout.decode("utf-8", "replace").splitlines()


def _quoted(path: str) -> str:
    """A path in a list of paths."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
