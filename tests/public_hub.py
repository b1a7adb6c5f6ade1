"""Reads the components that ship, compiles their examples, and writes the tables of their pages.

`pytest tests/test_public_hub.py --update` rewrites what stands between the marks of the pages.
"""

from __future__ import annotations

import json
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from pxc.driver import Outcome, Request, SourceText, compile_request
from tests.conftest import ROOT

PUBLIC = ROOT / "pxc" / "hub" / "public"
PAGE = ROOT / "docs" / "hub-components.md"
TARGETS = ("kubernetes", "argo", "airflow")


class Shipped(Struct, frozen=True):
    """One component that ships."""

    name: str
    tag: str

    @property
    def path(self) -> Path:
        return PUBLIC / self.name / f"{self.tag}.yaml"

    @property
    def ref(self) -> str:
        return f"{self.name}:{self.tag}"

    @property
    def example(self) -> Path:
        return PUBLIC / self.name / "_examples" / f"{self.tag}.yaml"

    def tree(self) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(self.path.read_text())
        return found


NAMES = sorted(path.parent.name for path in PUBLIC.glob("*/hub.yaml"))


def hub_of(name: str) -> dict[str, Any]:
    """What `hub.yaml` says of a name."""
    found: dict[str, Any] = yaml.safe_load((PUBLIC / name / "hub.yaml").read_text())
    return found


SHIPPED = [Shipped(name, tag) for name in NAMES for tag in hub_of(name)["tags"]]

SAME = ("tensorboard:latest", "tensorboard:multi-runs")
"""What has the bytes of another one."""


@cache
def compiled(one: Shipped, target: str) -> Outcome:
    """The example of a component for a target."""
    return compiled_text(one.example.read_text("utf-8"), target, one.example.parent)


def compiled_text(text: str, target: str, folder: Path) -> Outcome:
    """An operation for a target, with the catalog of the examples in a folder."""
    catalog = folder / "catalog.yaml"
    request = Request(
        files=(SourceText("operation.yaml", text.encode()),),
        target=target,
        root=folder,
        verify=True,
        catalog=(catalog,) if catalog.exists() else (),
        today="2030-01-01",
    )
    return compile_request(request)


def answer(outcome: Outcome) -> str:
    """What a target makes of an example, in words of a table."""
    told = [d for d in outcome.report if d.code.id != "PXC706"]
    if not outcome.files:
        first = next(d for d in told if d.severity.name == "ERROR")
        return f"refused ({first.code.id}): {first.message}"
    text = "".join(file.text for file in outcome.files)
    is_yaml = text.lstrip().startswith(("apiVersion", "#")) and "with DAG(" not in text
    kinds = [tree["kind"] for tree in yaml.safe_load_all(text) if tree] if is_yaml else ["DAG"]
    warned = dict.fromkeys(d.code.id for d in told)
    note = f"; told: {', '.join(warned)}" if warned else ""
    return ", ".join(dict.fromkeys(kinds)) + note


def inputs_table(one: Shipped) -> str:
    """The inputs and outputs of a component as a table."""
    rows = ["| input | type | default | what it is |", "|---|---|---|---|"]
    tree = one.tree()
    for io in tree.get("inputs", []):
        rows.append(f"| `{io['name']}` | {io['type']} | {_default(io)} | {io['description']} |")
    for io in tree.get("outputs", []):
        rows.append(f"| output `{io['name']}` | {io['type']} | | {io['description']} |")
    return "\n".join(rows) + "\n"


def _default(io: dict[str, Any]) -> str:
    if io.get("value") is not None:
        shown = str(io["value"]).lower() if isinstance(io["value"], bool) else io["value"]
        return f"`{shown}`"
    return "none" if io.get("isOptional") else "**required**"


def targets_table(name: str) -> str:
    """What each target makes of the examples of a name."""
    rows = ["| example | target | what is written |", "|---|---|---|"]
    for one in SHIPPED:
        if one.name == name:
            for target in TARGETS:
                rows.append(f"| {one.ref} | {target} | {answer(compiled(one, target))} |")
    return "\n".join(rows) + "\n"


def written(page: str, parts: dict[str, str]) -> str:
    """A page with its tables as they are now; ValueError for one without a place."""
    for key, text in parts.items():
        begin, end = f"<!-- {key}, written by pxc -->\n", f"<!-- end of {key} -->\n"
        before, mark, rest = page.partition(begin)
        _, last, after = rest.partition(end)
        if not mark or not last:
            raise ValueError(f"the page has no {begin.strip()} and {end.strip()}")
        page = f"{before}{begin}\n{text}\n{end}{after}"
    return page


def parts_of(name: str) -> dict[str, str]:
    """The tables of a name's README by their marks."""
    tables = {f"inputs of {o.ref}": inputs_table(o) for o in SHIPPED if o.name == name}
    return {**tables, "targets": targets_table(name)}


def components_table() -> str:
    """What ships, a row for each."""
    rows = ["| component | what it is | kind | inputs | targets |", "|---|---|---|---|---|"]
    for one in SHIPPED:
        tree = one.tree()
        link = f"[`{one.ref}`](../pxc/hub/public/{one.name}/README.md)"
        inputs = ", ".join(_named(io) for io in tree["inputs"] if io["name"] != "service_account")
        said = [t for t in TARGETS if not answer(compiled(one, t)).startswith("refused")]
        row = (link, tree["description"], f"`{tree['run']['kind']}`", inputs, ", ".join(said))
        rows.append(f"| {' | '.join(row)} |")
    return "\n".join(rows) + "\n"


def _named(io: dict[str, Any]) -> str:
    return f"**`{io['name']}`**" if _default(io) == "**required**" else f"`{io['name']}`"


def commands() -> str:
    """The command line of each example that needs no more than params."""
    lines = ["```console"]
    for one in SHIPPED:
        example = yaml.safe_load(one.example.read_text("utf-8"))
        if "matrix" in example or one.ref in SAME:
            continue
        words = ["pxc", "compile", "--hub", one.ref]
        for name, value in example["params"].items():
            given = value["value"] if isinstance(value, dict) and "value" in value else value
            text = given if isinstance(given, str) else json.dumps(given)
            words += ["-P", f"{name}={text}"]
        kind = next(yaml.safe_load_all(compiled(one, "kubernetes").files[0].text))["kind"]
        lines += [f"$ {shlex.join(words)}", "...", f"kind: {kind}", "..."]
    return "\n".join([*lines, "```"]) + "\n"
