"""Measured comparisons; `python -m benchmarks` runs them on this machine."""
