"""Reads the flags of `git clone`, and keeps out of them what would start a program."""

from __future__ import annotations

from collections.abc import Iterator

from pxc.diagnostics import Report
from pxc.ir.known_head import known_head
from pxc.ir.node import Scalar, Template

__all__ = ["flag_words"]

_PROGRAM = "upload-pack"
_ALONE = "vqnls46"
"""Short options without an argument, behind which another may stand in one word."""

_SAFE = frozenset((
    "--branch", "-b", "--depth", "--shallow-since", "--shallow-exclude", "--origin", "-o", "--jobs",
    "-j", "--filter", "--revision", "--reference",
))  # fmt: skip
"""Options whose argument is a name or a number whatever it is: the run may give it."""


def flag_words(text: str, node: Scalar, report: Report) -> list[str]:
    """The arguments that a text holds: one item may hold several, as in `-c http.sslVerify=false`.

    PXC116 for quotes that do not match, and for `--upload-pack`, which names a program that git
    starts. PXC703 for a value of the run where it could be any option, or a setting that starts
    one: outputs of other runs are nobody's commands.
    """
    import shlex

    try:
        words = shlex.split(text)
    except ValueError:
        report.add(
            "PXC116",
            f"the quotes in the git flag `{text}` do not match",
            node.span,
            help="close the quote",
        )
        return []
    if isinstance(node, Template) and not _is_safe(known_head(node)):
        report.add(
            "PXC703",
            "a git flag that only the run knows could be any option",
            node.span,
            help="write the option itself: a value of the run may follow `--branch=`, `--depth=`"
            " and their like",
        )
    if any(map(_starts_program, words)):
        report.add(
            "PXC116",
            f"git starts a program of the author's for `{text}`",
            node.span,
            help="leave it out: a program of your own goes into a step with a `container`",
        )
    return words


def _is_safe(head: str) -> bool:
    """Whether whatever follows this beginning is the argument of a harmless option."""
    *before, last = head.split(" ")
    option, equals, _ = last.partition("=")
    return bool(equals and option in _SAFE) or (bool(before) and before[-1] in _SAFE)


def _starts_program(word: str) -> bool:
    name, _, _ = word.removeprefix("--").partition("=")
    if word.startswith("--"):
        return bool(name) and _PROGRAM.startswith(name)  # git takes any beginning of a name
    return "u" in _short_options(word)


def _short_options(word: str) -> Iterator[str]:
    if not word.startswith("-"):
        return
    for option in word[1:]:
        yield option
        if option not in _ALONE:
            return
