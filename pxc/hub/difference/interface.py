"""Tells what differs in the inputs and outputs of two versions of a component."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pxc.hub.difference.change import BREAKING, NOTICE, Change
from pxc.hub.difference.tree import are_same, differences, shown
from pxc.ir.node import TRUE_WORDS, Lit, plain

__all__ = ["input_changes", "is_within", "output_changes"]

_GROWING = frozenset({"gt", "ge", "minDigits", "minLength", "minItems"})
"""Rules that refuse more as they grow; those of `_SHRINKING` as they shrink."""
_SHRINKING = frozenset({"lt", "le", "maxDigits", "decimalPlaces", "maxLength", "maxItems"})
_WHEN = frozenset({"delay", "delayValidation"})
_ANY = "any"
_INT, _FLOAT = "int", "float"


def input_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """What differs in inputs, each by its name.

    What an operation gave must still be taken: a new input that is required breaks it, one that is
    gone, a type that does not take all that the old one took, and a rule that refuses more.
    """
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old is None:
            yield _added_input(name, new or {})
        elif new is None:
            yield Change(BREAKING, "input-removed", name, f"the input `{name}` is gone")
        else:
            yield from _input(name, old, new)


def output_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """What differs in outputs: what others read must still be there, and of such a type."""
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old is None:
            yield Change(NOTICE, "output-added", name, f"new output `{name}`: {_type(new)}")
        elif new is None:
            yield Change(BREAKING, "output-removed", name, f"the output `{name}` is gone")
        else:
            yield from _type_change(
                "output", name, old, new, breaks=not is_within(_type(new), _type(old))
            )
            yield from _details("output", name, old, new, ("type", "isList"))


def is_within(inner: str, outer: str) -> bool:
    """Whether every value of one type is one of the other's."""
    if inner == outer or outer == _ANY or (inner, outer) == (_INT, _FLOAT):
        return True
    (head, bracket, rest), (other, _, more) = inner.partition("["), outer.partition("[")
    return bool(bracket) and head == other and is_within(rest[:-1], more[:-1])


def _added_input(name: str, new: Mapping[str, Any]) -> Change:
    if _is_required(new):
        message = f"new input `{name}` ({_type(new)}) is required"
        return Change(BREAKING, "input-added", name, message)
    default = shown(new.get("value"))
    said = f", by default `{default}`" if default else ""
    return Change(NOTICE, "input-added", name, f"new input `{name}`: {_type(new)}{said}")


def _input(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    yield from _type_change("input", name, old, new, breaks=not is_within(_type(old), _type(new)))
    was, now = _is_required(old), _is_required(new)
    if now and not was:
        yield Change(BREAKING, "input-required", name, f"the input `{name}` is now required")
    elif was and not now:
        message = f"the input `{name}` is no longer required"
        yield Change(NOTICE, "input-optional", name, message)
    before, after = shown(old.get("value")), shown(new.get("value"))
    if not was and not now and not are_same(old.get("value"), new.get("value")):
        message = f"the input `{name}` is by default {_quoted(after)}, not {_quoted(before)}"
        yield Change(NOTICE, "input-default", name, message, before, after)
    yield from _rules(name, old, new)
    known = ("type", "isList", "isOptional", "value", "validation", "options")
    yield from _details("input", name, old, new, known)


def _rules(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """What differs in what values an input takes."""
    before, after = (_rules_of(each) for each in (old, new))
    for rule in dict.fromkeys((*before, *after)):
        was, now = before.get(rule), after.get(rule)
        if are_same(was, now):
            continue
        weight = BREAKING if _refuses_more(rule, was, now) else NOTICE
        message = f"the input `{name}` has {_ruled(rule, now)}, not {_ruled(rule, was)}"
        yield Change(weight, "input-rule", name, message, shown(was), shown(now))


def _rules_of(io: Mapping[str, Any]) -> dict[str, Any]:
    options = io.get("options")
    return {**io.get("validation", {}), **({"options": options} if options is not None else {})}


def _ruled(rule: str, value: Any) -> str:
    return f"no `{rule}`" if value is None else f"`{rule}: {shown(value)}`"


def _refuses_more(rule: str, before: Any, after: Any) -> bool:
    """Whether a rule may refuse what it took."""
    if after is None or rule in _WHEN:
        return False
    if before is None:
        return True
    was, now = _plain(before), _plain(after)
    if isinstance(was, int | float) and isinstance(now, int | float):
        if rule in _GROWING:
            return now > was
        if rule in _SHRINKING:
            return now < was
    if rule == "options" and isinstance(was, list) and isinstance(now, list):
        return any(each not in now for each in was)
    return True


def _plain(tree: Any) -> Any:
    return [plain(item) for item in tree] if isinstance(tree, list) else plain(tree)


def _type_change(
    section: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any], *, breaks: bool
) -> Iterator[Change]:
    before, after = _type(old), _type(new)
    if before != after:
        message = f"the {section} `{name}` is of type `{after}`, not `{before}`"
        yield Change(
            BREAKING if breaks else NOTICE, f"{section}-type", name, message, before, after
        )


def _details(
    section: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any], known: tuple[str, ...]
) -> Iterator[Change]:
    """What else differs: descriptions, where values go."""
    for each in differences(old, new):
        if each.path[0] in known:
            continue
        path, before, after = ".".join(each.path), shown(each.before), shown(each.after)
        if path == "description":
            message = f"the {section} `{name}` is described in other words"
            yield Change(NOTICE, f"{section}-detail", name, message, before, after)
            continue
        message = f"the {section} `{name}` has {_detail(path, after)}, not {_detail(path, before)}"
        yield Change(NOTICE, f"{section}-detail", name, message, before, after)


def _detail(path: str, text: str) -> str:
    return f"`{path}: {text}`" if text else f"no `{path}`"


def _quoted(text: str) -> str:
    return f"`{text}`" if text else "nothing"


def _is_required(io: Mapping[str, Any]) -> bool:
    optional = io.get("isOptional")
    said = str(optional.value).lower() if isinstance(optional, Lit) else ""
    return "value" not in io and said not in TRUE_WORDS


def _type(io: Mapping[str, Any] | None) -> str:
    """The type as it is written, and as a list where `isList` says so."""
    found = re.sub(r"\s+", "", shown((io or {}).get("type"))) or _ANY
    listed = (io or {}).get("isList")
    is_list = isinstance(listed, Lit) and str(listed.value).lower() in TRUE_WORDS
    return f"List[{found}]" if is_list else found
