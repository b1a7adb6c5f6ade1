"""Measures pxc on this machine and prints the figures of docs/performance.md.

    python -m benchmarks [--rounds N] [--polyaxon]

pxc is installed as a wheel, with bytecode, into a virtual environment of the cache directory
(`PXC_CACHE`, else the user's cache). Of the 1,000 files those of the corpus are real, where there
is one (`PXC_SHARED`). `--polyaxon` installs the real system beside it and runs its
`polyaxon check` in the same rounds.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.many_files import COMPONENT, mixture
from benchmarks.matrices import matrices
from benchmarks.pipelines import pipeline
from benchmarks.processes import interleaved

ROOT = Path(__file__).resolve().parent.parent

SMALL = COMPONENT.replace("-NUMBER", "")

MANY = 1_000

IN_PROCESS = """
import resource, statistics, sys
from pathlib import Path
from pxc.driver import Request, SourceText, compile_request, lint_request
data = Path(sys.argv[1]).read_bytes()
def cpu():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime
def request():
    return Request(files=(SourceText("small.yaml", data),))
for name, action in (("lint", lint_request), ("compile", compile_request)):
    for _ in range(5):
        action(request())
    samples = []
    for _ in range(15):
        start = cpu()
        for _ in range(20):
            assert not action(request()).report.has_errors
        samples.append((cpu() - start) / 20 * 1000)
    print(f"| in process, {name}, ms a file | {statistics.median(samples):.2f} |"
          f" {min(samples):.2f} to {max(samples):.2f} |")
"""


def cache() -> Path:
    """The directory for environments, outside the clone."""
    home = os.environ.get("PXC_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return Path(home or Path.home() / ".cache") / "pxc-benchmarks"


def environment(name: str, *packages: str) -> Path:
    """The bin folder of a virtual environment with these packages, bytecode compiled."""
    folder = cache() / name
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--compile"]
    force = ["--force-reinstall", "--no-deps"] if name == "pxc" else []
    if force:
        subprocess.run([*pip, *packages], check=True)
    subprocess.run([*pip, *force, *packages], check=True)
    return folder / "bin"


def many_files(pxc: Path, work: Path, rounds: int) -> None:
    """Lint 1,000 files in one process, in several, into an empty cache, and out of a full one."""
    real = mixture(work / "many", MANY)
    lint = [str(pxc / "pxc"), "lint", "--exit-zero", "--format", "concise"]
    kept = [*lint, "--cache-dir", str(work / "many-cache")]
    commands = {
        "no cache, one process": [*lint, "--no-cache", "--jobs", "1", "many"],
        "no cache, a process a core": [*lint, "--no-cache", "many"],
        "an empty cache, which it fills": [*kept, "many"],
        "all files known": [*kept, "many"],
        "one of them changed": [*kept, "many"],
    }

    def before(name: str) -> None:
        if name.startswith("an empty"):
            shutil.rmtree(work / "many-cache", ignore_errors=True)
        elif name.startswith("one of"):
            with (work / "many" / "file-0.yaml").open("a") as file:
                file.write("# changed\n")

    print(f"\n{MANY:,} files, {real} of them real")
    print("\n| `pxc lint`, 1,000 files | seconds, median | range | CPU s | peak MiB | runs |")
    print("|---|---|---|---|---|---|", flush=True)
    for figure in interleaved(commands, work, rounds, before).values():
        print(figure.wall_row())


def main() -> None:
    """Install, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--polyaxon", action="store_true")
    options = parser.parse_args()
    shutil.rmtree(ROOT / "build", ignore_errors=True)  # an earlier build would come along
    pxc = environment("pxc", str(ROOT))
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "small.yaml").write_text(SMALL)
        (work / "dag.yaml").write_text(pipeline(1000))
        (work / "order.yaml").write_text(pipeline(300, width=10))
        unit = "python -c 'import yaml, click'"
        commands = {
            unit: [str(pxc / "python"), "-c", "import yaml, click"],
            "pxc lint small.yaml": [str(pxc / "pxc"), "lint", "--no-cache", "small.yaml"],
            "pxc lint small.yaml, known": [
                str(pxc / "pxc"),
                "lint",
                "--cache-dir",
                "cache",
                "small.yaml",
            ],
            "pxc compile small.yaml": [str(pxc / "pxc"), "compile", "small.yaml"],
            "pxc compile, a dag of 1,000 operations": [str(pxc / "pxc"), "compile", "dag.yaml"],
            "pxc compile, a JobSet of 300": [str(pxc / "pxc"), "compile", "order.yaml"],
        }
        if options.polyaxon:
            real = environment("polyaxon", "polyaxon")
            commands["polyaxon check -f small.yaml"] = [
                str(real / "polyaxon"), "check", "-f", "small.yaml",
            ]  # fmt: skip
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load", end=" ")
        print(", ".join(f"{n:.1f}" for n in os.getloadavg()))
        print("\n| command | CPU ms, median | range | peak MiB | runs |\n|---|---|---|---|---|")
        figures = interleaved(commands, work, options.rounds)
        for figure in figures.values():
            print(figure.row())
        many_files(pxc, work, min(options.rounds, 5))
        matrices(pxc, work, min(options.rounds, 3))
        base = figures[unit].median
        print("\n| ratio | |\n|---|---|")
        for name in list(commands)[1:4]:
            print(f"| `{name}` over the bare import | {figures[name].median / base:.2f} |")
        if options.polyaxon:
            real_median = figures["polyaxon check -f small.yaml"].median
            for name in list(commands)[1:4]:
                print(
                    f"| polyaxon check over `{name}` | {real_median / figures[name].median:.1f} |"
                )
        print("\n| in one process | median | range |\n|---|---|---|", flush=True)
        subprocess.run(
            [str(pxc / "python"), "-c", IN_PROCESS, str(work / "small.yaml")], check=True, cwd=work
        )


if __name__ == "__main__":
    main()
