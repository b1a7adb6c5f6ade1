"""Turns a file argument into the bytes of a file and the name it is shown under."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from pxc.cli.options import STDIN
from pxc.diagnostics import Report, nearest
from pxc.request import SourceText
from pxc.source import Source, Span
from pxc.workspace import MAX_BYTES, TooLarge, display_name, read_bytes
from pxc.world import GIVEN_BY_HUB

__all__ = [
    "from_hub",
    "inputs_of",
    "named_file",
    "one_input",
    "read_file",
    "read_given",
    "report_missing",
]

_HUB = "--hub "
"""What stands before a reference where paths are listed; no path of a file begins so."""


def read_given(
    path: str,
    report: Report,
    stdin_filename: str | None = None,
    *,
    allow_python: bool | None = None,
) -> SourceText | None:
    """The text of a file, or of standard input for `-`; None after reporting PXC021 or PXC017.

    A Python file is executed with `allow_python`, and refused without; None is for commands that
    cannot be allowed to.
    """
    if path.startswith(_HUB):
        return _operation_on(path.removeprefix(_HUB))
    if _may_be_python(path):
        return _read_python(path, report, allow_python)
    if path == STDIN:
        # one byte more than any file may have: whoever reads the text finds it too large
        return SourceText(_stdin_name(stdin_filename), sys.stdin.buffer.read(MAX_BYTES + 1))
    return read_file(path, report)


def read_file(path: str, report: Report) -> SourceText | None:
    """The text of a file as it lies there; None after reporting PXC021 or PXC017."""
    name = display_name(Path(path))
    try:
        return SourceText(name, read_bytes(Path(path)))
    except FileNotFoundError:
        report_missing(Path(path), report)
    except OSError as fault:
        reason = (fault.strerror or "it cannot be opened").lower()
        report.add("PXC021", f"cannot read `{name}`: {reason}", Span(Source(name, ""), 0, 0))
    except TooLarge as fault:
        report.add("PXC017", str(fault), Span(Source(name, ""), 0, 0), help="split it")
    return None


def _may_be_python(path: str) -> bool:
    return path.endswith(".py") or ".py:" in path


def _read_python(path: str, report: Report, allow: bool | None) -> SourceText | None:
    """What a Python file makes, where that is allowed; None after a report."""
    from pxc.driver.python_files import execute_file, python_file, refuse_python

    found = python_file(path)
    if found is None:  # a name such as `a.py:b/c.yaml`
        return read_file(path, report)
    text = read_file(str(found.path), report)
    if text is None:
        return None
    if not allow:
        refuse_python(text, report, can_allow=allow is not None)
        return None
    return execute_file(text, found.attribute, report)


def from_hub(refs: Iterable[str]) -> tuple[str, ...]:
    """What `read_given` takes for operations that run components of a hub and say no more."""
    return tuple(_HUB + ref for ref in refs)


def inputs_of(files: tuple[str, ...], hubs: tuple[str, ...]) -> tuple[str, ...]:
    """The files of a command line, then its components of a hub. Raises UsageError for neither."""
    if not files and not hubs:
        raise click.UsageError("Name a FILE, or a component by --hub.")
    return (*files, *from_hub(hubs))


def one_input(file: str | None, hubs: tuple[str, ...]) -> str:
    """The one file, or the one component of a hub. Raises UsageError for none and for several."""
    found = inputs_of(() if file is None else (file,), hubs)
    if len(found) > 1:
        raise click.UsageError("Name one FILE, or one component by --hub.")
    return found[0]


def _operation_on(ref: str) -> SourceText:
    """An operation that only names a component, and has its name."""
    import json

    from pxc.hub.reference import parse_reference

    parsed = parse_reference(ref)
    name = "" if parsed is None else f"name: {json.dumps(parsed.name.replace('.', '-'))}\n"
    quoted = json.dumps(ref) if parsed is None or ref[:1].isdigit() else ref
    text = f"version: 1.1\nkind: operation\n{name}hubRef: {quoted}\n"
    return SourceText(GIVEN_BY_HUB, text.encode("utf-8", "surrogateescape"))


def report_missing(path: Path, report: Report) -> None:
    """Report a path that leads nowhere, with a neighbour whose name is like it."""
    name = display_name(path)
    folder = path.parent
    neighbours = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    near = nearest(path.name, neighbours)
    report.add(
        "PXC021",
        f"`{name}` does not exist",
        Span(Source(name, ""), 0, 0),
        help=f"did you mean `{display_name(folder / near)}`?" if near else None,
    )


def named_file(path: str, stdin_filename: str | None = None) -> Path:
    """The file of an argument; for standard input the one that it stands for."""
    if path.startswith(_HUB):
        return Path(GIVEN_BY_HUB)
    if _may_be_python(path):
        from pxc.driver.python_files import python_file

        python = python_file(path)
        if python is not None:
            return python.path
    return Path(_stdin_name(stdin_filename) if path == STDIN else path)


def _stdin_name(stdin_filename: str | None) -> str:
    return STDIN if stdin_filename is None else display_name(Path(stdin_filename))
