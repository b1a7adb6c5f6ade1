"""Runs Python that somebody else wrote where it can read its own files, and do nothing else."""
