"""Turns the arguments of a command on files into what each of them asks of the compiler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from msgspec import Struct

from pxc.cli.acl.rules import project_option, rules_options, text_or_json
from pxc.cli.inputs import read_given
from pxc.cli.options import (
    named_preset_option,
    param_option,
    preset_option,
    python_option,
    stdin_option,
)
from pxc.cli.principals import Asking, identity_options
from pxc.cli.workspaces import Workspaces
from pxc.diagnostics import Report
from pxc.driver import Request

__all__ = ["Given", "file_options", "requests_of"]

F = TypeVar("F", bound=Callable[..., Any])


class Given(Struct):
    """The options that the commands on files share."""

    params: tuple[tuple[str, str], ...]
    presets: tuple[str, ...]
    named_presets: tuple[str, ...]
    project: str | None
    asking: Asking
    format_: str
    catalogs: tuple[str, ...]
    catalog_ref: str | None
    isolated: bool
    color: str
    stdin_filename: str | None
    allow_python: bool


def file_options(command: F) -> F:
    """The options of `Given`."""
    for option in (
        stdin_option, rules_options, text_or_json, identity_options, project_option,
        named_preset_option, preset_option, param_option, python_option,
    ):  # fmt: skip
        command = option(command)
    return command


def requests_of(files: tuple[str, ...], given: Given, report: Report) -> Iterator[Request]:
    """What is asked of each file; faults of reading them are reported."""
    chosen = {"presets": given.named_presets or None, "project": given.project}
    workspaces = Workspaces(
        isolated=given.isolated, catalogs=given.catalogs, chosen=chosen, ref=given.catalog_ref
    )
    for file in files:
        paths = (file, *given.presets)
        texts = [
            read_given(path, report, given.stdin_filename, allow_python=given.allow_python)
            for path in paths
        ]
        found = tuple(text for text in texts if text is not None)
        if len(found) < len(paths):
            continue
        root = workspaces.root_of(file, given.stdin_filename)
        defaults = workspaces.defaults_of(root)
        yield Request(
            files=found,
            params=given.params,
            options=defaults.options,
            root=root,
            catalog=defaults.catalog,
            **given.asking.fields(defaults.identity, report, found, root),
        )
