"""Turns the name of a time zone into its rules: those of the tzdata package, on every machine.

What a machine has of its own may be older, or nothing; answers must not depend on it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["time_zone", "zone_names"]

_NAME = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")


def time_zone(name: str) -> ZoneInfo | None:
    """The zone of a name such as `Europe/Berlin`; None for a name that is none."""
    if not _NAME.fullmatch(name) or name not in zone_names():
        return None
    from importlib.resources import files
    from zoneinfo import ZoneInfo

    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def zone_names() -> frozenset[str]:
    """Every name of a zone."""
    from importlib.resources import files

    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())
