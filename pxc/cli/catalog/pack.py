"""The command that makes one signed archive of a catalog."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from pxc.cli.findings import printed
from pxc.cli.hub.signing import key_of, password_option
from pxc.cli.output import write_bytes, write_file
from pxc.cli.terminal import say
from pxc.diagnostics import Report

__all__ = ["command"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@click.command(
    "pack",
    epilog="""\b
Examples:
  pxc catalog pack catalog -o catalog.tar --sign platform-2026.key
  pxc catalog pack catalog -o catalog.tar --sign platform-2026.key --expires 2027-03-31""",
)
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path),
    help="The archive to write, which ends in '.tar'; its signature is FILE.minisig.",
)  # fmt: skip
@click.option(
    "--sign", "key", metavar="FILE", required=True, type=click.Path(path_type=Path),
    help="The secret key to sign with; see 'pxc hub keygen'.",
)  # fmt: skip
@click.option("--expires", metavar="DAY", default="", help="The last day that it holds.")
@click.option(
    "--counter", metavar="N", type=click.IntRange(min=1),
    help="Its number; otherwise one more than that of the archive that is there.",
)  # fmt: skip
@password_option
def command(
    folder: Path,
    output: Path,
    key: Path,
    expires: str,
    counter: int | None,
    password_env: str | None,
) -> None:
    """Pack the catalog DIR into one archive, and sign it.

    The same files and the same number are the same bytes. 'catalog: catalog.tar' in pxc.yaml reads
    it, where its signature is by a key under 'trust: {signers: ...}'. The catalog must be without
    errors.
    """
    from pxc.catalog.bundle import BUNDLE_SUFFIX, About, pack
    from pxc.hub.signing_keys import sign

    if output.suffix != BUNDLE_SUFFIX:
        raise click.UsageError(f"'{output}': the name of an archive ends in '{BUNDLE_SUFFIX}'.")
    if expires and not _DAY.fullmatch(expires):
        raise click.UsageError(f"'{expires}' is not a day such as '2027-03-31'.")
    files = _files_of(folder)
    about = About(counter=counter or _last_counter(output) + 1, expires=expires)
    secret = key_of(key, password_env)
    data = pack(files, about)
    signature = sign(data, secret, f"catalog:{about.counter}")
    write_bytes(output, data)
    write_file(output.with_name(f"{output.name}.minisig"), signature)
    say(f"bundle {about.counter} of {len(files)} files: wrote {output}\n", sys.stderr)


def _files_of(folder: Path) -> dict[str, bytes]:
    """The files of a catalog by their paths in it. What is wrong with them is told, and exits."""
    from pxc.catalog.folders import catalog_files
    from pxc.driver.access import read_rules

    report = Report()
    read_rules((folder,), folder, report)
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path, _ in catalog_files((folder,), report)
    }
    if report.has_errors:
        printed(report.sorted(), 1, "text", "auto", sys.stderr)
        click.get_current_context().exit(1)
    return found


def _last_counter(output: Path) -> int:
    """The number of the archive that is there; 0 for none. Raises UsageError for what is none."""
    from pxc.catalog.bundle import BundleFault, read_bundle

    if not output.exists():
        return 0
    try:
        return read_bundle(output.read_bytes()).about.counter
    except (OSError, BundleFault) as fault:
        raise click.UsageError(f"'{output}' is there, and no archive: {fault}.") from fault
