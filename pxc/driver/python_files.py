"""Turns a Python file, where somebody allows that it is executed, into the document it makes.

The file is executed by `pxc.sandbox`, in a process of its own. What that answers is taken as the
file's own words: every place, name and text of it is checked here or where the document is read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from pxc.diagnostics import Report
from pxc.driver.python_answers import PythonAnswer
from pxc.driver.python_places import after_characters, one_line
from pxc.request import SourceText
from pxc.sandbox.limits import LIMITS, Limits
from pxc.source import Source, Span
from pxc.workspace import find_root

__all__ = [
    "DEFAULT_ATTRIBUTE",
    "PythonFile",
    "check_syntax",
    "execute_file",
    "is_about_pipelines",
    "python_file",
    "refuse_python",
]

DEFAULT_ATTRIBUTE = "main"

_NAMED = re.compile(r"(?s)(.+\.py)(?::(.*))?")
_ABOUT = re.compile(rb"\b(?:polyaxon|pxc)\b")


class PythonFile(NamedTuple):
    """A Python file that is named, and the attribute of it that is the document."""

    path: Path
    attribute: str


def python_file(argument: str) -> PythonFile | None:
    """The Python file that an argument names, `file.py` or `file.py:name`; or None."""
    found = _NAMED.fullmatch(argument)
    if found is None:
        return None
    return PythonFile(Path(found[1]), DEFAULT_ATTRIBUTE if found[2] is None else found[2])


def refuse_python(text: SourceText, report: Report, *, can_allow: bool) -> None:
    """Report PXC035: a Python file that nobody allowed to be executed."""
    source = _source(text)
    how = "if you trust it, allow it: --allow-python" if can_allow else (
        "`pxc compile --allow-python` executes it, if you trust it"
    )  # fmt: skip
    message = f"`{text.name}` is a Python file, which is not executed unless that is allowed"
    report.add("PXC035", message, Span(source, 0, 0), help=how)


def is_about_pipelines(data: bytes) -> bool:
    """Whether a Python file may be one that somebody compiles, and not any other program."""
    return _ABOUT.search(data) is not None


def check_syntax(text: SourceText, report: Report) -> None:
    """Report PXC037 for what is no Python; else, by PXC044, that nothing more was looked at."""
    import ast
    import warnings

    source = _source(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source.text)
    except SyntaxError as fault:
        place = [fault.lineno or 1, fault.offset or 1, fault.end_lineno or 0, fault.end_offset or 0]
        span = after_characters(source, place)
        report.add("PXC037", f"the file is no Python: {one_line(fault.msg)}", span)
    except (ValueError, RecursionError, MemoryError) as fault:
        reason = one_line(str(fault) or type(fault).__name__)
        report.add("PXC037", f"the file is no Python: {reason}", Span(source, 0, 0))
    else:
        report.add(
            "PXC044",
            "the file is Python, of which only the syntax was looked at: a linter executes nothing",
            Span(source, 0, 0),
            help="`pxc compile --allow-python` checks what it makes",
        )


def execute_file(
    text: SourceText, attribute: str, report: Report, limits: Limits = LIMITS
) -> SourceText | None:
    """The file with the document that it makes; None, after reporting, when it makes none.

    Errors: PXC036 for an exception, PXC037 for a syntax, PXC038 for an attribute that is no
    document, PXC039 for a limit, PXC040 for no answer, PXC043 for what the compatibility layer does
    not offer. PXC041 warns of what the system could not confine, PXC042 tells what was printed.
    Raises RuntimeError when the program that executes files cannot be started.
    """
    source = _source(text)
    if not attribute.isidentifier():
        _refuse_attribute(source, attribute, report)
        return None
    from pxc.sandbox.process import Question, execute

    path = Path(text.name).resolve()
    here = Path.cwd()
    question = Question(path, text.name, source.text, attribute, find_root(path).resolve(), here)
    ended = execute(question, limits)
    authored = PythonAnswer(source, ended, limits, report).read(attribute, question.root)
    return None if authored is None else SourceText(text.name, text.data, authored)


def _refuse_attribute(source: Source, attribute: str, report: Report) -> None:
    what = f"`{attribute}` is no name" if attribute else "no name follows the colon"
    report.add(
        "PXC038",
        what,
        Span(source, 0, 0),
        help=f"write `{source.name}` for its `{DEFAULT_ATTRIBUTE}`, or `{source.name}:name`",
    )


def _source(text: SourceText) -> Source:
    return Source(text.name, text.data.decode("utf-8-sig", "replace"))
