"""Turns text with `{% %}` statements into text, by walking Jinja's syntax tree.

Jinja reads the text; nothing of Jinja runs. Expressions are those of every template, so they reach
plain data only, and every step, round and character is taken from the budget.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pxc.ir.expr import Const
from pxc.ir.node import Hole, Template
from pxc.passes.evaluation.budget import MAX_TEXT, Budget, too_large
from pxc.passes.evaluation.evaluate import evaluate
from pxc.passes.evaluation.faults import EvaluationFault, failed, kind, unsafe
from pxc.passes.evaluation.jinja_tree import TreeReader
from pxc.passes.evaluation.operators import text_of
from pxc.passes.evaluation.residual import is_expr
from pxc.passes.evaluation.scope import Scope
from pxc.source import Span

if TYPE_CHECKING:
    from jinja2 import nodes

_LINE_END = re.compile(r"\r\n|\r|\n")

MAX_SOURCE = 64 * 1024
MAX_BLOCKS = 40

_STATEMENTS = "the statements are `if`, `for`, `set`, `with`, `filter` and `raw`"

Part = str | Hole


def render_statements(template: Template, scope: Scope, budget: Budget) -> list[Part]:
    """The parts of the rendered text; holes are left where a value of the run is printed.

    Statements themselves (`if`, `for`, `set`) need values that are known now. Raises
    EvaluationFault: PXC301 for syntax, PXC307 for a value of the run in a statement, PXC607 for
    statements that are not offered, and what expressions raise.
    """
    if len(template.text) > MAX_SOURCE:
        raise too_large("a text with statements may have 64 KiB", template.span)
    places = _Lines(template)
    tree = _parse(template, places)
    renderer = _Renderer(TreeReader(places.line), budget, template.span)
    renderer.body(tree.body, scope, 0)
    return renderer.parts


def _parse(template: Template, places: _Lines) -> nodes.Template:
    from jinja2 import Environment, TemplateSyntaxError

    try:
        return Environment(autoescape=False).parse(template.text)
    except TemplateSyntaxError as error:
        message = (error.message or "it cannot be read").rstrip(".")
        raise EvaluationFault(
            "PXC301", f"the template is wrong: {message}", places.line(error.lineno)
        ) from None
    except RecursionError:
        raise too_large("the template is nested too deep", template.span) from None
    except ValueError:
        raise too_large("a number has too many digits", template.span) from None


class _Lines:
    """The places of the lines of a template, where its source spells them alike."""

    def __init__(self, template: Template) -> None:
        self._whole = template.span
        self._lines = _LINE_END.split(template.text)

    def line(self, number: int) -> Span:
        """The place of a line's text, or of the whole template where it is not found once."""
        whole = self._whole
        if not 0 < number <= len(self._lines):
            return whole
        wanted = self._lines[number - 1].strip()
        raw = whole.text
        at = raw.find(wanted) if wanted else -1
        if at < 0 or raw.find(wanted, at + 1) >= 0:
            return whole
        return Span(whole.source, whole.start + at, whole.start + at + len(wanted))


class _Renderer:
    """Walks statements and collects parts."""

    def __init__(self, reader: TreeReader, budget: Budget, span: Span) -> None:
        self.parts: list[Part] = []
        self.reader = reader
        self.budget = budget
        self.span = span
        self.length = 0

    def body(self, body: list[Any], scope: Scope, depth: int) -> Scope:
        """Render nodes one after the other; the scope after them (`set` changes it)."""
        if depth > MAX_BLOCKS:
            raise too_large(f"blocks are nested more than {MAX_BLOCKS} deep", self.span)
        for node in body:
            self.budget.spend(1, self.span)
            render = _RENDERERS.get(type(node).__name__)
            if render is None:
                name = type(node).__name__.lower()
                message = f"`{name}` is not part of templates"
                raise unsafe(self.reader.span(node), message, _STATEMENTS)
            scope = render(self, node, scope, depth)
        return scope

    def add(self, text: str) -> None:
        """Add text."""
        self.length += len(text)
        self.budget.text(len(text), self.span)
        if self.length > MAX_TEXT:
            raise too_large("the rendered text is larger than 256 KiB", self.span)
        self.parts.append(text)

    def value(self, node: nodes.Node, scope: Scope) -> Any:
        """A value that a statement needs now. Raises EvaluationFault."""
        found = evaluate(self.reader.read(node), scope, self.budget)
        if is_expr(found):
            raise EvaluationFault(
                "PXC307", "a statement needs a value that is known before the run",
                self.reader.span(node), "print the value with `{{ }}`, outside of statements",
            )  # fmt: skip
        return found

    def output(self, node: nodes.Output, scope: Scope, depth: int) -> Scope:
        from jinja2.nodes import TemplateData

        for child in node.nodes:
            if isinstance(child, TemplateData):
                self.add(child.data)
                continue
            expr = self.reader.read(child)
            found = evaluate(expr, scope, self.budget)
            if is_expr(found):
                self.budget.spend(1, expr.span)
                self.parts.append(Hole(expr.span, found))
            else:
                self.add(text_of(found, self.budget, expr.span))
        return scope

    def if_(self, node: nodes.If, scope: Scope, depth: int) -> Scope:
        if self.value(node.test, scope):
            return self.body(node.body, scope, depth + 1)
        for other in node.elif_:
            if self.value(other.test, scope):
                return self.body(other.body, scope, depth + 1)
        return self.body(node.else_, scope, depth + 1)

    def for_(self, node: nodes.For, scope: Scope, depth: int) -> Scope:
        span = self.reader.span(node)
        if node.recursive:
            raise unsafe(span, "a recursive `for` is not part of templates")
        items = self._rounds(node, scope, span)
        if not items:
            self.body(node.else_, scope, depth + 1)
        for index, names in enumerate(items):
            loop = {
                "index": index + 1, "index0": index, "first": index == 0,
                "revindex": len(items) - index, "revindex0": len(items) - index - 1,
                "last": index == len(items) - 1, "length": len(items), "depth": 1, "depth0": 0,
            }  # fmt: skip
            self.body(node.body, scope.with_names({"loop": loop, **names}), depth + 1)
        return scope

    def _rounds(self, node: nodes.For, scope: Scope, span: Span) -> list[dict[str, Any]]:
        """The names that each round of a loop binds; rounds whose `if` fails are left out."""
        found = self._iterated(node.iter, scope, span)
        rounds = []
        for item in found:
            self.budget.spend(1 + len(scope.names) // 16, span)
            names = self._bind(node.target, item)
            if node.test is None or self.value(node.test, scope.with_names(names)):
                rounds.append(names)
        return rounds

    def _iterated(self, node: nodes.Node, scope: Scope, span: Span) -> Any:
        from jinja2.nodes import Call, Name

        if isinstance(node, Call) and isinstance(node.node, Name) and node.node.name == "range":
            if node.kwargs or node.dyn_args or node.dyn_kwargs:
                raise failed(span, "`range` takes numbers only")
            bounds = [self.value(arg, scope) for arg in node.args]
            try:
                numbers = range(*bounds)
            except (TypeError, ValueError):
                raise failed(span, "`range` takes one to three whole numbers") from None
            try:
                self.budget.spend(len(numbers), span)
            except OverflowError:
                raise too_large("the range is too long", span) from None
            return numbers
        value = self.value(node, scope)
        if not isinstance(value, str | list | tuple | dict):
            raise failed(span, f"`for` needs a list, not {kind(value)}")
        self.budget.spend(len(value), span)
        return value

    def set_(self, node: nodes.Assign, scope: Scope, depth: int) -> Scope:
        return scope.with_names(self._bind(node.target, self.value(node.node, scope)))

    def set_block(self, node: nodes.AssignBlock, scope: Scope, depth: int) -> Scope:
        text = self._captured(node.body, scope, depth)
        if node.filter is not None:
            text = self._filtered(node.filter, text, scope)
        return scope.with_names(self._bind(node.target, text))

    def filter_block(self, node: nodes.FilterBlock, scope: Scope, depth: int) -> Scope:
        text = self._captured(node.body, scope, depth)
        found = self._filtered(node.filter, text, scope)
        self.add(text_of(found, self.budget, self.reader.span(node)))
        return scope

    def _filtered(self, node: nodes.Filter, text: str, scope: Scope) -> Any:
        expr = self.reader.read_filter(node, Const(self.reader.span(node), text))
        return evaluate(expr, scope, self.budget)

    def _captured(self, body: list[Any], scope: Scope, depth: int) -> str:
        outer, self.parts = self.parts, []
        self.body(body, scope, depth + 1)
        inner, self.parts = self.parts, outer
        texts = []
        for part in inner:
            if isinstance(part, Hole):
                raise EvaluationFault(
                    "PXC307", "a block that is kept needs values known before the run", part.span
                )
            texts.append(part)
        return "".join(texts)

    def with_(self, node: nodes.With, scope: Scope, depth: int) -> Scope:
        inner = scope
        for target, value in zip(node.targets, node.values, strict=True):
            inner = inner.with_names(self._bind(target, self.value(value, scope)))
        self.body(node.body, inner, depth + 1)
        return scope

    def _bind(self, target: Any, value: Any) -> dict[str, Any]:
        """The names that an assignment gives values to."""
        from jinja2.nodes import Name, Tuple

        if isinstance(target, Name):
            return {target.name: value}
        span = self.reader.span(target)
        if not isinstance(target, Tuple):
            raise unsafe(span, "only names can be set")
        if not isinstance(value, str | list | tuple | dict):
            raise failed(span, f"{kind(value)} cannot be taken apart into names")
        if len(value) != len(target.items):
            raise failed(span, f"{len(target.items)} names for {len(value)} values")
        names: dict[str, Any] = {}
        for part, item in zip(target.items, value, strict=True):
            names.update(self._bind(part, item))
        return names


Render = Callable[[_Renderer, Any, Scope, int], Scope]

_RENDERERS: dict[str, Render] = {
    "Output": _Renderer.output, "If": _Renderer.if_, "For": _Renderer.for_,
    "Assign": _Renderer.set_, "AssignBlock": _Renderer.set_block, "With": _Renderer.with_,
    "FilterBlock": _Renderer.filter_block,
}  # fmt: skip
