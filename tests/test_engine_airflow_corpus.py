"""What files of the corpus become on Airflow loads in its real releases; the rest is refused by name."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

from tests.corpus_supplies import Compiled, compiled, is_distributed, is_run, is_workflow
from tests.engines import dag_files
from tests.test_engine_airflow import misled

NAMED = frozenset(("PXC701", "PXC703"))
"""What the target refuses, and what only a run knows that Airflow cannot tell."""


@pytest.fixture(scope="module")
def files(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Compiled]:
    folder = tmp_path_factory.mktemp("catalog")
    with contextlib.chdir(shared / "corpus"):
        return compiled(
            folder, lambda r: is_run(r) or is_workflow(r) or is_distributed(r), "airflow"
        )


def test_what_another_target_compiles_is_refused_by_name(
    files: list[Compiled], shared: Path, tmp_path: Path
) -> None:
    said = {file.name for file in files if not file.errors}
    with contextlib.chdir(shared / "corpus"):
        others = [
            *compiled(tmp_path, is_run, "kubernetes"),
            *compiled(tmp_path, lambda r: is_workflow(r) or is_distributed(r), "argo"),
        ]
    known = {file.name for file in others if not file.errors}
    refused = {file.name: file.errors for file in files if file.errors and file.name in known}
    assert {name: codes for name, codes in refused.items() if not codes <= NAMED} == {}
    assert len(said) >= 285
    assert len(refused) <= 65  # most of them services


@pytest.mark.parametrize("release", dag_files.RELEASES)
def test_they_load(release: str, files: list[Compiled], tmp_path: Path) -> None:
    if why := dag_files.missing(release):
        pytest.skip(why)
    made = {f"f{at}": file for at, file in enumerate(files) if file.outcome.files}
    texts = {
        f"{name}.py": re.sub(r'dag_id="', f'dag_id="{name}.', file.outcome.files[0].text, count=1)
        for name, file in made.items()
    }
    found, _ = dag_files.play(release, texts, (), tmp_path)
    assert found["errors"] == {}
    assert len(found["graphs"]) == len(texts) >= 280
    wrong = {}
    for name, file in made.items():
        [graph] = [g for dag_id, g in found["graphs"].items() if dag_id.startswith(f"{name}.")]
        assert file.outcome.plan is not None
        wrong[file.name] = misled(graph, file.outcome.plan)
    assert {name: told for name, told in wrong.items() if told} == {}
