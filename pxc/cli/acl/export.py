"""The command that writes the rules of a catalog for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from pxc.cli.acl.rules import asked, rules_options, settings_of
from pxc.cli.terminal import write_product

if TYPE_CHECKING:
    from pxc.access.exports.kubernetes import ClusterObjects

__all__ = ["command"]

FORMS = ("cedar", "cedar-entities", "opa", "kubernetes", "csv")


@click.command(
    "export",
    epilog="""\b
Examples:
  pxc acl export --to cedar > policies.cedar
  pxc acl export --to cedar-entities > entities.json
  pxc acl export --to kubernetes | kubectl apply -f -
  pxc acl export --to csv > rights.csv""",
)
@click.option("--to", "form", type=click.Choice(FORMS), required=True, help="For which program.")
@rules_options
def command(
    form: str, catalogs: tuple[str, ...], catalog_ref: str | None, isolated: bool, color: str
) -> None:
    """Write the rules for another program that decides, or as a table for people.

    What the other program cannot say is in comments at the head of what is written, or, for
    Kubernetes and tables, told on standard error.
    """
    found = asked(catalogs, catalog_ref, isolated, color)
    rules = found.rules
    if form == "opa":
        from pxc.access.exports.opa import opa_data

        text = msgspec.json.format(msgspec.json.encode(opa_data(rules)), indent=2).decode()
        write_product(f"{text}\n")
        return
    if form == "kubernetes":
        from pxc.access.exports.kubernetes import cluster_objects

        _write_objects(cluster_objects(rules))
        return
    if form == "csv":
        from pxc.access.exports.spreadsheet import table
        from pxc.access.rights import rights

        held = rights(rules, settings_of(found.defaults))
        for unsaid in held.unsaid:
            click.echo(f"pxc: not in the table: {unsaid}", err=True)
        write_product(table(held.rights))
        return
    from pxc.access.exports.cedar import cedar, dumps

    written = cedar(rules)
    write_product(written.policies if form == "cedar" else dumps(written.entities))


def _write_objects(found: ClusterObjects) -> None:
    for unsaid in found.unsaid:
        click.echo(f"pxc: not said to the cluster: {unsaid}", err=True)
    listed = {"apiVersion": "v1", "kind": "List", "items": found.objects}
    text = msgspec.json.format(msgspec.json.encode(listed), indent=2).decode()
    write_product(f"{text}\n")
