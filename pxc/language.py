"""Hands the grammar, and the evaluator that cells need, to whoever may import neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pxc.diagnostics import Report
from pxc.ir.node import Lit, Map, Template, Value
from pxc.ir.run import Replica, Run
from pxc.ir.spec import Operation
from pxc.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from pxc.ir.join import Order, Query
    from pxc.ir.sweep import Sweep

__all__ = ["PolyaxonLanguage"]


class PolyaxonLanguage:
    """The grammar behind the protocol that passes see; `release` is the one whose rules hold."""

    def __init__(self, release: str | None = None) -> None:
        self._release = release

    def read_operation(self, source: Source, report: Report, *, preset: bool) -> Operation | None:
        """See `pxc.world.Language`."""
        from pxc.grammar.documents import build_operation

        tree = _tree_of(source, report)
        if tree is None:
            return None
        if not preset and _may_be_v0(tree):
            tree = _brought_up(tree, report)
            if tree is None:
                return None
        built = build_operation(tree, report, preset=preset)
        if self._release is not None:
            from pxc.grammar.check_release import check_release

            check_release(tree, self._release, report, preset=preset)
        return built

    def build_run(self, kind: str, fields: Any, report: Report) -> Run | Replica | None:
        """See `pxc.world.Language`."""
        from pxc.grammar.runtime_kinds import build_run

        return build_run(kind, fields, report)

    def quantity_fault(self, text: str) -> str | None:
        """See `pxc.world.Language`."""
        from pxc.grammar.quantity import check_quantity

        fault = check_quantity(text)
        return fault.message if fault is not None else None

    def quantity(self, text: str) -> Decimal | None:
        """See `pxc.world.Language`."""
        from pxc.grammar.quantity import QuantityFault, parse_quantity

        amount = parse_quantity(text)
        return None if isinstance(amount, QuantityFault) else amount

    def interval_seconds(self, text: str) -> Decimal | str:
        """See `pxc.world.Language`."""
        from pxc.grammar.duration import parse_interval
        from pxc.grammar.embedded_fault import Fault

        parsed = parse_interval(text)
        return parsed.message if isinstance(parsed, Fault) else parsed

    def read_documents(self, source: Source, report: Report) -> Iterator[Map]:
        """See `pxc.catalog.ReadsObjects`."""
        from pxc.grammar.yaml_tree import read_documents

        return read_documents(source, report)

    def duration_seconds(self, text: str) -> Decimal | str:
        """See `pxc.catalog.ReadsObjects`; a number is of seconds."""
        from pxc.grammar.duration import parse_interval, parse_kubernetes_duration
        from pxc.grammar.embedded_fault import Fault

        parsed = parse_interval(text) if text.isdecimal() else parse_kubernetes_duration(text)
        return parsed.message if isinstance(parsed, Fault) else parsed

    def query(self, written: Lit[Any] | Template) -> Query | str:
        """See `pxc.world.Language`."""
        from pxc.grammar.query_tree import query_of

        return query_of(written)

    def order(self, written: Lit[Any]) -> tuple[Order, ...] | str:
        """See `pxc.world.Language`."""
        from pxc.grammar.query_tree import order_of

        return order_of(written)

    def parse_value(self, text: str, span: Span) -> Value:
        """See `pxc.world.Language`; a faulty template is kept as the text it is."""
        from pxc.grammar.template import parse_template

        lit: Lit[str] = Lit(span, text)
        parsed = parse_template(lit, Report())
        return parsed if isinstance(parsed, Lit | Template) else lit

    def cell_filler(self, sweep: Sweep) -> Callable[[Template, tuple[Any, ...], Report], Any]:
        """See `pxc.world.Language`."""
        from pxc.passes.fill_cells import CellFiller

        return CellFiller(sweep, self).fill


def _tree_of(source: Source, report: Report) -> Map | None:
    """The root map of a text, or of what a program handed over."""
    if source.authored is not None:
        from pxc.grammar.python.read_document import read_document

        return read_document(source, source.authored, report)
    from pxc.grammar.yaml_tree import read_yaml

    return read_yaml(source, report)


def _may_be_v0(tree: Map) -> bool:
    """Whether a root is worth the question which version it follows; few are."""
    kind = tree.get("kind")
    return not isinstance(kind, Lit) or kind.value not in ("component", "operation")


def _brought_up(tree: Map, report: Report) -> Map | None:
    """A root of version 0 as one of version 1.1, with PXC901; any other as it is."""
    from pxc.grammar.v0 import is_v0

    if not is_v0(tree):
        return tree
    from pxc.grammar.v0.migrate import migrate

    place = tree.get("kind") or tree.key("version") or tree.entries[0][0]
    report.add(
        "PXC901",
        "the file is read as version 0 of the specification",
        place.span,
        help="`pxc migrate` rewrites it for version 1.1",
    )
    migrated = migrate(tree, report)
    tree.span.source.rewritten = True
    return migrated
