"""Turns an argument that is a reference or a file into the component that it means."""

from __future__ import annotations

from pathlib import Path

from pxc.cli.hub.asking import Asked, reference_of
from pxc.cli.inputs import read_given
from pxc.diagnostics import Report
from pxc.driver.components import Component, component_of
from pxc.hub.registry import digest_of
from pxc.ir.node import Lit
from pxc.request import SourceText
from pxc.source import Source, whole

__all__ = ["bytes_of", "component_at", "is_file", "text_of"]

_SUFFIXES = (".yaml", ".yml")


def component_at(asked: Asked, text: str, report: Report) -> Component | None:
    """The component that a reference or a file is; None after its faults are reported."""
    given = text_of(asked, text, report)
    if given is None:
        return None
    return component_of(given, asked.defaults.options, asked.root, report)


def text_of(asked: Asked, text: str, report: Report) -> SourceText | None:
    """What a reference or a file says; None after a fault is reported. Raises UsageError."""
    if is_file(text):
        return read_given(text, report)
    reference_of(text)
    ref = Lit(whole(Source("REF", text)), text)
    source = asked.hub.component(ref, report)
    return None if source is None else SourceText(source.name, source.text.encode())


def bytes_of(asked: Asked, text: str, report: Report) -> tuple[str, bytes] | None:
    """The digest and the exact bytes of a reference; None after a fault is reported.

    Raises UsageError.
    """
    reference_of(text)
    data = asked.hub.bytes_of(Lit(whole(Source("REF", text)), text), report)
    return None if data is None else (digest_of(data), data)


def is_file(text: str) -> bool:
    """Whether an argument is a path: by its ending, its beginning, or that it is there."""
    return text.endswith(_SUFFIXES) or text.startswith((".", "/")) or Path(text).is_file()
