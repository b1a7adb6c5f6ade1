"""The command that signs files, and versions of components where they are published."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pxc.cli import CLEAN
from pxc.cli.hub.asking import asked, hub_options
from pxc.cli.hub.signing import key_of, password_option
from pxc.cli.hub.signing_versions import sign_version
from pxc.cli.output import write_file
from pxc.cli.terminal import say
from pxc.hub.reference import LATEST, HubReference, parse_reference
from pxc.hub.registry import MOST_BYTES

__all__ = ["command"]


@click.command(
    "sign",
    epilog="""\b
Examples:
  pxc hub sign hub/vision/train/2.yaml --as vision/train:2 --key platform-2026.key
  pxc hub sign vision/train:2 --key platform-2026.key
  pxc hub sign index.json --key platform-2026.key""",
)
@click.argument("what", metavar="FILE|REF")
@click.option(
    "--key", "key", metavar="FILE", required=True, type=click.Path(path_type=Path),
    help="The secret key, a file of minisign or of 'pxc hub keygen'.",
)  # fmt: skip
@click.option(
    "--as",
    "named",
    metavar="ORG/NAME:TAG",
    help="The version that the file is: the signature is for no other.",
)
@password_option
@hub_options
def command(
    what: str,
    key: Path,
    named: str | None,
    password_env: str | None,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> int:
    """Sign FILE, into FILE.minisig beside it, or the version REF, in its registry.

    Without --as the signature of a file says whose the bytes are, and of no component which version
    they are. That of a version is published beside those that others have made, which needs the
    right to push.
    """
    from pxc.hub.signing_keys import sign

    path, reference = Path(what), parse_reference(what)
    if reference is not None and reference.tag and not path.exists():
        if named is not None:
            raise click.UsageError(f"--as: '{what}' names the version itself.")
        return sign_version(
            asked(catalogs, catalog_ref, isolated), reference, key_of(key, password_env), color
        )
    data = _bytes_of(path)
    signature = sign(data, key_of(key, password_env), _comment(path, named))
    beside = path.with_name(f"{path.name}.minisig")
    write_file(beside, signature)
    say(f"wrote {beside}\n", sys.stderr)
    return CLEAN


def _comment(path: Path, named: str | None) -> str:
    from pxc.hub.signers import about_of

    if named is None:
        return f"file:{path.name}" if path.name.isprintable() else ""
    reference: HubReference | None = parse_reference(named)
    if reference is None or reference.digest:
        raise click.UsageError(f"--as: '{named}' is no version: write [ORG/]NAME:TAG.")
    return about_of(reference.component, reference.tag or LATEST)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(16 * MOST_BYTES + 1)
    except OSError as fault:
        reason = (fault.strerror or "it cannot be opened").lower()
        raise click.UsageError(f"Cannot read '{path}': {reason}.") from fault
    if len(data) > 16 * MOST_BYTES:
        raise click.UsageError(f"'{path}' has more bytes than can be signed.")
    return data
