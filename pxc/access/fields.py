"""Turns Kubernetes objects, however deep and in whatever field, into the claims of what they name.

Fields are known by their names, which mean one thing throughout Kubernetes' API: so nothing depends
on which fields a runtime, an operator or a later release has above them.
"""

from __future__ import annotations

from typing import Any

from pxc.access.gathering import Gathering
from pxc.access.placement import PLACES, claim_placement
from pxc.access.things import HANDLERS, SECTIONS, claim_secret
from pxc.ir.node import Invalid, Lit, Map, Node, Seq, Template, is_null

__all__ = ["claim_fields", "claim_inside"]

_OPAQUE = frozenset(("data", "stringData", "binaryData", "matchLabels", "rayStartParams"))
"""Maps whose keys are the author's own, and whose values are texts that nothing reads."""


_NAMED = frozenset(("env", "envVars", "env_vars", "args", "parameters"))
"""What may be a map with names of the author's own as keys; as a list it is Kubernetes' own."""


def claim_fields(node: Any, into: Gathering) -> None:
    """Claim everything that a node names, and whatever is below it."""
    model = into.models.get(type(node))
    if model is not None:
        model(node)
    else:
        claim_inside(node, into)


def claim_inside(node: Any, into: Gathering) -> None:
    """Claim everything that is below a node, whatever class it has itself."""
    placed: dict[str, Any] = {}
    if isinstance(node, Map):
        for key, value in node.entries:
            name = str(key.value) if isinstance(key, Lit) else ""
            _field(name, value, into)
            if _camel(name) in PLACES:
                placed[_camel(name)] = value
    elif isinstance(node, Seq):
        for item in node.items:
            claim_fields(item, into)
    elif isinstance(node, Node) and not isinstance(node, Lit | Template | Invalid):
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if isinstance(value, Node):
                _field(_camel(name), value, into)
                if _camel(name) in PLACES:
                    placed[_camel(name)] = value
            elif isinstance(value, tuple):
                parts = [
                    p for item in value for p in (item if isinstance(item, tuple) else (item,))
                ]
                nodes = tuple(part for part in parts if isinstance(part, Node))
                _field(_camel(name), Seq(node.span, nodes), into)
    if placed:
        claim_placement(placed, into.pools, into)


def _field(name: str, value: Any, into: Gathering) -> None:
    if value is None or is_null(value) or isinstance(value, Invalid):
        return
    name = _camel(name)
    handler = HANDLERS.get(name)
    if handler is None and name.endswith(("SecretRef", "Secret")) and isinstance(value, Map):
        handler = claim_secret
    if isinstance(value, Template) and name in SECTIONS:
        for kind in SECTIONS[name]:
            into.unknown(kind, value)
        return
    if handler is not None:
        handler(value, into)
    if name in _OPAQUE or (name in _NAMED and isinstance(value, Map)):
        for _, inner in value.entries if isinstance(value, Map) else ():
            claim_fields(inner, into)
        return
    claim_fields(value, into)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)
