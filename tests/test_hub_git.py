"""What a registry in a repository of git answers, and what git is never let do."""

from __future__ import annotations

import base64
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.driver.hubs import read_registry_yaml, set_registry_yaml
from pxc.hub.registries import git_clone, git_command, open_registry
from pxc.hub.registry import MOST_BYTES, About, Publishing, Registry, RegistryFault
from pxc.options import HubOptions, Options, RegistryOptions
from tests.hub_servers import (
    Repository,
    certificate,
    component,
    digest,
    no_credentials,
    web_server,
)
from tests.test_git_step import git

FIRST, SECOND = component(0.1), component(0.2)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in no_credentials(tmp_path).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "git")
    made.commit({"trainer/v1.yaml": FIRST, "README.md": b"# all\n"})
    return made


def opened(repository: Repository, ref: str = "", path: str = "") -> Registry:
    options = RegistryOptions(name="lab", kind="git", url=repository.url, ref=ref, path=path)
    return open_registry(options, None, read_registry_yaml)


def text_of(registry: Registry, tag: str = "v1", digest: str = "") -> bytes:
    found = registry.find("trainer", tag, digest)
    assert found is not None
    return registry.read(found)


def fault_of(repository: Repository, ref: str = "") -> RegistryFault:
    with pytest.raises(RegistryFault) as caught:
        text_of(opened(repository, ref))
    return caught.value


def test_nothing_is_fetched_before_it_is_asked(repository: Repository, tmp_path: Path) -> None:
    registry = opened(repository)
    assert not (tmp_path / "cache").exists()
    assert registry.components() == ("trainer",)
    assert (tmp_path / "cache" / "git").is_dir()


def test_versions_are_found_and_read(repository: Repository) -> None:
    commit = repository.commit(
        {"org/trainer/2.yaml": SECOND, "org/trainer/hub.yaml": b"title: T\n"}
    )
    registry = opened(repository)
    assert registry.components() == ("org/trainer", "trainer")
    assert registry.tags("org/trainer") == ("2",)
    found = registry.find("org/trainer", "2")
    assert found is not None
    assert (found.digest, found.title, found.origin) == (digest(SECOND), "T", f"commit {commit}")
    assert found.created == git("log", "-1", "--format=%cs", at=repository.work).strip()
    assert registry.read(found) == SECOND
    assert registry.find("trainer", "v9") is None


def test_only_the_files_that_are_read_are_fetched(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"big.bin": b"x" * 3_000_000})
    assert text_of(opened(repository)) == FIRST
    (clone,) = (tmp_path / "cache" / "git").iterdir()
    blob = git("rev-parse", "HEAD:big.bin", at=repository.work).strip()
    missing = git("rev-list", "--objects", "--all", "--missing=print", at=clone).splitlines()
    assert f"?{blob}" in missing


@pytest.mark.parametrize("to", ["main", "stable", "tags/v1"])
def test_a_branch_and_a_tag_may_be_named(to: str, repository: Repository) -> None:
    repository.commit({"trainer/v1.yaml": SECOND}, to=to)
    assert text_of(opened(repository, to.rpartition("/")[2])) == SECOND


def test_an_annotated_tag_may_be_named(repository: Repository) -> None:
    git("tag", "-a", "-m", "one", "r1", at=repository.work)
    git("push", "-q", str(repository.bare), "r1", at=repository.work)
    repository.commit({"trainer/v1.yaml": SECOND})
    assert text_of(opened(repository, "r1")) == FIRST


def test_a_folder_of_the_repository(repository: Repository) -> None:
    repository.commit({"hub/trainer/v1.yaml": SECOND})
    assert text_of(opened(repository, path="hub")) == SECOND
    with pytest.raises(RegistryFault, match="outside of the repository"):
        opened(repository, path="../x")


@pytest.mark.parametrize("force", [False, True], ids=["commit", "forced"])
def test_a_moved_tag_is_new(force: bool, repository: Repository) -> None:
    assert text_of(opened(repository)) == FIRST
    if force:
        git("checkout", "-q", "--orphan", "other", at=repository.work)
    repository.commit({"trainer/v1.yaml": SECOND}, force=force)
    registry = opened(repository)
    assert text_of(registry) == SECOND
    was = registry.find("trainer", "v1", digest(FIRST))
    if force:
        assert was is None
    else:
        assert was is not None
        assert registry.read(was) == FIRST
        assert was.origin == f"commit {git('rev-parse', 'HEAD~', at=repository.work).strip()}"


def test_a_file_that_is_gone_is_found_by_its_digest(repository: Repository) -> None:
    repository.commit({"trainer/v1.yaml": None, "trainer/v2.yaml": SECOND})
    registry = opened(repository)
    assert registry.tags("trainer") == ("v2",)
    assert text_of(registry, "v1", digest(FIRST)) == FIRST
    assert registry.find("trainer", "v1") is None
    assert registry.find("trainer", "v1", digest(b"never")) is None


def test_a_commit_must_be_of_the_repository_itself(repository: Repository) -> None:
    commit = git("rev-parse", "HEAD", at=repository.work).strip()
    repository.commit({"trainer/v1.yaml": SECOND})
    assert text_of(opened(repository, commit)) == FIRST
    fork = repository.commit({"trainer/v1.yaml": b"evil"}, to="pull/7/head")
    git("fetch", "-q", str(repository.bare), fork, at=repository.work)  # a server gives it
    assert str(fault_of(repository, fork)) == (
        f"the commit `{fork}` is on no branch and no tag of the repository"
    )


def test_a_link_is_no_version(repository: Repository) -> None:
    (repository.work / "trainer" / "v3.yaml").symlink_to("v1.yaml")
    (repository.work / "twin").symlink_to("trainer")
    repository.commit({})
    registry = opened(repository)
    assert registry.tags("trainer") == ("v1",)
    assert registry.components() == ("trainer",)


def test_a_file_of_too_many_bytes(repository: Repository) -> None:
    repository.commit({"trainer/v1.yaml": b"x" * (MOST_BYTES + 1)})
    assert "has more bytes than the limit" in str(fault_of(repository))


def test_what_is_not_there_is_told(repository: Repository, tmp_path: Path) -> None:
    fault = fault_of(repository, "mian")
    assert str(fault) == "the repository has no branch or tag `mian`"
    assert fault.help == "did you mean `main`? it has: `main`"
    repository.bare = tmp_path / "nowhere"
    fault = fault_of(repository)
    assert fault.kind == "unreachable"
    assert "does not appear to be a git repository" in str(fault)
    repository.bare = tmp_path / "empty"
    git("init", "-q", "--bare", str(repository.bare), at=tmp_path)
    assert opened(repository).components() == ()
    assert opened(repository).find("trainer", "v1", digest(FIRST)) is None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("--upload-pack=touch x", "is no address of a repository"),
        ("-u", "is no address of a repository"),
        ("ext::sh -c touch% x", "is no address of a repository"),
        ("ext::sh", "is no address of a repository"),
        ("http://git.example.com/hub", "is no address of a repository"),
        ("git://git.example.com/hub", "is no address of a repository"),
        ("ssh://-oProxyCommand=x/hub", "is no address of a repository"),
        ("https://ana:pw@git.example.com/hub", "`url` holds a credential"),
        ("https://t0ken@git.example.com/hub", "`url` holds a credential"),
        ("../hub.git", "is no address of a repository"),
        ("/srv/hub.git", "is no address of a repository"),
        ("file://host/hub.git", "is no address of a repository"),
    ],
)
def test_addresses_that_are_refused(url: str, message: str) -> None:
    with pytest.raises(RegistryFault) as caught:
        open_registry(RegistryOptions(name="g", kind="git", url=url), None, read_registry_yaml)
    assert message in str(caught.value)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("ref", ["--upload-pack=x", "-x", "a..b", "a b", "a:b", "refs/*", "@{-1}"])
def test_names_that_are_refused(ref: str, repository: Repository) -> None:
    with pytest.raises(RegistryFault, match="is no name of a branch"):
        opened(repository, ref)


def test_no_hook_and_no_setting_of_others_is_run(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks, ran = tmp_path / "hooks", tmp_path / "ran"
    hooks.mkdir()
    for name in ("reference-transaction", "post-checkout", "pre-push", "fsmonitor"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (hooks / name).chmod(0o755)
    config = tmp_path / "config"
    config.write_text(f"[core]\n hooksPath = {hooks}\n fsmonitor = {hooks}/fsmonitor\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", str(repository.work / ".git"))  # as a hook of git has it
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    before = git("for-each-ref", at=repository.work)
    assert text_of(opened(repository)) == FIRST
    assert not ran.exists()
    assert git("for-each-ref", at=repository.work) == before


def test_a_server_of_ssh_that_refuses_is_told_and_nobody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text(
        "#!/bin/sh\n[ -t 0 ] && touch asked\necho 'git@h: Permission denied (publickey).' >&2\nexit 255\n"
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH", str(ssh))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    options = RegistryOptions(name="lab", kind="git", url="git@h.example.com:ml/hub.git")
    with pytest.raises(RegistryFault) as caught:
        open_registry(options, None, read_registry_yaml).components()
    assert caught.value.kind == "unauthorized"


def test_a_registry_is_listed_over_ssh_in_few_connections(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho . >> {tmp_path}/asked\nfor last; do :; done\neval "$last"\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH", str(ssh))
    monkeypatch.setenv("GIT_SSH_VARIANT", "ssh")
    more = {f"{name}/{tag}.yaml": component(number) for number, (name, tag) in enumerate(
        (name, tag) for name in ("a", "org/b", "c") for tag in ("v1", "v2", "v3")
    )}  # fmt: skip
    repository.commit({**more, "a/hub.yaml": b"title: A\n", "deep/er/than/all.yaml": b"x"})
    repository.commit({"a/v1.yaml": FIRST, "a/v2.yaml": None})
    options = RegistryOptions(name="l", kind="git", url=f"ssh://git@h.example.com{repository.bare}")
    registry = open_registry(options, None, read_registry_yaml)
    for name in registry.components():
        for tag in registry.tags(name):
            found = registry.find(name, tag)
            assert found is not None
            assert digest(registry.read(found)) == found.digest
    assert len((tmp_path / "asked").read_text().split()) == 3  # refs, commits, files
    was = registry.find("a", "v2", digest(more["a/v2.yaml"]))
    assert was is not None
    assert registry.read(was) == more["a/v2.yaml"]
    assert len((tmp_path / "asked").read_text().split()) == 4


def test_a_helper_of_git_knows_who_asks_over_https(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, config = certificate(tmp_path), tmp_path / "config"
    with web_server(repository.bare.parent, certificate=pem) as server:
        server.is_git = True
        server.opens = "Basic " + base64.b64encode(b"ana:s3cret").decode()
        options = RegistryOptions(name="lab", kind="git", url=f"{server.url}/hub.git")

        def fault() -> RegistryFault:
            with pytest.raises(RegistryFault) as caught:
                open_registry(options, None, read_registry_yaml).components()
            return caught.value

        assert "certificate" in str(fault())
        monkeypatch.setenv("GIT_SSL_CAINFO", str(pem))
        assert fault().kind == "unauthorized"
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
        helper = '"!f() { echo username=ana; echo password=PASSWORD; }; f"'
        config.write_text(f"[credential]\n helper = {helper.replace('PASSWORD', 'wr0ng')}\n")
        told = fault()
        assert told.kind == "unauthorized"
        assert "wr0ng" not in f"{told} {told.help}"
        config.write_text(f"[credential]\n helper = {helper.replace('PASSWORD', 's3cret')}\n")
        assert open_registry(options, None, read_registry_yaml).components() == ("trainer",)
        git("config", "http.receivepack", "true", at=repository.bare)
        config.write_text(f"{config.read_text()}[user]\n name = Ana\n email = ana@example.com\n")
        registry = open_registry(options, None, read_registry_yaml, set_registry_yaml)
        assert isinstance(registry, Publishing)
        registry.publish("trainer", "v2", SECOND, About())
        assert text_of(open_registry(options, None, read_registry_yaml), "v2") == SECOND


def test_a_slow_server_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ssh, mark = tmp_path / "ssh", tmp_path / "pid"
    ssh.write_text(f"#!/bin/sh\necho $$ > {mark}\nexec sleep 60\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH", str(ssh))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    monkeypatch.setattr(git_command, "_SECONDS", 1)
    options = RegistryOptions(name="lab", kind="git", url="ssh://git@h.example.com/hub.git")
    with pytest.raises(RegistryFault, match="no answer after 1 seconds"):
        open_registry(options, None, read_registry_yaml).components()
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", mark.read_text().strip()], capture_output=True, text=True
    )
    assert state.stdout.strip()[:1] in ("", "Z")


def test_a_clone_that_was_left_in_the_middle_is_made_anew(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert text_of(opened(repository)) == FIRST
    repository.commit({"trainer/v1.yaml": SECOND})
    (clone,) = (tmp_path / "cache" / "git").iterdir()
    lock = clone / "refs" / "pxc" / "refs" / "heads" / "main.lock"
    lock.write_bytes(b"")
    monkeypatch.setattr(git_clone, "_PAUSE", 0.01)
    assert text_of(opened(repository)) == SECOND
    assert not lock.exists()


def test_several_that_fetch_at_once_all_have_it(repository: Repository) -> None:
    for data in (FIRST, SECOND):
        repository.commit({"trainer/v1.yaml": data})
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: text_of(opened(repository)), range(4)))
        assert found == [data] * 4


def test_that_git_is_missing_is_told(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert str(fault_of(repository)) == "git cannot be started"


def test_a_component_is_compiled(repository: Repository) -> None:
    lab = RegistryOptions(name="lab", kind="git", url=repository.url, orgs=("org",))
    repository.commit({"org/trainer/latest.yaml": SECOND})
    request = Request(
        files=(SourceText("op.yaml", b"kind: operation\nhubRef: org/trainer\n"),),
        options=Options(hub=HubOptions(registries=(lab,))),
    )
    outcome = compile_request(request)
    assert not [d for d in outcome.report if d.severity.name == "ERROR"]
    assert '"0.2"' in outcome.files[0].text


def test_the_order_of_commits_changes_no_answer(tmp_path: Path) -> None:
    answers = []
    names = ["b/v2", "a/v1", "org/c/v10", "org/c/v9"]
    for turn in (names, names[::-1]):
        repository = Repository(tmp_path / turn[0].replace("/", "-"))
        for name in turn:
            repository.commit({f"{name}.yaml": FIRST})
        registry = opened(repository)
        answers.append([(name, registry.tags(name)) for name in registry.components()])
    assert answers[0] == answers[1]
    assert os.environ["PXC_CACHE_DIR"]
