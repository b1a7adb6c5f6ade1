"""Turns what a plan names and no unit of it shows into claims: components, presets, other runs."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pxc.access.gathering import Gathering
from pxc.ir.node import Lit
from pxc.ir.plan import Named, Plan
from pxc.source import Source, Span
from pxc.world import World

__all__ = ["NamedClaims", "given_preset"]


class NamedClaims:
    """Gathers them into what the units have claimed."""

    def __init__(self, into: Gathering, world: World) -> None:
        self.into, self.world = into, world

    def named(self, named: Named) -> None:
        """What an author names and no unit shows."""
        self.into.owner = named.owner
        self.into.choices = None
        if named.kind == "connection":
            known = any(
                c.kind == "connection" and c.owner == named.owner and c.name == _text(named.name)
                for c in self.into
            )
            if known:
                return
        if named.kind == "component" and isinstance(named.name, Lit):
            self._component(named.name)
            return
        action = "pull" if named.kind in ("component", "path", "url") else "use"
        if named.kind == "bucket":
            action = "read"
        self.into.add(named.kind, named.name, action=action)

    @cached_property
    def _of_catalog(self) -> frozenset[str]:
        """The components of the catalog, each with its version."""
        from pxc.catalog.components import full_reference

        return frozenset(map(full_reference, self.world.catalog.component_names()))

    def _component(self, ref: Lit[Any]) -> None:
        """A component, by the name that rules have for it."""
        from pxc.catalog.components import full_reference
        from pxc.hub.placing import named_by_rules

        text = str(ref.value)
        own = full_reference(text.partition("@")[0])
        if own in self._of_catalog:
            name, alias = own, ""
        elif self.world.hub is not None:
            name, alias = self.world.hub.name_in_rules(text)
        else:
            name, alias = named_by_rules(text, self.world.options.hub)
        self.into.add("component", name, span=ref.span, action="pull", alias=alias)

    def events(self, plan: Plan) -> None:
        """Runs that are watched: those of a uuid may be anybody's."""
        self.into.owner = ""
        for event in plan.events:
            head, _, name = event.origin.partition(".")
            if head == "runs":
                self.into.add("runs", f"*/{name}", span=event.span, action="read")
            elif head == "connections":
                self.into.add("connection", name, span=event.span, action="read")


def given_preset(name: str) -> Named:
    """A preset that the command line names."""
    span = Span(Source(f"--preset {name}", name), 0, len(name))
    return Named(span, "preset", Lit(span, name))


def _text(node: Any) -> str | None:
    return str(node.value) if isinstance(node, Lit) else None
