"""Turns an object with tags in it into a manifest that any text may be filled into.

Argo fills in a manifest as text and then reads it as YAML. So a text with a value in it is written
by an expression that gives JSON, which is YAML whatever the value says.
"""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import Report
from pxc.source import Span
from pxc.targets._yaml import write_documents
from pxc.targets.argo.tags import as_expression, check_braces, guard_container, has_tag, parts, tag

__all__ = ["TRY", "guard_object", "manifest", "parameters_of", "with_tries"]

TRY = "try"
"""The parameter with the number of the try, where a template around this one is tried again."""

_CONTAINERS = ("containers", "initContainers")
_EXPANDED = ("command", "args", "env", "volumeMounts")
_WORDS = re.compile(r"[ !#-\[\]-z|~]*")
_KNOWN = re.compile(
    r"workflow\.[\w.]+|retries|inputs\.parameters\.(?:run|try)"
    r"|=sprig\.trunc\(\d+, sprig\.sha256sum\(inputs\.parameters\.run\)\)"
)
"""Tags of values that Argo and we make, which have nothing in them that YAML would read."""

_PARAMETER = re.compile(r"\binputs\.parameters(?:\.([-\w]+)|\['([^']+)'\])")


def manifest(data: dict[str, Any]) -> str:
    """The YAML of an object, with tags where its texts have them."""
    found: dict[str, str] = {}
    prefix = _prefix(data)
    text = write_documents([_marked(data, prefix, found)])
    return re.sub(rf"{prefix}\d+x", lambda match: found[match[0]], text) if found else text


def _prefix(data: Any) -> str:
    """The beginning of a word that no text of the object has."""
    prefix, texts = "pxctag", "\n".join(_texts(data))
    while prefix in texts:
        prefix += "x"
    return prefix


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    children = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return [text for child in children for text in _texts(child)]


def _marked(value: Any, prefix: str, found: dict[str, str]) -> Any:
    """The object with a word for each text that has tags; `found` tells what they stand for."""
    if isinstance(value, dict):
        return {key: _marked(child, prefix, found) for key, child in value.items()}
    if isinstance(value, list):
        return [_marked(child, prefix, found) for child in value]
    if not isinstance(value, str) or not has_tag(value):
        return value
    word = f"{prefix}{len(found)}x"
    found[word] = _scalar(value)
    return word


def _scalar(text: str) -> str:
    split = parts(text)
    if all(map(_WORDS.fullmatch, split[::2])) and all(map(_KNOWN.fullmatch, split[1::2])):
        return f'"{text}"'
    return tag(f"=toJson({as_expression(text)})")


def guard_object(value: Any, field: str, span: Span, report: Report) -> None:
    """Rewrite the author's braces in an object so that Argo fills in none of them.

    PXC701 for braces where no variable can stand for one.
    """
    if isinstance(value, list):
        for child in value:
            guard_object(child, field, span, report)
    elif isinstance(value, dict):
        for key, child in value.items():
            if key in _CONTAINERS and isinstance(child, list):
                for container in child:
                    guard_container(container)
                    rest = {k: v for k, v in container.items() if k not in _EXPANDED}
                    check_braces(rest, key, span, report)
            else:
                guard_object(child, key, span, report)
    else:
        check_braces(value, field, span, report)


def with_tries(value: Any) -> Any:
    """An object whose tries are counted by the template around its own."""
    if isinstance(value, dict):
        return {key: with_tries(child) for key, child in value.items()}
    if isinstance(value, list):
        return [with_tries(child) for child in value]
    if isinstance(value, str):
        return value.replace(tag("retries"), tag(f"inputs.parameters.{TRY}"))
    return value


def parameters_of(value: Any) -> frozenset[str]:
    """The input parameters that are filled into a tree."""
    tags = (inner for text in _texts(value) for inner in parts(text)[1::2])
    return frozenset(dotted or quoted for tag in tags for dotted, quoted in _PARAMETER.findall(tag))
