"""Who may see and pull which components, and that nothing is told of those that he may not see."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from pxc import compile_file, lint_file
from pxc.access.claims import Claim
from pxc.access.decision import Settings
from pxc.access.judge import decide
from pxc.access.principal import Principal
from pxc.diagnostics import Report, Severity
from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request
from pxc.driver.access import claims_request
from pxc.driver.hubs import hub_of_request
from pxc.hub.placing import placed
from pxc.hub.reference import parse_reference
from pxc.hub.registry import About, Publishing, RegistryFault, digest_of
from pxc.hub.rights import ComponentRights
from pxc.options import AclOptions, HubOptions, Options, RegistryOptions
from pxc.source import Source, whole
from tests.access_rules import TODAY, deny, grant, members, rules, team
from tests.command_line import run, write

ACME = """
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}]}
---
{kind: Team, name: data, members: [{user: dee}]}
---
{kind: Project, name: default, teams: [vision, data]}
"""
VISION = "{kind: Grant, name: hub, to: [team:vision], allow: [{use: ['component:corp//vision/*']}]}"
DATA = "{kind: Grant, name: hub-data, to: [team:data], allow: [{use: ['component:corp//data/**']}]}"
SHOWN = (
    "{kind: Grant, name: shown, to: [team:data],"
    " allow: [{use: ['component:corp//vision/train'], actions: [see]}]}"
)
CORP = RegistryOptions(name="corp", kind="dir", url="hub", orgs=("vision", "data"))
OPEN = RegistryOptions(name="community", kind="dir", url="community", orgs=("other",))
JOB = "kind: component\nrun: {{kind: job, container: {{image: '{}:1'}}}}\n"
TRAIN = JOB.format("train")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a private registry, and one in which anybody may have an organization."""
    for name, text in {
        "hub/vision/train/v1": TRAIN,
        "hub/vision/train/v2": JOB.format("train-2"),
        "hub/data/export/v1": JOB.format("export"),
        "hub/data/both/v1": "kind: component\nrun:\n  kind: dag\n  operations:\n"
        "  - {name: a, hubRef: 'vision/train:v1'}\n",
        "community/vision/train/v1": JOB.format("evil"),
        "community/other/tool/v1": JOB.format("tool"),
    }.items():
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def request(
    ref: str, root: Path, *objects: str, who: str | None = "user:ana", mode: str = "enforce",
    today: str = TODAY, registries: tuple[RegistryOptions, ...] = (CORP, OPEN),
) -> Request:  # fmt: skip
    """An operation of somebody that runs a component, under the rules of some objects."""
    catalog = root / "organization.yaml"
    write(root, {catalog.name: "\n---\n".join((ACME, *objects))})
    return Request(
        files=(SourceText("op.yaml", f"kind: operation\nhubRef: {ref}\n".encode()),),
        root=root,
        catalog=(catalog,),
        options=Options(hub=HubOptions(registries=registries), acl=AclOptions(mode=mode)),
        principal=None if who is None else Principal(subject=who, strength="asserted"),
        today=today,
    )  # fmt: skip


def compiled(ref: str, root: Path, *objects: str, who: str | None = "user:ana") -> Outcome:
    """What becomes of an operation that runs a component."""
    return compile_request(request(ref, root, *objects, who=who))


def told(outcome: Outcome) -> list[tuple[str, str, str | None]]:
    """Everything that is said of an outcome."""
    return [(d.code.id, d.message, d.help) for d in outcome.report.sorted()]


def codes(outcome: Outcome) -> list[str]:
    return [d.code.id for d in outcome.report.sorted()]


@pytest.mark.parametrize(
    ("ref", "who", "objects", "expected"),
    [
        ("vision/train:v1", "user:ana", (VISION,), []),
        ("corp//vision/train:v2", "user:ana", (VISION,), []),
        ("vision/train:v1", "user:dee", (VISION, DATA), ["PXC213"]),
        ("vision/train:v1", "user:dee", (VISION, DATA, SHOWN), ["PXC237"]),
        ("data/export:v1", "user:dee", (VISION, DATA), []),
        ("data/export:v1", "user:ana", (VISION, DATA), ["PXC213"]),
        ("data/export:v1", "user:root", (VISION, DATA), ["PXC213"]),
        ("vision/train:v1", None, (VISION,), ["PXC213"]),
        ("vision/train:v1", "user:ana", (), ["PXC213"]),
        ("notebook", "user:ana", (), []),
    ],
)
def test_each_team_has_its_own(
    ref: str, who: str | None, objects: tuple[str, ...], expected: list[str], root: Path
) -> None:
    assert codes(compiled(ref, root, *objects, who=who)) == expected


GRANTS = [
    # what is granted, which of the components may be pulled by it
    ("component:corp//vision/train:v1", ["vision/train:v1"]),
    ("component:corp//vision/train", ["vision/train:v1", "vision/train:v2"]),
    ("component:corp//vision/*", ["vision/train:v1", "vision/train:v2"]),
    ("component:corp//*", []),
    ("component:corp//**", ["vision/train:v1", "vision/train:v2", "data/export:v1"]),
    ("component:corp//vision/*:v2", ["vision/train:v2"]),
    ("component:corp//vision/trai", []),
    # Without a registry it is the one that the organization is of.
    ("component:vision/*", ["vision/train:v1", "vision/train:v2"]),
    ("component:vision/train:v1", ["vision/train:v1"]),
    ("component:data/export", ["data/export:v1"]),
    ("component:other/*", ["other/tool:v1"]),
    ("component:community//vision/*", ["community//vision/train:v1"]),
    ("component:**", None),
    ("component:public//**", []),
]
EVERY = [
    "vision/train:v1", "vision/train:v2", "data/export:v1", "other/tool:v1",
    "community//vision/train:v1",
]  # fmt: skip


@pytest.mark.parametrize(("what", "expected"), GRANTS)
def test_what_a_grant_is_about(what: str, expected: list[str] | None, root: Path) -> None:
    given = f"{{kind: Grant, name: g, to: ['user:ana'], allow: [{{use: ['{what}']}}]}}"
    found = [ref for ref in EVERY if not codes(compiled(ref, root, given))]
    assert found == (EVERY if expected is None else expected)


def test_an_organization_of_that_name_in_another_registry_is_not_meant(root: Path) -> None:
    granted = VISION.replace("corp//", "")
    assert not codes(compiled("vision/train:v1", root, granted))
    assert codes(compiled("community//vision/train:v1", root, granted)) == ["PXC213"]


def test_a_deny_without_a_registry_is_about_every_registry(root: Path) -> None:
    everything = "{kind: Grant, name: g, to: ['*'], allow: [{use: ['component:**']}]}"
    deny = "{kind: Deny, name: d, to: ['*'], deny: ['component:vision/*']}"
    for ref in ("vision/train:v1", "community//vision/train:v1"):
        assert codes(compiled(ref, root, everything)) == []
        assert codes(compiled(ref, root, everything, deny)) == ["PXC213"]
    assert codes(compiled("data/export:v1", root, everything, deny)) == []


def test_of_a_hidden_component_the_same_is_told_as_of_none(root: Path) -> None:
    hidden = told(compiled("data/export:v1", root, VISION, DATA))
    absent = told(compiled("data/nothing:v1", root, VISION, DATA))
    assert hidden == [(c, m.replace("nothing", "export"), h) for c, m, h in absent]
    assert hidden == [(
        "PXC213", "component `data/export` is not in the registry `corp`",
        "components: `vision/train`",
    )]  # fmt: skip


def test_of_a_hidden_tag_the_same_is_told_as_of_none(root: Path) -> None:
    one = VISION.replace("vision/*", "vision/train:v1")
    hidden = told(compiled("vision/train:v2", root, one))
    absent = told(compiled("vision/train:v3", root, one))
    assert hidden == [(c, m.replace("v3", "v2"), h) for c, m, h in absent]
    assert hidden == [
        ("PXC213", "`vision/train` in the registry `corp` has no `v2`", "tags: `v1`")
    ]  # fmt: skip


def test_a_tag_beside_a_digest_gives_no_right(root: Path) -> None:
    one = VISION.replace("vision/*", "vision/train:v1")
    other = digest_of(JOB.format("train-2").encode())
    assert codes(compiled("vision/train:v1", root, one)) == []
    assert codes(compiled(f"vision/train:v1@{other}", root, one)) == ["PXC213"]
    assert codes(compiled(f"vision/train:v1@{other}", root, VISION)) == []
    exact = VISION.replace("vision/*", f"vision/train@{other}")
    assert codes(compiled(f"vision/train@{other}", root, exact)) == []
    assert codes(compiled("vision/train:v2", root, exact)) == ["PXC213"]


def test_a_component_gives_no_right_to_another(root: Path) -> None:
    (denied,) = compiled("data/both:v1", root, VISION, DATA, SHOWN, who="user:dee").report
    assert (denied.code.id, denied.span.source.name) == ("PXC237", "<corp//data/both:v1>")
    (hidden,) = compiled("data/both:v1", root, VISION, DATA, who="user:dee").report
    assert hidden.code.id == "PXC213"
    every = DATA.replace("corp//data/**", "corp//**")
    assert codes(compiled("data/both:v1", root, every, who="user:dee")) == []


def test_what_a_bot_renders_both_must_be_allowed(root: Path) -> None:
    asked = request("vision/train:v1", root, VISION)
    assert asked.principal is not None
    through = Principal(subject="user:ana", strength="asserted", bound_by="serviceAccount:bot")
    from msgspec.structs import replace

    outcome = compile_request(replace(asked, principal=through))
    assert codes(outcome) == ["PXC213"]


def test_a_grant_that_has_ended_shows_nothing(root: Path) -> None:
    ending = VISION.replace("allow:", "until: 2027-01-14, allow:")
    assert codes(compiled("vision/train:v1", root, ending)) == ["PXC213"]
    assert not codes(compile_request(request("vision/train:v1", root, ending, today="2027-01-14")))


def test_a_deny_of_what_comes_with_pxc_is_told_and_hides_nothing(root: Path) -> None:
    deny = "{kind: Deny, name: d, to: ['*'], deny: ['component:notebook'], because: Use the other}"
    (found,) = compiled("notebook", root, deny).report
    assert found.code.id == "PXC237"
    assert found.code.error == "CompilationError"
    assert found.message == (
        "`ana` may not pull component `public//notebook:latest` in project `default`"
    )
    assert found.notes[0].message == "deny `d` forbids it: Use the other"


def test_who_may_only_publish_may_not_pull_and_the_other_way_round(root: Path) -> None:
    pushes = VISION.replace("vision/*']", "vision/*'], actions: [push]")
    assert codes(compiled("vision/train:v1", root, pushes)) == ["PXC237"]
    for given, action, expected in (
        (pushes, "push", True), (pushes, "pull", False), (VISION, "pull", True),
        (VISION, "push", False), (VISION, "stage", False), (VISION, "delete", False),
        (VISION.replace("component:corp//vision/*", "**"), "push", False),
    ):  # fmt: skip
        hub = hub_of_request(request("x", root, given), Report())
        reference = parse_reference("corp//vision/train:v1")
        assert reference is not None
        assert hub.may(action, reference, whole(Source("x", "x")), None) is expected


def test_a_project_that_is_narrowed_says_what_narrows_it(root: Path) -> None:
    narrow = "{kind: Policy, name: p, restrict: {components: ['corp//vision/train:v1']}}"
    asked = request("vision/train:v2", root, VISION, narrow)
    text = asked.catalog[0].read_text().replace("[vision, data]}", "[vision, data], policy: p}")
    asked.catalog[0].write_text(text)
    (found,) = compile_request(asked).report
    assert (found.code.id, found.notes[0].message) == (
        "PXC237", "what may be used is narrowed here to `corp//vision/train:v1`",
    )  # fmt: skip


def test_lists_have_what_may_be_seen(root: Path) -> None:
    hub = hub_of_request(request("x", root, DATA, SHOWN, who="user:dee"), Report())
    corp, public = hub.registry("corp"), hub.registry("public")
    assert corp.components() == ("data/both", "data/export", "vision/train")
    assert (
        public.components()
        == hub_of_request(request("x", root, mode="off"), Report()).registry("public").components()
    )
    one = VISION.replace("vision/*", "vision/train:v2")
    hub = hub_of_request(request("x", root, one), Report())
    assert hub.registry("corp").components() == ("vision/train",)
    assert hub.registry("corp").tags("vision/train") == ("v2",)
    assert hub.registry("corp").tags("data/export") == ()


@pytest.mark.parametrize("who", ["user:dee", None])
def test_a_linter_reads_nothing_that_may_not_be_pulled(who: str | None, root: Path) -> None:
    broken = root / "hub/vision/train/v1.yaml"
    broken.write_text(TRAIN + "colour: red\n")
    allowed = lint_request(request("vision/train:v1", root, VISION))
    assert "PXC101" in codes(allowed)
    assert codes(lint_request(request("vision/train:v1", root, VISION, who=who))) == []


def test_a_mode_that_only_warns_warns_once(root: Path) -> None:
    outcome = compile_request(request("vision/train:v1", root, who="user:ana", mode="warn"))
    assert [(d.code.id, d.severity) for d in outcome.report] == [("PXC801", Severity.WARNING)]
    assert outcome.files
    assert not codes(compile_request(request("vision/train:v1", root, mode="off")))


def test_what_rules_call_a_component(root: Path) -> None:
    names = {}
    for ref in ("vision/train", "corp//vision/train:v1", "notebook", f"notebook@{digest_of(b'')}"):
        asked = request(ref, root, "{kind: Grant, name: g, to: ['*'], allow: [{use: ['**']}]}")
        names[ref] = [c.name for c in claims_request(asked)[1] if c.kind == "component"]
    assert names["corp//vision/train:v1"] == ["corp//vision/train:v1"]
    assert names["notebook"] == ["public//notebook:latest"]


def test_components_of_the_catalog_itself_need_a_role_alone(root: Path) -> None:
    asked = request("acme/own:v1", root)
    write(root, {"catalog/components/acme/own/v1.yaml": TRAIN})
    from msgspec.structs import replace

    asked = replace(asked, catalog=(*asked.catalog, root / "catalog"))
    assert codes(compile_request(asked)) == []
    (claim,) = [c for c in claims_request(asked)[1] if c.kind == "component"]
    assert (claim.name, claim.action) == ("acme/own:v1", "pull")


@pytest.mark.parametrize("order", [(CORP, OPEN), (OPEN, CORP)])
def test_the_order_of_registries_says_nothing(
    order: tuple[RegistryOptions, ...], root: Path
) -> None:
    for ref in EVERY:
        outcome = compile_request(request(ref, root, VISION, DATA, registries=order))
        assert told(outcome) == told(compiled(ref, root, VISION, DATA))


def test_a_claim_without_an_alias_is_not_met_by_a_name_without_a_registry() -> None:
    made = rules(
        team("vision", "user:ana"),
        grant("g", "*", "component:vision/*"),
        organization=None,
    )
    assert members("user:ana")
    for alias, expected in (("", False), ("vision/train:v1", True)):
        claim = Claim(
            span=whole(Source("x", "x")), kind="component", name="corp//vision/train:v1",
            action="pull", alias=alias,
        )  # fmt: skip
        who = Principal(subject="user:ana", strength="asserted")
        found = decide(made, who, None, [claim], today=TODAY)
        assert found.allowed is expected


def test_who_asks_is_asked_by_commands_of_the_hub(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request("x", root, VISION, DATA)
    write(root, {
        "pxc.yaml": "hub: {registries: {corp: {kind: dir, url: hub, orgs: [vision, data]}}}\n",
        "catalog/organization.yaml": asked.catalog[0].read_text(),
    })  # fmt: skip
    monkeypatch.chdir(root)
    for who, expected in (("ana", ["vision/train"]), ("dee", ["data/both", "data/export"])):
        listed = run("hub", "ls", "corp//", "--as-user", who).out.splitlines()
        assert [line.split()[0] for line in listed[1:]] == expected
    nobody = run("hub", "ls", "data/export")
    assert (nobody.code, "has no component 'data/export'" in nobody.err) == (2, True)


def test_to_publish_what_is_not_seen_is_refused(root: Path) -> None:
    hub = hub_of_request(request("x", root, VISION), Report())
    reference = parse_reference("corp//data/export:v9")
    assert reference is not None
    report = Report()
    assert not hub.may("push", reference, whole(Source("x", "x")), report)
    assert [d.code.id for d in report] == ["PXC237"]
    assert hub.may("pull", reference, whole(Source("x", "x")), report)
    corp = hub.registry("corp")
    assert corp.find("data/export", "v1") is None
    assert isinstance(corp, Publishing)
    with pytest.raises(RegistryFault, match="no right to push `data/export:v9`"):
        corp.publish("data/export", "v9", b"kind: component\n", About())


@pytest.mark.parametrize(
    ("role", "expected"), [("member", []), ("viewer", ["PXC237"]), ("nothing", ["PXC810"])]
)
def test_a_team_has_a_role_in_a_project(role: str, expected: list[str], root: Path) -> None:
    asked = request("notebook", root)
    text = asked.catalog[0].read_text().replace("teams: [vision, data]", "teams: [vision]")
    more = f"roles: [{{team: data, role: {role}}}]"
    asked.catalog[0].write_text(text.replace("teams: [vision]", f"teams: [vision], {more}"))
    dee = Principal(subject="user:dee", strength="asserted")
    from msgspec.structs import replace

    assert codes(compile_request(replace(asked, principal=dee))) == expected


def test_who_asks_is_told_to_the_library(root: Path) -> None:
    asked = request("x", root, VISION)
    write(root, {
        "pxc.yaml": "hub: {registries: {corp: {kind: dir, url: hub, orgs: [vision, data]}}}\n",
        "catalog/organization.yaml": asked.catalog[0].read_text(),
        "op.yaml": "kind: operation\nhubRef: vision/train:v1\n",
    })  # fmt: skip
    ana = Principal(subject="user:ana", strength="asserted")
    assert codes(compile_file(root / "op.yaml", principal=ana)) == []
    assert codes(compile_file(root / "op.yaml")) == ["PXC213"]
    assert codes(compile_file(root / "op.yaml", principal=ana, locked=True)) == ["PXC232"]
    write(root, {"hub/vision/train/v1.yaml": TRAIN + "colour: red\n"})
    assert "PXC101" in codes(lint_file(root / "op.yaml", principal=ana))
    assert codes(lint_file(root / "op.yaml")) == []


def test_questions_of_rules_name_components_as_references_do(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request("x", root, VISION.replace("corp//", ""), DATA, ACL_TEST)
    write(root, {
        "pxc.yaml": "hub: {registries: {corp: {kind: dir, url: hub, orgs: [vision, data]}}}\n",
        "catalog/organization.yaml": asked.catalog[0].read_text(),
    })  # fmt: skip
    monkeypatch.chdir(root)
    for who, words, code in (
        ("ana", ("component:vision/train:v1",), 0),
        ("ana", ("pull", "component:corp//vision/train:v1"), 0),
        ("ana", ("push", "component:vision/train:v1"), 1),
        ("dee", ("component:vision/train:v1",), 1),
        ("dee", ("see", "component:vision/train"), 1),
        ("dee", ("component:notebook",), 0),
    ):
        assert run("acl", "can", who, *words).code == code, words
    assert "user:dee" not in run("acl", "who-can", "component:vision/train:v1").out
    tested = run("acl", "test")
    assert (tested.code, "2 cases, 0 failed" in tested.out) == (0, True), tested.out


ACL_TEST = """\
kind: AclTest
cases:
- {as: ana, project: default, use: "component:vision/train:v1", expect: allow, by: hub}
- {as: dee, project: default, use: "component:vision/train:v1", expect: deny}
"""
PATTERNS = st.sampled_from([what for what, _ in GRANTS])
RIGHTS = st.tuples(PATTERNS, st.sampled_from(["", "see", "pull", "push", "use"]))
ASKED = [(ref, action) for ref in EVERY for action in ("see", "pull", "push", "stage", "delete")]


@hypothesis.settings(max_examples=80, deadline=None)
@hypothesis.given(st.lists(RIGHTS, max_size=4), RIGHTS, st.lists(PATTERNS, max_size=2))
def test_a_further_grant_takes_no_right_away_and_whoever_may_anything_sees(
    given_: list[tuple[str, str]], more: tuple[str, str], denied: list[str]
) -> None:
    options = HubOptions(registries=(CORP, OPEN))

    def allowed(rights: list[tuple[str, str]]) -> set[tuple[str, str]]:
        made = rules(
            team("vision", "user:ana"),
            *(grant(f"g{n}", "*", w, actions=[a] if a else []) for n, (w, a) in enumerate(rights)),
            *(deny(f"d{n}", "*", what) for n, what in enumerate(denied)),
        )
        held = ComponentRights(
            made, Principal(subject="user:ana", strength="asserted"), None, options,
            today=TODAY, settings=Settings(),
        )  # fmt: skip
        found = set()
        for ref, action in ASKED:
            parsed = parse_reference(ref)
            assert parsed is not None
            reference = placed(parsed, options)
            assert reference is not None
            is_so = held.sees(reference) if action == "see" else not held.refuses(
                action, reference, None
            )  # fmt: skip
            if is_so:
                found.add((ref, action))
        return found

    before, after = allowed(given_), allowed([*given_, more])
    assert before <= after
    assert {(ref, "see") for ref, _ in after} <= after
