"""Durations: how long they are, where a wrong one goes wrong, what was meant."""

import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.exceptions import LarkError

from pxc.diagnostics import Severity
from pxc.grammar.duration import (
    _INTERVAL,
    _KUBERNETES,
    LONGEST,
    parse_interval,
    parse_kubernetes_duration,
)
from pxc.grammar.embedded_fault import Fault, grammar
from tests.reading import linted

INTERVALS = [
    ("90", "90"), ("0.5", "0.5"), ("120.", "120"), ("PT1H", "3600"), ("P1D", "86400"),
    ("P1W", "604800"), ("P2W3D", "1468800"), ("P1Y", "31536000"), ("P1M", "2592000"),
    ("PT1M", "60"), ("PT0.5H", "1800"), ("P1DT25H", "176400"), ("+PT1.5S", "1.5"),
    ("1:00:00", "3600"), ("00:30", "1800"), ("100:00:00", "360000"), ("10:00:00.5", "36000.5"),
    ("1 day", "86400"), ("3d", "259200"), ("2 days, 2:00:00", "180000"), ("1 DAY 0:30", "88200"),
]  # fmt: skip

INTERVAL_FAULTS: list[tuple[str, str, str, tuple[str, ...]]] = [
    # the text, the piece at fault, the message, what was meant
    ("1h", "1h", "`1h` is not a duration", ("PT1H",)),
    ("1h30m", "1h30m", "`1h30m` is not a duration", ("PT1H30M",)),
    ("90 minutes", "90 minutes", "`90 minutes` is not a duration", ("PT90M",)),
    ("5min", "5min", "`5min` is not a duration", ("PT5M",)),
    ("2w", "2w", "`2w` is not a duration", ("P2W",)),
    ("1d12h", "1d12h", "`1d12h` is not a duration", ("P1DT12H",)),
    ("pt1h", "pt1h", "`pt1h` is not a duration", ("PT1H",)),
    ("daily", "daily", "`daily` is not a duration", ("P1D",)),
    ("P1H", "1H", "`1H` does not belong here", ()),
    ("PT1D", "1D", "`1D` does not belong here", ()),
    ("P1DT", "", "a number and its unit are missing after `T`", ()),
    ("P", "", "a number and its unit are missing after `P`", ()),
    ("1:60:00", "60", "`60` is not 00 to 59", ()),
    ("1:", "", "minutes are missing", ()),
    ("", "", "it is empty", ()),
    ("120 ", " ", "a duration has no blanks around it", ("120",)),
    ("*/5 * * * *", "*/5 * * * *", "it is a cron expression, not a duration", ()),
    ("@daily", "@daily", "it is a cron expression, not a duration", ()),
    ("0", "0", "an interval is more than 0", ()),
    ("PT0S", "PT0S", "an interval is more than 0", ()),
    ("-PT1H", "-PT1H", "an interval is more than 0", ()),
    ("often", "often", "`often` is not a duration", ()),
    ("P9999999999D", "P9999999999D", "an interval has at most 999999999 days", ()),
]

KUBERNETES = [
    ("0", "0"), ("1h30m", "5400"), ("-1.5s", "-1.5"), ("250ms", "0.25"), ("1us", "0.000001"),
    (".5h", "1800"), ("1h1h", "7200"), ("3\u00b5s", "0.000003"), ("7ns", "7e-9"),
]  # fmt: skip

KUBERNETES_FAULTS = [
    ("", "", "it is empty"),
    ("90", "", "a unit is missing"),
    ("1d", "d", "`d` is not a unit"),
    ("1h 30m", " ", "` ` does not belong here"),
    ("PT1H", "PT", "`PT` does not belong here"),
    ("1h30", "", "a unit is missing"),
    ("5min", "min", "`min` is not a unit"),
    ("0h0", "", "a unit is missing"),
]


@pytest.mark.parametrize(("text", "seconds"), INTERVALS)
def test_an_interval_has_its_seconds(text: str, seconds: str) -> None:
    assert parse_interval(text) == Decimal(seconds)


@pytest.mark.parametrize(("text", "piece", "message", "meant"), INTERVAL_FAULTS)
def test_a_faulty_interval_is_told_at_its_place(
    text: str, piece: str, message: str, meant: tuple[str, ...]
) -> None:
    fault = parse_interval(text)
    assert isinstance(fault, Fault)
    place = text[fault.position : fault.end]
    assert (place, fault.message, fault.suggestions) == (piece, message, meant)


@pytest.mark.parametrize(("text", "seconds"), KUBERNETES)
def test_a_kubernetes_duration_has_its_seconds(text: str, seconds: str) -> None:
    assert parse_kubernetes_duration(text) == Decimal(seconds)


@pytest.mark.parametrize(("text", "piece", "message"), KUBERNETES_FAULTS)
def test_a_faulty_kubernetes_duration_is_told_at_its_place(
    text: str, piece: str, message: str
) -> None:
    fault = parse_kubernetes_duration(text)
    assert isinstance(fault, Fault)
    assert (text[fault.position : fault.end], fault.message) == (piece, message)


PIECES = st.lists(
    st.sampled_from([*"0123456789PTYMWDHS:.+- ,dhms\u00b5", "day", "days", "ms", "10", "1H", "5M"]),
    max_size=8,
).map("".join)


@pytest.mark.parametrize(
    ("start", "pattern"), [("interval", _INTERVAL), ("kubernetes", _KUBERNETES)]
)
@given(text=PIECES)
def test_the_expression_and_the_grammar_are_one_language(
    start: str, pattern: re.Pattern[str], text: str
) -> None:
    try:
        grammar("duration", start).parse(text)
    except LarkError:
        assert not pattern.fullmatch(text)
    else:
        assert pattern.fullmatch(text)


@pytest.mark.parametrize("parse", [parse_interval, parse_kubernetes_duration])
@given(text=st.one_of(PIECES, st.text(max_size=LONGEST + 5)))
def test_any_text_has_an_answer_and_suggestions_are_right(
    parse: Callable[[str], Decimal | Fault], text: str
) -> None:
    result = parse(text)
    if isinstance(result, Fault):
        assert 0 <= result.position <= result.end <= len(text)
        assert all(fits(parse, s) for s in result.suggestions)


def fits(parse: Callable[[str], Decimal | Fault], text: str) -> bool:
    """Whether a suggestion is of the language; one of length 0 is, though no schedule has it."""
    result = parse(text)
    return (
        not isinstance(result, Fault)
        or "more than 0" in result.message
        or "at most" in result.message
    )


def own(text: str) -> list[str]:
    """The errors and what these fields report, as `CODE underlined text`."""
    codes = {"PXC435", "PXC006"}
    return [
        f"{d.code.id} {d.span.text}"
        for d in linted(text).report
        if d.code.id in codes or d.severity is Severity.ERROR
    ]


def schedule(frequency: str) -> list[str]:
    text = (
        f"schedule: {{kind: interval, frequency: {frequency}}}\nrun: {{container: {{image: a}}}}\n"
    )
    return own(text)


SCHEDULES = [
    ("3600", []), ("0.5", []), ("'3600'", []), ("PT1H", []), ("'1:00:00'", []), ("1:00:00", ["PXC006 1:00:00"]),
    ("1h30m", ["PXC435 1h30m"]), ("'5 min'", ["PXC435 5 min"]), ("0", ["PXC435 0"]),
    ("-5", ["PXC435 -5"]), (".inf", ["PXC435 .inf"]), ("[1]", ["PXC105 [1]"]),
]  # fmt: skip


@pytest.mark.parametrize(("frequency", "expected"), SCHEDULES)
def test_frequencies(frequency: str, expected: list[str]) -> None:
    assert schedule(frequency) == expected


def test_a_correct_duration_does_not_load_lark() -> None:
    code = (
        "import sys; from pxc.grammar.duration import parse_interval; parse_interval('PT1H');"
        "assert 'lark' not in sys.modules; parse_interval('1h'); assert 'lark' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
