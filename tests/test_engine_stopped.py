"""What hooks of a run hear when somebody stops its workflow, on a real Argo."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines import argo as engine
from tests.engines.cluster import Cluster
from tests.hub import hub
from tests.test_engine_hooks import COMPONENTS, outcome_of, said

SLEEPS = """
name: sleeps
hooks:
  - {hubRef: tell, trigger: failed}
  - {hubRef: tell, trigger: succeeded}
  - {hubRef: tell}
container: {image: any, command: [sh, -c, "sleep 100"]}
"""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub(tmp_path_factory.mktemp("catalog"), COMPONENTS)


@pytest.mark.parametrize("how", ["Stop", "Terminate"])
def test_who_stops_a_workflow_stops_its_hooks(argo: Cluster, catalog: Path, how: str) -> None:
    """Argo ends the dag around a run that is stopped before a hook of it has begun."""
    made = argo.apply("---\n".join(f.text for f in outcome_of(catalog, SLEEPS).files))
    [name] = [each["metadata"]["name"] for each in made if each["kind"] == "Workflow"]
    engine.once(argo, name, lambda w: engine.phases(w).get("sleeps") == "Running")
    path = argo.server.path(engine.VERSION, "Workflow", argo.namespace, name)
    change = {"spec": {"shutdown": how}}
    argo.server.ask("PATCH", path, change, content="application/merge-patch+json")
    done = engine.ended(argo, name)
    assert done["status"]["phase"] == "Failed"
    assert said(done) == {}
