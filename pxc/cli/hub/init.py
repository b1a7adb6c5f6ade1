"""The command that writes a registry to begin with: a folder with one component."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pxc.cli.hub.push import is_strict
from pxc.cli.output import write_folder
from pxc.cli.terminal import write_product
from pxc.contracts import OutFile
from pxc.lint.settings_file import WORKSPACE_FILE

__all__ = ["command"]

_COMPONENT = """\
version: 1.1
kind: component
name: greet
description: Writes a greeting to its log
tags: [example]
inputs:
  - name: whom
    type: str
    description: whom it greets
termination: {timeout: 600}
run:
  kind: job
  environment:
    serviceAccountName: greeter
    securityContext: {runAsNonRoot: true, runAsUser: 1000}
  container:
    image: "busybox:1.37.0"
    command: [echo, "hello {{ whom }}"]
    resources: {requests: {cpu: 50m, memory: 32Mi}}
"""
_ABOUT = """\
title: Greet
owner: team:__ORG__
tags:
  # A stage is testing, staging, production, deprecated or disabled.
  "1": {stage: production, description: the first, example: _examples/1.yaml}
"""
_EXAMPLE = """\
version: 1.1
kind: operation
name: greet
hubRef: __ORG__/greet:1
params:
  whom: world
"""
_SETTINGS = """\
hub:
  registries:
    # A folder here; later a repository of git, a web server or an OCI registry.
    lab: {kind: dir, url: __FOLDER__, orgs: [__ORG__]}
"""


def _org(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if is_strict(value):
        return value
    raise click.BadParameter("use small letters and digits, with '-', '_' and '.' between them.")


@click.command(
    "init",
    epilog="""\b
Examples:
  pxc hub init
  pxc hub init components --org vision""",
)
@click.argument("folder", default="hub", metavar="[FOLDER]", type=click.Path(file_okay=False))
@click.option(
    "--org", metavar="NAME", default="acme", show_default=True, callback=_org,
    help="The organization of its components.",
)  # fmt: skip
def command(folder: str, org: str) -> int:
    """Write a registry to begin with: a folder, by default hub/, with one component.

    Where there is no pxc.yaml in the current folder one is written that names the registry; else
    what to add to it is shown. No file that is there already is touched: if one of them is, nothing
    is written.
    """
    place = Path(folder)
    if place.is_absolute() or ".." in place.parts:
        raise click.UsageError(f"'{folder}' is outside of the workspace; name a folder in it.")
    below = f"{place.as_posix()}/{org}/greet"
    files = {
        f"{below}/1.yaml": _COMPONENT,
        f"{below}/hub.yaml": _ABOUT,
        f"{below}/_examples/1.yaml": _EXAMPLE,
    }
    settings = _filled(_SETTINGS, org, place)
    is_new = not os.path.lexists(WORKSPACE_FILE)
    texts = {path: _filled(text, org, place) for path, text in files.items()}
    texts |= {WORKSPACE_FILE: settings} if is_new else {}
    there = [path for path in texts if os.path.lexists(path)]
    if there:
        raise click.UsageError(f"'{there[0]}' is there already; nothing was written.")
    write_folder(Path(), [OutFile(path, text) for path, text in texts.items()])
    told = "".join(f"wrote {path}\n" for path in texts)
    told += "" if is_new else f"\nAdd this to {WORKSPACE_FILE}:\n\n{settings}"
    write_product(f"{told}\nTry: pxc compile --hub {org}/greet:1 -P whom=world\n")
    return 0


def _filled(text: str, org: str, folder: Path) -> str:
    return text.replace("__ORG__", org).replace("__FOLDER__", folder.as_posix())
