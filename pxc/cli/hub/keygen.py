"""The command that makes a pair of keys."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from pxc.cli.hub.signing import asked_password, password_option, without_library
from pxc.cli.terminal import say
from pxc.hub.minisign import UNTRUSTED

__all__ = ["command"]


@click.command(
    "keygen",
    epilog="""\b
Examples:
  pxc hub keygen platform-2026.key
  PASSWORD=... pxc hub keygen platform-2026.key --password-env PASSWORD""",
)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--no-password", is_flag=True, help="Do not encrypt the secret key.")
@password_option
def command(path: Path, no_password: bool, password_env: str | None) -> None:
    """Make a key to sign with, in FILE, and the public one, in FILE.pub.

    Both are files of minisign. No file is written over.
    """
    from pxc.hub.signing_keys import new_key, secret_key_text

    public = path.with_name(f"{path.name}.pub")
    for each in (path, public):
        if each.exists():
            raise click.UsageError(f"'{each}' is there already.")
    try:
        key = new_key()
        password = "" if no_password else asked_password(password_env, twice=True)
        if not password and not no_password:
            raise click.UsageError("The password is empty: --no-password makes a key without one.")
        _write(path, secret_key_text(key, password), 0o600)
    except ImportError as fault:
        raise without_library() from fault
    number = key.number[::-1].hex().upper()
    _write(public, f"{UNTRUSTED}pxc public key {number}\n{key.public.text}\n", 0o644)
    say(f"wrote {path}\nwrote {public}\n", sys.stderr)
    say(f"{key.public.text}\n", sys.stdout)


def _write(path: Path, text: str, mode: int) -> None:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as fault:
        reason = (fault.strerror or "it cannot be opened").lower()
        raise click.ClickException(f"Cannot write '{path}': {reason}.") from fault
