"""Turns the table of features into its part of `docs/targets/argo.md`.

`python -m pxc.targets.argo.page` rewrites the file, `--check` only compares.
"""

from __future__ import annotations

from pxc.targets._page import rewrite
from pxc.targets.argo.features import TABLE

if __name__ == "__main__":
    import sys

    raise SystemExit(rewrite("argo", TABLE, sys.argv[1:]))
