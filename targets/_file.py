"""Turns a file step into a key of a ConfigMap, or into a container that writes it at run time."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import Template
from pxc.ir.pod import FileStep
from pxc.targets._data import Place, Values, unexpanded

__all__ = ["CONFIG_MAP_BYTES", "FILE_SCRIPT", "file_container", "file_content", "file_mode"]

CONFIG_MAP_BYTES = 1_000_000
"""A ConfigMap holds a little more, with its name and keys; the API server takes no more."""

_VARIABLE_BYTES = 131_000
_NEW_FILE = 0o644

FILE_SCRIPT = """\
mkdir -p "$PXC_FILE_DIRECTORY"
printf %s "$PXC_FILE_CONTENT" > "$PXC_FILE_DIRECTORY/$PXC_FILE_NAME"
test -z "$PXC_FILE_MODE" || chmod "$PXC_FILE_MODE" "$PXC_FILE_DIRECTORY/$PXC_FILE_NAME"
"""


def file_content(step: FileStep, values: Values) -> str | None:
    """The text of a file that is known before the run; None when only the run completes it.

    PXC116 for a name that is no name and a text that no ConfigMap can hold.
    """
    name = step.filename
    if "/" in name or name in ("", ".", ".."):
        values.report.add(
            "PXC116",
            f"`{name}` is not the name of a file",
            step.span,
            help="write the directory in `path`",
        )
    if isinstance(step.content, Template) or not isinstance(step.directory, str):
        return None
    text = values.text(step.content, Place("init.file.content")) or ""
    if len(text.encode("utf-8", "surrogatepass")) > CONFIG_MAP_BYTES:
        values.report.add(
            "PXC116",
            f"the file `{name}` is larger than a ConfigMap can be",
            step.span,
            help="bring it in from a git repository or a connection",
        )
    return text


def file_mode(step: FileStep, report: Report) -> int | None:
    """`chmod` as the mode of a file that is 0644 before it; None where nothing is said.

    PXC116 for what `chmod` does not take.
    """
    if not step.mode:
        return None
    text = step.mode.strip()
    if text.isdigit() and len(text) <= 4 and not set(text) - set("01234567"):
        return int(text, 8)
    mode = _symbolic(text)
    if mode is None:
        report.add(
            "PXC116",
            f"`{text}` is no mode that `chmod` takes",
            step.span,
            help='write an octal number such as "0755", or `+x`',
        )
    return mode


def _symbolic(text: str) -> int | None:
    """`u+x,g-w` and its like, applied to 0644."""
    mode = _NEW_FILE
    for clause in text.split(","):
        at = next((i for i, c in enumerate(clause) if c in "+-="), None)
        if at is None:
            return None
        who, sign, what = clause[:at], clause[at], clause[at + 1 :]
        if set(who) - set("ugoa") or set(what) - set("rwx"):
            return None
        bits = sum({"r": 4, "w": 2, "x": 1}[c] for c in set(what))
        for group in {"u": 6, "g": 3, "o": 0}.items():
            if who and group[0] not in who and "a" not in who:
                continue
            mask = bits << group[1]
            if sign == "=":
                mode &= ~(7 << group[1])
            mode = mode & ~mask if sign == "-" else mode | mask
    return mode


def file_container(
    step: FileStep, name: str, image: str, values: Values, place: Place
) -> dict[str, Any]:
    """The container that writes the file, without its volume mounts."""
    at = place.at(f"{place.field}.file.content", expands=True)
    content = values.spelled(step.content, at, unexpanded) or ""
    if len(content.encode("utf-8", "surrogatepass")) > _VARIABLE_BYTES:
        values.report.add(
            "PXC116",
            "a file that only the run completes must be shorter",
            step.span,
            help=f"it is handed over in a variable, which holds {_VARIABLE_BYTES:,} bytes",
        )
    env = {
        "PXC_FILE_CONTENT": content,
        "PXC_FILE_DIRECTORY": values.path(step.directory, place.at(f"{place.field}.path")),
        "PXC_FILE_NAME": step.filename,
        "PXC_FILE_MODE": step.mode or "",
    }
    return {
        "name": name,
        "image": image,
        "command": ["sh", "-ceu", FILE_SCRIPT, "file"],
        "env": [{"name": key, "value": value} for key, value in env.items()],
    }
