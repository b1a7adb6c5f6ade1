"""Defects of the reference that this compiler does not have: one row each, by their number.

The list is section 7 of the reference on how Polyaxon lowers an operation. Each row shows what is emitted, or the one thing that is told, instead.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver import Outcome, Request, SourceText, compile_request
from tests.kubernetes_oracle import judge

CATALOG = """
connections:
- {name: mapped, kind: custom, env: {KEY: v}}
- {name: paired, kind: custom, env: [[KEY, v]]}
- {name: listed, kind: custom, env: [{name: KEY, value: v}]}
- name: mounted
  kind: custom
  secret: {name: keys, mountPath: /keys, items: [k1], defaultMode: "0400"}
- name: both
  kind: git
  schema: {url: "https://h/r.git"}
  secret: {name: token}
  configMap: {name: settings}
- {name: own, kind: custom, secret: {name: token}, configMap: {name: settings}}
- {name: keyless, kind: ssh, schema: {url: "git@h:r.git"}}
"""


def compiled(text: str, tmp_path: Path) -> Outcome:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(CATALOG)
    source = SourceText("f.yaml", text.encode())
    return compile_request(Request(files=(source,), catalog=(catalog,), verify=True))


def job(container: str, rest: str = "") -> str:
    return f"kind: component\nname: a\nrun:\n  kind: job\n  container: {container}\n{rest}"


def at(objects: list[dict[str, Any]], path: str) -> Any:
    """A value in the last object, by a path with dots."""
    found: Any = objects[-1]
    for key in path.split("/"):
        found = found[int(key) if key.isdigit() else key]
    return found


ROLE = "{container: {image: a}}"


def kinds(run: str) -> str:
    """A distributed run; `POD` is a role."""
    return f"kind: component\nname: a\nrun: {{{run}}}\n".replace("POD", ROLE)


POD = "spec/template/spec"
MAIN = f"{POD}/containers/0"
TEXTS = ["1.10", "1_000", "1e3", "0x10", "None", "'quoted'"]
ENV = ", ".join(f'{{name: V{n}, value: "{text}"}}' for n, text in enumerate(TEXTS))


def variables(objects: list[dict[str, Any]]) -> dict[str, Any]:
    return {v["name"]: v.get("value") for v in at(objects, f"{MAIN}/env")}


EMITTED: dict[str, tuple[str, Any, Any]] = {
    "2 text stays text": (
        job(f"{{image: a, env: [{ENV}]}}"),
        lambda objects: [variables(objects)[f"V{n}"] for n in range(len(TEXTS))],
        TEXTS,
    ),
    **{
        f"2 text stays text: {place}": (
            "kind: operation\nname: a\nparams: {v: '1.10'}\n"
            "component:\n  inputs: [{name: v, type: str}]\n"
            f"  run: {{kind: job, environment: {{{field}: {{k: '1_000', w: '{{{{ v }}}}'}}}},"
            " container: {image: a}}\n",
            lambda objects, path=path: {k: at(objects, path)[k] for k in ("k", "w")},
            {"k": "1_000", "w": "1.10"},
        )
        for place, field, path in (
            ("labels", "labels", "spec/template/metadata/labels"),
            ("annotations", "annotations", "spec/template/metadata/annotations"),
            ("a selector of nodes", "nodeSelector", "spec/template/spec/nodeSelector"),
        )
    },
    **{
        f"4 env of a connection: {name}": (
            job("{image: a}", f"  connections: [{name}]\n"),
            lambda objects: variables(objects)["KEY"],
            "v",
        )
        for name in ("mapped", "paired", "listed")
    },
    "5 fields of a tfjob are not among its roles": (
        kinds("kind: tfjob, successPolicy: AllWorkers, enableDynamicWorker: true, worker: POD"),
        lambda objects: (
            at(objects, "spec/successPolicy"),
            at(objects, "spec/enableDynamicWorker"),
            list(at(objects, "spec/tfReplicaSpecs")),
        ),
        ("AllWorkers", True, ["Worker"]),
    ),
    "6 a pytorchjob's own spelling": (
        kinds(
            "kind: pytorchjob, nProcPerNode: 2, elasticPolicy: {rdvzBackend: c10d, rdvzId: x},"
            " worker: POD"
        ),
        lambda objects: (
            at(objects, "spec/nprocPerNode"),
            at(objects, "spec/elasticPolicy"),
        ),
        ("2", {"rdzvBackend": "c10d", "rdzvId": "x"}),
    ),
    "12 connections by a param are those of each role of a cluster": (
        "kind: operation\nname: a\nparams: {c: mounted}\n"
        "component:\n  inputs: [{name: c, type: str}]\n"
        "  run: {kind: daskcluster, worker: POD, scheduler: POD}\n".replace(
            "POD", "{connections: ['{{ c }}'], container: {image: a}}"
        ),
        lambda objects: [
            at(objects, f"spec/{role}/spec/volumes/0/secret/secretName")
            for role in ("worker", "scheduler")
        ],
        ["keys", "keys"],
    ),
    "12 params come into each role of a cluster": (
        "kind: operation\nname: a\nparams: {code: {value: {url: 'https://h/r'}, toInit: true}}\n"
        "component:\n  inputs: [{name: code, type: git}]\n"
        "  run: {kind: raycluster, head: POD, workers: {w: POD}}\n".replace("POD", ROLE),
        lambda objects: [
            at(objects, f"spec/{group}/template/spec/initContainers/0/name")
            for group in ("headGroupSpec", "workerGroupSpecs/0")
        ],
        ["git-1", "git-1"],
    ),
    "16 a head has no number of pods": (
        kinds("kind: raycluster, head: POD"),
        lambda objects: "replicas" in at(objects, "spec/headGroupSpec"),
        False,
    ),
    "8 hostPID is a boolean": (
        job("{image: a}", "  environment: {hostPID: true}\n"),
        lambda objects: at(objects, f"{POD}/hostPID"),
        True,
    ),
    "9 items and mode of a mounted secret": (
        job("{image: a}", "  connections: [mounted]\n"),
        lambda objects: at(objects, f"{POD}/volumes/0/secret"),
        {"secretName": "keys", "items": [{"key": "k1", "path": "k1"}], "defaultMode": 0o400},
    ),
    "10 secret and config map of a git step": (
        job("{image: a}", "  init: [{connection: both}]\n"),
        lambda objects: at(objects, f"{POD}/initContainers/0/envFrom"),
        [{"secretRef": {"name": "token"}}, {"configMapRef": {"name": "settings"}}],
    ),
    "10 secret and config map of a step of the author's": (
        job("{image: a}", "  init: [{connection: own, container: {image: b}}]\n"),
        lambda objects: at(objects, f"{POD}/initContainers/0/envFrom"),
        [{"secretRef": {"name": "token"}}, {"configMapRef": {"name": "settings"}}],
    ),
    "15 two ports have two names": (
        "kind: component\nname: a\nrun: {kind: service, ports: [80, 81], container: {image: a}}\n",
        lambda objects: len({p["name"] for p in at(objects, "spec/ports")}),
        2,
    ),
}


@pytest.mark.parametrize("row", EMITTED)
def test_what_is_emitted_instead(row: str, tmp_path: Path) -> None:
    text, look, expected = EMITTED[row]
    outcome = compiled(text, tmp_path)
    assert [d.message for d in outcome.report if d.severity == 3] == []
    assert look(judge(outcome.files[0].text)) == expected


TOLD = {
    "1 expressions run no code": (
        job("{image: a, args: [\"{{ cycler.__init__.__globals__.os.popen('id').read() }}\"]}"),
        "PXC607",
    ),
    "1 nor do values of params": (
        "kind: operation\nname: a\nparams: {x: \"{{ ''.__class__ }}\"}\n"
        "component: {inputs: [{name: x, type: str}], run: {kind: job, container: {image: a}}}\n",
        "PXC607",
    ),
    "3 an unknown name": (job("{image: a, args: ['--lr={{ lrr }}']}"), "PXC302"),
    "11 an ssh connection without a secret": (
        job("{image: a}", "  init: [{connection: keyless}]\n"),
        "PXC104",
    ),
    "13 a job without a container": ("kind: component\nname: a\nrun: {kind: job}\n", "PXC104"),
    "14 a container without an image": (job("{command: [ls]}"), "PXC104"),
    "17 a key given twice": (job("{image: a, image: b}"), "PXC003"),
}


@pytest.mark.parametrize("row", TOLD)
def test_what_is_told_instead(row: str, tmp_path: Path) -> None:
    text, code = TOLD[row]
    outcome = compiled(text, tmp_path)
    assert outcome.files == ()
    assert [d.code.id for d in outcome.report if d.severity == 3] == [code]


def test_7_notifications_are_told_to_be_left_out(tmp_path: Path) -> None:
    text = (
        job("{image: a}") + "plugins: {notifications: [{connections: [mapped], trigger: failed}]}\n"
    )
    outcome = compiled(text, tmp_path)
    assert ("PXC702", True) in [
        (d.code.id, "plugins.notifications" in d.message) for d in outcome.report
    ]
    assert "notifications" not in outcome.files[0].text


def test_18_names_of_init_steps_are_the_same_each_time(tmp_path: Path) -> None:
    text = job("{image: a}", "  init: [{connection: both}, {file: {content: x}, path: /f}]\n")
    one, other = (compiled(text, tmp_path).files[0].text for _ in range(2))
    assert one == other
    steps = list(yaml.safe_load_all(one))[-1]["spec"]["template"]["spec"]["initContainers"]
    assert [step["name"] for step in steps] == ["git-1"]


def test_every_defect_has_a_test() -> None:
    functions = [name.split("_")[1] for name in globals() if name.startswith("test_")]
    numbers = {row.split()[0] for row in (*EMITTED, *TOLD)} | {n for n in functions if n.isdigit()}
    assert numbers == {str(n) for n in range(1, 19)}
