"""Catalogs that are signed bundles, or kept in git: always the same bytes, and never older ones."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc import compile_file, lint_file
from pxc.access.principal import Principal
from pxc.catalog.bundle import About, BundleFault, pack, read_bundle
from pxc.hub.lock import read_lock
from pxc.hub.signing_keys import new_key, secret_key_text, sign
from tests.command_line import run, write
from tests.hub_servers import no_credentials

KEY, OTHER = new_key(), new_key()
RULES = """\
{kind: Organization, name: acme, members: [{user: root, role: owner}]}
---
{kind: Team, name: vision, members: [{user: ana}]}
---
{kind: Project, name: default, teams: [vision]}
---
{kind: Grant, name: g, to: [team:vision], allow: [{use: ["serviceAccount:trainer"]}]}
"""
JOB = """\
kind: component
run: {kind: job, environment: {serviceAccountName: trainer}, container: {image: "a:1"}}
"""
ABOUT = About(counter=3, expires="2027-03-31")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose catalog is a bundle, which is not packed yet."""
    for name, value in no_credentials(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PXC_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("CI", "PXC_USER", "PXC_TRUSTED_KEYS"):
        monkeypatch.delenv(name, raising=False)
    write(tmp_path, {
        "pxc.yaml": f"catalog: catalog.tar\ntrust: {{signers: {{team: {KEY.public.text}}}}}\n",
        "rules/acme.yaml": RULES,
        "rules/presets/gpu.yaml": "isPreset: true\nrunPatch: {}\n",
        "key": secret_key_text(KEY, ""),
        "job.yaml": JOB,
    })  # fmt: skip
    monkeypatch.chdir(tmp_path)
    return tmp_path


def packed(*words: str) -> None:
    done = run("catalog", "pack", "rules", "-o", "catalog.tar", "--sign", "key", *words)
    assert (done.code, done.out) == (0, ""), done.err


def test_rules_hold_that_come_in_a_bundle(root: Path) -> None:
    packed()
    assert run("compile", "job.yaml", "--as-user", "ana").code == 0
    denied = run("compile", "job.yaml", "--as-user", "bo")
    assert (denied.code, "PXC812" in denied.err) == (1, True)
    assert run("acl", "can", "ana", "serviceAccount:trainer").code == 0
    assert run("lint", "job.yaml").code == 0
    (root / "rules/acme.yaml").unlink()
    assert run("compile", "job.yaml", "--as-user", "ana").code == 0


def test_the_same_files_are_the_same_bytes(root: Path) -> None:
    packed()
    first = (root / "catalog.tar").read_bytes()
    (root / "rules/acme.yaml").touch()
    (root / "rules/acme.yaml").chmod(0o600)
    packed("--counter", "1")
    assert (root / "catalog.tar").read_bytes() == first
    packed()
    assert read_bundle((root / "catalog.tar").read_bytes()).about.counter == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda root: (root / "catalog.tar.minisig").unlink(), "cannot read"),
        (lambda root: (root / "catalog.tar").write_bytes(
            (root / "catalog.tar").read_bytes().replace(b"user: ana", b"user: bob")),
         "the signature is over other bytes"),
        (lambda root: (root / "catalog.tar.minisig").write_text(
            sign((root / "catalog.tar").read_bytes(), OTHER, "x")),
         "made by a key that nobody told of"),
        (lambda root: (root / "pxc.yaml").write_text("catalog: catalog.tar\n"),
         "nobody said whose signature counts"),
    ],
)  # fmt: skip
def test_what_is_not_trusted_is_not_used(root: Path, change: object, message: str) -> None:
    packed()
    assert callable(change)
    change(root)
    for command in (("compile", "job.yaml"), ("lint", "job.yaml"), ("acl", "lint")):
        refused = run(*command)
        assert (refused.code, message in refused.err) == (2, True), refused.err


def test_keys_of_the_environment_stand_in_the_place_of_those_of_a_change(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed()
    write(root, {"trusted": f"untrusted comment: x\n{OTHER.public.text}\n"})
    monkeypatch.setenv("PXC_TRUSTED_KEYS", str(root / "trusted"))
    assert "nobody told of" in run("compile", "job.yaml").err
    write(root, {"trusted": KEY.public.text})
    assert run("compile", "job.yaml", "--as-user", "ana").code == 0


def test_a_bundle_that_has_ended_is_refused(root: Path) -> None:
    packed("--expires", "2020-01-01")
    assert "held until 2020-01-01" in run("compile", "job.yaml").err


def test_a_bundle_is_held_against_the_day_that_is_said(root: Path) -> None:
    packed("--expires", "2031-05-06")
    for command in (("compile", "job.yaml", "--as-user", "ana"), ("lint", "job.yaml"),
                    ("acl", "lint"), ("hub", "ls")):  # fmt: skip
        assert run(*command, "--today", "2031-05-06").code != 2, command
        refused = run(*command, "--today", "2031-05-07")
        assert (refused.code, "held until 2031-05-06" in refused.err) == (2, True), command
    ana = Principal(subject="user:ana", strength="asserted", source="test")
    assert compile_file("job.yaml", principal=ana, today="2031-05-06").files
    for today in ("2031-05-07", ""):
        with pytest.raises(ValueError, match="held until 2031-05-06"):
            compile_file("job.yaml", principal=ana, today=today)


def test_an_older_bundle_than_the_locked_one_is_refused(root: Path) -> None:
    packed("--counter", "7")
    old = {path: path.read_bytes() for path in root.glob("catalog.tar*")}
    packed()
    assert run("hub", "lock").code == 0
    entry = read_lock((root / "pxc.lock").read_text()).catalog
    assert entry is not None
    assert (entry.source, entry.counter) == ("catalog.tar", 8)
    for path, data in old.items():
        path.write_bytes(data)
    refused = run("compile", "job.yaml", "--as-user", "ana")
    assert "is bundle 7, an older one than 8, which pxc.lock has" in refused.err
    packed("--counter", "9")
    assert run("compile", "job.yaml", "--as-user", "ana").code == 0


def test_a_catalog_with_errors_is_not_packed(root: Path) -> None:
    write(root, {"rules/more.yaml": "{kind: Team, name: vision}\n"})
    refused = run("catalog", "pack", "rules", "-o", "catalog.tar", "--sign", "key")
    assert (refused.code, "PXC810" in refused.err) == (1, True)
    assert not (root / "catalog.tar").exists()


def test_the_library_takes_a_bundle_as_the_command_line_does(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed()
    ana, bo = (Principal(subject=f"user:{name}", strength="verified") for name in ("ana", "bo"))
    assert compile_file(root / "job.yaml", principal=ana).files
    denied = compile_file(root / "job.yaml", principal=bo).report
    assert {each.code.id for each in denied} == {"PXC812"}
    assert not len(lint_file(root / "job.yaml", principal=ana).report)
    signature = (root / "catalog.tar.minisig").read_text()
    (root / "catalog.tar.minisig").unlink()
    with pytest.raises(ValueError, match=r"cannot read `catalog.tar.minisig`"):
        compile_file(root / "job.yaml", principal=ana)
    write(root, {"catalog.tar.minisig": signature, "keys": "# none\nnonsense\n"})
    monkeypatch.setenv("PXC_TRUSTED_KEYS", "keys")
    with pytest.raises(ValueError, match="PXC_TRUSTED_KEYS: 'keys'"):
        lint_file(root / "job.yaml")


NAMES = st.from_regex(r"[a-z]{1,5}(/[a-z]{1,5}){0,2}\.yaml", fullmatch=True)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, st.binary(max_size=40), max_size=5), st.randoms())
def test_what_is_packed_is_read(files: dict[str, bytes], chance: object) -> None:
    data = pack(files, ABOUT)
    turned = dict(sorted(files.items(), reverse=True))
    assert pack(turned, ABOUT) == data
    found = read_bundle(data)
    assert (dict(found.files), found.about) == (files, ABOUT)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_bundle(data)
    except BundleFault:
        return


@pytest.mark.parametrize("name", ["../x.yaml", "/x.yaml", "a/../b.yaml", "./a.yaml"])
def test_no_file_is_outside_of_a_bundle(name: str) -> None:
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(BundleFault, match="is not a plain file inside of it"):
        read_bundle(found.getvalue())


class TestGit:
    """A catalog of a repository, read at the commit that pxc.lock pins."""

    @pytest.fixture
    def address(self, root: Path) -> str:
        self.git(root / "rules", "init", "-q", "-b", "main")
        self.commit(root)
        address = f"git+file://{root}/rules@main"
        write(root, {"pxc.yaml": f'catalog: "{address}"\n'})
        return address

    def git(self, folder: Path, *words: str) -> str:
        settings = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "uploadpack.allowFilter=1")
        done = subprocess.run(
            ["git", *settings, *words], cwd=folder, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, root: Path) -> str:
        self.git(root / "rules", "add", ".")
        self.git(root / "rules", "commit", "-qm", "rules")
        return self.git(root / "rules", "rev-parse", "HEAD")

    def test_its_rules_hold(self, root: Path, address: str) -> None:
        assert run("compile", "job.yaml", "--as-user", "ana").code == 0
        assert "PXC812" in run("compile", "job.yaml", "--as-user", "bo").err

    def test_the_commit_is_pinned(self, root: Path, address: str) -> None:
        refused = run("compile", "job.yaml", "--locked")
        assert "is not in pxc.lock; run: pxc hub lock" in refused.err
        assert "is not at hand" in run("lint", "job.yaml").err
        locked = run("hub", "lock")
        assert locked.code == 0, locked.err
        entry = read_lock((root / "pxc.lock").read_text()).catalog
        assert entry is not None
        assert (entry.source, entry.commit) == (
            address,
            self.git(root / "rules", "rev-parse", "HEAD"),
        )
        (root / "rules/acme.yaml").write_text(RULES.replace("ana", "bob"))
        self.commit(root)
        for words in (("--locked",), ("--offline",)):
            assert run("compile", "job.yaml", "--as-user", "ana", *words).code == 0
        assert run("lint", "job.yaml").code == 0

    def test_the_library_reads_what_is_pinned(self, root: Path, address: str) -> None:
        ana = Principal(subject="user:ana", strength="verified")
        with pytest.raises(ValueError, match=r"is not in pxc.lock; run: pxc hub lock"):
            compile_file("job.yaml", principal=ana, locked=True)
        with pytest.raises(ValueError, match="is not at hand"):
            lint_file("job.yaml", principal=ana)
        assert compile_file("job.yaml", principal=ana).files
        assert run("hub", "lock").code == 0
        (root / "rules/acme.yaml").write_text(RULES.replace("ana", "bob"))
        self.commit(root)
        assert compile_file("job.yaml", principal=ana, locked=True, offline=True).files
        assert not len(lint_file("job.yaml", principal=ana).report)

    def test_the_pinned_commit_is_moved_when_somebody_says_so(
        self, root: Path, address: str
    ) -> None:
        assert run("hub", "lock").code == 0
        before = self.git(root / "rules", "rev-parse", "HEAD")
        same = run("hub", "update", "--catalog-commit")
        assert (same.code, "means what is locked" in same.err) == (0, True), same
        (root / "rules/acme.yaml").write_text(RULES.replace("ana", "bob"))
        now = self.commit(root)
        assert run("hub", "update", "--all").code == 0
        locked = (root / "pxc.lock").read_bytes()
        assert before.encode() in locked, "no other command moves it"
        line = f"catalog {address}  {before[:12]} -> {now[:12]}\n"
        tried = run("hub", "update", "--catalog-commit", "--dry-run")
        assert (tried.code, tried.out, (root / "pxc.lock").read_bytes()) == (0, line, locked)
        moved = run("hub", "update", "--catalog-commit")
        assert (moved.code, moved.out) == (0, line), moved
        assert now in (root / "pxc.lock").read_text()
        assert run("compile", "job.yaml", "--as-user", "bob", "--locked").code == 0
        assert "PXC812" in run("compile", "job.yaml", "--as-user", "ana", "--locked").err
        write(root, {"pxc.yaml": "catalog: rules\n"})
        assert "not in a repository" in run("hub", "update", "--catalog-commit").err

    @pytest.mark.parametrize(
        ("address", "message"),
        [
            ("git+ext::sh -c x@main", "catalog"),
            ("git+https://", "catalog"),
            ("git+file:///nowhere@main", "the catalog"),
            ("git+file:///x@main#../y", "is outside of the repository"),
            ("git+file:///x@main#/y", "is outside of the repository"),
        ],
    )
    def test_what_is_no_repository_is_refused(self, root: Path, address: str, message: str) -> None:
        write(root, {"pxc.yaml": f'catalog: "{address}"\n'})
        refused = run("compile", "job.yaml")
        assert (refused.code, message in refused.err) == (2, True), refused.err
        assert "Traceback" not in refused.err
