"""Turns how a resource tells its end into the conditions that Argo waits for.

Argo reads them as label selectors over the paths of the object: all that is said of a success must
hold, one thing that is said of a failure is enough, and a failure is asked for first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.targets._resources import CONDITIONS, Signs, ending_of

__all__ = ["endings"]

_MOST_CONDITIONS = 6
"""A status has one condition of each type, and no kind has more types."""


def endings(resource: dict[str, Any]) -> dict[str, str]:
    """`successCondition` and `failureCondition` of what a resource template creates."""
    ending = ending_of(resource)
    found = {"successCondition": ending.succeeded, "failureCondition": ending.failed}
    return {name: ", ".join(_selectors(signs)) for name, signs in found.items() if signs}


def _selectors(signs: Signs) -> Iterator[str]:
    for path, words in signs:
        if path == CONDITIONS:
            for at in range(_MOST_CONDITIONS):
                yield f"{path}.{at}.type = {words[0]}"
        elif len(words) > 1:
            yield f"{path} in ({', '.join(words)})"
        else:
            yield " = ".join((path, *words))
