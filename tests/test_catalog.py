"""Catalog files become connections and presets; each fault is said once, at its place."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from pxc.catalog import EmptyCatalog
from pxc.catalog.connections import KINDS
from pxc.catalog.files import FileCatalog
from pxc.diagnostics import Report
from pxc.driver import Request, SourceText, compile_request
from pxc.ir.node import plain
from pxc.language import PolyaxonLanguage
from pxc.options import ArgoOptions, Options
from pxc.world import Catalog
from tests.command_line import write
from tests.reading import found

AGENT = """
namespace: plx
artifactsStore: {name: store, kind: s3, schema: {bucket: "s3://bk"}, secret: {name: s3-secret}}
connections:
- name: data
  kind: volume_claim
  description: all of it
  tags: [big, slow]
  schema: {volumeClaim: data-pvc, mountPath: /data, readOnly: true}
- {name: code, kind: git, schema: {url: "https://git.example/x.git"}, secret: {name: git-secret}}
- name: reg
  kind: registry
  schema: {url: reg.example}
  secret: {name: regcred, mountPath: /kaniko/.docker, items: [config.json], defaultMode: "0400"}
- {name: team-slack, kind: slack, secret: {name: slack-secret, isRequested: true}}
- {name: free, kind: custom, schema: {anything: {goes: 1}}, env: {A: b}, annotations: {a: b}}
- {name: pairs, kind: aws, env: [[A, b], [C, d]]}
- {name: entries, kind: gcp, env: [{name: A, value: b}], configMap: {name: c, items: [D]}}
"""

OBJECT = """
kind: Connection
name: imagenet
spec:
  kind: gcs
  schema: {bucket: "gs://acme"}
"""

PRESET = "isPreset: true\nqueue: gpu\n"


def catalog(*paths: Path) -> tuple[FileCatalog, Report]:
    report = Report()
    return FileCatalog(paths, PolyaxonLanguage(), report), report


def test_a_folder_is_a_catalog(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "agent.yaml": AGENT,
            "connections/imagenet.yml": OBJECT,
            "presets/gpu.yaml": PRESET,
            "presets/team/big.yaml": PRESET,
            ".hidden.yaml": ": [",
            "README.md": ": [",
        },
    )
    made, report = catalog(tmp_path)
    assert found(report) == []
    assert made.declared
    assert made.artifacts_store == "store"
    assert made.connection_names() == (
        "code", "data", "entries", "free", "imagenet", "pairs", "reg", "store", "team-slack",
    )  # fmt: skip
    assert made.preset_names() == ("gpu", "team/big")
    data = made.connection("data")
    assert data is not None
    assert (data.kind, data.description, data.tags) == (
        "volume_claim", "all of it", ("big", "slow"),
    )  # fmt: skip
    assert plain(data.schema) == {"volumeClaim": "data-pvc", "mountPath": "/data", "readOnly": True}
    assert data.span.source.name.endswith("agent.yaml")
    assert made.connection("none") is None


def test_a_preset_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"presets/gpu.yaml": PRESET, "presets/bad.yaml": "queue: [1\n"})
    made, report = catalog(tmp_path)
    assert found(report) == []
    preset = made.preset("gpu", PolyaxonLanguage(), report)
    assert preset is not None
    assert plain(preset.queue) == "gpu"
    assert made.preset("none", PolyaxonLanguage(), report) is None
    assert len(report) == 0
    assert made.preset("bad", PolyaxonLanguage(), report) is None
    assert [d.code.id for d in report] == ["PXC001"]


@pytest.mark.parametrize("given", ["catalog", "catalog/presets", "catalog/presets/gpu.yaml"])
def test_presets_are_found_from_above_and_by_themselves(tmp_path: Path, given: str) -> None:
    write(tmp_path, {"catalog/presets/gpu.yaml": PRESET})
    made, report = catalog(tmp_path / given)
    assert found(report) == []
    assert made.preset_names() == ("gpu",)


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": OBJECT})
    made, report = catalog(tmp_path, tmp_path / "a.yaml")
    assert found(report) == []
    assert made.connection_names() == ("imagenet",)


def test_every_kind_is_taken(tmp_path: Path) -> None:
    schemas = {
        "host_path": "{hostPath: /a, mountPath: /b}",
        "volume_claim": "{volumeClaim: a, mountPath: /b}",
        **dict.fromkeys(("gcs", "s3", "wasb"), "{bucket: a}"),
        "registry": "{url: a}",
    }
    entries = [
        f"- {{name: c{i}, kind: {kind}, schema: {schemas.get(kind, '{}')}}}"
        for i, kind in enumerate(KINDS)
    ]
    write(tmp_path, {"a.yaml": "connections:\n" + "\n".join(entries)})
    made, report = catalog(tmp_path)
    assert found(report) == []
    assert len(made.connection_names()) == len(KINDS) == 45


def test_no_catalog_knows_nothing() -> None:
    empty: Catalog = EmptyCatalog()
    assert not empty.declared
    assert empty.connection("a") is None
    assert empty.connection_names() == empty.preset_names() == ()
    assert empty.preset("a", PolyaxonLanguage(), Report()) is None


def test_the_file_catalog_is_a_catalog(tmp_path: Path) -> None:
    made: Catalog = catalog(tmp_path)[0]
    assert made.connection_names() == ()


FAULTS = {
    "unknown kind of connection": (
        "connections: [{name: a, kind: s33, schema: {bucket: b}}]",
        ["PXC810 1:31 s33"], "did you mean `s3`?",
    ),
    "unknown key": (
        "connections: [{name: a, kind: aws, secrets: {name: b}}]",
        ["PXC810 1:36 secrets"], "did you mean `secret`?",
    ),
    "unknown key of a schema": (
        "connections: [{name: a, kind: s3, schema: {bucket: b, region: c}}]",
        ["PXC810 1:55 region"], "keys: `bucket`",
    ),
    "missing key of a schema": (
        "connections: [{name: a, kind: volume_claim, schema: {mountPath: /a}}]",
        ["PXC810 1:54 mountPath"], "add `volumeClaim`",
    ),
    "missing schema": (
        "connections: [{name: a, kind: host_path}]",
        ["PXC810 1:31 host_path"], "add `schema` with `hostPath`, `mountPath`",
    ),
    "empty schema": (
        "connections: [{name: a, kind: s3, schema: {}}]",
        ["PXC810 1:43 {}"], "add `bucket`",
    ),
    "missing name": ("connections: [{kind: aws}]", ["PXC810 1:16 kind"], "add `name`"),
    "missing kind": ("connections: [{name: a}]", ["PXC810 1:16 name"], "add `kind`"),
    "bad name": (
        "connections: [{name: My Data, kind: aws}]",
        ["PXC810 1:22 My Data"], "use up to 63 letters, digits, `-` and `_`",
    ),
    "number as a name": (
        "connections: [{name: 1, kind: aws}]",
        ["PXC810 1:22 1"], "put it in quotes",
    ),
    "secret as text": (
        "connections: [{name: a, kind: aws, secret: b}]",
        ["PXC810 1:44 b"], "write a map with `name`",
    ),
    "relative mount": (
        "connections: [{name: a, kind: volume_claim, schema: {volumeClaim: b, mountPath: c}}]",
        ["PXC810 1:81 c"], "start it with `/`",
    ),
    "text for a flag": (
        "connections: [{name: a, kind: registry, schema: {url: b, insecure: 'yes'}}]",
        ["PXC810 1:68 'yes'"], None,
    ),
    "mode": (
        "connections: [{name: a, kind: aws, secret: {name: b, defaultMode: rw}}]",
        ["PXC810 1:67 rw"], "such as",
    ),
    "items of another form": (
        "connections: [{name: a, kind: aws, secret: {name: b, items: [{key: c}]}}]",
        ["PXC810 1:62 {key: c}"], None,
    ),
    "env": ("connections: [{name: a, kind: aws, env: A}]", ["PXC810 1:41 A"], None),
    "env entry": (
        "connections: [{name: a, kind: aws, env: [A]}]",
        ["PXC810 1:42 A"], "write `{name: NAME, value: VALUE}`",
    ),
    "env entry without a name": (
        "connections: [{name: a, kind: aws, env: [{value: A}]}]",
        ["PXC810 1:43 value"], "add `name`",
    ),
    "annotations": (
        "connections: [{name: a, kind: aws, annotations: {a: [b]}}]",
        ["PXC810 1:53 [b]"], None,
    ),
    "no list": ("connections: {name: a}", ["PXC810 1:14 {name: a}"], "write `- name: ...`"),
    "no map": ("connections: [a]", ["PXC810 1:15 a"], "write `name`, `kind` and `schema`"),
    "artifacts store that cannot be": (
        "artifactsStore: {name: a, kind: git}",
        ["PXC810 1:33 git"], "kinds that can: `host_path`, `volume_claim`",
    ),
    "near miss": ("conections: []", ["PXC810 1:1 conections"], "did you mean `connections`?"),
    "stranger": ("a: 1", ["PXC810 1:1 a"], "write `kind: Connection`"),
    "kind of object": ("kind: Job\nname: a", ["PXC810 1:7 Job"], "presets go into the folder"),
    "near kind": (
        "kind: Conection\nname: a",
        ["PXC810 1:7 Conection"], "did you mean `Connection`?",
    ),
    "object without spec": ("kind: Connection\nname: a", ["PXC810 1:1 kind"], "add `spec`"),
    "object with an unknown key": (
        "kind: Connection\nname: a\nspec: {kind: aws}\nscheme: 1",
        ["PXC810 4:1 scheme"], None,
    ),
    "access": (
        "kind: Connection\nname: a\nspec: {kind: aws}\naccess: {actions: [read]}",
        ["PXC810 4:9 {actions: [read]}"], "declare one: `kind: Organization`",
    ),
    "two names": (
        "kind: Connection\nname: a\nspec: {kind: aws, name: b}",
        ["PXC810 3:25 b"], "leave `name` out of `spec`",
    ),
    "version without paths": (
        "kind: Model\nname: a:1\nspec: {connection: b}", ["PXC810 3:8 connection"], "add `paths`",
    ),
    "version of no paths": (
        "kind: Model\nname: a:1\nspec: {paths: []}", ["PXC810 3:15 []"], "name what is brought in",
    ),
    "paths of another form": (
        "kind: Artifact\nname: a:1\nspec: {paths: [a, {b: c}]}",
        ["PXC810 3:19 {b: c}"], "write `- models/churn`",
    ),
    "version with an unknown key": (
        "kind: Lineage\nname: a:1\nspec: {path: [a]}",
        ["PXC810 3:8 path", "PXC810 3:8 path"], "did you mean `paths`?",
    ),
    "version in a connection that is not there": (
        "kind: Model\nname: a:1\nspec: {connection: b, paths: a}",
        ["PXC810 3:20 b"], "declare it, too",
    ),
    "version without a store": (
        "kind: Model\nname: a:1\nspec: {paths: a}", ["PXC810 2:7 a:1"], "add `connection`",
    ),
    "name of a version": (
        "kind: Model\nname: 1.2\nspec: {paths: a}", ["PXC810 2:7 1.2"], "in quotes",
    ),
    "near kind of version": ("kind: Modell\nname: a", ["PXC810 1:7 Modell"], "`Model`?"),
    "not YAML": ("a: [", ["PXC001 1:5 "], None),
    "two faults, each said": (
        "connections: [{name: a, kind: nope}, {name: b, kind: s3}]",
        ["PXC810 1:31 nope", "PXC810 1:54 s3"], None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_once_at_its_place(tmp_path: Path, name: str) -> None:
    text, expected, help_ = FAULTS[name]
    write(tmp_path, {"a.yaml": text})
    _, report = catalog(tmp_path / "a.yaml")
    assert found(report) == expected
    if help_ is not None:
        assert help_ in (report.sorted()[0].help or "")


def test_the_same_name_in_both_places_is_fine(tmp_path: Path) -> None:
    text = "kind: Connection\nname: a\nspec: {kind: aws, name: a}"
    write(tmp_path, {"a.yaml": text})
    made, report = catalog(tmp_path)
    assert found(report) == []
    assert made.connection_names() == ("a",)


def test_a_second_declaration_shows_the_first(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": OBJECT, "b.yaml": dedent(OBJECT).replace("gcs", "s3")})
    made, report = catalog(tmp_path)
    (fault,) = report
    assert fault.code.id == "PXC810"
    assert fault.span.source.name.endswith("b.yaml")
    (note,) = fault.notes
    assert note.span is not None
    assert note.span.source.name.endswith("a.yaml")
    kept = made.connection("imagenet")
    assert kept is not None
    assert kept.kind == "gcs"


def test_versions_are_found_by_their_kind(tmp_path: Path) -> None:
    model = "kind: Model\nname: NAME\nspec: {connection: data, paths: [a, [b, c]]}\n"
    write(
        tmp_path,
        {
            "a.yaml": AGENT,
            "models/2.yaml": model.replace("NAME", "churn:2"),
            "models/1.yaml": model.replace("NAME", "churn:1"),
            "artifacts/1.yaml": model.replace("NAME", "churn:1").replace("Model", "Artifact"),
            "models/code.yaml": model.replace("NAME", "code:1").replace("data", "code"),
            "models/again.yaml": model.replace("NAME", "churn:1"),
        },
    )
    made, report = catalog(tmp_path)
    assert [version.name for version in made.versions("Model")] == ["churn:1", "churn:2", "code:1"]
    assert [plain(version.paths) for version in made.versions("Artifact")] == [["a", ["b", "c"]]]
    assert made.versions("Lineage") == ()
    assert [(d.message, bool(d.notes)) for d in report] == [
        ("the model `churn:1` is declared twice", True),
        ("a `git` connection holds no files", False),
    ]


def test_two_stores_and_two_presets_show_both_places(tmp_path: Path) -> None:
    store = "artifactsStore: {name: NAME, kind: s3, schema: {bucket: b}}"
    write(
        tmp_path,
        {
            "a.yaml": store.replace("NAME", "one"),
            "b.yaml": store.replace("NAME", "two"),
            "presets/gpu.yaml": PRESET,
            "presets/gpu.yml": PRESET,
        },
    )
    _, report = catalog(tmp_path)
    assert [(d.message, bool(d.notes)) for d in report] == [
        ("the catalog has two artifacts stores", True),
        ("the preset `gpu` is in two files", True),
    ]


UNREADABLE = {
    "missing": (None, "PXC021"),
    "not UTF-8": (b"a: \xff", "PXC018"),
    "too large": (b" " * (4 * 1024 * 1024 + 1), "PXC017"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, name: str) -> None:
    data, code = UNREADABLE[name]
    if data is not None:
        (tmp_path / "a.yaml").write_bytes(data)
    _, report = catalog(tmp_path / "a.yaml")
    assert [d.code.id for d in report] == [code]


def test_linked_folders_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"a/x.yaml": OBJECT})
    (tmp_path / "a/up").symlink_to("..")
    assert catalog(tmp_path)[0].connection_names() == ("imagenet",)


def test_components_by_their_references(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "components/kaniko/latest.yaml": "kind: component\nname: newest\n",
            "components/kaniko/1.5.yaml": "kind: component\nname: older\n",
            "components/acme/train/v1.yaml": "kind: component\nname: train\n",
        },
    )
    made, report = catalog(tmp_path)
    assert made.component_names() == ("acme/train:v1", "kaniko", "kaniko:1.5")
    for ref, name in {
        "kaniko": "newest",
        "polyaxon/kaniko:latest": "newest",
        "kaniko:1.5": "older",
        "acme/train:v1": "train",
    }.items():
        source = made.component(ref, report)
        assert source is not None
        assert name in source.text
    assert made.component("acme/train", report) is None
    assert not len(report)
    assert EmptyCatalog().component("kaniko", report) is None


def test_a_component_has_the_digest_that_is_asked_for(tmp_path: Path) -> None:
    text = "kind: component\nname: newest\n"
    write(tmp_path, {"components/kaniko/v1.yaml": text})
    made, report = catalog(tmp_path)
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert made.component(f"kaniko:v1@sha256:{digest}", report) is not None
    assert made.component(f"kaniko:v1@sha256:{'0' * 64}", report) is None
    assert [d.code.id for d in report] == ["PXC213"]


def test_two_files_are_one_component(tmp_path: Path) -> None:
    text = "kind: component\n"
    write(tmp_path, {"components/a.yaml": text, "components/a/latest.yml": text})
    _, report = catalog(tmp_path)
    assert [d.code.id for d in report] == ["PXC810"]


SETTINGS = """
namespace: plx
runsSa: runner
connections: []
additionalNamespaces: [a]
init: {image: i}
sidecar: {image: s}
notifier: {image: n}
cleaner: {image: c}
defaultScheduling: {nodeSelector: {a: b}}
defaultImagePullSecrets: [p]
appSecretName: a
agentSecretName: b
useProxyEnvVarsUseInOps: true
secrets: []
configMaps: []
artifactStore: {}
rubbish: 1
"""


def test_every_other_key_of_an_agent_is_used_or_told(tmp_path: Path) -> None:
    write(tmp_path, {"agent.yaml": SETTINGS})
    made, report = catalog(tmp_path / "agent.yaml")
    assert (made.agent.namespace, made.agent.service_account) == ("plx", "runner")
    keys = [line.partition(":")[0] for line in SETTINGS.split("\n")[4:-1]]
    assert [d.span.text for d in report.sorted()] == keys
    assert {d.code.id for d in report} == {"PXC811"}
    helps = {d.span.text: d.help for d in report}
    assert helps["artifactStore"] == "did you mean `artifactsStore`?"
    assert all(helps.values())


RUNS = {
    "job": "kind: job, container: {image: a, command: [a]}",
    "service": "kind: service, ports: [80], container: {image: a, command: [a]}",
    "tfjob": "kind: tfjob, worker: {container: {image: a}}",
    "mpijob": "kind: mpijob, launcher: {container: {image: a}}, worker: {container: {image: a}}",
    "raycluster": "kind: raycluster, head: {container: {image: a}},"
    " workers: {w: {container: {image: a}}}",
    "daskcluster": "kind: daskcluster, scheduler: {container: {image: a}},"
    " worker: {container: {image: a}}",
    "spark": "kind: spark, sparkVersion: 3.5.0, type: PYTHON, mainApplicationFile: a.py,"
    " driver: {container: {image: a}}, executor: {container: {image: a}}",
}


@pytest.mark.parametrize("kind", RUNS)
@pytest.mark.parametrize("written", ["", "environment: {serviceAccountName: mine}, "])
def test_runs_have_the_account_and_the_namespace_of_the_agent(
    kind: str, written: str, tmp_path: Path
) -> None:
    write(tmp_path, {"agent.yaml": "{namespace: plx, runsSa: runner, connections: []}\n"})
    run = RUNS[kind]
    if written:
        run = run.replace("container: {", written + "container: {")
    text = f"kind: component\nname: r\nrun: {{{run}}}\n"
    source = SourceText("f.yaml", text.encode())
    outcome = compile_request(Request(files=(source,), catalog=(tmp_path / "agent.yaml",)))
    documents = list(yaml.safe_load_all("---\n".join(f.text for f in outcome.files)))
    assert documents, [d.message for d in outcome.report]
    assert {d["metadata"]["namespace"] for d in documents} == {"plx"}
    said = re.findall(r"serviceAccount(?:Name)?: (\S+)", outcome.files[0].text)
    assert said
    assert set(said) == {"mine" if written else "runner"}


def test_what_the_caller_chose_goes_before_the_agent(tmp_path: Path) -> None:
    write(tmp_path, {"agent.yaml": "{namespace: plx, runsSa: runner, connections: []}\n"})
    text = f"kind: component\nname: r\nrun: {{{RUNS['job']}}}\n"
    files = (SourceText("f.yaml", text.encode()),)
    for account in ("", "argo"):
        options = Options(namespace="mine", argo=ArgoOptions(service_account=account))
        outcome = compile_request(
            Request(files=files, catalog=(tmp_path / "agent.yaml",), target="argo", options=options)
        )
        [document] = yaml.safe_load_all(outcome.files[0].text)
        assert document["metadata"]["namespace"] == "mine"
        assert document["spec"]["serviceAccountName"] == (account or "runner")


def test_two_agents_disagree(tmp_path: Path) -> None:
    write(tmp_path, {
        "c/a.yaml": "{namespace: a, runsSa: r, connections: []}\n",
        "c/b.yaml": "{POLYAXON_K8S_NAMESPACE: b, runsSa: r}\n",
        "c/c.yaml": "{namespace: [x], connections: []}\n",
    })  # fmt: skip
    _, report = catalog(tmp_path / "c")
    assert [(d.code.id, d.message) for d in report] == [
        ("PXC810", "`namespace` is `b` here and `a` elsewhere"),
        ("PXC810", "`namespace` must be text"),
    ]
