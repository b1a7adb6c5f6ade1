"""Holds what the templates of one workflow share while they are made."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from pxc.diagnostics import Report
from pxc.ir.plan import Plan, Unit
from pxc.source import Span
from pxc.targets.argo.needs import Needs
from pxc.targets.argo.task_names import free
from pxc.world import World

__all__ = ["Build", "Called", "Leaf", "Part"]


class Called(Struct, frozen=True):
    """A template as its caller sees it: its name, and the parameters it must be given.

    `leaf` is there for the template of a unit.
    """

    name: str
    needs: Needs
    leaf: Leaf | None = None


class Leaf(Struct):
    """The template of a unit, with its needs, and the tasks that call it.

    `added` are parameters that these tasks give it besides, `told` outputs that it has besides;
    `first` is the leaf that it was made of (`twins.twin_of`).
    """

    unit: Unit
    template: dict[str, Any]
    needs: Needs
    tasks: list[dict[str, Any]] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    first: Leaf | None = None


class Part(Struct):
    """A workflow that another one starts: its templates, which of them begins, and its arguments.

    The arguments come with the tags that whoever starts it gives.
    """

    name: str
    entry: str
    templates: list[dict[str, Any]]
    arguments: dict[str, str]


class Build(Struct):
    """A workflow while it is made: templates in order, and ConfigMaps by name.

    `firsts` are leaves by what others may have in common with them (`twins.likeness`).
    `asked` are the outputs that somebody takes, by the place of the container that leaves them;
    `without_command` are units by the place of their container. `verdict` is the template of the
    tasks that only keep a failure, `approval` of those that wait for somebody, `starters` of those
    that start `parts`, by the arguments of these; `seconds` is the parameter of every workflow that
    tells how long it may run, where there are parts of one that may not run for ever.
    """

    plan: Plan
    world: World
    report: Report
    templates: list[dict[str, Any]] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    firsts: dict[tuple[Any, ...], Leaf] = field(default_factory=dict)
    config_maps: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: dict[Span, set[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    verdict: str = ""
    passing: str = ""
    approval: str = ""
    starters: dict[tuple[str, ...], str] = field(default_factory=dict)
    seconds: str = ""
    parts: list[Part] = field(default_factory=list)
    without_command: dict[Span, str] = field(default_factory=dict)

    @property
    def tracking(self) -> bool:
        """Whether the tracking client of Polyaxon is made to work."""
        return self.world.options.runtime.tracking

    def template_name(self, wanted: str) -> str:
        """A name for a template that no other has."""
        found = free(wanted, self.names)
        self.names.add(found)
        return found

    def forget(self, leaf: Leaf) -> None:
        """Take back the last template."""
        assert self.leaves[-1] is leaf
        self.leaves.pop()
        self.templates.pop()
        self.names.discard(leaf.template["name"])

    def ask_output(self, unit: Unit, name: str) -> None:
        """Note that somebody takes an output."""
        self.asked.setdefault(unit.pod.main.span, set()).add(name)
