"""What Python files for `polyaxon.schemas` mean: the real library and pxc read the same operation."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pxc import compile_file
from pxc.diagnostics import Report
from pxc.driver import Request, compile_request
from pxc.driver.python_files import execute_file
from pxc.polyaxon.classes import section_names
from pxc.request import SourceText
from tests.command_line import environment, write
from tests.conftest import ROOT
from tests.engines import place
from tests.python_forms import BESIDE, DIFFERENT, FORMS, HEAD, TOLD
from tests.python_patches import patches

LIBRARY = place.CACHE / "tracking-2" / "bin" / "python"

pytestmark = pytest.mark.skipif(
    not LIBRARY.exists(), reason="polyaxon is not installed: make engines"
)

REAL = """
import json, sys
from enum import Enum
from polyaxon.polyaxonfile import check_polyaxonfile

OF_KUBERNETES = ("container", "sidecars", "volumes", "affinity", "tolerations", "securityContext",
                 "hostAliases", "dnsConfig", "resources", "podFailurePolicy")

def bare(value, inside=False):
    # models of Kubernetes tell of all that nobody set, too
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, dict):
        return {k: bare(v, inside or k in OF_KUBERNETES) for k, v in value.items()
                if v is not None or not inside}
    if isinstance(value, (list, tuple)):
        return [bare(v, inside) for v in value]
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "total_seconds"):
        seconds = value.total_seconds()
        return int(seconds) if seconds == int(seconds) else seconds
    return value.isoformat() if hasattr(value, "isoformat") else value

for line in sys.stdin:
    path = json.loads(line)
    try:
        op = check_polyaxonfile(python_module=path, is_cli=False, verbose=False, to_op=False,
                                validate_params=False)
        kind = "operation" if type(op).__name__ == "V1Operation" else "component"
        said = {"kind": kind, **bare(op.to_dict(exclude_none=False))}
    except BaseException as fault:
        cause = fault.__cause__ or fault
        said = f"{type(cause).__name__}: {cause}"
    print("ANSWER " + json.dumps(said), flush=True)
"""

VALUES = """
import json, sys
{head}
for line in sys.stdin:
    try:
        said = eval(json.loads(line))
    except Exception as fault:
        said = f"{{type(fault).__name__}}: {{fault}}"
    print("ANSWER " + json.dumps(said, default=str), flush=True)
"""


def answers(python: Path | str, program: str, questions: list[str], folder: Path) -> list[Any]:
    ended = subprocess.run(
        [python, "-c", program], input="".join(json.dumps(q) + "\n" for q in questions),
        cwd=folder, capture_output=True, text=True, check=True, timeout=300,
        env=environment(PYTHONPATH=str(ROOT) if python == sys.executable else "", POLYAXON_IS_OFFLINE="1",
                        HOME=str(folder)),
    )  # fmt: skip
    found = re.findall(r"^ANSWER (.*)$", ended.stdout, re.M)
    assert len(found) == len(questions), ended.stderr
    return [json.loads(each) for each in found]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("forms")
    files = {f"{_stem(name)}.py": f"{HEAD}{text}\n" for name, text in FORMS.items()}
    write(made, {**files, **BESIDE, "pxc.yaml": ""})
    return made


def _stem(name: str) -> str:
    return "form_" + re.sub(r"\W", "_", name)


@pytest.fixture(scope="module")
def operations(folder: Path) -> dict[str, Any]:
    """What the library makes of each form."""
    paths = [str(folder / f"{_stem(name)}.py") for name in FORMS]
    return dict(zip(FORMS, answers(LIBRARY, REAL, paths, folder), strict=True))


def composed(given: SourceText, root: Path) -> Any:
    """The operation that pxc reads, with all of its layers, as data without places."""
    request = Request(files=(given,), root=root, dump_after="compose_layers")
    outcome = compile_request(request)
    assert outcome.dump is not None, [d.message for d in outcome.report]
    found = json.loads(outcome.dump)
    found.pop("origin", None)
    return settled(found)


def settled(dump: Any) -> Any:
    """A dump without what may be said in two ways: kinds that go without saying, short params, the order of roles."""
    if isinstance(dump, list):
        return [settled(each) for each in dump]
    if not isinstance(dump, dict):
        return dump
    found = {key: settled(value) for key, value in dump.items() if key != "short"}
    if isinstance(found.get("component"), dict):
        found["component"].setdefault("kind", "component")
    for key in ("operations", "components"):
        for each in found.get(key) or ():
            each.setdefault("kind", key[:-1])
    if "roles" in found:
        found["roles"] = sorted(found["roles"], key=lambda role: role[0])
    if found.get("kind") == "range" and isinstance(found["value"], list):
        found["value"] = dict(zip(("start", "stop", "step"), found["value"], strict=True))
    return found


@pytest.mark.parametrize("name", [name for name in FORMS if name not in DIFFERENT])
def test_a_form_is_the_operation_of_the_library(
    name: str, folder: Path, operations: dict[str, Any]
) -> None:
    real = operations[name]
    assert isinstance(real, dict), real
    path = folder / f"{_stem(name)}.py"
    report = Report()
    made = execute_file(SourceText(str(path), path.read_bytes()), "main", report)
    assert made is not None, [d.message for d in report]
    assert not list(report)
    told = json.dumps(real).encode()
    assert composed(made, folder) == composed(SourceText("real.yaml", told), folder)


@cache
def _values(python: str, head: str) -> dict[str, Any]:
    program = VALUES.format(head=head)
    return dict(zip(TOLD, answers(python, program, list(TOLD.values()), Path("/tmp")), strict=True))


@pytest.mark.parametrize("name", TOLD)
def test_a_method_gives_what_that_of_the_library_gives(name: str) -> None:
    real = _values(str(LIBRARY), HEAD)[name]
    install = "from pxc.polyaxon.finder import install\ninstall()\n"
    assert _values(sys.executable, install + HEAD)[name] == real


def test_patches_are_those_of_the_library(tmp_path: Path) -> None:
    made = patches(150)
    install = "from pxc.polyaxon.finder import install\ninstall()\n"
    real = answers(LIBRARY, VALUES.format(head=HEAD), made, tmp_path)
    ours = answers(sys.executable, VALUES.format(head=install + HEAD), made, tmp_path)
    assert not any(isinstance(each, str) for each in real)
    for expression, one, other in zip(made, ours, real, strict=True):
        assert _set(one) == _set(other), expression


def _set(value: Any) -> Any:
    """A value without what models of Kubernetes tell of all that nobody set."""
    if isinstance(value, dict):
        shown = ("claims", "requests", "limits", "effect", "operator", "tolerationSeconds",
                 "toleration_seconds", "value", "value_from", "valueFrom")  # fmt: skip
        return {k: _set(v) for k, v in value.items() if v is not None or k not in shown}
    return [_set(each) for each in value] if isinstance(value, list) else value


def test_every_class_is_in_a_form() -> None:
    named = set(
        re.findall(
            r"\b(?:V1|UtilityFunction|GaussianProcess)\w+\b", " ".join(FORMS.values()) + HEAD
        )
    )
    assert set(section_names()) - named == UNUSED


UNUSED = {
    # of releases before 2.18, and of catalogs
    "V1MXJob", "V1XGBoostJob", "V1XGBJob", "V1PaddleJob", "V1RayJob", "V1DaskJob", "V1Spark",
    "V1SparkReplica", "V1Hyperopt", "V1Validation", "V1CompiledOperation",
    "V1HpDateRange", "V1HpDateTimeRange",
    "V1UriType", "V1GcsType", "V1S3Type", "V1WasbType", "V1ArtifactsMount", "V1Connection",
    "V1BucketConnection", "V1ClaimConnection", "V1GitConnection", "V1HostPathConnection",
    "V1HostConnection", "V1ConnectionResource",
}  # fmt: skip

JOB = 'V1Component(run=V1Job(container=k8s.V1Container(image="a:1")))'

RULES = {
    "main": ("", True),
    "attribute": (":op", True),
    "function": (":func", False),
    "missing": (":nowhere", False),
    "nothing": (":", False),
    "number": (":number", False),
}


@pytest.mark.parametrize("name", RULES)
def test_what_may_be_named_is_what_the_library_takes(name: str, tmp_path: Path) -> None:
    attribute, taken = RULES[name]
    text = f"{HEAD}main = {JOB}\nop = V1Operation(component=main)\ndef func(): return main\nnumber = 3\n"
    write(tmp_path, {"rules.py": text, "pxc.yaml": ""})
    (real,) = answers(LIBRARY, REAL, [f"{tmp_path / 'rules.py'}{attribute}"], tmp_path)
    assert isinstance(real, dict) is taken
    ours = compile_file(f"{tmp_path / 'rules.py'}{attribute}", allow_python=True)
    assert (not ours.report.has_errors) is taken
