"""Lowers `run.init` to the steps a pod takes before its main container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import allowed
from pxc.ir.node import KObject, Lit, Map, Seq, Template, is_null
from pxc.ir.plan import (
    Attachment,
    ContainerStep,
    Copy,
    Demand,
    FileStep,
    GitStep,
    Step,
    TransferStep,
)
from pxc.ir.run import ArtifactsInit, FileInit, GitInit, Init
from pxc.passes.global_names import ARTIFACTS_PATH
from pxc.passes.lower_connections import attach, find_connection
from pxc.passes.lowering import Lowering, known

__all__ = ["lower_init"]

_DEMANDED = (
    ("dockerfile", "dockerfile"), ("tensorboard", "tensorboard"), ("lineage_ref", "lineageRef"),
    ("model_ref", "modelRef"), ("artifact_ref", "artifactRef"),
)  # fmt: skip
_KEYS = ("artifacts", "paths", *(key for _, key in _DEMANDED), "file", "git", "container")
_REPOSITORIES = ("git", "ssh")


def lower_init(run: Any, lowering: Lowering) -> tuple[Step, ...]:
    """The steps in authored order; entries that no step carries become demands.

    A `git` entry is a checkout into `<path>/<name>`, the name being the connection's or the last
    part of the URL. Files of a store land in `<path>`, without one in the context directory, those
    of another store than the artifacts store in a directory of its name there. Source:
    specification of runtimes, section 4. PXC104 for an entry that brings nothing in, a git entry
    without a URL and a connection without a container that uses it; PXC209 for files of a store
    that nobody names; PXC703 for a path that only the run knows.
    """
    steps: list[Step] = []
    for entry in run.init.items if isinstance(run.init, Seq) else ():
        if not isinstance(entry, Init):
            continue
        demand = _demand(entry)
        if demand is not None:
            lowering.demands.append(demand)
            continue
        step = _Entry(entry, lowering).step()
        if step is not None:
            steps.append(step)
    return tuple(steps)


def _demand(entry: Init) -> Demand | None:
    for attribute, key in _DEMANDED:
        value: Any = getattr(entry, attribute)
        if value is not None and not is_null(value):
            return Demand(value.span, f"init.{key}", f"init: {key}")
    return None


class _Entry:
    """One entry with its connection looked up."""

    def __init__(self, entry: Init, lowering: Lowering) -> None:
        self.entry = entry
        self.lowering = lowering
        self.report = lowering.report
        self.path = known(entry.path, "init.path", self.report)
        self.container = entry.container if isinstance(entry.container, KObject) else None
        self.attachment: Attachment | None = None
        name: Any = entry.connection
        self.named = name is not None and not is_null(name)
        if isinstance(name, Lit) and self.named:
            connection = find_connection(name, lowering)
            if connection is not None:
                self.attachment = attach(connection, name.span, lowering)
        elif isinstance(name, Template):
            known(name, "init.connection", self.report)

    def step(self) -> Step | None:
        """The step; None after a report."""
        entry, attachment = self.entry, self.attachment
        if self.named and attachment is None:
            return None
        if isinstance(entry.git, GitInit):
            return self.git(entry.git)
        if isinstance(entry.file, FileInit):
            return self.file(entry.file)
        if _given(entry.artifacts) or _given(entry.paths):
            return self.transfer()
        if attachment is not None and attachment.kind in _REPOSITORIES:
            return self.git(GitInit(entry.span))
        if attachment is not None and attachment.store is not None:
            return self.transfer()
        if self.container is not None:
            return ContainerStep(entry.span, self.container, self.path, attachment)
        if attachment is not None:
            self.report.add(
                "PXC104",
                f"a `{attachment.kind}` connection needs a `container` that uses it",
                attachment.span,
                help="add `container: {image: ...}` to the entry",
            )
        elif not isinstance(entry.git, Template) and entry.container is None:
            self.report.add(
                "PXC104",
                "an `init` entry brings nothing in",
                entry.span,
                help=f"add {allowed(_KEYS)}",
            )
        return None

    def git(self, git: GitInit) -> GitStep | None:
        """A checkout; what the entry leaves out is the connection's."""
        schema = self.attachment.schema if self.attachment is not None else None
        url = git.url if _given(git.url) else _field(schema, "url")
        if not isinstance(url, Lit | Template) or is_null(url):
            self.report.add(
                "PXC104",
                "a `git` entry needs a `url` or a `connection`",
                git.span,
                help="add `url: https://...`",
            )
            return None
        revision = git.revision if _given(git.revision) else _field(schema, "revision")
        known(git.flags, "init.git.flags", self.report)
        flags = git.flags if isinstance(git.flags, Seq) else _field(schema, "flags")
        name = self.attachment.name if self.attachment is not None else self.repository(url)
        root = self.path or ARTIFACTS_PATH
        return GitStep(
            self.entry.span,
            url,
            revision,
            tuple(flags.items) if isinstance(flags, Seq) else (),
            f"{root.rstrip('/')}/{name}",
            root,
            attachment=self.attachment,
            container=self.container,
        )

    def repository(self, url: Lit[Any] | Template) -> str:
        """The directory git itself would choose: the last part of the URL without `.git`."""
        text = url.value if isinstance(url, Lit) else url.text
        last = str(text).rstrip("/").replace(":", "/").rsplit("/", 1)[-1]
        if "}}" in last:
            known(url, "init.git.url", self.report)
        return last.removesuffix(".git") or "repository"

    def file(self, file: FileInit) -> FileStep:
        """A file in the entry's directory; its name is `file` where the author gives none."""
        root = self.path or ARTIFACTS_PATH
        if _given(file.kind):
            kind: Any = file.kind
            demand = Demand(kind.span, "init.file.kind", "init: file: kind", optional=True)
            self.lowering.demands.append(demand)
        return FileStep(
            self.entry.span,
            file.content or Lit(file.span, ""),
            root,
            known(file.filename, "init.file.filename", self.report) or "file",
            root,
            mode=known(file.chmod, "init.file.chmod", self.report),
            container=self.container,
        )

    def transfer(self) -> TransferStep | None:
        """Files of the connection's store, or of the artifacts store."""
        attachment = self.attachment or self.artifacts_store()
        if attachment is None:
            return None
        if attachment.store is None:
            self.report.add(
                "PXC116",
                f"a `{attachment.kind}` connection holds no files to bring in",
                attachment.span,
                help="name a bucket, a volume claim or a host path",
            )
            return None
        own = self.attachment is None or attachment.name == self.store_name()
        default = ARTIFACTS_PATH if own else f"{ARTIFACTS_PATH}/{attachment.name}"
        artifacts = self.entry.artifacts
        return TransferStep(
            self.entry.span,
            attachment,
            tuple(self.copies(self.path or default)),
            self.path or ARTIFACTS_PATH,
            workers=artifacts.workers if isinstance(artifacts, ArtifactsInit) else None,
            container=self.container,
        )

    def store_name(self) -> str | None:
        """The name of the artifacts store."""
        return self.lowering.world.catalog.artifacts_store

    def artifacts_store(self) -> Attachment | None:
        """The artifacts store as an attachment; PXC209 when the catalog has none."""
        name = self.store_name()
        connection = self.lowering.world.catalog.connection(name) if name is not None else None
        if connection is not None:
            return attach(connection, self.entry.span, self.lowering)
        self.report.add(
            "PXC209",
            "an entry without a `connection` reads the artifacts store, and there is none",
            self.entry.span,
            help="name a `connection`, or declare `artifactsStore` in the catalog",
        )
        return None

    def copies(self, root: str) -> Iterator[Copy]:
        """What is copied where; all of the store when the entry selects nothing."""
        artifacts, paths = self.entry.artifacts, self.entry.paths
        chosen: list[tuple[Any, str]] = [(paths, "any")] if _given(paths) else []
        if isinstance(artifacts, ArtifactsInit):
            chosen += [(artifacts.files, "file"), (artifacts.dirs, "dir")]
        else:
            known(artifacts, "init.artifacts", self.report)
        found = [(item, kind) for field, kind in chosen for item in self.items(field)]
        for item, kind in found:
            yield self.copy(item, kind, root)
        if not found and not isinstance(artifacts, Template):
            span = self.entry.span
            yield Copy(span, Lit(span, ""), Lit(span, root), "dir")

    def items(self, field: Any) -> tuple[Any, ...]:
        """The items of a list of paths, or the one path that stands for it."""
        if isinstance(field, Seq):
            return tuple(i for i in field.items if not is_null(i))
        return (field,) if _given(field) else ()

    def copy(self, item: Any, kind: str, root: str) -> Copy:
        """One path, or a pair of a path and where it goes; both relative unless absolute."""
        source, target = item, item
        if isinstance(item, Seq) and len(item.items) == 2:
            source, target = item.items
        text = known(target, "init.paths", self.report) or ""
        whole = (
            text if text.startswith("/") and target is not source else f"{root}/{text.lstrip('/')}"
        )
        return Copy(item.span, source, Lit(target.span, whole.rstrip("/")), kind)


def _given(field: Any) -> bool:
    return field is not None and not is_null(field)


def _field(schema: Any, key: str) -> Any:
    if isinstance(schema, Map):
        found = schema.get(key)
        return None if is_null(found) else found
    return None
