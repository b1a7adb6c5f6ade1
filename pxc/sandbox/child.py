"""The program that executes one Python file, confined, and answers with the document it makes.

It is started by `pxc.sandbox.process`, which gives a question on standard input. The answer goes to
what was standard output, so that prints of the file cannot get into it: a line that says what could
not be confined, before the file has a say; then a letter, and a document or a fault.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from types import CodeType, ModuleType, TracebackType
from typing import Any

_MOST_TEXT = 2_000
_MOST_NAMES = 50
_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep  # noqa: PTH100, PTH120


def main() -> None:
    """Read the question, confine this process, execute the file, answer, end."""
    question = json.loads(sys.stdin.buffer.read())
    answer = os.dup(1)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.path[:] = question["path"]
    sys.dont_write_bytecode = True

    from pxc.sandbox.confine import confine
    from pxc.sandbox.limits import Limits

    gaps = confine(question["readable"], Limits(*question["limits"]))
    _write(answer, json.dumps(gaps).encode() + b"\n")
    said = _answer(question)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    _write(answer, said)
    os._exit(0)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _answer(question: dict[str, Any]) -> bytes:
    """A document as `D...`, or what went wrong as `F{...}`."""
    path: str = question["file"]
    try:
        code = compile(question["text"], path, "exec", dont_inherit=True)
    except SyntaxError as fault:
        return _fault(_syntax(fault))
    except (ValueError, RecursionError, MemoryError, OverflowError) as fault:
        return _fault({"kind": "syntax", "text": _first(str(fault) or type(fault).__name__)})
    try:
        return _document(code, question)
    except BaseException as raised:  # whatever it is, it is the file's
        return _fault(_raised(raised, path))


def _document(code: CodeType, question: dict[str, Any]) -> bytes:
    """What the attribute of the file is, as data."""
    import linecache

    from pxc.author import AuthorFault, document, fault_document
    from pxc.polyaxon.finder import install

    path, text = question["file"], question["text"]
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    install()
    module = ModuleType(question["module"])
    module.__file__ = path
    sys.modules[module.__name__] = module
    name = question["attribute"]
    try:
        exec(code, module.__dict__)
        found = vars(module).get(name, _MISSING)
        names = [key for key, value in list(vars(module).items()) if _is_told(key, value)]
        said: dict[str, Any] = {"names": names[:_MOST_NAMES]}
        if found is _MISSING:
            return _fault({"kind": "missing", **said})
        if not _is_document(found):
            return _fault({"kind": "no document", "what": _what(found), **said})
        return b"D" + document(found, file=path, name=name, shown=_Shown(question))
    except AuthorFault as fault:
        return b"D" + fault_document(fault, shown=_Shown(question))


_MISSING = object()


class _Shown:
    """Names files as pxc does: the one that is executed as it was given, others from the folder."""

    def __init__(self, question: dict[str, Any]) -> None:
        self._known: dict[str, str] = {question["file"]: question["name"]}
        self._here: str = question["here"]

    def __call__(self, path: str) -> str:
        if path in self._known:
            return self._known[path]
        here = self._here.rstrip(os.sep) + os.sep
        return path.removeprefix(here).replace(os.sep, "/")


def _is_document(value: Any) -> bool:
    """Whether a value is a component, an operation, or their fields."""
    from pxc.author.written import Section

    if isinstance(value, type):
        return False
    if not isinstance(value, Section | dict):
        return False
    return bool(getattr(type(value), "pxc_is_document", getattr(type(value), "document_", True)))


def _is_told(name: str, value: Any) -> bool:
    """Whether a name of a file is worth telling to somebody who looks for its document."""
    if name.startswith("_") or not _is_document(value):
        return False
    return not isinstance(value, dict) or value.get("kind") in ("component", "operation")


def _what(value: Any) -> str:
    """What a person calls a value that is no document."""
    if isinstance(value, ModuleType):
        return "a module"
    if isinstance(value, type):
        return "a class"
    if value is None:
        return "None"
    if callable(value):
        return "a function"
    kind = type(value).__name__
    return f"an {kind}" if kind[:1] in "aeiouAEIOU" else f"a {kind}"


def _fault(said: dict[str, Any]) -> bytes:
    return b"F" + json.dumps(said).encode()


def _syntax(fault: SyntaxError) -> dict[str, Any]:
    place = [fault.lineno or 1, fault.offset or 1, fault.end_lineno or 0, fault.end_offset or 0]
    return {"kind": "syntax", "text": _first(fault.msg), "place": place}


def _raised(raised: BaseException, path: str) -> dict[str, Any]:
    """An exception: its class, its text, the place in the file and, deeper, outside of it."""
    said: dict[str, Any] = {"kind": "raised", "type": type(raised).__name__}
    try:
        said["text"] = str(raised)[:_MOST_TEXT]
    except BaseException:  # the text of an exception is the file's own, too
        said["text"] = ""
    if isinstance(raised, SystemExit):
        said["kind"] = "exit"
    elif isinstance(raised, MemoryError):
        said["kind"] = "memory"
    elif isinstance(raised, OSError):
        said["system"] = True
    for name in ("code", "help"):
        value = getattr(raised, f"pxc_{name}", None)
        if isinstance(value, str):
            said[name] = value[:_MOST_TEXT]
    frames = list(_frames(raised.__traceback__))
    own = [place for name, place in frames if name == path]
    if own:
        said["place"] = own[-1]
    name, place = frames[-1] if frames else (path, [0])
    if name != path and not _is_pxc(name):
        said["inner"] = [_short(name), place[0]]
    if isinstance(raised, SyntaxError) and raised.filename and raised.filename != path:
        said["inner"] = [_short(str(raised.filename)), raised.lineno or 1]
    return said


def _frames(trace: TracebackType | None) -> Iterator[tuple[str, list[int]]]:
    """The files and places of a traceback, outermost first; columns count bytes from 1."""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = [trace.tb_lineno, 1, 0, 0]
        for number, found in enumerate(code.co_positions()):
            if number == trace.tb_lasti // 2 and None not in found:
                start, end, column, end_column = found
                place = [start or 1, (column or 0) + 1, end or 0, (end_column or 0) + 1]
                break
        yield code.co_filename, place
        trace = trace.tb_next


def _short(path: str) -> str:
    """A file as it is imported, so that messages are the same on every machine."""
    found = [p for p in sys.path if path.startswith(p.rstrip(os.sep) + os.sep)]
    return os.path.relpath(path, max(found, key=len)) if found else path[-_MOST_TEXT:]


def _is_pxc(path: str) -> bool:
    return path.startswith((_OURS, "<frozen"))


def _first(text: str) -> str:
    return text.partition("\n")[0][:_MOST_TEXT]


if __name__ == "__main__":
    main()
