"""Turns emitted files into files on disk, each whole or not at all."""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path, PurePosixPath

import click

from pxc.contracts import OutFile

__all__ = ["as_stream", "is_folder", "write_bytes", "write_file", "write_folder"]


def as_stream(files: Sequence[OutFile]) -> str:
    """See `pxc.driver`. Raises UsageError for files that cannot stand in one text."""
    from pxc import driver  # which whoever has files has loaded

    try:
        return driver.as_stream(files)
    except ValueError as fault:
        raise click.UsageError(f"{fault}; name a folder: -o DIR/") from None


def is_folder(output: str) -> bool:
    """Whether `-o` names a folder: it ends with a slash or is one."""
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


def write_file(path: Path, text: str) -> None:
    """Put a text under a path in one step; the file that was there stays until then.

    A symbolic link is kept and its target replaced, mode and owner of an earlier file are kept, and
    what is no regular file (a device, a pipe) is written to. Raises ClickException when the system
    refuses; then nothing has changed.
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Put bytes under a path, as `write_file` does a text."""
    try:
        _replace_all([(path, data)])
    except OSError as fault:
        raise _refusal(path, fault) from None


def write_folder(folder: Path, files: Sequence[OutFile]) -> None:
    """Put each file under its own path below a folder, which is made; all texts are on disk
    before the first file is replaced. Raises ClickException.
    """
    texts: dict[str, str] = {}
    for file in files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"a target emitted the path {file.path!r}")
        if texts.setdefault(str(path), file.text) != file.text:
            raise click.UsageError(f"Two different files would be written as '{path}'.")
    try:
        for name in texts:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        _replace_all([(folder / name, text.encode()) for name, text in texts.items()])
    except OSError as fault:
        raise _refusal(folder, fault) from None


def _replace_all(files: Sequence[tuple[Path, bytes]]) -> None:
    staged: list[tuple[Path, Path]] = []
    try:
        for path, data in files:
            target = path.resolve()
            if target.exists() and not target.is_file():
                target.write_bytes(data)
            else:
                temporary, descriptor = _temporary_beside(target)
                staged.append((temporary, target))
                _fill(descriptor, target, data)
        while staged:
            temporary, target = staged[0]
            temporary.replace(target)
            staged.pop(0)
    finally:
        for temporary, _ in staged:
            with suppress(OSError):
                temporary.unlink()


def _temporary_beside(target: Path) -> tuple[Path, int]:
    """A new, open file in the folder of the target, where a rename is one step."""
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "Permission denied")
    for number in count():
        temporary = target.with_name(f".{target.name[:200]}.{os.getpid()}.{number}.tmp")
        with suppress(FileExistsError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            return temporary, os.open(temporary, flags, 0o666)
    raise AssertionError("count() does not end")


def _fill(descriptor: int, target: Path, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        if target.exists() and hasattr(os, "fchmod"):
            before = target.stat()
            with suppress(PermissionError):
                os.fchown(descriptor, before.st_uid, before.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(before.st_mode))
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _refusal(path: Path, fault: OSError) -> click.ClickException:
    reason = (fault.strerror or "the system refused").lower()
    return click.ClickException(f"cannot write '{path}': {reason}")
