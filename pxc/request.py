"""Says what one compilation is asked to do, as data that every process and cache can hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.lint.settings import Settings
from pxc.options import Options
from pxc.source import Authored

if TYPE_CHECKING:
    from pxc.access.principal import Principal
    from pxc.signed_files import SignedFiles

__all__ = ["Request", "SourceText"]


class SourceText(Struct, frozen=True):
    """One file as given: the name it is shown under and its bytes.

    `authored` is the document that a Python file handed over; `data` is then the text of that file,
    in which its places are.
    """

    name: str
    data: bytes
    authored: Authored | None = None


class Request(Struct, frozen=True, kw_only=True):
    """Everything one compilation depends on; equal requests give equal outcomes.

    `files` holds the main file, then the `-f` presets in order. `root` bounds what references may
    read; `overlays` are texts that stand for the files of their names; `catalog` are files or
    folders of catalog objects; `settings` say what a linter tells. `verify` checks the IR after
    every pass (our own faults, never the user's), as the tests do. `principal`, `today` and
    `overrides` are those of `pxc.world.World`; with `audit` the outcome has the decision on access.
    With `signed` no other file of the workspace is read than those of a signed commit.
    """

    files: tuple[SourceText, ...]
    params: tuple[tuple[str, str], ...] = ()
    target: str = "kubernetes"
    options: Options = Options()
    settings: Settings = Settings()
    overlays: tuple[SourceText, ...] = ()
    root: Path | None = None
    catalog: tuple[Path, ...] = ()
    dump_after: str | None = None
    timing: bool = False
    verify: bool = False
    principal: Principal | None = None
    today: str = ""
    overrides: tuple[tuple[str, str], ...] = ()
    audit: bool = False
    signed: SignedFiles | None = None
