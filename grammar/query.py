"""Turns a query of runs (`metrics.loss:<0.5, status:failed`) into its conditions, or into a fault.

The language is written down in `query.lark`. Correct queries are read by two regular expressions
and a count of parentheses; the grammar says where a faulty one goes wrong. Which fields there are
and what each takes is in `query_fields.py`. Source: specification of joins, section 8.
"""

from __future__ import annotations

import re

from msgspec import Struct

from pxc.grammar.embedded_fault import Fault, Stop, stop_of

LONGEST = 4096
"""More characters than any query needs."""

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_BEFORE_CONDITION = r"(?:\(|[A-Za-z_][A-Za-z0-9_.]*:)"
_OPERATION = (
    rf"[^\s,()]+(?:\s+(?!(?:AND|OR)(?:\s|\Z)|\|\s+{_BEFORE_CONDITION})[^\s,()]+)*"
)  # fmt: skip
_CONDITION = re.compile(rf"({_NAME}(?:\.{_NAME})?)\s*:\s*({_OPERATION})\s*", re.I)
_CONNECTIVE = re.compile(rf"(?:,|AND|OR|\|(?=\s*{_BEFORE_CONDITION}))\s*", re.I)
_OPENING = re.compile(r"[(\s]*")
_CLOSING = re.compile(r"[)\s]*")
_WORD = re.compile(r"[^\s,():|<>=~!]+")
_OPERATOR = re.compile(r"\s*(==?|[<>]=?|=[<>]|!=)\s*")
_SORTED = re.compile(rf"\s*(-?)\s*({_NAME}(?:\.[A-Za-z0-9_-]+)?)\s*")

_LISTED = "several values of one field are one condition: `{}`"
_EXAMPLE = "write `field:operation`, as in `metrics.loss:<0.5, status:succeeded`"


class Condition(Struct, frozen=True):
    """One `field:operation` of a query and the offsets where both start."""

    field: str
    operation: str
    field_at: int
    operation_at: int


class SortField(Struct, frozen=True):
    """One field of an order, the offset where it starts, and whether it descends."""

    field: str
    at: int
    descending: bool


def parse_query(text: str) -> tuple[Condition, ...] | Fault:
    """The conditions of a query in order, however they are joined, or where it is no query."""
    if len(text) > LONGEST:
        return Fault(LONGEST, len(text), f"a query has at most {LONGEST} characters")
    return _conditions(text) or _query_fault(text)


def parse_sort(text: str) -> tuple[SortField, ...] | Fault:
    """The fields of an order, or where it is no order."""
    if len(text) > LONGEST:
        return Fault(LONGEST, len(text), f"an order has at most {LONGEST} characters")
    found = []
    at = 0
    while match := _SORTED.match(text, at):
        found.append(SortField(match[2], match.start(2), bool(match[1])))
        at = match.end()
        if at == len(text):
            return tuple(found)
        if text[at] != ",":
            break
        at += 1
    return _sort_fault(text)


def _conditions(text: str) -> tuple[Condition, ...]:
    """The conditions of a correct query; none for any other text."""
    found = []
    at = depth = 0
    while True:
        opened = _OPENING.match(text, at)
        assert opened is not None
        depth += opened[0].count("(")
        match = _CONDITION.match(text, opened.end())
        if match is None:
            return ()
        found.append(Condition(match[1], match[2], match.start(1), match.start(2)))
        closed = _CLOSING.match(text, match.end())
        assert closed is not None
        depth -= closed[0].count(")")
        at = closed.end()
        if depth < 0:
            return ()
        if at == len(text):
            return tuple(found) if depth == 0 else ()
        connective = _CONNECTIVE.match(text, at)
        if connective is None:
            return ()
        at = connective.end()


def _query_fault(text: str) -> Fault:
    if not text.strip():
        return Fault(0, len(text), "it is empty", _EXAMPLE)
    stop = stop_of("query", "query", text)
    if "COLON" in stop.expected:
        return _without_colon(text, stop)
    if "OPERATION" in stop.expected:
        return _without_operation(text, stop)
    if "FIELD" in stop.expected:
        return _without_field(text, stop)
    return _without_connective(text, stop)


def _without_colon(text: str, stop: Stop) -> Fault:
    """A field that no `:` follows: a name with a wrong character, or a field without operation."""
    start = stop.position
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_."):
        start -= 1
    if start == stop.position and start > 0 and text[start - 1].isspace():
        return _without_colon_after_blank(text, stop)
    word = _WORD.match(text, start)
    end = word.end() if word else stop.position
    name = text[start:end]
    if end > stop.position:
        return _bad_field(start, name)
    operator = _OPERATOR.match(text, end)
    if operator:
        meant = {"=": "", "==": "", "!=": "~"}.get(operator[1], operator[1])
        rest = text[operator.end() :]
        return Fault(
            operator.start(1),
            operator.end(1),
            f"`{name}` needs a `:` before its operation",
            f"write `{name}:{meant}...`",
            _correct(f"{text[:start]}{name}:{meant}{rest}"),
        )
    if "," in text[:start] and text[:start].rstrip().endswith(","):
        before = text[:start].rstrip().removesuffix(",").rstrip()
        return Fault(
            start,
            end,
            f"`{name}` has no operation",
            _LISTED.format(f"{before.rpartition(',')[2].strip()}|{name}"),
            _correct(f"{before}|{name}{text[end:]}"),
        )
    return Fault(start, end, f"`{name}` has no operation", _EXAMPLE)


def _without_colon_after_blank(text: str, stop: Stop) -> Fault:
    """What follows a field and a blank is no `:`."""
    before = text[: stop.position].rstrip()
    at = stop.position
    moved = Stop(len(before), stop.expected)
    if at < len(text) and (text[at].isalnum() or text[at] in "_.%\"'"):
        word = _WORD.match(text, at)
        end = word.end() if word else at + 1
        name = re.split(r"[\s,()]", before)[-1]
        if name.lower() in ("and", "or"):
            message = f"a condition is missing before `{name}`"
            return Fault(len(before) - len(name), len(before), message, "remove one connective")
        return Fault(at, end, f"a `:` is missing between `{name}` and `{text[at:end]}`", _EXAMPLE,
                     _correct(f"{before}:{text[at:]}"))  # fmt: skip
    return _without_colon(text, moved)


def _bad_field(start: int, name: str) -> Fault:
    help = "a field is a name, or two with one dot: `status`, `metrics.loss`"
    if "-" in name:
        help = "a field has letters, digits and `_`, no `-`; rename what the run logs"
    elif name.count(".") > 1:
        help = "a field has at most one dot"
    return Fault(start, start + len(name), f"`{name}` is not a field", help)


def _without_operation(text: str, stop: Stop) -> Fault:
    at = stop.position
    name = re.split(r"[\s,(|]", text[:at].rstrip().removesuffix(":").rstrip())[-1]
    if at < len(text) and text[at] == "(":
        inner = text[at + 1 :].partition(")")[0]
        items = "|".join(i.strip() for i in re.split(r"[,|]| or ", inner, flags=re.I) if i.strip())
        return Fault(at, at + 1, "an operation has no parentheses",
                     _LISTED.format(f"{name}:{items or 'a|b'}"))  # fmt: skip
    return Fault(at, at, f"nothing follows `{name}:`", _EXAMPLE)


def _without_field(text: str, stop: Stop) -> Fault:
    """Something else stands where a condition starts."""
    at = stop.position
    before = text[:at].rstrip()
    if at == len(text):
        last = re.search(r"(,|\||\(|\w+)\Z", before)
        assert last is not None
        help = "remove it, or write another condition after it"
        cut = () if last[0] == "(" else _correct(before[: last.start()].rstrip())
        return Fault(last.start(), last.end(), f"no condition follows `{last[0]}`", help, cut)
    found = text[at]
    if found in ",)|":
        message = "the parentheses are empty" if found == ")" and before[-1:] == "(" else (
            f"a condition is missing before `{found}`"
        )  # fmt: skip
        return Fault(at, at + 1, message, _EXAMPLE)
    word = _WORD.match(text, at)
    end = word.end() if word else at + 1
    return _bad_field(at, text[at:end]) if word else Fault(
        at, end, f"a condition does not start with `{found}`", _EXAMPLE
    )  # fmt: skip


def _without_connective(text: str, stop: Stop) -> Fault:
    """A condition is complete and something else than a connective follows."""
    at = stop.position
    if at == len(text):
        unclosed = _unclosed(text)
        return Fault(unclosed, unclosed + 1, "`(` is not closed", "write `)` after its conditions")
    if text[at] == ")":
        return Fault(at, at + 1, "`)` closes nothing", "remove it")
    before = text[:at].rstrip()
    if text[at] == "(" and re.search(r"(^|\s)\|\Z|\S\|\Z", before):
        return Fault(len(before) - 1, len(before), "`|` joins conditions only between blanks",
                     "write `OR`", _correct(f"{before[:-1].rstrip()} OR {text[at:]}"))  # fmt: skip
    word = _WORD.match(text, at)
    end = word.end() if word else at + 1
    return Fault(at, end, f"a `,` or `OR` is missing before `{text[at:end]}`",
                 "join conditions with `,` (and) or `OR`")  # fmt: skip


def _unclosed(text: str) -> int:
    opened: list[int] = []
    for at, character in enumerate(text):
        if character == "(":
            opened.append(at)
        elif character == ")" and opened:
            opened.pop()
    return opened[-1]


def _correct(text: str) -> tuple[str, ...]:
    """The text as a suggestion, when it is a query."""
    return (text,) if len(text) <= LONGEST and _conditions(text) else ()


def _sort_fault(text: str) -> Fault:
    example = "write fields with `,` between them and `-` before what descends: `-metrics.loss`"
    if not text.strip():
        return Fault(0, len(text), "it is empty", example)
    stop = stop_of("query", "sort", text)
    at = stop.position
    rest = text[at:]
    if not rest:
        return Fault(at, at, "a field is missing", example)
    word = re.match(r"[^\s,]+", rest)
    end = at + len(word[0]) if word else at + 1
    before = text[:at].rstrip()
    name = re.split(r"[\s,]", before)[-1].lstrip("-")
    if word and word[0].lower() in ("asc", "desc", "ascending", "descending") and name:
        meant = f"-{name}" if word[0].lower().startswith("desc") else name
        return Fault(at, end, f"`{word[0]}` is no part of an order", f"write `{meant}`",
                     () if "," in text else (meant,))  # fmt: skip
    if rest[0] == ",":
        return Fault(at, end, "a field is missing before `,`", example)
    if "SORT_FIELD" in stop.expected or before == text[:at]:
        start = at
        while start > 0 and text[start - 1] not in " ,\t\r\n":
            start -= 1
        return Fault(start, end, f"`{text[start:end]}` is not a field to sort by", example)
    return Fault(at, end, f"a `,` is missing before `{text[at:end]}`", example)
