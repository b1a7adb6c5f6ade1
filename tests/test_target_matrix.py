"""A matrix in the target kubernetes: separate Jobs and one Indexed Job run the same programs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.matrices import GRID
from pxc.targets._form import Form, Slot
from pxc.targets._shell import expanded_word, kubelet_pieces, quoted
from pxc.yaml_writer import write_documents
from tests.conftest import ROOT
from tests.engines.environment import expand
from tests.kubernetes_oracle import judge
from tests.reading import compiled, found

SHELLS = [s for s in ("dash", "bash", "busybox", "ksh") if shutil.which(s)]
TABLE = "/plx-context/matrix"
ODD = ["", " ", "it's", '"', "\\", "`id`", "$(id)", "$HOME", "${x}", "$$", "*", "a\nb", "\n", "-n",
       "é\u2028", "!", "#", ";", "$(OTHER)", "$", "x$", "a=b"]  # fmt: skip


def operation(values: str, run: str, more: str = "", inputs: str = "{name: v}") -> str:
    head = f"kind: operation\n{more}matrix: {{kind: mapping, values: {values}}}\ncomponent:\n"
    return head + f"  name: sweep\n  inputs: [{inputs}]\n  run:\n{indent(run, '    ')}"


def rows(values: list[Any]) -> str:
    return json.dumps([{"v": value} for value in values])


SCHEDULE = "schedule: {kind: cron, cron: '@daily'}"


def documents(source: str, **options: Any) -> list[dict[str, Any]]:
    outcome = compiled(source, **options)
    assert outcome.files, found(outcome.report)
    return judge(outcome.files[0].text)


def kinds(source: str, **options: Any) -> list[str]:
    return [d["kind"] for d in documents(source, **options)]


def main_of(job: dict[str, Any]) -> dict[str, Any]:
    container: dict[str, Any] = job["spec"]["template"]["spec"]["containers"][0]
    return container


# what a program is started with

SAYS = ["sh", "-c", "printf '%s\\0' \"$@\"; printf '\\1'; exec env -0", "program"]
"""A program that tells its arguments and its variables."""

OF_THE_SHELL = {"PWD", "OLDPWD", "SHLVL", "_", "JOB_COMPLETION_INDEX", "LC_CTYPE"}
OF_THE_RUN = ("PXC_", "POLYAXON_")


def environment(main: dict[str, Any], fields: dict[str, str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for entry in main.get("env", ()):
        if "valueFrom" in entry:
            made[entry["name"]] = fields[entry["valueFrom"]["fieldRef"]["fieldPath"]]
        else:
            made[entry["name"]] = expand(entry.get("value", ""), made)
    return made


def started(main: dict[str, Any], env: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """What the program of a container sees of its arguments and variables."""
    command = [expand(text, env) for text in (*main["command"], *main.get("args", ()))]
    told = subprocess.run(command, env=env, capture_output=True, check=True)
    arguments, _, variables = told.stdout.decode().partition("\1")
    pairs = (variable.partition("=")[::2] for variable in variables.split("\0")[:-1])
    kept = {k: v for k, v in pairs if k not in OF_THE_SHELL and not k.startswith(OF_THE_RUN)}
    return arguments.split("\0")[:-1], kept


UID, INDEX, SPACE = (
    "metadata.labels['batch.kubernetes.io/controller-uid']",
    "metadata.annotations['batch.kubernetes.io/job-completion-index']",
    "metadata.namespace",
)


def of_jobs(source: str) -> list[Any]:
    jobs = [d for d in documents(source, matrix="jobs") if d["kind"] == "Job"]
    fields = {UID: "u", SPACE: "n"}
    return [started(main_of(j), environment(main_of(j), fields)) for j in jobs]


def of_one(source: str, folder: Path, shell: str = "sh") -> list[Any]:
    found = documents(source, matrix="indexed")
    *maps, job = found
    for config_map in maps:
        for name, text in config_map["data"].items():
            path = folder / name
            path.write_text(text.replace(TABLE, str(folder)), "utf-8", newline="")
    main = main_of(job)
    assert main["command"] == ["sh", f"{TABLE}/run"]
    main["command"] = [*([shell] if shell != "busybox" else [shell, "sh"]), str(folder / "run")]
    runs = []
    for index in range(job["spec"]["completions"]):
        env = environment(main, {UID: "u", SPACE: "n", INDEX: str(index)})
        assert env.get("PXC_RUN_UUID", f"u-{index}") == f"u-{index}"
        path = os.environ["PATH"]
        runs.append(started(main, {"PATH": path} | env | {"JOB_COMPLETION_INDEX": str(index)}))
    return [(arguments, {k: v for k, v in env.items() if k != "PATH"}) for arguments, env in runs]


def container(*args: str, env: str = "[]") -> str:
    texts = ", ".join(json.dumps(a) for a in args)
    command = json.dumps(SAYS)
    return (
        f"kind: job\nplugins: {{}}\ncontainer: {{image: 'i:1', command: {command}, "
        f"args: [{texts}], env: {env}}}\n"
    ).replace("plugins: {}\n", "")


SAME = {
    "quoting": operation(rows(ODD), container("--v={{ v }}", "{{ v }}", "end $(X) $$(Y)")),
    "variables": operation(
        rows(ODD),
        container(
            "$(B)",
            "{{ v }}",
            env="[{name: E, value: e}, {name: A, value: '<{{ v }}>'}, {name: B, value: 'b$(A)$(E)'},"
            " {name: C, value: '$(LATE){{ v }}$(E)'}, {name: LATE, value: late}]",
        ),
    ),
    "numbers and flags": operation(
        "[{v: 0.1, w: true}, {v: 2, w: false}, {v: 1e-7, w: true}]",
        container("{{ params.v.as_arg }}", "{{ w }}", "{{ v * 2 }}", "{{ params.w.as_arg }}"),
        inputs="{name: v, type: float}, {name: w, type: bool, isFlag: true}",
    ),
    "a number of arguments of its own": operation(
        "[{v: [a, b]}, {v: []}, {v: ['']}]",
        "kind: job\ncontainer:\n  image: i:1\n"
        f"  command: {json.dumps(SAYS)}\n  args: '{{{{ v }}}}'\n",
    ),
    "only variables": operation(
        rows(["a", "b"]), container("x", env="[{name: V, value: '{{ v }}'}]")
    ),
    "a varying command": operation(
        rows(["a", "it's"]),
        "kind: job\ncontainer:\n  image: i:1\n"
        f"  command: {json.dumps([*SAYS, '{{ v }}', 'z'])}\n  args: [y]\n",
    ),
}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("case", SAME)
def test_both_forms_start_the_same_programs(case: str, shell: str, tmp_path: Path) -> None:
    one = of_one(SAME[case], tmp_path, shell)
    jobs = of_jobs(SAME[case])
    assert one == jobs


def test_texts_arrive_as_they_were_written(tmp_path: Path) -> None:
    """The kubelet's own escape is the author's; an empty argument is none."""
    told = [arguments for arguments, _ in of_one(SAME["quoting"], tmp_path)]
    expected = [[f"--v={v}", *([v] if v else []), "end $(X) $(Y)"] for v in ODD]
    assert told == [[text.replace("$$", "$") for text in line] for line in expected]


# shell words

TEXTS = st.text(
    st.characters(max_codepoint=0xFFFF, exclude_categories=("Cs",), exclude_characters="\0"),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=20))
def test_a_quoted_text_is_that_text(texts: list[str]) -> None:
    words = " ".join(map(quoted, texts))
    for shell in SHELLS:
        told = subprocess.run(
            [*([shell] if shell != "busybox" else [shell, "sh"]), "-c", f"printf '%s\\0' {words}"],
            capture_output=True,
            check=True,
        ).stdout.decode("utf-8", "surrogateescape")
        assert told.split("\0")[:-1] == texts


PIECES = st.sampled_from(
    ["$", "$$", "(", ")", "A", "B", "$(A)", "$(B)", "$(", "x", "'", '"', "\\", " "]
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=8).map("".join), min_size=1, max_size=20))
def test_a_shell_expands_what_the_kubelet_does(texts: list[str]) -> None:
    known = {"A": "it's $(B) $HOME", "B": ""}
    words = " ".join(expanded_word(text, lambda n: n if n in known else None) for text in texts)
    told = subprocess.run(
        ["sh", "-c", f"printf '%s\\0' {words}"], env=known, capture_output=True, check=True
    ).stdout.decode()
    assert told.split("\0")[:-1] == [expand(text, known) for text in texts]
    for text in texts:
        assert (
            "".join(p for p, _ in kubelet_pieces(text)) == text.replace("$$", "$") or "$$" in text
        )


# separate Jobs


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXTS | st.integers() | st.booleans() | st.none(), min_size=1, max_size=6))
def test_a_job_from_a_form_is_the_job_built_anew(values: list[Any]) -> None:
    """Only what cells change is written for each; the rest is text that was written once."""
    run = container(
        "--v={{ v }}", "{{ v }}", env="[{name: V, value: '{{ v }}'}, {name: W, value: w}]"
    )
    source = operation(rows(values), run)
    given = json.dumps([{"n": "here", "v": value} for value in values])
    anew = operation(
        given, run.replace("container:", "environment: {nodeName: '{{ n }}'}\ncontainer:")
    )
    jobs, slow = documents(source, matrix="jobs"), documents(anew, matrix="jobs")
    assert len({d["metadata"]["name"] for d in jobs}) == len(values)
    for fast, other in zip(jobs, slow, strict=True):
        assert main_of(fast) == main_of(other)


def test_a_form_writes_what_the_writer_writes() -> None:
    values: list[Any] = ["a", "a\nb\n", 1, True, None, [], ["x", {"y": [1]}], {}, {"k": "l\nm\n"}]
    for value in values:
        whole = {"a": {"b": [{"c": value, "d": 1}]}, "e": value}
        form = Form({"a": {"b": [{"c": Slot("s"), "d": 1}]}, "e": Slot("s")})
        assert form.text({"s": value}) == write_documents([whole])


def test_what_tells_a_run_is_on_its_job() -> None:
    jobs = documents(operation(rows(["a", "b", "a"]), container("{{ v }}")))
    about = [job["metadata"] for job in jobs]
    assert [a["labels"]["pxc.dev/matrix-index"] for a in about] == ["0", "1", "2"]
    assert [a["annotations"]["pxc.dev/matrix-params"] for a in about][:2] == [
        '{"v": "a"}',
        '{"v": "b"}',
    ]
    assert len({a["name"] for a in about}) == 3
    for job in jobs:
        labels = job["spec"]["template"]["metadata"]["labels"]
        assert "pxc.dev/matrix-index" not in labels
        assert labels["app.kubernetes.io/instance"] == job["metadata"]["name"]


def test_a_run_keeps_its_name_when_others_join_it() -> None:
    """The name is made of what runs, so that applying a larger matrix starts the new runs alone."""
    first = {
        d["metadata"]["name"] for d in documents(operation(rows(["a", "b"]), container("{{ v }}")))
    }
    more = {
        d["metadata"]["name"]
        for d in documents(operation(rows(["c", "a", "b"]), container("{{ v }}")))
    }
    assert first < more


def test_names_by_policy() -> None:
    source = operation(rows(["a", "b"]), container("{{ v }}"))
    pinned = documents(source, name_policy="pinned")
    assert [d["metadata"]["name"] for d in pinned] == ["sweep-0", "sweep-1"]
    generated = documents(source, name_policy="generate")
    assert [d["metadata"]["generateName"] for d in generated] == ["sweep-", "sweep-"]
    one = documents(source, matrix="indexed", name_policy="pinned")[-1]
    assert one["metadata"]["name"] == "sweep"


def test_anything_may_vary_in_separate_jobs() -> None:
    run = (
        "kind: job\nenvironment: {labels: {v: '{{ v }}'}}\n"
        "init: [{container: {image: 'i:{{ v }}'}}]\n"
        "container: {image: 'i:{{ v }}', resources: {limits: {cpu: '{{ v }}'}}}\n"
    )
    for job, value in zip(documents(operation(rows([1, 2]), run)), "12", strict=True):
        pod = job["spec"]["template"]["spec"]
        assert pod["containers"][0]["image"] == pod["initContainers"][0]["image"] == f"i:{value}"
        assert pod["containers"][0]["resources"]["limits"] == {"cpu": value}
        assert job["metadata"]["labels"]["v"] == value


# which form


MANY = rows(list(range(30)))


def test_few_runs_are_jobs_and_many_are_one() -> None:
    few = operation(rows([1, 2]), container("{{ v }}"))
    many = operation(MANY, container("{{ v }}"))
    assert kinds(few) == ["Job", "Job"]
    assert kinds(few, matrix="indexed") == kinds(many) == ["ConfigMap", "Job"]
    assert kinds(many, matrix="jobs") == ["Job"] * 30


def test_many_runs_that_differ_in_more_are_jobs() -> None:
    run = "kind: job\ncontainer: {image: 'i:{{ v }}', command: [c]}\n"
    assert kinds(operation(MANY, run)) == ["Job"] * 30


REFUSED = [
    ("container: {image: 'i:{{ v }}', command: [c]}", "differ in more", "image"),
    ("container: {image: 'i:1', args: ['{{ v }}']}", "has no `command`", ""),
    (
        "environment: {restartPolicy: OnFailure}\ncontainer: {image: 'i:1', command: ['{{ v }}']}",
        "OnFailure",
        "",
    ),
    (
        "container: {image: 'i:1', command: [c], env: [{name: a.b, value: '{{ v }}'}]}",
        "cannot hand on the variable `a.b`",
        "",
    ),
    (
        "container: {image: 'i:1', command: [c], envFrom: [{secretRef: {name: s}}],"
        " args: ['$(X){{ v }}']}",
        "whether the cluster has the variable `X`",
        "",
    ),
]


@pytest.mark.parametrize(("run", "why", "place"), REFUSED)
def test_what_one_job_cannot_say(run: str, why: str, place: str) -> None:
    outcome = compiled(operation(rows([1, 2]), f"kind: job\n{run}\n"), matrix="indexed")
    [fault] = [d for d in outcome.report if d.severity.name == "ERROR"]
    assert fault.code.id == "PXC701"
    assert why in fault.message
    assert fault.help
    assert not outcome.files
    assert kinds(operation(rows([1, 2]), f"kind: job\n{run}\n")) == ["Job", "Job"]


def test_connections_and_limits_are_the_same_in_all_runs() -> None:
    for run, more in (
        ("kind: job\nconnections: ['{{ v }}']\ncontainer: {image: 'i:1'}\n", ""),
        ("kind: job\ncontainer: {image: 'i:1'}\n", "  termination: {maxRetries: '{{ v }}'}\n"),
    ):
        source = operation(rows([1, 2]), run).replace("component:\n", f"component:\n{more}")
        [fault] = [d for d in compiled(source).report if d.severity.name == "ERROR"]
        assert fault.code.id == "PXC703"
        assert fault.help


def test_files_belong_to_all_runs_that_share_them() -> None:
    run = (
        "kind: job\ninit: [{file: {filename: a.txt, content: '%s'}}]\n"
        "container: {image: 'i:1', command: [c], args: ['{{ v }}']}\n"
    )
    shared = documents(operation(rows([1, 2]), run % "same"))
    assert [d["kind"] for d in shared] == ["ConfigMap", "Job", "Job"]
    own = documents(operation(rows([1, 2]), run % "{{ v }}"))
    assert [d["kind"] for d in own] == ["ConfigMap", "Job", "ConfigMap", "Job"]
    for config_map in (shared[0], own[0], own[2]):
        assert "app.kubernetes.io/instance" not in config_map["metadata"]["labels"]
    one = documents(operation(rows([1, 2]), run % "same"), matrix="indexed")
    assert [d["kind"] for d in one] == ["ConfigMap", "ConfigMap", "Job"]
    assert len({d["metadata"]["labels"]["app.kubernetes.io/instance"] for d in one}) == 1


def told(source: str, **options: Any) -> list[tuple[str, str]]:
    return [(d.code.id, d.message) for d in compiled(source, **options).report]


def test_concurrency_needs_one_job() -> None:
    source = "kind: operation\nmatrix: {kind: grid, concurrency: 2, params: {v: {kind: choice, value: [1, 2, 3]}}}\n"
    source += operation("[]", container("{{ v }}")).partition("values: []}\n")[2]
    assert [code for code, _ in told(source)] == ["PXC702"]
    job = documents(source, matrix="indexed")[-1]
    assert told(source, matrix="indexed") == []
    assert (job["spec"]["completions"], job["spec"]["parallelism"]) == (3, 2)
    assert job["spec"]["completionMode"] == "Indexed"


def test_limits_are_those_of_each_run() -> None:
    limits = (
        "component:\n  termination:\n    maxRetries: 2\n    ttl: 60\n    podFailurePolicy:\n"
        "      rules: [{action: FailJob, onExitCodes: {operator: In, values: [3]}}]\n"
    )
    source = operation(rows([1, 2]), container("{{ v }}")).replace("component:\n", limits)
    spec = documents(source, matrix="indexed")[-1]["spec"]
    assert (spec["backoffLimitPerIndex"], spec["ttlSecondsAfterFinished"]) == (2, 60)
    assert "backoffLimit" not in spec
    assert spec["podFailurePolicy"]["rules"][0]["action"] == "FailIndex"
    timed = operation(rows([1, 2]), container("{{ v }}")).replace(
        "component:\n", "component:\n  termination: {timeout: 60}\n"
    )
    spec = documents(timed, matrix="indexed")[-1]["spec"]
    assert "activeDeadlineSeconds" not in spec
    assert spec["template"]["spec"]["activeDeadlineSeconds"] == 60


def test_a_schedule_makes_one_job_each_time() -> None:
    timetable = "schedule: {kind: cron, cron: '0 3 * * *'}\n"
    source = operation(rows([1, 2]), container("{{ v }}"), timetable)
    assert kinds(source) == ["ConfigMap", "CronJob"]
    [(code, message)] = told(source, matrix="jobs")
    assert code == "PXC701"
    assert "`schedule` with a `matrix`" in message
    run = "kind: job\ncontainer: {image: 'i:{{ v }}', command: [c]}\n"
    [(code, message)] = told(operation(rows([1, 2]), run, timetable))
    assert code == "PXC701"
    assert "schedule" in message


def test_services_have_no_matrix() -> None:
    run = "kind: service\ncontainer: {image: 'i:1', args: ['{{ v }}']}\n"
    [(code, message)] = told(operation(rows([1, 2]), run))
    assert code == "PXC701"
    assert "of a service" in message


def stopping(rules: str, run: str = "") -> str:
    source = operation(rows(list(range(7))), run or container("{{ v }}"))
    return source.replace("{kind: mapping,", f"{{kind: mapping, earlyStopping: [{rules}],")


FAILURES = [
    # shares of failed runs that end a matrix of seven, how many may fail
    ([50], 3), ([1], 0), ([14], 0), ([15], 1), ([28.5714], 1), ([28.5715], 2), ([100], 6),
    ([90, 30], 2), ([150], None),
]  # fmt: skip


@pytest.mark.parametrize(("shares", "most"), FAILURES)
def test_failures_are_counted_by_an_indexed_job(shares: list[float], most: int | None) -> None:
    rules = ", ".join(f"{{kind: failure_early_stopping, percent: {p}}}" for p in shares)
    for form in ("auto", "indexed"):
        job = documents(stopping(rules), matrix=form)[-1]
        assert job["spec"]["completions"] == 7
        assert job["spec"].get("maxFailedIndexes") == most
    cron = stopping(rules).replace("kind: operation", "kind: operation\n" + SCHEDULE)
    spec = documents(cron)[-1]["spec"]["jobTemplate"]["spec"]
    assert spec.get("maxFailedIndexes") == most


def test_what_ends_a_matrix_early_and_cannot_be_said() -> None:
    failures = "{kind: failure_early_stopping, percent: 50}"
    metric = "{kind: metric_early_stopping, metric: loss, value: 0.1, optimization: minimize}"
    [(code, message)] = told(stopping(failures), matrix="jobs")
    assert (code, "failure_early_stopping" in message) == ("PXC701", True)
    [(code, message)] = told(stopping(f"{metric}, {failures}"))
    assert (code, "metric_early_stopping" in message) == ("PXC701", True)
    image = "kind: job\ncontainer: {image: 'i:{{ v }}', command: [c]}\n"
    [(code, message)] = told(stopping(failures, image))
    assert code == "PXC701"
    assert "the only way to say an `earlyStopping`" in message


def test_too_many_runs_are_told() -> None:
    grid = "kind: grid, params: {v: {kind: range, value: [0, 400, 1]}, w: {kind: range, value: [0, 400, 1]}}"
    source = operation("[]", container("{{ v }}{{ w }}"), inputs="{name: v}, {name: w}").replace(
        "kind: mapping, values: []", grid
    )
    [message] = [message for code, message in told(source) if code == "PXC701"]
    assert "160,000 runs" in message
    assert "100,000" in message


# the table


def test_large_tables_are_several_config_maps(tmp_path: Path) -> None:
    values = [f"{at}-" + "x" * 5000 for at in range(400)]
    source = operation(rows(values), container("{{ v }}"))
    *maps, job = documents(source, matrix="indexed")
    assert len(maps) == 4
    for config_map in maps:
        assert config_map["immutable"] is True
        assert sum(len(t) for t in config_map["data"].values()) <= 900_000
    names = [m["metadata"]["name"] for m in maps]
    volume = next(v for v in job["spec"]["template"]["spec"]["volumes"] if v["name"] == "matrix")
    assert [s["configMap"]["name"] for s in volume["projected"]["sources"]] == names
    files = {name for m in maps for name in m["data"]}
    assert files == {"run", *(f"rows-{at}" for at in range(4))}


def test_rows_too_large_for_a_table_are_told() -> None:
    source = operation(rows(["x" * 20_000] * 60), container("{{ v }}"))
    assert kinds(source) == ["Job"] * 60
    [(code, message)] = told(source, matrix="indexed")
    assert code == "PXC701"
    assert "900,000 bytes" in message


def test_equal_files_give_equal_bytes() -> None:
    source = operation(MANY, container("{{ v }}"))
    one, two = (compiled(source).files[0].text for _ in range(2))
    assert one == two
    assert yaml.safe_load_all(one)


@pytest.mark.parametrize(
    ("first", "second", "form", "seconds"),
    [(100, 100, "indexed", 2), (100, 100, "jobs", 2), (250, 400, "indexed", 20)],
)
def test_a_large_grid_takes_little_time_and_memory(
    first: int, second: int, form: str, seconds: float, tmp_path: Path
) -> None:
    """CPU time of a whole process, the best of three: other programs make it look longer."""
    text = GRID.replace("FIRST", str(first)).replace("SECOND", str(second))
    (tmp_path / "grid.yaml").write_text(text)
    command = [sys.executable, "-m", "pxc", "compile", "--quiet", "--matrix", form, "grid.yaml"]
    tries = (measured(command, tmp_path) for _ in range(3))
    assert any(cpu < seconds and peak < 200 for cpu, peak in tries)


def measured(command: list[str], at: Path) -> tuple[float, float]:
    """CPU seconds and peak MiB of a command, by a process that is small itself.

    What is started by a large one is counted as having been as large.
    """
    program = (
        "import sys; from pathlib import Path; from benchmarks.processes import run_once\n"
        "cpu, _, peak = run_once(sys.argv[2:], Path(sys.argv[1])); print(cpu, peak)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(at), *command],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    cpu, peak = map(float, done.stdout.split())
    return cpu, peak
