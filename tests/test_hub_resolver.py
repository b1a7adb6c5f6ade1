"""Where the components that references name are found, and what is told where they are not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request
from pxc.hub.settings import read_hub
from pxc.lint.settings_values import SettingFault
from pxc.options import HubOptions, Options, RegistryOptions

COMPONENT = """\
kind: component
name: trainer
inputs: [{name: lr, type: float, value: 0.1, isOptional: true}]
run: {kind: job, container: {image: "python:3.12-slim", args: ["{{ lr }}"]}}
"""
DIGEST = "sha256:" + hashlib.sha256(COMPONENT.encode()).hexdigest()
LAB = RegistryOptions(name="lab", kind="dir", url="hub", orgs=("acme",))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a folder of components."""
    for name in ("trainer/v1", "trainer/latest", "acme/trainer/v2", "other/trainer/v3"):
        path = tmp_path / "hub" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(COMPONENT)
    return tmp_path


def asked(ref: str, root: Path, *, registries: tuple[RegistryOptions, ...] = (LAB,)) -> Request:
    """An operation that runs a component."""
    text = f"kind: operation\nhubRef: {ref}\n"
    options = Options(hub=HubOptions(registries=registries))
    return Request(
        files=(SourceText("op.yaml", text.encode()),), root=root, options=options, verify=True
    )


def compiled(ref: str, root: Path) -> Outcome:
    """What becomes of an operation that runs a component."""
    return compile_request(asked(ref, root))


@pytest.mark.parametrize(
    "ref",
    ["lab//trainer:v1", "lab//trainer", "acme/trainer:v2", "lab//acme/trainer:v2",
     "lab//other/trainer:v3", f"lab//trainer@{DIGEST}", f"acme/trainer:v9@{DIGEST}"],
)  # fmt: skip
def test_a_component_is_found_in_the_registry_of_its_reference(ref: str, root: Path) -> None:
    outcome = compiled(ref, root)
    assert not list(outcome.report)
    assert '"0.1"' in outcome.files[0].text


@pytest.mark.parametrize(
    ("ref", "message", "help"),
    [
        ("lab//trainr:v1", "component `trainr` is not in the registry `lab`",
         "did you mean `trainer`? components: `acme/trainer`, `other/trainer`, `trainer`"),
        ("lab//trainer:v2", "`trainer` in the registry `lab` has no `v2`",
         "tags: `latest`, `v1`"),
        ("acme/trainer", "`acme/trainer` in the registry `lab` has no `latest`", "tags: `v2`"),
        ("labb//trainer:v1", "there is no registry `labb`",
         "did you mean `lab`? registries: `lab`, `public`"),
        ("other/trainer:v3", "no registry has the organization `other`",
         "name it under `orgs` of a registry: `hub: {registries: ...}` of pxc.yaml"),
        (f"lab//trainer@sha256:{'0' * 64}",
         f"`trainer` in the registry `lab` has no `sha256:{'0' * 64}`",
         "tags: `latest`, `v1`"),
    ],
)  # fmt: skip
def test_what_no_registry_has_is_told_with_what_is_like_it(
    ref: str, message: str, help: str, root: Path
) -> None:
    (found,) = compiled(ref, root).report
    assert (found.code.id, found.message, found.help) == ("PXC213", message, help)
    assert found.span.text == ref


def test_a_component_of_no_organization_is_never_looked_for_in_a_private_registry(
    root: Path,
) -> None:
    (found,) = compiled("trainer:v1", root).report
    assert found.message == "component `trainer` is not in the registry `public`"


def test_one_that_is_not_at_hand_is_no_finding_of_a_linter(root: Path) -> None:
    assert not list(lint_request(asked("nowhere/x:1", root)).report)
    assert not list(lint_request(asked("lab//trainr:v1", root)).report)


def test_what_a_component_lacks_is_told_when_a_file_is_linted(root: Path) -> None:
    request = asked("lab//trainer:v1\nparams: {rate: {value: 1}}", root)
    assert [found.code.id for found in lint_request(request).report] == ["PXC205"]


def test_a_link_out_of_the_registry_is_as_nothing(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.yaml").write_text(COMPONENT)
    (root / "hub" / "trainer" / "out.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    (found,) = compiled("lab//trainer:out", root).report
    assert found.message == "`trainer` in the registry `lab` has no `out`"


@pytest.mark.parametrize("url", ["../outside", "/etc", "hub/../.."])
def test_a_registry_lies_in_the_workspace(url: str, root: Path) -> None:
    lab = RegistryOptions(name="lab", kind="dir", url=url)
    (found,) = compile_request(asked("lab//a", root, registries=(lab,))).report
    assert found.message == (
        f"cannot ask the registry `lab`: the folder `{url}` is outside of the workspace"
    )


def test_a_component_of_a_hub_reads_no_file_of_the_workspace(root: Path) -> None:
    (root / "hub" / "trainer" / "v7.yaml").write_text("kind: operation\npathRef: ../op.yaml\n")
    found = [(f.code.id, f.message) for f in compiled("lab//trainer:v7", root).report]
    assert ("PXC212", "a component of a hub cannot read the file `../op.yaml`") in found


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"registries": {"a": {"kind": "dir"}}}, "`a` lacks `url`"),
        ({"registries": {"a b": {"kind": "dir", "url": "x"}}},
         "`a b` is no name: letters, digits, `_` and `-`"),
        ({"registries": {"a": {"kind": "dirr", "url": "x"}}}, "`kind` is one of "),
        ({"registry": {}}, "`registry` is not a known setting of hub; did you mean `registries`?"),
        ({"registries": {n: {"kind": "dir", "url": n, "orgs": ["o"]} for n in "ab"}},
         "`o` is of two registries: `a` and `b`"),
        ({"registries": {"a": {"kind": "http", "url": "x", "tokenEnv": "AWS_SECRET"}}},
         "`tokenEnv` names an environment variable that begins with `PXC_HUB_`"),
        ({"policy": {"latest": "no"}}, "`latest` is one of allow, warn, deny"),
        ({"policy": {"maxAgeDays": 0}}, "`maxAgeDays` must be a number of days, 1 or more"),
        ({"policy": {"max": 1}}, "`max` is not a known setting of policy"),
        ({"policy": {"urlHosts": "a"}}, "`urlHosts` must be a list of names"),
    ],
)  # fmt: skip
def test_settings_that_mean_nothing_are_refused(said: object, message: str) -> None:
    with pytest.raises(SettingFault) as fault:
        read_hub("hub", said)
    assert str(fault.value).startswith(message)
