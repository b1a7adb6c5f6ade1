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
    from pxc.access.organization import Rules

__all__ = ["command"]

FORMS = ("cedar", "cedar-entities", "opa", "kubernetes", "kueue", "csv")


@click.command(
    "export",
    epilog="""\b
Examples:
  pxc acl export --to cedar > policies.cedar
  pxc acl export --to cedar-entities > entities.json
  pxc acl export --to kubernetes | kubectl apply -f -
  pxc acl export --to kueue --cluster gke-a | kubectl apply -f -
  pxc acl export --to csv > rights.csv""",
)
@click.option("--to", "form", type=click.Choice(FORMS), required=True, help="For which program.")
@click.option(
    "--renderer", "renderers", metavar="NAMESPACE/NAME", multiple=True,
    help="A service account that may create runs without a decision on them, for kubernetes.",
)  # fmt: skip
@click.option(
    "--cluster", metavar="NAME",
    help="With --to kueue: of which cluster.  [default: the one that the catalog has]",
)  # fmt: skip
@rules_options
def command(
    form: str, renderers: tuple[str, ...], cluster: str | None, catalogs: tuple[str, ...],
    catalog_ref: str | None, isolated: bool, color: str,
) -> None:  # fmt: skip
    """Write the rules for another program that decides, or as a table for people.

    What the other program cannot say is in comments at the head of what is written, or, for
    Kubernetes, Kueue and tables, told on standard error. With `acl: {annotate: true}` the cluster
    is told to take nothing that does not name the decision on it.
    """
    if cluster is not None and form != "kueue":
        raise click.UsageError("--cluster goes with --to kueue.")
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
    if form == "kueue":
        from pxc.access.exports.kueue import kueue_objects

        _write_objects(kueue_objects(rules, _cluster(rules, cluster)))
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


def _cluster(rules: Rules, name: str | None) -> str | None:
    """The cluster of that name, or the only one; None where the catalog declares none."""
    there = ", ".join(f"'{n}'" for n in sorted(rules.clusters))
    if name is None and len(rules.clusters) < 2:
        return next(iter(rules.clusters), None)
    if name is None:
        raise click.UsageError(f"The catalog has several clusters: write --cluster {there}.")
    if name not in rules.clusters:
        raise click.UsageError(f"The catalog has no cluster '{name}'; it has {there or 'none'}.")
    return name


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
