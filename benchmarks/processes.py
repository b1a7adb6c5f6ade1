"""Turns a command line into the CPU seconds, wall seconds and peak memory of whole processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Figure:
    """CPU seconds (user and system), wall seconds and peak memory of several runs of a command."""

    name: str
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.cpu)

    def row(self) -> str:
        low, high = min(self.cpu), max(self.cpu)
        return (
            f"| {self.name} | {self.median * 1000:.0f} | {low * 1000:.0f} to {high * 1000:.0f} |"
            f" {max(self.peak):.0f} | {len(self.cpu)} |"
        )

    def wall_row(self) -> str:
        low, high = min(self.wall), max(self.wall)
        return (
            f"| {self.name} | {statistics.median(self.wall):.2f} | {low:.2f} to {high:.2f} |"
            f" {self.median:.2f} | {max(self.peak):.0f} | {len(self.wall)} |"
        )


def run_once(command: list[str], cwd: Path) -> tuple[float, float, float]:
    """CPU seconds, wall seconds and peak MiB of one run; a command that cannot run is an error."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command} exited with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def interleaved(
    commands: dict[str, list[str]],
    cwd: Path,
    rounds: int,
    before: Callable[[str], None] = lambda _: None,
) -> dict[str, Figure]:
    """Every command once a round, in turn, after one round that is not counted.

    `before` is called with the name of a command each time before it runs.
    """
    figures = {name: Figure(name) for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            before(name)
            cpu, wall, peak = run_once(command, cwd)
            if turn:
                figures[name].cpu.append(cpu)
                figures[name].wall.append(wall)
                figures[name].peak.append(peak)
    return figures
