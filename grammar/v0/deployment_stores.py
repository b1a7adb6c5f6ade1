"""Turns one entry of a v0 deployment's persistence into the fields of a connection."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report, allowed, nearest
from pxc.grammar.v0.tree import Pair, listed, made, mapped, pair, renamed
from pxc.ir.node import Lit, Map, is_null
from pxc.source import Span

__all__ = ["store_of"]

_VOLUMES = {"existingClaim": ("volume_claim", "volumeClaim"), "hostPath": ("host_path", "hostPath")}
_BUCKETS = {"gcs": "gcs", "s3": "s3", "azure": "wasb"}
_OF_CLAIMS = frozenset({"accessMode", "enabled", "size", "storageClass", "subPath"})
"""What older charts said of the claim itself, which is there already."""

_FIELDS = (
    "mountPath", "existingClaim", "hostPath", "store", "bucket", "secret", "secretKey", "readOnly",
)  # fmt: skip
_KEYS_AT = "/plx-context/.gc"


def store_of(name: str, node: Any, report: Report) -> tuple[Pair, ...] | None:
    """`kind`, `schema`, `secret` and `env` of a connection; None after PXC968."""
    if not isinstance(node, Map):
        _refuse(f"`{name}` must be a map", node.span, report)
        return None
    given = {k.value: (k, v) for k, v in node.entries if isinstance(k, Lit) and not is_null(v)}
    for key, (place, _) in given.items():
        if key not in _FIELDS and key not in _OF_CLAIMS:
            near = nearest(str(key), _FIELDS)
            report.add(
                "PXC966",
                f"`{key}` is no setting of a volume or a bucket",
                place.span,
                help=f"did you mean `{near}`?" if near else f"settings: {allowed(_FIELDS)}",
            )
    ways = [key for key in ("existingClaim", "hostPath", "store") if key in given]
    if len(ways) != 1:
        says = "says neither a claim, nor a path, nor a bucket" if not ways else (
            f"says both `{ways[0]}` and `{ways[1]}`"
        )  # fmt: skip
        _refuse(f"`{name}` {says}", node.span if not ways else given[ways[1]][0].span, report)
        return None
    return _bucket(name, given, report) if ways == ["store"] else _volume(name, given, ways, report)


def _refuse(message: str, span: Span, report: Report) -> None:
    report.add(
        "PXC968",
        message,
        span,
        help="give it one of `existingClaim`, `hostPath` and `store`, as version 0 asked for",
    )


def _volume(
    name: str, given: dict[Any, Any], ways: list[str], report: Report
) -> tuple[Pair, ...] | None:
    kind, field = _VOLUMES[ways[0]]
    entry = given[ways[0]]
    if "mountPath" not in given:
        report.add(
            "PXC968",
            f"`{name}` does not say where it is mounted",
            entry[0].span,
            help="add `mountPath`",
        )
        return None
    fields = [renamed(field, entry), given["mountPath"]]
    if "readOnly" in given:
        fields.append(given["readOnly"])
    place = entry[0].span
    return (pair("kind", made(place, kind)), pair("schema", mapped(place, fields), place))


def _bucket(name: str, given: dict[Any, Any], report: Report) -> tuple[Pair, ...] | None:
    place, store = given["store"]
    kind = _BUCKETS.get(store.value) if isinstance(store, Lit) else None
    if kind is None or "bucket" not in given:
        missing = (
            "has no `bucket`" if kind else f"is in a store that is none of {allowed(_BUCKETS)}"
        )
        report.add("PXC968", f"`{name}` {missing}", store.span, help="mend it, and run this again")
        return None
    schema = mapped(place.span, [given["bucket"]])
    fields = [pair("kind", made(store.span, kind)), pair("schema", schema, place.span)]
    return (*fields, *_secret(name, kind, given, report))


def _secret(name: str, kind: str, given: dict[Any, Any], report: Report) -> list[Pair]:
    """The Secret of a bucket: a file of Google's, or variables."""
    if "secret" not in given:
        return []
    place, secret = given["secret"]
    named = pair("name", secret, place.span)
    if "secretKey" not in given:
        return [pair("secret", mapped(place.span, [named]), place.span)]
    key_place, key = given["secretKey"]
    if kind == "gcs":
        at = made(key.span, _KEYS_AT)
        parts = [named, pair("mountPath", at), pair("items", listed(key.span, [key]))]
        path = made(key.span, f"{_KEYS_AT}/{key.value}")
        env = mapped(key.span, [pair("GC_KEY_PATH", path)])
        return [pair("secret", mapped(place.span, parts), place.span), pair("env", env)]
    report.add(
        "PXC967",
        f"the Secret of `{name}` has all its variables in the key `{key.value}`",
        key_place.span,
        help="make each variable, such as `AWS_ACCESS_KEY_ID` or `AZURE_ACCOUNT_KEY`, a key of the"
        " Secret: version 1.1 takes them so",
    )
    return [pair("secret", mapped(place.span, [named]), place.span)]
