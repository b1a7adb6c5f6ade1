"""Turns a component into what people read of it before they use it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pxc.ir.io import IO
from pxc.ir.node import TRUE_WORDS, Lit, Seq, plain

if TYPE_CHECKING:
    from pxc.hub.reference import HubReference
    from pxc.ir.spec import Operation

__all__ = ["Described", "command_line", "described", "found_by", "tags_of", "text_of"]

_SPACE = re.compile(r"\s+")


class Described(Struct, frozen=True, kw_only=True, rename="camel"):
    """One input or output: `default` is None without one, and `rules` are those of its values."""

    name: str
    type: str
    required: bool
    default: Any = None
    has_default: bool = False
    description: str = ""
    rules: dict[str, Any] = {}


def described(operation: Operation, section: str) -> tuple[Described, ...]:
    """The `inputs` or the `outputs` of a component, in authored order."""
    listed = getattr(operation, section)
    items = listed.items if isinstance(listed, Seq) else ()
    return tuple(_one(item) for item in items if isinstance(item, IO))


def text_of(node: Any) -> str:
    """A text on one line; empty for none."""
    return _SPACE.sub(" ", str(plain(node))).strip() if node is not None else ""


def tags_of(operation: Operation) -> tuple[str, ...]:
    """The `tags` of a component, each once; none that only a run knows."""
    listed = operation.tags.items if isinstance(operation.tags, Seq) else ()
    words = (text_of(each) for each in listed if isinstance(each, Lit))
    return tuple(dict.fromkeys(word for word in words if word))


def found_by(told: Iterable[str], operation: Operation) -> tuple[str, ...]:
    """The words that a component is found by: those that are told of it, and its own tags."""
    return tuple(dict.fromkeys((*told, *tags_of(operation))))


def command_line(reference: HubReference, inputs: tuple[Described, ...]) -> str:
    """The command that runs a component, with what it cannot run without."""
    words = ["pxc compile --hub", reference.text]
    words += [f"-P {each.name}=..." for each in inputs if each.required]
    return " ".join(words)


def _one(io: IO) -> Described:
    default = plain(io.value) if io.value is not None else None
    optional = _is_true(io.is_optional)
    kind = text_of(io.type) or "any"
    rules = dict(plain(io.validation)) if io.validation is not None else {}
    if io.options is not None:
        rules["options"] = plain(io.options)
    return Described(
        name=text_of(io.name),
        type=f"List[{kind}]" if _is_true(io.is_list) else kind,
        required=io.value is None and not optional,
        default=default,
        has_default=io.value is not None,
        description=text_of(io.description),
        rules=rules,
    )


def _is_true(node: Any) -> bool:
    return isinstance(node, Lit) and str(node.value).lower() in TRUE_WORDS
