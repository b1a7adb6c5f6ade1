"""Turns objects of kind Project and Policy into places for runs and what narrows them."""

from __future__ import annotations

from pxc.access.organization import Policy, Project
from pxc.catalog.organization.fields import Fields, Reading
from pxc.catalog.organization.people import read_members
from pxc.catalog.organization.selectors import read_restrictions
from pxc.ir.node import Lit, Map

__all__ = ["read_policy", "read_project"]

_VISIBILITIES = ("private", "public")


def read_project(tree: Map, name: Lit[str], reading: Reading) -> Project:
    """A project: who is let in, where its runs go, and what they get and may use."""
    keys = (
        "kind", "name", "description", "visibility", "teams", "roles", "policy", "namespace",
        "defaults", "restrict",
    )  # fmt: skip
    fields = Fields(tree, "a project", keys, reading, ("name",))
    defaults = fields.map("defaults")
    queue, presets = None, None
    if defaults is not None:
        inner = Fields(defaults, "`defaults`", ("queue", "presets"), reading)
        queue = inner.reference("queue", "queue")
        presets = inner.references("presets", "preset")
    return Project(
        span=name.span,
        name=name.value,
        visibility=fields.choice("visibility", _VISIBILITIES),
        teams=fields.references("teams", "team"),
        roles=read_members(fields, "roles", role_needed=True, teams=True),
        policy=fields.reference("policy", "policy"),
        queue=queue,
        presets=presets or (),
        restrict=read_restrictions(fields),
        namespace=fields.reference("namespace", "namespace"),
    )


def read_policy(tree: Map, name: Lit[str], reading: Reading) -> Policy:
    """A policy: restrictions that several projects and teams share."""
    keys = ("kind", "name", "description", "restrict")
    fields = Fields(tree, "a policy", keys, reading, ("name", "restrict"))
    return Policy(span=name.span, name=name.value, restrict=read_restrictions(fields))
