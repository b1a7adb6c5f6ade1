"""Tells the release of pxc."""

__all__ = ["VERSION"]

VERSION = "0.1.0"
