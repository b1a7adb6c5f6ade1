"""What stands once in `templateDefaults` is in every pod that a real Argo makes."""

from __future__ import annotations

import yaml

from tests.argo_runs import differences, outcome_of, ran
from tests.engines.cluster import Cluster
from tests.plan_interpreter import FAILS

LONG = "x" * 1500
HAS = '[ ${#A} = 1500 ] && [ -d /dev/shm ] && [ "$PXC_RUN_UUID" = "$0" ] && [ $B = 2 ]'
RUN = (
    "container: {image: i, env: [{name: A, value: %s}, {name: B, value: $(C)}], command: [sh, -c, '%s'],"
    " args: ['{{ globals.uuid }}', %s]}"
)
TEXT = """
kind: component
name: alike
run:
  kind: dag
  environment: {annotations: {team: vision}}
  operations:
"""


def run(check: str, word: str) -> str:
    text = RUN.replace("{name: B", "{name: C, value: '2'}, {name: B") % (LONG, check, word)
    return f"component: {{run: {{kind: job, {text}}}}}"


def test_every_pod_has_what_stands_once(argo: Cluster) -> None:
    """Variables that refer to one another come in their order, in dags inside too."""
    inner = f"{{kind: dag, operations: [{{name: d, {run(HAS, 'd')}}}]}}"
    operations = [
        f"{{name: a, {run(HAS, 'a')}}}",
        f"{{name: b, dependencies: [a], {run(HAS, 'b, more')}}}",
        f"{{name: c, component: {{run: {inner}}}}}",
        f"{{name: e, {run('exit 3', 'e')}}}",
        f"{{name: f, dependencies: [e], trigger: all_failed, {run(HAS, 'f')}}}",
    ]
    outcome = outcome_of(TEXT + "".join(f"  - {each}\n" for each in operations))
    [workflow] = yaml.safe_load_all(outcome.files[0].text)
    assert workflow["spec"]["templateDefaults"]["container"]["env"]
    assert outcome.files[0].text.count(LONG) == 1
    done = ran(argo, outcome)
    assert differences(done, outcome, {"e": FAILS}) == {}
    pods = argo.pods(done["metadata"]["name"])
    assert [pod["metadata"]["annotations"]["team"] for pod in pods] == ["vision"] * 5
