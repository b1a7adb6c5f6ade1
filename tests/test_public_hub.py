"""Holds the components that ship to what their folder promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.code_pages import blocks_of
from tests.conftest import ROOT
from tests.console import run
from tests.kubernetes_oracle import judge
from tests.public_hub import (
    NAMES,
    PAGE,
    PUBLIC,
    SAME,
    SHIPPED,
    TARGETS,
    Shipped,
    answer,
    commands,
    compiled,
    compiled_text,
    components_table,
    hub_of,
    parts_of,
    written,
)

WITH_GOLDENS = [one for one in SHIPPED if one.ref not in SAME]
"""All but what has the bytes of another one."""

every_name = pytest.mark.parametrize("name", NAMES)
every_component = pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.ref)


@every_name
def test_hub_file_names_what_is_there(name: str) -> None:
    hub, here = hub_of(name), PUBLIC / name
    assert set(hub) == {"title", "description", "owner", "readme", "keywords", "tags"}
    assert (here / hub["readme"]).is_file()
    assert {path.stem for path in here.glob("*.yaml")} == {"hub", *hub["tags"]}
    examples = {path.stem for path in (here / "_examples").glob("*.yaml")}
    assert examples - {"catalog"} == set(hub["tags"])
    for tag, entry in hub["tags"].items():
        assert set(entry) == {"stage", "description", "example"}
        assert (here / entry["example"]) == Shipped(name, tag).example
        assert entry["stage"] in ("testing", "staging", "production")


def test_no_other_files() -> None:
    names = {path.parent.name for path in PUBLIC.glob("*/*")}
    assert names == set(NAMES)
    assert {path.name for path in PUBLIC.iterdir()} == {*NAMES, "README.md"}


@every_component
def test_every_rule_is_silent(one: Shipped) -> None:
    catalog = one.example.with_name("catalog.yaml")
    more = f"--catalog {catalog}" if catalog.exists() else ""
    assert run(f"pxc lint --isolated --select ALL {one.path}", PUBLIC) == (0, "")
    example = f"pxc lint --isolated --select ALL --ignore PXC505,PXC930 {more} {one.example}"
    assert run(example, PUBLIC) == (0, "")


@every_component
def test_it_is_formatted(one: Shipped) -> None:
    assert run(f"pxc fmt --check {one.path} {one.example}", PUBLIC) == (0, "")


@every_component
def test_inputs_are_typed_described_and_used(one: Shipped) -> None:
    tree, text = one.tree(), one.path.read_text()
    assert tree["description"]
    assert tree["tags"]
    body = text.partition("\nrun:")[2]
    for io in [*tree.get("inputs", []), *tree.get("outputs", [])]:
        assert io["type"]
        assert io["description"]
        used = re.search(rf"\b{io['name']}\b", body)
        assert used or io.keys() & {"toEnv", "toInit"}, io["name"]


@every_component
def test_images_are_pinned(one: Shipped) -> None:
    (image,) = (io for io in one.tree()["inputs"] if io["name"] == "image")
    assert re.search(r":v?\d+[\d.-]", image["value"].rpartition("/")[2])
    containers = re.findall(r"^\s*image: (.*)$", one.path.read_text().partition("\nrun:")[2], re.M)
    assert containers
    assert set(containers) == {'"{{ image }}"'}


@every_component
@pytest.mark.parametrize("target", TARGETS)
def test_examples_compile_or_are_refused_by_a_code(one: Shipped, target: str) -> None:
    outcome = compiled(one, target)
    codes = {d.code.id for d in outcome.report if d.severity.name == "ERROR"}
    assert codes <= {"PXC701"}
    assert bool(outcome.files) is not bool(codes)
    if target != "airflow" and outcome.files:
        assert judge("".join(file.text for file in outcome.files))


@every_component
def test_examples_name_their_component(one: Shipped) -> None:
    assert re.search(rf"^ *hubRef: {one.ref}$", one.example.read_text(), re.M)


@pytest.mark.parametrize("one", WITH_GOLDENS, ids=lambda one: one.ref)
def test_its_example_is_a_golden(one: Shipped) -> None:
    case = ROOT / "golden" / f"hub-{one.name}-{one.tag}" / "polyaxonfile.yaml"
    assert case.read_bytes() == one.example.read_bytes()


@every_component
def test_some_target_takes_it(one: Shipped) -> None:
    assert any(not answer(compiled(one, t)).startswith("refused") for t in TARGETS)


@every_name
def test_readme_tells_inputs_and_targets(name: str, request: pytest.FixtureRequest) -> None:
    path = PUBLIC / name / hub_of(name)["readme"]
    page = path.read_text("utf-8")
    text = written(page, parts_of(name))
    if request.config.getoption("--update"):
        path.write_text(text, "utf-8")
    else:
        assert text == page


def test_the_page_tells_every_component(request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text("utf-8")
    text = written(page, {"components": components_table(), "commands": commands()})
    if request.config.getoption("--update"):
        PAGE.write_text(text, "utf-8")
    else:
        assert text == page


@every_name
def test_what_a_readme_shows_is_clean_and_compiled(name: str, tmp_path: Path) -> None:
    examples = PUBLIC / name / "_examples"
    catalog = examples / "catalog.yaml"
    more = f"--catalog {catalog}" if catalog.exists() else ""
    for block in blocks_of((PUBLIC / name / "README.md").read_text("utf-8")):
        if block.language == "yaml":
            (tmp_path / "shown.yaml").write_text(block.text)
            lint = f"pxc lint --isolated --preset gitops --ignore PXC505 {more} shown.yaml"
            assert run(lint, tmp_path) == (0, "")
            outcome = compiled_text(block.text, "argo", examples)
            assert outcome.files, [d.message for d in outcome.report]


def test_what_is_named_twice_is_the_same() -> None:
    tags = {one.tag: one.path.read_bytes() for one in SHIPPED if one.name == "tensorboard"}
    assert tags["latest"] == tags["single-run"]
    assert tags["multi-runs"] == tags["multi-run"]
