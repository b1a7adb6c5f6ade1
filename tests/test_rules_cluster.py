"""Rules about clusters, reproducibility, security and style: what each finds, and what it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pxc.driver import Request, SourceText, compile_request, lint_request
from pxc.lint.select import Selection
from pxc.lint.settings import Settings
from pxc.passes.rules.images import repository
from tests.command_line import write
from tests.console import run
from tests.rule_tables import A, args, env, job, lint, resources, rule_tests

RAW = "https://raw.githubusercontent.com/acme/parts/"
SHELL = "    command: [sh, -c]\n"
SCRIPT = "    args:\n      - |\n"
LINE = "        echo one more step\n"


def url(ref: str) -> str:
    return f"kind: operation\nurlRef: {ref}\n"


def service(container: str = "", run: str = "") -> str:
    return job(container, run).replace("kind: job", "kind: service")


def ports(*each: str) -> str:
    return f"    ports: [{', '.join(each)}]\n"


def roles(kind: str, root: str = "", **counts: str) -> str:
    text = "".join(
        f"  {role}: {{{count}container: {{image: 'torch:1'}}}}\n" for role, count in counts.items()
    )
    return f"kind: component\n{root}run:\n  kind: {kind}\n{text}"


def some(number: object) -> str:
    return f"replicas: {number}, "


def dag(*operations: str, root: str = "") -> str:
    part = "{name: t, inputs: [{name: a, type: int}, {name: b, type: int, value: 1}], run: {kind: job, container: {image: img:1}}}"
    lines = "".join(f"    - {one}\n" for one in operations)
    return (
        f"kind: component\n{root}run:\n  kind: dag\n  components: [{part}]\n  operations:\n{lines}"
    )


def step(name: str, params: str, more: str = "") -> str:
    return f"{{name: {name}, dagRef: t, params: {{{params}}}{more}}}"


def inner(more: str = "") -> str:
    return f"{{name: x, {more}component: {{run: {{kind: job, container: {{image: img:1}}}}}}}}"


READ_ONLY = "    securityContext: {readOnlyRootFilesystem: true}\n"
TOKEN = "inputs: [{name: token, type: str}]\n"
SHM_OFF = "plugins: {shm: false}\n"

BAD = [
    ("PXC502", url(f"{RAW}main/train.yaml"), "main"),
    ("PXC502", url(f"{RAW}refs/heads/v2/train.yaml"), "v2"),
    ("PXC502", url(f"'{RAW}feature-x/train.yaml'"), "feature-x"),
    ("PXC502", url("https://github.com/a/b/raw/dev/c.yaml"), "dev"),
    ("PXC502", url("https://git.acme.io/a/b/-/raw/release/c.yaml"), "release"),
    ("PXC502", url("https://files.acme.io/components/latest/c.yaml"), "latest"),
    ("PXC505", job(), "img:1"),
    ("PXC505", job(run="  init: [{dockerfile: {image: 'python:3.12'}}]\n").replace("img:1", "a@sha256:1"), "'python:3.12'"),
    ("PXC509", job(resources("requests: {nvidia.com/gpu: 1}, limits: {nvidia.com/gpu: 2}")), "1"),
    ("PXC509", job(resources("requests: {amd.com/gpu: 1}")), "1"),
    ("PXC513", job(), "kind: job"),
    ("PXC712", job(root="termination: {ttl: 60}\n"), "60"),
    ("PXC513", job(root="termination: {maxRetries: 3}\n"), "kind: job"),
    ("PXC513", dag(inner()), "{kind: job, container: {image: img:1}}"),
    ("PXC514", job(root="termination: {maxRetries: -1}\n"), "-1"),
    ("PXC514", job(root="termination: {maxRetries: 21}\n"), "21"),
    ("PXC516", service(), "img:1"),
    ("PXC517", service(run="  ports: [80, 81, 80]\n"), "80"),
    ("PXC517", service(run="  ports: [0]\n"), "0"),
    ("PXC517", service(run="  ports: [65536]\n"), "65536"),
    ("PXC517", job(ports("{containerPort: 70000}")), "70000"),
    ("PXC517", job(ports("{containerPort: 80, name: a}", "{containerPort: 81, name: a}")), "a"),
    ("PXC517", job(ports("{containerPort: 80}"), "  sidecars: [{name: s, image: img:2, ports: [{containerPort: 80, protocol: TCP}]}]\n"), "80"),
    ("PXC518", job(args("pip install torch")), "torch"),
    ("PXC518", job(args("'pip3 install -q -r a.txt \"torch>=2\" && python x.py'")), "torch>=2"),
    ("PXC518", job(args("'python -m pip install --index-url https://i.io/x a==1 b'")), "b"),
    ("PXC518", job("    command: [pip, install, -U, 'uvicorn[standard]']\n"), "'uvicorn[standard]'"),
    ("PXC518", job(SHELL + SCRIPT + "        set -e\n        pip install wandb; python x.py\n"), "wandb"),
    ("PXC520", roles("pytorchjob", master=some(1)), "1"),
    ("PXC520", roles("tfjob", worker=""), "kind: tfjob"),
    ("PXC520", roles("mpijob", launcher=some(1), worker=some(1)), "1"),
    ("PXC521", roles("pytorchjob", master=some(2), worker=some(2)), "2"),
    ("PXC521", roles("pytorchjob", master=some(0), worker=some(2)), "0"),
    ("PXC522", roles("pytorchjob", SHM_OFF, master="", worker=some(2)), "false"),
    ("PXC522", job(args("train.py", "--num-workers", "4"), root=SHM_OFF).replace("img:1", "torch:2"), "false"),
    ("PXC523", job("    workingDir: /code\n" + READ_ONLY), "/code"),
    ("PXC523", job("    workingDir: /data/x\n    volumeMounts: [{name: d, mountPath: /data, readOnly: true}]\n", "  volumes: [{name: d, emptyDir: {}}]\n"), "/data/x"),
    ("PXC602", job(args("'--token={{ a }}'"), root=A), "{{ a }}"),
    ("PXC602", job(args("--api-key", "'{{ a }}'"), root=A), "'{{ a }}'"),
    ("PXC602", job(SHELL + args("'train --db_password \"{{ a }}\" --x 1'"), root=A), "{{ a }}"),
    ("PXC604", job(root=TOKEN), "token"),
    ("PXC604", job(root="inputs: [{name: aws_secret_access_key}]\n"), "aws_secret_access_key"),
    ("PXC608", job(), "img:1"),
    ("PXC608", job(run="  environment: {serviceAccountName: default}\n"), "default"),
    ("PXC608", roles("pytorchjob", master="", worker=some(2)), "'torch:1'"),
    ("PXC611", job(run="  environment: {tolerations: [{operator: Exists}]}\n"), "Exists"),
    ("PXC611", job(run="  environment: {tolerations: [{key: '', operator: Exists, effect: NoSchedule}]}\n"), "Exists"),
    ("PXC910", job(root="name: a\n"), "a"),
    ("PXC911", job(), "kind: component"),
    ("PXC912", job(root="name: a\nversion: 1.1\n"), "version"),
    ("PXC912", "run: {kind: job, container: {image: img:1}}\n# what it is\n'kind': component\n", "kind"),
    ("PXC913", job(SHELL + SCRIPT + LINE * 21), "|"),
    ("PXC914", dag(*(step(f"s{i}", f"a: {i}, b: 2") for i in range(4))), "s0"),
    ("PXC930", job(), ""),
]  # fmt: skip

GOOD = [
    ("PXC502", url(f"{RAW}v1.2.0/train.yaml")),
    ("PXC502", url(f"{RAW}4f5e6d7/train.yaml")),
    ("PXC502", url(f"{RAW}refs/tags/stable/train.yaml")),
    ("PXC502", url("https://files.acme.io/main.yaml")),
    ("PXC502", "kind: operation\npathRef: main/train.yaml\n"),
    ("PXC505", job().replace("img:1", "img:1@sha256:1")),
    ("PXC505", job().replace("img:1", "img:latest")),
    ("PXC505", job().replace("img:1", "img")),
    ("PXC509", job(resources("requests: {nvidia.com/gpu: 1}, limits: {nvidia.com/gpu: '1'}"))),
    ("PXC509", job(resources("requests: {nvidia.com/gpu: 2}, limits: {nvidia.com/gpu: 1}"))),
    ("PXC509", job(resources("requests: {cpu: 1, hugepages.kubernetes.io/x: 1}, limits: {cpu: 2}"))),
    ("PXC513", job(root="termination: {timeout: 60}\n")),
    ("PXC513", service()),
    ("PXC712", job(root="termination: {ttl: 60}\n").replace("kind: job", "kind: service")),
    ("PXC712", job(root="termination: {timeout: 60}\n")),
    ("PXC712", job(root="termination: {ttl: 60}\nschedule: {kind: cron, cron: '0 3 * * *'}\n")),
    ("PXC513", job(root="presets: [short]\n")),
    ("PXC513", dag(inner(), root="termination: {timeout: 60}\n")),
    ("PXC513", dag(inner("termination: {timeout: 60}, "), step("y", "a: 1"))),
    ("PXC513", "kind: operation\nhubRef: 'a:1'\n"),
    ("PXC514", job(root="termination: {maxRetries: 20}\n")),
    ("PXC514", job(root="termination: {maxRetries: 0}\n")),
    ("PXC516", service("    livenessProbe: {tcpSocket: {port: 80}}\n")),
    ("PXC516", job()),
    ("PXC517", service(run="  ports: [1, 65535]\n")),
    ("PXC517", job(ports("{containerPort: 80}", "{containerPort: 80, protocol: UDP}"))),
    ("PXC517", job(ports("{containerPort: 80}", "{containerPort: 80}"))),
    ("PXC518", job(args("pip install torch==2.5.1 'numpy == 1' ./own . -e git+https://x/y"))),
    ("PXC518", job(args("pip install -r requirements.txt"))),
    ("PXC518", job(args("pip install --upgrade pip setuptools"))),
    ("PXC518", job(args("'pip install {{ a }} $EXTRA https://x/y.whl'"), root=A)),
    ("PXC518", job(args("'pip download torch'", "pipinstall"))),
    ("PXC518", job(run="  init: [{dockerfile: {image: img:1, run: [pip install torch]}}]\n")),
    ("PXC520", roles("pytorchjob", master=some(1), worker=some(2))),
    ("PXC520", roles("mpijob", launcher=some(1), worker=some(2))),
    ("PXC520", roles("pytorchjob", A, worker=some("'{{ a }}'"))),
    ("PXC521", roles("pytorchjob", master=some(1), worker=some(9))),
    ("PXC521", roles("tfjob", chief=some(1), worker=some(2))),
    ("PXC522", roles("pytorchjob", master="", worker=some(2))),
    ("PXC522", job(args("--num-workers=4"), root=SHM_OFF)),
    ("PXC522", job(args("--num-workers=4") + "    volumeMounts: [{name: m, mountPath: /dev/shm}]\n", "  volumes: [{name: m, emptyDir: {medium: Memory}}]\n", SHM_OFF).replace("img:1", "torch:2")),
    ("PXC523", job("    workingDir: /code\n")),
    ("PXC523", job("    workingDir: /plx-context/artifacts/a\n" + READ_ONLY)),
    ("PXC523", job("    workingDir: /data/x\n    volumeMounts: [{name: d, mountPath: /data, readOnly: true}, {name: d, mountPath: /data/x}]\n", "  volumes: [{name: d, emptyDir: {}}]\n")),
    ("PXC602", job(args("'--tokenizer={{ a }}'", "'--pad-token={{ a }}'", "--token-file", "'{{ a }}'"), root=A)),
    ("PXC602", job(args("--token", "$(TOKEN)", "'{{ a }}'"), root=A)),
    ("PXC602", job(env("TOKEN", "'{{ a }}'"), root=A)),
    ("PXC604", job(root="inputs: [{name: pad_token, type: str}, {name: max_tokens, type: int}]\n")),
    ("PXC604", job(root="inputs: [{name: token, type: int}, {name: db_secret, type: str}]\n")),
    ("PXC604", job(root="outputs: [{name: token, type: str}]\n")),
    ("PXC608", job(run="  environment: {serviceAccountName: trainer}\n")),
    ("PXC608", "kind: operation\nhubRef: 'a:1'\n"),
    ("PXC611", job(run="  environment: {tolerations: [{key: gpu, operator: Exists}]}\n")),
    ("PXC910", job(root="description: trains\n")),
    ("PXC910", "kind: operation\ncomponent: {description: trains, run: {kind: job, container: {image: img:1}}}\n"),
    ("PXC911", "kind: operation\ncomponent: {name: trains, run: {kind: job, container: {image: img:1}}}\n"),
    ("PXC911", "kind: operation\nhubRef: 'a:1'\n"),
    ("PXC912", job(root="name: a\n")),
    ("PXC912", '{"run": {"kind": "job", "container": {"image": "img:1"}}, "kind": "component"}\n'),
    ("PXC913", job(SHELL + SCRIPT + LINE * 20 + "\n")),
    ("PXC914", dag(*(step(f"s{i}", f"a: {i}, b: 2") for i in range(3)))),
    ("PXC914", dag(*(step(f"s{i}", f"a: {i}, b: {i}") for i in range(4)))),
    ("PXC914", dag(step("s0", "a: 0"), *(step(f"s{i}", f"a: {i}", f", dependencies: [s{i - 1}]") for i in range(1, 5)))),
    ("PXC930", "# of the team\n# yaml-language-server: $schema=https://x.io/s.json\n" + job()),
    ("PXC930", '{"run": {"kind": "job", "container": {"image": "img:1"}}}\n'),
]  # fmt: skip

# A line of a script has no place for a comment of YAML.
test_bad, test_good, test_ignored = rule_tests(BAD, GOOD, no_place=("wandb",))


IMAGES = {
    "python": "docker.io/library/python",
    "python:3.12": "docker.io/library/python",
    "acme/train:1@sha256:0a": "docker.io/acme/train",
    "localhost:5000/a/b": "localhost:5000/a/b",
    "localhost/a": "localhost/a",
    "ghcr.io/acme/train:1": "ghcr.io/acme/train",
}


@pytest.mark.parametrize("name", IMAGES)
def test_where_an_image_is_from(name: str) -> None:
    assert repository(name) == IMAGES[name]


@pytest.mark.parametrize(
    ("allow", "image", "count"),
    [
        ((), "evil.io/a:1", 0),
        (("ghcr.io",), "ghcr.io/a/b:1", 0),
        (("ghcr.io/acme/",), "ghcr.io/acme/b:1", 0),
        (("ghcr.io/acme",), "ghcr.io/acme-evil/b:1", 1),
        (("ghcr.io",), "python:3.12", 1),
        (("docker.io/library", "ghcr.io"), "python:3.12", 0),
        (("docker.io",), "'{{ a }}'", 0),
    ],
)
def test_allowed_registries(allow: tuple[str, ...], image: str, count: int) -> None:
    text = job(args("'{{ a }}'"), root=A).replace("img:1", image)
    settings = Settings(selection=Selection(select=("PXC609",)), allowed_registries=allow)
    found = lint(text, settings)
    assert [line.split()[0] for line in found] == ["PXC609"] * count
    ignored = text.replace(f"image: {image}", f"image: {image} # pxc: ignore[PXC609] a test")
    assert lint(ignored, settings) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (service(run="  ports: [80, 80]\n"), "PXC517"),
        (roles("pytorchjob", master=some(2), worker=some(2)), "PXC521"),
    ],
)
def test_what_a_cluster_refuses_is_not_compiled(text: str, code: str) -> None:
    outcome = compile_request(Request(files=(SourceText("file.yaml", text.encode()),)))
    assert [d.code.id for d in outcome.report if d.code.id == code] == [code]
    assert outcome.files == ()


def test_more_devices_requested_than_allowed_is_one_finding() -> None:
    text = job(resources("requests: {nvidia.com/gpu: 2}, limits: {nvidia.com/gpu: 1}"))
    assert [line.split()[0] for line in lint(text)] == ["PXC508"]


def test_the_copies_are_named() -> None:
    text = dag(*(step(f"s{i}", f"a: {i}") for i in range(5)))
    settings = Settings(selection=Selection(select=("PXC914",)))
    request = Request(files=(SourceText("file.yaml", text.encode()),), settings=settings)
    (found,) = lint_request(request).report
    assert [note.message for note in found.notes] == ["`s1`", "`s2`", "`s3`", "`s4`"]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ('allowed-registries = ["ghcr.io"]', "PXC609"),
        ('allowed-registries = ["docker.io", "quay.io"]', ""),
        ('allowed-registries = "ghcr.io"', "must be a list of registries"),
    ],
)
def test_registries_are_a_setting(file: str, said: str, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": f"[tool.pxc.lint]\n{file}\n", "a.yaml": job()})
    code, printed = run("pxc lint a.yaml", tmp_path)
    assert code == (2 if "must" in said else 0)
    assert said in printed
    if code == 0:
        assert ("PXC609" in printed) == bool(said)
        assert file in run("pxc lint --show-config a.yaml", tmp_path)[1]
