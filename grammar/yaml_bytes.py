"""Turns the bytes of a file into a source: UTF-8 text without a byte order mark."""

from __future__ import annotations

import codecs

from pxc.diagnostics import Report
from pxc.source import Source, Span

FILE_BYTES = 4 * 1024 * 1024
"""The largest file that is read."""

_WIDE_MARKS = (  # the four-byte marks first: one begins like a two-byte mark
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def load_source(
    name: str, data: bytes, report: Report, *, file_bytes: int = FILE_BYTES
) -> Source | None:
    """The text of a file as a source, line ends untouched; None when it cannot be text.

    Faults: PXC017 (larger than `file_bytes`), PXC018 (not UTF-8). PXC013 informs, once, about a
    byte order mark (which is left out) or CRLF line ends (which stay, so that places are true).
    """
    if len(data) > file_bytes:
        report.add(
            "PXC017",
            f"the file has {len(data):,} bytes, more than the limit of {file_bytes:,}",
            Span(Source(name, ""), 0, 0),
            help="split it, or move large texts to files of their own",
        )
        return None
    for mark, encoding in _WIDE_MARKS:
        if data.startswith(mark):
            report.add(
                "PXC018",
                f"the file is {encoding}, not UTF-8",
                Span(Source(name, ""), 0, 0),
                help="save it as UTF-8",
            )
            return None
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        source = Source(name, body.decode("utf-8"))
    except UnicodeDecodeError as error:
        _report_bad_byte(name, body, error, report)
        return None
    _inform(source, len(body) < len(data), report)
    return source


def _report_bad_byte(name: str, body: bytes, error: UnicodeDecodeError, report: Report) -> None:
    before = body[: error.start].decode("utf-8")
    source = Source(name, before + body[error.start :].decode("utf-8", "replace"))
    at = len(before)
    report.add(
        "PXC018",
        f"the byte 0x{body[error.start]:02x} is not UTF-8",
        Span(source, at, min(at + 1, len(source.text))),
        help="save the file as UTF-8",
    )


def _inform(source: Source, has_mark: bool, report: Report) -> None:
    has_crlf = "\r\n" in source.text
    if not has_mark and not has_crlf:
        return
    found = [what for what, is_so in (("a byte order mark", has_mark),
                                      ("CRLF line ends", has_crlf)) if is_so]  # fmt: skip
    report.add(
        "PXC013",
        f"the file has {' and '.join(found)}",
        Span(source, 0, 0),
        help="save it as UTF-8 without a byte order mark and with LF line ends",
    )
