"""What is published, what is refused before anything is written, and what is told of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pxc.hub.signers import about_of
from pxc.hub.signing_keys import new_key, sign
from tests.command_line import Ran, run, write

TELL = """\
kind: component
description: Writes a line to the log
inputs: [{name: text, type: str, description: what is written}]
termination: {timeout: 60}
run:
  kind: job
  environment: {serviceAccountName: teller, securityContext: {runAsNonRoot: true, runAsUser: 1000}}
  container:
    image: "busybox:1.37.0"
    command: [echo, "{{ text }}"]
    resources: {requests: {cpu: 50m, memory: 32Mi}}
"""
EXAMPLE = "kind: operation\nhubRef: acme/tell:1\nparams: {text: done}\n"
SETTINGS = """\
hub: {registries: {lab: {kind: dir, url: hub, orgs: [acme], mutableTags: [edge]}}}
"""
ORGANIZATION = """\
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}]}
---
{kind: Team, name: data, members: [{user: dee}]}
---
{kind: Project, name: lab}
---
kind: Grant
name: publish
to: ["team:vision"]
allow: [{use: ["component:lab//acme/**"], actions: [see, pull, push]}]
---
{kind: Grant, name: read, to: ["team:data"], allow: [{use: ["component:**"], actions: [see, pull]}]}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with an empty registry, a component and an operation that runs it."""
    files = {
        "pxc.yaml": SETTINGS,
        "tell.yaml": TELL,
        "op.yaml": EXAMPLE,
        "hub/README.md": "components\n",
    }
    write(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def push(ref: str = "acme/tell:1", *options: str, example: str = "op.yaml") -> Ran:
    """Publish tell.yaml."""
    return run(
        "hub", "push", "tell.yaml", ref, "--example", example, "--today", "2026-11-20", *options
    )


def test_a_version_is_published_with_its_example_and_what_is_told_of_it(workspace: Path) -> None:
    ran = push("acme/tell:1", "--title", "Tell", "--owner", "team:vision", "-m", "the first")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == [
        "`lab//acme/tell:1` asks its users",
        "  for `registry:docker.io`",
        "  for 0.05 of `resource:cpu` a pod",
        "  for 32Mi of `resource:memory` a pod",
        "  for `serviceAccount:teller`",
    ]
    assert (workspace / "hub/acme/tell/1.yaml").read_text() == TELL
    assert (workspace / "hub/acme/tell/_examples/1.yaml").read_text() == EXAMPLE
    listed = run("hub", "ls", "acme/", "--today", "2026-11-22").out.splitlines()[1]
    assert listed.split() == ["acme/tell", "1", "testing", "team:vision", "no", "2", "d", "Tell"]
    assert run("compile", "op.yaml").code == 0


def test_a_version_is_found_by_its_tags_and_further_words(workspace: Path) -> None:
    tagged = TELL.replace("termination", "tags: [log, line]\ntermination")
    write(workspace, {"tell.yaml": tagged})
    assert push("acme/tell:1", "--keyword", "print", "--keyword", "log").code == 0
    for word in ("print", "line"):
        assert run("hub", "search", word).out.splitlines()[1].split()[0] == "acme/tell"
    (version,) = json.loads(run("hub", "ls", "acme/tell", "--format", "json").out)["versions"]
    assert version["keywords"] == ["print", "log", "line"]
    assert "KEYWORDS\n    print, log, line\n" in run("hub", "show", "acme/tell:1").out
    shown = json.loads(run("hub", "show", "acme/tell:1", "--format", "json").out)
    assert shown["keywords"] == ["print", "log", "line"]
    refused = push("acme/tell:1", "--keyword", "a,b")
    assert (refused.code, "no comma" in refused.err) == (2, True)


def test_a_dry_run_writes_nothing(workspace: Path) -> None:
    ran = push("acme/tell:1", "--dry-run")
    assert (ran.code, ran.err) == (
        0, "`acme/tell:1` is fit to be published; nothing was (--dry-run)\n",
    )  # fmt: skip
    assert [p.name for p in (workspace / "hub").iterdir()] == ["README.md"]


def test_what_differs_from_the_version_before_is_told(workspace: Path) -> None:
    assert push().code == 0
    wider = TELL.replace("[echo,", "[printf,").replace(
        "resources:", "securityContext: {privileged: true}\n    resources:"
    )
    write(workspace, {"tell.yaml": wider.replace("privileged: true", "capabilities: {add: [NET_ADMIN]}"),
                      "op.yaml": EXAMPLE.replace(":1", ":2")})  # fmt: skip
    ran = push("acme/tell:2")
    assert "since `1`\n  widening  now also asks for `capability:NET_ADMIN`\n" in ran.out, ran
    assert "`run.container.command`" in ran.out


def test_a_version_is_published_once(workspace: Path) -> None:
    assert push().code == 0
    assert push().code == 0, "the same bytes"
    write(workspace, {"tell.yaml": TELL.replace("1.37.0", "1.36.1")})
    ran = push()
    assert ran.code == 1
    assert "`acme/tell:1` was not published: `acme/tell:1` is there already" in ran.err
    assert (workspace / "hub/acme/tell/1.yaml").read_text() == TELL
    write(workspace, {"op.yaml": EXAMPLE.replace(":1", ":edge")})
    assert push("acme/tell:edge").code == 0
    write(workspace, {"tell.yaml": TELL.replace("1.37.0", "1.36.2")})
    assert push("acme/tell:edge").code == 0, "a tag that moves"


UNFIT: list[tuple[str, str, str]] = [
    ("description: Writes a line to the log\n", "", "PXC245] not-publishable: a component that is published needs a `description`"),
    (", description: what is written", "", "the input `text` of a published component needs a `description`"),
    ("type: str, ", "", "the input `text` of a published component needs a `type`"),
    ("kind: component", "kind: operation", "PXC242] not-a-component: a registry takes components, and this is an operation"),
    ("busybox:1.37.0", "busybox", "PXC503"),
    ("{{ text }}", "{{ txt }}", "PXC302"),
    ("termination: {timeout: 60}\n", "", "PXC513"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"), UNFIT, ids=[said[:9] + old for old, _, said in UNFIT]
)
def test_what_its_users_would_miss_is_told_and_nothing_is_written(
    old: str, new: str, said: str, workspace: Path
) -> None:
    write(workspace, {"tell.yaml": TELL.replace(old, new, 1)})
    ran = push()
    assert ran.code == 1
    assert said in ran.err
    assert not (workspace / "hub/acme").exists()


def test_the_example_must_run_this_version_and_compile(workspace: Path) -> None:
    write(workspace, {"op.yaml": EXAMPLE.replace("tell:1", "tell:9")})
    assert "the example does not run `acme/tell:1`" in push().err
    write(workspace, {"op.yaml": EXAMPLE.replace("text: done", "txt: done")})
    ran = push()
    assert "the input `text` is required" in ran.err
    assert ran.code == 1
    bare = run("hub", "push", "tell.yaml", "acme/tell:1")
    assert "it cannot run without `text`" in bare.err


def test_a_component_that_needs_no_value_needs_no_example(workspace: Path) -> None:
    write(workspace, {"tell.yaml": TELL.replace("type: str,", "type: str, value: hello,")})
    assert run("hub", "push", "tell.yaml", "acme/tell:1").code == 0


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("acme/Tell:1", "'Tell': a name is of small letters and digits"),
        ("acme/tell", "name the version that is published, as ORG/NAME:TAG"),
        (f"acme/tell:1@sha256:{'0' * 64}", "name the version that is published"),
        (f"acme/{'a' * 64}:1", "a name has at most 63 characters"),
        ("tell:1", "The registry 'public': it takes no versions."),
        ("a..b/tell:1", "is no reference"),
    ],
)
def test_names_that_not_every_registry_has_are_wrong_use(
    ref: str, said: str, workspace: Path
) -> None:
    ran = push(ref)
    assert ran.code == 2
    assert said in ran.err


def test_an_organization_that_no_registry_has_is_told_with_one_like_it(workspace: Path) -> None:
    ran = push("acmee/tell:1")
    assert "no registry takes `acmee/tell`" in ran.err
    assert "did you mean the organization `acme`?" in ran.err
    assert ran.code == 1


def test_who_may_only_pull_cannot_publish(workspace: Path) -> None:
    write(
        workspace,
        {
            "catalog/rules.yaml": ORGANIZATION,
            "pxc.yaml": SETTINGS + "catalog: catalog\nproject: lab\n",
        },
    )
    denied = push("acme/tell:1", "--as-user", "dee")
    assert denied.code == 1
    assert "PXC237" in denied.err
    assert "grant `read` is for pull and see alone" in denied.err
    assert not (workspace / "hub/acme").exists()
    staged = push("acme/tell:1", "--as-user", "ana", "--stage", "production")
    assert "PXC237" in staged.err, "who may push may not say that it is fit for production"
    assert push("acme/tell:1", "--as-user", "ana").code == 0


def test_a_signature_beside_the_file_is_published_and_shown(workspace: Path) -> None:
    key, other = new_key(), new_key()
    signers = f"{{platform: {{key: {key.public.text}, orgs: [acme]}}}}"
    settings = SETTINGS.replace(
        "hub: {", f"hub: {{signers: {signers}, policy: {{unsigned: deny}}, "
    )
    write(workspace, {"pxc.yaml": settings})
    unsigned = push("acme/tell:1")
    assert (unsigned.code, "PXC235" in unsigned.err) == (1, True), unsigned
    wrong = sign(TELL.encode(), key, about_of("acme/tell", "2"))
    write(workspace, {"tell.yaml.minisig": wrong})
    assert "`platform` signed it as `acme/tell:2`" in push("acme/tell:1").err
    assert not (workspace / "hub/acme").exists()
    write(workspace, {"tell.yaml.minisig": sign(TELL.encode(), key, about_of("acme/tell", "1"))})
    assert push("acme/tell:1").code == 0
    assert "testing, of 2026-11-20, signed by key:platform" in run("hub", "show", "acme/tell:1").out
    assert run("hub", "ls", "acme/tell").out.splitlines()[1].split()[2] == "yes"
    (workspace / "hub/acme/tell/1.yaml.minisig").write_text(sign(TELL.encode(), other, "x"))
    assert run("hub", "show", "acme/tell:1").code == 1


def test_a_build_server_may_look_at_what_it_has_not_locked(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert push("acme/tell:1").code == 0
    monkeypatch.setenv("CI", "true")
    assert run("hub", "show", "acme/tell:1").code == 0
    assert run("hub", "diff", "acme/tell:1", "tell.yaml", "--exit-code").code == 0
    assert run("compile", "op.yaml").code == 1


def test_a_version_is_signed_where_it_is_published(workspace: Path) -> None:
    for name in ("platform", "review"):
        assert run("hub", "keygen", f"{name}.key", "--no-password").code == 0
    keys = [(workspace / f"{n}.key.pub").read_text().split()[-1] for n in ("platform", "review")]
    assert push("acme/tell:1", "--stage", "production").code == 0
    before = (workspace / "hub/acme/tell/hub.yaml").read_text()
    denied = SETTINGS.replace("hub: {", "hub: {policy: {unsigned: deny}, ")
    write(workspace, {"pxc.yaml": denied})
    unknown = run("hub", "sign", "acme/tell:1", "--key", "platform.key")
    assert (unknown.code, "PXC235" in unknown.err) == (1, True), unknown
    signers = ", ".join(
        f"{n}: {{key: {key}, orgs: [acme]}}" for n, key in zip("ab", keys, strict=True)
    )
    write(workspace, {"pxc.yaml": denied.replace("hub: {", f"hub: {{signers: {{{signers}}}, ")})
    assert "PXC235" in run("compile", "op.yaml").err
    for name in ("platform", "platform", "review"):
        signed = run("hub", "sign", "acme/tell:1", "--key", f"{name}.key")
        assert (signed.code, "signed lab//acme/tell:1, sha256:" in signed.err) == (0, True), signed
    assert run("compile", "op.yaml").code == 0
    made = (workspace / "hub/acme/tell/1.yaml.minisig").read_text()
    assert made.count("untrusted comment:") == 2, "one of each key"
    assert (workspace / "hub/acme/tell/hub.yaml").read_text() == before
    assert "no `acme/tell:7`" in run("hub", "sign", "acme/tell:7", "--key", "review.key").err
    assert run("hub", "sign", "acme/tell:1", "--as", "acme/tell:1", "--key", "review.key").code == 2
    write(workspace, {"catalog/acme.yaml": ORGANIZATION})
    mine = (
        "hub",
        "sign",
        "acme/tell:1",
        "--key",
        "review.key",
        "--catalog=catalog",
        "--project=lab",
    )
    assert "PXC237" in run(*mine, "--as-user", "dee").err
    assert run(*mine, "--as-user", "ana").code == 0
    hidden = run(*mine, "--as-user", "eve")
    assert (hidden.code, "sha256" in hidden.err) == (1, False)


def test_what_an_artifact_has_beside_a_component_stays_when_it_is_published_again() -> None:
    from pxc.hub.registries.oci_manifest import layers_of, manifest_of, version_of
    from pxc.hub.registry import About

    about = About(readme=b"# Tell", example=EXAMPLE.encode(), stage="testing")
    first, _ = manifest_of("acme/tell", TELL.encode(), about, None)
    before = version_of("acme/tell", "1", first, "")
    later = About(stage="production")
    again, parts = manifest_of("acme/tell", TELL.encode(), later, before, layers_of(first))
    assert again["layers"] == first["layers"]
    assert len(parts) == 2, "what is there is not written again"
    assert version_of("acme/tell", "1", again, "").stage == "production"
