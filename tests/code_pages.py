"""Turns the fenced blocks of a page into examples and runs them through the real pipeline.

A block whose info string is `yaml wrong` or `yaml right` is an example; it is linted. More words:
`compile` compiles it for kubernetes or `target=argo`, `as=user:ana` says who compiles, `select=PXCnnn` adds a rule that is not in the default
preset, `allowed-registries=PREFIX` is that setting, `spec=2.12` holds the file to that release,
`-P name=value` gives a param, `also=PXCnnn` names a further finding that cannot be avoided
(`also=PXCnnn*9` nine of them). A block `yaml preset` (a `-f` file), `yaml catalog` (connections of
the catalog), `yaml catalog=presets/gpu.yaml` (another file of it) or `yaml file=name.yaml` (a file
beside it) belongs to the example before it, or to every example of the page when it comes first.
Bytes that a page cannot show are a block `python wrong` with an expression that gives them; with `built`
the block is a Python file, whose `main` is the document; `json wrong` is what such a file hands over. What
only the command line can get wrong is a block `console wrong` with one command.
"""

from __future__ import annotations

import linecache
import re
import tempfile
from pathlib import Path

from msgspec import Struct, field

from pxc.access.principal import Principal
from pxc.author import AuthorFault, document, fault_document
from pxc.author.source_places import PLACES
from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request
from pxc.lint.select import Selection
from pxc.lint.settings import Settings
from pxc.source import Authored
from tests.console import run

_BLOCK = re.compile(r"^( *)(`{3,})([^\n`]*)\n(.*?)^\1\2 *$", re.M | re.S)


class Block(Struct):
    """One fenced block: the words of its info string, its text, its line in the page."""

    words: list[str]
    text: str
    line: int

    @property
    def language(self) -> str:
        return self.words[0] if self.words else ""


class Example(Struct):
    """One input that is run, with everything that stands beside it."""

    verdict: str
    line: int
    data: bytes = b""
    authored: bytes | None = None
    command: str = ""
    compile: bool = False
    target: str = "kubernetes"
    params: list[tuple[str, str]] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    select: list[str] = field(default_factory=list)
    registries: list[str] = field(default_factory=list)
    spec: str | None = None
    principal: Principal | None = None
    presets: list[str] = field(default_factory=list)
    catalog: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def codes(self) -> list[str]:
        """The ids of what is found, in a folder that holds the example's further files."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            self.prepare(folder)
            if self.command:
                return re.findall(r"^\w+\[(PXC\d{3})\]", run(self.command, folder)[1], re.M)
            return [d.code.id for d in self.outcome_in(folder).report]

    def prepare(self, folder: Path) -> None:
        """Write the example, and what stands beside it, into a folder."""
        if not self.command:
            (folder / "example.yaml").write_bytes(self.data)
        for path, text in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        for path, text in self.catalog.items():
            target = folder / "catalog" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")

    def _authored(self) -> Authored | None:
        if self.authored is None:
            return None
        return Authored(self.authored, (("example.py", self.data.decode()),))

    def outcome_in(self, folder: Path) -> Outcome:
        """The outcome of an example that is a file, in a folder made ready for it."""
        main, catalog = folder / "example.yaml", folder / "catalog"
        presets = [
            SourceText(f"preset{i}.yaml", text.encode()) for i, text in enumerate(self.presets, 1)
        ]
        request = Request(
            files=(SourceText(main.as_posix(), self.data, self._authored()), *presets),
            params=tuple(self.params),
            target=self.target,
            settings=Settings(
                selection=Selection(extend_select=tuple(self.select)),
                allowed_registries=tuple(self.registries),
                spec_version=self.spec,
            ),
            root=folder,
            catalog=(catalog,) if self.catalog else (),
            principal=self.principal,
            today="2030-01-01",
        )
        return (compile_request if self.compile else lint_request)(request)


def _built(text: str) -> bytes:
    """What a Python file hands over: its `main`, or what is wrong with it."""
    name = "example.py"
    linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    PLACES.refresh()
    found: dict[str, object] = {"__name__": "example"}
    try:
        exec(compile(text, name, "exec"), found)
        return document(found["main"], file=name, name="main")
    except AuthorFault as fault:
        return fault_document(fault)


def blocks_of(page: str) -> list[Block]:
    """Every fenced block of a Markdown text."""
    return [
        Block(found[3].split(), found[4], page.count("\n", 0, found.start()) + 1)
        for found in _BLOCK.finditer(page)
    ]


def examples_of(page: str) -> list[Example]:
    """The examples of a page, in order. Raises ValueError for words that mean nothing."""
    examples: list[Example] = []
    shared: list[Block] = []
    for block in blocks_of(page):
        if (
            block.language not in ("yaml", "toml", "python", "json", "console")
            or len(block.words) < 2
        ):
            raise ValueError(f"line {block.line}: a block without `wrong` or `right`")
        if block.words[1] in ("wrong", "right"):
            example = example_of(block)
            examples.append(example)
            for companion in shared:
                accompany(example, companion)
        elif examples:
            accompany(examples[-1], block)
        else:
            shared.append(block)
    return examples


def example_of(block: Block) -> Example:
    """The example that a block is, without what follows it."""
    example = Example(block.words[1], block.line)
    if block.language == "console":
        example.command = block.text.strip().removeprefix("$ ")
    elif block.language == "python" and "built" in block.words:
        example.data, example.authored = block.text.encode(), _built(block.text)
    elif block.language == "python":
        example.data = eval(block.text, {})
    elif block.language == "json":
        example.data, example.authored = b"main = ...", block.text.encode()
    else:
        example.data = block.text.encode()
    words = iter(block.words[2:])
    for word in words:
        if word == "compile":
            example.compile = True
        elif word == "built":
            pass
        elif word == "-P":
            name, _, value = next(words).partition("=")
            example.params.append((name, value))
        elif word.startswith("also="):
            other, _, times = word.removeprefix("also=").partition("*")
            example.also += [other] * int(times or 1)
        elif word.startswith("select="):
            example.select.append(word.removeprefix("select="))
        elif word.startswith("allowed-registries="):
            example.registries.append(word.removeprefix("allowed-registries="))
        elif word.startswith("target="):
            example.target = word.removeprefix("target=")
        elif word.startswith("as="):
            example.principal = Principal(subject=word.removeprefix("as="), strength="asserted")
        elif word.startswith("spec="):
            example.spec = word.removeprefix("spec=")
        else:
            raise ValueError(f"line {block.line}: `{word}` means nothing")
    return example


def accompany(example: Example, block: Block) -> None:
    """Give an example a further file. Raises ValueError for a role that means nothing."""
    role = block.words[1]
    if role == "preset":
        example.presets.append(block.text)
    elif role == "catalog":
        example.catalog["connections.yaml"] = block.text
    elif role.startswith("catalog="):
        example.catalog[role.removeprefix("catalog=")] = block.text
    elif role.startswith("file="):
        example.files[role.removeprefix("file=")] = block.text
    else:
        raise ValueError(f"line {block.line}: `{role}` means nothing")
