"""Turns the table of features into its part of `docs/targets/airflow.md`.

`python -m pxc.targets.airflow.page` rewrites the file, `--check` only compares.
"""

from __future__ import annotations

from pxc.targets._page import rewrite
from pxc.targets.airflow.features import TABLE

if __name__ == "__main__":
    import sys

    raise SystemExit(rewrite("airflow", TABLE, sys.argv[1:]))
