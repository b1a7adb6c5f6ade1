"""Rules and claims of tests in few words, made by hand: `connection:imagenet`, `user:ana`."""

from __future__ import annotations

from decimal import Decimal

from pxc.access.claims import NAMELESS, Claim
from pxc.access.organization import (
    Allowance,
    Bound,
    Deny,
    Grant,
    Member,
    Policy,
    Project,
    Restriction,
    Rules,
    Selector,
    Team,
)
from pxc.access.principal import Principal
from pxc.source import Source, whole

HERE = whole(Source("rules.yaml", "rules"))
TODAY = "2027-01-15"

ANA = Principal(subject="user:ana", strength="asserted", source="--as")


def selector(text: str) -> Selector:
    text, _, most = text.partition("<=")
    kind, _, name = text.partition(":")
    return Selector(HERE, kind, name or "**", Decimal(most) if most else None)


def grant(name: str, to: str, *what: str, per_pod=None, per_run=None, actions=(), **more) -> Grant:
    bound = None
    if per_pod is not None or per_run is not None:
        bound = Bound(
            None if per_pod is None else Decimal(per_pod),
            None if per_run is None else Decimal(per_run),
        )
    allowance = Allowance(HERE, tuple(map(selector, what)), frozenset(actions), bound)
    return Grant(span=HERE, name=name, to=tuple(to.split()), allow=(allowance,), **more)


def deny(name: str, to: str, *what: str, but: str = "", **more) -> Deny:
    return Deny(
        span=HERE,
        name=name,
        to=tuple(to.split()),
        excepted=tuple(but.split()),
        deny=tuple(map(selector, what)),
        **more,
    )


def restrict(kind: str, *names: str, excludes: bool = False) -> Restriction:
    return Restriction(HERE, kind, tuple(Selector(HERE, kind, n) for n in names), excludes)


def members(*texts: str) -> tuple[Member, ...]:
    """`user:ana` or `user:ana=admin`."""
    split = [t.partition("=") for t in texts]
    return tuple(Member(HERE, subject, role or "member") for subject, _, role in split)


def team(name: str, *people: str, **more) -> Team:
    return Team(span=HERE, name=name, members=members(*people), **more)


def project(name: str, **more) -> Project:
    return Project(span=HERE, name=name, **more)


def policy(name: str, *restrictions: Restriction) -> Policy:
    return Policy(span=HERE, name=name, restrict=restrictions)


def rules(*objects, connections=(), presets=(), **more) -> Rules:
    """Rules of these objects; names alone of connections and presets, or what is said of them."""
    made = Rules(declared=True, **more)
    tables = {
        "Team": made.teams,
        "Project": made.projects,
        "Policy": made.policies,
        "Cluster": made.clusters,
        "Queue": made.queues,
        "Grant": made.grants,
        "Deny": made.denies,
    }
    for one in objects:
        tables[type(one).__name__][one.name] = one
    for table, names in ((made.connections, connections), (made.presets, presets)):
        for one in names:
            if isinstance(one, str):
                table[one] = None
            else:
                table[one.name] = one
    return made


def claim(text: str, *, pod=None, run=None, **more) -> Claim:
    kind, _, name = text.partition(":")
    return Claim(
        span=HERE,
        kind=kind,
        name="true" if kind in NAMELESS else name,
        per_pod=None if pod is None else Decimal(pod),
        per_run=None if run is None else Decimal(run),
        **more,
    )
