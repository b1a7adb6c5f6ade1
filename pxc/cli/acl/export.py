"""The command that writes the rules of a catalog for other programs."""

from __future__ import annotations

import re
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
@click.option(
    "--renderer", "renderers", metavar="NAMESPACE/NAME", multiple=True,
    help="A service account that may create runs without a decision on them, for kubernetes.",
)  # fmt: skip
@rules_options
def command(
    form: str, renderers: tuple[str, ...], catalogs: tuple[str, ...], catalog_ref: str | None,
    isolated: bool, color: str,
) -> None:  # fmt: skip
    """Write the rules for another program that decides, or as a table for people.

    What the other program cannot say is in comments at the head of what is written, or, for
    Kubernetes and tables, told on standard error. With `acl: {annotate: true}` the cluster is
    told to take nothing that does not name the decision on it.
    """
    found = asked(catalogs, catalog_ref, isolated, color)
    annotate = found.defaults.options.acl.annotate
    _check_renderers(renderers, form, annotate)
    rules = found.rules
    if form == "opa":
        from pxc.access.exports.opa import opa_data

        text = msgspec.json.format(msgspec.json.encode(opa_data(rules)), indent=2).decode()
        write_product(f"{text}\n")
        return
    if form == "kubernetes":
        from pxc.access.exports.kubernetes import cluster_objects

        _write_objects(cluster_objects(rules, renderers if annotate else None))
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


def _check_renderers(renderers: tuple[str, ...], form: str, annotate: bool) -> None:
    """Raise UsageError for accounts that no policy would name."""
    if renderers and form != "kubernetes":
        raise click.UsageError("--renderer is for --to kubernetes.")
    if renderers and not annotate:
        raise click.UsageError("--renderer needs `acl: {annotate: true}` in pxc.yaml.")
    for each in renderers:
        if not re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-.a-z0-9]*[a-z0-9])?", each):
            raise click.UsageError(f"--renderer: write NAMESPACE/NAME, not '{each}'.")
