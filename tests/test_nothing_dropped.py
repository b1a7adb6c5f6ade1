"""Nothing is dropped in silence: every field of the language's table is emitted, told of or excused.

The table itself is walked. Each field is written into the smallest operation that can hold it and
compiled for kubernetes. Then the manifest differs from the one without it, or a refusal lies on the
field or on a section around it, or `EXCUSED` says why the field asks a cluster for nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.grammar.declarations import PARAM_FIELDS
from pxc.grammar.language import OPERATION
from pxc.grammar.pods import POD as POD_FIELDS
from pxc.grammar.runtimes import RUN
from pxc.grammar.search import SPACE
from pxc.grammar.shapes import (
    Anything,
    AsText,
    Boolean,
    ByKind,
    Choice,
    Field,
    Integer,
    Kubernetes,
    Later,
    ListOf,
    MapOf,
    Model,
    Number,
    Special,
    Text,
    Verbatim,
)  # fmt: skip
from pxc.ir.run import Replica
from pxc.options import HubOptions, Options
from pxc.targets.kubernetes.features import feature_of
from tests.conftest import ROOT
from tests.fields_in_company import MARKED

Tree = Any
Wrap = Callable[[Tree], Tree]

IMAGE = {"image": "a"}
BASE = {"name": "law", "run": {"kind": "job", "container": IMAGE}}
ABSENT = object()
TOLD = ("PXC209", "PXC701", "PXC702", "PXC703")
"""A refusal of the target, and a connection that there is not."""
CATALOG = Path(__file__).with_name("connections.yaml")


def samples(shape: Any) -> list[Tree]:
    """Values of a shape that ask for something; of some only one differs from the default."""
    match shape:
        case Text() | AsText() | Verbatim():
            return ["text-7", "text-8"]
        case Integer() | Number():
            return [7]
        case Boolean():
            return [True, False]
        case Choice(values=values):
            return list(values)
        case Anything():
            return ["text-7", "text-8"]
        case ListOf(item=item):
            return [[sample] for sample in samples(item)]
        case MapOf(value=value):
            return [{"key-7": sample} for sample in samples(value)]
        case Kubernetes(definition=definition):
            return [OBJECTS[definition]]
        case Special(name=name):
            return [SPECIAL[name]]
        case Later():
            return [{"name": "inner", **BASE}]
        case Model():
            return [required(shape)]
        case ByKind(models=models):
            return [{"kind": kind, **required(model)} for kind, model in models.items()]
    raise TypeError(f"no sample for {shape!r}")


OBJECTS: dict[str, Tree] = {
    "V1Affinity": {"podAntiAffinity": {}},
    "V1Container": {"name": "other", **IMAGE},
    "V1ExecAction": {"command": ["ls"]},
    "V1HTTPGetAction": {"port": 80},
    "V1HostAlias": {"ip": "10.0.0.7", "hostnames": ["h"]},
    "V1PodDNSConfig": {"searches": ["a.b"]},
    "V1PodFailurePolicy": {"rules": [{"action": "Ignore", "onExitCodes": {"operator": "In",
                                                                         "values": [7]}}]},
    "EnvironmentSecurityContext": {"runAsUser": 7},
    "V1ResourceRequirements": {"limits": {"cpu": "7"}},
    "V1Toleration": {"key": "k", "operator": "Exists"},
    "V1Volume": {"name": "v", "emptyDir": {}},
}  # fmt: skip
SPECIAL: dict[str, Tree] = {
    "base hub ref": "acme/other:1", "cmd": "echo", "component": {"inputs": [], **BASE},
    "conditions": "false", "connection name": "store", "container": {"image": "b"},
    "document kind": "operation", "duration": 3600, "env": {"A": "b"}, "event ref": "ops.other",
    "hub ref": "acme/other:1", "mode": "0777", "mount": "a:b", "param": "text-7",
    "path pair": ["a", "b"], "query": "status:succeeded", "raw map": {"container": {"tty": True}},
    "resources": {"cpu": 7}, "revision": "v7", "run": {"kind": "job", "container": {"image": "b"}},
    "search space": {"kind": "choice", "value": [1, 2]}, "sort": "-created_at", "version": 1.1,
}  # fmt: skip
SAMPLES: dict[str, list[Tree]] = {
    ".kind": ["choice"], ".value": [[1, 2]],
    **{f"schedule[{kind}].{key}": ["2030-01-01"] for kind in ("cron", "interval", "datetime")
       for key in ("startAt", "endAt")},
    **{f"{runtime}init[].dockerfile.env": [{"A": "7"}] for runtime in ("", "run[job].",
       "run[service].", "component.run[job].", "component.run[service].")},
    **{f"run[{kind}].schedulingPolicy.minResources": [{"cpu": 7}]
       for kind in ("tfjob", "pytorchjob", "mpijob", "xgbjob", "paddlejob", "mxjob")},
    "run[pytorchjob].elasticPolicy.rdvzConf": [[{"key": "timeout", "value": "7"}], ["timeout=7"]],
    "run[spark].type": ["JAVA"], "run[spark].deployMode": ["client"],
    **{f"run[{kind}].autoscalerOptions": [{"idleTimeoutSeconds": 7}]
       for kind in ("raycluster", "rayjob")},
}  # fmt: skip
"""What a table does not tell: times, variables, what goes with another field of a search space."""


ROLE = {"container": IMAGE}
POD: dict[str, dict[str, Tree]] = {
    "job": ROLE, "service": ROLE,
    "tfjob": {"worker": ROLE}, "pytorchjob": {"worker": ROLE}, "paddlejob": {"worker": ROLE},
    "xgbjob": {"master": ROLE}, "mpijob": {"launcher": ROLE},
    "raycluster": {"head": ROLE, "entrypoint": "python main.py"},
    "rayjob": {"head": ROLE, "entrypoint": "python main.py"},
    "daskcluster": {"worker": ROLE, "scheduler": ROLE},
    "spark": {"type": "python", "sparkVersion": "3.5.1", "mainApplicationFile": "a.py",
              "driver": ROLE, "executor": ROLE},
    "dag": {"operations": [{"name": "one", "container": IMAGE}]},
    "daskjob": {"worker": ROLE, "scheduler": ROLE, "job": ROLE},
}  # fmt: skip
"""The smallest of each runtime that is emitted; every other is refused whole, whatever it holds."""

NEEDED: dict[str, dict[str, Tree]] = {"hyperband": {"metric": {"name": "loss"}}}
"""What a kind needs although its schema does not ask for it in every case."""


def required(model: Model) -> dict[str, Tree]:
    """The smallest map of a model."""
    return {key: samples(model.fields[key].shape)[0] for key in model.required}


def leaves(shape: Any, path: str, wrap: Wrap) -> Iterator[tuple[str, Any, Wrap]]:
    """Every field below a shape that has no fields of its own, and how a value is put into it."""
    match shape:
        case Model(cls=cls) if cls is Replica:
            yield from _fields(_of_role(shape.fields, path), ROLE, path, wrap)
        case Model():
            yield from _fields(shape.fields, required(shape), path, wrap)
        case ByKind(models=models):
            for kind, model in models.items():
                small = {
                    "kind": kind,
                    **required(model),
                    **POD.get(kind, {}),
                    **NEEDED.get(kind, {}),
                }
                yield from _fields(model.fields, small, f"{path}[{kind}]", wrap)
        case ListOf(item=Model() | ByKind() as item):
            yield from leaves(item, f"{path}[]", lambda value: wrap([value]))
        case MapOf(value=Model() | ByKind() as value):
            yield from leaves(value, f"{path}.*", lambda inner: wrap({"key-7": inner}))
        case Special(name="run"):
            ours = {kind: model for kind, model in RUN.models.items() if kind in POD}
            yield from leaves(ByKind("run", ours), path, wrap)
        case Special(name="search space"):
            yield from _fields(SPACE.fields, SPECIAL["search space"], path, wrap)
        case MapOf(value=Special(name="param")):
            yield path, shape, wrap
            yield from _fields(PARAM_FIELDS, {}, f"{path}.*", lambda value: wrap({"x": value}))
        case MapOf(value=Special(name="search space")):
            yield from _fields(
                SPACE.fields,
                SPECIAL["search space"],
                f"{path}.*",
                lambda value: wrap({"x": value}),
            )
        case _:
            yield path, shape, wrap


def _of_role(table: dict[str, Field], path: str) -> dict[str, Field]:
    """The fields of a role: those of its pod in one role a kind, its init steps in a job alone."""
    kind, _, name = path.removeprefix("run[").partition("].")
    others = {"init"} if name in (*POD[kind], "workers.*") else {*POD_FIELDS}
    return {key: field for key, field in table.items() if key not in others}


def _fields(
    table: dict[str, Field], small: dict[str, Tree], path: str, wrap: Wrap
) -> Iterator[tuple[str, Any, Wrap]]:
    def holding(key: str) -> Wrap:
        return lambda value: wrap(small if value is ABSENT else {**small, key: value})

    for key, field in table.items():
        yield from leaves(field.shape, f"{path}.{key}" if path else key, holding(key))


_OF_SERVICES = "it sets up Polyaxon's own services, none of which is in a manifest"
EXCUSED = {
    "version": "it says how the file is read",
    "kind": "it says how the file is read",
    "inputs[].description": "words for readers of the file",
    "outputs[].description": "words for readers of the file",
    **{f"plugins.{name}": _OF_SERVICES for name in (
        "collectLogs", "collectResources", "syncStatuses", "logLevel", "sidecar.image", "sidecar.imageTag", "sidecar.imagePullPolicy",
        "sidecar.sleepInterval", "sidecar.syncInterval", "sidecar.monitorLogs",
        "sidecar.monitorSpec", "sidecar.resources",
    )},
}  # fmt: skip


LEAVES = {
    path: (shape, wrap)
    for path, shape, wrap in leaves(OPERATION, "", lambda tree: {**BASE, **tree})
}
WALKED = [path for path in LEAVES if path not in MARKED and path not in EXCUSED]


def compiled(text: str, target: str = "kubernetes") -> Outcome:
    """What comes of a file beside a catalog whose artifacts store is the connection `store`."""
    return compile_request(
        Request(
            files=(SourceText("f.yaml", text.encode()),),
            catalog=(CATALOG,),
            target=target,
            options=Options(hub=HubOptions(off=True)),
        )
    )


def yaml_of(tree: Tree) -> str:
    """A document with one top-level field a line, so that a section's first line is all of it."""
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in tree.items())


def place(text: str, without: str, path: str) -> tuple[int, int]:
    """Where the field stands: what the other text lacks, or its line when it has it too."""
    if text == without:
        start = text.rindex(f'"{path.rpartition(".")[2]}":')
        return start, text.index("\n", start)
    start = _shared(text, without)
    return start, len(text) - _shared(text[start:][::-1], without[start:][::-1])


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def said(outcome: Outcome) -> list[tuple[str, str | None, list[str]]]:
    return [(d.message, d.help, [note.message for note in d.notes]) for d in outcome.report]


def differs(one: Outcome, other: Outcome) -> bool:
    return bool(one.files) and texts(one) != texts(other)


def texts(outcome: Outcome) -> list[tuple[str, str]]:
    return [(file.path, file.text) for file in outcome.files]


@pytest.mark.parametrize("path", WALKED)
def test_a_field_is_emitted_or_refused(path: str) -> None:
    shape, wrap = LEAVES[path]
    without = yaml_of(wrap(ABSENT))
    bare = compiled(without)
    answered = False
    known = SAMPLES.get(path) or SAMPLES.get(path.partition("].params.*")[2])
    for value in known or samples(shape):
        text = yaml_of(wrap(value))
        outcome = compiled(text)
        refusals = [d for d in outcome.report if d.code.id in TOLD]
        assert outcome.files or refusals, f"{value!r} is no sample of it: {said(outcome)}"
        start, end = place(text, without, path)
        told = any(d.span.start < end and start < d.span.end for d in refusals)
        answered = answered or told or differs(outcome, bare)
        asked = outcome.plan.demands if outcome.plan is not None else ()
        assert all(feature_of(demand.feature) for demand in asked), asked
    assert answered, f"`{path}` changes nothing and nobody is told"


@pytest.mark.parametrize("path", MARKED)
def test_a_field_in_company_counts(path: str) -> None:
    outcome = compiled(re.sub("[«»]", "", MARKED[path]))
    bare = compiled(re.sub("«.*?»", "", MARKED[path], flags=re.DOTALL))
    assert differs(outcome, bare) or said(outcome) != said(bare)


@pytest.mark.parametrize("path", EXCUSED)
def test_an_excuse_is_needed(path: str) -> None:
    """The list holds no field that has an effect, and none that the table does not have."""
    shape, wrap = LEAVES[path]
    bare = compiled(yaml_of(wrap(ABSENT)))
    for value in samples(shape):
        outcome = compiled(yaml_of(wrap(value)))
        assert not differs(outcome, bare)
        assert not any(d.code.id in TOLD for d in outcome.report)


def test_the_tables_name_fields_that_there_are() -> None:
    assert {*MARKED, *EXCUSED} <= {*LEAVES}
    assert not {*MARKED} & {*EXCUSED}


@pytest.mark.parametrize("kind", [kind for kind in RUN.models if kind not in POD])
def test_other_runtimes_are_refused_whole(kind: str) -> None:
    model = RUN.models[kind]
    run = {"kind": kind, **required(model)}
    if kind == "dag":
        run["operations"] = [{"name": "a", "run": BASE["run"]}]
    for name, field in model.fields.items():
        if name == "container":
            run[name] = IMAGE
        elif isinstance(field.shape, Model) and field.shape.cls is Replica:
            run[name] = {"container": IMAGE}
    outcome = compiled(yaml_of({**BASE, "run": run}))
    assert not outcome.files
    assert "PXC701" in [d.code.id for d in outcome.report]


def test_the_page_of_the_target_names_what_is_excused() -> None:
    page = (ROOT / "docs" / "targets" / "kubernetes.md").read_text("utf-8")
    told = page.partition("## What asks nothing of a cluster")[2].partition("\n## ")[0]
    assert {path for path in EXCUSED if f"`{path}`" not in told} == set()
