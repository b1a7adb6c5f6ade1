"""The types of inputs and outputs as a small tree: a name and its arguments."""

from __future__ import annotations

from msgspec import Struct

NUMBERS = frozenset({
    "int", "float", "metric", "PositiveInt", "NonNegativeInt", "NegativeInt", "NonPositiveInt",
    "PositiveFloat", "NonNegativeFloat", "NegativeFloat", "NonPositiveFloat", "FiniteFloat",
    "StrictInt", "StrictFloat", "ByteSize", "timedelta",
})  # fmt: skip
"""Types whose values are numbers once coerced."""

TEXTS = frozenset({
    "str", "path", "uuid", "email", "uri", "image", "gcs", "s3", "wasb", "date", "datetime",
    "StrictStr", "SecretStr",
})  # fmt: skip
"""Types whose values are text once coerced."""

BOOLEANS = frozenset({"bool", "StrictBool"})

RECORDS = frozenset({
    "metadata", "git", "dockerfile", "file", "tensorboard", "event", "artifacts",
})  # fmt: skip
"""Types whose values are maps with known fields, and free maps of metadata."""

FREE_TEXTS = frozenset({"str", "path", "StrictStr", "SecretStr"})
"""Types that any text fits, a template included."""


class IOType(Struct, frozen=True):
    """A type: `List` and `Optional` have one argument, `Dict` two; `list` and `dict` have none."""

    name: str
    args: tuple[IOType, ...] = ()

    def __str__(self) -> str:
        if not self.args:
            return self.name
        return f"{self.name}[{', '.join(str(a) for a in self.args)}]"

    @property
    def bare(self) -> IOType:
        """The type under any `Optional`."""
        return self.args[0].bare if self.name == "Optional" else self

    @property
    def is_list(self) -> bool:
        """Whether values are lists."""
        return self.bare.name in ("List", "list")

    @property
    def is_map(self) -> bool:
        """Whether values are maps."""
        return self.bare.name in ("Dict", "dict") or self.bare.name in RECORDS

    @property
    def leaf(self) -> IOType:
        """The type of a single value: of a list's items, of a map's values, or the type itself."""
        bare = self.bare
        if bare.name in ("List", "Dict"):
            return bare.args[-1].leaf
        return ANY if bare.name in ("list", "dict", "metadata") else bare


ANY = IOType("any")


def list_of(item: IOType) -> IOType:
    """The type that the deprecated `isList: true` makes of a type."""
    return IOType("List", (item,))
