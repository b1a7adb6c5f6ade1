"""What a run is told of its connections and of the artifacts store, and what disagrees in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request

CATALOG = """
artifactsStore: {name: runs, kind: KIND, schema: SCHEMA}
connections:
- {name: a, kind: custom, schema: {price: "5$(HOME)"}, env: {A: one}, secret: {name: s, items: [KEY]}}
- {name: b, kind: custom, env: [[A, two]], secret: {name: s, mountPath: /b}}
- {name: c, kind: custom, secret: {name: s, items: [KEY]}, configMap: {name: m, items: [CM]}}
- {name: files, kind: custom, secret: {name: t, items: [KEY], mountPath: /t}}
- {name: nokey, kind: ssh, schema: {url: "git@h:r.git"}}
- {name: allkeys, kind: ssh, schema: {url: "git@h:r.git"}, secret: {name: s}}
"""
STORES = {
    "s3": ("s3", "{bucket: 's3://bk/x/'}", "s3://bk/x"),
    "wasb": ("wasb", "{bucket: 'wasbs://c@acc.blob.core.windows.net/x'}",
             "wasbs://c@acc.blob.core.windows.net/x"),
    "claim": ("volume_claim", "{volumeClaim: c, mountPath: /runs/}", "/runs"),
    "host": ("host_path", "{hostPath: /mnt, mountPath: /runs}", "/runs"),
}  # fmt: skip


def compiled(text: str, tmp_path: Path, store: str = "s3") -> Outcome:
    kind, schema, _ = STORES[store]
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(CATALOG.replace("KIND", kind).replace("SCHEMA", schema))
    source = SourceText("f.yaml", text.encode())
    return compile_request(Request(files=(source,), catalog=(catalog,), verify=True))


def job(rest: str, container: str = "image: a") -> str:
    return f"kind: component\nname: a\nrun:\n  kind: job\n  container: {{{container}}}\n{rest}"


def containers(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """The containers of the one pod by name, their variables as a map."""
    assert outcome.files, [d.message for d in outcome.report]
    documents = list(yaml.safe_load_all(outcome.files[0].text))
    spec = documents[-1]["spec"]["template"]["spec"]
    every = [*spec.get("initContainers", ()), *spec["containers"]]
    return {
        c["name"]: c | {"env": {e["name"]: e.get("value") for e in c.get("env", ())}} for c in every
    }


def codes(outcome: Outcome) -> list[str]:
    return [d.code.id for d in outcome.report]


@pytest.mark.parametrize("store", STORES)
def test_the_path_of_the_store_is_known_where_it_is_mounted(store: str, tmp_path: Path) -> None:
    text = job(
        "plugins: {mountArtifactsStore: WISH}\n", "image: a, args: ['={{ globals.store_path }}']"
    )
    for wish, path in (("true", STORES[store][2]), ("false", "")):
        main = containers(compiled(text.replace("WISH", wish), tmp_path, store))["main"]
        assert main["args"] == [f"={path}"]


@pytest.mark.parametrize("store", STORES)
def test_a_run_that_is_not_collected_writes_to_the_store(store: str, tmp_path: Path) -> None:
    args = "image: a, args: ['{{ globals.run_artifacts_path }}', '{{ globals.run_outputs_path }}']"
    for wish, root in (("false", STORES[store][2]), ("true", "/plx-context/artifacts")):
        outcome = compiled(job(f"plugins: {{collectArtifacts: {wish}}}\n", args), tmp_path, store)
        found = containers(outcome)
        assert found["main"]["args"] == [
            f"{root}/$(PXC_RUN_UUID)",
            f"{root}/$(PXC_RUN_UUID)/outputs",
        ]
        assert ("results" in found) is (wish == "true")


@pytest.mark.parametrize("store", STORES)
def test_the_tracking_client_writes_where_the_run_does(store: str, tmp_path: Path) -> None:
    """Of a run that is not collected that is the store itself, where it is a directory."""
    for wish in ("false", "true"):
        outcome = compiled(job(f"plugins: {{collectArtifacts: {wish}}}\n"), tmp_path, store)
        main = containers(outcome)["main"]
        mounts = {m["mountPath"]: m["name"] for m in main["volumeMounts"]}
        straight = wish == "false" and store in ("claim", "host")
        meant = mounts[STORES[store][2]] if straight else "artifacts-context"
        assert mounts["/plx-context/offline/runs"] == meant
        assert main["env"]["POLYAXON_OFFLINE_ROOT"] == "/plx-context/offline"


def test_what_every_run_gets(tmp_path: Path) -> None:
    """`isRequested` brings in a Secret or a ConfigMap by itself, and tells nobody of a connection."""
    catalog = """connections:
- {name: a, kind: custom, env: {A: one}, annotations: {x: y}, secret: {name: s, isRequested: true}}
- {name: b, kind: custom, configMap: {name: m, items: [K], isRequested: true}, secret: {name: t}}
- {name: c, kind: custom, secret: {name: s, mountPath: /s}}
- {name: d, kind: custom, secret: {name: u, mountPath: /u, isRequested: true}}
"""
    (tmp_path / "every.yaml").write_text(catalog)
    rest = "  connections: [c]\n  sidecars: [{name: side, image: i}]\n"
    rest += "  init: [{container: {name: prep, image: i}}]\n"
    source = SourceText("f.yaml", job(rest).encode())
    outcome = compile_request(Request(files=(source,), catalog=(tmp_path / "every.yaml",)))
    found = containers(outcome)
    for name in ("main", "side"):
        one = found[name]
        assert one["envFrom"] == [{"secretRef": {"name": "s"}}]  # not mounted: the first holds
        assert "K" in one["env"]
        assert "A" not in one["env"]
        assert "/u" in [m["mountPath"] for m in one["volumeMounts"]]
        told = json.loads(one["env"]["POLYAXON_CONNECTIONS_CATALOG"])["connections"]
        assert [c["name"] for c in told] == ["c"]
    assert "envFrom" not in found["prep"]
    assert "x: y" not in outcome.files[0].text


def test_containers_are_told_their_connections(tmp_path: Path) -> None:
    rest = (
        "  connections: [a, c]\n  sidecars: [{name: side, image: s}]\n"
        "  init: [{connection: files, container: {name: prep, image: p}},"
        " {container: {name: bare, image: p}}]\n"
    )
    found = containers(compiled(job(rest), tmp_path))
    told = {
        name: json.loads(c["env"]["POLYAXON_CONNECTIONS_CATALOG"].replace("$$", "$"))["connections"]
        for name, c in found.items()
        if "POLYAXON_CONNECTIONS_CATALOG" in c["env"]
    }
    ours = [
        {"name": "a", "kind": "custom", "schema": {"price": "5$(HOME)"},
         "secret": {"name": "s", "items": ["KEY"]}},
        {"name": "c", "kind": "custom", "secret": {"name": "s", "items": ["KEY"]},
         "configMap": {"name": "m", "items": ["CM"]}},
    ]  # fmt: skip
    files = {"name": "t", "mountPath": "/t", "items": ["KEY"]}
    assert told == {
        "main": ours,
        "side": ours,
        "prep": [{"name": "files", "kind": "custom", "secret": files}],
    }
    stores = {
        n for n, c in found.items() if c["env"].get("POLYAXON_ARTIFACTS_STORE_NAME") == "runs"
    }
    assert stores == {*told}


def test_sidecars_may_be_left_out(tmp_path: Path) -> None:
    rest = "  connections: [a]\n  sidecars: [{name: side, image: s}]\n"
    text = job(rest) + "plugins: {sidecar: {noConnections: true}}\n"
    found = containers(compiled(text, tmp_path))
    assert "POLYAXON_CONNECTIONS_CATALOG" not in found["side"]["env"]


def test_what_the_author_says_of_them_is_the_authors(tmp_path: Path) -> None:
    own = "image: a, env: [{name: POLYAXON_CONNECTIONS_CATALOG, value: '{}'}]"
    main = containers(compiled(job("  connections: [a]\n", own), tmp_path))["main"]
    assert main["env"]["POLYAXON_CONNECTIONS_CATALOG"] == "{}"


def operation(env: str, connections: str = "[]", to_env: str = "X") -> str:
    return (
        f"kind: operation\nname: a\nparams: {{p: {{value: here, toEnv: {to_env}}}}}\n"
        "component:\n  inputs: [{name: p, type: str}]\n"
        f"  run: {{kind: job, connections: {connections}, container: {{image: a, env: [{env}]}}}}\n"
    )


VARIABLES = [
    (operation("{name: X, value: there}"), [("PXC525", "X", "the param `p`")]),
    (operation("{name: X, value: here}"), []),
    (operation("{name: Y, value: there}"), []),
    (operation("{name: A, value: zero}", "[a]"), [("PXC525", "A", "the connection `a`")]),
    (operation("{name: A, value: one}", "[a]"), []),
    (operation("{name: KEY, value: x}", "[a]"), [("PXC525", "KEY", "the connection `a`")]),
    (operation("{name: CM, value: x}", "[c]"), [("PXC525", "CM", "the connection `c`")]),
    (operation("{name: KEY, value: x}", "[files]"), []),
    (operation("{name: A, value: x}", "[a, b]"),
     [("PXC526", "b", "`s`"), ("PXC525", "A", "the connection `b`")]),
    (operation("", "[a, c]"), []),
    (operation("", "[a, a]"), []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VARIABLES)
def test_what_is_set_from_two_places_is_told(
    text: str, expected: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    found = list(compiled(text, tmp_path).report)
    assert [(d.code.id, d.span.text) for d in found] == [(code, at) for code, at, _ in expected]
    for diagnostic, (_, _, by) in zip(found, expected, strict=True):
        assert by in diagnostic.message
        assert diagnostic.notes


def test_a_sidecar_has_the_variables_too(tmp_path: Path) -> None:
    rest = "  connections: [a]\n  sidecars: [{image: s, env: [{name: A, value: x}]}]\n"
    assert codes(compiled(job(rest), tmp_path)) == ["PXC525"]


def test_a_linter_sees_what_params_lay_over() -> None:
    source = SourceText("f.yaml", operation("{name: X, value: there}").encode())
    found = lint_request(Request(files=(source,))).report
    assert "PXC525" in [d.code.id for d in found]


@pytest.mark.parametrize("name", ["nokey", "allkeys"])
def test_an_ssh_connection_needs_its_key(name: str, tmp_path: Path) -> None:
    (found,) = compiled(job(f"  init: [{{connection: {name}}}]\n"), tmp_path).report
    assert (found.code.id, found.span.text) == ("PXC104", name)
    assert found.help is not None
    assert "mountPath" in found.help
