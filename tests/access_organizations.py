"""Makes organizations at random, and questions to them of which about half are allowed."""

from __future__ import annotations

from random import Random

from pxc.access.claims import Claim
from pxc.access.organization import (
    ConnectionAccess,
    Deny,
    Grant,
    Organization,
    Restriction,
    Rules,
)
from pxc.access.principal import Principal
from tests.access_rules import (
    HERE,
    claim,
    deny,
    grant,
    members,
    policy,
    project,
    restrict,
    rules,
    team,
)

USERS = [f"user:u{n}" for n in range(8)]
TEAMS = ["vision", "data", "audio"]
PROJECTS = ["vision/a", "vision/b", "data", "open"]
NAMES = {
    "connection": ["imagenet", "imagenet-pii", "scratch", "raw/in", "raw/out"],
    "secret": ["db", "db/password", "db/user", "token", "token/x"],
    "volume": ["pvc/a", "pvc/b", "pvc/c/d"],
    "hostPath": ["/", "/data", "/data/x", "/etc", "/etc/passwd"],
    "accelerator": ["nvidia.com/gpu", "nvidia.com/mig-1g", "google.com/tpu"],
    "image": ["r.io/a@sha256:12", "r.io/v/b@sha256:34", "r.io/v/b:latest", "docker.io/x"],
    "privileged": ["true"],
}
PATTERNS = {
    "connection": ["imagenet*", "*", "raw/*", "**", "raw/**"],
    "secret": ["**", "db", "db/*", "*/password", "t*"],
    "volume": ["pvc/*", "**", "pvc/a*"],
    "hostPath": ["/data/**", "/**", "/data", "/etc/passwd", "/*"],
    "accelerator": ["nvidia.com/*", "**", "*/tpu"],
    "image": ["r.io/**", "**", "r.io/**@sha256:*", "r.io/*", "**:latest"],
    "privileged": ["**"],
}


def selector_text(random: Random) -> str:
    kind = random.choice(list(NAMES))
    if random.random() < 0.04:
        return "*:**"
    name = random.choice(NAMES[kind] if random.random() < 0.35 else PATTERNS[kind])
    return f"{kind}:{name}"


def subjects(random: Random, most: int = 2) -> str:
    kinds = ["*", *(f"team:{t}" for t in TEAMS), random.choice(USERS), "role:member", "role:admin"]
    return " ".join(random.sample(kinds, random.randint(1, most)))


def projects(random: Random) -> tuple[str, ...] | None:
    if random.random() < 0.6:
        return None
    return tuple(random.sample(["vision/*", "data", "open", "**", "vision/a"], 2))


def a_grant(random: Random, name: str) -> Grant:
    most = {}
    if random.random() < 0.4:
        most = {"per_pod": random.randint(1, 8), "per_run": random.randint(1, 16)}
    actions = ["read"] if random.random() < 0.1 else []
    until = random.choice([None, None, None, "2027-01-15", "2026-12-31"])
    what = [selector_text(random) for _ in range(random.randint(1, 4))]
    return grant(
        name, subjects(random), *what, actions=actions, until=until, projects=projects(random), **most
    )  # fmt: skip


def a_deny(random: Random, name: str, level: str = "hard") -> Deny:
    but = subjects(random) if random.random() < 0.5 else ""
    return deny(
        name, subjects(random, 1), selector_text(random), but=but, projects=projects(random), level=level
    )  # fmt: skip


def a_restriction(random: Random) -> Restriction:
    kind = random.choice(list(NAMES))
    names = random.sample(NAMES[kind] + PATTERNS[kind], 2) if kind != "privileged" else ["**"]
    return restrict(kind, *names, excludes=random.random() < 0.3)


def an_organization(random: Random) -> Rules:
    teams = [
        team(
            name,
            *(f"{u}={random.choice(['member', 'admin', 'viewer', 'member'])}" for u in USERS
              if random.random() < 0.6),
            policy="strict" if random.random() < 0.15 else None,
        )
        for name in TEAMS
    ]  # fmt: skip
    places = [
        project(
            name,
            teams=None if name == "open" else tuple(random.sample(TEAMS, 2)),
            roles=members(*([f"{random.choice(USERS)}=viewer"] if random.random() < 0.2 else [])),
            restrict=(a_restriction(random),) if random.random() < 0.3 else (),
            policy="strict" if random.random() < 0.15 else None,
        )
        for name in PROJECTS
    ]
    accesses = [
        ConnectionAccess(
            span=HERE, name=name,
            actions=frozenset(["read"] if random.random() < 0.2 else ["read", "write"]),
            owner=random.choice(["", f"team:{random.choice(TEAMS)}"]),
        )
        for name in NAMES["connection"]
    ]  # fmt: skip
    return rules(
        *teams,
        *places,
        policy("strict", a_restriction(random)),
        *(a_grant(random, f"g{n}") for n in range(random.randint(6, 16))),
        *(a_deny(random, f"d{n}") for n in range(random.randint(0, 3))),
        connections=accesses,
        organization=Organization(
            span=HERE, name="acme", members=members(f"{USERS[0]}=owner", f"{USERS[1]}=viewer")
        ),
    )


def a_question(random: Random) -> tuple[Principal, str, Claim]:
    kind = random.choice(list(NAMES))
    name = random.choice(NAMES[kind])
    more = {}
    if kind == "accelerator":
        pod = random.randint(1, 6)
        more = {"pod": pod, "run": pod * random.randint(1, 3)}
    elif random.random() < 0.3:
        more = {"action": random.choice(["read", "write"])}
    else:
        more = {"pod": 1, "run": 1}
    who = Principal(subject=random.choice(USERS), strength="asserted")
    return who, random.choice(PROJECTS), claim(f"{kind}:{name}", **more)
