"""The lint rules: what each finds, what it must not find, and that a comment quiets it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pxc.driver import Request, SourceText, lint_request
from tests.code_pages import examples_of
from tests.conftest import ROOT
from tests.rule_tables import ALL, A, args, dag, env, job, lint, resources, rule_tests, search

MODELINE = b"# yaml-language-server: $schema=polyaxonfile.schema.json\n"

STOPPING = (
    "kind: grid, params: {{a: {{kind: choice, value: [1]}}}},"
    " earlyStopping: [{{kind: metric_early_stopping, metric: m, value: 1, optimization: minimize, {}}}]"
)
A_FLOAT = "{name: a, type: float}"

BAD = [
    (
        "PXC219",
        job(root="hooks: [{hubRef: 'r:1', params: {x: {ref: ops.a, value: outputs.b}}}]\n"),
        "ops.a",
    ),
    (
        "PXC219",
        job(root="build: {hubRef: 'r:1', params: {x: {ref: dag, value: inputs.b}}}\n"),
        "dag",
    ),
    ("PXC113", job("    command: python x.py\n"), "python x.py"),
    ("PXC113", job("    command: [python x.py]\n"), "python x.py"),
    ("PXC207", job(root=A), "a"),
    ("PXC207", job(args("'{{ b }}'"), root=A), "a"),
    ("PXC207", job(args("'{{ params.b }}'"), root=A), "a"),
    ("PXC311", job(args("'--a=${{ a }}'"), root=A), "${{ a }}"),
    (
        "PXC404",
        search(
            "kind: grid, params: {a: {kind: choice, value: [1]}, c: {kind: choice, value: [1]}}"
        ),
        "c",
    ),
    (
        "PXC405",
        search("kind: grid, params: {a: {kind: choice, value: [1]}}", arguments="x"),
        "a",
    ),
    (
        "PXC402",
        search("kind: grid, params: {a: {kind: linspace, value: '0:1:2000'}}", A_FLOAT),
        "{a: {kind: linspace, value: '0:1:2000'}}",
    ),
    (
        "PXC406",
        search("kind: random, numRuns: 3, params: {a: {kind: uniform, value: [0, 1]}}", A_FLOAT),
        "a",
    ),
    ("PXC408", search("kind: grid, params: {a: {kind: choice, value: [1, 2, 1]}}"), "1"),
    (
        "PXC434",
        "kind: operation\nschedule: {kind: cron, cron: '*/1 * * * *'}\ncomponent:\n  run: {kind: job, container: {image: img:1}}\n",
        "'*/1 * * * *'",
    ),
    (
        "PXC409",
        search("kind: grid, concurrency: 3, params: {a: {kind: choice, value: [1, 2]}}"),
        "3",
    ),
    (
        "PXC409",
        search(
            "kind: random, numRuns: 4, concurrency: 5, params: {a: {kind: uniform, value: [0, 1]}}"
        ),
        "5",
    ),
    (
        "PXC409",
        search(
            "kind: grid, numRuns: 2, concurrency: 3, params: {a: {kind: range, value: [0, 9, 1]}}"
        ),
        "3",
    ),
    ("PXC409", search("kind: mapping, concurrency: 2, values: [{a: 1}]"), "2"),
    (
        "PXC410",
        search("kind: random, seed: 0, numRuns: 3, params: {a: {kind: uniform, value: [0, 1]}}"),
        "0",
    ),
    (
        "PXC410",
        search(STOPPING.format("policy: {kind: median, evaluationInterval: 1}")),
        "{kind: median, evaluationInterval: 1}",
    ),
    (
        "PXC410",
        search(
            "kind: grid, params: {a: {kind: choice, value: [1]}},"
            " earlyStopping: [{kind: failure_early_stopping, percent: 150}]"
        ),
        "150",
    ),
    ("PXC410", job(root="joins: [{query: 'status: x', limit: 9000}]\n"), "9000"),
    (
        "PXC410",
        job(
            root="joins: [{query: 'status: x', limit: 9, params: {u: {value: globals.uuid, ref: ops.z}}}]\n"
        ),
        "ops.z",
    ),
    (
        "PXC411",
        search(
            "kind: tpe, maxIterations: 3, metric: {name: loss}, params: {a: {kind: uniform, value: [0, 1]}}"
        ),
        "loss",
    ),
    ("PXC423", dag("a", "b, dependencies: [a]", "c, dependencies: [b, a]"), "a"),
    (
        "PXC423",
        dag("a", "b, dependencies: [a]", "c, dependencies: [b]", "d, dependencies: [a, c]"),
        "a",
    ),
    (
        "PXC423",
        dag(
            "a",
            "b, params: {x: {ref: ops.a, value: outputs.x, contextOnly: true}}",
            "c, dependencies: [b, a]",
        ),
        "a",
    ),
    ("PXC424", dag("a", "b, dependencies: [a], conditions: '{{ 1 > 2 }}'"), "'{{ 1 > 2 }}'"),
    ("PXC424", job(root="conditions: 'false'\n"), "'false'"),
    ("PXC424", job(root="hooks: [{hubRef: 'a:1', conditions: '{{ false }}'}]\n"), "'{{ false }}'"),
    ("PXC427", dag("a"), "a"),
    ("PXC443", job(root="hooks: [{hubRef: 'acme/slack:1'}]\n"), "'acme/slack:1'"),
    ("PXC501", job(), "img:1"),
    ("PXC501", job(resources("limits: {}")), "img:1"),
    (
        "PXC503",
        "run: {kind: job, container: {image: 'registry:5000/a'}}\n",
        "'registry:5000/a'",
    ),
    ("PXC503", job(run="  init: [{dockerfile: {image: python}}]\n"), "python"),
    ("PXC504", "run: {kind: job, container: {image: 'a:latest'}}\n", "'a:latest'"),
    (
        "PXC504",
        "runPatch: {container: {image: 'b:latest'}}\nrun: {kind: job, container: {image: a:1}}\n",
        "'b:latest'",
    ),
    ("PXC506", job(run="  init: [{git: {url: u}}]\n"), "u"),
    ("PXC507", "kind: operation\nhubRef: kaniko\n", "kaniko"),
    ("PXC508", job(resources("requests: {cpu: 1.5}, limits: {cpu: 1400m}")), "1400m"),
    ("PXC508", job(resources("requests: {memory: 1Gi}, limits: {memory: 1G}")), "1G"),
    ("PXC511", job(resources("limits: {memory: 512}")), "512"),
    ("PXC511", job(resources("limits: {memory: 512m}")), "512m"),
    ("PXC511", job(resources("limits: {cpu: 2Gi}")), "2Gi"),
    ("PXC511", job(resources("limits: {cpu: 500}")), "500"),
    ("PXC511", "resources: {memory: 512}\nrun: {kind: job, container: {image: a:1}}\n", "512"),
    ("PXC512", job(resources("limits: {nvidia.com/gpu: 500m}")), "500m"),
    (
        "PXC515",
        "run: {kind: job, container: {image: 'a@sha256:1', imagePullPolicy: Always}}\n",
        "Always",
    ),
    ("PXC519", job(run="  environment: {nodeName: n1}\n"), "n1"),
    ("PXC601", job(env("DB_PASSWORD", "s3cr3tw0rd9")), "s3cr3tw0rd9"),
    ("PXC601", job(args("--token=9f8e7d6c5b4a")), "9f8e7d6c5b4a"),
    ("PXC601", job(args("--api-key", "9f8e7d6c5b4a")), "9f8e7d6c5b4a"),
    ("PXC601", job(env("X", "AKIA" + "ABCDEFGHIJKLMNOP")), "AKIA" + "ABCDEFGHIJKLMNOP"),
    ("PXC603", job(env("URL", "'postgres://u:p4ss@db/x'")), "u:p4ss"),
    ("PXC603", job(run="  init: [{git: {url: 'https://u:p4ss@host/r'}}]\n"), "u:p4ss"),
    ("PXC605", job("    securityContext: {privileged: true}\n"), "privileged"),
    ("PXC606", job(run="  volumes: [{name: v, hostPath: {path: /d}}]\n"), "hostPath"),
    ("PXC606", job(run="  environment: {hostNetwork: true}\n"), "true"),
    (
        "PXC610",
        job(args("'curl -sSL https://a.b/c | sudo bash'")),
        "curl -sSL https://a.b/c | sudo bash",
    ),
]

GOOD = [
    ("PXC219", job(root="hooks: [{hubRef: 'r:1', params: {x: {ref: runs.8d2f1a0b3a14b0f8b2d9d8a4cb4cc11a, value: outputs.b}}}]\n")),
    ("PXC113", job("    command: [sh, -c, 'a b']\n")),
    ("PXC113", job("    command: train\n")),
    ("PXC207", job(args("'{{ a }}'"), root=A)),
    ("PXC207", job(args("'{{ params.a.value }}'"), root=A)),
    ("PXC207", job(args("'{{ params[\"a\"].value }}'"), root=A)),
    ("PXC207", job(args("'{{ params.as_args }}'"), root=A)),
    ("PXC207", job(args("'{% if a %}x{% endif %}'"), root=A)),
    ("PXC207", job(args("'{% for p in params %}{{ p }}{% endfor %}'"), root=A)),
    ("PXC207", job(root="inputs: [{name: a, type: int, value: 1, toEnv: A}]\n")),
    ("PXC207", job(root="inputs: [{name: a, type: int, value: 1}, {name: b, type: int, value: '{{ a }}', toEnv: B}]\n")),
    ("PXC207", job(root=A + "presets: [gpu]\n")),
    ("PXC207", job(root=A + "conditions: a > 3\n")),
    ("PXC207", job(root=A + "hooks: [{hubRef: 'notify:1', params: {x: {value: '{{ a }}'}}}]\n")),
    ("PXC207", "kind: operation\nrunPatch: {container: {args: ['{{ a }}']}}\ncomponent:\n  " + A + "  run: {kind: job, container: {image: a:1}}\n"),
    ("PXC207", "kind: component\n" + A + "run:\n  kind: dag\n  operations:\n    - name: x\n      params: {y: {ref: dag, value: inputs.a}}\n      component: {inputs: [{name: y, type: int, toEnv: Y}], run: {kind: job, container: {image: a:1}}}\n"),
    ("PXC207", "kind: operation\nhubRef: 'a:1'\n" + A),
    ("PXC311", job(args("'$HOME {{ a }}'"), root=A)),
    ("PXC404", search("kind: grid, params: {c: {kind: choice, value: [1]}}", inputs="", arguments="'{{ c }}'")),
    ("PXC405", search("kind: grid, params: {a: {kind: choice, value: [1]}}", "{name: a, type: int, toEnv: A}", "x")),
    ("PXC402", search("kind: grid, numRuns: 9, params: {a: {kind: linspace, value: '0:1:2000'}}", "{name: a, type: float}")),
    ("PXC402", search("kind: grid, params: {a: {kind: linspace, value: '0:1:1000'}}", "{name: a, type: float}")),
    ("PXC406", search("kind: random, seed: 1, numRuns: 3, params: {a: {kind: uniform, value: [0, 1]}}", "{name: a, type: float}")),
    ("PXC408", search("kind: grid, params: {a: {kind: choice, value: [1, '1', true]}}", "{name: a, type: any}")),
    ("PXC434", "kind: operation\nschedule: {kind: cron, cron: '5 * * * *'}\ncomponent:\n  run: {kind: job, container: {image: img:1}}\n"),
    ("PXC318", job(args("'{{ a }}'"), root=A + "hooks: [{hubRef: 'r:1', conditions: '{{ a > x and status == outputs.b }}', params: {x: {value: '{{ params.a.value }} {{ globals.uuid }}'}}}]\n")),
    ("PXC318", job(args("'{{ a }}'"), root=A + "presets: [p]\nhooks: [{hubRef: 'r:1', conditions: '{{ b > 1 }}'}]\n")),
    ("PXC409", search("kind: grid, concurrency: 2, params: {a: {kind: choice, value: [1, 2]}}")),
    ("PXC409", search("kind: grid, concurrency: 9, params: {a: {kind: choice, value: '{{ x }}'}}")),
    ("PXC409", search("kind: random, numRuns: 4, concurrency: 4, params: {a: {kind: uniform, value: [0, 1]}}")),
    ("PXC409", search("kind: grid, concurrency: 9, params: {a: {kind: daterange, value: ['2024-01-01', '2024-03-01', 1]}}")),
    ("PXC409", search("kind: mapping, concurrency: 2, values: '{{ rows }}'")),
    ("PXC410", search("kind: random, seed: 1, numRuns: 3, params: {a: {kind: uniform, value: [0, 1]}}", "{name: a, type: float}")),
    ("PXC410", search(STOPPING.replace(", {}", "").format())),
    ("PXC410", job(root="joins: [{query: 'status: x', limit: 5000}]\n")),
    ("PXC411", search("kind: tpe, maxIterations: 3, metric: {name: loss, optimization: minimize}, params: {a: {kind: uniform, value: [0, 1]}}")),
    ("PXC423", dag("a", "b, dependencies: [a]", "c, dependencies: [b], trigger: all_done", "d, dependencies: [a, c]")),
    ("PXC423", dag("a", "b, dependencies: [a]", "c, dependencies: [a, b], trigger: one_succeeded")),
    ("PXC423", dag("a", "b, events: [{ref: ops.a, kinds: [run_status_failed]}]", "c, dependencies: [a, b]")),
    ("PXC423", dag("a", "b, dependencies: [a], skipOnUpstreamSkip: true", "c, dependencies: [a, b]")),
    ("PXC423", dag("a", "b", "c, dependencies: [a, b]")),
    ("PXC424", job(root=A + "conditions: '{{ a > 3 }}'\n")),
    ("PXC424", job(root="conditions: '{{ not false }}'\n")),
    ("PXC424", job(root="conditions: null\n")),
    ("PXC427", dag("a", "b")),
    ("PXC443", job(root="hooks: [{hubRef: 'slack:1', connection: c}, {hubRef: 'report:1'}, {hubRef: 'slack:1', params: {to: {value: x}}}]\n")),
    ("PXC501", job(resources("requests: {cpu: 1}"))),
    ("PXC501", job(resources("limits: {cpu: 1}"))),
    ("PXC503", "run: {kind: job, container: {image: 'registry:5000/a:1'}}\n"),
    ("PXC503", "run: {kind: job, container: {image: 'a@sha256:1'}}\n"),
    ("PXC503", job(args("'{{ a }}'"), root=A).replace("img:1", "'{{ a }}'")),
    ("PXC506", job(run="  init: [{git: {url: u, revision: v1}}]\n")),
    ("PXC508", job(resources("requests: {memory: 1Gi}, limits: {memory: 1024Mi}"))),
    ("PXC508", job(resources("requests: {cpu: 0.1}, limits: {cpu: 100m}"))),
    ("PXC511", job(resources("limits: {memory: 512Mi, cpu: 250m, nvidia.com/gpu: 1}"))),
    ("PXC511", job(resources("limits: {memory: '1e9', ephemeral-storage: 0}"))),
    ("PXC512", job(resources("limits: {nvidia.com/gpu: 2}"))),
    ("PXC515", "run: {kind: job, container: {image: 'a:1', imagePullPolicy: Always}}\n"),
    ("PXC601", job(env("TOKEN", "'{{ a }}'"), root=A)),
    ("PXC601", job(env("TOKEN_FILE", "/run/secrets/t0ken1"))),
    ("PXC601", job(env("PASSWORD", "example-passw0rd"))),
    ("PXC601", job(env("MAX_TOKENS", "4096abcdef12"))),
    ("PXC601", job(args("--token=$(TOKEN_2_A)", "--tokenizer=bert-base-2"))),
    ("PXC603", job(env("URL", "'postgres://u:{{ a }}@db/x'"), root=A)),
    ("PXC603", job(env("URL", "'postgres://u:$(PASSWORD)@db/x'"))),
    ("PXC603", job(env("URL", "'ssh://git@host:22/x'"))),
    ("PXC605", job("    securityContext: {privileged: false}\n")),
    ("PXC606", job(run="  volumes: [{name: v, emptyDir: {}}]\n")),
    ("PXC610", job(args("'curl -o a.sh https://a.b/c | tee log'"))),
]  # fmt: skip


test_bad, test_good, test_ignored = rule_tests(BAD, GOOD)


def test_one_mistake_is_one_finding() -> None:
    latest = "run: {kind: job, container: {image: 'a:latest', imagePullPolicy: IfNotPresent}}\n"
    assert [line[:6] for line in lint(latest)] == ["PXC515"]
    url = job(env("DB_PASSWORD", "'postgres://u:p4ssw0rd@db/x'"))
    assert [line[:6] for line in lint(url)] == ["PXC603"]


def test_what_a_referred_file_holds_is_told_there(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(job(root=A).replace("img:1", "a:latest"))
    main = SourceText(
        (tmp_path / "main.yaml").as_posix(), MODELINE + b"kind: operation\npathRef: base.yaml\n"
    )
    request = Request(files=(main,), root=tmp_path, settings=ALL)
    assert list(lint_request(request).report) == []


def pages() -> list[str]:
    found = []
    for path in sorted((ROOT / "pxc" / "codes").glob("PXC*.md")):
        for example in examples_of(path.read_text("utf-8")):
            if example.data and not example.compile:
                found.append(example.data.decode("utf-8", "replace"))
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_rules_never_fail_on_mutated_files(data: Any) -> None:
    lines = data.draw(st.sampled_from(pages())).splitlines()
    for _ in range(data.draw(st.integers(0, 3))):
        if not lines:
            break
        at = data.draw(st.integers(0, len(lines) - 1))
        action = data.draw(st.sampled_from(("delete", "double", "cut", "quote")))
        if action == "delete":
            del lines[at]
        elif action == "double":
            lines.insert(at, lines[at])
        elif action == "cut":
            lines[at] = lines[at][: len(lines[at]) // 2]
        else:
            lines[at] = lines[at].replace(": ", ": '", 1) + "'"
    text = "\n".join(lines)
    request = Request(files=(SourceText("file.yaml", text.encode()),), settings=ALL, verify=True)
    for found in lint_request(request).report:
        assert 0 <= found.span.start <= found.span.end <= len(found.span.source.text)
