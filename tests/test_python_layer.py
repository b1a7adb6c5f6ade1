"""The layer that stands for the library `polyaxon` says what is written, and where it is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pxc import compile_file
from pxc.diagnostics import Severity
from tests.command_line import Ran, run, write
from tests.python_forms import BESIDE, FORMS, HEAD

ENDS = (
    "kind said", "io", "params", "early stopping without kinds", "dag", "service", "model",
    "client of Kubernetes", "patched", "checked with preset", "read file", "cron", "interval",
)  # fmt: skip
"""Forms that are executed here, too, where the library is not installed."""


@pytest.mark.parametrize("name", [n for n in FORMS if n.partition(": ")[2] in ENDS])
def test_a_form_has_no_mistake(name: str, tmp_path: Path) -> None:
    write(tmp_path, {"form.py": f"{HEAD}{FORMS[name]}\n", "pxc.yaml": "", **BESIDE})
    outcome = compile_file(tmp_path / "form.py", allow_python=True)
    schema = [d for d in outcome.report if d.code.id < "PXC2" and d.severity is Severity.ERROR]
    assert not schema


def compiled(folder: Path, text: str) -> Ran:
    write(folder, {"train.py": text, "pxc.yaml": ""})
    return run("compile", folder / "train.py", "--allow-python", "--color", "never")


def found(ran: Ran) -> list[tuple[str, str]]:
    """Codes and places."""
    return re.findall(r"^\w+\[(PXC\d{3})\].*\n *--> .*?train\.py:(\d+:\d+)", ran.err, re.M)


def test_every_mistake_is_told_at_its_keyword(tmp_path: Path) -> None:
    ran = compiled(tmp_path, """\
from polyaxon import k8s
from polyaxon.schemas import V1Component, V1IO, V1Job, V1Termination
main = V1Component(
    termination=V1Termination(max_retrie=3, timeout="x"),
    inputs=[V1IO(nam="x", type="int")],
    run=V1Job(container=k8s.V1Container(imag="a:1", resources={"limit": {}})),
    **{"zzz": 1})
""")  # fmt: skip
    assert found(ran) == [
        ("PXC102", "4:31"), ("PXC105", "4:53"), ("PXC102", "5:18"), ("PXC102", "6:41"),
        ("PXC102", "6:64"), ("PXC101", "7:8"),
    ]  # fmt: skip
    assert "did you mean `maxRetries`?" in ran.err


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("from polyaxon.schemas import V1Jobb\n", "1:1", "did you mean `V1Job`?"),
        ("from polyaxon import k8s\nk8s.V1Contaner(image='a')\n", "2:1", "`V1Container`?"),
        ("from polyaxon.client import RunClient\nRunClient(project='p')\n", "2:1", "RunClient"),
        ("from polyaxon import tracking\ntracking.init()\n", "2:1", "polyaxon.tracking.init"),
        ("import polyaxon.tracking as t\nt.log_metric(a=1)\n", "2:1", "polyaxon.tracking.log_metric"),
        ("from polyaxon.client import RunClient\nclass A(RunClient): pass\n", "2:1", "RunClient"),
        (
            "from polyaxon.polyaxonfile import CompiledOperationSpecification as C\nC.apply_params()\n",
            "2:1", "apply_params",
        ),
        (
            "from polyaxon.polyaxonfile import check_polyaxonfile as c\nc(url='https://h/a.yaml')\n",
            "2:1", "`url` of `check_polyaxonfile`",
        ),
    ],
)  # fmt: skip
def test_what_is_not_offered(text: str, place: str, words: str, tmp_path: Path) -> None:
    ran = compiled(tmp_path, text)
    assert found(ran) == [("PXC043", place)]
    assert words in ran.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("V1Job().contaner", "`V1Job` has no field `contaner`; did you mean `container`?"),
        ("V1Job().contaner = 1", "did you mean `container`?"),
        ("V1Job(k8s)", "TypeError"),
        ("V1Job.read('nowhere.yaml')", "`nowhere.yaml` is no file"),
        ("V1Job.read('{a: [}')", "<text>:1:6"),
        ("V1Job.read(5)", "not as `int`"),
        ("V1Job.from_dict(5)", "not a value of `int`"),
        ("V1Job().patch({}, 'merge')", "`merge` is no strategy"),
        ("V1Job().to_light_dict(include_attrs=['a'], exclude_attrs=['b'])", "not both"),
    ],
)
def test_a_wrong_use_is_an_exception_at_its_line(text: str, words: str, tmp_path: Path) -> None:
    head = "from polyaxon import k8s\nfrom polyaxon.schemas import V1Job\n"
    ran = compiled(tmp_path, f"{head}{text}\n")
    assert found(ran) == [("PXC036", "3:1")]
    assert words in ran.err


def test_a_section_that_is_no_document(tmp_path: Path) -> None:
    ran = compiled(tmp_path, "from polyaxon.schemas import V1Job\nmain = V1Job()\n")
    assert found(ran) == [("PXC038", "2:1")]
    assert "`main` is a V1Job, not a component or an operation" in ran.err


def test_the_layer_stands_before_a_library_that_is_installed(tmp_path: Path) -> None:
    write(tmp_path, {"polyaxon/__init__.py": "raise SystemExit", "polyaxon/schemas.py": "x"})
    text = "from polyaxon.schemas import V1Component, V1Job\nmain = V1Component(run=V1Job(container={'image': 'a:1'}))\n"
    assert compiled(tmp_path, text).code == 0


@pytest.mark.parametrize(
    "line",
    [
        "from polyaxon.polyflow import V1Component, V1Job",
        "from polyaxon.polyflow.component import V1Component\nfrom polyaxon.polyflow.run.job import V1Job",
        "from polyaxon._flow import V1Component, V1Job",
        "from polyaxon.schemas import *",
        "import polyaxon\nV1Component, V1Job = polyaxon.schemas.V1Component, polyaxon.schemas.V1Job",
        "import polyaxon.schemas as s\nV1Component, V1Job = s.V1Component, s.V1Job",
        "from polyaxon.schemas import V1Component, V1Job\nfrom polyaxon.k8s.k8s_schemas import V1Container",
        "from polyaxon.schemas import V1Component, V1Job\nfrom polyaxon.schemas.types import V1GitType",
        "from polyaxon.schemas import V1Component, V1Job\nfrom polyaxon.exceptions import PolyaxonSchemaError",
        "from polyaxon.schemas import V1Component, V1Job\nfrom polyaxon.client import RunClient",
        "from polyaxon.schemas import V1Component, V1Job\nfrom polyaxon import tracking, settings",
        "from polyaxon.schemas import LifeCycle, V1Component, V1Job, V1Run, V1Stage, V1Status",
        "from polyaxon.polyflow import V1Component, V1Job\nfrom polyaxon.k8s import k8s_schemas\nk8s_schemas.V1Volume",
        "from polyaxon.polyflow import V1Component, V1Job, dags\nfrom polyaxon.schemas import types\ntypes.GIT",
        "from polyaxon.polyflow import V1Component, V1Job, V1IO\nV1IO(name='a', iotype='int').type.upper()",
        "from polyaxon.schemas import V1Component, V1Job\nfrom polyaxon.connections import V1Connection",
        "from polyaxon.polyflow import V1Component, V1Job, V1SparkType\nV1SparkType.PYTHON.upper()",
    ],
)
def test_ways_to_import(line: str, tmp_path: Path) -> None:
    text = f"{line}\nmain = V1Component(run=V1Job(container={{'image': 'a:1'}}))\n"
    ran = compiled(tmp_path, text)
    assert ran.code == 0, ran.err


def test_places_in_a_module_beside_it(tmp_path: Path) -> None:
    steps = "from polyaxon.schemas import V1Job\ndef job():\n    return V1Job(contaner={'image': 'a:1'})\n"
    write(tmp_path, {"steps.py": steps})
    text = "from polyaxon.schemas import V1Component\nfrom steps import job\nmain = V1Component(run=job())\n"
    ran = compiled(tmp_path, text)
    assert re.search(r"steps\.py:3:18", ran.err), ran.err
    assert "return V1Job(contaner=" in ran.err


def test_places_in_a_dict_that_is_read(tmp_path: Path) -> None:
    ran = compiled(tmp_path, """\
from polyaxon.schemas import V1Component
main = V1Component.from_dict({
    "run": {"kind": "job", "container": {"image": "a:1", "imagee": 1}},
    "nme": "x",
})
""")  # fmt: skip
    assert found(ran) == [("PXC102", "3:58"), ("PXC102", "4:5")]


def test_places_of_attributes(tmp_path: Path) -> None:
    ran = compiled(tmp_path, """\
from polyaxon.schemas import V1Component, V1Job, V1Termination
main = V1Component(run=V1Job(container={"image": "a:1"}))
main.termination = V1Termination(timeout=1)
main.termination.timeout = "x"
""")  # fmt: skip
    assert found(ran) == [("PXC105", "4:1")]
