"""Turns the fields a table cannot say into IR: params, versions, shortcuts, mounts."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import allowed, nearest
from pxc.grammar import embedded
from pxc.grammar.build import Builder, key_name
from pxc.grammar.declarations import PARAM_FIELDS
from pxc.grammar.kubernetes import kubernetes_object
from pxc.grammar.runtime_kinds import read_run
from pxc.grammar.scalars import is_template, read_template, scalar_text
from pxc.grammar.shape import unknown_kind, wrong_type
from pxc.grammar.shapes import Anything, Text
from pxc.ir.io import Param
from pxc.ir.node import FALSE_WORDS, TRUE_WORDS, Hole, Invalid, Lit, Map, Seq, Template, is_null
from pxc.ir.spec import Mount

_ANY = Anything()

_LONG = {**PARAM_FIELDS, **{field.attribute: field for field in PARAM_FIELDS.values()}}

_NO_EXPRESSIONS = {"", *TRUE_WORDS, *FALSE_WORDS}


def _param(builder: Builder, node: Any, what: str) -> Any:
    """A param, short (`lr: 0.1`) or long (`lr: {value: 0.1}`)."""
    if not isinstance(node, Map) or not any(key_name(k) in _LONG for k, _ in node.entries):
        if isinstance(node, Map) and not node.entries:
            return Param(node.span, None, short=True)
        return Param(node.span, builder.anything(_ANY, node, what), short=True)
    values: dict[str, Any] = {}
    for key, value in node.entries:
        name = key_name(key)
        if name not in _LONG:
            near = nearest(str(name), list(PARAM_FIELDS))
            builder.report.add(
                "PXC102" if near else "PXC101",
                f"`{name}` is not a field of a param",
                key.span,
                help=f"fields: {allowed(list(PARAM_FIELDS))}; a map that is the"
                " value itself goes under `value`",
            )
            continue
        field = _LONG[name]
        values[field.attribute] = builder.build(field.shape, value, str(name))
    return Param(node.span, **values)


def _connection_name(builder: Builder, node: Any, what: str) -> Any:
    if isinstance(node, Map):
        builder.report.add(
            "PXC106",
            f"`{what}` takes the name of a connection, not its definition",
            node.entries[0][0].span if node.entries else node.span,
            help="define the connection in the catalog and write its name here",
        )
        return Invalid(node.span)
    return builder.build(Text(), node, what)


def _version(builder: Builder, node: Any, what: str) -> Any:
    value = node.value if isinstance(node, Lit) else None
    try:
        number = float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        number = None
    if number is None or isinstance(value, bool):
        wrong_type(node, "version", "a number", builder.report, help="write `version: 1.1`")
        return Invalid(node.span)
    if number != 1.1:
        builder.report.add(
            "PXC111",
            f"version `{value}` is read as 1.1",
            node.span,
            help="write `version: 1.1`",
        )
    return node


def _document_kind(builder: Builder, node: Any, what: str) -> Any:
    value = node.value if isinstance(node, Lit) else None
    if value in ("component", "operation"):
        return value
    if not isinstance(value, str):
        wrong_type(node, "kind", "text", builder.report)
    else:
        unknown_kind(node, "document", ("component", "operation"), "PXC108", builder.report)
    return None


def _raw_map(builder: Builder, node: Any, what: str) -> Any:
    if isinstance(node, Map):
        return node
    wrong_type(node, what, "a map", builder.report)
    return Invalid(node.span)


def _component(builder: Builder, node: Any, what: str) -> Any:
    if not isinstance(node, Map):
        wrong_type(node, what, "a map", builder.report)
        return Invalid(node.span)
    from pxc.grammar.documents import build_document

    return build_document(node, builder.report, nested=True)


def _container(builder: Builder, node: Any, what: str) -> Any:
    if is_template(node):
        return read_template(node, False, what, "map", builder.report)
    if not isinstance(node, Map):
        wrong_type(node, what, "a map with an `image`", builder.report)
        return Invalid(node.span)
    return kubernetes_object(node, "V1Container", builder.report, where=what)


def _cmd(builder: Builder, node: Any, what: str) -> Any:
    """`cmd`: a shell line or a list of them, none blank."""
    lines = node.items if isinstance(node, Seq) else (node,)
    built = tuple(builder.build(Text(), line, what) for line in lines)
    for line in built:
        if is_null(line) or (isinstance(line, Lit) and not str(line.value).strip()):
            builder.report.add("PXC105", "`cmd` must not be blank", line.span)
            return Invalid(node.span)
    return Seq(node.span, built)


def _env(builder: Builder, node: Any, what: str) -> Any:
    """`env` shortcut: a map of texts; other scalars are refused with the way to quote them."""
    if not isinstance(node, Map):
        wrong_type(node, what, "a map of name to text", builder.report)
        return Invalid(node.span)
    entries = []
    for key, value in node.entries:
        built = builder.build(Text(), value, f"env.{key_name(key)}")
        if is_null(built):
            wrong_type(value, f"env.{key_name(key)}", "text", builder.report, help='quote it: ""')
            built = Invalid(value.span)
        entries.append((key, built))
    return Map(node.span, tuple(entries))


def _mount(builder: Builder, node: Any, what: str) -> Any:
    if isinstance(node, Lit) and isinstance(node.value, str):
        source, _, target = node.value.partition(":")
        return Mount(node.span, Lit(node.span, source), Lit(node.span, target) if target else None)
    if not isinstance(node, Map):
        wrong_type(node, what, "`source:destination` or a map of `from` and `to`", builder.report)
        return Invalid(node.span)
    names = {"from": "path_from", "to": "path_to", "path_from": "path_from", "path_to": "path_to"}
    values: dict[str, Any] = {}
    for key, value in node.entries:
        attribute = names.get(str(key_name(key)))
        if attribute is None:
            builder.report.add(
                "PXC101", f"`{key_name(key)}` is not a field of `mount`", key.span,
                help="fields: `from`, `to`",
            )  # fmt: skip
        else:
            values[attribute] = builder.build(Text(), value, str(key_name(key)))
    return Mount(node.span, **values)


def _path_pair(builder: Builder, node: Any, what: str) -> Any:
    """A path, or a pair `[from, to]`."""
    if isinstance(node, Seq):
        if len(node.items) != 2:
            wrong_type(node, what, "a path or a pair `[from, to]`", builder.report)
            return Invalid(node.span)
        return Seq(node.span, tuple(builder.build(Text(), i, what) for i in node.items))
    return builder.build(Text(), node, what)


def _revision(builder: Builder, node: Any, what: str) -> Any:
    """Text that people leave unquoted: `revision: 1.10`; the author's own spelling is kept."""
    if isinstance(node, Lit) and not isinstance(node.value, str | bool) and node.value is not None:
        builder.report.withdraw("PXC008", node.span)
        return Lit(node.span, node.span.text if node.plain else scalar_text(node.value))
    return builder.build(Text(), node, what)


def _conditions(builder: Builder, node: Any, what: str) -> Any:
    """`conditions`: an expression, with its braces or, as the documentation writes it, without."""
    bare = isinstance(node, Lit) and isinstance(node.value, str) and not is_template(node)
    if not bare or node.value.strip().lower() in _NO_EXPRESSIONS:
        return builder.build(Text(), node, what)
    from pxc.grammar.expression import parse_expression
    from pxc.grammar.template_places import places

    expr = parse_expression(node.value, places(node), builder.report)
    if expr is None:
        return Invalid(node.span)
    return Template(node.span, node.value, (Hole(node.span, expr),), expects="text")


def _mode(builder: Builder, node: Any, what: str) -> Any:
    if isinstance(node, Lit) and isinstance(node.value, int) and node.value is not True:
        return Lit(node.span, node.span.text if node.plain else scalar_text(node.value))
    return builder.build(Text(), node, what)


SPECIALS: dict[str, Any] = {
    "param": _param,
    "connection name": _connection_name,
    "version": _version,
    "document kind": _document_kind,
    "run": read_run,
    "raw map": _raw_map,
    "component": _component,
    "container": _container,
    "cmd": _cmd,
    "env": _env,
    "resources": embedded.read_resources,
    "mount": _mount,
    "duration": embedded.read_frequency,
    "event ref": embedded.read_event_ref,
    "hub ref": embedded.read_hub_ref,
    "base hub ref": embedded.read_base_hub_ref,
    "query": embedded.read_query,
    "sort": embedded.read_sort,
    "search space": embedded.read_space,
    "path pair": _path_pair,
    "revision": _revision,
    "mode": _mode,
    "conditions": _conditions,
}
