"""Turns a template and a scope into a value, or into what of it is left for the run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pxc.diagnostics import Fix, Report
from pxc.ir.expr import Binary, Const
from pxc.ir.node import Hole, Invalid, Lit, Map, Seq, Template
from pxc.passes.evaluation.budget import Budget
from pxc.passes.evaluation.evaluate import evaluate
from pxc.passes.evaluation.faults import EvaluationFault
from pxc.passes.evaluation.operators import text_of
from pxc.passes.evaluation.residual import const_of
from pxc.passes.evaluation.scope import Scope
from pxc.source import Span

Evaluated = Lit[Any] | Seq | Map | Template | Invalid
"""What a template becomes."""


def evaluate_template(
    template: Template, scope: Scope, report: Report, budget: Budget | None = None
) -> Evaluated:
    """The value of a template; a smaller template when a value of the run takes part in it.

    A template that is one hole keeps the type of its value; any other becomes text, printed as
    Jinja prints. Every faulty hole is reported (PXC302, 303, 304, 307, 314, 315, 607; PXC301 for
    the syntax of statements) and makes the result Invalid. Without a budget each template has its
    own.
    """
    budget = budget or Budget()
    try:
        if template.statements:
            from pxc.passes.evaluation.statements import render_statements

            parts = render_statements(template, scope, budget)
            return _joined(parts, template, budget)
        evaluated = _evaluate_holes(template.parts, scope, report, budget)
        if evaluated is None:
            return Invalid(template.span)
        if len(evaluated) == 1 and isinstance(hole := evaluated[0], Hole):
            return _typed(hole, template, budget)
        return _joined(evaluated, template, budget)
    except EvaluationFault as fault:
        report_fault(fault, report)
        return Invalid(template.span)


def report_fault(fault: EvaluationFault, report: Report) -> None:
    """Report what went wrong in an expression."""
    fix = None
    if fault.edit is not None:
        edit, span = fault.edit, fault.span
        if is_in_single_quotes(span):
            edit = edit.replace("'", '"')
        fix = Fix(f"write `{edit}`", ((span, edit),), safe=False)
    report.add(fault.code, fault.message, fault.span, label=fault.label, help=fault.help, fix=fix)


def is_in_single_quotes(span: Span) -> bool:
    """Whether the text of a place would end the quoted text it stands in by a single quote."""
    text = span.source.text
    before = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    return before.count("'") % 2 == 1


def _evaluate_holes(
    parts: tuple[str | Hole, ...], scope: Scope, report: Report, budget: Budget
) -> list[str | Hole] | None:
    """The parts with every expression folded; None when one was faulty. All faults are reported."""
    evaluated: list[str | Hole] | None = []
    for part in parts:
        if isinstance(part, Hole):
            if isinstance(part.expr, Invalid):
                evaluated = None
                continue
            try:
                value = evaluate(part.expr, scope, budget)
            except EvaluationFault as fault:
                report_fault(fault, report)
                evaluated = None
                continue
            part = Hole(part.span, const_of(value, part.expr.span))
        if evaluated is not None:
            evaluated.append(part)
    return evaluated


def _typed(hole: Hole, template: Template, budget: Budget) -> Evaluated:
    if not isinstance(hole.expr, Const):
        return Template(template.span, template.text, (hole,), expects=template.expects)
    budget.measure(hole.expr.value, hole.span)
    return node_of(hole.expr.value, template.span)


def node_of(value: Any, span: Span) -> Lit[Any] | Seq | Map:
    """Plain data as nodes that all have one place."""
    if isinstance(value, dict):
        entries = ((Lit(span, key), node_of(item, span)) for key, item in value.items())
        return Map(span, tuple(entries))
    if isinstance(value, list | tuple):
        return Seq(span, tuple([node_of(item, span) for item in value]))
    return Lit(span, value)


def _joined(parts: Iterable[str | Hole], template: Template, budget: Budget) -> Lit[Any] | Template:
    """The parts as one text, or as a template where the run has a say."""
    merged: list[str | Hole] = []
    texts: list[str] = []
    length = 0

    def flush() -> None:
        if text := "".join(texts):
            merged.append(text)
        texts.clear()

    for part in parts:
        for piece in _pieces(part):
            if isinstance(piece, Hole) and not isinstance(piece.expr, Const):
                flush()
                merged.append(piece)
                continue
            if isinstance(piece, Hole):
                assert isinstance(piece.expr, Const)
                piece = text_of(piece.expr.value, budget, piece.span)
            length += len(piece)
            texts.append(piece)
            if length > len(template.text):
                budget.text(length - len(template.text), template.span)
    flush()
    if not merged:
        return Lit(template.span, "")
    if len(merged) == 1 and isinstance(text := merged[0], str):
        return Lit(template.span, text)
    return Template(template.span, template.text, tuple(merged), expects=template.expects)


def _pieces(part: str | Hole) -> Iterable[str | Hole]:
    """A hole that joins texts (`'/a/' ~ x`) as the texts and holes it joins."""
    if isinstance(part, Hole) and isinstance(part.expr, Binary) and part.expr.op == "~":
        yield from _pieces(Hole(part.span, part.expr.left))
        yield from _pieces(Hole(part.span, part.expr.right))
    else:
        yield part
