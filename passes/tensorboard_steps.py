"""Lowers `init: tensorboard` to the copies of its runs and the script that starts it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.expr import Const, RunTimeRef, operands
from pxc.ir.node import Hole, Invalid, Lit, Scalar, Seq, Template
from pxc.ir.plan import Demand
from pxc.ir.pod import Attachment, Copy, FileStep, Step, TransferStep
from pxc.ir.run import Init, TensorboardInit
from pxc.passes.init_paths import below, scalar
from pxc.passes.lowering import Lowering, joined, known, pieces_of, truth, whole

__all__ = ["run_names", "tensorboard_steps"]

_DIRECTORY = "tensorboard"
_SCRIPT = "start_tensorboard"
_PORT = 6006
_WRITTEN = "outputs/tensorboard"
"""Where Polyaxon's tracking client has a run write its events, below the run's directory."""


def run_names(board: TensorboardInit, lowering: Lowering) -> tuple[str, ...]:
    """The runs to show: a list, or a text with commas; PXC703 for one that only the run knows."""
    known(board.uuids, "init.tensorboard.uuids", lowering.report)
    given = board.uuids.items if isinstance(board.uuids, Seq) else (board.uuids,)
    texts = (known(item, "init.tensorboard.uuids", lowering.report) or "" for item in given)
    return tuple(name.strip() for text in texts for name in text.split(",") if name.strip())


def tensorboard_steps(
    entry: Init, board: TensorboardInit, root: str | Template, store: Attachment, lowering: Lowering
) -> Iterator[Step]:
    """The events of each run to `<root>/tensorboard/<run>`, and `<root>/start_tensorboard`.

    A run without events is passed over. Names for directories would have to be asked of a server,
    so `useNames` is a demand. Source: specification of runtimes, section 4.
    """
    if board.use_names is not None and truth(board.use_names, "useNames", lowering.report):
        span = board.use_names.span
        what = "init: tensorboard: useNames"
        lowering.demands.append(Demand(span, "init.tensorboard.useNames", what, optional=True))
    span = board.span
    logs = below(root, _DIRECTORY, span)
    copies = tuple(
        Copy(span, Lit(span, f"{run}/{_WRITTEN}"), scalar(below(logs, run, span), span), "resume")
        for run in run_names(board, lowering)
    )
    yield TransferStep(entry.span, store, copies, root)
    script = _script(board, logs, lowering)
    yield FileStep(entry.span, script, root, _SCRIPT, root, mode="0755")


def _script(board: TensorboardInit, logs: str | Template, lowering: Lowering) -> Scalar:
    from shlex import quote

    report = lowering.report
    known(board.plugins, "init.tensorboard.plugins", report)
    given = board.plugins.items if isinstance(board.plugins, Seq) else (board.plugins,)
    texts = (known(item, "init.tensorboard.plugins", report) for item in given)
    plugins = " ".join(quote(text) for text in texts if text)
    port = whole(board.port, "init.tensorboard.port", report) or _PORT
    text = "#!/bin/sh\nset -e\n"
    if plugins:
        text += f"pip install {plugins}\n"
    pieces: list[str | Hole] = [f"{text}exec tensorboard --logdir="]
    pieces += (quote(logs),) if isinstance(logs, str) else _word(logs, "init.path", lowering)
    pieces.append(f" --host=0.0.0.0 --port={port}")
    path = _word(board.path_prefix, "init.tensorboard.pathPrefix", lowering)
    if path:
        pieces += (" --path_prefix=", *path)
    return joined(board.span, (*pieces, "\n"))


def _word(field: Any, what: str, lowering: Lowering) -> tuple[str | Hole, ...]:
    """A text as one word of a shell, nothing for one that is not given.

    PXC703 for a value of the run that might end the quotes it stands in.
    """
    pieces = pieces_of(field, what, lowering.report)
    if not all(isinstance(piece, str) or _is_plain(piece) for piece in pieces):
        known(field, what, lowering.report)
        return ()
    quoted = (p.replace("'", "'\\''") if isinstance(p, str) else p for p in pieces)
    return ("'", *quoted, "'") if pieces else ()


def _is_plain(hole: Hole) -> bool:
    """Whether a value is made of constants and of what an engine says of the run alone."""
    if isinstance(hole.expr, Invalid):
        return True
    return all(
        "'" not in str(part.value)
        if isinstance(part, Const)
        else isinstance(part, RunTimeRef) and part.path.startswith("globals.")
        for part in operands(hole.expr)
    )
