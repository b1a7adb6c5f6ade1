"""What is emitted uses nothing that the plan has not claimed, for every target."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pxc.contracts import OutFile
from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.driver.access import BeyondClaims, claims_beyond
from tests.claiming import job
from tests.test_check_access import TARGETS, compiled
from tests.test_claims import WAYS
from tests.test_golden import CASES, request_of, settings_of

COMPILED = [case for case in CASES if not settings_of(case).get("lint")]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", COMPILED, ids=lambda case: case.name)
def test_goldens(case: Path, target: str) -> None:
    with contextlib.chdir(case):
        request = request_of(case, target)
        outcome = compile_request(request)
        assert beyond(request, outcome) == set()


@pytest.mark.parametrize("target", TARGETS)
def test_ways(target: str, tmp_path: Path) -> None:
    seen = 0
    for text, _ in WAYS.values():
        file = SourceText("file.yaml", text.encode())
        request = Request(files=(file,), target=target, root=tmp_path)
        outcome = compile_request(request)
        seen += bool(outcome.files)
        assert beyond(request, outcome) == set(), text
    assert seen > 30


def beyond(request: Request, outcome: Outcome) -> set[str]:
    """What the files of an outcome use beyond its plan."""
    return {c.what for c in claims_beyond(request, outcome)} if outcome.files else set()


HIDDEN: dict[str, tuple[str, str]] = {
    "secret:s": ("secret", "envFrom: [{secretRef: {name: s}}]"),
    "privileged": ("privileged", "securityContext: {privileged: true}"),
    "accelerator:google.com/tpu": ("accelerator", "resources: {limits: {google.com/tpu: 4}}"),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("what", HIDDEN)
def test_what_nobody_claimed_is_seen(
    what: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field that claims forget is in what is written, and is a fault of pxc."""
    import pxc.passes.plan_claims as module

    kind, field = HIDDEN[what]
    whole: Callable[..., Any] = module.claims_of

    def forgetful(*args: Any) -> Any:
        return tuple(c for c in whole(*args) if c.kind != kind)

    monkeypatch.setattr(module, "claims_of", forgetful)
    with pytest.raises(BeyondClaims, match=what):
        compiled(tmp_path, "name: train\n" + job(container=f"command: [a], {field}"), target=target)


def test_amounts_are_compared(tmp_path: Path) -> None:
    text = job(container="resources: {limits: {google.com/tpu: 4}}")
    file = SourceText("file.yaml", text.encode())
    request = Request(files=(file,), root=tmp_path)
    outcome = compile_request(request)
    (emitted,) = outcome.files
    more = OutFile(emitted.path, emitted.text.replace('google.com/tpu: "4"', 'google.com/tpu: "8"'))
    assert more.text != emitted.text
    outcome.files = (more,)
    assert beyond(request, outcome) == {"accelerator:google.com/tpu"}
