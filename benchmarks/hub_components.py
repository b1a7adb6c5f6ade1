"""Measures what a component of a hub costs over one that lies beside the file.

    python -m benchmarks.hub_components [--rounds N]

The same component is compiled from a file (`pathRef`) and, locked and in the cache, from a hub
(`hubRef` with `--locked`), in processes of their own, in turn; pxc.lock has 1, 50 or 500 entries.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.many_files import COMPONENT
from benchmarks.processes import interleaved
from pxc.hub.lock import Lock, Locked, lock_text
from pxc.hub.registry import digest_of
from pxc.hub.store import Store

LOCKS = (1, 50, 500)
REF = "web//acme/train:1"
TEXT = COMPONENT.replace("-NUMBER", "")
SETTINGS = 'hub: {registries: {web: {kind: http, url: "https://hub.example.org", orgs: [acme]}}}\n'


def workspace(root: Path, entries: int) -> list[str]:
    """A workspace whose lock has so many entries; the command that compiles its file."""
    root.mkdir()
    data = TEXT.encode()
    names = ["train", *(f"other-{n}" for n in range(entries - 1))]
    locked = tuple(
        Locked(
            ref=f"web//acme/{name}:1",
            digest=digest_of(data if name == "train" else name.encode()),
            size=len(data),
            registry="https://hub.example.org",
            resolved="2026-11-20",
            via=("pipelines/train.yaml:2",),
        )
        for name in names
    )
    (root / "pxc.yaml").write_text(SETTINGS)
    (root / "pxc.lock").write_text(lock_text(Lock(components=locked)))
    (root / "op.yaml").write_text("kind: operation\nhubRef: acme/train:1\n")
    return [sys.executable, "-m", "pxc", "compile", str(root / "op.yaml"), "--locked"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        os.environ["PXC_CACHE_DIR"] = str(here / "cache")
        os.environ.pop("PXC_NO_CACHE", None)
        Store(here / "cache" / "blobs").put(REF, TEXT.encode())
        local = here / "local"
        local.mkdir()
        (local / "pxc.yaml").write_text(SETTINGS)
        (local / "part.yaml").write_text(TEXT)
        (local / "op.yaml").write_text("kind: operation\npathRef: part.yaml\n")
        command = [sys.executable, "-m", "pxc", "compile", str(local / "op.yaml")]
        commands = {"a file beside it": command}
        for entries in LOCKS:
            made = workspace(here / str(entries), entries)
            commands[f"locked and cached, {entries} in pxc.lock"] = made
        print("| component | CPU, ms | range | peak, MiB | runs |")
        print("|---|---:|---:|---:|---:|")
        for figure in interleaved(commands, Path.cwd(), rounds).values():
            print(figure.row())


if __name__ == "__main__":
    main()
