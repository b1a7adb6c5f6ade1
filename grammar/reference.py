"""Turns the text of a reference (`ops.train`, `acme/trainer:v1`) into its parts, or into a fault.

The languages are written down in `reference.lark`; correct text goes through one regular expression
each. Source: specification of inputs, section 5.3, and of components, sections 5 and 6.
"""

from __future__ import annotations

import re

from msgspec import Struct

from pxc.diagnostics import nearest
from pxc.grammar.embedded_fault import Fault, stop_of
from pxc.hub.reference import FILES, HubReference, parse_reference

LONGEST = 512
"""More characters than any reference needs."""

_UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_RUN = re.compile(rf"(dag)|ops\.([A-Za-z0-9_-]+)|runs\.({_UUID}|[0-9a-fA-F]{{32}})")
_RUN_FORMS = "a reference is `ops.NAME`, `dag` or `runs.UUID`"
_FILE = re.compile(rf"\.(?:{'|'.join(FILES)})(?=[/:@]|$)", re.I)
"""A name of a file; a tag may end like one."""

_HUB_FORMS = "a reference is `[registry//][org/]name[:tag][@sha256:digest]`"


class RunRef(Struct, frozen=True):
    """Whose values or events are meant: `kind` is `dag`, `ops` or `runs`."""

    kind: str
    name: str = ""


def parse_run_ref(text: str) -> RunRef | Fault:
    """The run a reference names, or what is wrong with the text. A UUID loses its dashes."""
    match = _RUN.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        return _run_fault(text)
    if match[1]:
        return RunRef("dag")
    if match[2]:
        return RunRef("ops", match[2])
    return RunRef("runs", match[3].replace("-", "").lower())


def parse_hub_ref(text: str) -> HubReference | Fault:
    """The component a reference names, or what is wrong with the text."""
    found = parse_reference(text) if len(text) <= LONGEST else None
    return _hub_fault(text) if found is None else found


def _run_fault(text: str) -> Fault:
    if len(text) > LONGEST:
        return Fault(LONGEST, len(text), f"a reference has at most {LONGEST} characters")
    if not text.strip():
        return Fault(0, len(text), "it is empty", _RUN_FORMS)
    kind, dot, name = text.partition(".")
    if kind == "runs" and name:
        message = f"`{name}` is not the UUID of a run"
        return Fault(len(kind) + 1, len(text), message, "a run is named by its UUID: `runs.UUID`")
    if kind == "dag" and dot:
        return Fault(3, len(text), f"`{text[3:]}` does not belong here", "write `dag`", ("dag",))
    if kind == "ops":
        at = stop_of("reference", "run", text).position
        if not name:
            return Fault(len(text), len(text), "the name of an operation is missing", _RUN_FORMS)
        plain = re.match(r"ops\.([A-Za-z0-9_-]+)\.", text)
        meant = (f"ops.{plain[1]}",) if plain else ()
        help = "the value of an operation is named by `value`, its events by `kinds`"
        return Fault(at, len(text), f"`{text[at:]}` does not belong here",
                     help if plain else _RUN_FORMS, meant)  # fmt: skip
    near = nearest(kind, ("ops", "runs", "dag"))
    if near:
        meant = (f"{near}.{name}",) if name and near != "dag" else ("dag",) if near == "dag" else ()
        return Fault(0, len(kind), f"`{kind}` is not a kind of reference", _RUN_FORMS, _runs(meant))
    if re.fullmatch(rf"{_UUID}|[0-9a-fA-F]{{32}}", text):
        return Fault(0, len(text), "a UUID alone is not a reference", _RUN_FORMS, (f"runs.{text}",))
    meant = (f"ops.{text}",) if re.fullmatch(r"[A-Za-z0-9_-]+", text) else ()
    return Fault(0, len(text), f"`{text}` is not a reference", _RUN_FORMS, meant)


def _runs(meant: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(m for m in meant if _RUN.fullmatch(m))


def _hub_fault(text: str) -> Fault:
    if len(text) > LONGEST:
        return Fault(LONGEST, len(text), f"a reference has at most {LONGEST} characters")
    if not text.strip():
        return Fault(0, len(text), "it is empty", _HUB_FORMS)
    if "://" in text:
        return Fault(0, len(text), "it is a URL, not a component of a hub", "write `urlRef`")
    if text.startswith((".", "/", "~")) or _FILE.search(text):
        return Fault(0, len(text), "it is a path, not a component of a hub", "write `pathRef`")
    bare = "".join(text.split())
    if bare != text:
        blank = re.search(r"\s+", text)
        assert blank is not None
        return Fault(
            blank.start(), blank.end(), "a reference has no blanks", _HUB_FORMS, _hubs(bare)
        )
    at = stop_of("reference", "hub", text).position
    return _hub_part_fault(text, at)


def _hub_part_fault(text: str, at: int) -> Fault:
    rest = text[at:]
    if rest.startswith("/") and "/" in text[:at]:
        return Fault(at, at + 1, "a reference has at most one `/`, and a `//` after its registry",
                     _HUB_FORMS)  # fmt: skip
    if rest.startswith("@"):
        bad = text[at + 1 :]
        if bad.startswith("sha256:"):
            found = bad.removeprefix("sha256:")
            what = f"it has {len(found)}" if re.fullmatch("[0-9a-f]*", found) else (
                "it has other characters"
            )  # fmt: skip
            return Fault(at + 8, len(text), f"a digest has 64 hexadecimal digits, {what}", None)
        return Fault(at, at + 1, "`@` comes before a digest `sha256:...`", "a tag follows a `:`",
                     _hubs(f"{text[:at]}:{bad}"))  # fmt: skip
    colon = text.find(":")
    if rest.startswith(":") and colon < at:
        return Fault(at, at + 1, "a reference has one tag", _HUB_FORMS)
    if 0 < colon <= at and text[colon - 1] != "/":
        tag = text[colon + 1 :]
        if not tag:
            return Fault(colon, colon + 1, "no tag follows `:`", "remove it, or write a tag",
                         _hubs(text[:colon]))  # fmt: skip
        if len(tag) > 128 and at >= colon + 128:
            return Fault(at, len(text), "a tag has at most 128 characters", None)
        start = max(at, colon + 1)
        message = f"`{text[start]}` cannot be part of a tag"
        return Fault(start, start + 1, message, "a tag has letters, digits, `.`, `_` and `-`")
    if not rest:
        return Fault(at, at, "a name is missing", _HUB_FORMS)
    if rest[0] == "/":
        return Fault(at, at + 1, "a name is missing before `/`", _HUB_FORMS)
    long = re.match("[A-Za-z0-9._-]{64,}", rest)
    if long is not None:
        return Fault(at + 63, at + long.end(), "a name has at most 63 characters", None)
    help = "a name has letters, digits, `_` and `-`, and dots between them"
    return Fault(at, at + 1, f"`{rest[0]}` cannot be part of a name", help)


def _hubs(text: str) -> tuple[str, ...]:
    """The text as a suggestion, when it is a reference."""
    return (text,) if len(text) <= LONGEST and parse_reference(text) else ()
