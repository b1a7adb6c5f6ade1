"""Loads and plays DAG files in the releases of Airflow that `make engines` installs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.engines.place import CACHE
from tests.engines.s3 import PATH

RELEASES = ("3.3", "2.11")
_PLAY = Path(__file__).parent / "airflow" / "play.py"
_SCENE = "\x1e"


def missing(release: str) -> str | None:
    """Why a release cannot be used here."""
    ready = CACHE / f"airflow-{release}" / "ready"
    return None if ready.is_file() else f"NO AIRFLOW {release} HERE: run `make engines`"


def play(
    release: str,
    files: Mapping[str, str],
    scenes: Iterable[Mapping[str, Any]],
    folder: Path,
    kube_config: str | None = None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the files hold (`errors` by file, `graphs` by dag), and what became of each scene.

    Resources are those of an API server in memory, or of the one that a `kube_config` leads to.
    """
    dags = folder / "dags"
    dags.mkdir(parents=True)
    for name, text in files.items():
        (dags / name).write_text(text, "utf-8")
    lines = folder / "scenes.jsonl"
    lines.write_text("".join(json.dumps(scene) + "\n" for scene in scenes), "utf-8")
    home = folder / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "PYTHON"))}
    if kube_config is not None:
        place = folder / "kube.config"
        place.write_text(kube_config, "utf-8")
        extra = {"kube_config_path": str(place)}
        connection = {"conn_type": "kubernetes", "extra": extra}
        environment["AIRFLOW_CONN_KUBERNETES_DEFAULT"] = json.dumps(connection)
    done = subprocess.run(
        [str(CACHE / f"airflow-{release}" / "bin" / "python"), str(_PLAY), str(dags), str(lines)],
        env=environment | {"AIRFLOW_HOME": str(home), "PXC_TUNER": sys.executable, "PATH": PATH},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    first = next(line for line in done.stdout.splitlines() if line.startswith('{"errors"'))
    played = [json.loads(part.splitlines()[0]) for part in done.stdout.split(_SCENE)[1:]]
    return json.loads(first), played
