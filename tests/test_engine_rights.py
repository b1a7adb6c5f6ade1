"""What a real Argo may and may not do with the rights that the page of the target tells."""

from __future__ import annotations

import yaml

from pxc.options import ArgoOptions
from tests.argo_runs import dag, differences, outcome_of, ran, unit
from tests.engines import argo as engine
from tests.engines.cluster import Cluster
from tests.engines.roles import GROUP, VERSION, documented_role, make
from tests.plan_interpreter import Script

RUNNER = ArgoOptions(service_account="runner")
LEAVES = unit("a", Script(outputs={"y": 0.5}))
TAKES = unit("b", more='params: {y: {ref: ops.a, value: outputs.y}}, conditions: "{{ y > 0.1 }}"')


def test_the_documented_role_is_enough(argo: Cluster) -> None:
    argo.apply(documented_role("pods"))
    outcome = outcome_of(dag(LEAVES, TAKES), argo=RUNNER)
    done = ran(argo, outcome)
    assert done["spec"]["serviceAccountName"] == "runner"
    assert differences(done, outcome, {"a": Script(outputs={"y": 0.5})}) == {}


def test_an_account_without_rights_fails_its_runs(argo: Cluster) -> None:
    argo.apply(documented_role("pods").partition("---\n")[0])
    done = ran(argo, outcome_of(dag(LEAVES, TAKES), argo=RUNNER))
    assert done["status"]["phase"] in ("Failed", "Error")
    node = engine.nodes(done)["a"]
    assert "workflowtaskresults.argoproj.io is forbidden" in node["message"]


def test_a_cache_needs_a_right_of_the_controller(argo: Cluster) -> None:
    """Without the Role that is documented a run ends with an error, though its program has not."""
    text = dag(unit("a", Script(outputs={"y": 1}), more="cache: {ttl: 600}"), name="forbidden")
    outcome = outcome_of(text)
    [_, binding] = list(yaml.safe_load_all(documented_role("caches")))
    path = argo.server.path(VERSION, "RoleBinding", "argo", binding["metadata"]["name"])
    argo.server.ask("DELETE", path)
    try:
        done = ran(argo, outcome)
    finally:
        make(argo.server, [binding])
    assert done["status"]["phase"] == "Error"
    said = engine.nodes(done)["a"]["message"]
    assert said.startswith("could not save to config map cache: configmaps is forbidden")
    again = ran(argo, outcome_of(text, name_policy="revision", revision="again"))
    assert again["status"]["phase"] == "Succeeded"


WORKERS = (
    "{name: a, component: {run: {kind: pytorchjob, master: {container: {image: i, command: ['true']}},"
    " worker: {replicas: 1, container: {image: i, command: ['true']}}}}}"
)
BOUND = {
    "subjects": [{"kind": "ServiceAccount", "name": "runner"}],
    "roleRef": {"apiGroup": GROUP, "kind": "Role", "name": "distributed-runs"},
}


def test_a_distributed_run_needs_a_right_to_create_it(argo: Cluster) -> None:
    argo.apply(documented_role("pods"))
    text = dag(WORKERS)
    done = ran(argo, outcome_of(text, argo=RUNNER, distributed="indexed"))
    assert done["status"]["phase"] in ("Failed", "Error")
    said = [node.get("message", "") for node in engine.nodes(done).values()]
    assert any("is forbidden" in each for each in said), said
    [role] = argo.apply(documented_role("distributed"))
    assert role["metadata"]["name"] == "distributed-runs"
    about = {"apiVersion": VERSION, "kind": "RoleBinding", "metadata": {"name": "distributed"}}
    argo.apply(yaml.safe_dump(about | BOUND))
    again = {"name_policy": "revision", "revision": "again"}
    outcome = outcome_of(text, argo=RUNNER, distributed="indexed", **again)
    assert ran(argo, outcome)["status"]["phase"] == "Succeeded"
