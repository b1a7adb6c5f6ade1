"""Turns the fields of `init: dockerfile` into the text of a Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import Hole, Lit, Map, Seq, Template, is_null, plain
from pxc.ir.run import DockerfileInit
from pxc.passes.lowering import joined, known, pieces_of

__all__ = ["DOCKERFILE", "dockerfile_text"]

DOCKERFILE = "Dockerfile"
"""The name of the file where the author gives none."""

_WORKDIR = "/code"
_SHELL = "/bin/bash"

Pieces = tuple[str | Hole, ...]


def dockerfile_text(entry: DockerfileInit, report: Report) -> Lit[str] | Template:
    """The Dockerfile, whose run-time values are holes of a template.

    Instructions stand in the order of Polyaxon's own: base image, locale, shell, `PATH`,
    variables, working directory, copies, commands, later copies, the user, the code. A variable
    is quoted so that its spaces and quotes are its own; `$NAME` in it stays an expansion. PXC116
    for text of several lines where an instruction has one, PXC703 for whole lists that only the
    run knows. Source: specification of runtimes, section 4.
    """
    writer = _Writer(entry, report)
    pieces: list[str | Hole] = []
    for line in writer.lines():
        pieces += (*line, "\n")
    return joined(entry.span, pieces)


class _Writer:
    """The instructions of one Dockerfile."""

    def __init__(self, entry: DockerfileInit, report: Report) -> None:
        self.entry = entry
        self.report = report
        self.workdir = self.one(entry.workdir) or (_WORKDIR,)

    def lines(self) -> Iterator[Pieces]:
        """Each instruction once."""
        entry = self.entry
        yield "FROM ", *self.one(entry.image)
        locale = self.one(entry.lang_env)
        for name in ("LC_ALL", "LANG", "LANGUAGE") if locale else ():
            yield self.variable(name, locale)
        yield self.variable("SHELL", self.one(entry.shell) or (_SHELL,))
        for item in self.items(entry.path, "path"):
            yield self.variable("PATH", ("${PATH}:", *self.one(item)))
        for name, value in self.variables():
            yield self.variable(name, value)
        yield "WORKDIR ", *self.workdir
        yield from self.copies(entry.copy, "copy")
        for item in self.items(entry.run, "run"):
            yield from self.command(item)
        yield from self.copies(entry.post_run_copy, "postRunCopy")
        yield from self.user()
        code = self.one(entry.workdir_path)
        if code:
            yield self.copy(code, self.workdir)

    def one(self, field: Any) -> Pieces:
        """A scalar of one line; nothing for a field that is not given."""
        pieces = pieces_of(field, "init.dockerfile", self.report)
        if any(isinstance(p, str) and ("\n" in p or "\r" in p) for p in pieces):
            self.report.add(
                "PXC116",
                "an instruction of a Dockerfile is one line, and this has several",
                field.span,
                help="write one line; several commands are several items of `run`",
            )
        return pieces

    def items(self, field: Any, what: str) -> tuple[Any, ...]:
        """The items of a list, or the one value that stands for it."""
        known(field, f"init.dockerfile.{what}", self.report)
        if isinstance(field, Seq):
            return tuple(i for i in field.items if not is_null(i))
        return (field,) if isinstance(field, Lit) and not is_null(field) else ()

    def variables(self) -> Iterator[tuple[str, Pieces]]:
        """`env` as a map, or as a list of pairs; PXC116 for anything else."""
        env = self.entry.env
        known(env, "init.dockerfile.env", self.report)
        pairs: list[Any] = list(env.entries) if isinstance(env, Map) else []
        for item in env.items if isinstance(env, Seq) else ():
            pairs.append(item.items if isinstance(item, Seq) else (item,))
        if isinstance(env, Lit) and not is_null(env):
            pairs.append((env,))
        for pair in pairs:
            name = plain(pair[0])
            if len(pair) == 2 and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", str(name)):
                yield str(name), self.one(pair[1])
                continue
            self.report.add(
                "PXC116",
                "a variable of a Dockerfile is a name and a value",
                pair[0].span,
                help="write `env: {NAME: value}`",
            )

    def variable(self, name: str, value: Pieces) -> Pieces:
        """`ENV NAME="value"`."""
        return f'ENV {name}="', *(_quoted(p) for p in value), '"'

    def copies(self, field: Any, what: str) -> Iterator[Pieces]:
        """Paths that go into the working directory, and pairs of a path and where it goes."""
        for item in self.items(field, what):
            if isinstance(item, Seq) and len(item.items) == 2:
                yield self.copy(self.one(item.items[0]), self.one(item.items[1]))
            else:
                yield self.copy(self.one(item), self.workdir)

    def copy(self, source: Pieces, target: Pieces) -> Pieces:
        """`COPY source target`, in the form of a list where a path has spaces."""
        if any(isinstance(p, str) and re.search(r'[\s"\\]|^\[', p) for p in (*source, *target)):
            quoted = ((_in_list(p) for p in path) for path in (source, target))
            first, second = quoted
            return 'COPY ["', *first, '", "', *second, '"]'
        return "COPY ", *source, " ", *target

    def command(self, item: Any) -> Iterator[Pieces]:
        """`RUN step`; a step of several lines must say itself that they belong together."""
        pieces = pieces_of(item, "init.dockerfile.run", self.report)
        if pieces and isinstance(pieces[-1], str):
            pieces = (*pieces[:-1], pieces[-1].rstrip())
        lines = "".join(p if isinstance(p, str) else "x" for p in pieces).splitlines()
        if any(not line.rstrip().endswith("\\") for line in lines[:-1]) and "<<" not in lines[0]:
            self.report.add(
                "PXC116",
                "a step of `run` has several lines, and a Dockerfile ends it with the first",
                item.span,
                help="end each line but the last with ` && \\`, or make them items of `run`",
            )
        if lines:
            yield "RUN ", *pieces

    def user(self) -> Iterator[Pieces]:
        """The user that `uid`, `gid` and `username` describe; it is made, not switched to."""
        entry = self.entry
        uid, gid, name = (self.one(f) for f in (entry.uid, entry.gid, entry.username))
        if not (uid or gid or name):
            return
        name = name or ("polyaxon",)
        group: Pieces = ("groupadd -r -g ", *gid, " ", *name, " && ") if gid else ()
        within: Pieces = (" -g ", *name) if gid else ()
        number: Pieces = (" -u ", *uid) if uid else ()
        yield "RUN ", *group, "useradd -r -m", *within, *number, " ", *name


def _quoted(piece: str | Hole) -> str | Hole:
    """Text between the quotes of `ENV`; a backslash before `$` keeps its meaning."""
    return re.sub(r'\\(?!\$)|"', r"\\\g<0>", piece) if isinstance(piece, str) else piece


def _in_list(piece: str | Hole) -> str | Hole:
    """Text between the quotes of a JSON list."""
    return re.sub(r'[\\"]', r"\\\g<0>", piece) if isinstance(piece, str) else piece
