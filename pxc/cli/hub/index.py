"""The command that makes a folder of components one that a web server can serve as a registry."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.hub.signing import key_of, password_option
from pxc.cli.output import write_file
from pxc.cli.terminal import say
from pxc.driver.hubs import read_registry_yaml
from pxc.hub.index import INDEX
from pxc.hub.registries.published import SIGNATURE
from pxc.hub.registry import RegistryFault

__all__ = ["command"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(_: click.Context, __: click.Parameter, value: str) -> str:
    if value and not _DAY.fullmatch(value):
        raise click.BadParameter("A day is YYYY-MM-DD.")
    return value


@click.command(
    "index",
    epilog="""\b
Examples:
  pxc hub index components
  pxc hub index components --expires 2027-01-01 --key platform-2026.key""",
)
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--expires", metavar="DAY", default="", callback=_day,
    help="The last day that the index is believed; without it that of the index before.",
)  # fmt: skip
@click.option(
    "--key", "key", metavar="FILE", type=click.Path(path_type=Path),
    help="Sign the index with this secret key, into index.json.minisig.",
)  # fmt: skip
@password_option
def command(folder: Path, expires: str, key: Path | None, password_env: str | None) -> int:
    """Write index.json and blobs/ into DIR, a folder of NAME/TAG.yaml and ORG/NAME/TAG.yaml.

    Serve DIR, and name its URL in pxc.yaml as a registry of the kind http. What a tag was before is
    kept, so that what is locked can still be had. The index is the same, byte for byte, until a
    version changes.
    """
    from pxc.hub.index_writer import write_index

    try:
        index, is_new = write_index(folder, read_registry_yaml, expires=expires)
    except RegistryFault as fault:
        help = f"\n  = help: {fault.help}" if fault.help else ""
        say(f"cannot write the index: {fault}{help}\n", sys.stderr)
        return FINDINGS
    if key is not None:
        _sign(folder / INDEX, key, password_env)
    versions = sum(len(component.tags) for component in index.components.values())
    told = "written" if is_new else "as before"
    say(f"index {index.counter} {told}: {versions} version{'s' * (versions != 1)}\n", sys.stdout)
    return CLEAN


def _sign(index: Path, key: Path, password_env: str | None) -> None:
    from pxc.hub.signing_keys import sign

    signature = sign(index.read_bytes(), key_of(key, password_env), f"file:{INDEX}")
    write_file(index.with_name(f"{INDEX}{SIGNATURE}"), signature)
