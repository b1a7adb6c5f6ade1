"""A mistake of the caller: what ends the program with one line and exit code 2."""

from __future__ import annotations


class MistakeError(Exception):
    """What is wrong with a document or an option, in one line."""
