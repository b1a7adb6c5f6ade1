"""Names the parameters in which a search or a loop hands its runs to joins."""

from __future__ import annotations

__all__ = ["CELL", "HISTORY", "RESULTS"]

HISTORY = "history"
"""The output parameter of a search with all of its runs."""

RESULTS = "results"
"""The output parameter of a loop with what each run left that succeeded."""

CELL = "pxc-cell"
"""The output parameter of a run with its number."""
