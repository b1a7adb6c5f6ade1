"""The Program: what the passes turn, step by step, from authored files into a plan."""

from __future__ import annotations

from typing import Any

from pxc.ir.node import Lit, Node, Scalar
from pxc.ir.plan import AskedParam, Earlier
from pxc.ir.search import Search
from pxc.ir.spec import Operation
from pxc.ir.sweep import Sweep
from pxc.source import Span


class Binding(Node, frozen=True):
    """One name an expression may use: an input, an output or an undeclared (context) param.

    `section` is `inputs`, `outputs` or `contexts`. `value` is None when nothing was given (lint),
    else a value tree; `given_at` is where it was written. `type` is empty when undeclared.
    `settled` is the value with all names in it resolved, after `evaluate_expressions`.
    """

    name: str
    section: str
    value: Any
    type: str = ""
    is_flag: bool = False
    arg_format: str | None = None
    connection: str | None = None
    to_env: str | None = None
    to_init: bool = False
    given_at: Span | None = None
    settled: Any = None


class Connection(Node, frozen=True):
    """A connection of the catalog: names and schema only, never a secret's value."""

    name: str
    kind: str
    schema: Any = None
    secret: Any = None
    config_map: Any = None
    env: Any = None
    annotations: Any = None
    tags: tuple[str, ...] = ()
    description: str = ""


class Version(Node, frozen=True):
    """Files under a name: of a version of a model or an artifact, or of a lineage.

    `kind` is Model, Artifact or Lineage; `name` is as the catalog writes it, at `place`. `paths`
    are texts and pairs below the `connection`, without one below the artifacts store.
    """

    kind: str
    name: str
    place: Span
    paths: tuple[Any, ...]
    connection: Lit[str] | None = None


class HookProgram(Node, frozen=True):
    """One hook of an operation whose component is known; `program` is what it runs.

    `trigger` is the status that fires it, as written; `condition` waits for the run or is known.
    """

    trigger: Scalar | None
    condition: Scalar | None
    program: Program


class Program(Node, frozen=True):
    """The state of a compilation before lowering.

    `main` is the first file, `presets` the further `-f` files; `composed` is the one operation
    they make with the component, after `compose_layers`; `bindings` after `resolve_params`;
    `connections` after `resolve_connections`: every connection the run asks for, by name.
    `origin` is the main file's path from the workspace's root, whatever directory it was named
    from; empty for text that has no file.
    `sweep` is the table of a matrix after `expand_matrix`, `search` what it is when its next runs
    depend on the results of earlier ones; `written` the runtime of `composed` as it was before
    `evaluate_expressions`, where a cache chooses what counts of the inputs.
    `partial` tells that a component is linted alone, so that missing params are no fault.
    `operations` are those of a dag after `expand_dag`, each a program of its own; `hooks`,
    `build` and `tuner` those of the operation whose component is known, after `expand_hooks`,
    `expand_builds` and `expand_tuners`.
    `asked_params` are what somebody gives when the run is started, after `ask_params`.
    `earlier` is the run that this one begins from, after `resolve_earlier`; programs inside have
    none.
    `authored` holds the nodes that its author wrote, while the lint rules ask for them.
    """

    main: Operation
    presets: tuple[Operation, ...] = ()
    composed: Operation | None = None
    bindings: tuple[Binding, ...] = ()
    connections: tuple[Connection, ...] = ()
    origin: str = ""
    partial: bool = False
    authored: tuple[Node, ...] | None = None
    operations: tuple[Program, ...] = ()
    hooks: tuple[HookProgram, ...] = ()
    build: Program | None = None
    tuner: Program | None = None
    sweep: Sweep | None = None
    search: Search | None = None
    written: Any = None
    asked_params: tuple[AskedParam, ...] = ()
    earlier: Earlier | None = None

    def asks_for(self, section: str) -> bool:
        """Whether the operation, or one of those of its dags, has a section of this name."""
        if self.composed is not None and getattr(self.composed, section) is not None:
            return True
        return any(operation.asks_for(section) for operation in self.operations)

    def inner(self) -> tuple[Program, ...]:
        """The programs inside of this one: operations, its build, its tuner, its hooks."""
        attached = (each for each in (self.build, self.tuner) if each is not None)
        return (*self.operations, *attached, *(hook.program for hook in self.hooks))
