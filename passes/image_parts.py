"""Takes values of type `image` apart: the name of the image and the connection to its registry.

`{name, connection}` is how the first releases wrote such a value; today the connection stands
beside it. Either way expressions may say `x.name` and `x.connection` of an input or an output `x`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pxc.ir.expr import RunTimeRef
from pxc.ir.node import Lit, Map, Template, is_null, plain, replace
from pxc.ir.program import Binding
from pxc.passes.io_types.types import IOType

__all__ = ["connection_of", "image_parts", "without_connection"]

_CONNECTION = "connection"


def connection_of(type: IOType | None, node: Any) -> Any:
    """The connection in the value of an image; None where there is none."""
    if type is None or type.bare.name != "image" or not isinstance(node, Map):
        return None
    found = node.get(_CONNECTION)
    is_name = isinstance(found, Lit) and isinstance(found.value, str)
    return None if is_null(found) or (isinstance(found, Lit) and not is_name) else found


def without_connection(type: IOType | None, node: Any) -> Any:
    """The value of an image without its connection: the name alone where expressions are in it."""
    if type is None or type.bare.name != "image" or not isinstance(node, Map):
        return node
    if connection_of(type, node) is not None:
        node = replace(node, entries=tuple(e for e in node.entries if plain(e[0]) != _CONNECTION))
    keys = [plain(key) for key, _ in node.entries]
    name = node.get("name")
    return name if keys == ["name"] and isinstance(name, Template) else node


def image_parts(
    bindings: Iterable[Binding], values: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """What is below the names of images: what is settled of them and is known before the run.

    An image that another run makes has a name then and there; its connection is the one that is
    given with it, and else not known here.
    """
    found: dict[str, dict[str, Any]] = {}
    for binding in bindings:
        value = values.get(binding.name)
        if binding.type not in ("image", "Optional[image]") or value is None:
            continue
        if isinstance(value, RunTimeRef) and value.path.startswith(("params.", "outputs.")):
            continue
        parts = {"name": value}
        if binding.connection is not None or not isinstance(value, RunTimeRef):
            parts[_CONNECTION] = binding.connection
        found[binding.name] = parts
    return found
