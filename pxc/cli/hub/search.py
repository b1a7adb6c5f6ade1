"""The command that finds components by what they are for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.rules import text_or_json
from pxc.cli.hub.asking import asked, hub_options, tell_fault
from pxc.cli.hub.locking import offline_option
from pxc.cli.hub.tables import as_json, as_table
from pxc.cli.terminal import say, write_product
from pxc.diagnostics import Report
from pxc.driver.components import read_component
from pxc.hub.description import described, tags_of, text_of
from pxc.hub.listing import Listed, components_of
from pxc.hub.registry import RegistryFault
from pxc.hub.search import Page, near_word, ranked
from pxc.request import SourceText

if TYPE_CHECKING:
    from pxc.hub.registry import Registry
    from pxc.ir.spec import Operation

__all__ = ["command"]


@click.command(
    "search",
    epilog="""\b
Examples:
  pxc hub search notebook
  pxc hub search spark gpu
  pxc hub search "image build" --format json""",
)
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@text_or_json
@offline_option
@hub_options
def command(
    words: tuple[str, ...],
    format_: str,
    offline: bool,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> int:
    """Find components by names, titles, keywords, descriptions, tags and inputs, the best first.

    The lists of all registries are searched on this machine; of a registry elsewhere only what its
    list tells, not the texts of its components.
    """
    hub = asked(catalogs, catalog_ref, isolated, offline=offline).hub
    known: dict[str, tuple[Page, Listed]] = {}
    failed = False
    for name in hub.registry_names():
        try:
            registry = hub.registry(name)
            for each in components_of(hub, registry):
                known[each.name] = _page(registry, each), each
        except RegistryFault as fault:
            failed = True
            tell_fault(name, fault)
    pages = [page for page, _ in known.values()]
    found = [known[page.name] for page in ranked(pages, " ".join(words))]
    if format_ == "json":
        write_product(as_json({"version": 1, "components": [_entry(*each) for each in found]}))
    elif found:
        rows = ((page.name, each.newest.tag, page.texts["description"]) for page, each in found)
        say(as_table(("name", "newest", "description"), rows), sys.stdout)
    else:
        near = near_word(pages, " ".join(words))
        say(f"nothing{f'; did you mean `{near}`?' if near else ''}\n", sys.stdout)
    return FINDINGS if failed else CLEAN


def _entry(page: Page, each: Listed) -> dict[str, Any]:
    return {
        "name": page.name, "registry": each.registry, "newest": each.newest.tag,
        "title": page.texts["title"], "description": page.texts["description"],
        "keywords": list(each.newest.keywords),
    }  # fmt: skip


def _page(registry: Registry, found: Listed) -> Page:
    """A component as it is searched, with what all of its versions are for."""
    newest = found.newest
    told = " ".join(dict.fromkeys(version.description for version in found.versions))
    words = " ".join(dict.fromkeys(word for each in found.versions for word in each.keywords))
    texts = {
        "title": newest.title, "description": newest.description, "versions": told,
        "keywords": words,
    }  # fmt: skip
    operation = None if registry.is_remote else _read(registry, found)
    if operation is not None:
        inputs = described(operation, "inputs")
        texts |= {
            "description": text_of(operation.description) or newest.description,
            "tags": " ".join(tags_of(operation)),
            "inputs": " ".join(each.name for each in inputs),
            "explained": " ".join(each.description for each in inputs),
        }
    return Page(found.name, texts)


def _read(registry: Registry, found: Listed) -> Operation | None:
    """The newest version itself; None for one that cannot be read."""
    try:
        data = registry.read(found.newest)
    except RegistryFault:
        return None
    return read_component(SourceText(found.name, data), Report())
