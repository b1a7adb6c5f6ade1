"""Compares what pxc makes of every folder in golden/ with the expected files beside it.

A case is a folder with `polyaxonfile.yaml` and, as it likes:
- `case.yaml`: `params: {name: text}`, `files: [more -f files]`, `catalog: folder`,
  `as: user:ana` for who asks, `lint: true`, `options: {...}` of pxc.options.Options, `targets: [argo]` where it is for that alone,
  `graph: true` for a picture;
- `expected.plan.json`, `expected.kubernetes.yaml`, `expected.diagnostics.txt` for kubernetes;
- `expected.graph.svg`, its picture;
- `expected.argo.yaml`, and `expected.argo.diagnostics.txt` where argo tells something else.
`pytest --update` rewrites the expected files that are there, and makes those of a new case.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.access.principal import Principal
from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request
from pxc.graph import draw
from pxc.hub.settings import read_hub
from pxc.ir.dump import dump_text
from pxc.options import AirflowOptions, ArgoOptions, EarlierRun, Options, Runtime
from pxc.render.text import render_text
from tests.kubernetes_oracle import judge

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
CASES = sorted(p.parent for p in GOLDEN.glob("*/polyaxonfile.*"))


def settings_of(case: Path) -> dict[str, Any]:
    """What the `case.yaml` of a case says."""
    path = case / "case.yaml"
    return yaml.safe_load(path.read_text()) if path.exists() else {}


def run_case(case: Path, target: str = "kubernetes") -> Outcome:
    """The outcome of a case for a target, as the command line would have it from inside the folder."""
    request = request_of(case, target)
    with contextlib.chdir(case):
        return (lint_request if settings_of(case).get("lint") else compile_request)(request)


def request_of(case: Path, target: str) -> Request:
    """What is asked for in a case, from inside the folder."""
    settings = settings_of(case)
    main = next(case.glob("polyaxonfile.*"))
    names = [main.name, *settings.get("files", [])]
    return Request(
        files=tuple(SourceText(n, (case / n).read_bytes()) for n in names),
        params=tuple(settings.get("params", {}).items()),
        target=target,
        root=Path(),
        verify=True,
        catalog=(Path(settings["catalog"]),) if "catalog" in settings else (),
        options=options_of(settings.get("options", {})),
        principal=Principal(subject=settings["as"], strength="asserted")
        if "as" in settings
        else None,
        today="2030-01-01",
    )


def options_of(settings: dict[str, Any]) -> Options:
    """Options by their fields; those with fields of their own are maps, `hub` is as in pxc.yaml."""
    kinds = {"runtime": Runtime, "argo": ArgoOptions, "airflow": AirflowOptions,
             "earlier": EarlierRun}  # fmt: skip
    made: dict[str, Any] = {
        key: kind(**settings[key]) for key, kind in kinds.items() if key in settings
    }
    if "hub" in settings:
        made["hub"] = read_hub("hub", settings["hub"])
    return Options(**(settings | made))


def products(case: Path) -> dict[str, str]:
    """The text of every expected file a case could have."""
    return {
        **cluster_products(case),
        **(airflow_products(case) if settings_of(case).get("airflow") else {}),
    }


def airflow_products(case: Path) -> dict[str, str]:
    """What the target airflow adds to a case whose `case.yaml` says `airflow: true`."""
    outcome = run_case(case, "airflow")
    texts = {}
    if outcome.files:
        texts["expected.airflow.py"] = "".join(file.text for file in outcome.files)
    if len(outcome.report):
        texts["expected.airflow.diagnostics.txt"] = render_text(outcome.report)
    return texts


def cluster_products(case: Path) -> dict[str, str]:
    """What the targets write that speak to a cluster."""
    if settings_of(case).get("targets") == ["argo"]:
        return argo_products(case, "")
    outcome = run_case(case)
    texts = {}
    if len(outcome.report):
        texts["expected.diagnostics.txt"] = render_text(outcome.report)
    if outcome.plan is not None:
        texts["expected.plan.json"] = dump_text(outcome.plan)
    if outcome.files:
        texts["expected.kubernetes.yaml"] = "".join(f.text for f in outcome.files)
    if not case.name.startswith("wrong-"):
        texts |= argo_products(case, texts.get("expected.diagnostics.txt", ""))
    return texts


def argo_products(case: Path, told: str) -> dict[str, str]:
    """What the target argo adds to a case; `told` is what kubernetes had to say."""
    outcome = run_case(case, "argo")
    texts = {}
    said = render_text(outcome.report) if len(outcome.report) else ""
    if said != told:
        texts["expected.argo.diagnostics.txt"] = said
    if outcome.files:
        texts["expected.plan.json"] = dump_text(outcome.plan)
        texts["expected.argo.yaml"] = "".join(f.text for f in outcome.files)
        if settings_of(case).get("graph"):
            texts["expected.graph.svg"] = draw(outcome.plan, "svg")
    return texts


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_golden(case: Path, request: pytest.FixtureRequest) -> None:
    texts = products(case)
    expected = {p.name: p.read_text() for p in case.glob("expected.*")}
    if request.config.getoption("--update"):
        for stale in expected.keys() - texts.keys():
            (case / stale).unlink()
        for name, text in texts.items():
            (case / name).write_text(text)
        return
    assert texts == expected


EMITTED = sorted(
    path
    for case in CASES
    for name in ("expected.kubernetes.yaml", "expected.argo.yaml")
    if (path := case / name).exists()
)


@pytest.mark.parametrize("path", EMITTED, ids=lambda p: f"{p.parent.name} {p.name.split('.')[1]}")
def test_a_cluster_accepts(path: Path) -> None:
    assert judge(path.read_text())


def test_enough_cases() -> None:
    with_diagnostics = [c for c in CASES if (c / "expected.diagnostics.txt").exists()]
    assert len(CASES) >= 25
    assert len(with_diagnostics) >= 10


def test_every_denial_has_its_words() -> None:
    told = "".join((c / "expected.diagnostics.txt").read_text() for c in GOLDEN.glob("*-access-*"))
    denials = ("801", "812", "813", "814", "815", "816", "817", "820")
    assert all(f"error[PXC{number}]" in told for number in denials)
