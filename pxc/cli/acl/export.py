"""The command that writes the rules of a catalog for other programs."""

from __future__ import annotations

import click
import msgspec

from pxc.cli.acl.rules import asked, rules_options
from pxc.cli.terminal import write_product

__all__ = ["command"]

FORMS = ("cedar", "cedar-entities", "opa", "kubernetes")


@click.command(
    "export",
    epilog="""\b
Examples:
  pxc acl export --to cedar > policies.cedar
  pxc acl export --to cedar-entities > entities.json
  pxc acl export --to kubernetes | kubectl apply -f -""",
)
@click.option("--to", "form", type=click.Choice(FORMS), required=True, help="For which program.")
@rules_options
def command(
    form: str, catalogs: tuple[str, ...], catalog_ref: str | None, isolated: bool, color: str
) -> None:
    """Write the rules for another program that decides.

    What the other program cannot say is in comments at the head of what is written, or, for
    Kubernetes, told on standard error.
    """
    rules = asked(catalogs, catalog_ref, isolated, color).rules
    if form == "opa":
        from pxc.access.exports.opa import opa_data

        text = msgspec.json.format(msgspec.json.encode(opa_data(rules)), indent=2).decode()
        write_product(f"{text}\n")
        return
    if form == "kubernetes":
        from pxc.access.exports.kubernetes import cluster_objects

        found = cluster_objects(rules)
        for unsaid in found.unsaid:
            click.echo(f"pxc: not said to the cluster: {unsaid}", err=True)
        listed = {"apiVersion": "v1", "kind": "List", "items": found.objects}
        text = msgspec.json.format(msgspec.json.encode(listed), indent=2).decode()
        write_product(f"{text}\n")
        return
    from pxc.access.exports.cedar import cedar, dumps

    written = cedar(rules)
    write_product(written.policies if form == "cedar" else dumps(written.entities))
