"""Walks the table of the language and makes a class of each section and Kubernetes object."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from pxc.grammar.declarations import PARAM_FIELDS
from pxc.grammar.fmt import KEY_ORDER
from pxc.grammar.kubernetes_definitions import (
    MOVED,
    RENAMED,
    definitions,
    reference,
    required_fields,
)
from pxc.grammar.language import OPERATION
from pxc.grammar.python.builder_classes import BuilderClass, own_name
from pxc.grammar.python.builder_names import class_name
from pxc.grammar.python.builder_types import kubernetes_type, type_of
from pxc.grammar.runtimes import RUN
from pxc.grammar.search import SPACE, SPACES
from pxc.grammar.shapes import ByKind, Field, ListOf, MapOf, Model, Special, Text
from pxc.ir.ranges import POSITIONS, WHOLE
from pxc.releases import Known

__all__ = ["LanguageWalk"]

_MOMENT = "str | date"
_TYPES = {
    "Component.dependencies": "Sequence[Operation | str] | Expr",
    "Component.inputs": "DeclaredField",
    "Component.outputs": "DeclaredField",
    "Interval.frequency": "int | float | str | timedelta",
    "Join.ref": "Operation | str",
    "Operation.dependencies": "Sequence[Operation | str] | Expr",
    "Operation.inputs": "ReferredField",
    "Operation.outputs": "ReferredField",
    "Param.ref": "Operation | str",
    "Cron.end_at": _MOMENT,
    "Cron.start_at": _MOMENT,
    "Datetime.start_at": _MOMENT,
    "Interval.end_at": _MOMENT,
    "Interval.start_at": _MOMENT,
}
"""Fields that take more than the table of the language can tell."""

_PARAM = Model("param", None, PARAM_FIELDS)
_MOUNT = Model(
    "mount",
    None,
    {
        "from": Field(Text(), "the local path", "path_from"),
        "to": Field(Text(), "where it goes", "path_to"),
    },
)


def _said(field: Field) -> str:
    """What a field is for, and which releases know it."""
    return _with_releases(field.about, field.known)


def _with_releases(about: str, known: Known) -> str:
    words = [f"since release {known.since}"] if known.since else []
    words += [f"until release {known.until}"] if known.until else []
    return f"{about} ({', '.join(words)})" if words else about


class LanguageWalk:
    """Walks the table and makes a class of each section, once."""

    def __init__(self) -> None:
        self.classes: dict[str, BuilderClass] = {}
        self.unions: dict[str, list[str]] = {}
        self.definitions: list[str] = []
        self._made: dict[str, Any] = {}
        self._abouts: dict[str, str] = {}
        """What a section is for, as the first field says that holds it."""

    def sections(self) -> list[BuilderClass]:
        """The classes of documents, of all that they hold, and of search spaces."""
        for name, about in (
            ("Component", "what runs, with its inputs and outputs: a file of `kind: component`"),
            ("Operation", "a component with its params, and when it runs: `kind: operation`"),
        ):
            self.add(name, _ordered(OPERATION), about)
        self.spaces()
        return list(self.classes.values())

    def objects(self) -> list[BuilderClass]:
        """The classes of Kubernetes objects that sections hold, and of those that these hold."""
        self.name("V1Container")
        made = []
        for definition in self.definitions:  # it grows while it is walked
            made.append(_definition(definition, self))
        taken = {each.name for each in made} & {*self.classes, *self.unions}
        if taken:
            raise ValueError(f"a section and a Kubernetes object are both called {sorted(taken)}")
        return made

    def name(self, shape: Any) -> str:
        """The class of a shape, which is made where it is not yet."""
        if isinstance(shape, str):
            if shape not in self.definitions:
                self.definitions.append(shape)
            return class_name(shape)
        if isinstance(shape, ByKind):
            return self.union(shape)
        name = class_name(shape.name)
        former = self._made.setdefault(name, shape)
        if former is not shape:
            raise ValueError(f"two sections are called {name}")
        if name not in self.classes:
            kind = dict(shape.constants).get("kind", "")
            self.add(name, shape, self._abouts.get(shape.name, f"the section `{shape.name}`"), kind)
        return name

    def union(self, shape: ByKind) -> str:
        """The name of what stands for each kind of a union."""
        name = class_name(shape.name)
        if name not in self.unions:
            self.unions[name] = []
            for kind, model in shape.models.items():
                own = class_name(model.name if shape is not RUN else f"run.{kind}")
                self.unions[name].append(own)
                self._made[own] = model
                about = _with_releases(shape.about[kind], model.known)
                self.add(own, model, f"{about}: `kind: {kind}`", kind)
        return name

    def add(self, name: str, model: Model, about: str, kind: str = "") -> None:
        """Write down a class, and those of what it holds."""
        made = self.classes[name] = BuilderClass(name, about, kind)
        made.moved = dict(model.moved)
        for key, field in model.fields.items():
            inner = _inner(field.shape)
            if isinstance(inner, Model):
                self._abouts.setdefault(inner.name, field.about)
            told = type_of(field.shape, self.name)
            kind_of = _TYPES.get(f"{name}.{own_name(key)}", told)
            for special, shape in (("run", RUN), ("param", _PARAM), ("mount", _MOUNT)):
                if _holds(field.shape, special):
                    self.name(shape)
            made.rows.append((key, kind_of, _said(field), key in model.required))

    def spaces(self) -> None:
        """A class for each kind of search space."""
        for kind in SPACES:
            known = SPACE.fields["kind"].shape.known.get(kind, Known())
            about = _with_releases("a search space", known)
            made = self.classes[class_name(f"space.{kind}")] = BuilderClass(
                class_name(f"space.{kind}"), f"{about}: `kind: {kind}`", kind
            )
            made.base = "Space"
            made.positions = POSITIONS.get(kind, ("value",))
            for name in POSITIONS.get(kind, ()):
                number = "int" if name in WHOLE else "float"
                if kind in ("daterange", "datetimerange"):
                    number = "int | str" if name == "step" else "str | date"
                about = f"`{name}` of the space"
                made.rows.append((name, f"{number} | Expr", about, False))
            made.rows.append(("value", "object", "the space itself, in any form", False))


def _inner(shape: Any) -> Any:
    """The shape of the items of a list or of the values of a map; else the shape itself."""
    while isinstance(shape, ListOf | MapOf):
        shape = shape.item if isinstance(shape, ListOf) else shape.value
    return shape


def _holds(shape: Any, special: str) -> bool:
    inner = _inner(shape)
    return isinstance(inner, Special) and inner.name == special


def _definition(definition: str, language: LanguageWalk) -> BuilderClass:
    """The class of a Kubernetes definition; those that it holds are asked for."""
    shape = definitions()[definition]
    bare = definition.removeprefix("Core").removeprefix("V1")
    made = BuilderClass(class_name(definition), f"the Kubernetes object `{bare}`")
    made.base = "KubernetesSection"
    needed = required_fields(definition)
    renamed = {k: f"the field is `{own_name(v)}`" for k, v in RENAMED.get(definition, {}).items()}
    made.moved = {**MOVED.get(definition, {}), **renamed}
    for key, value in shape["properties"].items():
        for target in (value, value.get("items", {})):
            if reference(target) and "properties" in definitions()[reference(target)]:
                language.name(reference(target))
        kind = kubernetes_type(f"{definition}.{key}", value, language.name)
        made.rows.append((key, kind, "", key in needed))
    return made


def _ordered(model: Model) -> Model:
    """The root's fields in the order that files have them; `kind` is what a builder is."""
    ranks = {name: rank for rank, name in enumerate(KEY_ORDER)}
    keys = sorted(model.fields, key=lambda key: ranks[key])
    return replace(model, fields={key: model.fields[key] for key in keys if key != "kind"})
