"""Turns names of things elsewhere into one spelling: ids, addresses, images, object stores."""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import allowed, nearest
from pxc.passes.io_types.misfit import Misfit, misfit, shown

_UUID = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}\Z", re.I)
_EMAIL = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*)\Z")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#][^\s]*\Z|file:///[^\s]*\Z")
_LOGIN = re.compile(r"[^\s:@/]+:[^\s@]*@[^\s@]+\Z")
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}\Z")
_BUCKET = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_GCS = re.compile(rf"(?:gs|gcs)://{_BUCKET}(?:/[^\r\n]*)?\Z")
_S3 = re.compile(rf"s3://{_BUCKET}(?:/[^\r\n]*)?\Z")
_WASB = re.compile(
    r"wasbs?://[A-Za-z0-9$][A-Za-z0-9-]*@[A-Za-z0-9-]+\.blob\.core\.windows\.net(?:/[^\r\n]*)?\Z"
)


def uuid(value: Any) -> str:
    """32 hexadecimal digits, from those or from the dashed form."""
    if isinstance(value, str) and _UUID.match(value):
        return value.replace("-", "").lower()
    raise misfit(value, "a UUID")


def email(value: Any) -> str:
    """`user@domain`."""
    found = _EMAIL.match(value) if isinstance(value, str) and len(value) < 320 else None
    if found is None or any(p[0] == "-" or p[-1] == "-" for p in found[1].split(".")):
        raise misfit(value, "an email address as `user@domain`")
    return str(value)


def uri(value: Any) -> str:
    """A URL, or `user:password@host`."""
    if isinstance(value, str) and (_URI.match(value) or _LOGIN.match(value)):
        return value
    raise misfit(value, "a URL such as `https://host/path`")


def path(value: Any) -> str:
    """Text, and only text."""
    if isinstance(value, str):
        return value
    raise misfit(value, "a path", "quote it" if isinstance(value, int | float) else None)


def image(value: Any) -> str:
    """The reference of an image, from text or from `{name: ...}`."""
    if isinstance(value, dict):
        (value,) = _fields("image", value, needed=("name",))
    expected = "a reference to an image such as `registry/name:tag`"
    # A digest adds a colon of its own, which no rule on ports and tags meant to count.
    name = _DIGEST.sub("", value) if isinstance(value, str) else ""
    if not name or name.count(":") > 2 or re.search(r"\s", name):
        raise misfit(value, expected)
    return str(value)


def gcs(value: Any) -> str:
    """`gs://bucket/blob`, from text or from `{bucket, blob}`."""
    if isinstance(value, dict):
        bucket, blob = _fields("gcs", value, needed=("bucket",), free=("blob",))
        value = _join(bucket, "gs", ("gs://", "gcs://"), blob)
    if isinstance(value, str) and _GCS.match(value):
        return value
    raise misfit(value, "a Google Cloud Storage URL as `gs://bucket/blob`")


def s3(value: Any) -> str:
    """`s3://bucket/key`, from text or from `{bucket, key}`."""
    if isinstance(value, dict):
        bucket, key = _fields("s3", value, needed=("bucket",), free=("key",))
        value = _join(bucket, "s3", ("s3://",), key)
    if isinstance(value, str) and _S3.match(value):
        return value
    raise misfit(value, "an S3 URL as `s3://bucket/key`")


def wasb(value: Any) -> str:
    """`wasbs://container@account.blob.core.windows.net/path`, or `{container, user, path}`."""
    if isinstance(value, dict):
        names = {"storageAccount": "user", "storage_account": "user"}
        renamed = {names.get(k, k): v for k, v in value.items()}
        if len(renamed) < len(value):
            raise Misfit("`user` and `storageAccount` mean the same", "one storage account")
        container, user, rest = _fields(
            "wasb", renamed, needed=("container", "user"), free=("path",)
        )
        value = _join(f"{container}@{user}.blob.core.windows.net", "wasbs", (), rest)
    if isinstance(value, str) and _WASB.match(value):
        return value
    form = "`wasbs://container@account.blob.core.windows.net/path`"
    raise misfit(value, f"an Azure Blob Storage URL as {form}")


def _join(root: str, scheme: str, schemes: tuple[str, ...], rest: str) -> str:
    root = root.rstrip("/")
    url = root if root.startswith(schemes) and schemes else f"{scheme}://{root}"
    return f"{url}/{rest.lstrip('/')}" if rest else url


def _fields(
    what: str, value: dict[Any, Any], *, needed: tuple[str, ...], free: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The texts under the named keys, in their order, empty where a free one is not given."""
    known = (*needed, *free)
    for key in value:
        if key not in known:
            near = nearest(str(key), known)
            help = f"did you mean `{near}`?" if near else f"keys: {allowed(known)}"
            raise Misfit(f"`{key}` is not a key of `{what}`", f"a map of `{what}`", help)
    for key in needed:
        if not value.get(key):
            raise Misfit(f"`{key}` of `{what}` is missing", f"a map of `{what}`")
    found = tuple(value.get(key) or "" for key in known)
    for key, part in zip(known, found, strict=True):
        if not isinstance(part, str):
            raise Misfit(f"`{key}` of `{what}` must be text, not {shown(part)}", "text")
    return found
