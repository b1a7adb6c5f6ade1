"""Cedar decides on components by all of their names as pxc does: with and without the registry."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from pxc.access.exports.cedar import cedar, dumps, resource
from pxc.access.judge import Judge
from pxc.access.organization import Rules
from pxc.access.principal import Principal
from tests.access_rules import TODAY, claim, deny, grant, project, restrict, rules, team

NAMED = [
    ("component:internal//acme/vision:1.4", "acme/vision:1.4"),
    ("component:internal//acme/vision:1.4", ""),
    ("component:acme/vision:1.4", ""),
    ("component:internal//acme/vision@sha256:" + "a" * 64, "acme/vision@sha256:" + "a" * 64),
    ("component:internal//acme/deep/vision:2", "acme/deep/vision:2"),
    ("component:elsewhere//acme/vision:1.4", ""),
]
PATTERNS = [
    "acme/vision", "acme/vision:1.4", "acme/*", "acme/**", "internal//**", "internal//acme/vision",
    "**", "*", "acme/**:1.4", "elsewhere//**", "acme/vision:*", "acme/vis*:1.*",
]  # fmt: skip


def organization(pattern: str, what: str) -> Rules:
    about = f"component:{pattern}"
    objects: dict[str, list[Any]] = {
        "granted": [grant("g", "team:t", about)],
        "denied": [grant("g", "team:t", "component:**"), deny("d", "*", about)],
        "narrowed": [grant("g", "team:t", "component:**")],
    }
    narrowing = (restrict("component", pattern),) if what == "narrowed" else ()
    return rules(
        team("t", "user:ana"), project("p", teams=("t",), restrict=narrowing), *objects[what]
    )


@pytest.mark.parametrize(
    ("pattern", "what"), list(product(PATTERNS, ("granted", "denied", "narrowed")))
)
def test_by_each_of_its_names(pattern: str, what: str) -> None:
    cedarpy = pytest.importorskip("cedarpy")
    made = organization(pattern, what)
    written = cedar(made)
    judge = Judge(made, today=TODAY)
    who = Principal(subject="user:ana", strength="asserted")
    for name, alias in NAMED:
        asked = claim(name, action="pull", alias=alias)
        thing = resource(asked)
        request = {
            "principal": {"type": "User", "id": "ana"},
            "action": {"type": "Action", "id": "pull"},
            "resource": thing["uid"],
            "context": {"project": "p", "day": int(TODAY.replace("-", ""))},
        }
        found = cedarpy.is_authorized(request, written.policies, dumps([*written.entities, thing]))
        assert not found.diagnostics.errors, (found.diagnostics.errors, written.policies)
        ours = judge.decide(who, "p", [asked]).allowed
        theirs = found.decision == cedarpy.Decision.Allow
        told = [u for u in written.unsaid if pattern in u]
        assert theirs is ours or (told and ours), (name, alias, ours, written.policies)
