"""Params brought in by init steps, generated Dockerfiles, events of other runs, references."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.ir.pod import FileStep, GitStep, Step, TransferStep

CATALOG = """
artifactsStore: {name: store, kind: s3, schema: {bucket: "s3://bk"}, secret: {name: keys}}
connections:
- {name: code, kind: git, schema: {url: "https://h/code.git"}}
- {name: data, kind: volume_claim, schema: {volumeClaim: c, mountPath: /data}}
"""


def compiled(text: str, tmp_path: Path, target: str = "kubernetes") -> Outcome:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(CATALOG)
    source = SourceText("f.yaml", text.encode())
    return compile_request(Request(files=(source,), catalog=(catalog,), target=target, verify=True))


def steps(text: str, tmp_path: Path) -> list[str]:
    """The steps of every role of a plan, each in a line."""
    outcome = compiled(text, tmp_path)
    assert outcome.plan is not None, [d.message for d in outcome.report]
    pods = [role.pod for unit in outcome.plan.units for role in unit.roles]
    told = [[told_of(step) for step in pod.init] for pod in pods]
    assert all(one == told[0] for one in told)
    return told[0]


def told_of(step: Step) -> str:
    def text(node: Any) -> str:
        return str(node.value if hasattr(node, "value") else node.text)

    if isinstance(step, GitStep):
        return f"git {text(step.url)} {step.destination}"
    if isinstance(step, FileStep):
        return f"file {step.directory}/{step.filename}"
    if isinstance(step, TransferStep):
        copies = (f"{c.kind} {text(c.source)} -> {text(c.target)}" for c in step.copies)
        return f"{step.attachment.name}: " + ", ".join(copies)
    return "container"


RUNTIMES = {
    "job": "{kind: job, INIT container: {image: a}}",
    "service": "{kind: service, ports: [80], INIT container: {image: a}}",
    "tfjob": "{kind: tfjob, worker: {INIT container: {image: a}}}",
    "mpijob": "{kind: mpijob, launcher: {INIT container: {image: a}},"
    " worker: {INIT container: {image: a}}}",
    "raycluster": "{kind: raycluster, head: {INIT container: {image: a}},"
    " workers: {w: {INIT container: {image: a}}}}",
    "daskcluster": "{kind: daskcluster, scheduler: {INIT container: {image: a}},"
    " worker: {INIT container: {image: a}}}",
}
ROOT = "/plx-context/artifacts"


def operation(inputs: str, params: str, runtime: str = "job") -> str:
    run = RUNTIMES[runtime].replace("INIT", "init: [{file: {content: x}}],")
    return (
        f"kind: operation\nname: a\nparams: {params}\n"
        f"component:\n  inputs: {inputs}\n  run: {run}\n"
    )


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_params_come_first_in_every_runtime(runtime: str, tmp_path: Path) -> None:
    inputs = "[{name: x, type: git, toInit: true}]"
    text = operation(inputs, "{x: {value: {url: 'https://h/r.git'}}}", runtime)
    assert steps(text, tmp_path) == [f"git https://h/r.git {ROOT}/r", f"file {ROOT}/file"]


@pytest.mark.parametrize("name", ["data", "'{{ c }}'"])
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_every_runtime_has_its_connections(runtime: str, name: str, tmp_path: Path) -> None:
    """Also of the roles of a cluster, also under a name that is a template."""
    asked = f"connections: [{name}], init: [{{connection: {name}}}],"
    run = RUNTIMES[runtime].replace("INIT", asked)
    inputs = "[{name: c, type: str, value: data}]"
    outcome = compiled(f"kind: component\nname: a\ninputs: {inputs}\nrun: {run}\n", tmp_path)
    pods = [role.pod for unit in outcome.plan.units for role in unit.roles]
    assert [[a.name for a in pod.attachments] for pod in pods] == [["data"]] * len(pods)
    assert [[told_of(s) for s in pod.init] for pod in pods] == [
        [f"data: dir  -> {ROOT}/data"]
    ] * len(pods)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_every_runtime_is_told_of_unknown_connections(runtime: str, tmp_path: Path) -> None:
    run = RUNTIMES[runtime].replace("INIT", "connections: [nope],")
    outcome = compiled(f"kind: component\nname: a\nrun: {run}\n", tmp_path)
    assert {d.code.id for d in outcome.report} == {"PXC209"}


FROM_PARAMS = [
    ("git", "{value: {url: 'https://h/{{ owner }}.git'}}", [f"git https://h/me.git {ROOT}/me"]),
    (
        "git",
        "{value: {revision: v1}, connection: code}",
        [f"git https://h/code.git {ROOT}/code"],
    ),
    ("git", "{connection: code}", [f"git https://h/code.git {ROOT}/code"]),
    ("dockerfile", "{value: {image: 'a:1'}}", [f"file {ROOT}/Dockerfile"]),
    ("dockerfile", "{value: {image: 'a:1', filename: D}}", [f"file {ROOT}/D"]),
    ("file", "{value: {content: x, filename: n}}", [f"file {ROOT}/n"]),
    (
        "artifacts",
        "{value: {files: ['{{ owner }}.csv']}}",
        [f"store: file me.csv -> {ROOT}/me.csv"],
    ),
    (
        "artifacts",
        "{value: {dirs: [[raw, in]]}, connection: data}",
        [f"data: dir raw -> {ROOT}/data/in"],
    ),
    ("path", "{value: '{{ owner }}/x', connection: data}",
     [f"data: any me/x -> {ROOT}/data/me/x"]),
    ("int", "{value: 3, connection: data}", [f"data: dir  -> {ROOT}/data"]),
    ("git", "{value: null}", []),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "param", "expected"), FROM_PARAMS)
def test_a_param_becomes_an_entry(
    kind: str, param: str, expected: list[str], tmp_path: Path
) -> None:
    inputs = (
        f"[{{name: x, type: {kind}, toInit: true, isOptional: true}},"
        " {name: owner, type: str, value: me}]"
    )
    found = steps(operation(inputs, f"{{x: {param}}}"), tmp_path)
    assert found == [*expected, f"file {ROOT}/file"]


def test_a_set_wish_of_the_param_goes_before_the_input(tmp_path: Path) -> None:
    inputs = "[{name: x, type: git, toInit: true, value: {url: u}}]"
    assert steps(operation(inputs, "{x: {toInit: false}}"), tmp_path) == [f"file {ROOT}/file"]


def test_the_connection_of_such_a_param_is_one_of_init(tmp_path: Path) -> None:
    text = operation(
        "[{name: x, type: str, value: '{{ init.data.mountPath }}', toEnv: X},"
        " {name: y, type: int, value: 1, toInit: true, connection: data}]",
        "{}",
    ).replace("image: a}", "image: a, args: ['{{ init.data.mountPath }}']}")
    text = text.replace("{name: x, type: str, value: '{{ init.data.mountPath }}', toEnv: X},", "")
    outcome = compiled(text, tmp_path)
    assert "- /data\n" in outcome.files[0].text


def told(text: str, tmp_path: Path) -> list[tuple[str, str]]:
    outcome = compiled(text, tmp_path)
    return [(d.code.id, d.span.text) for d in outcome.report if d.severity == 3]


REFUSED_PARAMS = [
    ("path", "{value: /x}", "PXC104"),
    ("int", "{value: 3}", "PXC104"),
    ("git", "{value: '{{ globals.uuid }}'}", "PXC703"),
    ("git", "{value: {url: u, 'revisoin': '{{ globals.uuid }}'}}", "PXC206"),
    ("path", "{value: '{{ globals.created_at }}', connection: data}", "PXC703"),
]


@pytest.mark.parametrize(("kind", "param", "code"), REFUSED_PARAMS)
def test_what_cannot_be_brought_in_is_told(
    kind: str, param: str, code: str, tmp_path: Path
) -> None:
    text = operation(f"[{{name: x, type: {kind}, toInit: true}}]", f"{{x: {param}}}")
    assert [found for found, _ in told(text, tmp_path)] == [code]


def init(entry: str) -> str:
    head = "kind: component\nname: a\nrun:\n  kind: job\n  container: {image: a}\n  init:\n"
    return head + indent(f"- {entry}\n", "  ")


def dockerfile(fields: str, tmp_path: Path) -> str:
    """The text of a Dockerfile, with its run-time values as `{{ }}`."""
    outcome = compiled(init(f"dockerfile: {{image: 'tf:2', {fields}}}"), tmp_path)
    assert outcome.plan is not None, [d.message for d in outcome.report]
    (step,) = outcome.plan.units[0].pod.init
    assert isinstance(step, FileStep)
    found = step.content
    return str(found.value if hasattr(found, "value") else found.text)


FRAME = ['FROM tf:2', 'ENV SHELL="/bin/bash"', 'WORKDIR /code']  # fmt: skip
DOCKERFILES = [
    ("", FRAME),
    ("langEnv: C.UTF-8", [FRAME[0], *(f'ENV {n}="C.UTF-8"' for n in ("LC_ALL", "LANG", "LANGUAGE")),
                          *FRAME[1:]]),
    ("shell: /bin/sh", [FRAME[0], 'ENV SHELL="/bin/sh"', FRAME[2]]),
    ("path: [/a, b]", [*FRAME[:2], 'ENV PATH="${PATH}:/a"', 'ENV PATH="${PATH}:b"', FRAME[2]]),
    ("env: {A: 'x y', B: 2, C: true}",
     [*FRAME[:2], 'ENV A="x y"', 'ENV B="2"', 'ENV C="true"', FRAME[2]]),
    ("env: [[A, 'say \"$HOME\" \\$x \\n']]",
     [*FRAME[:2], 'ENV A="say \\"$HOME\\" \\$x \\\\n"', FRAME[2]]),
    ("workdir: /w, copy: [a, [b, /c]]", [*FRAME[:2], "WORKDIR /w", "COPY a /w", "COPY b /c"]),
    ("copy: ['a b', ['[x]', 'd\"e']]", [*FRAME, 'COPY ["a b", "/code"]',
                                        'COPY ["[x]", "d\\"e"]']),
    (r"""run: ['pip install a', '', "x && \\\n  y\n"]""",
     [*FRAME, "RUN pip install a", "RUN x && \\", "  y"]),
    ("copy: [a], run: [b], postRunCopy: [c], workdirPath: d",
     [*FRAME, "COPY a /code", "RUN b", "COPY c /code", "COPY d /code"]),
    ("uid: 7, gid: 8", [*FRAME, "RUN groupadd -r -g 8 polyaxon &&"
                        " useradd -r -m -g polyaxon -u 7 polyaxon"]),
    ("uid: 7", [*FRAME, "RUN useradd -r -m -u 7 polyaxon"]),
    ("username: joe", [*FRAME, "RUN useradd -r -m joe"]),
    ("copy: ['{{ globals.uuid }}/code']", [*FRAME, "COPY {{ }}/code /code"]),
    ("run: ['echo {{ globals.name }}']", [*FRAME, "RUN echo a"]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "lines"), DOCKERFILES)
def test_a_dockerfile_is_generated(fields: str, lines: list[str], tmp_path: Path) -> None:
    assert dockerfile(fields, tmp_path) == "".join(f"{line}\n" for line in lines)


BAD_DOCKERFILES = [
    ("run: [\"a\\nb\"]", "PXC116"),
    ("env: {A: \"a\\nFROM evil\"}", "PXC116"),
    ("env: ['A']", "PXC116"),
    ("env: {'A B': c}", "PXC116"),
    ("langEnv: \"a\\nRUN x\"", "PXC116"),
    ("filename: a/b", "PXC116"),
    ("filename: '{{ globals.uuid }}'", "PXC703"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "code"), BAD_DOCKERFILES)
def test_no_instruction_comes_in_by_the_back_door(fields: str, code: str, tmp_path: Path) -> None:
    text = init(f"dockerfile: {{image: 'tf:2', {fields}}}")
    assert [found for found, _ in told(text, tmp_path)] == [code]


def test_events_of_other_runs_are_copied_and_shown(tmp_path: Path) -> None:
    board = "{uuids: 'r1, r2', port: 7007, plugins: [p, 'q r'], pathPrefix: '/{{ globals.name }}'}"
    outcome = compiled(init(f"tensorboard: {board}"), tmp_path)
    found = [told_of(step) for step in outcome.plan.units[0].pod.init]
    assert found == [
        "store: " + ", ".join(
            f"resume {run}/outputs/tensorboard -> {ROOT}/tensorboard/{run}" for run in ("r1", "r2")
        ),
        f"file {ROOT}/start_tensorboard",
    ]  # fmt: skip
    script = outcome.plan.units[0].pod.init[1]
    assert script.mode == "0755"
    assert script.content.value == dedent(f"""\
        #!/bin/sh
        set -e
        pip install p 'q r'
        exec tensorboard --logdir={ROOT}/tensorboard --host=0.0.0.0 --port=7007 --path_prefix='/a'
        """)


REFERENCES = [
    ("modelRef: 'p:v2'", "modelRef", "paths"),
    ("artifactRef: 'p:v2'", "artifactRef", "paths"),
    ("lineageRef: 'r.model'", "lineageRef", "paths"),
    ("tensorboard: {port: 6006}", "tensorboard", "uuids"),
]


@pytest.mark.parametrize(("entry", "name", "instead"), REFERENCES)
def test_what_only_a_server_knows_is_refused_by_name(
    entry: str, name: str, instead: str, tmp_path: Path
) -> None:
    (found,) = compiled(init(entry), tmp_path).report
    assert found.code.id == "PXC701"
    assert name in found.message
    assert found.help is not None
    assert f"`{instead}`" in found.help


def test_a_connection_that_does_nothing_is_told(tmp_path: Path) -> None:
    text = init("{file: {content: x}, connection: data}")
    outcome = compiled(text, tmp_path)
    assert [(d.code.id, d.span.text) for d in outcome.report] == [("PXC702", "data")]


VERSIONS = {
    "models/churn.yaml": "kind: Model\nname: churn:v2\nspec: {paths: [models/2, [scale.json, s.json]]}",
    "models/churn1.yaml": "kind: Model\nname: 'churn:v1'\nspec: {connection: data, paths: old}",
    "models/rank.yaml": "kind: Model\nname: ml/rank\nspec: {connection: data, paths: rank}",
    "artifacts/a.yaml": "kind: Artifact\nname: faces:3\nspec: {connection: data, paths: [f]}",
}
STORED = {
    # an init entry, the step it becomes
    "modelRef: 'churn:v2'": (
        "store: any models/2 -> /plx-context/artifacts/models/2,"
        " any scale.json -> /plx-context/artifacts/s.json"
    ),
    "modelRef: 'default/churn:v1'": "data: any old -> /plx-context/artifacts/data/old",
    "modelRef: 'default.churn:v1', path: /m": "data: any old -> /m/old",
    "modelRef: 'ml/rank:latest'": "data: any rank -> /plx-context/artifacts/data/rank",
    "modelRef: ml.rank": "data: any rank -> /plx-context/artifacts/data/rank",
    "modelRef: 'churn:{{ v }}', connection: data": "data: any old -> /plx-context/artifacts/data/old",
    "artifactRef: 'faces:3'": "data: any f -> /plx-context/artifacts/data/f",
}


def with_versions(text: str, tmp_path: Path, *files: str) -> Outcome:
    (tmp_path / "connections.yaml").write_text(CATALOG)
    for name in files or VERSIONS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(VERSIONS[name])
    source = SourceText("f.yaml", text.encode())
    return compile_request(Request(files=(source,), catalog=(tmp_path,), verify=True))


def asking(entry: str, kind: str = "job") -> str:
    run = RUNTIMES[kind].replace("INIT", f"init: [{{{entry}}}],")
    return f"kind: component\nname: t\ninputs: [{{name: v, type: str, value: v1}}]\nrun: {run}\n"


@pytest.mark.parametrize("entry", STORED)
@pytest.mark.parametrize("kind", ["job", "mpijob", "raycluster"])
def test_the_catalog_says_where_a_version_lies(entry: str, kind: str, tmp_path: Path) -> None:
    outcome = with_versions(asking(entry, kind), tmp_path)
    assert not outcome.report.has_errors, [d.message for d in outcome.report]
    for role in outcome.plan.units[0].roles:
        assert [told_of(step) for step in role.pod.init] == [STORED[entry]]


MISSED = [
    ("modelRef: 'churn:v3'", "PXC231 the model `churn:v3` is not in the catalog", "`churn:v1`"),
    ("modelRef: rank", "PXC231 the model `rank` is not in the catalog", "models: "),
    ("artifactRef: 'churn:v2'", "PXC231 the artifact `churn:v2` is not in", "artifacts: `faces:3`"),
    ("lineageRef: 'abc:data'", "PXC701 `init: lineageRef` cannot be said", "in the catalog"),
    (
        "modelRef: 'churn:v2', connection: data",
        "PXC118 the files of `churn:v2` lie in the",
        "leave",
    ),
    ("modelRef: '{{ globals.uuid }}'", "PXC701 `init: modelRef` cannot be said", "in the catalog"),
]


@pytest.mark.parametrize(("entry", "said", "help_"), MISSED)
def test_a_version_that_the_catalog_lacks(
    entry: str, said: str, help_: str, tmp_path: Path
) -> None:
    [found] = with_versions(asking(entry), tmp_path).report
    assert f"{found.code.id} {found.message}".startswith(said)
    assert help_ in (found.help or "")
    assert found.span.source.name == "f.yaml"


def test_a_catalog_of_other_things_knows_no_version(tmp_path: Path) -> None:
    [found] = with_versions(asking("modelRef: 'faces:3'"), tmp_path, "artifacts/a.yaml").report
    assert f"{found.code.id} {found.message}".startswith("PXC701 `init: modelRef` cannot be said")


def test_a_version_of_each_operation_of_a_dag(tmp_path: Path) -> None:
    run = RUNTIMES["job"].replace("INIT", "init: [{modelRef: 'churn:v1'}],")
    text = f"kind: component\nname: d\nrun: {{kind: dag, operations: [{{name: a, component: {{run: {run}}}}}]}}"
    outcome = with_versions(text, tmp_path)
    assert not outcome.report.has_errors, [d.message for d in outcome.report]
    [unit] = outcome.plan.group.units()
    assert [told_of(step) for step in unit.pod.init] == [STORED["modelRef: 'default/churn:v1'"]]
