"""Lowers `run.init` to the steps a pod takes before its main container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import allowed
from pxc.ir.node import KObject, Lit, Map, Scalar, Seq, Template, is_null
from pxc.ir.plan import Demand
from pxc.ir.pod import Attachment, ContainerStep, Copy, FileStep, GitStep, Step, TransferStep
from pxc.ir.run import ArtifactsInit, DockerfileInit, FileInit, GitInit, Init, TensorboardInit
from pxc.passes.dockerfile_text import DOCKERFILE, dockerfile_text
from pxc.passes.global_names import ARTIFACTS_PATH
from pxc.passes.init_params import param_entries
from pxc.passes.init_paths import below, is_absolute, path_of, scalar, stripped
from pxc.passes.lower_connections import attach, find_connection
from pxc.passes.lowering import Lowering, known
from pxc.passes.stores import artifacts_store
from pxc.passes.tensorboard_steps import tensorboard_steps

__all__ = ["lower_init"]

_REFERENCES = (
    ("lineage_ref", "lineageRef"), ("model_ref", "modelRef"), ("artifact_ref", "artifactRef"),
)  # fmt: skip
_KEYS = (
    "artifacts", "paths", "dockerfile", "file", "git", "tensorboard", "container",
)  # fmt: skip
_REPOSITORIES = ("git", "ssh")


def lower_init(run: Any, lowering: Lowering) -> tuple[Step, ...]:
    """The steps in authored order, after those of params; what no step carries becomes a demand.

    A `git` entry is a checkout into `<path>/<name>`, the name being the connection's or the last
    part of the URL. Files of a store land in `<path>`, without one in the context directory, those
    of another store than the artifacts store in a directory of its name there. Source:
    specification of runtimes, section 4. PXC104 for an entry that brings nothing in, a git entry
    without a URL and a connection without a container that uses it; PXC209 for files of a store
    that nobody names; PXC703 for a path that only the run knows.
    """
    steps: list[Step] = []
    written = run.init.items if isinstance(run.init, Seq) else ()
    for entry in (*param_entries(lowering), *written):
        if not isinstance(entry, Init):
            continue
        demand = _demand(entry, lowering)
        if demand is not None:
            lowering.demands.append(demand)
            continue
        steps += _Entry(entry, lowering).steps()
    return tuple(steps)


def _demand(entry: Init, lowering: Lowering) -> Demand | None:
    """What an entry asks of Polyaxon's server alone."""
    for attribute, key in _REFERENCES:
        value: Any = getattr(entry, attribute)
        if _given(value):
            instead = (
                "only Polyaxon's server knows where its files lie: name them with `paths`, or"
                " declare it in the catalog"
            )
            return Demand(value.span, f"init.{key}", f"init: {key}", instead=instead)
    board = entry.tensorboard
    if isinstance(board, TensorboardInit) and not _given(board.uuids):
        instead = "only Polyaxon's server lists runs: name those to show with `uuids`"
        return Demand(board.span, "init.tensorboard", "init: tensorboard", instead=instead)
    return None


class _Entry:
    """One entry with its connection looked up."""

    def __init__(self, entry: Init, lowering: Lowering) -> None:
        self.entry = entry
        self.lowering = lowering
        self.report = lowering.report
        self.path = path_of(entry.path, "init.path", self.report)
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

    def steps(self) -> Iterator[Step]:
        """The steps; none after a report."""
        if self.named and self.attachment is None:
            return
        board = self.entry.tensorboard
        if isinstance(board, TensorboardInit):
            store = self.store()
            if store is not None:
                root = self.path or ARTIFACTS_PATH
                yield from tensorboard_steps(self.entry, board, root, store, self.lowering)
            return
        step = self.step()
        if step is not None:
            yield step

    def step(self) -> Step | None:
        """The one step of any other entry; None after a report."""
        entry, attachment = self.entry, self.attachment
        if isinstance(entry.git, GitInit):
            return self.git(entry.git)
        if isinstance(entry.file, FileInit):
            return self.file(entry.file)
        if isinstance(entry.dockerfile, DockerfileInit):
            return self.dockerfile(entry.dockerfile)
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
        self.check_key()
        name = self.attachment.name if self.attachment is not None else self.repository(url)
        root = self.path or ARTIFACTS_PATH
        return GitStep(
            self.entry.span,
            url,
            revision,
            tuple(flags.items) if isinstance(flags, Seq) else (),
            below(root, name, self.entry.span),
            root,
            attachment=self.attachment,
            container=self.container,
        )

    def check_key(self) -> None:
        """An `ssh` connection without a key to read opens nothing; PXC104."""
        attachment = self.attachment
        if attachment is None or attachment.kind != "ssh":
            return
        if not any(i.resource == "secret" and i.mount_path for i in attachment.injections):
            self.report.add(
                "PXC104",
                f"the `ssh` connection `{attachment.name}` has no key: its `secret` is not mounted",
                attachment.span,
                help="give the connection a `secret` with the key and a `mountPath`",
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
        if _given(file.kind):
            kind: Any = file.kind
            demand = Demand(kind.span, "init.file.kind", "init: file: kind", optional=True)
            self.lowering.demands.append(demand)
        name = known(file.filename, "init.file.filename", self.report) or "file"
        mode = known(file.chmod, "init.file.chmod", self.report)
        return self.written(file.content or Lit(file.span, ""), name, mode)

    def dockerfile(self, entry: DockerfileInit) -> FileStep:
        """The generated Dockerfile in the entry's directory."""
        name = known(entry.filename, "init.dockerfile.filename", self.report) or DOCKERFILE
        return self.written(dockerfile_text(entry, self.report), name, None)

    def written(self, content: Scalar, name: str, mode: str | None) -> FileStep:
        """A file in the entry's directory; no connection takes part in it."""
        root = self.path or ARTIFACTS_PATH
        if self.attachment is not None:
            span = self.attachment.span
            what = "connection of an init entry that writes a file"
            demand = Demand(span, "init.file.connection", what, optional=True)
            self.lowering.demands.append(demand)
        return FileStep(
            self.entry.span, content, root, name, root, mode=mode, container=self.container
        )

    def transfer(self) -> TransferStep | None:
        """Files of the connection's store, or of the artifacts store."""
        attachment = self.store()
        if attachment is None:
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

    def store(self) -> Attachment | None:
        """The store that the entry reads; None after PXC116 for a connection without files."""
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
        return attachment

    def store_name(self) -> str | None:
        """The name of the artifacts store."""
        return self.lowering.world.catalog.artifacts_store

    def artifacts_store(self) -> Attachment | None:
        """The artifacts store as an attachment; PXC209 when the catalog has none."""
        connection = artifacts_store(self.lowering.world)
        if connection is not None:
            return attach(connection, self.entry.span, self.lowering)
        self.report.add(
            "PXC209",
            "an entry without a `connection` reads the artifacts store, and there is none",
            self.entry.span,
            help="name a `connection`, or declare `artifactsStore` in the catalog",
        )
        return None

    def copies(self, root: str | Template) -> Iterator[Copy]:
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
            yield Copy(span, Lit(span, ""), scalar(root, span), "dir")

    def items(self, field: Any) -> tuple[Any, ...]:
        """The items of a list of paths, or the one path that stands for it."""
        if isinstance(field, Seq):
            return tuple(i for i in field.items if not is_null(i))
        return (field,) if _given(field) else ()

    def copy(self, item: Any, kind: str, root: str | Template) -> Copy:
        """One path, or a pair of a path and where it goes; both relative unless absolute.

        PXC703 for a place of which only the run knows whether it is absolute.
        """
        source, target = item, item
        if isinstance(item, Seq) and len(item.items) == 2:
            source, target = item.items
        where = path_of(target, "init.paths", self.report) or ""
        absolute = target is not source and is_absolute(where)
        if absolute is None:
            known(target, "init.paths", self.report)
        whole = stripped(where) if absolute else below(root, where, target.span)
        return Copy(item.span, source, scalar(whole, target.span), kind)


def _given(field: Any) -> bool:
    return field is not None and not is_null(field)


def _field(schema: Any, key: str) -> Any:
    if isinstance(schema, Map):
        found = schema.get(key)
        return None if is_null(found) else found
    return None
