"""Measures pxc, Hera and KFP at the same pipelines for Argo, and prints a table.

    python -m benchmarks.peers [--rounds N] [--sizes 100,1000] [--inline] [--without kfp]

Each is installed into a virtual environment of its own in the cache directory. A pipeline of N
operations has ten components, with `--inline` one for each operation; each operation waits for the
one ten places before it, and gives its component a learning rate. pxc reads a Polyaxonfile and
writes a Workflow; Hera builds the Workflow with Python and writes it; KFP compiles Python to its
own YAML, which a server makes Workflows of.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import tempfile
from pathlib import Path

from benchmarks.__main__ import ROOT, environment
from benchmarks.pipelines import inline_pipeline, pipeline
from benchmarks.processes import run_once

WIDTH, COMPONENTS = 10, 10

PEERS = {"hera": "hera[yaml]", "kfp": "kfp"}

HERA = """
import sys
from hera.workflows import DAG, Container, Parameter, Resources, Workflow
from hera.workflows.models import Arguments
count, width, components = map(int, sys.argv[1:4])
with Workflow(generate_name="many-", entrypoint="main") as workflow:
    steps = [
        Container(
            name=f"step-{i}",
            image="trainer:1.2",
            command=["python", "train.py"],
            args=["--lr={{inputs.parameters.lr}}", "--epochs={{inputs.parameters.epochs}}"],
            inputs=[Parameter(name="lr"), Parameter(name="epochs", value="3")],
            resources=Resources(cpu_limit=2, memory_limit="4Gi"),
        )
        for i in range(components)
    ]
    with DAG(name="main"):
        tasks = []
        for i in range(count):
            task = steps[i % components](name=f"n{i}", arguments={"lr": str(i / 1000)})
            if i >= width:
                tasks[i - width] >> task
            tasks.append(task)
with open(sys.argv[4], "w") as file:
    file.write(workflow.to_yaml())
"""

KFP = """
import sys
from kfp import compiler, dsl
count, width, components = map(int, sys.argv[1:4])
def component(number):
    def step(lr: float, epochs: int = 3):
        return dsl.ContainerSpec(
            image="trainer:1.2",
            command=["python", "train.py"],
            args=["--lr", lr, "--epochs", epochs],
        )
    step.__name__ = f"step_{number}"
    return dsl.container_component(step)
steps = [component(i) for i in range(components)]
@dsl.pipeline(name="many")
def many():
    tasks = []
    for i in range(count):
        task = steps[i % components](lr=i / 1000)
        task.set_cpu_limit("2").set_memory_limit("4Gi").set_caching_options(False)
        if i >= width:
            task.after(tasks[i - width])
        tasks.append(task)
compiler.Compiler().compile(many, sys.argv[4])
"""


def version(bin: Path, package: str) -> str:
    """The installed release of a package."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    done = subprocess.run(
        [str(bin / "python"), "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def tasks_in(file: Path, name: str) -> int:
    """How many operations a written pipeline has, counted in its text."""
    text = file.read_text("utf-8")
    mark = "taskInfo:" if name == "kfp" else "template: "
    return text.count(mark)


def main() -> None:
    """Install, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", default="100,1000,5000")
    parser.add_argument("--inline", action="store_true")
    parser.add_argument("--without", default="", help="leave these out, separated by commas")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    bins = {"pxc": environment("pxc", str(ROOT))}
    peers = {name: PEERS[name] for name in PEERS if name not in options.without.split(",")}
    bins |= {name: environment(name, package) for name, package in peers.items()}
    shown = ", ".join(f"{name} {version(bin, name)}" for name, bin in bins.items())
    print(f"{shown}, Python {platform.python_version()}, {os.cpu_count()} cores, load", end=" ")
    print(", ".join(f"{n:.1f}" for n in os.getloadavg()))
    print("\n| operations | compiler | seconds, median | range | CPU s | peak MiB | bytes |")
    print("|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "build_hera.py").write_text(HERA)
        (work / "build_kfp.py").write_text(KFP)
        for size in sizes:
            measure(bins, work, size, options.rounds, inline=options.inline)


def measure(bins: dict[str, Path], work: Path, size: int, rounds: int, *, inline: bool) -> None:
    """Print a row for each compiler; one that takes minutes runs once."""
    shared = pipeline(size, width=WIDTH, components=COMPONENTS)
    (work / "many.yaml").write_text(inline_pipeline(size, width=WIDTH) if inline else shared)
    shape = [str(size), str(WIDTH), str(size if inline else COMPONENTS)]
    every = {
        "pxc": [str(bins["pxc"] / "pxc"), "compile", "many.yaml", "--target", "argo",
                "-o", "from-pxc.yaml"],
        "hera": [str(bins.get("hera", work) / "python"), "build_hera.py", *shape, "from-hera.yaml"],
        "kfp": [str(bins.get("kfp", work) / "python"), "build_kfp.py", *shape, "from-kfp.yaml"],
    }  # fmt: skip
    commands = {name: command for name, command in every.items() if name in bins}
    samples: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            if turn and samples[name] and samples[name][0][1] > 60:
                continue
            found = run_once(command, work)
            if turn or found[1] > 60:
                samples[name].append(found)
    for name, runs in samples.items():
        walls = [wall for _, wall, _ in runs]
        print(
            f"| {size:,} | {name} | {statistics.median(walls):.2f} |"
            f" {min(walls):.2f} to {max(walls):.2f} |"
            f" {statistics.median(cpu for cpu, _, _ in runs):.2f} |"
            f" {max(peak for _, _, peak in runs):.0f} |"
            f" {(work / f'from-{name}.yaml').stat().st_size:,} |",
            flush=True,
        )
        found_tasks = tasks_in(work / f"from-{name}.yaml", name)
        if found_tasks < size:
            raise RuntimeError(f"{name} wrote {found_tasks} operations of {size}")


if __name__ == "__main__":
    main()
