"""Turns the values of a v0 deployment into connections of a catalog, and says what is left out."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct, field

from pxc.diagnostics import Note, Report
from pxc.grammar.v0.deployment_access import notifiers, registries, repositories
from pxc.grammar.v0.deployment_stores import store_of
from pxc.grammar.v0.deployment_told import left_out
from pxc.grammar.v0.tree import Pair, fields_of
from pxc.ir.node import Lit, Map, is_null

__all__ = ["Declared", "Deployment", "deployment"]

_NAME = re.compile(r"[A-Za-z0-9]([-_A-Za-z0-9]{0,61}[A-Za-z0-9])?")


class Declared(Struct, frozen=True):
    """A connection: its name, its fields, and the setting that it comes from, in words."""

    name: Lit[str]
    fields: tuple[Pair, ...]
    origin: str


class Deployment(Struct):
    """What a deployment comes to: connections, the store of results, and the namespace of runs."""

    connections: list[Declared] = field(default_factory=list)
    store: Declared | None = None
    namespace: Lit[Any] | None = None


def deployment(tree: Map, report: Report) -> Deployment:
    """The catalog that the files of a deployment need.

    Reports PXC965 for a credential, which is not copied; PXC966 for a setting without a
    counterpart; PXC967 for a Secret that must have another form; PXC968 for what cannot be a
    connection; PXC969 for further stores of results. Sources: the values and schemas of the chart,
    releases 0.4 to 0.6.
    """
    found = Deployment()
    namespace = tree.get("namespace")
    found.namespace = namespace if isinstance(namespace, Lit) and namespace.value else None
    persistence = tree.get("persistence")
    if isinstance(persistence, Map):
        _stores(persistence, found, report)
    for name, fields, origin in (
        *registries(tree, report), *repositories(tree, report), *notifiers(tree, report)
    ):  # fmt: skip
        _declare(Declared(name, fields, origin), found, report)
    left_out(tree, report)
    return found


def _stores(persistence: Map, found: Deployment, report: Report) -> None:
    for kind in ("data", "outputs"):
        section = persistence.get(kind)
        if section is None or is_null(section):
            continue
        if not isinstance(section, Map):
            report.add(
                "PXC968",
                f"`persistence.{kind}` must be a map of names",
                section.span,
                help="write `NAME: {mountPath: ..., existingClaim: ...}` below it",
            )
        for name, key, value in fields_of(section):
            fields = None if is_null(value) else store_of(name, value, report)
            if fields is not None:
                one = Declared(Lit(key.span, name), fields, f"persistence.{kind}.{name}")
                _declare(one, found, report, is_store=kind == "outputs")


def _declare(one: Declared, found: Deployment, report: Report, *, is_store: bool = False) -> None:
    """Take a connection whose name can be one and is free."""
    name = one.name.value
    if not _NAME.fullmatch(name):
        report.add(
            "PXC968",
            f"`{name}` cannot be the name of a connection",
            one.name.span,
            help="letters, digits, `-` and `_` can: rename it, here and in the files that name it",
        )
        return
    known = [*found.connections, *([found.store] if found.store else [])]
    first = next((other for other in known if other.name.value == name), None)
    if first is not None:
        report.add(
            "PXC968",
            f"the name `{name}` is given to two things",
            one.name.span,
            notes=(Note(f"first by `{first.origin}`", first.name.span),),
            help="rename one of them, here and in the files that name it",
        )
    elif is_store and found.store is None:
        found.store = one
    else:
        if is_store and found.store is not None:
            report.add(
                "PXC969",
                f"`{name}` is a connection: results are kept in `{found.store.name.value}`",
                one.name.span,
                help="version 1.1 has one store of results; runs that name another write there"
                " themselves",
            )
        found.connections.append(one)
