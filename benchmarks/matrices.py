"""Turns matrices of more and more runs into a table of what compiling them takes."""

from __future__ import annotations

from pathlib import Path

from benchmarks.processes import interleaved

GRID = """\
version: 1.1
kind: operation
matrix:
  kind: grid
  concurrency: 100
  params:
    lr: {kind: linspace, value: [0.0001, 0.1, FIRST]}
    seed: {kind: range, value: [0, SECOND, 1]}
component:
  name: sweep
  inputs: [{name: lr, type: float}, {name: seed, type: int, toEnv: SEED}]
  run:
    kind: job
    container:
      image: trainer:1.2
      command: [python, train.py]
      args: ["--lr={{ lr }}", "--seed={{ seed }}", "--out={{ globals.run_outputs_path }}"]
"""

RANDOM = (
    GRID.replace("kind: grid", "kind: random\n  numRuns: RUNS\n  seed: 1")
    .replace("{kind: linspace, value: [0.0001, 0.1, FIRST]}", "{kind: loguniform, value: [-9, -2]}")
    .replace("SECOND", "100000")
)  # fmt: skip

IMAGES = GRID.replace("trainer:1.2", "'trainer:{{ seed }}'")

SIZES = ((5, 2), (10, 10), (25, 40), (100, 100), (250, 400))


def matrices(pxc: Path, work: Path, rounds: int) -> None:
    """Compile matrices of 10 to 100,000 runs in each form and print a row for each.

    `pxc` is the folder of the program. Separate Jobs are 10,000 at most; those that differ in their
    image are built one by one.
    """
    commands: dict[str, list[str]] = {}
    for first, second in SIZES:
        runs = first * second
        forms = [("one Indexed Job, grid", GRID, "indexed")]
        if runs >= 1000:
            forms.append(("one Indexed Job, random", RANDOM, "indexed"))
        if runs <= 10_000:
            forms.append(("a Job each, grid", GRID, "jobs"))
        if runs == 10_000:
            forms.append(("a Job each, another image in each", IMAGES, "jobs"))
        for at, (name, text, form) in enumerate(forms):
            path = work / f"matrix-{runs}-{at}.yaml"
            text = text.replace("FIRST", str(first)).replace("SECOND", str(second))
            path.write_text(text.replace("RUNS", str(runs)))
            commands[f"{name}, {runs:,} runs"] = [
                str(pxc / "pxc"), "compile", "--quiet", "--matrix", form, path.name,
            ]  # fmt: skip
    print("\n| matrix | CPU ms, median | range | peak MiB | runs |\n|---|---|---|---|---|")
    for figure in interleaved(commands, work, rounds).values():
        print(figure.row())
