"""Turns one connection of a catalog file into the connection that passes see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.ir.node import Invalid, Lit, Map, Seq, is_null
from pxc.ir.program import Connection
from pxc.source import Span

__all__ = ["ARTIFACT_KINDS", "KINDS", "build_connection", "check_keys", "text_of"]

_BUCKETS = ("gcs", "s3", "wasb")
ARTIFACT_KINDS = ("host_path", "volume_claim", *_BUCKETS)
"""Kinds that can hold a run's artifacts."""

KINDS = (
    *ARTIFACT_KINDS, "registry", "git", "ssh", "aws", "gcp", "azure",
    "mysql", "postgres", "oracle", "vertica", "sqlite", "mssql", "redis", "presto", "mongo",
    "cassandra", "snowflake", "cloudant", "databricks",
    "ftp", "grpc", "hdfs", "http", "samba", "jdbc",
    "pig_cli", "hive_cli", "hive_metastore", "hive_server2", "jenkins", "segment",
    "slack", "teams", "email", "discord", "mattermost", "pagerduty", "hipchat", "webhook",
    "custom",
)  # fmt: skip
"""Every kind of connection. Source: Polyaxon's connection kinds."""

_NAME = re.compile(r"[A-Za-z0-9]([-_A-Za-z0-9]{0,61}[A-Za-z0-9])?")

Check = Callable[[Any, str, Report], None]


def _fault(report: Report, message: str, span: Span, help: str | None = None) -> None:
    report.add("PXC810", message, span, help=help)


def _is_text(node: Any, what: str, report: Report) -> None:
    if not isinstance(node, Lit) or not isinstance(node.value, str) or not node.value:
        _fault(report, f"{what} must be text", node.span)


def _is_path(node: Any, what: str, report: Report) -> None:
    if not isinstance(node, Lit) or not str(node.value).startswith("/"):
        _fault(report, f"{what} must be an absolute path", node.span, "start it with `/`")


def _is_bool(node: Any, what: str, report: Report) -> None:
    if not isinstance(node, Lit) or not isinstance(node.value, bool):
        _fault(report, f"{what} must be `true` or `false`", node.span)


def _is_text_list(node: Any, what: str, report: Report) -> None:
    if not isinstance(node, Seq):
        _fault(report, f"{what} must be a list of text", node.span)
        return
    for item in node.items:
        _is_text(item, f"each of {what}", report)


def _is_mode(node: Any, what: str, report: Report) -> None:
    value = node.value if isinstance(node, Lit) else None
    is_octal = isinstance(value, str) and re.fullmatch(r"(0o?)?[0-7]{3,4}", value) is not None
    if not is_octal and (not isinstance(value, int) or isinstance(value, bool)):
        _fault(report, f"{what} must be a file mode", node.span, 'such as `"0644"`')


def _is_env(node: Any, what: str, report: Report) -> None:
    """The three ways an environment is written: a map, `[name, value]` pairs, `{name, value}`."""
    if isinstance(node, Map):
        _is_text_map(node, what, report)
    elif isinstance(node, Seq):
        for item in node.items:
            _is_env_item(item, what, report)
    else:
        _fault(report, f"{what} must be a map or a list", node.span)


def _is_env_item(item: Any, what: str, report: Report) -> None:
    if isinstance(item, Map):
        check_keys(item, ("name", "value", "valueFrom"), ("name",), f"an entry of {what}", report)
    elif not isinstance(item, Seq) or len(item.items) != 2:
        _fault(
            report,
            f"an entry of {what} must be a name and a value",
            item.span,
            "write `{name: NAME, value: VALUE}`",
        )


def _is_text_map(node: Any, what: str, report: Report) -> None:
    if not isinstance(node, Map):
        _fault(report, f"{what} must be a map", node.span)
        return
    for key, value in node:
        if not isinstance(value, Lit) or value.value is None:
            _fault(report, f"`{text_of(key)}` of {what} must be text", value.span)


class _Shape(Struct, frozen=True):
    """The keys of a map, each with its check."""

    checks: dict[str, Check]
    required: tuple[str, ...] = ()


_MOUNT = {"mountPath": _is_path, "readOnly": _is_bool}
_REPOSITORY = _Shape({"url": _is_text, "revision": _is_text, "flags": _is_text_list})

_SCHEMAS = {
    "host_path": _Shape({"hostPath": _is_path, **_MOUNT}, ("hostPath", "mountPath")),
    "volume_claim": _Shape({"volumeClaim": _is_text, **_MOUNT}, ("volumeClaim", "mountPath")),
    **dict.fromkeys(_BUCKETS, _Shape({"bucket": _is_text}, ("bucket",))),
    "registry": _Shape({"url": _is_text, "insecure": _is_bool}, ("url",)),
    "git": _REPOSITORY,
    "ssh": _REPOSITORY,
}
"""Schemas by kind; a kind that is missing here takes any map."""

_RESOURCE = _Shape(
    {
        "name": _is_text,
        "mountPath": _is_path,
        "items": _is_text_list,
        "defaultMode": _is_mode,
        "hostPath": _is_path,
        "isRequested": _is_bool,
    },
    ("name",),
)

_FIELDS = (
    "name", "kind", "description", "tags", "schema", "secret", "configMap", "env", "annotations",
    "isAlias",
)  # fmt: skip


def build_connection(
    node: Any, report: Report, *, name: Lit[str] | None = None
) -> Connection | None:
    """A connection from its map, or None when it has no usable name or kind.

    `name` is given when the name is written outside the map. Every fault is a PXC810.
    Source: specification of connections, sections 1 to 3.
    """
    if isinstance(node, Invalid):
        return None
    if not isinstance(node, Map):
        _fault(report, "a connection must be a map", node.span, "write `name`, `kind` and `schema`")
        return None
    required = ("kind",) if name is not None else ("name", "kind")
    known = tuple(f for f in _FIELDS if f != "name" or name is None)
    check_keys(node, known, required, "a connection", report)
    named = _name(name if name is not None else node.get("name"), report)
    kind = _kind(node.get("kind"), report)
    if named is None or kind is None:
        return None
    for key, check in (
        ("tags", _is_text_list), ("env", _is_env), ("annotations", _is_text_map),
    ):  # fmt: skip
        if (value := _given(node, key)) is not None:
            check(value, f"`{key}`", report)
    for key in ("secret", "configMap"):
        _check_map(_given(node, key), _RESOURCE, f"`{key}`", report)
    _check_schema(node, kind, report)
    tags, description = _given(node, "tags"), _given(node, "description")
    return Connection(
        node.span,
        name=named.value,
        kind=kind,
        schema=_given(node, "schema"),
        secret=_given(node, "secret"),
        config_map=_given(node, "configMap"),
        env=_given(node, "env"),
        annotations=_given(node, "annotations"),
        tags=tuple(text_of(t) for t in tags.items) if isinstance(tags, Seq) else (),
        description=text_of(description) if isinstance(description, Lit) else "",
    )


def check_keys(
    node: Map, known: Iterable[str], required: Iterable[str], what: str, report: Report
) -> None:
    """Report keys that are not known and required ones that are missing or null."""
    names = tuple(known)
    for key, _ in node:
        text = text_of(key)
        if text not in names:
            near = nearest(text, names)
            hint = f"did you mean `{near}`?" if near else f"keys: {allowed(names)}"
            _fault(report, f"`{text}` is not a key of {what}", key.span, hint)
    for name in required:
        value = node.get(name)
        if value is None or is_null(value):
            place = node.key(name) or (node.entries[0][0] if node.entries else node)
            _fault(report, f"{what} needs `{name}`", place.span, f"add `{name}`")


def text_of(node: Any) -> str:
    """What an author wrote as a key or a scalar."""
    return str(node.value) if isinstance(node, Lit) else str(node.span.text)


def _given(node: Map, key: str) -> Any | None:
    value = node.get(key)
    return None if value is None or is_null(value) or isinstance(value, Invalid) else value


def _name(node: Any, report: Report) -> Lit[str] | None:
    if node is None or is_null(node) or isinstance(node, Invalid):
        return None
    if not isinstance(node, Lit) or not isinstance(node.value, str):
        _fault(report, "the name of a connection must be text", node.span, "put it in quotes")
        return None
    if not _NAME.fullmatch(node.value):
        # targets make the names of volumes of it, templates reach it as an attribute
        _fault(
            report,
            f"`{node.value}` cannot be the name of a connection",
            node.span,
            "use up to 63 letters, digits, `-` and `_`, with a letter or digit at both ends",
        )
    return node


def _kind(node: Any, report: Report) -> str | None:
    if node is None or is_null(node) or isinstance(node, Invalid):
        return None
    kind = text_of(node)
    if kind in KINDS:
        return kind
    near = nearest(kind, KINDS)
    hint = f"did you mean `{near}`?" if near else f"kinds: {allowed(KINDS, len(KINDS))}"
    _fault(report, f"`{kind}` is not a kind of connection", node.span, hint)
    return None


def _check_schema(node: Map, kind: str, report: Report) -> None:
    schema = _given(node, "schema")
    shape = _SCHEMAS.get(kind)
    if shape is None:
        if schema is not None and not isinstance(schema, Map):
            _fault(report, "`schema` must be a map", schema.span)
    elif schema is not None:
        _check_map(schema, shape, f"the schema of a `{kind}` connection", report)
    elif shape.required:
        place = node.get("kind") or node
        keys = allowed(shape.required)
        report.add(
            "PXC810",
            f"a `{kind}` connection needs a `schema`",
            place.span,
            notes=(Note(f"its schema needs {keys}"),),
            help=f"add `schema` with {keys}",
        )


def _check_map(node: Any, shape: _Shape, what: str, report: Report) -> None:
    if node is None:
        return
    if not isinstance(node, Map):
        hint = f"write a map with {allowed(shape.required or shape.checks)}"
        _fault(report, f"{what} must be a map", node.span, hint)
        return
    check_keys(node, shape.checks, shape.required, what, report)
    for key, value in node:
        check = shape.checks.get(text_of(key))
        if check is not None and not is_null(value) and not isinstance(value, Invalid):
            check(value, f"`{text_of(key)}`", report)
