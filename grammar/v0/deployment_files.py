"""Turns the connections of a v0 deployment into the files of a workspace and its catalog."""

from __future__ import annotations

from pxc.grammar.v0.deployment import Declared, Deployment
from pxc.grammar.v0.tree import made, mapped, pair
from pxc.grammar.v0.write import write_new
from pxc.ir.node import Map
from pxc.source import Source

__all__ = ["CATALOG", "SETTINGS", "deployment_files", "deployment_text", "settings_text"]

CATALOG = "catalog"
SETTINGS = "pxc.yaml"


def deployment_files(found: Deployment, source: Source) -> dict[str, str]:
    """The files of the catalog by their paths, each with the setting that it comes from."""
    files = {}
    if found.store is not None:
        files[f"{CATALOG}/agent.yaml"] = _text(found.store, _as_store(found.store), source)
    for one in found.connections:
        path = f"{CATALOG}/connections/{one.name.value}.yaml"
        files[path] = _text(one, _as_object(one), source)
    return files


def deployment_text(found: Deployment, source: Source) -> str:
    """The same as one stream of documents."""
    return "---\n".join(deployment_files(found, source).values())


def settings_text(found: Deployment, source: Source) -> str:
    """A pxc.yaml: the catalog beside it, and the namespace that the deployment ran in."""
    if found.namespace is None:
        return f"catalog: [{CATALOG}]\n"
    named = mapped(found.namespace.span, [pair("namespace", found.namespace)])
    return f"{write_new(named, source)}catalog: [{CATALOG}]\n"


def _text(one: Declared, tree: Map, source: Source) -> str:
    return f"# From `{one.origin}` of the deployment.\n{write_new(tree, source)}"


def _as_object(one: Declared) -> Map:
    place = one.name.span
    spec = mapped(place, one.fields)
    return mapped(
        place, [pair("kind", made(place, "Connection")), pair("name", one.name), pair("spec", spec)]
    )


def _as_store(one: Declared) -> Map:
    fields = mapped(one.name.span, [pair("name", one.name), *one.fields])
    return mapped(one.name.span, [pair("artifactsStore", fields)])
