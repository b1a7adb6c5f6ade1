"""Turns the environment into who compiles, and the clock into which day it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pxc.access.principal import Principal

__all__ = ["asking"]

_USER = "PXC_USER"
_KINDS = ("user:", "serviceAccount:")


def asking() -> dict[str, Any]:
    """The fields of a `Request` that tell who asks and when: `principal` and `today`.

    `PXC_USER` is a name, or a subject as rules write it (`serviceAccount:ci`). Anybody can set it,
    so it asserts and proves nothing.
    """
    from datetime import UTC, datetime

    return {"principal": _asserted(), "today": datetime.now(UTC).date().isoformat()}


def _asserted() -> Principal | None:
    name = os.environ.get(_USER, "")
    if not name:
        return None
    from pxc.access.principal import Principal

    subject = name if name.startswith(_KINDS) else f"user:{name}"
    return Principal(subject=subject, strength="asserted", source=_USER)
