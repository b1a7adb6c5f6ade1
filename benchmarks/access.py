"""Measures how many decisions on access pxc makes in a second of one processor.

    python -m benchmarks.access

An organization of 50 users, 10 teams, 20 projects, 60 connections, 60 grants and a deny is asked
about single claims, each a decision of its own, and about runs of ten claims; then 10,000 claims
are held to 1,000 grants.
"""

from __future__ import annotations

from random import Random
from time import process_time

from pxc.access.claims import Claim
from pxc.access.judge import Judge
from pxc.access.organization import Allowance, Deny, Grant, Member, Project, Rules, Selector, Team
from pxc.access.principal import Principal
from pxc.source import Source, whole

HERE = whole(Source("benchmark", "x"))
TODAY = "2027-01-15"


def selector(name: str) -> Selector:
    return Selector(HERE, "connection", name)


def organization(random: Random, grants: int) -> Rules:
    teams = {
        f"t{n}": Team(
            span=HERE,
            name=f"t{n}",
            members=tuple(Member(HERE, f"user:u{u}") for u in range(50) if random.random() < 0.4),
        )
        for n in range(10)
    }
    projects = {
        f"p{n}": Project(span=HERE, name=f"p{n}", teams=tuple(random.sample(sorted(teams), 5)))
        for n in range(20)
    }
    names = [f"c{n}" for n in range(60)] + ["c1*", "c2*", "c*"]
    allowed = {
        f"g{n}": Grant(
            span=HERE,
            name=f"g{n}",
            to=(f"team:{random.choice(sorted(teams))}",),
            allow=(Allowance(HERE, tuple(selector(c) for c in random.sample(names, 6))),),
            projects=random.choice([None, None, ("p1*",), ("p0", "p2", "p3")]),
        )
        for n in range(grants)
    }
    deny = Deny(span=HERE, name="d", to=("*",), excepted=(), deny=(selector("c59"),))
    return Rules(
        declared=True,
        teams=teams,
        projects=projects,
        connections=dict.fromkeys(f"c{n}" for n in range(60)),
        grants=allowed,
        denies={"d": deny},
    )


def claim(random: Random) -> Claim:
    return Claim(span=HERE, kind="connection", name=f"c{random.randrange(60)}")


def measured(judge: Judge, runs: list[tuple[Principal, str, list[Claim]]]) -> tuple[float, float]:
    """Claims a second, and the part of the runs that is allowed; the best of five rounds."""
    best, allowed = 0.0, 0
    for _ in range(5):
        start = process_time()
        allowed = sum(judge.decide(*run).allowed for run in runs)
        best = max(best, sum(len(claims) for *_, claims in runs) / (process_time() - start))
    return best, allowed / len(runs)


def main() -> None:
    random = Random(7)
    judge = Judge(organization(random, 60), today=TODAY)
    people = [Principal(subject=f"user:u{n}", strength="asserted") for n in range(50)]
    for what, count in (("one claim", 1), ("ten claims", 10)):
        runs = [
            (
                random.choice(people),
                f"p{random.randrange(20)}",
                [claim(random) for _ in range(count)],
            )
            for _ in range(20_000 // count)
        ]
        speed, part = measured(judge, runs)
        print(
            f"| decisions a second, a run of {what} | {speed:,.0f} | {part:.0%} of runs allowed |"
        )
    judge = Judge(organization(random, 1_000), today=TODAY)
    run = (people[0], "p0", [claim(random) for _ in range(10_000)])
    speed, _ = measured(judge, [run])
    print(f"| 10,000 claims, 1,000 grants | {10_000 / speed:.2f} s | |")


if __name__ == "__main__":
    main()
