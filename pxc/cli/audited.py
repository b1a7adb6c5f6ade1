"""Turns what became of the files of a command into the lines of its audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct
from msgspec.structs import replace

from pxc import __version__
from pxc.access.audit import (
    ERROR,
    NO_RULES,
    OFF,
    Around,
    Asked,
    Undecided,
    line_of,
    line_of_undecided,
)
from pxc.cli import place_of
from pxc.cli.audit_log import AuditFault, Line, append
from pxc.cli.principals import Asking
from pxc.diagnostics import Report, Severity
from pxc.driver import Outcome
from pxc.driver.access import asked_of
from pxc.request import Request, SourceText

if TYPE_CHECKING:
    from pxc.access.principal import Principal

__all__ = ["Compiling", "recording"]

Errors = tuple[tuple[str, str], ...]
"""Codes of findings with their places."""

_MOST_ERRORS = 100


class Compiling(Struct):
    """A command that compiles, as far as it has come.

    `names` are its files, `texts` those that could be read; `requests` and `outcomes` are of the
    first of them. `unread` has what is wrong with the rest.
    """

    path: Path
    names: tuple[str, ...]
    texts: Mapping[str, SourceText]
    asking: Asking
    request: Request
    unread: Report
    requests: list[Request]
    outcomes: list[Outcome]


@contextmanager
def recording(command: Compiling) -> Iterator[None]:
    """Append a line for each file of a command, also where it ends by a fault.

    Raises UsageError where that cannot be written; after a fault it is told, and the fault goes on.
    """
    try:
        yield
    except Exception as fault:
        try:
            record(command, fault)
        except click.UsageError as other:
            other.show()
        raise
    record(command, None)


def record(command: Compiling, fault: Exception | None) -> None:
    """Append what became of each file. Raises UsageError where that cannot be written."""
    lines = [*_of_compiled(command), *_of_rest(command, fault)]
    try:
        append(command.path, lines)
    except AuditFault as found:
        raise click.UsageError(f"--audit-log: {found}.") from found


def _of_compiled(command: Compiling) -> Iterator[Line]:
    """The lines of files that were compiled."""
    for request, outcome in zip(command.requests, command.outcomes, strict=False):
        if outcome.decision is not None and outcome.asked is not None:
            around = _around(request, outcome.asked)
            yield partial(line_of, outcome.decision, _errors(outcome.report), around)
        else:
            undecided = _undecided(request, _errors(outcome.report))
            yield partial(line_of_undecided, undecided, _around(request))


def _undecided(request: Request, errors: Errors, fault: str = "") -> Undecided:
    """Why nothing was decided on a file that a request is about."""
    options = request.options
    if options.project_of:
        from pxc.driver.worlds import origin_of
        from pxc.project_options import of_place

        options = of_place(options, origin_of(request))
    off = OFF if options.acl.mode == "off" else NO_RULES
    return Undecided(
        outcome=ERROR if errors or fault else off,
        errors=errors,
        fault=fault,
        project=options.project,
        today=request.today,
        **_who(request.principal),
    )


def _of_rest(command: Compiling, fault: Exception | None) -> Iterator[Line]:
    """The lines of files that were not compiled: nobody knows what they would have come to."""
    asking, told = command.asking, "" if fault is None else _told(fault)
    is_proved = bool(asking.token or asking.commit)  # by what nobody has looked at
    undecided = Undecided(
        outcome=ERROR,
        errors=_errors(command.unread),
        fault=told,
        today=asking.today,
        **_who(None if is_proved else asking.asserted()),
    )
    begun = len(command.outcomes)
    for request in command.requests[begun:]:  # the one that the fault is of
        begun += 1
        yield partial(line_of_undecided, _undecided(request, (), told), _around(request))
    for name in command.names[begun:]:
        text = command.texts.get(name)
        shown, digest = (name, "") if text is None else (text.name, sha256(text.data).hexdigest())
        sources, overrides = ((shown, digest),), asking.overrides
        asked = Asked(mode="", rules="", sources=sources, overrides=overrides)
        yield partial(line_of_undecided, undecided, _around(command.request, asked))


def _who(principal: Principal | None) -> dict[str, Any]:
    """The fields of an `Undecided` that tell who asks."""
    if principal is None:
        return {}
    return {
        "subject": principal.subject,
        "bound_by": principal.bound_by,
        "strength": principal.strength,
        "source": principal.source,
    }


def _told(fault: Exception) -> str:
    """What ended a command: the place of a fault of pxc, or what is wrong with its use."""
    if isinstance(fault, click.ClickException):
        return f"wrong use: {fault.format_message()}"
    return f"fault of pxc: {type(fault).__name__} in {place_of(fault)}"


def _errors(report: Report) -> Errors:
    """Codes and places of errors; their words may have values of the file in them."""
    found = (d for d in report.sorted() if d.severity is Severity.ERROR)
    return tuple((d.code.id, str(d.span)) for d in islice(found, _MOST_ERRORS))


def _around(request: Request, asked: Asked | None = None) -> Around:
    """What a line tells besides; of a catalog that cannot be read there is no digest."""
    from pxc.catalog.folders import catalog_digest

    try:
        catalog = catalog_digest(request.catalog).hex() if request.catalog else ""
        asked = asked or asked_of(request)
    except OSError:
        catalog = ""
        asked = replace(asked_of(replace(request, catalog=())), rules="")
    return Around(
        time=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        version=__version__,
        target=request.target,
        catalog=catalog,
        asked=asked,
    )
