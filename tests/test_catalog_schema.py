"""The schema of catalog objects takes what the catalog takes, and refuses what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import jsonschema
import pytest
import yaml

from pxc.access.claims import KINDS as THINGS
from pxc.access.claims import NAMELESS
from pxc.access.roles import PERMISSIONS
from pxc.catalog.connections import KINDS as CONNECTIONS
from pxc.catalog.organization import KINDS
from pxc.catalog.organization.selectors import COUNTED, RESTRICTED
from pxc.cli.starting_files import starting_files
from tests.code_pages import blocks_of
from tests.command_line import run
from tests.conftest import ROOT
from tests.test_catalog_rules import ACME, FAULTS, PRESETS, read

PATH = ROOT / "pxc" / "catalog" / "organization" / "catalog.schema.json"
SCHEMA: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

CROSSING = frozenset(
    (
        "twice", "two organizations", "price twice", "member twice", "role", "policy",
        "team of a project", "queue of a project", "preset of a project", "unknown user",
        "restrict to what is not there", "user of nothing", "exception for nobody",
        "grant of what is not there", "project of a grant", "namespace of another cluster",
        "cluster of a queue", "rules of no preset", "role that is there",
    )
)  # fmt: skip
"""Faults between objects, which a schema of one object cannot see."""

BEYOND = frozenset(
    ("day", "resource", "amount", "less than nothing", "duration", "amount in a deny",
     "amount of what is not counted", "bound of what is not counted")
)  # fmt: skip
"""Faults in a text or a number that a schema does not look into."""


def documents(text: str) -> list[Any]:
    """The documents of a YAML text, their scalars as JSON has them."""
    return [each for each in yaml.load_all(dedent(text), yaml.BaseLoader) if each]


def plain(node: Any) -> Any:
    """Whole numbers and truth where YAML has them."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(item) for item in node]
    return int(node) if re.fullmatch(r"[0-9]+", node) else node


def faults(text: str) -> list[str]:
    return [e.message for each in documents(text) for e in VALIDATOR.iter_errors(plain(each))]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    ran = run("schema", "--which", "catalog")
    assert json.loads(ran.out) == SCHEMA


def test_it_takes_a_whole_organization() -> None:
    assert faults(ACME) == []
    texts = starting_files("demo", "acme", "ana")
    for path, text in texts.items():
        if path.startswith("catalog/") and "presets/" not in path:
            assert faults(text) == [], path


def test_it_takes_what_the_pages_show() -> None:
    shown = 0
    for name in ("access-control", "workspace"):
        for block in blocks_of((ROOT / "docs" / f"{name}.md").read_text("utf-8")):
            file = next((w for w in block.words if w.startswith("file=catalog/")), "")
            if file and "presets/" not in file and "components/" not in file:
                assert faults(block.text) == [], file
                shown += 1
    assert shown > 5


@pytest.mark.parametrize("name", [n for n in FAULTS if n not in CROSSING])
def test_it_refuses_what_the_catalog_refuses(name: str) -> None:
    assert bool(faults(FAULTS[name][0])) == (name not in BEYOND)


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_the_keys_of_the_readers(tmp_path: Path, kind: str) -> None:
    """Every key of the schema is one that the reader knows, and the other way round."""
    name = {"Organization": "o", "Preset": next(iter(PRESETS)).split("/")[1][:-5]}.get(kind, "a")
    more = "" if kind == "Organization" else "{kind: Organization, name: o}\n---\n"
    _, report, _ = read(tmp_path, f"{more}{{kind: {kind}, name: {name}, '%%%%': 1}}")
    told = [d.help or "" for d in report if "%%%%" in d.message]
    assert set(re.findall(r"`(\w+)`", told[0])) == {*SCHEMA["$defs"][kind]["properties"]}


def with_words(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with the words of the readers in it."""
    made: dict[str, Any] = json.loads(json.dumps(schema))
    defs = made["$defs"]
    bare = "|".join(sorted(NAMELESS))
    named = f"({'|'.join(THINGS)}):\\S+"
    defs["thing"]["pattern"] = f"^({bare}|{named})$"
    counted = f"({'|'.join(COUNTED)}):\\S+ *<= *\\S+"
    defs["granted"]["pattern"] = f"^(\\*\\*|{bare}|{named}|{counted})$"
    kept = defs["restrict"]["properties"]
    defs["restrict"]["properties"] = {
        key: kept.get(key, {"$ref": "#/$defs/restriction"}) for key in RESTRICTED
    }
    roles = defs["Organization"]["properties"]["roles"]["items"]["properties"]
    roles["can"]["items"]["enum"] = [*PERMISSIONS]
    defs["Connection"]["properties"]["spec"]["properties"]["kind"]["enum"] = [*CONNECTIONS]
    return made


def test_its_words_are_those_of_the_readers(request: pytest.FixtureRequest) -> None:
    """`pytest --update` puts new kinds of things in."""
    made = json.dumps(with_words(SCHEMA), indent=2, ensure_ascii=False) + "\n"
    if request.config.getoption("--update"):
        PATH.write_text(made, "utf-8")
    assert PATH.read_text("utf-8") == made
    assert {*KINDS, "Connection"} == {e["then"]["$ref"][8:] for e in SCHEMA["allOf"]} - {"Files"}
