"""Reads the keys that commands sign with: from a file, with a password that is never shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pxc.hub.minisign import MOST_SIGNATURE_BYTES, SignatureFault

if TYPE_CHECKING:
    from pxc.hub.signing_keys import SecretKey

__all__ = ["key_of", "password_option", "signatures_of", "without_library"]

F = TypeVar("F", bound=Callable[..., Any])


def password_option(command: F) -> F:
    """`--password-env`: the variable that has the password of a key."""
    return click.option(
        "--password-env", metavar="NAME",
        help="The environment variable that has the password of the key; otherwise it is asked.",
    )(command)  # fmt: skip


def key_of(path: Path, password_env: str | None) -> SecretKey:
    """The secret key in a file. Raises UsageError."""
    from pxc.hub.signing_keys import read_secret_key

    try:
        with path.open("rb") as file:
            text = file.read(MOST_SIGNATURE_BYTES).decode("utf-8")
        return read_secret_key(text, lambda: asked_password(password_env))
    except OSError as fault:
        reason = (fault.strerror or "it cannot be opened").lower()
        raise click.UsageError(f"--key: cannot read '{path}': {reason}.") from fault
    except UnicodeDecodeError as fault:
        raise click.UsageError(f"--key: '{path}' is no secret key of minisign.") from fault
    except SignatureFault as fault:
        raise click.UsageError(f"--key: '{path}': {fault}.") from fault
    except ImportError as fault:
        raise without_library() from fault


def signatures_of(
    data: bytes, component: str, tag: str, path: Path | None, password_env: str | None
) -> tuple[str, ...]:
    """The signature of a version by the key in a file; none without a key. Raises UsageError."""
    if path is None:
        return ()
    from pxc.hub.signers import about_of
    from pxc.hub.signing_keys import sign

    return (sign(data, key_of(path, password_env), about_of(component, tag)),)


def asked_password(name: str | None, *, twice: bool = False) -> str:
    """The password of a variable, or the one that is asked for. Raises UsageError."""
    if name is None:
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=twice, err=True))
    found = os.environ.get(name)
    if found is None:
        raise click.UsageError(f"--password-env: there is no variable '{name}'.")
    return found


def without_library() -> click.ClickException:
    """What is said where the library that signs is not installed."""
    return click.ClickException("Signatures need a library: pip install 'pxc[sign]'.")
