"""Turns what the files of the corpus compile to into the part of the conformance page about it."""

from __future__ import annotations

from collections import Counter

from tests.corpus_supplies import Compiled


def runs_lines(files: list[Compiled]) -> list[str]:
    """How many files of each kind compile when they are given what they need, and why others not."""
    return [
        "",
        "## What is made of jobs, services and distributed runs",
        "",
        "Every file that Polyaxon accepts and that is a run of these kinds, by itself or by a component that",
        "the corpus holds, given what it needs from outside: a made-up catalog, params, that component. What",
        "is made of it is judged by the schemas of Kubernetes and its operators, unknown fields refused, and by",
        "a real API server, which must hold all of it.",
        "",
        *_made_of(files, "Kubernetes"),
    ]


def workflows_text(files: list[Compiled]) -> str:
    """The end of the page: what Argo gets of dags and matrices."""
    lines = [
        "",
        "## What is made of dags and matrices",
        "",
        "The same for every dag and every matrix that Polyaxon accepts, and the target argo. The workflows are",
        "judged by the schemas of Argo, unknown fields refused, by a real API server and by the lint of two",
        "releases of Argo.",
        "",
        *_made_of(files, "Argo"),
    ]
    return "\n".join(lines) + "\n"


def _made_of(files: list[Compiled], target: str) -> list[str]:
    kinds: Counter[tuple[str, bool]] = Counter()
    for one in files:
        kinds[one.shown, bool(one.outcome.files)] += 1
    refused = [one for one in files if not one.outcome.files]
    return [
        f"| kind | compiles to {target} | refused |",
        "|---|---|---|",
        *(
            f"| `{kind}` | {kinds[kind, True]} | {kinds[kind, False]} |"
            for kind in sorted({kind for kind, _ in kinds})
        ),
        f"| all | {len(files) - len(refused)} | {len(refused)} |",
        "",
        "| refused file | code | reason |",
        "|---|---|---|",
        *(
            f"| {one.name}.yaml | {', '.join(sorted(one.errors))} | {one.reason} |"
            for one in sorted(refused, key=lambda one: (one.reason, one.name))
        ),
    ]
