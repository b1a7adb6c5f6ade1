"""Rules about what containers execute."""

from __future__ import annotations

import re

from pxc.diagnostics import Report
from pxc.ir.node import Lit, Template, piece_of, written
from pxc.ir.program import Program
from pxc.ir.run import DockerfileInit
from pxc.passes.rules.authored import authored, containers, items
from pxc.world import World

_PIPED = (
    r"\b(?:curl|wget)\b[^|;&\n]*\|[ \t]*(?:sudo[ \t]+(?:-\w+[ \t]+)*)?"
    r"(?:/bin/)?(?:ba|da|z|k)?sh\b"
)


def string_command(program: Program, world: World, report: Report) -> None:
    """PXC113: a `command` of one word that has blanks in it, which names no executable."""
    for container in containers(program, world):
        command = container.get("command")
        words = items(command) or (command,)
        if len(words) != 1 or not isinstance(words[0], Lit) or not isinstance(words[0].value, str):
            continue
        parts = words[0].value.split()
        if len(parts) < 2 or (parts[0].startswith("/") and len(items(command)) == 1):
            continue
        listed = ", ".join(f'"{p}"' if '"' not in p else f"'{p}'" for p in parts[:8])
        more = ", ..." if len(parts) > 8 else ""
        report.add(
            "PXC113",
            "the command is one word with blanks in it: no executable has this name",
            words[0].span,
            help=f'write `command: [{listed}{more}]`, or `["/bin/sh", "-c", "..."]` for a shell',
        )


def piped_download(program: Program, world: World, report: Report) -> None:
    """PXC610: what a server answers is run by a shell, unseen."""
    for container in containers(program, world):
        for field in ("command", "args"):
            _check_texts(container.get(field), report)
    for node in authored(program, world):
        if isinstance(node, DockerfileInit):
            _check_texts(node.run, report)


def _check_texts(node: object, report: Report) -> None:
    for text in items(node) or (node,):
        if not isinstance(text, Lit | Template):
            continue
        raw = written(text)
        if "curl" not in raw and "wget" not in raw:
            continue
        found = re.search(_PIPED, raw)
        if found is not None:
            report.add(
                "PXC610",
                "what a server answers is run by a shell",
                piece_of(text, found.start(), found.end()),
                help="put it into the image, or save it, compare its checksum and then run it",
            )
