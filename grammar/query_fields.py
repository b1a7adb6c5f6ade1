"""Turns one condition of a query into what is wrong with its field or its operation.

The operations are written down in `query.lark`, one rule a class; the regular expressions here
accept the same texts, and a test holds them together. Source: specification of joins, section 8.
"""

from __future__ import annotations

import re
from functools import cache

from pxc.diagnostics import allowed, nearest
from pxc.grammar.embedded_fault import Fault
from pxc.grammar.query import Condition, SortField

_SEARCHED = ("uuid", "id", "uid", "name", "description")
_MOMENTS = ("created_at", "updated_at", "started_at", "finished_at", "schedule_at")
_NUMBERS = ("metrics", "meta_values", "duration", "wait_time", "cost", "gpu", "custom")
_RESULTS = ("params", "inputs", "in", "outputs", "out")
_FLAGS = ("meta_flags", "is_managed")
_VALUES = (
    "user", "status", "project", "original", "pipeline", "controller", "upstream", "downstream",
    "cloning_kind", "in_artifact_kind", "out_artifact_kind", "backend", "framework", "commit",
    "kind", "runtime", "namespace", "meta_info", "tags", "live_state", "agent", "queue",
    "artifacts_store", "state", "component_state", "managed_by", "pending", "artifacts",
    "connections", "teams", "contributors", "mine",
)  # fmt: skip

FIELDS: dict[str, str] = {
    **dict.fromkeys(_SEARCHED, "search"),
    **dict.fromkeys(_MOMENTS, "moment"),
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(_RESULTS, "result"),
    **dict.fromkeys(_FLAGS, "flag"),
    **dict.fromkeys(_VALUES, "value"),
    "cpu": "cpu",
    "memory": "memory",
}
"""The class of each field: which rule of `query.lark` its operations follow."""

SORT_FIELDS = (
    "created_at", "updated_at", "started_at", "finished_at", "schedule_at", "name", "kind",
    "namespace", "runtime", "uuid", "duration", "wait_time", "status", "cost", "cpu", "memory",
    "gpu", "custom", "state", "component_state", "user",
)  # fmt: skip
"""The fields that order runs by themselves."""

_KEYED = (
    "metrics", "params", "inputs", "in", "outputs", "out", "meta_flags", "meta_info", "meta_values",
)  # fmt: skip
"""The fields that are maps: a key follows them."""

_ANY = r"_any_\s*|~?\s*nil\s*"
_COMPARE = r"(?:(?:>=|=>|<=|=<|>|<)\s*)?"
_DIGITS = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_TEXT = r"(?:[^\s|<>=~.]|\.(?!\.))(?:[^|.]|\.(?!\.))*"
_AFFIX = r"(?:[^\s%|.]|\.(?!\.))(?:[^%|.]|\.(?!\.))*"
_PREFIX = r"(?:[^\s%|<>=~.]|\.(?!\.))(?:[^%|.]|\.(?!\.))*"
_ITEM = r"(?:[^\s%|<>=~.]|\.(?!\.))(?:[^|.]|\.(?!\.))*(?<![\s%])(?=\s*(?:\||\Z))"
_MOMENT = (
    r"(?:last_month|[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?)"
)
_EXPONENT = "[eE][+-]?[0-9]+"
_OPERATIONS = {
    "number": rf"{_COMPARE}(?:{_DIGITS}(?:{_EXPONENT})?|[+-]?(?i:inf|nan))",
    "cpu": rf"{_COMPARE}{_DIGITS}(?:{_EXPONENT}|[mMuUnN])?",
    "memory": rf"{_COMPARE}{_DIGITS}(?:{_EXPONENT}|[kKmMgGtTpPeE][iI]?)?",
    "value": rf"{_TEXT}(?:\|\s*{_TEXT})*",
    "result": rf"(?:{_COMPARE}{_TEXT}|{_TEXT}(?:\|\s*{_TEXT})+)",
    "flag": _TEXT,
    "search": rf"(?:%\s*{_AFFIX}%?|{_PREFIX}%|{_ITEM}\s*(?:\|\s*{_ITEM}\s*)*)",
    "moment": rf"(?:{_COMPARE}{_MOMENT}|{_MOMENT}\s*\.\.\s*{_MOMENT})",
}
_COMPARES = frozenset({"number", "cpu", "memory", "result", "moment"})
_LISTS = frozenset({"value", "result", "search"})

_TAKEN = {
    "number": "a number, `>0.5`, `<=3`, `~nil`",
    "cpu": "an amount such as `>500m`",
    "memory": "an amount such as `<=4Gi`",
    "value": "`a`, `~a`, `a|b`, `nil`",
    "result": "`a`, `~a`, `a|b`, `>0.5`, `nil`",
    "flag": "`true`, `false`, `nil`",
    "search": "`a`, `~a`, `a|b`, `%a`, `a%`, `%a%`, `nil`",
    "moment": "`2024-01-31`, `>=2024-01-31 12:30`, `2024-01-01 .. 2024-01-31`, `last_month`",
}  # fmt: skip

_NEXT_CONDITION = re.compile(r"\s(?:(&&?|\|\||;|\+)\s*)?([A-Za-z_]\w*)(?:\.\w+)?:")
_METRIC_HELP = "a metric is `metrics.{0}`, a param `params.{0}`"


@cache
def operation_pattern(kind: str) -> re.Pattern[str]:
    """The expression that takes the operations of a class of fields."""
    return re.compile(rf"\s*(?:{_ANY}|~?\s*{_OPERATIONS[kind]}\s*)")


def check_joined(condition: Condition) -> Fault | None:
    """What is wrong when an operation has swallowed the next condition: `kind:job status:failed`.

    Positions are those of the query.
    """
    for found in _NEXT_CONDITION.finditer(condition.operation):
        if found[2] in FIELDS:
            sign = found[1]
            start = condition.operation_at + (found.start(1) if sign else found.start(2))
            end = condition.operation_at + (found.end(1) if sign else found.end())
            return Fault(
                start,
                end,
                f"`{sign}` joins no conditions" if sign
                else f"a `,` or `OR` is missing before `{found[0].strip()}`",
                "join conditions with `,` (and) or `OR`",
            )  # fmt: skip
    return None


def check_field(condition: Condition) -> Fault | None:
    """What is wrong with the field of a condition. A field that is merely unlisted is no fault."""
    name, _, key = condition.field.partition(".")
    end = condition.field_at + len(condition.field)
    if name in _KEYED and not key:
        return Fault(condition.field_at, end, f"`{name}` needs the name of one of them",
                     f"write `{name}.NAME`")  # fmt: skip
    if name in FIELDS:
        return None
    near = nearest(name, FIELDS)
    if near is None:
        return None
    meant = f"{near}.{key}" if key else near
    return Fault(condition.field_at, end, f"runs have no field `{name}`",
                 f"did you mean `{meant}`?", (meant,))  # fmt: skip


def check_unlisted(field: str, at: int, fields: tuple[str, ...] = ()) -> Fault | None:
    """A field that no release is known to have, and that is near to none."""
    name, _, key = field.partition(".")
    known = fields or tuple(FIELDS)
    if name in known or (key and name in _KEYED):
        return None
    help = f"fields: {allowed(known, 12)}" if key else _METRIC_HELP.format(name)
    return Fault(at, at + len(field), f"runs are not known to have a field `{name}`", help)


def check_operation(condition: Condition) -> Fault | None:
    """What is wrong with the operation of a known field; positions are those of the query."""
    name = condition.field.partition(".")[0]
    kind = FIELDS.get(name)
    text = condition.operation
    if kind is None or operation_pattern(kind).fullmatch(text):
        return None
    start, end, message, help = _complaint(condition.field, kind, text)
    at = condition.operation_at
    return Fault(at + start, at + end, message, help or f"`{name}` takes {_TAKEN[kind]}")


def _complaint(field: str, kind: str, text: str) -> tuple[int, int, str, str | None]:
    """Where an operation goes wrong, and why."""
    start = 1 if text.startswith("~") else 0
    start += len(text[start:]) - len(text[start:].lstrip())
    rest = text[start:]
    if not rest:
        return len(text), len(text), "nothing follows `~`", None
    if rest[0] == "~":
        return start, start + 1, "an operation is negated once", None
    sign = re.match(r"==|>=|=>|<=|=<|[=<>]", rest)
    if sign and sign[0] in ("=", "=="):
        bare = rest[sign.end() :].strip()
        help = f"write `{field}:{'~' if text[0] == '~' else ''}{bare}`" if bare else None
        return start, start + sign.end(), f"`{sign[0]}` is not an operation", help
    if sign and kind not in _COMPARES:
        return start, start + sign.end(), f"`{field}` cannot be compared with `{sign[0]}`", None
    if ".." in rest and kind != "moment":
        dots = start + rest.index("..")
        help = f"write `{field}:>=LOW, {field}:<=HIGH`" if kind in _COMPARES else None
        return dots, dots + 2, "only dates have ranges with `..`", help
    if "|" in rest:
        return _list_complaint(field, kind, text, start, sign is not None)
    value = rest[sign.end() :].strip() if sign else rest
    if sign and not value:
        return len(text), len(text), f"nothing follows `{sign[0]}`", None
    if kind == "search":
        percent = start + rest.index("%")
        return (
            percent,
            len(text),
            f"`{rest}` is not a pattern",
            "`%` stands at the start, the end or both",
        )
    if kind == "moment":
        return _moment_complaint(text, start)
    at = text.index(value, start + (sign.end() if sign else 0))
    wanted = {"number": "a number", "cpu": "an amount of CPU", "memory": "an amount of memory"}
    what = wanted.get(kind, "a value")
    return at, at + len(value), f"`{value}` is not {what}, which `{field}` is", None


def _list_complaint(
    field: str, kind: str, text: str, start: int, compared: bool
) -> tuple[int, int, str, str | None]:
    bar = text.index("|", start)
    if kind not in _LISTS:
        items = [i.strip() for i in text.split("|") if i.strip()]
        help = "write `" + " OR ".join(f"{field}:{i}" for i in items[:3]) + "`" if items else None
        return bar, bar + 1, f"`{field}` takes one operation, not several with `|`", help
    if compared:
        return bar, bar + 1, "a comparison has one value, not several with `|`", None
    if "%" in text and kind == "search":
        percent = text.index("%", start)
        return percent, percent + 1, "`%` has no meaning among several values", (
            f"write `{field}:a% OR {field}:b%`"
        )  # fmt: skip
    at = start
    for item in text[start:].split("|"):
        if not item.strip() or item.strip()[0] in "<>=~":
            found = item.strip()[:1]
            if found:
                at += item.index(found)
                message = f"`{found}` stands before all the values, not inside of the list"
                return at, at + 1, message, None
            bar = max(at - 1, start)
            return bar, bar + 1, "a value is missing beside `|`", None
        at += len(item) + 1
    return bar, bar + 1, f"`{text}` is not a list of values", None


def _moment_complaint(text: str, start: int) -> tuple[int, int, str, str | None]:
    if ".." in text:
        ends = text[start:].split("..")
        if len(ends) != 2 or not all(e.strip() for e in ends):
            at = start + text[start:].index("..")
            return at, at + 2, "a range is two dates with `..` between them", None
        parts = ends
    else:
        parts = [re.sub(r"^[<>=]+", "", text[start:])]
    moment = re.compile(_MOMENT)
    for part in parts:
        bare = part.strip()
        if not moment.fullmatch(bare):
            at = text.index(bare, start)
            return at, at + len(bare), f"`{bare}` is not a date", None
    return start, len(text), f"`{text}` is not a range of dates", None


def check_sort_field(field: SortField) -> Fault | None:
    """What is wrong with a field of an order. A field that is merely unlisted is no fault."""
    name, _, key = field.field.partition(".")
    end = field.at + len(field.field)
    if name in _KEYED:
        return None if key else Fault(
            field.at, end, f"`{name}` needs the name of one of them", f"write `{name}.NAME`"
        )  # fmt: skip
    if name in SORT_FIELDS:
        return None
    if name in FIELDS:
        fields = (*SORT_FIELDS, *(f"{key}.NAME" for key in _KEYED))
        message = f"runs cannot be sorted by `{name}`"
        return Fault(field.at, end, message, f"fields: {allowed(fields, 40)}")
    near = nearest(name, (*SORT_FIELDS, *_KEYED))
    if near is None:
        return None
    meant = f"{near}.{key}" if key else near
    return Fault(field.at, end, f"runs have no field `{name}`",
                 f"did you mean `{meant}`?", (meant,))  # fmt: skip
