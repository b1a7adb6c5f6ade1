"""Compares pxc's verdicts on a corpus of real Polyaxonfiles with the real system's, as a page.

    python -m tests.conformance CORPUS > docs/conformance.md

CORPUS is a folder with `manifest.jsonl`: one record a file with its kind, runtime and the verdict of
`polyaxon check` and its compiler (release 2.18).
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pxc.diagnostics import Severity
from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request

STRICTER = {
    "PXC101": "a field that Kubernetes does not have, below the level that Polyaxon checks",
    "PXC102": "a misspelled field, below the level that Polyaxon checks",
    "PXC103": "a field in the wrong section, below the level that Polyaxon checks",
    "PXC104": "a field that Kubernetes needs",
    "PXC105": "a value of a type that Kubernetes refuses",
    "PXC108": "a compiled operation, which no author writes",
    "PXC120": "an operation of a dag with nothing to run, which `polyaxon check` refuses too",
    "PXC201": "one input declared twice",
    "PXC206": "a value that does not fit the input it is given to",
    "PXC208": "a text that is no image reference",
    "PXC212": "a reference to a file that the corpus does not hold",
    "PXC219": "a reference to an operation outside of a dag",
    "PXC307": "a name that has no value there",
    "PXC316": "a param of an operation of a dag whose value is its own name",
    "PXC428": "a `dagRef` to no component, which `polyaxon check` refuses too",
    "PXC521": "a `pytorchjob` with several masters, which the training operator refuses",
}
"""Why pxc reports an error in a file that the real system accepts."""

LENIENT = {
    "legacy": "a runtime of an older release: accepted with PXC122",
    "hyperopt": "the matrix kind of releases before 2.18",
}
"""Why pxc accepts a file that the real system refuses."""

LEGACY = {"rayjob", "paddlejob", "daskjob", "dask", "spark", "ray", "flink", "xgbjob", "mxjob"}

COMPILED = {
    "PXC204": "needs a param",
    "PXC209": "needs a catalog",
    "PXC213": "needs a component of a hub",
    "PXC220": "needs a component at a URL",
    "PXC212": "needs a file beside it",
    "PXC224": "needs a preset of an organization",
    "PXC701": "needs a feature that the target does not have yet",
}


def records(corpus: Path) -> Iterator[dict[str, Any]]:
    """The records of whole files that the real system gave a verdict on."""
    for line in (corpus / "manifest.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        if record["oracle"]["verdict"] in ("accepted", "rejected"):
            yield record


def errors(outcome: Outcome) -> list[str]:
    """The codes of the errors, each once, in order."""
    found = [d.code.id for d in outcome.report if d.severity is Severity.ERROR]
    return list(dict.fromkeys(found))


def page(corpus: Path) -> str:
    """The whole page; the same bytes for the same corpus."""
    corpus = corpus.resolve()
    verdicts: Counter[tuple[str, str, bool]] = Counter()
    made: Counter[str] = Counter()
    stricter: list[tuple[str, list[str]]] = []
    lenient: list[tuple[str, str]] = []
    with contextlib.chdir(corpus):
        for record in records(corpus):
            given = SourceText(record["file"], Path(record["file"]).read_bytes())
            request = Request(files=(given,), root=Path())
            codes = errors(lint_request(request))
            kind = record["run_kind"] or record["matrix_kind"] or record["kind"] or "(none)"
            verdict = record["oracle"]["verdict"]
            verdicts[kind, verdict, bool(codes)] += 1
            if verdict == "accepted" and codes:
                stricter.append((record["file"], codes))
            if verdict == "rejected" and not codes:
                reason = "legacy" if record["run_kind"] in LEGACY else "hyperopt"
                lenient.append((record["file"], reason))
            if verdict == "accepted" and not codes:
                made[_made(compile_request(request))] += 1
    return _text(verdicts, made, stricter, lenient)


def _made(outcome: Outcome) -> str:
    if outcome.files:
        return "compiles to Kubernetes"
    codes = errors(outcome)
    for code, reason in COMPILED.items():
        if code in codes:
            return reason
    return (
        "needs something else of its author (an image, a catalog, a name)" if codes else "skipped"
    )


def _text(
    verdicts: Counter[tuple[str, str, bool]],
    made: Counter[str],
    stricter: list[tuple[str, list[str]]],
    lenient: list[tuple[str, str]],
) -> str:
    lines = [
        "# Conformance",
        "",
        "Real Polyaxonfiles of documentation, examples, tests and users, judged by `pxc lint` and by",
        "Polyaxon 2.18. Made by `python -m tests.conformance CORPUS`; a test holds it.",
        "",
        "| runtime, matrix or kind | accepted by both | accepted, error of pxc | refused by both |"
        " refused, accepted by pxc |",
        "|---|---|---|---|---|",
    ]
    for kind in sorted({k for k, _, _ in verdicts}):
        cells = [
            verdicts[kind, verdict, error]
            for verdict, error in (
                ("accepted", False),
                ("accepted", True),
                ("rejected", True),
                ("rejected", False),
            )
        ]
        lines.append(f"| `{kind}` | " + " | ".join(str(c) for c in cells) + " |")
    lines += [
        "",
        "What compiling the files that both accept gives:",
        "",
        "| | files |",
        "|---|---|",
    ]
    lines += [f"| {what} | {count} |" for what, count in sorted(made.items())]
    lines += [
        "",
        "## Accepted by Polyaxon, refused by pxc",
        "",
        "| file | code | reason |",
        "|---|---|---|",
    ]
    for file, codes in sorted(stricter):
        reasons = "; ".join(STRICTER[c] for c in codes)
        lines.append(f"| {file.rsplit('/', 1)[-1]} | {', '.join(codes)} | {reasons} |")
    lines += ["", "## Refused by Polyaxon, accepted by pxc", "", "| file | reason |", "|---|---|"]
    lines += [
        f"| {file.rsplit('/', 1)[-1]} | {LENIENT[reason]} |" for file, reason in sorted(lenient)
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(Path(sys.argv[1])))
