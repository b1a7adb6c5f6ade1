"""Measures what a DAG file of pxc costs to write and to load, beside others, and prints two tables.

    python -m benchmarks.dag_files [--rounds N] [--sizes 10,100,1000] [--airflow 3.3]

The Airflow is that of `make engines`; dag-factory is installed beside it. A pipeline of N
operations has ten components; each operation waits for the one ten places before it. What a
scheduler pays is one load of the file (DagBag) in a process that has imported Airflow already.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

import yaml

from benchmarks.__main__ import ROOT, environment
from benchmarks.pipelines import pipeline
from benchmarks.processes import run_once
from tests.engines.place import CACHE as ENGINES

WIDTH = 10

BY_HAND = """\
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG
from kubernetes.client import models as k8s

with DAG(dag_id="by_hand", schedule=None, catchup=False):
    ops = {}
"""
TASK = """\
    ops["n{at}"] = KubernetesPodOperator(
        task_id="n{at}",
        name="n{at}",
        image="trainer:1.2",
        cmds=["python", "train.py"],
        arguments=["--lr={lr}", "--epochs=3"],
        labels={{"app.kubernetes.io/name": "n{at}"}},
        container_resources=k8s.V1ResourceRequirements(limits={{"cpu": "2", "memory": "4Gi"}}),
    )
"""
FACTORY = """\
from airflow.sdk import DAG  # the word by which Airflow knows a file of DAGs
from dagfactory import load_yaml_dags

load_yaml_dags(globals_dict=globals(), config_filepath={path!r})
"""
LOAD = """\
import json, logging, os, sys, time, warnings
from pathlib import Path
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT"] = "600"
try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models.dagbag import DagBag
kinds = json.loads(sys.argv[1])
for turn in range(int(sys.argv[2]) + 1):
    for name, folder in kinds.items():
        if name == "dag-factory":
            sys.path.insert(0, sys.argv[3])
        start, wall = time.process_time(), time.perf_counter()
        bag = DagBag(folder)
        used, waited = time.process_time() - start, time.perf_counter() - wall
        tasks = sum(len(dag.tasks) for dag in bag.dags.values())
        errors = list(bag.import_errors.values())
        print("\\x1e" + json.dumps([turn, name, used, waited, tasks, errors]))
"""


def by_hand(size: int) -> str:
    """The pipeline as a person writes it, in the operator's own arguments."""
    tasks = "".join(TASK.format(at=at, lr=at / 1000) for at in range(size))
    order = "".join(f'    ops["n{at - WIDTH}"] >> ops["n{at}"]\n' for at in range(WIDTH, size))
    return BY_HAND + tasks + order


def for_factory(size: int) -> str:
    """The pipeline in the YAML that dag-factory reads."""
    tasks = []
    for at in range(size):
        task = {
            "task_id": f"n{at}",
            "operator": "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator",
            "name": f"n{at}", "image": "trainer:1.2", "cmds": ["python", "train.py"],
            "arguments": [f"--lr={at / 1000}", "--epochs=3"],
            "labels": {"app.kubernetes.io/name": f"n{at}"},
        }  # fmt: skip
        tasks.append(task | ({"dependencies": [f"n{at - WIDTH}"]} if at >= WIDTH else {}))
    start = {"start_date": "2024-01-01", "owner": "airflow"}
    return yaml.safe_dump({"factory": {"default_args": start, "schedule": None, "tasks": tasks}})


def installed() -> str:
    """The folder of dag-factory, installed without what Airflow brings."""
    folder = ENGINES / "dag-factory"
    if not folder.exists():
        pip = [str(ENGINES / "airflow-3.3" / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--no-deps", "--target", str(folder), "dag-factory"], check=True)
    return str(folder)


def main() -> None:
    """Install, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dag_files")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", default="10,100,1000")
    parser.add_argument("--airflow", default="3.3")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    pxc, factory = environment("pxc", str(ROOT)), installed()
    print(f"Airflow {options.airflow}, {os.cpu_count()} cores, load", end=" ")
    print(", ".join(f"{n:.1f}" for n in os.getloadavg()))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        print("\n| operations | `pxc compile`, seconds | CPU s | lines | bytes |")
        print("|---|---|---|---|---|")
        for size in sizes:
            write(pxc, work / str(size), size, options.rounds)
        print(
            "\n| operations | file | load, CPU s, median | range | tasks |\n|---|---|---|---|---|"
        )
        for size in sizes:
            load(options.airflow, work / str(size), size, options.rounds, factory)


def write(pxc: Path, work: Path, size: int, rounds: int) -> None:
    """Write the files of one size, and print what it cost pxc."""
    for name in ("pxc", "by-hand", "dag-factory"):
        (work / name).mkdir(parents=True)
    (work / "many.yaml").write_text(pipeline(size, width=WIDTH, components=10))
    command = [str(pxc / "pxc"), "compile", "many.yaml", "--target", "airflow", "-o", "pxc/"]
    samples = [run_once(command, work) for _ in range(rounds + 1)][1:]
    [file] = (work / "pxc").iterdir()
    text = file.read_text()
    print(
        f"| {size:,} | {statistics.median(wall for _, wall, _ in samples):.2f} |"
        f" {statistics.median(cpu for cpu, _, _ in samples):.2f} |"
        f" {text.count(chr(10)):,} | {len(text):,} |",
        flush=True,
    )
    (work / "by-hand" / "by_hand.py").write_text(by_hand(size))
    config = work / "factory.yaml"
    config.write_text(for_factory(size))
    (work / "dag-factory" / "factory.py").write_text(FACTORY.format(path=str(config)))


def load(release: str, work: Path, size: int, rounds: int, factory: str) -> None:
    """Print a row for each file; all are loaded in turn in one process."""
    kinds = {name: str(work / name) for name in ("pxc", "by-hand", "dag-factory")}
    python = ENGINES / f"airflow-{release}" / "bin" / "python"
    home = {"AIRFLOW_HOME": str(work), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [str(python), "-c", LOAD, json.dumps(kinds), str(rounds), factory],
        capture_output=True, text=True, check=False, env=home,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    found = [json.loads(part.splitlines()[0]) for part in done.stdout.split("\x1e")[1:]]
    for name in kinds:
        rows = [row for row in found if row[1] == name and row[0]]
        for row in rows:
            if row[5] or row[4] < size:
                raise RuntimeError(f"{name} loaded {row[4]} tasks of {size}: {row[5]}")
        used = [row[2] for row in rows]
        print(
            f"| {size:,} | {name} | {statistics.median(used):.2f} |"
            f" {min(used):.2f} to {max(used):.2f} | {rows[0][4]:,} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
