"""Arguments and variables that are too long for the kernel, found before a run waits for a machine."""

from __future__ import annotations

import resource
import subprocess

import pytest

from tests.reading import compiled, linted

LONGEST = 32 * 4096 - 1
POD = """\
kind: component
inputs: [{name: n, type: int, value: %d}]
run: {kind: job, container: {image: "i:1", command: [c], %s}}
"""
PLACES = {
    "an argument": ("args: [\"{{ 'x' * n }}\"]", 0),
    "a command": ("args: [a, \"a{{ 'x' * n }}\"]", 1),
    "of several bytes": ("args: [\"{{ 'ä' * (n // 2) }}x\"]", 0),
    "a variable": ("env: [{name: ABC, value: \"{{ 'x' * n }}\"}]", 4),
    "dollar signs": ("args: [\"{{ '$$' * (n // 2) }}{{ 'x' * (n - n // 2) }}\"]", 0),
}


@pytest.mark.parametrize("place", PLACES)
def test_the_longest(place: str) -> None:
    field, besides = PLACES[place]
    for n, expected in ((LONGEST - besides, []), (LONGEST - besides + 2, ["PXC527"])):
        told = [d.code.id for d in linted(POD % (n, field)).report]
        assert [code for code in told if code == "PXC527"] == expected, n


def test_the_kernel() -> None:
    """The bound is that of the kernel, where its pages have 4 KiB."""
    if resource.getpagesize() != 4096:
        pytest.skip("the pages of this machine are larger")
    assert subprocess.run(["/bin/true", "x" * LONGEST], check=False).returncode == 0
    assert (
        subprocess.run(["/bin/true"], env={"A": "x" * (LONGEST - 2)}, check=False).returncode == 0
    )
    with pytest.raises(OSError, match="too long"):
        subprocess.run(["/bin/true", "x" * (LONGEST + 1)], check=False)
    with pytest.raises(OSError, match="too long"):
        subprocess.run(["/bin/true"], env={"A": "x" * (LONGEST - 1)}, check=False)


DAG = """\
kind: component
run:
  kind: dag
  operations:
  - {name: a, dagRef: c, params: {x: {value: short}}}
  - {name: b, dagRef: c, params: {x: {value: "%s"}}}
  components:
  - {name: c, inputs: [{name: x, type: str}], run: {kind: job, container: {image: "i:1", command: [c, "{{ x }}"]}}}
"""


def test_operations_of_one_component() -> None:
    """Each has arguments of its own."""
    told = [d.code.id for d in compiled(DAG % ("x" * (LONGEST + 1))).report]
    assert told.count("PXC527") == 1
