"""Turns an author's names into names that Kubernetes takes, without two of them becoming one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from pxc.sha256 import sha256

if TYPE_CHECKING:
    from pxc.options import Options

__all__ = [
    "HASH_VERSION",
    "LABEL_LIMIT",
    "container_name",
    "content_name",
    "digest",
    "dns_label",
    "free_name",
    "is_dns_label",
    "is_label_value",
    "label_value",
    "reserved",
    "run_name",
    "uuid_of",
]

HASH_VERSION = "h1"
"""Raised when the same operation shall get another content name than before."""

LABEL_LIMIT = 63
_CONTENT_CHARS = 10
_CHANGED_CHARS = 6
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


def digest(chars: int, *parts: str) -> str:
    """Lower-case base32 characters of the SHA-256 of these parts, each with its own end."""
    joined = "\0".join((HASH_VERSION, *parts)).encode("utf-8", "surrogatepass")
    number = int.from_bytes(sha256(joined).digest())
    return "".join(_BASE32[(number >> (5 * at)) & 31] for at in range(chars))


def _slug(text: str) -> str:
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower())
    return "-".join(part for part in kept.split("-") if part)


@cache
def _dns_label_match() -> Callable[[str], object]:
    import re

    return re.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?").fullmatch


def is_dns_label(text: str, limit: int = LABEL_LIMIT) -> bool:
    """Whether a text is a DNS-1123 label of at most `limit` characters."""
    return len(text) <= limit and _dns_label_match()(text) is not None


def dns_label(text: str, limit: int = LABEL_LIMIT, *, letter_first: bool = False) -> str:
    """A DNS-1123 label for a name; one that had to be changed or cut carries a hash of the name.

    `letter_first` asks for DNS-1035, which Services need: a label that begins with a letter.
    """
    if is_dns_label(text, limit) and not (letter_first and text[0].isdigit()):
        return text
    return _join(_slug(text), digest(_CHANGED_CHARS, text), limit, letter_first)


def content_name(text: str, limit: int, *content: str, letter_first: bool = False) -> str:
    """`<base>-<hash>`: the base is the slug of the name, the hash covers the name and its content.

    The base is cut, never the hash.
    """
    return _join(_slug(text), digest(_CONTENT_CHARS, text, *content), limit, letter_first)


def run_name(
    text: str, limit: int, options: Options, *content: str, letter_first: bool = False
) -> str:
    """The name of what runs once, as `options.name_policy` chooses it.

    Of the policy `generate` it is the beginning, which the API server ends.
    """
    if options.name_policy == "content":
        return content_name(text, limit, *content, letter_first=letter_first)
    ends = {"pinned": "", "generate": "-", "revision": f"-r{options.revision}"}
    room = limit - reserved(options)
    return dns_label(text, room, letter_first=letter_first) + ends[options.name_policy]


def reserved(options: Options) -> int:
    """How many characters of what runs once a policy puts behind its name, a hash apart.

    Those of a generated name are the API server's: a dash and five letters and digits.
    """
    ends = {"generate": "-xxxxx", "revision": f"-r{options.revision}"}
    return len(ends.get(options.name_policy, ""))


def _join(base: str, suffix: str, limit: int, letter_first: bool) -> str:
    if letter_first and not base[:1].isalpha():
        base = f"x-{base}" if base else "x"
    base = base[: limit - len(suffix) - 1].strip("-")
    return f"{base}-{suffix}" if base else f"x-{suffix}"


def container_name(text: str | None, default: str) -> str:
    """A container's name: the author's where it is a DNS-1123 label, else its slug."""
    if not text:
        return default
    if is_dns_label(text):
        return text
    return _slug(text)[:LABEL_LIMIT].strip("-") or default


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name itself, or with `-2`, `-3`… where it is taken."""
    used = set(taken)
    found, number = name, 1
    while found in used:
        number += 1
        end = f"-{number}"
        found = name[: LABEL_LIMIT - len(end)].rstrip("-") + end
    return found


def is_label_value(text: str) -> bool:
    """Whether Kubernetes takes this text as the value of a label."""
    if not text:
        return True
    middle = text.replace("-", "").replace("_", "").replace(".", "")
    ends = text[0].isalnum() and text[-1].isalnum()
    return len(text) <= LABEL_LIMIT and text.isascii() and ends and middle.isalnum()


def label_value(text: str) -> str:
    """The text where it may be the value of a label, else its slug with a hash."""
    return text if text and is_label_value(text) else dns_label(text)


def uuid_of(text: str) -> str:
    """A name-based UUID (version 5 by its bits) of a text: the same text gives the same UUID."""
    raw = bytearray(sha256(f"{HASH_VERSION}\0{text}".encode()).digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x50
    raw[8] = raw[8] & 0x3F | 0x80
    whole = raw.hex()
    return "-".join((whole[:8], whole[8:12], whole[12:16], whole[16:20], whole[20:]))
