"""What `--resume`, `--restart` and `--copy` make of a file for each target, and what they refuse."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import pxc
from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import EarlierRun, Options, Runtime
from tests.command_line import run
from tests.kubernetes_oracle import judge

UID = "8aac02e3-a62a-4f0a-aa25-7c59da5eab80"
DIGITS = UID.replace("-", "")
TARGETS = {"kubernetes": UID, "argo": UID, "airflow": DIGITS}
"""What each target calls a run."""

BUCKET = (
    "artifactsStore: {name: runs, kind: s3, schema: {bucket: 's3://acme'}, secret: {name: keys}}\n"
)
VOLUME = "artifactsStore: {name: runs, kind: volume_claim, schema: {volumeClaim: kept, mountPath: /kept}}\n"

JOB = """\
version: 1.1
kind: component
name: train
{more}run:
  kind: job
  container: {{image: any, command: [train, "{said}"]}}
"""
DAG = """\
version: 1.1
kind: component
name: pipe
run:
  kind: dag
  operations:
    - name: a
      component: {run: {kind: job, container: {image: any, command: [a]}}}
    - name: b
      dependencies: [a]
      component: {run: {kind: job, container: {image: any, command: [b]}}}
"""
MATRIX = """\
version: 1.1
kind: operation
name: grid
matrix: {kind: grid, params: {lr: {kind: choice, value: [1, 2]}}}
component:
  inputs: [{name: lr, type: int}]
  run: {kind: job, container: {image: any, command: [train, "{{ lr }}"]}}
"""


def compiled(
    text: str, folder: Path, earlier: EarlierRun | None, target: str = "kubernetes",
    catalog: str = BUCKET, **options: Any,
) -> Outcome:  # fmt: skip
    place = folder / "catalog"
    place.mkdir(exist_ok=True)
    (place / "agent.yaml").write_text(catalog)
    return compile_request(
        Request(
            files=(SourceText("train.yaml", text.encode()),),
            target=target,
            catalog=(place,) if catalog else (),
            options=Options(earlier=earlier, **({"runtime": Runtime(tracking=False)} | options)),
            verify=True,
        )
    )


def codes(outcome: Outcome) -> list[str]:
    assert all(d.help for d in outcome.report)
    return [d.code.id for d in outcome.report]


def text_of(outcome: Outcome) -> str:
    assert outcome.files, [d.message for d in outcome.report]
    return "".join(file.text for file in outcome.files)


def objects(outcome: Outcome) -> list[dict[str, Any]]:
    return judge(text_of(outcome))


def job(said: str = "", more: str = "") -> str:
    return JOB.format(said=said, more=more)


def again(kind: str, run: str = UID, **fields: Any) -> EarlierRun:
    return EarlierRun(kind=kind, run=run, **fields)


# names of the run


@pytest.mark.parametrize(
    ("said", "resume", "restart", "copy", "new"),
    [
        ("globals.uuid", "RUN", "", "", ""),
        ("globals.run_outputs_path", "/plx-context/artifacts/RUN/outputs", "", "", ""),
        ("globals.run_relative_outputs_path", "RUN/outputs", "", "", ""),
        ("globals.run_info", "default.default.runs.RUN", "", "", ""),
        ("globals.uuid[:8]", UID[:8], None, None, None),  # computed with what only the run knows
        ("globals.original_uuid", "RUN", "RUN", "RUN", "None"),
        ("globals.cloning_kind", "None", "restart", "copy", "None"),
        ("globals.iteration", "4", "4", "4", "None"),
        ("globals.cloning_kind or globals.original_uuid or 'new'", "RUN", "restart", "copy", "new"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("target", TARGETS)
def test_what_a_run_is_told(
    said: str, resume: str, restart: str, copy: str, new: str, target: str, tmp_path: Path
) -> None:
    run, text = TARGETS[target], job(f"<{{{{ {said} }}}}>")
    for kind, wanted in {"resume": resume, "restart": restart, "copy": copy, "": new}.items():
        outcome = compiled(text, tmp_path, again(kind, run, iteration=4) if kind else None, target)
        if wanted is None:
            if target == "kubernetes":
                assert codes(outcome) == ["PXC703"]
        elif wanted:
            assert f"<{wanted.replace('RUN', run)}>" in text_of(outcome)
        else:
            assert run not in re.findall("<(.*)>", text_of(outcome))


TELLS = """\
kind: component
inputs: [{name: uuid}]
run:
  kind: job
  container: {image: any, command: [tell], args: ["{{ uuid }}", "cloned={{ globals.original_uuid or '' }}", "{{ globals.uuid }}"]}
"""


@pytest.mark.parametrize("target", ["argo", "airflow"])
def test_a_hook_is_a_run_of_its_own(target: str, tmp_path: Path) -> None:
    """It follows the resumed run, whose uuid it is told, and is cloned from none itself."""
    place = tmp_path / "catalog" / "components" / "tells" / "latest.yaml"
    place.parent.mkdir(parents=True)
    place.write_text(TELLS)
    run = TARGETS[target]
    text = job("<{{ globals.uuid }}>", "hooks: [{hubRef: tells}]\n")
    made = text_of(compiled(text, tmp_path, again("resume", run), target))
    assert f"<{run}>" in made
    if target == "airflow":
        assert f'"args":["{run}","cloned=","$(PXC_RUN_UUID)",]' in "".join(made.split())
        assert '{"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"}' in made
        return
    [workflow] = yaml.safe_load_all(made)
    templates = {each["name"]: each for each in workflow["spec"]["templates"]}
    tells = templates["train-tells"]["container"]["args"]
    assert tells == [run, "cloned=", "{{inputs.parameters.run}}"]
    [train] = templates["train"]["dag"]["tasks"]
    assert train["arguments"]["parameters"] == [{"name": "run", "value": run}]


# names of objects


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("text", [job(), DAG, MATRIX], ids=["job", "dag", "matrix"])
def test_each_go_has_a_name_of_its_own(text: str, target: str, tmp_path: Path) -> None:
    run = TARGETS[target]
    goes = [None, again("restart", run), again("restart", run, iteration=2),
            again("restart", run[:-1] + "1")]  # fmt: skip
    if text == job():
        goes += [again("resume", run), again("resume", run, iteration=2), again("copy", run),
                 again("copy", run, dirs=("outputs",)), again("copy", run, files=("outputs",))]  # fmt: skip
    if target == "airflow":
        goes = [each for each in goes if each is None or not (each.dirs or each.files)]
    made = [compiled(text, tmp_path, each, target) for each in goes]
    names = [{m.name for f in o.files for m in f.made if m.kind != "ConfigMap"} for o in made]
    assert all(names)
    assert len(set().union(*names)) == sum(map(len, names))
    assert [text_of(o) for o in made] == [
        text_of(compiled(text, tmp_path, each, target)) for each in goes
    ]


@pytest.mark.parametrize(
    ("policy", "target", "told"),
    [
        ("content", "kubernetes", []), ("generate", "kubernetes", []),
        ("pinned", "kubernetes", ["PXC536"]), ("pinned", "argo", ["PXC536"]),
        ("pinned", "airflow", []), ("content", "argo", []),
    ],
)  # fmt: skip
def test_a_pinned_name_is_the_one_of_before(
    policy: str, target: str, told: list[str], tmp_path: Path
) -> None:
    earlier = again("restart", TARGETS[target])
    assert codes(compiled(job(), tmp_path, earlier, target, name_policy=policy)) == told


def test_objects_tell_of_the_run_before(tmp_path: Path) -> None:
    for kind in ("resume", "restart", "copy"):
        [made] = objects(compiled(job(), tmp_path, again(kind)))
        assert made["metadata"]["annotations"][f"pxc.dev/{kind}-of"] == UID
        assert "annotations" not in made["spec"]["template"]["metadata"]
        label = made["metadata"]["labels"].get("pxc.dev/run-uuid")
        assert label == (UID if kind == "resume" else None)


def test_a_dag_of_airflow_goes_on_once_at_a_time(tmp_path: Path) -> None:
    resumed = text_of(compiled(job(), tmp_path, again("resume", DIGITS), "airflow"))
    assert f'dag_id="train-resume-{DIGITS}"' in resumed
    assert "max_active_runs=1" in resumed
    copied = text_of(compiled(job(), tmp_path, again("copy", DIGITS, iteration=2), "airflow"))
    assert f'dag_id="train-copy-{DIGITS}-2"' in copied
    assert "max_active_runs" not in copied


# what comes into a pod


def steps(outcome: Outcome) -> list[list[str]]:
    """The arguments of the containers before the main one, of each pod of a manifest."""
    found: list[list[str]] = []

    def look(node: Any) -> None:
        if isinstance(node, dict):
            for each in node.get("initContainers", ()):
                if each["name"] != "results":
                    found.append(each["args"])
            for value in node.values():
                look(value)
        elif isinstance(node, list):
            for value in node:
                look(value)

    look(objects(outcome))
    return found


RUN_THEN = "$(PXC_RUN_UUID)"


@pytest.mark.parametrize(
    ("earlier", "wanted"),
    [
        (again("resume"), ["dir", f"store:acme/{UID}", f"/plx-context/artifacts/{UID}"]),
        (again("copy"), ["dir", f"store:acme/{UID}", f"/plx-context/artifacts/{RUN_THEN}"]),
        (again("copy", dirs=("outputs/ck/",), files=("outputs/x y",)),
         ["dir", f"store:acme/{UID}/outputs/ck", f"/plx-context/artifacts/{RUN_THEN}/outputs/ck",
          "file", f"store:acme/{UID}/outputs/x y", f"/plx-context/artifacts/{RUN_THEN}/outputs/x y"]),
        (again("copy", f"{UID}-train", dirs=("a",)),
         ["dir", f"store:acme/{UID}-train/a", f"/plx-context/artifacts/{RUN_THEN}/a"]),
        (again("resume", f"{UID}-12"),
         ["dir", f"store:acme/{UID}-12", f"/plx-context/artifacts/{UID}-12"]),
        (again("restart"), None),
    ],
)  # fmt: skip
def test_what_is_brought(earlier: EarlierRun, wanted: list[str] | None, tmp_path: Path) -> None:
    text = job(more="").replace("  container", "  init: [{container: {image: own}}]\n  container")
    found = steps(
        compiled(text.replace("{image: own}", "{image: own, args: [own]}"), tmp_path, earlier)
    )
    assert found == ([wanted] if wanted else []) + [["own"]]


def test_every_role_goes_on(tmp_path: Path) -> None:
    text = "kind: component\nname: ddp\nrun:\n  kind: pytorchjob\n  master: {replicas: 1, container: {image: i}}\n  worker: {replicas: 2, container: {image: i}}\n"
    for kind in ("resume", "copy"):
        found = steps(compiled(text, tmp_path, again(kind)))
        assert [each[1] for each in found] == [f"store:acme/{UID}"] * 2


def test_a_run_that_writes_straight_to_a_volume(tmp_path: Path) -> None:
    """Its directory is there when it is resumed; a copy is made from one place of it to another."""
    text = job("{{ globals.run_outputs_path }}", "plugins: {collectArtifacts: false}\n")
    resumed = compiled(text, tmp_path, again("resume"), catalog=VOLUME)
    assert steps(resumed) == []
    assert f"/kept/{UID}/outputs" in text_of(resumed)
    copied = compiled(text, tmp_path, again("copy"), catalog=VOLUME)
    assert steps(copied) == [["dir", f"/kept/{UID}", f"/kept/{RUN_THEN}"]]
    assert codes(compiled(text, tmp_path, again("copy"))) == ["PXC537"]


def test_polyaxons_own_containers(tmp_path: Path) -> None:
    runtime = Runtime(profile="polyaxon", host="http://x")
    outcome = compiled(job(), tmp_path, again("resume", DIGITS), runtime=runtime)
    assert codes(outcome) == ["PXC702"]
    [first, *_] = steps(outcome)
    assert first == ["dir", f"s3://acme/{DIGITS}", f"/plx-context/artifacts/{DIGITS}"]
    assert codes(compiled(job(), tmp_path, again("resume"), runtime=runtime)) == [
        "PXC530",
        "PXC702",
    ]


def test_nothing_of_it_comes_of_a_cache(tmp_path: Path) -> None:
    text = job(more="cache: {disable: false}\n")
    assert "memoize" in text_of(compiled(text, tmp_path, None, "argo"))
    for kind in ("resume", "restart", "copy"):
        assert "memoize" not in text_of(compiled(text, tmp_path, again(kind), "argo"))


@pytest.mark.parametrize(
    ("more", "kind", "wanted"),
    [
        ("schedule: {kind: cron, cron: '0 3 * * *'}\n", "Job", ["PXC533"]),
        ("plugins: {autoResume: false}\n", "Job", ["PXC535"]),
        ("", "Job", []),
    ],
)
def test_one_run_begins_once(more: str, kind: str, wanted: list[str], tmp_path: Path) -> None:
    outcome = compiled(job(more=more), tmp_path, again("resume"))
    assert codes(outcome) == wanted
    assert [made["kind"] for made in objects(outcome)] == [kind]
    assert len(steps(outcome)) == (0 if "PXC535" in wanted else 1)


# what is refused


REFUSED = [
    # target, kind, run: which finding
    ("kubernetes", "resume", UID, None),
    ("kubernetes", "resume", DIGITS, None),
    ("kubernetes", "resume", f"{UID}-3", None),
    ("kubernetes", "resume", f"{UID}-1234567", "PXC530"),
    ("kubernetes", "resume", f"{UID}-train", "PXC530"),
    ("argo", "resume", UID, None),
    ("argo", "resume", f"{UID}-outer-train.x_1", None),
    ("argo", "resume", DIGITS, "PXC530"),
    ("airflow", "resume", DIGITS, None),
    ("airflow", "resume", UID, "PXC530"),
    *((target, kind, run, None) for target in TARGETS for kind in ("restart", "copy")
      for run in (UID, DIGITS, f"{UID}-train", f"{UID}-3")),
    *(("kubernetes", kind, run, "PXC530") for kind in ("resume", "restart", "copy")
      for run in ("", "train", UID.upper(), f" {UID}", f"{UID}/../x", "..", f"{DIGITS}0",
                  f"{UID}-", f"{UID}-a/b", f"{UID}-..", f"{UID}-" + "a" * 200, f"{UID}\n")),
]  # fmt: skip


@pytest.mark.parametrize(("target", "kind", "run", "wanted"), REFUSED)
def test_what_a_run_is_called(
    target: str, kind: str, run: str, wanted: str | None, tmp_path: Path
) -> None:
    outcome = compiled(job(), tmp_path, again(kind, run), target)
    assert codes(outcome) == ([wanted] if wanted else [])
    assert bool(outcome.files) is (wanted is None)


def test_the_spelling_of_the_target_is_offered(tmp_path: Path) -> None:
    [argo] = compiled(job(), tmp_path, again("resume", DIGITS), "argo").report
    [airflow] = compiled(job(), tmp_path, again("resume"), "airflow").report
    [upper] = compiled(job(), tmp_path, again("resume", UID.upper())).report
    for found, near in ((argo, UID), (airflow, DIGITS), (upper, UID)):
        assert (found.help or "").startswith(f"did you mean `{near}`? ")


@given(st.text(max_size=60))
def test_no_name_of_a_run_leads_anywhere_else(text: str) -> None:
    """Whatever is taken is one part of a path, which is neither `.` nor `..`."""
    from pxc.passes.resolve_earlier import _RUN

    for name in (text, UID + text, f"{UID}-{text}", DIGITS + text):
        if _RUN.fullmatch(name):
            assert re.fullmatch(r"[A-Za-z0-9_.-]+", name)
            assert name not in (".", "..")


@pytest.mark.parametrize(
    "path",
    ["", "/", "/etc", "..", "../x", "a/../../b", ".", "a/./b", "a//b", "$(HOME)", "a$b", "{{ x }}",
     "{%x%}", "a\nb", "a\0b"],
)  # fmt: skip
def test_a_path_stays_in_its_run(path: str, tmp_path: Path) -> None:
    for chosen in ({"dirs": (path,)}, {"files": (path,)}):
        outcome = compiled(job(), tmp_path, again("copy", **chosen))
        assert codes(outcome) == ["PXC534"]
        assert not outcome.files


@pytest.mark.parametrize(
    ("text", "kind", "catalog", "wanted"),
    [
        (job(), "resume", "", ["PXC531"]), (job(), "copy", "", ["PXC531"]),
        (job(), "restart", "", []),
        (DAG, "resume", BUCKET, ["PXC532"]), (DAG, "copy", BUCKET, ["PXC532"]),
        (DAG, "restart", BUCKET, []),
        (MATRIX, "resume", BUCKET, ["PXC532"]), (MATRIX, "copy", BUCKET, ["PXC532"]),
        (MATRIX, "restart", BUCKET, []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("target", TARGETS)
def test_what_no_single_run_is(
    text: str, kind: str, catalog: str, wanted: list[str], target: str, tmp_path: Path
) -> None:
    outcome = compiled(text, tmp_path, again(kind, TARGETS[target]), target, catalog)
    assert codes(outcome) == wanted
    assert bool(outcome.files) is (not wanted)


# how it is asked for


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--resume", UID, "--copy", UID], "'--resume' and '--copy' do not go together."),
        (["--restart", UID, "--copy-dir", "a"], "'--copy-dir' goes with '--copy' alone."),
        (["--copy-file", "a"], "'--copy-file' goes with '--copy' alone."),
        (["--iteration", "2"], "'--iteration' needs '--resume', '--restart' or '--copy'."),
        (["--copy", UID, "--iteration", "0"], "0 is not in the range"),
        (["other.yaml", "--resume", UID], "'--resume' takes a single FILE."),
    ],
)
def test_what_is_no_command(options: list[str], fault: str, tmp_path: Path) -> None:
    for name in ("train.yaml", "other.yaml"):
        (tmp_path / name).write_text(job())
    with contextlib.chdir(tmp_path):
        done = run("compile", "train.yaml", *options)
    assert done.code == 2
    assert fault in done.err
    assert done.out == ""


def test_the_command_and_the_function_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "train.yaml").write_text(job())
    (tmp_path / "pxc.yaml").write_text("catalog: catalog\n")
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "agent.yaml").write_text(BUCKET)
    options = ["--copy", UID, "--copy-dir", "outputs", "--copy-file", "x", "--iteration", "3"]
    with contextlib.chdir(tmp_path):
        done = run("compile", "train.yaml", *options)
        same = pxc.compile_file(
            "train.yaml", copy=UID, copy_dirs=("outputs",), copy_files=("x",), iteration=3
        )
        assert text_of(same) == done.out
        for wrong in ({"resume": UID, "copy": UID}, {"copy_dirs": ("a",)}, {"iteration": 1},
                      {"resume": UID, "iteration": 0}):  # fmt: skip
            with pytest.raises(ValueError, match="`"):
                pxc.compile_file("train.yaml", **wrong)
