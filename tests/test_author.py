"""Builders of Python: every field of the language, faults where they are made, documents as YAML's."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import linecache
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pxc.author as author
from pxc.author import AuthorFault, Section, document
from pxc.author.section import snake
from pxc.diagnostics import Diagnostic, Report
from pxc.driver import Request, SourceText, lint_request
from pxc.grammar.documents import build_operation
from pxc.grammar.fmt import format_text
from pxc.grammar.kubernetes_definitions import snake as kubernetes_snake
from pxc.grammar.python.builders import FOLDER, modules
from pxc.grammar.search import SPACES
from pxc.grammar.yaml_tree import read_yaml
from pxc.ir.node import plain
from pxc.ir.ranges import POSITIONS
from pxc.language import PolyaxonLanguage
from pxc.source import Authored, Source
from tests.author_language import builder, rows

ROWS = list(rows())


@pytest.mark.parametrize("name", modules())
def test_committed_builders_are_the_tables(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text("utf-8")
    assert text == modules()[name], "run `python -m pxc.grammar.python.builders`"


def test_every_section_is_walked() -> None:
    names = {cls.__name__ for cls, _, _ in ROWS}
    assert {"Component", "Operation", "TFJob", "Spark", "Hyperband", "Cron", "EnvVar"} <= names
    assert len(ROWS) > 140


@pytest.mark.parametrize(("cls", "fields", "kind"), ROWS, ids=[row[0].__name__ for row in ROWS])
def test_every_field_can_be_given_in_both_spellings(
    cls: type[Section], fields: tuple[str, ...], kind: str
) -> None:
    head = {"kind": kind} if kind else {}
    assert sorted(cls.fields_.values()) == sorted(fields)
    for name in fields:
        value = [{"some": "thing"}]
        own = kubernetes_snake(name)
        for spelling in (own, name):
            made: Any = cls(**{spelling: value})
            assert _bare(made) == {**head, name: value}
            assert getattr(made, own) == value
            assert dataclasses.replace(made) == made
        later = cls()
        setattr(later, name, value)
        assert _bare(later) == {**head, name: value}
        with pytest.raises(AuthorFault) as raised:
            cls(**{f"{own}_no": 1})
        assert raised.value.code == "PXC030"
    assert set(inspect.signature(cls).parameters) == {kubernetes_snake(n) for n in fields}


def _bare(made: Section) -> dict[str, Any]:
    found = made.to_dict()
    root = getattr(made, "__pxc_root__", None)
    return {k: v for k, v in found.items() if root is None or (k, v) not in root()}


def test_every_builder_is_of_the_table() -> None:
    made = {cls for cls, _, _ in ROWS} | {builder(f"space.{kind}") for kind in SPACES}
    made.add(author.Mount)
    known = {
        each
        for module in (author.sections, author.kubernetes)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Section) and each.fields_
    }
    assert known == made
    for cls in known:
        assert getattr(author, cls.label_) is cls
        assert cls.__doc__


def test_what_python_has_itself_is_not_taken_by_a_star() -> None:
    import builtins

    assert author.input is author.IO
    assert not set(author.__all__) & (set(dir(builtins)) | {"datetime", "random"})
    assert author.range is author.Range


@pytest.mark.parametrize("kind", SPACES)
def test_the_numbers_of_a_space_stand_in_order_or_by_name(kind: str) -> None:
    cls = builder(f"space.{kind}")
    names = POSITIONS.get(kind)
    if names is None:
        assert (
            cls([1, 2]).to_dict() == cls(value=[1, 2]).to_dict() == {"kind": kind, "value": [1, 2]}
        )
        return
    numbers = dict(zip(names, (1, 2, 3, 4), strict=False))
    expected = {"kind": kind, "value": numbers}
    assert cls(*numbers.values()).to_dict() == expected
    assert cls(**numbers).to_dict() == expected
    assert cls(value="1:2").to_dict() == {"kind": kind, "value": "1:2"}


PROGRAM = """\
from pxc.author import *
from pxc.author import input, random

lr = input(name="lr", type="float", value=0.1, is_optional=True)
train = component(
    name="train",
    inputs=[lr, {"name": "epochs", "type": "int", "value": 3}],
    outputs=[output(name="loss", type="float")],
    termination=termination(max_retries=2),
    run=job(
        container=container(
            image="python:3.12",
            command=["python", "train.py"],
            args=[f"--lr={lr}", "--epochs={{ epochs }}"],
            env=[env_var(name="LR", value=lr)],
            resources=resource_requirements(limits={"nvidia.com/gpu": 1}),
        ),
        init=[init(git=git(url="https://example.org/a.git", revision="v1.10"))],
    ),
)
first = operation(name="first", component=train, params={"lr": lr, "epochs": 5})
sweep = operation(
    name="sweep",
    component=train,
    dependencies=[first],
    matrix=random(
        num_runs=4, concurrency=2, seed=1,
        params={"lr": loguniform(-3, 0), "epochs": choice([1, 2])},
        early_stopping=[failure_early_stopping(percent=50)],
    ),
)
tests = [
    operation(
        name=f"test-{number}",
        component=train,
        params={"lr": first.outputs["loss"], "epochs": param(ref=first, value="inputs.epochs")},
        trigger="all_done",
    )
    for number in (1, 2)
]
main = component(
    inputs=[lr],
    run=dag(operations=[first, sweep, *tests], concurrency=2),
)
"""

TRAIN = """\
name: train
inputs:
  - {name: lr, type: float, value: 0.1, isOptional: true}
  - {name: epochs, type: int, value: 3}
outputs: [{name: loss, type: float}]
termination: {maxRetries: 2}
run:
  kind: job
  container:
    image: python:3.12
    command: [python, train.py]
    args: ["--lr={{ lr }}", "--epochs={{ epochs }}"]
    env: [{name: LR, value: "{{ lr }}"}]
    resources: {limits: {nvidia.com/gpu: 1}}
  init: [{git: {url: "https://example.org/a.git", revision: v1.10}}]
"""

FILE = f"""\
version: 1.1
kind: component
inputs: [{{name: lr, type: float, value: 0.1, isOptional: true}}]
run:
  kind: dag
  concurrency: 2
  operations:
    - name: first
      component: &train
        {TRAIN.replace(chr(10), chr(10) + " " * 8).strip()}
      params: {{lr: {{ref: dag, value: inputs.lr}}, epochs: 5}}
    - name: sweep
      component: *train
      dependencies: [first]
      matrix:
        kind: random
        numRuns: 4
        concurrency: 2
        seed: 1
        params:
          lr: {{kind: loguniform, value: {{low: -3, high: 0}}}}
          epochs: {{kind: choice, value: [1, 2]}}
        earlyStopping: [{{kind: failure_early_stopping, percent: 50}}]
    - name: test-1
      component: *train
      params: &params
        lr: {{ref: ops.first, value: outputs.loss}}
        epochs: {{ref: ops.first, value: inputs.epochs}}
      trigger: all_done
    - name: test-2
      component: *train
      params: *params
      trigger: all_done
"""


def executed(text: str, name: str = "program.py") -> dict[str, Any]:
    """The names of a program that is executed as a file of its own."""
    linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    found: dict[str, Any] = {"__name__": "program"}
    exec(compile(text, name, "exec"), found)
    return found


def from_yaml(text: str) -> tuple[object, list[str]]:
    report = Report()
    built = PolyaxonLanguage().read_operation(Source("file.yaml", text), report, preset=False)
    return plain(built), [d.code.id for d in report]


def from_builder(made: object) -> tuple[object, list[str]]:
    report = Report()
    source = Source("program.py", "", authored=Authored(document(made)))
    built = PolyaxonLanguage().read_operation(source, report, preset=False)
    return plain(built), [d.code.id for d in report]


def test_a_pipeline_is_what_the_same_yaml_is() -> None:
    main = executed(PROGRAM)["main"]
    assert from_builder(main) == from_yaml(FILE)
    assert from_yaml(main.to_yaml()) == from_yaml(FILE)
    assert from_yaml(main.to_json()) == from_yaml(FILE)


def test_a_component_and_an_operation_say_what_they_are() -> None:
    train = executed(PROGRAM)["train"]
    assert from_builder(train) == from_yaml(f"version: 1.1\nkind: component\n{TRAIN}")
    wrapped = author.operation(component=train, params={"lr": 0.2})
    assert wrapped.to_dict()["kind"] == "operation"
    assert "kind" not in wrapped.to_dict()["component"]
    assert from_builder(wrapped)[1] == []


def test_the_yaml_of_a_builder_is_as_pxc_formats_it() -> None:
    text = executed(PROGRAM)["main"].to_yaml()
    assert format_text("a.yaml", text).text == text


def test_every_example_of_a_file_is_linted_without_a_finding() -> None:
    found = executed(PROGRAM)
    data = SourceText("program.py", PROGRAM.encode(), Authored(document(found["main"])))
    assert [d.code.id for d in lint_request(Request(files=(data,), verify=True)).report] == []


def faults(text: str) -> Iterator[Diagnostic]:
    """What is wrong with a program whose `main` is linted."""
    try:
        authored = Authored(document(executed(text)["main"]))
    except AuthorFault as fault:
        yield fault.diagnostic
        return
    yield from lint_request(
        Request(files=(SourceText("program.py", text.encode(), authored),))
    ).report


HEAD = "from pxc.author import *; from pxc.author import input\n"
JOB = 'run=job(container=container(image="a:1"))'

FAULTS: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
    "unknown field": (
        f"main = component(nam='x', {JOB})",
        [("PXC030", "2:18", "nam")],
    ),
    "field of another section": (
        "main = component(run=job(\n    image='a:1'))",
        [("PXC030", "3:5", "image")],
    ),
    "twice": (
        f"main = component(termination=termination(maxRetries=1, max_retries=2), {JOB})",
        [("PXC031", "2:56", "max_retries")],
    ),
    "by position": (f"main = component('x', {JOB})", [("PXC030", "2:18", "'x'")]),
    "too many numbers": (
        "space = linspace(1, 2, 3, 4)",
        [("PXC030", "2:27", "4")],
    ),
    "value and numbers": (
        "main = uniform(1, value=[1, 2])",
        [("PXC031", "2:19", "value")],
    ),
    "another kind": (
        "main = component(run=job(kind='service'))",
        [("PXC030", "2:26", "kind")],
    ),
    "no data": (
        f"main = component({JOB}, tags={{1, 2}})",
        [("PXC032", "2:66", "{1, 2}")],
    ),
    "nameless": (
        f"a = operation(component=component({JOB}))\nmain = component(run=dag(operations=[\n"
        f"    a, operation(name='b', dependencies=[a], component=component({JOB}))]))",
        [("PXC033", "2:5", f"operation(component=component({JOB}))")],
    ),
    "a reference in a text": (
        f"a = operation(name='a', component=component({JOB}))\nmain = f'''{{a.outputs['x']}}'''",
        [
            ("PXC032", "3:12", "{a.outputs['x']}")
            if sys.version_info >= (3, 12)  # the first that knows places inside of such a text
            else ("PXC032", "3:8", "f'''{a.outputs['x']}'''")
        ],
    ),
    "wrong type": (
        "main = component(\n  run=job(container=container(image='a:1', tty='much')),\n)",
        [("PXC105", "3:48", "'much'")],
    ),
    "wrong type later": (
        f"main = component({JOB})\nmain.run.container.tty = 'much'",
        [("PXC105", "3:1", "main.run.container.tty")],
    ),
    "missing field": (
        "main = component(run=job(container=container(\n  image='a:1', env=[env_var(value='1')])))",
        [("PXC104", "3:29", "value")],
    ),
    "unknown variable": (
        "main = component(run=job(container=container(\n  image='a:1', args=['x', '{{ lrr }}'])))",
        [("PXC318", "3:31", "lrr")],
    ),
    "in a list of a comprehension": (
        "main = component(run=dag(operations=[operation(\n"
        f"  name=f'a {{n}}', component=component({JOB})) for n in range(1)]))",
        [("PXC112", "3:8", "f'a {n}'")],
    ),
    "in a plain dict": (
        "main = component(run={'kind': 'job',\n  'container': {'image': 'a:1', 'ags': []}})",
        [("PXC102", "3:33", "'ags'")],
    ),
    "in spread arguments": (
        f"more = {{'name': 'a b'}}\nmain = component(**more, {JOB})",
        [("PXC112", "3:20", "more")],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_where_it_is_made(name: str) -> None:
    text, expected = FAULTS[name]
    found = [
        (d.code.id, f"{d.span.line}:{d.span.column}", d.span.text) for d in faults(HEAD + text)
    ]
    assert found == expected


MESSAGES = {
    "component(nmae='x')": "`component` has no field `nmae` (did you mean `name`?)",
    "job(image='x')": "`job` has no field `image` (the image belongs in `run.container.image`)",
    "job(nodeSelector={})": "(`nodeSelector` belongs in `run.environment`)",
    "job(node_selector={})": "(`nodeSelector` belongs in `run.environment`)",
    "container(workdir='x')": "`container` has no field `workdir` (the field is `working_dir`)",
    "grid(zzz=1)": "(fields: `params`, `num_runs`, `concurrency`, `early_stopping`)",
    "tfjob(kind='job')": "`tfjob` is of kind `tfjob`, not `job` (leave `kind` out)",
    "component(kind='operation')": "`component` is of kind `component`, not `operation`",
    "choice([1], [2])": "`choice` takes 1 arguments by position, the others by name",
    "f'{input(type=\"int\")}'": "an input that is used needs a name",
}


@pytest.mark.parametrize("call", MESSAGES)
def test_a_fault_says_what_to_do(call: str) -> None:
    with pytest.raises(AuthorFault) as raised:
        executed(f"{HEAD}{call}\n")
    assert MESSAGES[call] in str(raised.value)
    assert str(raised.value).startswith("program.py:2:")
    assert isinstance(raised.value, TypeError)


def test_kind_may_be_said_where_it_is_the_own() -> None:
    job, component = {"kind": "job"}, {"kind": "component", "name": "a"}
    assert author.job(**job).to_dict() == job
    assert author.component(**component).to_dict() == {"version": 1.1, **component}


def test_null_is_a_value_and_unset_is_none() -> None:
    assert author.job(container=None).to_dict() == {"kind": "job", "container": None}
    made = author.job(container=author.UNSET)
    assert made.to_dict() == {"kind": "job"}
    assert not made.container
    made.container = {"image": "a"}
    del made.container
    assert made.to_dict() == {"kind": "job"}


def test_ports_are_a_list_that_grows() -> None:
    made = author.component()
    assert list(made.inputs) == []
    assert "inputs" not in made.to_dict()
    made.inputs.append(author.input(name="a"))
    made.inputs.extend([author.input(name="b")])
    assert [each["name"] for each in made.to_dict()["inputs"]] == ["a", "b"]
    assert made.inputs["b"] == author.input(name="b")
    del made.inputs[0]
    made.inputs[0] = {"name": "c"}
    assert made.to_dict()["inputs"] == [{"name": "c"}]
    assert made.inputs["c"] == {"name": "c"}
    with pytest.raises(KeyError):
        made.inputs["a"]
    assert dataclasses.replace(made, name="x").to_dict()["inputs"] == [{"name": "c"}]
    assert "inputs" not in dataclasses.replace(author.component(), name="x").to_dict()


def test_what_others_take_of_a_run() -> None:
    a = author.operation(name="a")
    params = {
        "of a": a.inputs["x"],
        "left": a.artifacts["base"],
        "id": a.globals["uuid"],
        "all": a.outputs,
        "past": author.run("u").outputs["y"],
        "dag": author.this_dag.inputs["z"],
        "plain": 1,
    }
    assert author.operation(params=params).to_dict()["params"] == {
        "of a": {"ref": "ops.a", "value": "inputs.x"},
        "left": {"ref": "ops.a", "value": "artifacts.base"},
        "id": {"ref": "ops.a", "value": "globals.uuid"},
        "all": {"ref": "ops.a", "value": "outputs"},
        "past": {"ref": "runs.u", "value": "outputs.y"},
        "dag": {"ref": "dag", "value": "inputs.z"},
        "plain": 1,
    }
    events = [author.event(ref=a, kinds=["run_status_done"])]
    assert author.operation(events=events).to_dict()["events"][0]["ref"] == "ops.a"
    assert author.join(query="status: done", ref=a).to_dict()["ref"] == "ops.a"
    a.name = "b"
    assert author.join(query="status: done", ref=a).to_dict()["ref"] == "ops.b"


def test_copies_are_of_their_own() -> None:
    made = author.operation(name="a", params={"x": [1]}, component=author.component(name="c"))
    for other in (copy.deepcopy(made), pickle.loads(pickle.dumps(made)), copy.copy(made)):
        assert other == made
        assert other.to_dict() == made.to_dict()
        other.name = "b"
        assert made.name == "a"
    deep = copy.deepcopy(made)
    deep.params["x"].append(2)
    deep.component.name = "d"
    assert made.to_dict()["component"] == {"name": "c"}
    assert made.params == {"x": [1]}
    assert repr(author.job(container=None)) == "job(container=None)"


def test_a_part_of_the_process_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    for text in ("main = job(cmd='x')\n", "\n\nmain = job(cmd='x')\n"):
        path.write_text(f"from pxc.author import *\n{text}".replace("cmd", "containr"), "utf-8")
        code = compile(path.read_text(), str(path), "exec")
        with pytest.raises(AuthorFault) as raised:
            exec(code, {"__name__": "program"})
        lines = [d.span.line for d in [raised.value.diagnostic]]
        assert lines == [2 if text.startswith("main") else 4]
        linecache.checkcache(str(path))


def test_a_tree_without_its_text_has_no_places_but_all_values() -> None:
    namespace: dict[str, Any] = {"__name__": "nowhere"}
    exec(compile(HEAD + f"main = component({JOB})", "<nowhere>", "exec"), namespace)
    assert from_builder(namespace["main"])[1] == []


def test_text_of_json_is_json() -> None:
    made = author.component(inputs=[author.input(name="a", value="x\x85y\u2028")])
    assert json.loads(made.to_json()) == made.to_dict()
    assert plain(read_yaml(Source("a.json", made.to_json()), Report())) == made.to_dict()
    with pytest.raises(AuthorFault, match="PXC032"):
        author.component(cost=float("inf")).to_json()
    assert "cost: .inf\n" in author.component(cost=float("inf")).to_yaml()


def test_builders_import_no_compiler() -> None:
    import subprocess
    import sys

    probe = "import sys, pxc.author; print(*sorted(m for m in sys.modules if m.startswith('pxc.')))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    rooms = ("pxc.grammar", "pxc.passes", "pxc.targets", "pxc.driver", "pxc.cli")
    assert not [name for name in loaded if name.startswith(rooms)]


def test_snake_case_is_one() -> None:
    for cls, fields, _ in ROWS:
        for name in fields:
            assert kubernetes_snake(name) == snake(name), cls


def test_read_yaml_reads_what_a_builder_writes() -> None:
    main = executed(PROGRAM)["main"]
    tree = read_yaml(Source("a.yaml", main.to_yaml()), Report())
    assert plain(tree) == main.to_dict()
    assert tree is not None
    assert build_operation(tree, Report()) is not None


COMPUTED = {
    "a password in a URL": ("url = 'https://me:s3cr3tpassw0rd@host/x'", "args=[url]", "PXC603", "url"),
    "a download": ("line = 'curl https://x.sh | sh'", "command=['sh', '-c', line]", "PXC610", "line"),
    "a package": ("line = 'pip install numpy'", "command=['sh', '-c', line]", "PXC518", "line"),
    "an expression": ("text = '${{ lr }}'", "args=[text]", "PXC311", "text"),
    "a package in place": ("", "command=['sh', '-c', 'pip install numpy']", "PXC518", "numpy"),
    "an image that is an input": ("", "args=['{{ lr }}']", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPUTED)
def test_rules_see_what_a_program_computes(name: str) -> None:
    before, argument, code, place = COMPUTED[name]
    text = (
        f"{HEAD}{before}\nlr = input(name='lr', value='a b')\nimage = input(name='image', value='a:1')\n"
        f"main = component(inputs=[lr, image], run=job(container=container(image=image,\n"
        f"    {argument}, env=[env_var(name='X', value=lr)])))"
    )
    found = [(d.code.id, d.span.text) for d in faults(text) if d.code.id in {code, "PXC208"}]
    assert found == ([(code, place)] if code else [])
