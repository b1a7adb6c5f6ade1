"""Lowers `init: tensorboard` to the copies of its runs and the script that starts it."""

from __future__ import annotations

from collections.abc import Iterator

from pxc.ir.node import Hole, Lit, Seq, Template
from pxc.ir.plan import Demand
from pxc.ir.pod import Attachment, Copy, FileStep, Step, TransferStep
from pxc.ir.run import Init, TensorboardInit
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
    entry: Init, board: TensorboardInit, root: str, store: Attachment, lowering: Lowering
) -> Iterator[Step]:
    """The events of each run to `<root>/tensorboard/<run>`, and `<root>/start_tensorboard`.

    A run without events is passed over. Names for directories would have to be asked of a server,
    so `useNames` is a demand. Source: specification of runtimes, section 4.
    """
    if board.use_names is not None and truth(board.use_names, "useNames", lowering.report):
        span = board.use_names.span
        what = "init: tensorboard: useNames"
        lowering.demands.append(Demand(span, "init.tensorboard.useNames", what, optional=True))
    logs = f"{root.rstrip('/')}/{_DIRECTORY}"
    copies = tuple(
        Copy(board.span, Lit(board.span, f"{run}/{_WRITTEN}"), Lit(board.span, f"{logs}/{run}"),
             "resume")
        for run in run_names(board, lowering)
    )  # fmt: skip
    yield TransferStep(entry.span, store, copies, root)
    script = _script(board, logs, lowering)
    yield FileStep(entry.span, script, root, _SCRIPT, root, mode="0755")


def _script(board: TensorboardInit, logs: str, lowering: Lowering) -> Lit[str] | Template:
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
    text += f"exec tensorboard --logdir={quote(logs)} --host=0.0.0.0 --port={port}"
    pieces: list[str | Hole] = [text]
    path = pieces_of(board.path_prefix, "init.tensorboard.pathPrefix", report)
    if path:
        quoted = (p.replace("'", "'\\''") if isinstance(p, str) else p for p in path)
        pieces += (" --path_prefix='", *quoted, "'")
    return joined(board.span, (*pieces, "\n"))
