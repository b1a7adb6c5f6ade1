"""Turns the text of a `type` field into a type tree, or into what is wrong with it."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from pxc.diagnostics import nearest
from pxc.passes.io_types.types import IOType

_CANONICAL = {
    **{name: name for name in (
        "int", "float", "bool", "str", "dict", "list", "any", "path", "metric", "metadata", "date",
        "datetime", "timedelta", "uuid", "email", "uri", "image", "gcs", "s3", "wasb", "git",
        "dockerfile", "file", "tensorboard", "event", "artifacts", "PositiveInt",
        "NonNegativeInt", "NegativeInt", "NonPositiveInt", "PositiveFloat", "NonNegativeFloat",
        "NegativeFloat", "NonPositiveFloat", "FiniteFloat", "StrictInt", "StrictFloat",
        "StrictStr", "StrictBool", "SecretStr", "ByteSize",
    )},
    "Any": "any", "Dict": "dict", "List": "list",
    # Whether a date lies ahead depends on a clock, which a compilation has not.
    "FutureDate": "date", "PastDate": "date",
    "FutureDatetime": "datetime", "PastDatetime": "datetime",
    "AwareDatetime": "datetime", "NaiveDatetime": "datetime",
    # What lies on a disk is not known here either.
    "FilePath": "path", "DirectoryPath": "path", "NewPath": "path",
    "EmailStr": "email", "AnyUrl": "uri", "AnyHttpUrl": "uri", "HttpUrl": "uri",
    **{f"UUID{n}": "uuid" for n in (1, 3, 4, 5)},
}  # fmt: skip

_ARITY = {"List": ("List", 1), "list": ("List", 1), "Optional": ("Optional", 1),
          "Dict": ("Dict", 2), "dict": ("Dict", 2)}  # fmt: skip

_OTHER_LANGUAGES = {
    "string": "str", "text": "str", "integer": "int", "long": "int", "number": "float",
    "double": "float", "boolean": "bool", "object": "dict", "map": "dict", "array": "list",
    "url": "uri", "json": "any",
}  # fmt: skip

_NO_VALUES = {
    "Union": "a union has no single way to read a value; use `any`, or the one type you mean",
    "Tuple": "use `List[...]`, and `validation: {minItems: ..., maxItems: ...}` for its length",
    "tuple": "use `List[...]`, and `validation: {minItems: ..., maxItems: ...}` for its length",
    "Literal": "use `str` with `validation: {options: [...]}`",
    "auth": "pass the credentials by a `connection`",
    "dict_of_dicts": "it was removed; use `Dict[str, dict]`",
    "set": "use `List[...]`",
    "Set": "use `List[...]`",
    "None": "leave the type out, or use `any`",
}

_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.]*|[\[\],|]|\S)")
_LONGEST = 300
_DEEPEST = 12


class TypeFault(Struct, frozen=True):
    """Why a type cannot be used; `start` and `end` are places in its text."""

    message: str
    help: str | None
    start: int
    end: int


class _Misread(Exception):
    def __init__(self, fault: TypeFault) -> None:
        self.fault = fault


def known_types() -> list[str]:
    """Every name a type may begin with, the everyday ones first."""
    return [*_CANONICAL, "Optional"]


@lru_cache(1024)
def parse_type(text: str) -> IOType | TypeFault:
    """The type a text means, in canonical names (`list[int]` is `List[int]`, `Any` is `any`).

    A type that no value could satisfy (`Union`, `Tuple`, `Literal`, `auth`) is a fault, as is an
    unknown name. Source: specification of inputs, section 3.
    """
    if len(text) > _LONGEST:
        return TypeFault(f"a type may have {_LONGEST} characters at most", None, 0, len(text))
    tokens = [(m[1], m.start(1)) for m in _TOKEN.finditer(text)]
    reader = _Reader(tokens, len(text))
    try:
        if not tokens:
            raise reader.misread("the type is empty", "leave `type` out, or name a type", 0, 0)
        found = reader.type(0)
        reader.end()
    except _Misread as misread:
        return misread.fault
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, int]], length: int) -> None:
        self.tokens = tokens
        self.length = length
        self.at = 0

    def misread(self, message: str, help: str | None, start: int, end: int) -> _Misread:
        return _Misread(TypeFault(message, help, start, end))

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, int]:
        if self.at == len(self.tokens):
            raise self.misread("the type is not finished", "close every `[`", 0, self.length)
        self.at += 1
        return self.tokens[self.at - 1]

    def end(self) -> None:
        if self.at < len(self.tokens):
            token, start = self.take()
            help = _NO_VALUES["Union"] if token == "|" else "nothing may follow a type"
            raise self.misread(f"`{token}` is not expected in a type", help, start, self.length)

    def type(self, depth: int) -> IOType:
        name, start = self.take()
        end = start + len(name)
        if depth > _DEEPEST:
            raise self.misread("the type is nested too deep", None, start, end)
        if name in _NO_VALUES:
            raise self.misread(f"type `{name}` cannot hold a value", _NO_VALUES[name], start, end)
        if self.peek() == "[":
            return self.generic(name, start, depth)
        if name == "Optional":
            raise self.misread("`Optional` needs a type in brackets", "`Optional[int]`", start, end)
        if name not in _CANONICAL:
            raise self.misread(f"unknown type `{name}`", _meant(name), start, end)
        return IOType(_CANONICAL[name])

    def generic(self, name: str, start: int, depth: int) -> IOType:
        end = start + len(name)
        if name not in _ARITY:
            known = name in _CANONICAL
            message = f"type `{name}` takes no arguments" if known else f"unknown type `{name}`"
            help = f"write `{name}`" if known else _meant(name)
            raise self.misread(message, help, start, end)
        self.take()
        args = [self.type(depth + 1)]
        while self.peek() == ",":
            self.take()
            args.append(self.type(depth + 1))
        close, at = self.take()
        if close != "]":
            help = _NO_VALUES["Union"] if close == "|" else "close the bracket with `]`"
            raise self.misread(f"`{close}` is not expected in a type", help, at, at + len(close))
        canonical, arity = _ARITY[name]
        if len(args) != arity:
            wants = "a type for keys and one for values" if arity == 2 else "one type"
            raise self.misread(f"`{name}` takes {wants} in brackets", None, start, at + 1)
        return IOType(canonical, tuple(args))


def _meant(name: str) -> str:
    near = _OTHER_LANGUAGES.get(name.lower()) or nearest(name, known_types())
    if near:
        return f"did you mean `{near}`?"
    return "types: `int`, `float`, `bool`, `str`, `dict`, `list`, `List[...]`, `path`, `image`, …"
