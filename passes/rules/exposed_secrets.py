"""Rules about secrets that pass through what many may read: arguments and inputs."""

from __future__ import annotations

import re

from pxc.diagnostics import Report
from pxc.ir.io import IO
from pxc.ir.node import Template, piece_of, written
from pxc.ir.program import Program
from pxc.passes.rules.authored import containers, items, operations, text_of
from pxc.source import Span
from pxc.world import World

_SECRET = r"(?:^|[_-])(?:password|passwd|token|(?:api|access|secret|private|auth)[_-]?key)$"
_SECRET_OPTION = r"(?:^|[_-])(?:secret|credentials?)$"
_WORD_OF_TEXT = (
    r"(?:^|[_-])(?:pad|eos|bos|sep|cls|mask|unk|special|start|stop|end|trigger|prompt|new|num|max"
    r"|min|image|audio|instance|placeholder|concept|class)[_-]?token$"
)
"""A token of a language model, which is no secret."""

_OPTION = r"(--?[A-Za-z][\w-]*)(?:=|[ \t]+)[\"']?(\{\{[^{}]*\}\})"
_PLAIN_TYPES = ("str", "any")


def is_secret_name(name: str, *, option: bool = False) -> bool:
    """Whether a name is that of a secret's value; `secret` alone may name where it is kept."""
    if re.search(_WORD_OF_TEXT, name, re.I):
        return False
    found = re.search(_SECRET, name, re.I)
    return bool(found or (option and re.search(_SECRET_OPTION, name, re.I)))


def secrets_in_arguments(program: Program, world: World, report: Report) -> None:
    """PXC602: `--token={{ ... }}`: the value stands in the pod for whoever may look at it."""
    for container in containers(program, world):
        option = ""
        words = [container.get(field) for field in ("command", "args")]
        for word in [one for field in words for one in items(field) or (field,)]:
            if isinstance(word, Template):
                if option and word.text.lstrip().startswith("{{"):
                    _add(word.span, option, report)
                else:
                    _check_text(word, report)
            text = text_of(word) or ""
            named = re.fullmatch(r"--?[A-Za-z][\w-]*", text)
            option = text if named and is_secret_name(text, option=True) else ""


def _check_text(template: Template, report: Report) -> None:
    for found in re.finditer(_OPTION, written(template)):
        if is_secret_name(found[1], option=True):
            _add(piece_of(template, found.start(2), found.end(2)), found[1], report)


def _add(span: Span, option: str, report: Report) -> None:
    report.add(
        "PXC602",
        f"the value of `{option}` can be read by everybody who may see the pod",
        span,
        help="give it by a variable from a secret (`secretKeyRef`, a connection), and read that",
    )


def secret_inputs(program: Program, world: World, report: Report) -> None:
    """PXC604: an input for a secret, whose values are kept with every run."""
    for operation in operations(program, world):
        for node in items(operation.inputs):
            name = text_of(node.name) if isinstance(node, IO) else None
            if name is None or not is_secret_name(name) or node.connection is not None:
                continue
            if node.type is None or text_of(node.type) in _PLAIN_TYPES:
                report.add(
                    "PXC604",
                    f"the input `{name}` takes a secret, and params are kept and shown in the open",
                    node.name.span,
                    help="keep it in a secret of the cluster and name that: a connection,"
                    " `secretKeyRef` or `envFrom`",
                )
