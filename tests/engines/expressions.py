"""Asks Argo itself, by its own packages, what becomes of the tags in a text."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.engines.place import program

RELEASES = {"4.0": "expreval", "3.6": "expreval-3.6"}
"""The program that holds the packages of a release."""


class Substitution:
    """One program of `make engines` that fills in tags, as Argo's controller does."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def fill(
        self, document: Any, *passes: Mapping[str, str], unresolved: bool = False
    ) -> tuple[Any, str]:
        """A document once the tags in its texts are filled in from each of the passes, or the error.

        `unresolved` leaves tags alone whose variables are not there.
        """
        assert self._process.stdin
        assert self._process.stdout
        question = {"document": document, "passes": passes or ({},), "unresolved": unresolved}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer.get("document"), answer.get("error", "")

    def evaluate(self, expression: str, values: Mapping[str, str]) -> tuple[str, str]:
        """What `{{=expression}}` becomes, and the error if any."""
        found, error = self.fill("{{=" + expression + "}}", values)
        return found or "", error


@contextmanager
def substitution(release: str) -> Iterator[Substitution]:
    """The packages of one release of Argo, running."""
    path = program(RELEASES[release])
    assert path is not None
    command = [path]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        yield Substitution(process)
        assert process.stdin
        process.stdin.close()
