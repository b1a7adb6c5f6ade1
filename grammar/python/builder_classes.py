"""Turns a class of a builder, with its fields and their types, into the text of Python."""

from __future__ import annotations

import re
import textwrap

from pxc.grammar.kubernetes_definitions import snake
from pxc.grammar.python.builder_names import function_name

__all__ = ["BuilderClass", "own_name"]

_BASES = {
    "Component": "ComponentSection",
    "IO": "DeclarationSection",
    "Operation": "OperationSection",
    **dict.fromkeys(("Event", "Join", "Param"), "ReferringSection"),
}
_REFERS = {
    "Component": {"dependencies": ""},
    "Operation": {"dependencies": ""},
    "Event": {"ref": "ops."},
    "Join": {"ref": "ops."},
    "Param": {"ref": "ops."},
}
"""Fields that take an operation for its name, and what stands before that."""

_KEYWORDS = frozenset({"from"})


class BuilderClass:
    """A class that is to be written: its name, what it says, its kind and its fields."""

    def __init__(self, name: str, about: str, kind: str = "") -> None:
        self.name = name
        self.about = about
        self.kind = kind
        self.base = _BASES.get(name, "Section")
        self.rows: list[tuple[str, str, str, bool]] = []
        """Name in the language, type, sentence, whether it is needed."""
        self.moved: dict[str, str] = {}
        self.positions: tuple[str, ...] = ()

    def text(self) -> str:
        """The class as Python."""
        lines = ["@section", f"class {self.name}({self.base}):"]
        lines += _docstring(self.about)
        lines += [""]
        lines += self._variables()
        for name, kind, about, needed in self.rows:
            own = own_name(name)
            null = "" if kind in ("object", "DeclaredField", "ReferredField") else " | None"
            value = "" if needed else " = UNSET"
            if kind in ("DeclaredField", "ReferredField"):
                value = f' = {kind}("{own}")'
            if needed:
                null = ""
            lines += _wrapped(f"    {own}: {kind}{null}{value}")
            lines += _docstring(about) if about else []
        lines += self._constructor()
        label = function_name(self.name)
        return "\n".join([*lines, "", "", f"{label} = {self.name}", ""])

    def _variables(self) -> list[str]:
        said: dict[str, object] = {}
        if self.kind:
            said["kind_"] = self.kind
        if function_name(self.name) != snake(self.name):
            said["label_"] = function_name(self.name)
        odd = {own_name(n): n for n, _, _, _ in self.rows if _camel(own_name(n)) != n}
        if odd:
            said["names_"] = odd
        if self.name in _REFERS:
            said["refers_"] = _REFERS[self.name]
        if self.positions:
            said["positions_"] = self.positions
        types = {"names_": "Mapping[str, str]", "refers_": "Mapping[str, str]",
                 "positions_": "tuple[str, ...]"}  # fmt: skip
        lines = []
        for name, value in said.items():
            lines += _wrapped(f"    {name}: ClassVar[{types.get(name, 'str')}] = {_literal(value)}")
        return [*lines, ""] if lines else []

    def _constructor(self) -> list[str]:
        """The signature of a space, whose numbers may be given in order."""
        if not self.positions:
            return []
        types = {name: kind for name, kind, _, _ in self.rows}
        ordered = [f"{n}: {types[n]} = ..." for n in self.positions]
        named = [f"{n}: {types[n]} = ..." for n in types if n not in self.positions]
        head = ["", "    if TYPE_CHECKING:", "", "        def __init__("]
        middle = ["self", *ordered, *(["*", *named] if named else [])]
        return [*head, *(f"            {each}," for each in middle), "        ) -> None: ..."]


def _literal(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "(" + "".join(f'"{each}", ' for each in value).rstrip(" ") + ")"
    assert isinstance(value, dict)
    return "{" + ", ".join(f'"{k}": "{v}"' for k, v in value.items()) + "}"


def own_name(name: str) -> str:
    """The name of a field in Python."""
    own = snake(name)
    return f"{own}_" if own in _KEYWORDS else own


def _camel(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def _docstring(about: str) -> list[str]:
    text = about.replace("\\", "\\\\").replace('"""', "'''")
    text = text[0].upper() + text[1:]
    text = text if text.endswith(".") else f"{text}."
    if len(text) <= 88:
        return [f'    """{text}"""']
    first, *rest = _filled(text, 88)
    return [f'    """{first}', *(f"    {line}" for line in rest), '    """']


def _filled(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _wrapped(line: str) -> list[str]:
    """A statement on as many lines as it needs, parted at its alternatives or its items."""
    if len(line) <= 100:
        return [line]
    name, _, rest = line.partition(": ")
    kind, equals, value = rest.partition(" = ")
    found = re.search(r"Literal\[([^\]]*)\]", kind)
    if found is not None and len(kind) > 80:
        items = _filled(found[1], 84)
        kind = (
            kind[: found.start(1)]
            + "\n        "
            + "\n        ".join(items)
            + ",\n    "
            + kind[found.end(1) :]
        )
    elif equals and value.startswith(("{", "(")) and len(line) > 100:
        items = _filled(value[1:-1].rstrip(","), 84)
        value = value[0] + "\n        " + "\n        ".join(items) + ",\n    " + value[-1]
    else:
        kind = "(\n        " + kind.replace(" | ", "\n        | ") + "\n    )"
    return f"{name}: {kind}{equals}{value}".split("\n")
