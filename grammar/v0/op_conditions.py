"""Turns the condition of an operation of version 0 into a trigger, or into an expression."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from pxc.diagnostics import Report
from pxc.grammar.v0.op_params import Reference, reference, referring
from pxc.grammar.v0.pipeline_language import CONDITION
from pxc.grammar.v0.schedule import kind_section
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, made, pair
from pxc.ir.node import Lit, Map, Seq, plain
from pxc.source import Span

__all__ = ["Condition", "condition"]

_OUTPUT = re.compile(r"[-a-zA-Z0-9_]+")
_OPERATORS = {"eq": "==", "ne": "!="}
_BRACES = ("{{", "}}", "{%", "%}")
_WORDS = {
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None",
    "globals", "params", "inputs", "outputs", "connections", "artifacts", "init", "dag", "matrix",
}  # fmt: skip
"""What means something else in an expression."""
_ALONE = "give the condition to an operation of its own, which waits for that operation alone"

OutputType = Callable[[str, str], str | None]
"""The type that the template of an operation declares for an output, None where it is not known."""


class Condition(NamedTuple):
    """What a condition comes to: fields of the operation, its params, and whom it waits for."""

    trigger: Pair | None = None
    conditions: Pair | None = None
    params: tuple[Pair, ...] = ()
    upstreams: tuple[Lit[str], ...] = ()


def condition(
    operation: Section, upstreams: Collection[str], params: Sequence[Pair], type_of: OutputType
) -> Condition:
    """The condition of an operation which waits for `upstreams`, and has these `params` already.

    PXC957 for what a trigger and an expression over outputs cannot say.
    """
    entry, trigger = operation.entry("conditions"), _lower(operation.entry("trigger"))
    if entry is None:
        return Condition(trigger)
    report = operation.report
    section = kind_section(CONDITION, entry[1], report)
    names = (
        {"op", "trigger"}
        if section and "trigger" in section.model.fields
        else {"op", "exp", "params"}
    )
    if section is None or not names <= section.entries.keys():
        return Condition(trigger)
    if "trigger" in names:
        return _of_status(section, trigger, upstreams, entry[0].span)
    return _OfOutputs(section, params, type_of).condition(trigger, entry)


def _lower(entry: Pair | None) -> Pair | None:
    """A trigger in small letters, for the documentation wrote it in capitals."""
    if entry is None or not isinstance(entry[1], Lit) or entry[1].value.islower():
        return entry
    return (entry[0], made(entry[1].span, entry[1].value.lower()))


def _of_status(
    section: Section, trigger: Pair | None, upstreams: Collection[str], place: Span
) -> Condition:
    """A trigger that says the same as a trigger and the end of one operation together."""
    name, status = section.get("op"), section.get("trigger")
    assert name is not None
    assert status is not None
    waits: tuple[Lit[str], ...] = () if name.value in upstreams else (name,)
    given = str(trigger[1].value) if trigger is not None else None
    alone = set(upstreams) <= {name.value}
    same = _both(given, status.value, alone)
    if same is None:
        told = (
            f"the operation never starts: `trigger: {given}` and the condition exclude each other"
            if alone
            else f"no trigger waits for `{name.value}` to have {_said(status.value)} beside others"
        )
        section.report.add("PXC957", told, place, help="write one of the two" if alone else _ALONE)
        return Condition(trigger, upstreams=waits)
    kept = trigger if same == given else pair("trigger", made(status.span, same), place)
    return Condition(kept if same != "all_succeeded" or given else None, upstreams=waits)


def _said(status: str) -> str:
    return {"failed": "failed", "succeeded": "succeeded"}.get(status, "ended")


def _both(trigger: str | None, status: str, alone: bool) -> str | None:
    """The trigger that holds when a trigger and the status of one upstream do; None when none does.

    Where there are others, a trigger has to say all of it already: a status that it implies.
    """
    how, _, wants = (trigger or "all_succeeded").partition("_")
    if not alone:
        implied = how == "all" and status in ("done", wants)
        return f"all_{wants}" if implied else None
    if trigger is None or wants in ("done", status):
        return f"all_{status}" if trigger is None or wants != status else trigger
    return trigger if status == "done" else None


class _OfOutputs:
    """An expression over outputs, each of which comes by a param."""

    def __init__(self, section: Section, params: Sequence[Pair], type_of: OutputType) -> None:
        self.section = section
        self.given = params
        self.type_of = type_of
        self.params: list[Pair] = []

    def condition(self, trigger: Pair | None, entry: Pair) -> Condition:
        """All comparisons at once; nothing of them after reporting one that cannot be made."""
        owner, compares, pairs = (self.section.get(name) for name in ("op", "exp", "params"))
        assert owner is not None
        assert compares is not None
        assert pairs is not None
        told = []
        for item in pairs.items:
            found = _compared(item, owner, self.section.report)
            if found is None:
                return Condition(trigger)
            told.append(self.comparison(*found, _OPERATORS[compares.value]))
        if not told:
            return Condition(trigger)
        text = made(entry[1].span, "{{ " + " and ".join(told) + " }}")
        return Condition(trigger, (entry[0], text), tuple(self.params))

    def comparison(self, left: Reference, right: Reference | str, operator: str) -> str:
        """One comparison; an output of no known type is read as a number beside one."""
        name = self.name(left)
        if isinstance(right, Reference):
            return f"{name} {operator} {self.name(right)}"
        known = self.type_of(left.name, left.value.partition(".")[2])
        number = known is None and right[:1] in "-0123456789"
        return f"{name}{' | float' if number else ''} {operator} {right}"

    def name(self, output: Reference) -> str:
        """The param that brings an output: one of its own, or a new one for expressions alone."""
        for key, param in (*self.given, *self.params):
            if isinstance(key, Lit) and _readable(str(key.value)) and _brings(param, output):
                return str(key.value)
        name = self.free_name(output.value)
        only = pair("contextOnly", made(output.span, True))
        self.params.append(pair(name, referring(output, only), output.span))
        return name

    def free_name(self, value: str) -> str:
        """A name for an output that no param has, and that an expression can read."""
        taken = {key.value for key, _ in (*self.given, *self.params) if isinstance(key, Lit)}
        name = re.sub(r"\W", "_", value.rpartition(".")[2], flags=re.ASCII)
        name = name if _readable(name) else f"output_{name}"
        found, count = name, 2
        while found in taken:
            found, count = f"{name}_{count}", count + 1
        return found


def _readable(name: str) -> bool:
    """Whether an expression can read a param by this name."""
    return name.isidentifier() and name not in _WORDS


def _brings(param: Any, output: Reference) -> bool:
    ref, value = (
        (plain(param.get(field)) for field in ("ref", "value"))
        if isinstance(param, Map)
        else ("", "")
    )
    return ref == f"ops.{output.name}" and value == output.value


def _compared(
    item: Any, owner: Lit[str], report: Report
) -> tuple[Reference, Reference | str] | None:
    """An output and what it is compared with: another one, or the text of a literal."""
    if not isinstance(item, Seq) or len(item.items) != 2:
        _refuse(
            "a condition on outputs is a list of pairs",
            item.span,
            "write `[[OUTPUT, VALUE]]`",
            report,
        )
        return None
    output, value = item.items
    left = _output(output, owner, report)
    right = _value(value, report)
    return None if left is None or right is None else (left, right)


def _output(node: Any, owner: Lit[str], report: Report) -> Reference | None:
    """An output of the operation that is asked, by its name or in the form of a reference."""
    text = node.value if isinstance(node, Lit) else None
    if isinstance(text, str) and "{{" in text:
        return reference(node, report)
    if isinstance(text, str):
        own = text.removeprefix(f"{owner.value}.").removeprefix("outputs.")
        if _OUTPUT.fullmatch(own):
            return Reference(str(owner.value), f"outputs.{own}", node.span)
    said = f"`{text}`" if isinstance(text, str) else "this"
    _refuse(
        f"{said} is no name of an output", node.span, f"write an output of `{owner.value}`", report
    )
    return None


def _value(node: Any, report: Report) -> Reference | str | None:
    if isinstance(node, Lit) and isinstance(node.value, str) and "{{" in node.value:
        return reference(node, report)
    if isinstance(node, Lit) and isinstance(node.value, bool | int | float | str):
        text = str(node.value)
        if not any(brace in text for brace in _BRACES):
            return json.dumps(node.value, ensure_ascii=False)
    _refuse(
        "an output is compared with a number, a text or a boolean", node.span,
        "write the value itself, or the output of another operation in braces", report,
    )  # fmt: skip
    return None


def _refuse(message: str, span: Span, help: str, report: Report) -> None:
    report.add("PXC957", message, span, help=help)
