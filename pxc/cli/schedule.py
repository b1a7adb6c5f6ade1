"""The command that shows when a schedule starts runs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.inputs import one_input, read_given
from pxc.cli.options import (
    check_stdin_filename,
    color_option,
    hub_option,
    param_option,
    preset_option,
    python_option,
    stdin_option,
)
from pxc.cli.principals import this_day
from pxc.cli.terminal import say, write_product
from pxc.cli.workspaces import Workspaces
from pxc.diagnostics import Report, Severity
from pxc.driver import Request, schedule_request

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["schedule_command"]

_MOST = 1_000
_YEARS = range(1900, 9000)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _moment(ctx: click.Context, param: click.Parameter, text: str | None) -> datetime:
    """The moment of an option: UTC where it has no offset; now where it is not given."""
    if text is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise click.BadParameter(f"'{text}' is not a time such as '2030-01-31T06:00:00Z'.")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _zone(ctx: click.Context, param: click.Parameter, name: str | None) -> ZoneInfo | None:
    """The zone that an option names."""
    if name is None:
        return None
    from pxc.diagnostics import nearest
    from pxc.zones import time_zone, zone_names

    zone = time_zone(name)
    if zone is None:
        near = nearest(name, zone_names())
        hint = f" Did you mean '{near}'?" if near else ""
        raise click.BadParameter(f"there is no time zone '{name}'.{hint}")
    return zone


def _complete_zone(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from pxc.zones import zone_names

    return sorted(n for n in zone_names() if n.lower().startswith(incomplete.lower()))


@click.command(
    "schedule",
    epilog="""\b
Examples:
  pxc schedule polyaxonfile.yaml
  pxc schedule polyaxonfile.yaml --zone Europe/Berlin --next 10
  pxc schedule polyaxonfile.yaml --from 2030-03-30T00:00:00Z --format json""",
)
@click.argument("file", metavar="[FILE]", required=False, type=click.Path())
@hub_option
@python_option
@click.option(
    "--from", "after", metavar="TIME", callback=_moment,
    help="When the schedule is made, as ISO 8601; UTC without an offset.  [default: now]",
)  # fmt: skip
@click.option(
    "--next", "count", type=click.IntRange(1, _MOST), default=5, show_default=True,
    help="How many runs to show.",
)  # fmt: skip
@click.option(
    "--zone", metavar="ZONE", callback=_zone, shell_complete=_complete_zone,
    help="Show the time in this zone too, such as Europe/Berlin.",
)  # fmt: skip
@param_option
@preset_option
@click.option(
    "--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True,
    help="How the runs are written.",
)  # fmt: skip
@color_option
@stdin_option
def schedule_command(
    file: str | None,
    hubs: tuple[str, ...],
    allow_python: bool,
    after: datetime,
    count: int,
    zone: ZoneInfo | None,
    params: tuple[tuple[str, str], ...],
    presets: tuple[str, ...],
    format_: str,
    color: str,
    stdin_filename: str | None,
) -> int:
    """Show when the next runs of a schedule start.

    Times are UTC, in which schedules count. An interval without 'startAt' is counted from --from.
    Errors of FILE go to standard error.
    """
    file = one_input(file, hubs)
    check_stdin_filename(stdin_filename, (file, *presets))
    unread = Report()
    texts = [
        read_given(path, unread, stdin_filename, allow_python=allow_python)
        for path in (file, *presets)
    ]
    given = tuple(text for text in texts if text is not None)
    reports = [unread]
    runs: tuple[datetime, ...] | None = None
    if len(given) == len(texts):
        workspaces = Workspaces(isolated=False, catalogs=())
        root = workspaces.root_of(file, stdin_filename)
        defaults = workspaces.defaults_of(root)
        request = Request(
            files=given,
            params=params,
            options=defaults.options,
            root=root,
            catalog=defaults.catalog,
            today=this_day(),
        )
        report, runs = schedule_request(request, after, count)
        reports.append(report)
    found = [d for d in merged(reports) if d.severity is Severity.ERROR]
    printed(found, 1, "text", color, sys.stderr)
    if runs is None and not found:
        raise click.UsageError(f"'{file}' has no schedule that is known without further params.")
    if runs is not None:
        write_product(_as_json(runs, zone) if format_ == "json" else _as_text(runs, zone))
        if not runs:
            say("no run starts from then on\n", sys.stderr)
    return exit_code(found)


def _as_text(runs: tuple[datetime, ...], zone: ZoneInfo | None) -> str:
    """A line a run; where the clocks of the zone have changed since the last one it says so."""
    lines = []
    before = None
    for run in runs:
        line = _with_day(run)
        if zone is not None:
            local = run.astimezone(zone)
            offset = local.utcoffset()
            changed = "  clocks changed" if before not in (None, offset) else ""
            line += f"  {_with_day(local)} {zone.key}{changed}"
            before = offset
        lines.append(f"{line}\n")
    return "".join(lines)


def _as_json(runs: tuple[datetime, ...], zone: ZoneInfo | None) -> str:
    import json

    entries = []
    for run in runs:
        entry = {"utc": _shown(run)}
        if zone is not None:
            entry |= {"local": _shown(run.astimezone(zone)), "zone": zone.key}
        entries.append(entry)
    return json.dumps({"runs": entries}, indent=2) + "\n"


def _with_day(moment: datetime) -> str:
    """A moment with the day of its week, in English whatever the locale."""
    return f"{_DAYS[moment.weekday()]} {_shown(moment)}"


def _shown(moment: datetime) -> str:
    """A moment as ISO 8601 with its offset, `Z` for UTC."""
    return moment.isoformat().replace("+00:00", "Z") if moment.tzinfo is UTC else moment.isoformat()
