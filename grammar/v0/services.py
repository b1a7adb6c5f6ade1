"""Turns a notebook or a tensorboard of version 0 into a service that runs it."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, listed, made, mapped, pair
from pxc.ir.node import Map
from pxc.source import Span

__all__ = ["board_init", "board_inputs", "service_words"]

PORTS = {"notebook": 8888, "tensorboard": 6006}

_JUPYTER = (
    "--no-browser", "--ip=0.0.0.0", "--port={{ globals.ports[0] }}", "--allow-root",
    "--NotebookApp.base_url={{ globals.base_url }}/", "--NotebookApp.trust_xheaders=True",
)  # fmt: skip
_BOARD = (
    "--logdir={{ globals.artifacts_path }}", "--host=0.0.0.0", "--port={{ globals.ports[0] }}",
    "--path_prefix={{ globals.base_url }}",
)  # fmt: skip


def service_words(kind: str, document: Section, place: Span) -> tuple[Pair, ...]:
    """`command` and `args` that version 0 generated: Jupyter, or TensorBoard.

    Jupyter of any release takes these options. The token, which version 0 gave, is now its own.
    """
    command = ["tensorboard"] if kind == "tensorboard" else ["jupyter", _backend(document)]
    words = _BOARD if kind == "tensorboard" else _JUPYTER
    return (
        pair("command", listed(place, (made(place, word) for word in command))),
        pair("args", listed(place, (made(place, word) for word in words))),
    )


def _backend(document: Section) -> str:
    """`notebook`, or `lab`."""
    return "lab" if document.word("backend") == "lab" else "notebook"


def board_inputs(place: Span, report: Report) -> tuple[Map, ...]:
    """The runs that a tensorboard shows, which version 0 took from the command line: PXC947."""
    report.add(
        "PXC947",
        "the runs that are shown were named on the command line of version 0",
        place,
        help="give their uuids: `-P uuids='[\"UUID\", ...]'`",
    )
    text = "the runs that are shown, by their uuids"
    fields = {"name": "uuids", "type": "List[str]", "description": text}
    return (mapped(place, (pair(name, made(place, value)) for name, value in fields.items())),)


def board_init(place: Span) -> Pair:
    """The results of those runs, brought beside the tensorboard."""
    dirs = made(place, "{{ uuids | map('map_format', '%s/outputs') | list }}")
    artifacts = mapped(place, [pair("dirs", dirs)])
    return pair("init", listed(place, [mapped(place, [pair("artifacts", artifacts)])]))
