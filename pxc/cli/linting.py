"""Turns the files to lint into what is found in each, asking the cache before the compiler."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pxc.cli.inputs import read_given
from pxc.cli.lint_settings import Chooser
from pxc.cli.principals import this_day, who_asks
from pxc.cli.workspaces import Workspaces
from pxc.diagnostics import Diagnostic, Report
from pxc.discovery import Found, Kind
from pxc.lint.cache import Cache
from pxc.lint.digest import digest
from pxc.lint.record import Record, known_sources, restore
from pxc.lint.trace import Finds, Question, answer, answer_of_hub
from pxc.request import Request, SourceText
from pxc.source import Source
from pxc.workspace import Workspace

if TYPE_CHECKING:
    from pxc.access.principal import Principal
    from pxc.access_settings import Identity
    from pxc.catalog.folders import Look
    from pxc.defaults import Defaults

__all__ = ["Linter"]

_UNREADABLE = frozenset({"PXC001", "PXC009", "PXC015", "PXC016", "PXC017", "PXC018", "PXC021"})
"""What is worth saying about a file that may not be a Polyaxonfile: nobody could tell."""


class Linter:
    """Lints files under the settings of each; `hits` counts those that the cache knew.

    Rules that end are held against the day `today`, which is today where it is empty.
    """

    def __init__(
        self,
        chooser: Chooser,
        workspaces: Workspaces,
        *,
        cache: Cache | None,
        jobs: int,
        today: str = "",
    ) -> None:
        self.hits = 0
        self._chooser = chooser
        self._workspaces = workspaces
        self._cache = cache
        self._jobs = jobs
        self._today = today
        self._catalogs: dict[tuple[Path, ...], Look] = {}
        self._hubs: dict[tuple[Any, ...], Finds] = {}
        self._principals: dict[Identity, Principal | None] = {}

    def request(self, path: str, given: SourceText, stdin_filename: str | None = None) -> Request:
        """What is asked of the compiler for a file, or for standard input."""
        root = self._workspaces.root_of(path, stdin_filename)
        defaults = self._workspaces.defaults_of(root)
        return Request(
            files=(given,),
            principal=self._principal(defaults.identity),
            today=self._day(defaults),
            options=defaults.options,
            overlays=() if stdin_filename is None else (given,),
            settings=self._chooser.settings_of(Path(stdin_filename or given.name)),
            root=root,
            catalog=defaults.catalog,
        )

    def _principal(self, identity: Identity) -> Principal | None:
        """Who asks, by the environment: whose right it is to pull components."""
        if identity not in self._principals:
            asking = who_asks()
            self._principals[identity] = asking.fields(identity, Report())["principal"]
        return self._principals[identity]

    def _day(self, defaults: Defaults) -> str:
        """The day, where it matters: of any other day nothing else is known.

        It does where rules end, and where entries of pxc.lock become too old.
        """
        if defaults.options.hub.max_age_days:
            self._today = self._today or this_day()
            return self._today
        if defaults.options.acl.mode != "enforce" or not defaults.catalog:
            return ""
        if not self._look_at(defaults.catalog).may_end:
            return ""
        self._today = self._today or this_day()
        return self._today

    def lint(self, files: Sequence[Found]) -> list[list[Diagnostic] | None]:
        """What is found in each file; None for one that is passed over.

        A file that is no Polyaxonfile, but that somebody named, is passed over when it can be read.
        """
        results: list[list[Diagnostic] | None] = [None] * len(files)
        waiting: list[tuple[int, Request, bytes]] = []
        for number, file in enumerate(files):
            if _is_python(file):
                results[number] = _looked_at_python(file)
                continue
            if not _is_looked_at(file):
                continue
            report = Report()
            given = read_given(str(file.path), report)
            if given is None:
                results[number] = list(report)
                continue
            request = self.request(str(file.path), given)
            if file.kind is not Kind.POLYAXON:
                request = msgspec.structs.replace(request, catalog=())
            key = b"" if self._cache is None else self._key(request, file.path)
            results[number] = self._remembered(key, request)
            if results[number] is None:
                waiting.append((number, request, key))
        if waiting:
            self._lint_now(waiting, results)
        for number, file in enumerate(files):
            found = results[number]
            if found is None or file.kind is Kind.POLYAXON or _is_python(file):
                continue
            if not _is_unreadable(found):
                results[number] = None
        return results

    def _lint_now(self, waiting: Sequence[tuple[int, Request, bytes]], results: list[Any]) -> None:
        from pxc.cli.workers import lint_all  # with the whole compiler

        requests = [request for _, request, _ in waiting]
        made = lint_all(requests, self._jobs, wants_entries=self._cache is not None)
        for (number, _, key), (found, entry) in zip(waiting, made, strict=True):
            results[number] = found
            if self._cache is not None and entry is not None:
                self._cache.keep(key, entry)

    def _key(self, request: Request, path: Path) -> bytes:
        """What the findings depend on, but for the bytes of the file and of those that it names."""
        bare = msgspec.structs.replace(request, files=())
        said = msgspec.msgpack.encode(bare, enc_hook=str, order="deterministic")
        names = (request.files[0].name, os.path.realpath(path))
        catalog = self._look_at(request.catalog).digest if request.catalog else b""
        return digest((said, catalog, *map(os.fsencode, names)))

    def _look_at(self, catalog: tuple[Path, ...]) -> Look:
        if catalog not in self._catalogs:
            from pxc.catalog.folders import catalog_look

            self._catalogs[catalog] = catalog_look(catalog)
        return self._catalogs[catalog]

    def _remembered(self, key: bytes, request: Request) -> list[Diagnostic] | None:
        if self._cache is None:
            return None
        given = request.files[0]
        entry = self._cache.find(key, digest((given.data,)))
        if entry is None:
            return None
        asked = self._asked_again(entry.asked, request)
        found = None if asked is None else _restored(entry.record, given, asked)
        self.hits += found is not None
        return found

    def _asked_again(self, asked: Sequence[Question], request: Request) -> list[Source] | None:
        """The sources of what was read then, when every answer is the same today."""
        if not asked:
            return []
        files = Workspace(request.root)
        sources = []
        for question in asked:
            if question.is_component:
                digest_now, source = answer_of_hub(self._hub(request), question)
            else:
                digest_now, source = answer(files, question)
            if digest_now != question.answer:
                return None
            if source is not None:
                sources.append(source)
        return sources

    def _hub(self, request: Request) -> Finds:
        """The hub of a workspace; one for all files, since nothing changes between them."""
        options = request.options
        key = (request.root, request.catalog, options.hub, options.project, options.acl)
        if key not in self._hubs:
            from pxc.driver.hubs import hub_of_request

            self._hubs[key] = hub_of_request(request, Report(), may_fetch=False)
        return self._hubs[key]


def _is_python(file: Found) -> bool:
    return file.path.suffix == ".py"


def _looked_at_python(file: Found) -> list[Diagnostic] | None:
    """What is found without executing it; None for a program that is about something else."""
    from pxc.cli.inputs import read_file
    from pxc.driver.python_files import check_syntax, is_about_pipelines

    report = Report()
    text = read_file(str(file.path), report)
    if text is not None and not is_about_pipelines(text.data):
        return None
    if text is not None:
        check_syntax(text, report)
    return list(report)


def _is_looked_at(file: Found) -> bool:
    if file.kind is Kind.OTHER:
        return file.path.suffix in (".yaml", ".yml", ".json")
    return file.kind is Kind.POLYAXON


def _is_unreadable(found: Sequence[Diagnostic]) -> bool:
    return any(d.code.id in _UNREADABLE for d in found)


def _restored(
    record: Record, given: SourceText, asked: Sequence[Source]
) -> list[Diagnostic] | None:
    try:
        return restore(record, known_sources(given.name, given.data, asked))
    except (ValueError, IndexError, TypeError):
        return None
