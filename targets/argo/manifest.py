"""Turns an object with tags in it into a manifest that any text may be filled into.

Argo fills in a manifest as text and then hands it to its executor in a variable of a container. So
what the templates of Argo or the kubelet would take for theirs is written by the escapes of YAML,
and so is a text with a value in it: by an expression, whatever the value says.
"""

from __future__ import annotations

import re
from typing import Any

from pxc.targets.argo.expr_values import quoted
from pxc.targets.argo.tags import as_expression, has_tag, parts, tag
from pxc.yaml_writer import escaped, write_documents

__all__ = ["TRY", "manifest", "parameters_of", "with_tries"]

TRY = "try"
"""The parameter with the number of the try, where a template around this one is tried again."""

_TAKEN = re.compile(r"\$\$|\$\((?!PXC_[A-Z_]+\))|\{\{")
"""What is not left alone on the way; the executor's container has no variables of our names."""

_DOLLAR = re.compile(r"\$(?=[$(])|(?<=\$)\$")
_BRACE = re.compile(r"\{(?=\{|\Z)|(?<=\{)\{")
_LINE = re.compile(r"\\(?:(n)(?=(.))|.)")
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
    if not found:
        return text

    def put(match: re.Match[str]) -> str:
        column = match.start() - text.rfind("\n", 0, match.start()) - 1
        return found[match[0]].replace("\n", "\n" + " " * column)

    return re.sub(rf"{prefix}\d+x", put, text)


def _prefix(data: Any) -> str:
    """The beginning of a word that no text of the object has."""
    prefix, texts = "pxctag", "\n".join(_texts(data))
    while prefix in texts:
        prefix += "x"
    return prefix


def _texts(value: Any) -> list[str]:
    waiting, found = [value], []
    while waiting:
        last = waiting.pop()
        if isinstance(last, str):
            found.append(last)
        elif isinstance(last, dict):
            waiting += [*last.keys(), *last.values()]
        elif isinstance(last, list):
            waiting += last
    return found


def _marked(value: Any, prefix: str, found: dict[str, str], *, is_key: bool = False) -> Any:
    """The object with a word for each text that is written here; `found` tells how."""
    if isinstance(value, dict):
        return {
            _marked(key, prefix, found, is_key=True): _marked(child, prefix, found)
            for key, child in value.items()
        }
    if isinstance(value, list):
        return [_marked(child, prefix, found) for child in value]
    if not isinstance(value, str) or not (has_tag(value) or _TAKEN.search(value)):
        return value
    word = f"{prefix}{len(found)}x"
    found[word] = _scalar(value) if not is_key else _scalar(value).replace("\\n\\\n", "\\n")
    return word


def _scalar(text: str) -> str:
    split = parts(text)
    if all(map(_KNOWN.fullmatch, split[1::2])):
        pieces = (tag(part) if at % 2 else _untaken(part) for at, part in enumerate(split))
        return f'"{"".join(pieces)}"'
    said = f"sprig.quote({as_expression(text)})"
    for character, escape in (("$", "\\x24"), ("{", "\\x7b")):
        said = f"replace({said}, {quoted(character)}, {quoted(escape)})"
    return tag(f"={said}")


def _untaken(text: str) -> str:
    """A text between double quotes, line by line, with nothing in it that is not left alone."""
    found = _BRACE.sub(r"\\x7b", _DOLLAR.sub(r"\\x24", escaped(text)))
    return _LINE.sub(_broken, found)


def _broken(escape: re.Match[str]) -> str:
    """The end of a line goes on in the next one, whose first blanks YAML would not read."""
    if escape[1] is None:
        return escape[0]
    return "\\n\\\n" + ("\\" if escape[2] == " " else "")


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
