"""Turns the table of features into its part of `docs/targets/kubernetes.md`.

`python -m pxc.targets.kubernetes.page` rewrites the file, `--check` only compares.
"""

from __future__ import annotations

from pxc.targets._page import rewrite
from pxc.targets.kubernetes.features import TABLE

if __name__ == "__main__":
    import sys

    raise SystemExit(rewrite("kubernetes", TABLE, sys.argv[1:]))
