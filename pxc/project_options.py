"""Turns the place of a file, and what a catalog says of its project, into options of its runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.source import Source, Span

if TYPE_CHECKING:
    from pxc.access.organization import Rules
    from pxc.options import Options

__all__ = ["check_organization", "in_project", "of_place"]

_UNNAMED = "default"
"""What owner and project are called where nobody named them."""

_STARS = re.compile(r"(\*\*/?|\*)")


def of_place(options: Options, path: str) -> Options:
    """The options of a file at a path below the root: `projectOf` says whose project it is.

    It goes before every other choice of a project, for whoever writes a file could choose another.
    """
    for pattern, project in options.project_of if path else ():
        if _matches(pattern, path):
            return replace(options, project=project)
    return options


def in_project(options: Options, rules: Rules) -> Options:
    """The options with what the organization and the project give their runs.

    The namespace of a project goes before that of the workspace.
    """
    organization, project = rules.organization, rules.projects.get(options.project)
    presets = (
        *(organization.presets if organization is not None else ()),
        *(project.presets if project is not None else ()),
    )
    owner = options.owner
    if organization is not None and owner == _UNNAMED:
        owner = organization.name
    return replace(
        options,
        owner=owner,
        namespace=(project.namespace if project is not None else None) or options.namespace,
        queue=(project.queue if project is not None else None) or "",
        default_presets=tuple(dict.fromkeys(presets)),
    )


def check_organization(wanted: str, rules: Rules | None, root: Path | None, report: Report) -> None:
    """PXC810 where the catalog is not that of the organization that pxc.yaml names.

    Else a file that is missing would open everything.
    """
    found = rules.organization if rules is not None else None
    if not wanted or (found is not None and found.name == wanted):
        return
    path = ((root or Path()) / "pxc.yaml").as_posix()
    report.add(
        "PXC810",
        f"the catalog is to be of the organization `{wanted}`, and "
        + (f"is of `{found.name}`" if found is not None else "has none"),
        found.span if found is not None else Span(Source(path, ""), 0, 0),
        help="declare it in the catalog with `kind: Organization`, or mend `organization` of"
        " `pxc.yaml`",
    )


def _matches(pattern: str, path: str) -> bool:
    """Whether a path is one of a pattern: `*` is within a folder, `**` any folders."""
    parts = _STARS.split(pattern.removeprefix("./"))
    forms = {"*": "[^/]*", "**": ".*", "**/": "(?:.*/)?"}
    return re.fullmatch("".join(forms.get(p, re.escape(p)) for p in parts), path) is not None
