"""What a role of an organization can be given, and the names of the roles that all have."""

from __future__ import annotations

__all__ = ["BUILT_IN_ROLES", "PERMISSIONS"]

PERMISSIONS = ("run:create", "component:pull", "runs:read", "project:edit", "policy:edit")
"""Creating runs, pulling components, seeing runs, changing a project, changing the rules."""

BUILT_IN_ROLES = (
    "owner", "manager", "admin", "contributor", "member", "viewer", "outsider", "billing",
)  # fmt: skip
"""Source: Polyaxon's roles of members and of teams."""
