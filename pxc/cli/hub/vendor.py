"""The command that copies what pxc.lock fixes into the workspace."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.hub.asking import hub_options
from pxc.cli.hub.entries import lock_read
from pxc.cli.hub.locking import offline_option, opened, tell
from pxc.cli.terminal import say
from pxc.hub.copies import copies_of
from pxc.hub.store import bounded_bytes, write_whole
from pxc.hub.vendor import VENDOR_FOLDER

__all__ = ["command"]


@click.command(
    "vendor",
    epilog="""\b
Examples:
  pxc hub vendor
  pxc hub vendor --check""",
)
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 where vendor/pxc would change."
)
@offline_option
@hub_options
def command(check: bool, offline: bool, color: str, **where: Any) -> int:
    """Copy everything that pxc.lock fixes to vendor/pxc, for builds without a network.

    A compilation takes the copies where the cache has nothing. Files in vendor/pxc that are not
    locked are deleted; nothing is written where a component cannot be had.
    """
    workspace = opened(offline=offline, **where)
    lock = lock_read(workspace)
    copies = {} if lock is None else copies_of(workspace.hub, lock, workspace.report)
    code = tell(workspace.report, color, keeps=VENDOR_FOLDER)
    if code:
        return code
    folder = _folder(workspace.root)
    new = {path: data for path, data in copies.items() if _text(workspace.root / path) != data}
    gone = [path for path in _files(folder) if _name(path, workspace.root) not in copies]
    if check:
        state = "would change" if new or gone else "is as it should be"
        say(f"{VENDOR_FOLDER} {state}\n", sys.stderr)
        return FINDINGS if new or gone else CLEAN
    _write(workspace.root, folder, new, gone)
    say(f"{VENDOR_FOLDER} has {len(copies)} of {len(copies)} locked\n", sys.stderr)
    return CLEAN


def _folder(root: Path) -> Path:
    """The folder of the copies. ClickException for a link that leads out of the workspace."""
    folder = root / VENDOR_FOLDER
    if not folder.resolve().is_relative_to(root.resolve()):
        raise click.ClickException(f"'{VENDOR_FOLDER}' leads out of the workspace")
    return folder


def _files(folder: Path) -> list[Path]:
    """The copies that are there, but for what links lead to."""
    return sorted(path for path in folder.rglob("*.yaml") if not path.parent.is_symlink())


def _text(path: Path) -> bytes | None:
    return bounded_bytes(path) if path.is_file() else None


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _write(root: Path, folder: Path, new: Mapping[str, bytes], gone: list[Path]) -> None:
    try:
        for name, data in new.items():
            if not (root / name).resolve().is_relative_to(folder.resolve()):
                raise click.ClickException(f"'{name}' leads out of '{VENDOR_FOLDER}'")
            write_whole(root / name, data)
        for path in gone:
            path.unlink()
            with suppress(OSError):  # it has other files
                for above in path.parents:
                    if above == folder:
                        break
                    above.rmdir()
    except OSError as fault:
        reason = (fault.strerror or "the system refused").lower()
        raise click.ClickException(f"cannot write '{VENDOR_FOLDER}': {reason}") from None
