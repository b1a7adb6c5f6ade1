"""Compares pxc's verdicts on a corpus of real Polyaxonfiles with the real system's, as a page.

    python -m tests.conformance CORPUS > docs/conformance.md

CORPUS is a folder with `manifest.jsonl`: one record a file with its kind, runtime and the verdict of
`polyaxon check` and its compiler (release 2.18).
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Severity
from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request
from tests.accused_nodes import Piece, accused
from tests.conformance_made import runs_lines, workflows_text
from tests.corpus_supplies import Compiled, compiled, is_run, is_workflow

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
    "PXC303": "a name with a hyphen, which Polyaxon renders as a subtraction",
    "PXC307": "a name that has no value there",
    "PXC316": "a param of an operation of a dag whose value is its own name",
    "PXC428": "a `dagRef` to no component, which `polyaxon check` refuses too",
    "PXC521": "a `pytorchjob` with several masters, which the training operator refuses",
}
"""Why pxc reports an error in a file that the real system accepts."""

LENIENT = {
    "legacy": "a runtime of an older release: accepted with PXC122",
    "hyperopt": "the matrix kind of releases before 2.18",
    "quoted": "a `limit` in quotes, as the documentation writes it",
}
"""Why pxc accepts a file that the real system refuses."""

ELSEWHERE = {
    "accepted": "accepted by pxc",
    "base": "told once the component is found: the corpus does not hold it",
    "compiled": "a compiled operation is refused as a whole",
    "echo": "an echo: the message follows from another field",
}
"""Why no error of pxc lies in a node that the real system accuses."""

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


class Judged(Struct):
    """A file with both verdicts.

    `missed` are the lines of nodes that the real system accuses and in which no error of pxc lies.
    """

    record: dict[str, Any]
    codes: list[str]
    missed: list[int]
    accused: int = 0
    made: str = ""

    @property
    def name(self) -> str:
        return str(self.record["file"]).rsplit("/", 1)[-1]

    @property
    def verdict(self) -> str:
        return str(self.record["oracle"]["verdict"])

    @property
    def lenient(self) -> str:
        """The key in LENIENT of a file that only the real system refuses."""
        if self.record["run_kind"] in LEGACY:
            return "legacy"
        if self.record["matrix_kind"] == "hyperopt":
            return "hyperopt"
        return "quoted" if ".limit.int" in self.record["oracle"]["error"] else "?"

    @property
    def elsewhere(self) -> str:
        """The key in ELSEWHERE of a file with a node that pxc does not accuse."""
        if not self.codes:
            return "accepted"
        if "PXC108" in self.codes:
            return "compiled"
        if "PXC212" in self.codes:
            return "base"
        return "echo" if ".kind Extra inputs" in self.record["oracle"]["error"] else "?"


def judged(corpus: Path) -> list[Judged]:
    """Every file with a verdict of the real system, judged by pxc; the corpus must be the cwd."""
    found = []
    for record in records(corpus):
        data = Path(record["file"]).read_bytes()
        request = Request(files=(SourceText(record["file"], data),), root=Path())
        outcome = lint_request(request)
        one = Judged(record, errors(outcome), [])
        if one.verdict == "rejected":
            text = data.decode("utf-8-sig")
            pieces = accused(record["oracle"]["error"], text)
            one.accused = len(pieces)
            one.missed = [text.count("\n", 0, p[0]) + 1 for p in pieces if not _told(p, outcome)]
        elif not one.codes:
            one.made = _made(compile_request(request))
        found.append(one)
    return found


def _told(piece: Piece, outcome: Outcome) -> bool:
    """Whether an error lies inside of a piece of the text."""
    return any(
        d.severity is Severity.ERROR and piece[0] <= d.span.start and d.span.end <= piece[1]
        for d in outcome.report
    )


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
    with contextlib.chdir(corpus), tempfile.TemporaryDirectory() as folder:
        runs = compiled(Path(folder), is_run)
        text = text_of(judged(corpus), runs)
        return text + workflows_text(compiled(Path(folder), is_workflow, "argo"))


def text_of(files: list[Judged], supplied: list[Compiled]) -> str:
    """The page of what was judged, and of what was compiled with all it needs."""
    lines = [*_counts(files), *runs_lines(supplied), *_exceptions(files)]
    return "\n".join(lines) + "\n"


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


def _counts(files: list[Judged]) -> list[str]:
    made = Counter(one.made for one in files if one.made)
    places = sum(one.accused for one in files)
    missed = sum(len(one.missed) for one in files)
    return [
        "# Conformance",
        "",
        "Real Polyaxonfiles of documentation, examples, tests and users, judged by `pxc lint` and by",
        "Polyaxon 2.18. Made by `python -m tests.conformance CORPUS`; a test holds it.",
        "",
        "## By runtime, matrix or kind",
        "",
        *_table(
            "kind", files, lambda r: {r["run_kind"] or r["matrix_kind"] or r["kind"] or "none"}
        ),
        "",
        "## By feature",
        "",
        *_table("feature", files, lambda r: {f.split(".")[0] for f in r["features"]}),
        "",
        "## What is made of the files that both accept, as they are",
        "",
        "| | files |",
        "|---|---|",
        *(f"| {what} | {count} |" for what, count in sorted(made.items())),
        "",
        "## Where the faults are told",
        "",
        f"In the files that Polyaxon refuses its messages accuse {places} fields or lines. An error of",
        f"pxc lies inside of {places - missed} of them; the others are:",
        "",
        "| file | line | reason |",
        "|---|---|---|",
        *(
            f"| {one.name} | {line} | {ELSEWHERE[one.elsewhere]} |"
            for one in sorted(files, key=lambda one: one.name)
            for line in one.missed
        ),
    ]


def _table(
    title: str, files: list[Judged], rows: Callable[[dict[str, Any]], set[str]]
) -> list[str]:
    counts: Counter[tuple[str, str, bool]] = Counter()
    for one in files:
        for row in rows(one.record):
            counts[row, one.verdict, bool(one.codes)] += 1
    lines = [
        f"| {title} | accepted by both | accepted, error of pxc | refused by both |"
        " refused, accepted by pxc |",
        "|---|---|---|---|---|",
    ]
    for row in sorted({row for row, _, _ in counts}):
        cells = [
            counts[row, verdict, error]
            for verdict, error in (
                ("accepted", False),
                ("accepted", True),
                ("rejected", True),
                ("rejected", False),
            )
        ]
        lines.append(f"| `{row}` | " + " | ".join(str(c) for c in cells) + " |")
    return lines


def _exceptions(files: list[Judged]) -> list[str]:
    lines = [
        "",
        "## Accepted by Polyaxon, refused by pxc",
        "",
        "| file | code | reason |",
        "|---|---|---|",
    ]
    for one in sorted(files, key=lambda one: one.record["file"]):
        if one.verdict == "accepted" and one.codes:
            reasons = "; ".join(STRICTER[c] for c in one.codes)
            lines.append(f"| {one.name} | {', '.join(one.codes)} | {reasons} |")
    lines += ["", "## Refused by Polyaxon, accepted by pxc", "", "| file | reason |", "|---|---|"]
    lines += [
        f"| {one.name} | {LENIENT[one.lenient]} |"
        for one in sorted(files, key=lambda one: one.name)
        if one.verdict == "rejected" and not one.codes
    ]
    return lines


if __name__ == "__main__":
    sys.stdout.write(page(Path(sys.argv[1])))
