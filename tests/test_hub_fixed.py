"""What is locked is what is compiled: whatever a registry, a cache or a network does since."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pxc.diagnostics import Report
from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request
from pxc.driver.hubs import hub_of
from pxc.driver.locking import relocked
from pxc.hub.fixed import lock_path
from pxc.hub.lock import LOCK_FILE, Lock, Locked
from pxc.hub.lock_writing import lock_text
from pxc.hub.registry import digest_of
from pxc.hub.store import Store
from pxc.options import HubOptions, Options, RegistryOptions
from tests.conftest import ROOT
from tests.console import run
from tests.hub_servers import WebServer, component, no_credentials, web_server
from tests.test_hub_http import put

FIRST, SECOND = component(0.1), component(0.2)
LAB = RegistryOptions(name="lab", kind="dir", url="hub")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in no_credentials(tmp_path).items():
        monkeypatch.setenv(name, value)
    for name in ("CI", "PXC_NO_CACHE", "http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PXC_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace whose registry is a folder of it."""
    made = tmp_path / "ws"
    (made / "hub/trainer").mkdir(parents=True)
    (made / "hub/trainer/v1.yaml").write_bytes(FIRST)
    return made


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    with web_server(tmp_path / "site") as started:
        put(started, {"trainer:v1": FIRST})
        yield started


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The cache of whoever runs these tests."""
    return Store(tmp_path / "cache/blobs")


def request(ref: str, root: Path, registry: RegistryOptions = LAB, **more: Any) -> Request:
    text = f"kind: operation\nhubRef: {ref}\n"
    options = Options(hub=HubOptions(registries=(registry,), **more))
    return Request(files=(SourceText("op.yaml", text.encode()),), root=root, options=options)


def compiled(ref: str, root: Path, registry: RegistryOptions = LAB, **more: Any) -> Outcome:
    return compile_request(request(ref, root, registry, **more))


def found(outcome: Outcome) -> list[str]:
    return [each.code.id for each in outcome.report]


def texts(outcome: Outcome) -> list[str]:
    return [each.text for each in outcome.files]


def write_lock(root: Path, data: bytes = FIRST, ref: str = "lab//trainer:v1") -> None:
    root.mkdir(exist_ok=True)
    entry = Locked(ref=ref, digest=digest_of(data), resolved="2026-10-02", registry="hub")
    lock_path(root).write_text(lock_text(Lock(components=(entry,))))


def web(server: WebServer) -> RegistryOptions:
    return RegistryOptions(name="web", kind="http", url=server.url)


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on nothing connects to anything."""

    def refuse(*_: object) -> None:
        raise AssertionError("somebody connects")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_a_moved_tag_is_told_with_both_digests(root: Path) -> None:
    write_lock(root)
    (root / "hub/trainer/v1.yaml").write_bytes(SECOND)
    for locked in (True, False):
        (fault,) = compiled("lab//trainer:v1", root, locked=locked).report
        notes = [note.message for note in fault.notes]
        assert fault.code.id == "PXC234"
        assert notes == [
            f"pxc.lock has `{digest_of(FIRST)}`, from hub",
            f"the registry `lab` has `{digest_of(SECOND)}`, from v1.yaml",
            "the tag was moved after 2026-10-02",
        ]
        assert fault.help is not None
        assert fault.help.endswith("run: pxc hub update lab//trainer:v1")


@pytest.mark.parametrize("place", ["cache", "vendor"])
def test_what_was_locked_outlives_a_moved_tag(place: str, root: Path, store: Store) -> None:
    before = texts(compiled("lab//trainer:v1", root))
    write_lock(root)
    copy = root / "vendor/pxc/lab/trainer/v1.yaml"
    if place == "cache":
        store.put("lab//trainer:v1", FIRST)
    else:
        copy.parent.mkdir(parents=True)
        copy.write_bytes(FIRST)
    (root / "hub/trainer/v1.yaml").write_bytes(SECOND)
    outcome = compiled("lab//trainer:v1", root, locked=True)
    assert (found(outcome), texts(outcome)) == ([], before)
    assert [f.message for f in lint_request(request("lab//trainer:v1", root)).report] == []


def test_bytes_that_were_changed_in_the_cache_are_never_used(root: Path, store: Store) -> None:
    write_lock(root)
    store.put("lab//trainer:v1", FIRST)
    path = store.path_of("lab//trainer:v1", digest_of(FIRST))
    assert path.stat().st_mode & 0o777 == 0o400
    path.chmod(0o600)
    path.write_bytes(SECOND)
    outcome = compiled("lab//trainer:v1", root, locked=True)
    assert found(outcome) == []
    assert '"0.1"' in outcome.files[0].text
    assert not path.exists()
    path.write_bytes(SECOND)
    (root / "hub/trainer/v1.yaml").write_bytes(SECOND)
    assert found(compiled("lab//trainer:v1", root)) == ["PXC234"]


def test_bytes_of_a_server_come_into_the_cache_and_are_enough(
    server: WebServer, tmp_path: Path, store: Store
) -> None:
    root = tmp_path / "ws"
    root.mkdir()
    fetched = compiled("web//trainer:v1", root, web(server))
    assert found(fetched) == ["PXC233"]
    write_lock(root, ref="web//trainer:v1")
    asked = len(server.asked)
    again = compiled("web//trainer:v1", root, web(server), locked=True)
    assert (found(again), texts(again)) == ([], texts(fetched))
    assert len(server.asked) == asked
    path = store.path_of("web//trainer:v1", digest_of(FIRST))
    path.chmod(0o600)
    path.write_bytes(b"poison")
    once_more = compiled("web//trainer:v1", root, web(server), locked=True)
    assert (found(once_more), texts(once_more)) == ([], texts(fetched))
    assert len(server.asked) > asked
    assert store.get("web//trainer:v1", digest_of(FIRST)) == FIRST


def test_a_tag_that_a_server_moved_is_told_or_not_noticed(
    server: WebServer, tmp_path: Path, store: Store
) -> None:
    root = tmp_path / "ws"
    write_lock(root, ref="web//trainer:v1")
    put(server, {"trainer:v1": SECOND})
    assert '"0.1"' in compiled("web//trainer:v1", root, web(server)).files[0].text
    store.prune(float("inf"))
    index = server.root / "index.json"
    index.write_text(index.read_text().replace(digest_of(FIRST), digest_of(b"gone")))
    assert found(compiled("web//trainer:v1", root, web(server))) == ["PXC234"]


@pytest.mark.usefixtures("no_sockets")
class TestWithoutSockets:
    def test_what_is_locked_and_cached_is_compiled(
        self, server: WebServer, tmp_path: Path, store: Store
    ) -> None:
        write_lock(tmp_path / "ws", ref="web//trainer:v1")
        store.put("web//trainer:v1", FIRST)
        for more in ({"locked": True}, {"offline": True}, {}):
            outcome = compiled("web//trainer:v1", tmp_path / "ws", web(server), **more)
            assert found(outcome) == []

    def test_a_digest_in_the_reference_is_enough(
        self, server: WebServer, tmp_path: Path, store: Store
    ) -> None:
        store.put(f"web//trainer:v1@{digest_of(FIRST)}", FIRST)
        ref = f"web//trainer:v1@{digest_of(FIRST)}"
        assert found(compiled(ref, tmp_path, web(server), locked=True)) == []

    @pytest.mark.parametrize(
        ("ref", "more", "code"),
        [
            ("web//trainer:v1", {"offline": True}, "PXC238"),
            (f"web//trainer:v1@{digest_of(SECOND)}", {"offline": True}, "PXC238"),
            ("web//trainer:v1", {"locked": True}, "PXC232"),
            ("web//trainer:v1", {"locked": True, "offline": True}, "PXC232"),
        ],
    )
    def test_what_is_not_at_hand_is_told(
        self, ref: str, more: dict[str, bool], code: str, server: WebServer, tmp_path: Path
    ) -> None:
        assert found(compiled(ref, tmp_path, web(server), **more)) == [code]

    def test_what_is_not_at_hand_is_no_finding_of_a_linter(
        self, server: WebServer, tmp_path: Path
    ) -> None:
        write_lock(tmp_path / "ws", ref="web//trainer:v1")
        asked = request("web//trainer:v1", tmp_path / "ws", web(server))
        assert not list(lint_request(asked).report)

    def test_a_registry_of_git_is_not_asked_either(self, tmp_path: Path) -> None:
        registry = RegistryOptions(name="web", kind="git", url="https://git.example.org/hub.git")
        assert found(compiled("web//a:1", tmp_path, registry, offline=True)) == ["PXC238"]
        assert found(compiled("web//a:1", tmp_path, registry, locked=True)) == ["PXC232"]


def test_components_of_pxc_need_no_entry_and_are_held_to_the_one_there_is(root: Path) -> None:
    ref = "tensorboard:single-run\nparams: {uuid: {value: x}}"
    assert "PXC232" not in found(compiled(ref, root, locked=True))
    write_lock(root, FIRST, ref="public//tensorboard:single-run")
    assert found(compiled(ref, root)) == ["PXC234"]


def test_a_folder_of_the_workspace_is_locked_where_anything_is(root: Path) -> None:
    assert found(compiled("lab//trainer:v1", root)) == []
    assert found(compiled("lab//trainer:v1", root, locked=True)) == ["PXC232"]
    lock_path(root).write_text("version = 1\n")
    assert found(compiled("lab//trainer:v1", root)) == ["PXC233"]


def test_a_lock_that_cannot_be_read_is_told_by_a_linter_too(root: Path) -> None:
    lock_path(root).write_text("version = 1\n\n>>>>>>> theirs\n")
    for outcome in (
        compiled("lab//trainer:v1", root),
        lint_request(request("lab//trainer:v1", root)),
    ):
        (fault,) = outcome.report
        assert (fault.code.id, fault.span.line) == ("PXC244", 3)
        assert fault.span.text == ">>>>>>> theirs"


@pytest.mark.parametrize("broken", ["link", "folder", "latin", "large"])
def test_a_lock_that_is_no_text_of_the_workspace_is_refused(broken: str, root: Path) -> None:
    path = lock_path(root)
    if broken == "link":
        (root.parent / "secret").write_text("version = 1\n")
        path.symlink_to(root.parent / "secret")
    elif broken == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"\xff" if broken == "latin" else b"#" * (8 * 1024 * 1024 + 1))
    (fault,) = compiled("lab//trainer:v1", root).report
    assert fault.code.id == "PXC244"
    assert fault.span.text == ""


_NAMES = st.sampled_from(["a", "b", "c", "d", "e", "f"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.lists(st.lists(_NAMES, max_size=4), min_size=1, max_size=6),
    inner=st.dictionaries(_NAMES, st.lists(_NAMES, max_size=3)),
    chance=st.randoms(),
)
def test_the_order_of_files_and_the_machine_change_no_byte(
    files: list[list[str]],
    inner: dict[str, list[str]],
    chance: random.Random,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Two machines: other folders, another order of files and of lists, an empty cache and a full."""
    texts = []
    for number, names in enumerate(files):
        hooks = "".join(f"\n  - {{hubRef: lab//{name}}}" for name in names)
        text = f"kind: component\nhooks:{hooks or ' []'}\nrun: {{kind: job, container: {{image: x}}}}\n"
        texts.append((f"f{number}.yaml", text.encode()))
    seen = set()
    for _ in range(2):
        root = tmp_path_factory.mktemp("machine")
        for name in "abcdef":
            named = list(inner.get(name, []))
            hooks = "".join(f"\n  - {{hubRef: lab//{other}}}" for other in named)
            path = root / "hub" / name / "latest.yaml"
            path.parent.mkdir(parents=True)
            path.write_text(f"kind: component\nhooks:{hooks or ' []'}\nrun: {{kind: job}}\n")
        given_ = [SourceText(str(root / name), data) for name, data in texts]
        chance.shuffle(given_)
        options = HubOptions(registries=(LAB,))
        asked = Request(files=(), root=root, options=Options(hub=options))
        report = Report()
        made = relocked(
            asked, given_, hub_of(root, options, may_fetch=True), "2026-11-20", report, whole=True
        )
        assert made is not None, list(report)
        seen.add(lock_text(made.after))
    assert len(seen) == 1


def test_hash_seeds_and_time_zones_change_no_byte(root: Path) -> None:
    (root / "pxc.yaml").write_text("hub: {registries: {lab: {kind: dir, url: hub}}}\n")
    (root / "op.yaml").write_text("kind: operation\nhubRef: lab//trainer:v1\n")
    seen = set()
    for seed, zone in (("1", "Pacific/Kiritimati"), ("2", "Pacific/Pago_Pago")):
        (root / LOCK_FILE).unlink(missing_ok=True)
        environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PXC_NO_CACHE": "1"}
        command = [sys.executable, "-m", "pxc", "hub", "lock"]
        subprocess.run(
            command, cwd=root, check=True, capture_output=True,
            env={**environ, "PYTHONHASHSEED": seed, "TZ": zone},
        )  # fmt: skip
        seen.add((root / LOCK_FILE).read_bytes())
    assert len(seen) == 1


def test_on_a_build_server_only_what_is_locked_is_taken(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "pxc.yaml").write_text("hub: {registries: {lab: {kind: dir, url: hub}}}\n")
    for ci, words, code in (
        ("true", "", 1),
        ("1", "--no-locked", 0),
        ("false", "", 0),
        ("", "", 0),
        ("", "--locked", 1),
    ):
        monkeypatch.setenv("CI", ci)
        exit_code, shown = run(f"pxc compile --hub lab//trainer:v1 {words}", root)
        assert (exit_code, "PXC232" in shown) == (code, code == 1), ci
    monkeypatch.setenv("CI", "true")
    assert "PXC232" in run("pxc graph op.yaml", _with_op(root))[1]
    assert run("pxc graph op.yaml --no-locked", root)[0] == 0
    assert run("pxc hub lock", root)[0] == 0
    assert run("pxc compile --hub lab//trainer:v1", root)[0] == 0


def _with_op(root: Path) -> Path:
    (root / "op.yaml").write_text("kind: operation\nhubRef: lab//trainer:v1\n")
    return root


def test_the_cache_of_a_linter_knows_which_component_was_read(root: Path) -> None:
    (root / "pxc.yaml").write_text("hub: {registries: {lab: {kind: dir, url: hub}}}\n")
    (root / "op.yaml").write_text(
        "kind: operation\nhubRef: lab//trainer:v1\nparams: {x: {value: 1}}\n"
    )
    path = root / "hub/trainer/v1.yaml"

    def linted() -> tuple[bool, bool]:
        shown = run("pxc lint -v op.yaml", root)[1]
        return "PXC205" in shown, "1 of 1 files known" in shown

    assert [linted(), linted()] == [(True, False), (True, True)]
    path.write_bytes(FIRST.replace(b"name: lr", b"name: x").replace(b"{{ lr }}", b"{{ x }}"))
    assert [linted(), linted()] == [(False, False), (False, True)]
    write_lock(root)
    Store(Path(os.environ["PXC_CACHE_DIR"]) / "blobs").put("lab//trainer:v1", FIRST)
    assert [linted(), linted()] == [(True, False), (True, True)]


class TestUrls:
    """Components at URLs: of allowed hosts, and as they were locked."""

    @pytest.fixture
    def root(self, server: WebServer, tmp_path: Path) -> Path:
        (server.root / "part.yaml").write_bytes(FIRST)
        made = tmp_path / "ws"
        made.mkdir()
        (made / "op.yaml").write_text(f"kind: operation\nurlRef: {server.url}/part.yaml\n")
        (made / "pxc.yaml").write_text("hub: {policy: {urlHosts: [127.0.0.1]}}\n")
        return made

    def test_what_is_not_locked_is_never_compiled(self, root: Path) -> None:
        assert "error[PXC232]" in run("pxc compile op.yaml --no-locked", root)[1]
        assert run("pxc lint op.yaml", root)[0] == 0

    def test_what_is_locked_is_compiled_with_and_without_the_server(
        self, root: Path, server: WebServer, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code, shown = run("pxc hub lock", root)
        assert (code, "pxc.lock fixes 1 component" in shown) == (0, True)
        product = run("pxc compile op.yaml", root)
        assert product[0] == 0
        store.prune(float("inf"))
        asked = len(server.asked)
        assert run("pxc compile op.yaml", root) == product
        assert len(server.asked) > asked
        run("pxc hub vendor", root)
        store.prune(float("inf"))
        monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("somebody connects"))
        assert run("pxc compile op.yaml --offline --locked", root) == product
        (root / "vendor").rename(root / "elsewhere")
        assert "error[PXC238]" in run("pxc compile op.yaml --offline", root)[1]

    def test_what_changed_is_told_and_taken_by_update_alone(
        self, root: Path, server: WebServer, store: Store
    ) -> None:
        run("pxc hub lock", root)
        (server.root / "part.yaml").write_bytes(SECOND)
        assert run("pxc hub lock --check", root)[0] == 0
        assert "its bytes changed" in run("pxc hub outdated", root)[1]
        assert "error[PXC234]" in run("pxc hub verify", root)[1]
        store.prune(float("inf"))
        assert "error[PXC234]" in run("pxc compile op.yaml", root)[1]
        before = lock_path(root).read_bytes()
        assert "error[PXC234]" in run("pxc hub lock", root)[1]
        assert lock_path(root).read_bytes() == before
        assert run("pxc hub update --all", root)[0] == 0
        assert '"0.2"' in run("pxc compile op.yaml", root)[1]

    def test_a_redirect_leads_to_allowed_hosts_alone(self, root: Path, server: WebServer) -> None:
        with web_server(server.root) as other:
            target = other.url.replace("127.0.0.1", "localhost") + "/part.yaml"
            server.answers["/part.yaml"] = lambda handler: handler.answer(302, Location=target)
            code, shown = run("pxc hub lock", root)
            assert code == 1
            assert f"error[PXC243] registry-fault: cannot fetch `{server.url}/part.yaml`" in shown
            assert f"redirects to `{target}`, a host that pxc.yaml does not name" in shown
            assert "name `localhost` under `urlHosts`" in shown
            assert (other.asked, lock_path(root).exists()) == ([], False)
            (root / "pxc.yaml").write_text("hub: {policy: {urlHosts: [127.0.0.1, localhost]}}\n")
            assert run("pxc hub lock", root)[0] == 0
            assert '"0.1"' in run("pxc compile op.yaml --locked", root)[1]

    def test_a_host_that_is_not_allowed_is_not_asked(self, root: Path, server: WebServer) -> None:
        (root / "pxc.yaml").write_text("hub: {policy: {urlHosts: [example.org]}}\n")
        shown = run("pxc hub lock", root)[1]
        assert "op.yaml:2: no `urlHosts` of pxc.yaml has `" in shown
        assert "error[PXC220]" in run("pxc compile op.yaml", root)[1]
        assert not server.asked

    @pytest.mark.parametrize(
        "url",
        ["http://example.org/x.yaml", "https://me:secret@example.org/x.yaml", "file:///etc/passwd"],
    )
    def test_what_is_no_safe_url_is_not_asked(self, url: str, root: Path) -> None:
        (root / "pxc.yaml").write_text("hub: {policy: {urlHosts: [example.org]}}\n")
        (root / "op.yaml").write_text(f"kind: operation\nurlRef: {url}\n")
        run("pxc hub lock", root)
        assert not lock_path(root).exists()
        assert "error[PXC" in run("pxc compile op.yaml", root)[1]


def test_a_variable_keeps_everything_offline(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pxc.yaml").write_text(
        f"hub: {{registries: {{lab: {{kind: http, url: '{server.url}'}}}}}}"
    )
    monkeypatch.setenv("PXC_OFFLINE", "1")
    for command in ("compile", "graph"):
        assert "error[PXC238]" in run(f"pxc {command} op.yaml", _with_op(tmp_path))[1]
    assert not server.asked
