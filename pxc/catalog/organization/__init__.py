"""Turns the objects of a catalog that say who may use what into `pxc.access` rules.

This module has the names alone, so that a catalog without such objects loads nothing more.
"""

from __future__ import annotations

__all__ = ["KINDS", "PEOPLE"]

PEOPLE = ("Organization", "Team", "Policy", "Grant", "Deny", "Quota")
"""Kinds that say who may do what: they mean nothing without an organization."""

KINDS = (*PEOPLE, "Project", "Cluster", "Queue", "Preset", "Prices")
"""Every kind of object that is read here; a `Connection` has its `access` besides."""
