"""Makes documents of version 0 from the tables of its language, each text in them used once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from pxc.grammar.shapes import (
    Anything,
    AsText,
    Boolean,
    Choice,
    Integer,
    Kubernetes,
    ListOf,
    MapOf,
    Model,
    Number,
    Special,
    Text,
    Verbatim,
)
from pxc.grammar.v0 import language as v0

BELOW: dict[tuple[str, str], Model] = {
    ("build", "environment"): v0.ENVIRONMENT,
    ("environment", "resources"): v0.RESOURCES,
    ("environment", "persistence"): v0.PERSISTENCE,
    ("environment", "outputs"): v0.OUTPUTS,
    ("environment", "replicas"): v0.REPLICAS,
    **{("environment", name): v0.REPLICAS for name in v0.FRAMEWORKS},
    **{("resources", name): v0.AMOUNT for name in v0.RESOURCES.fields},
    **{("replicas", name): v0.POD for name in ("default_worker", "default_ps", "worker", "ps")},
    **{("environment", name): v0.POD for name in ("default_worker", "default_ps", "worker", "ps")},
    **{(within, name): v0.RESOURCES for within in ("replicas", "environment")
       for name in v0.REPLICAS.fields if name.endswith("_resources")},
    **{("hptuning", name): model for name, model in v0.SEARCHES.items()},
    ("hptuning", "early_stopping"): v0.EARLY_STOPPING,
    ("early stopping", "policy"): v0.POLICY,
    **{(name, "metric"): v0.METRIC for name in v0.SEARCHES},
    ("hyperband", "resource"): v0.RESOURCE,
    ("bo", "utility_function"): v0.UTILITY,
    ("utility_function", "gaussian_process"): v0.GAUSSIAN,
    **{(kind, name): model for kind in v0.KINDS for name, model in (
        ("build", v0.BUILD), ("run", v0.RUN), ("environment", v0.ENVIRONMENT),
        ("logging", v0.LOGGING), ("hptuning", v0.HPTUNING), ("inputs", v0.IO), ("outputs", v0.IO))},
}  # fmt: skip
"""The section that a field of a section holds."""

FREE = ("params", "declarations")


class Maker:
    """Makes the values of one document; `unique` counts the texts and numbers in it."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw
        self.unique = 0

    def number(self) -> int:
        self.unique += 1
        return 70_000 + self.unique

    def text(self) -> str:
        return f"t{self.number()}"

    def section(self, model: Model, depth: int = 0) -> dict[str, Any]:
        """Some fields of a section, in some order."""
        names = st.lists(st.sampled_from(sorted(model.fields)), unique=True, max_size=6)
        chosen = [*self.draw(names)]
        chosen += [n for n in model.required if n not in chosen and self.draw(st.booleans())]
        return {name: self.field(model, name, depth) for name in chosen}

    def field(self, model: Model, name: str, depth: int) -> Any:
        if name in FREE:
            return {self.text(): self.scalar() for _ in range(self.draw(st.integers(0, 2)))}
        if name == "matrix":
            return {self.text(): self.space() for _ in range(self.draw(st.integers(0, 2)))}
        below = BELOW.get((model.name, name))
        shape = model.fields[name].shape
        if below is not None:
            made = self.section(below, depth + 1) if depth < 4 else {}
            return [made] if isinstance(shape, ListOf) else made
        return self.value(shape)

    def space(self) -> Any:
        kind = self.draw(st.sampled_from(v0.SPACES))
        return {kind: [self.number() for _ in range(self.draw(st.integers(0, 3)))]}

    def scalar(self) -> Any:
        kinds = st.sampled_from(("text", "number", "list", "map", "reference"))
        kind = self.draw(kinds)
        if kind == "reference":
            return f"{{{{ experiments.{self.number()}.outputs.{self.text()} }}}}"
        if kind == "list":
            return [self.text(), self.number()]
        if kind == "map":
            return {self.text(): self.number()}
        return self.text() if kind == "text" else self.number()

    def value(self, shape: Any) -> Any:
        if isinstance(shape, Choice):
            return self.draw(st.sampled_from(shape.values))
        if isinstance(shape, Boolean):
            return self.draw(st.booleans())
        if isinstance(shape, Integer | Number):
            return self.number()
        if isinstance(shape, ListOf):
            items = [self.value(shape.item) for _ in range(self.draw(st.integers(0, 2)))]
            return items[0] if items and shape.single and self.draw(st.booleans()) else items
        if isinstance(shape, MapOf):
            return {self.text(): self.text()}
        if isinstance(shape, Kubernetes):
            return {"key": self.text()} if "Toleration" in shape.definition else {}
        if isinstance(shape, Anything | Special):
            return self.scalar()
        assert isinstance(shape, Text | AsText | Verbatim), shape
        return self.text()


@st.composite
def documents(draw: Any) -> dict[str, Any]:
    """A document of any kind but a pipeline."""
    kind = draw(st.sampled_from(sorted(v0.KINDS)))
    found = Maker(draw).section(v0.KINDS[kind])
    return {**found, "version": 1, "kind": kind}
