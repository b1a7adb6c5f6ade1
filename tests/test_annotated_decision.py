"""The id of the decision on access in what is written: the same as in the log, and on every day."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.contracts import OutFile
from pxc.diagnostics import Report
from pxc.driver import compile_request
from pxc.driver.access import claims_beyond
from pxc.driver.worlds import for_target, world_of
from pxc.ir.node import replace
from pxc.targets import target as target_of
from tests.command_line import run, write
from tests.test_check_access import TARGETS
from tests.test_emitted_claims import COMPILED
from tests.test_golden import request_of

KEY = "pxc.dev/decision"
ID = "0123456789abcdef"
ORGANIZATION = """\
{kind: Organization, name: acme, members: [{user: ana, role: owner}]}
---
{kind: Project, name: p}
---
{kind: Grant, name: g, to: ["user:ana"], allow: [{use: ["secret:db"]}]}
"""
JOB = """\
name: train
KINDrun:
  kind: job
  container:
    image: python:3.12-slim
    command: [a]
    env: [{name: A, valueFrom: {secretKeyRef: {name: db, key: k}}}]
"""
CRON = "schedule: {kind: cron, cron: '0 4 * * *'}\n"
SETTINGS = "catalog: org.yaml\nproject: p\nacl: {annotate: true}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    files = {"org.yaml": ORGANIZATION, "pxc.yaml": SETTINGS, "train.yaml": JOB.replace("KIND", "")}
    write(tmp_path, {**files, "cron.yaml": JOB.replace("KIND", CRON)})
    return tmp_path


def compiled(*more: str, file: str = "train.yaml", today: str = "2027-01-15") -> str:
    ran = run("compile", file, "--as-user", "ana", "--today", today, *more)
    assert ran.code == 0, ran.err
    return str(ran.out)


def ids(text: str) -> list[str]:
    return re.findall(rf"{KEY}['\"]?: ['\"]?([0-9a-f]{{16}})\b", text)


@pytest.mark.parametrize("target", TARGETS)
def test_the_id_of_an_object_is_that_of_the_log(here: Path, target: str) -> None:
    text = compiled("--target", target, "--audit-log", "log.jsonl")
    (found,) = set(ids(text))
    ran = run("acl", "log", "log.jsonl", "--id", found)
    (secret,) = [c for c in json.loads(ran.out)["claims"] if c["what"].startswith("secret:")]
    assert (secret["by"], secret["rule"]) == ("grant", "g")


def test_one_decision_has_one_id(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is written of it, on whichever day, by which release, in which folder."""
    texts = [compiled("--target", target) for target in TARGETS]
    texts.append(compiled(today="2031-12-31"))
    assert texts[-1] == texts[0]
    monkeypatch.setattr("pxc.__version__", "99.0")
    texts.append(compiled())
    (here / "there").mkdir()
    for name in ("org.yaml", "pxc.yaml", "train.yaml"):
        (here / name).rename(here / "there" / name)
    monkeypatch.chdir(here / "there")
    texts.append(compiled())
    assert len({each for text in texts for each in ids(text)}) == 1
    assert all(map(ids, texts))


OTHERS: dict[str, tuple[str, str, str]] = {
    "a rule": ("org.yaml", "secret:db", "secret:*"),
    "the project": ("pxc.yaml", "project: p", "project: q"),
    "the mode": ("pxc.yaml", "annotate: true", "annotate: true, mode: warn"),
    "the file": ("train.yaml", "3.12", "3.13"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_another_decision_has_another_id(here: Path, what: str) -> None:
    (here / "org.yaml").write_text(f"{ORGANIZATION}---\n{{kind: Project, name: q}}\n")
    first = ids(compiled())
    name, old, new = OTHERS[what]
    (here / name).write_text((here / name).read_text().replace(old, new))
    second = ids(compiled())
    assert first
    assert second
    assert first != second


def test_another_asks(here: Path) -> None:
    (here / "org.yaml").write_text(ORGANIZATION.replace("g, to: [", "g, to: ['user:bo', "))
    (here / "org.yaml").write_text(
        (here / "org.yaml").read_text().replace("members: [", "members: [{user: bo, role: admin}, ")
    )
    first = ids(compiled())
    second = ids(compiled("--as-user", "bo"))
    assert first
    assert second
    assert first != second


QUIET: dict[str, tuple[str, str]] = {
    "not asked for": ("pxc.yaml", "catalog: org.yaml\nproject: p\n"),
    "off": ("pxc.yaml", SETTINGS.replace("true", "true, mode: off")),
    "no rules": ("org.yaml", "connections: []\n"),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("what", QUIET)
def test_where_nothing_is_named(here: Path, what: str, target: str) -> None:
    name, text = QUIET[what]
    (here / name).write_text(text)
    assert KEY not in compiled("--target", target)


def places(found: Any, path: tuple[str, ...] = ()) -> list[str]:
    """Where the annotation stands in an object."""
    if isinstance(found, list):
        return [p for i in found for p in places(i, path)]
    if not isinstance(found, dict):
        return []
    own = [".".join(path)] if KEY in found else []
    return own + [p for k, v in found.items() for p in places(v, (*path, str(k)))]


OBJECT = "metadata.annotations"
STANDS = {
    ("kubernetes", "train.yaml"): {"Job": [OBJECT]},
    ("kubernetes", "cron.yaml"): {
        "CronJob": [OBJECT, "spec.jobTemplate.metadata.annotations"],
    },
    ("argo", "train.yaml"): {"Workflow": [OBJECT]},
    ("argo", "cron.yaml"): {"CronWorkflow": [OBJECT, "spec.workflowMetadata.annotations"]},
    ("argo", "train.yaml", "--as", "template"): {
        "WorkflowTemplate": [OBJECT, "spec.workflowMetadata.annotations"],
    },
}  # fmt: skip


@pytest.mark.parametrize("asked", STANDS)
def test_where_it_stands(here: Path, asked: tuple[str, ...]) -> None:
    target, file, *more = asked
    objects = list(yaml.safe_load_all(compiled("--target", target, *more, file=file)))
    assert {each["kind"]: places(each) for each in objects if places(each)} == STANDS[asked]


@pytest.mark.parametrize("target", TARGETS)
def test_nobody_writes_it_himself(here: Path, target: str) -> None:
    own = f"environment: {{annotations: {{{KEY}: ffffffffffffffff}}}}\n  container:"
    path = here / "train.yaml"
    path.write_text(path.read_text().replace("container:", own))
    ran = run("compile", "train.yaml", "--as-user", "ana", "--target", target)
    assert (ran.code, ran.out) == (1, "")
    assert f"`ana` may not use annotation `{KEY}`" in ran.err


@pytest.mark.parametrize("target", ["kubernetes", "airflow"])
def test_what_somebody_may_write_does_not_count(here: Path, target: str) -> None:
    own = f"environment: {{annotations: {{{KEY}: ffffffffffffffff}}}}\n  container:"
    path = here / "train.yaml"
    path.write_text(path.read_text().replace("container:", own))
    more = f'{{use: ["secret:db", "annotation:{KEY}"]}}'
    (here / "org.yaml").write_text(ORGANIZATION.replace('{use: ["secret:db"]}', more))
    ran = run("compile", "train.yaml", "--as-user", "ana", "--target", target)
    assert ran.code == 0, ran.err
    assert ids(ran.out)
    assert "f" * 16 not in ran.out


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", COMPILED, ids=lambda case: case.name)
def test_names_stay(case: Path, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every golden: the annotation changes no name, no pod template and no claim."""
    monkeypatch.chdir(case)
    request = request_of(case, target)
    outcome = compile_request(request)
    if not outcome.files:
        return
    report = Report()
    world = for_target(world_of(request, report), target)
    files = target_of(target).emit(replace(outcome.plan, decision=ID), world, report)
    assert [f.path for f in files] == [f.path for f in outcome.files]
    assert any(KEY in file.text for file in files)
    outcome.files = files
    assert claims_beyond(request, outcome) == []
    for before, after in zip(compile_request(request).files, files, strict=True):
        assert content_of(after) == content_of(before)


def content_of(file: OutFile) -> Any:
    """What a file says but for the annotation."""
    if file.path.endswith(".py"):
        return ast.dump(_Without().visit(ast.parse(file.text)))
    return [without(each) for each in yaml.safe_load_all(file.text)]


class _Without(ast.NodeTransformer):
    """Takes the annotation out of the dicts of a program, and the arguments that it leaves empty."""

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        self.generic_visit(node)
        pairs = [
            (k, v)
            for k, v in zip(node.keys, node.values, strict=True)
            if not (
                isinstance(k, ast.Constant)
                and (k.value == KEY or (k.value == "annotations" and _is_empty(v)))
            )
        ]
        return ast.Dict([k for k, _ in pairs], [v for _, v in pairs])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node.keywords = [
            k for k in node.keywords if k.arg != "annotations" or not _is_empty(k.value)
        ]
        return node


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Dict) and not node.keys


def without(found: Any) -> Any:
    """An object without the annotation, and without the maps that it leaves empty."""
    if isinstance(found, list):
        return [without(each) for each in found]
    if not isinstance(found, dict):
        return found
    pairs = {k: without(v) for k, v in found.items() if k != KEY}
    return {k: v for k, v in pairs.items() if v != {} or found[k] == {}}


def exported(*more: str) -> list[dict[str, Any]]:
    ran = run("acl", "export", "--to", "kubernetes", *more)
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)["items"]
    return [each for each in found if each["metadata"]["name"] == "pxc-decision"]


def test_the_cluster_asks_for_it(here: Path) -> None:
    project = "{kind: Project, name: p, namespace: ml}"
    (here / "org.yaml").write_text(ORGANIZATION.replace("{kind: Project, name: p}", project))
    policy, binding = exported("--renderer", "argo/b", "--renderer", "argo/a")
    (validation,) = policy["spec"]["validations"]
    accounts = "'system:serviceaccount:argo:a', 'system:serviceaccount:argo:b'"
    assert f"in ['system:kube-controller-manager', {accounts}]" in validation["expression"]
    looked_at = {
        r for each in policy["spec"]["matchConstraints"]["resourceRules"] for r in each["resources"]
    }
    assert {"jobs", "cronjobs", "jobsets", "workflows", "deployments"} <= looked_at
    assert not {"pods", "services", "configmaps"} & looked_at
    (where,) = binding["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"]
    assert where["values"] == ["ml"]
    assert len(exported()) == 2
    (here / "pxc.yaml").write_text("catalog: org.yaml\nproject: p\n")
    assert exported() == []


def test_without_a_namespace_there_is_nothing_to_ask(here: Path) -> None:
    assert exported("--renderer", "a/b") == []


WRONG = {
    "another form": (("--to", "opa", "--renderer", "a/b"), "is for --to kubernetes"),
    "no namespace": (("--to", "kubernetes", "--renderer", "a"), "write NAMESPACE/NAME, not 'a'"),
    "a quote": (("--to", "kubernetes", "--renderer", "a/b'"), "write NAMESPACE/NAME"),
    "nothing annotated": (
        ("--isolated", "--catalog", "org.yaml", "--to", "kubernetes", "--renderer", "a/b"),
        "needs `acl: {annotate: true}`",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_renderers(here: Path, what: str) -> None:
    line, message = WRONG[what]
    ran = run("acl", "export", *line)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
