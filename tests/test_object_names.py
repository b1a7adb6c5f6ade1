"""Names of objects: what changes one, how long it may be, and that no two things share one."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.driver import Request, SourceText, collisions, compile_request
from pxc.options import Options
from pxc.targets._names import run_name
from tests.command_line import run
from tests.emitting import JOB, SERVICE, emit
from tests.kubernetes_oracle import judge

TRAIN: dict[str, Any] = {
    "version": 1.1,
    "kind": "component",
    "name": "train",
    "run": {
        "kind": "job",
        "environment": {"labels": {"team": "vision"}, "nodeSelector": {"a": "b", "c": "d"}},
        "init": [{"file": {"filename": "a.txt", "content": "hello"}}],
        "container": {
            "image": "img:1",
            "command": ["python", "train.py"],
            "env": [{"name": "A", "value": "1"}],
            "resources": {"limits": {"cpu": 1, "memory": "1Gi"}},
        },
    },
}


def names(text: str, **options: Any) -> list[str]:
    request = Request(files=(SourceText("f.yaml", text.encode()),), options=Options(**options))
    (file,) = compile_request(request).files
    found = [d["metadata"] for d in judge(file.text)]
    return [about.get("name") or about["generateName"] for about in found]


def shuffled(tree: Any, order: random.Random) -> Any:
    """The same data with its keys in another order."""
    if isinstance(tree, dict):
        keys = list(tree)
        order.shuffle(keys)
        return {key: shuffled(tree[key], order) for key in keys}
    return [shuffled(item, order) for item in tree] if isinstance(tree, list) else tree


def changed(*path: str, to: Any) -> str:
    tree = json.loads(json.dumps(TRAIN))
    inner = tree
    for key in path[:-1]:
        inner = inner.setdefault(key, {})
    inner[path[-1]] = to
    return yaml.safe_dump(tree)


BASE = names(yaml.safe_dump(TRAIN))


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_order_and_comments_change_no_name(order: random.Random, flow: bool) -> None:
    text = yaml.safe_dump(shuffled(TRAIN, order), sort_keys=False, default_flow_style=flow)
    assert (
        names("# a remark\n" + text.replace("\n", "  # and more\n") if not flow else text) == BASE
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("run", "environment", "labels"), {"team": "vision", "pxc.dev/owner": "ann"}),
        (("run", "environment", "annotations"), {"pxc.dev/image-digest": "sha256:00"}),
        (("description",), "another"),
        (("tags",), ["a", "b"]),
        (("termination",), {"ttl": 3600, "maxRetries": 2, "timeout": 9}),
        (("cache",), {"disable": True}),
    ],
)
def test_what_tells_of_a_run_changes_no_name(path: tuple[str, ...], value: Any) -> None:
    assert names(changed(*path, to=value)) == BASE


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("name",), "train2"),
        (("run", "container", "image"), "img:2"),
        (("run", "container", "command"), ["python", "other.py"]),
        (("run", "container", "env"), [{"name": "A", "value": "2"}]),
        (("run", "container", "resources"), {"limits": {"cpu": 2, "memory": "1Gi"}}),
        (("run", "environment", "labels"), {"team": "speech"}),
        (("run", "environment", "annotations"), {"a": "b"}),
        (("run", "init"), [{"file": {"filename": "a.txt", "content": "bye"}}]),
        (("plugins",), {"shm": False}),
    ],
)
def test_what_runs_changes_the_name(path: tuple[str, ...], value: Any) -> None:
    assert names(changed(*path, to=value))[-1] != BASE[-1]


def test_a_told_label_stands_on_the_object_alone() -> None:
    text = JOB + "environment: {labels: {pxc.dev/owner: ann, team: a}}"
    job = emit(text)[0]
    assert job["metadata"]["labels"]["pxc.dev/owner"] == "ann"
    labels = job["spec"]["template"]["metadata"]["labels"]
    assert "pxc.dev/owner" not in labels
    assert labels["team"] == "a"
    assert labels["pxc.dev/operation"] == "train"


def test_a_revision_ends_the_name() -> None:
    options: dict[str, Any] = {"name_policy": "revision", "revision": "42"}
    assert emit(JOB, **options)[0]["metadata"]["name"] == "train-r42"
    assert emit(SERVICE, **options)[0]["metadata"]["name"] == "board"
    long = emit(JOB.replace("train", "x" * 90), **options)[0]["metadata"]["name"]
    assert len(long) <= 57
    assert long.endswith("-r42")


@settings(max_examples=60, deadline=None)
@given(
    st.text(min_size=1, max_size=80),
    st.integers(20, 57),
    st.sampled_from(["content", "pinned", "revision", "generate"]),
    st.booleans(),
)
def test_a_name_has_room_for_its_pods(
    text: str, limit: int, policy: str, letter_first: bool
) -> None:
    options = Options(name_policy=policy, revision="r7" if policy == "revision" else "")
    name = run_name(text, limit, options, "content", letter_first=letter_first)
    bare = name.removesuffix("-") if policy == "generate" else name
    assert len(bare) <= limit
    assert all(c.isascii() and (c.isalnum() or c == "-") and c == c.lower() for c in bare)
    assert bare[0] != "-" != bare[-1]
    assert not letter_first or bare[0].isalpha()


def outcome(name: str, text: str, **options: Any) -> Any:
    request = Request(files=(SourceText(name, text.encode()),), options=Options(**options))
    return compile_request(request)


WEB = "kind: component\nname: web\nrun: {kind: service, container: {image: a}}\n"


def test_two_files_that_make_one_object() -> None:
    same = [outcome("a.yaml", WEB), outcome("b.yaml", WEB.replace("image: a", "image: b"))]
    found = list(collisions(same))
    assert [d.message for d in found] == [
        "two operations would make one Deployment `web`",
        "two operations would make one Service `web`",
    ]
    assert found[0].span.source.name == "b.yaml"
    assert found[0].notes[0].span is not None
    assert found[0].notes[0].span.source.name == "a.yaml"
    apart = [outcome("a.yaml", WEB, namespace="x"), outcome("b.yaml", WEB, namespace="y")]
    assert not list(collisions(apart))


def test_a_config_map_of_one_content_is_one_object() -> None:
    """In two files each has its own copy, so that either can be applied alone."""
    text = yaml.safe_dump(TRAIN)
    other = text.replace("img:1", "img:2")
    assert names(text)[0] == names(other)[0]
    assert names(text)[1] != names(other)[1]
    assert not list(collisions([outcome("a.yaml", text), outcome("b.yaml", other)]))


def test_generated_names_do_not_collide() -> None:
    text = yaml.safe_dump(TRAIN)
    both = [outcome(n, text, name_policy="generate") for n in ("a.yaml", "b.yaml")]
    assert not list(collisions(both))


def test_the_command_refuses_two_files_of_one_name(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(WEB)
    done = run("compile", tmp_path / "a.yaml", tmp_path / "b.yaml")
    assert done.code == 1
    assert done.out == ""
    assert "PXC710" in done.err
    assert run("compile", tmp_path / "a.yaml").code == 0


WRONG = [
    ("--name-policy revision", "go together"),
    ("--revision 4", "go together"),
    ("--name-policy revision --revision A_b", "lower-case letters"),
    ("--name-policy revision --revision " + "1" * 21, "at most 20"),
    ("--expose gateway", "needs '--expose-via"),
    ("--expose-host a.b", "need '--expose'"),
    ("--expose ingress --expose-host a_b", "no host name"),
    ("--expose ingress --expose-via a/b", "no name"),
    ("--expose gateway --expose-via a/b/c", "no name"),
]


@pytest.mark.parametrize(("options", "piece"), WRONG)
def test_wrong_use(tmp_path: Path, options: str, piece: str) -> None:
    (tmp_path / "a.yaml").write_text(WEB)
    done = run("compile", tmp_path / "a.yaml", *options.split())
    assert done.code == 2
    assert piece in " ".join(done.err.split())


def test_options_reach_the_objects(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(TRAIN))
    done = run("compile", tmp_path / "a.yaml", "--name-policy", "revision", "--revision", "42")
    assert "name: train-r42\n" in done.out
    (tmp_path / "b.yaml").write_text(WEB)
    route = ["-n", "ml", "--expose", "gateway", "--expose-via", "public", "--expose-host", "a.b"]
    done = run("compile", tmp_path / "b.yaml", *route)
    assert "kind: HTTPRoute" in done.out
    assert "PXC702" in done.err
