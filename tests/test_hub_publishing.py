"""What each kind of registry makes of a version that is published into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver.hubs import read_registry_yaml, set_registry_yaml
from pxc.hub.registries import open_registry
from pxc.hub.registry import MOST_BYTES, About, Publishing, RegistryFault, Version
from pxc.hub.signers import about_of
from pxc.hub.signing_keys import new_key, sign
from pxc.options import RegistryOptions
from tests.command_line import run
from tests.engines import oci_registry
from tests.hub_servers import Repository, WebServer, component, digest, no_credentials, web_server
from tests.test_git_step import git

FIRST, SECOND = component(0.1), component(0.2)
ABOUT = About(
    title="Trainer", description="Trains", owner="team:vision", created="2026-03-04",
    stage="testing", keywords=("detector", "two words"), readme=b"# How\n", example=b"kind: operation\nhubRef: vision/train:1\n",
)  # fmt: skip
KEYS = new_key(), new_key()
SIGNED = tuple(sign(FIRST, key, about_of("vision/train", "1")) for key in KEYS)
Opens = Callable[..., Publishing]


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in no_credentials(tmp_path).items():
        monkeypatch.setenv(name, value)
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n name = Ana\n email = ana@example.com\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))


def opener(kind: str, url: str, root: Path | None = None) -> Opens:
    """What opens a registry anew, as another process would."""

    def opened(**more: Any) -> Publishing:
        options = RegistryOptions(name="lab", kind=kind, url=url, **more)
        registry = open_registry(options, root, read_registry_yaml, set_registry_yaml)
        assert isinstance(registry, Publishing)
        return registry

    return opened


@pytest.fixture(scope="module")
def oci(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    lacking = oci_registry.missing()
    if lacking:
        pytest.skip(f"NO REAL REGISTRY: {', '.join(lacking)} missing; run `make engines`")
    with oci_registry.running(tmp_path_factory.mktemp("oci")) as started:
        yield started


@pytest.fixture(params=["dir", "git", "http", "oci"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opens]:
    """An empty registry of each kind."""
    if request.param == "oci":
        part = "".join(c for c in tmp_path.name.lower() if c.isalnum())
        yield opener("oci", f"oci://{request.getfixturevalue('oci')}/{part}")
    elif request.param == "dir":
        (tmp_path / "hub").mkdir()
        yield opener("dir", "hub", tmp_path)
    elif request.param == "git":
        yield opener("git", Repository(tmp_path / "git").url)
    else:
        (tmp_path / "site").mkdir()
        assert run("hub", "index", str(tmp_path / "site")).code == 0
        with web_server(tmp_path / "site") as server:
            server.takes = True
            yield opener("http", server.url)


def found(registry: Publishing, tag: str = "1", digest: str = "") -> Version:
    version = registry.find("vision/train", tag, digest)
    assert version is not None
    return version


def test_what_is_published_is_there(opened: Opens) -> None:
    assert opened().components() == ()
    made = opened().publish("vision/train", "1", FIRST, ABOUT, SIGNED)
    registry = opened()
    assert registry.components() == ("vision/train",)
    assert registry.tags("vision/train") == ("1",)
    assert found(registry) == made
    assert registry.read(made) == FIRST
    assert (made.digest, made.size) == (digest(FIRST), len(FIRST))
    assert (made.title, made.description, made.owner) == ("Trainer", "Trains", "team:vision")
    assert (made.stage, made.created) == ("testing", "2026-03-04")
    assert made.keywords == ("detector", "two words")
    assert signatures(registry) == sorted(SIGNED)


def signatures(registry: Publishing) -> list[str]:
    """The signatures that a registry has of the first version, sorted."""
    return sorted(f"{text.strip()}\n" for text in registry.signatures(found(registry)))


def test_a_signature_comes_beside_those_of_others(opened: Opens) -> None:
    made = opened().publish("vision/train", "1", FIRST, ABOUT)
    assert signatures(opened()) == []
    for text in (*SIGNED, SIGNED[0]):
        opened().add_signature(found(opened()), FIRST, text)
    assert signatures(opened()) == sorted(SIGNED)
    assert (found(opened()).stage, found(opened()).keywords) == (made.stage, made.keywords)
    opened().publish("vision/train", "1", FIRST, About(stage="production"))
    assert signatures(opened()) == sorted(SIGNED)


def test_more_versions_stand_side_by_side(opened: Opens) -> None:
    opened().publish("vision/train", "1", FIRST, ABOUT)
    opened().publish("vision/train", "2", SECOND, About())
    opened().publish("solo", "latest", FIRST, About())
    registry = opened()
    assert registry.components() == ("solo", "vision/train")
    assert registry.tags("vision/train") == ("1", "2")
    assert registry.read(found(registry, "2")) == SECOND
    assert found(registry, "1").description == "Trains"
    assert found(registry, "2").description == ""
    if not registry.url.startswith("oci:"):  # whose versions know nothing of one another
        assert found(registry, "2").title == "Trainer"


def test_names_may_have_dots(opened: Opens) -> None:
    opened().publish("acme.ml/train.v2", "1.0", FIRST, ABOUT)
    opened().publish("solo.x", "latest", SECOND, About())
    registry = opened()
    assert registry.components() == ("acme.ml/train.v2", "solo.x")
    assert registry.tags("acme.ml/train.v2") == ("1.0",)
    version = registry.find("acme.ml/train.v2", "1.0")
    assert version is not None
    assert registry.read(version) == FIRST
    assert registry.find("acme.ml/train.v2", "", digest(FIRST)) is not None
    for name in ("train.yaml", "a..b", "a.", "x/train.json"):
        with pytest.raises(RegistryFault):
            opened().publish(name, "1", FIRST, About())


def test_other_bytes_under_a_tag_are_refused(opened: Opens) -> None:
    opened().publish("vision/train", "1", FIRST, ABOUT)
    with pytest.raises(RegistryFault) as caught:
        opened().publish("vision/train", "1", SECOND, About(stage="production"))
    assert caught.value.kind == "exists"
    assert str(caught.value) == (
        f"`vision/train:1` is there already, with the digest `{digest(FIRST)}`"
    )
    assert found(opened()).digest == digest(FIRST)
    assert found(opened()).stage == "testing"


def test_the_same_bytes_are_told_of_anew(opened: Opens) -> None:
    opened().publish("vision/train", "1", FIRST, ABOUT)
    opened().publish("vision/train", "1", FIRST, About(stage="deprecated", replaced_by="x:2"))
    version = found(opened())
    assert (version.stage, version.replaced_by) == ("deprecated", "x:2")
    assert (version.title, version.description) == ("Trainer", "Trains")
    assert version.keywords == ("detector", "two words")
    opened().publish("vision/train", "1", FIRST, About(keywords=("other",)))
    assert found(opened()).keywords == ("other",)
    assert opened().read(version) == FIRST


def test_a_tag_that_may_move_does(opened: Opens) -> None:
    opened().publish("vision/train", "edge", FIRST, ABOUT)
    opened(mutable_tags=("edge",)).publish("vision/train", "edge", SECOND, About())
    registry = opened()
    assert registry.read(found(registry, "edge")) == SECOND
    was = registry.find("vision/train", "edge", digest(FIRST))
    if registry.is_remote:
        assert was is not None
        assert registry.read(was) == FIRST


def test_two_that_publish_at_once_lose_nothing(opened: Opens) -> None:
    one, other = opened(), opened()
    for registry in (one, other):
        assert registry.find("vision/train", "1") is None
    one.publish("vision/train", "1", FIRST, ABOUT)
    other.publish("vision/train", "2", SECOND, About())
    assert opened().tags("vision/train") == ("1", "2")
    assert found(opened(), "1").title == "Trainer"


@pytest.mark.parametrize(
    ("component", "tag", "data", "stage", "message"),
    [
        ("../x", "1", FIRST, "", "`../x:1` is no name of a version"),
        ("a/b/c", "1", FIRST, "", "`a/b/c:1` is no name of a version"),
        ("r//a", "1", FIRST, "", "`r//a:1` is no name of a version"),
        ("a", "../1", FIRST, "", "`a:../1` is no name of a version"),
        ("a", "", FIRST, "", "`a:` is no name of a version"),
        ("a", "1", b"x" * (MOST_BYTES + 1), "", "it has more bytes than the limit of 1,048,576"),
        ("a", "1", FIRST, "ready", "`ready` is no stage"),
    ],
)
def test_what_no_registry_takes(
    component: str, tag: str, data: bytes, stage: str, message: str, opened: Opens
) -> None:
    with pytest.raises(RegistryFault) as caught:
        opened().publish(component, tag, data, About(stage=stage))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("a,b",), "`a,b` is no keyword: 1 to 64 characters, and no comma"),
        (("",), "`` is no keyword: 1 to 64 characters, and no comma"),
        (("a\nb",), "`a\nb` is no keyword: 1 to 64 characters, and no comma"),
        (("a" * 65,), f"`{'a' * 64}` is no keyword: 1 to 64 characters, and no comma"),
        (tuple(map(str, range(33))), "there are more than 32 keywords"),
    ],
)
def test_what_is_no_keyword(words: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    with pytest.raises(RegistryFault) as caught:
        opener("dir", "hub", tmp_path)().publish("a", "1", FIRST, About(keywords=words))
    assert str(caught.value) == message
    assert list((tmp_path / "hub").iterdir()) == []


def test_an_index_tells_the_tags_of_components_of_which_nothing_else_is_told(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "hub"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "1.yaml").write_text("kind: component\ntags: [x, 'y, z', 3]\n")
    (folder / "a" / "2.yaml").write_text("kind: component\ntags: [x]\n")
    (folder / "a" / "hub.yaml").write_text("tags: {2: {keywords: [told, told, 7]}}\n")
    assert run("hub", "index", str(folder)).code == 0
    with web_server(folder) as server:
        registry = opener("http", server.url)()
        words = [registry.find("a", tag) for tag in registry.tags("a")]
    assert [each and each.keywords for each in words] == [("x",), ("told",)]


def test_a_tag_that_is_a_number_is_told_of(tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "a"
    folder.mkdir(parents=True)
    for tag in ("1", "1.10"):
        (folder / f"{tag}.yaml").write_bytes(FIRST)
    opened = opener("dir", "hub", tmp_path)
    (folder / "hub.yaml").write_text("tags: {1: {stage: disabled}, '1.10': {stage: testing}}\n")
    stages = [version and version.stage for version in map(opened().find, "aa", ("1", "1.10"))]
    assert stages == ["disabled", "testing"]
    (folder / "hub.yaml").write_text("tags: {1.10: {stage: disabled}}\n")
    with pytest.raises(RegistryFault) as caught:
        opened().find("a", "1.10")
    assert str(caught.value) == "`a/hub.yaml` has the tag `1.1`, which is no text"
    assert caught.value.help == "write the tag in quotes"


def test_what_stands_in_a_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "hub" / "vision" / "train" / "hub.yaml"
    path.parent.mkdir(parents=True)
    text = '# ours\ntitle: "T"\ntags:\n  1: {stage: testing}  # soon\n  "2": {stage: production}\n'
    path.write_text(text)
    for tag in "12":
        (path.parent / f"{tag}.yml").write_bytes(FIRST)
    opener("dir", "hub", tmp_path)().publish("vision/train", "1", FIRST, About(stage="production"))
    assert path.read_text() == text.replace("testing}  #", "production} #")
    assert sorted(each.name for each in path.parent.iterdir()) == ["1.yml", "2.yml", "hub.yaml"]


def test_a_file_that_is_no_map_is_left(tmp_path: Path) -> None:
    path = tmp_path / "hub" / "a" / "hub.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("- a\n")
    with pytest.raises(RegistryFault, match="expected a map of fields, found a list"):
        opener("dir", "hub", tmp_path)().publish("a", "1", FIRST, ABOUT)
    assert path.read_text() == "- a\n"


def test_a_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "hub" / "a").symlink_to(tmp_path / "out")
    with pytest.raises(RegistryFault, match="outside of the registry"):
        opener("dir", "hub", tmp_path)().publish("a", "1", FIRST, ABOUT)
    assert list((tmp_path / "out").iterdir()) == []


def test_the_components_that_come_with_pxc_are_not_changed() -> None:
    registry = opener("dir", "builtin:public")()
    with pytest.raises(RegistryFault) as caught:
        registry.publish("x", "1", FIRST, About())
    assert caught.value.kind == "unsupported"


def test_a_commit_is_of_whoever_publishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository(tmp_path / "git")
    repository.commit({"README.md": b"# all\n"})
    opened = opener("git", repository.url)
    opened(path="hub").publish("vision/train", "1", FIRST, ABOUT)
    said = git("log", "-1", "--format=%an %s", "main", at=repository.bare)
    assert said == "Ana Publish vision/train:1"
    files = git("ls-tree", "-r", "--name-only", "main", at=repository.bare).split()
    assert files == [
        "README.md", "hub/vision/train/1.yaml", "hub/vision/train/README.md",
        "hub/vision/train/_examples/1.yaml", "hub/vision/train/hub.yaml",
    ]  # fmt: skip
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "nobody"))
    monkeypatch.setenv("EMAIL", "")
    (tmp_path / "nobody").write_text("[user]\n useConfigOnly = true\n")
    with pytest.raises(RegistryFault, match="git does not know who you are"):
        opened().publish("vision/train", "2", FIRST, ABOUT)


def test_a_ref_that_is_no_branch_takes_nothing(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "git")
    commit = repository.commit({"README.md": b"# all\n"}, to="tags/v1")
    for ref in ("v1", commit):
        with pytest.raises(RegistryFault, match=f"`{ref}` is no branch"):
            opener("git", repository.url)(ref=ref).publish("a", "1", FIRST, About())


def test_a_repository_that_refuses(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "git")
    hook = repository.bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho only by review >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(RegistryFault) as caught:
        opener("git", repository.url)().publish("a", "1", FIRST, About())
    assert "pre-receive hook declined" in str(caught.value)


def test_a_server_that_takes_nothing(tmp_path: Path) -> None:
    with web_server(tmp_path / "site") as server:
        with pytest.raises(RegistryFault) as caught:
            opener("http", server.url)().publish("a", "1", FIRST, About())
        assert caught.value.kind == "unsupported"
        assert str(caught.value) == "the server takes nothing: it answers 405 to a PUT"


def test_an_index_that_others_write_meanwhile(tmp_path: Path) -> None:
    with web_server(tmp_path / "site") as server:
        server.takes = True
        opened = opener("http", server.url)
        opened().publish("vision/train", "1", FIRST, ABOUT)
        blob = f"/blobs/sha256/{digest(SECOND).partition(':')[2]}"

        def meanwhile(handler: Any) -> None:
            server.answers.clear()
            opened().publish("solo", "1", FIRST, About())
            handler.do_GET()

        server.answers[blob] = meanwhile
        opened().publish("vision/train", "2", SECOND, About())
        assert opened().components() == ("solo", "vision/train")
        assert opened().tags("vision/train") == ("1", "2")


def served(server: WebServer) -> Publishing:
    return opener("http", server.url)()


def test_a_folder_becomes_a_registry_on_a_web_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hub").mkdir()
    folder = opener("dir", "hub", tmp_path)
    folder().publish("vision/train", "1", FIRST, ABOUT, SIGNED)
    assert run("hub", "index", "hub").out == "index 1 written: 1 version\n"
    before = (tmp_path / "hub" / "index.json").read_bytes()
    assert run("hub", "index", "hub").out == "index 1 as before: 1 version\n"
    assert (tmp_path / "hub" / "index.json").read_bytes() == before
    with web_server(tmp_path / "hub") as server:
        registry = served(server)
        assert registry.components() == folder().components()
        assert found(registry) == found(folder(), "1").__class__(
            **{**_fields(found(folder())), "origin": ""}
        )
        assert registry.read(found(registry)) == FIRST
        folder().publish("solo", "latest", SECOND, About())
        folder(mutable_tags=("1",)).publish("vision/train", "1", SECOND, About())
        ran = run("hub", "index", "hub", "--expires", "2027-01-01")
        assert ran.out == "index 2 written: 2 versions\n"
        registry = served(server)
        assert registry.components() == ("solo", "vision/train")
        was = found(registry, "1", digest(FIRST))
        assert registry.read(was) == FIRST
    assert yaml.safe_load((tmp_path / "hub" / "index.json").read_text())["expires"] == "2027-01-01"


def _fields(version: Version) -> dict[str, Any]:
    return {name: getattr(version, name) for name in version.__struct_fields__}


def test_an_index_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "index.json").write_text("{")
    ran = run("hub", "index", "hub")
    assert ran.code == 1
    assert ran.err.startswith("cannot write the index: its index is no JSON")
    assert run("hub", "index", "hub", "--expires", "soon").code == 2
