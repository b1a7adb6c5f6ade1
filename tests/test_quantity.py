"""Kubernetes quantities: what they are worth, where a wrong one goes wrong, what was meant."""

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.exceptions import LarkError

from pxc.grammar.quantity import (
    LONGEST,
    QuantityFault,
    _grammar,
    check_quantity,
    parse_quantity,
)

AMOUNTS = [
    ("0", "0"), ("1", "1"), ("2.5", "2.5"), (".5", "0.5"), ("5.", "5"), ("+3", "3"), ("-3", "-3"),
    ("007", "7"), ("500m", "0.5"), ("100n", "1e-7"), ("250u", "0.00025"), ("1k", "1000"),
    ("1M", "1e6"), ("2G", "2e9"), ("1T", "1e12"), ("1P", "1e15"), ("1E", "1e18"), ("1Ki", "1024"),
    ("1.5Mi", "1572864"), ("4Gi", "4294967296"), ("1Ti", "1099511627776"),
    ("1Pi", "1125899906842624"), ("1Ei", "1152921504606846976"), ("1e3", "1000"), ("1E3", "1000"),
    ("2e-3", "0.002"), ("1e+2", "100"), ("12E", "12e18"), ("1e30", "1e30"),
    ("0.0000000000000000000000000000000001Gi", "1073741824e-34"),
]  # fmt: skip

FAULTS: list[tuple[str, int, str, tuple[str, ...]]] = [
    ("4GB", 1, "`GB` is not a unit", ("4G", "4Gi")),
    ("512mb", 3, "`mb` is not a unit", ("512M", "512Mi")),
    ("4g", 1, "`g` is not a unit", ("4G", "4Gi")),
    ("1K", 1, "`K` is not a unit", ("1k", "1Ki")),
    ("4gi", 1, "`gi` is not a unit", ("4Gi",)),
    ("4ki", 1, "`ki` is not a unit", ("4Ki",)),
    ("4GiB", 1, "`GiB` is not a unit", ("4Gi",)),
    ("2gigabytes", 1, "`gigabytes` is not a unit", ("2G", "2Gi")),
    ("0.5 Gi", 3, "a quantity has no blanks", ("0.5Gi",)),
    (" 4Gi", 0, "a quantity has no blanks", ("4Gi",)),
    ("4Gi\n", 3, "a quantity has no blanks", ("4Gi",)),
    ("2 cores", 1, "a quantity has no blanks", ("2",)),
    ("500mcpu", 3, "`mcpu` is not a unit", ("500m",)),
    ("1_000", 1, "`_` does not belong here", ("1000",)),
    ("1,5", 1, "`,` does not belong here", ("1.5",)),
    ("1.2.3", 3, "`.` does not belong here", ()),
    ("50%", 2, "`%` does not belong here", ()),
    ("4Kii", 1, "`Kii` is not a unit", ()),
    ("1e", 1, "`e` is not a unit", ()),
    ("0x10", 1, "`x10` is not a unit", ()),
    ("Gi", 0, "a quantity starts with a number", ()),
    ("-Gi", 1, "a quantity starts with a number", ()),
    (".", 0, "a quantity starts with a number", ()),
    ("٤", 0, "a quantity starts with a number", ()),
    ("", 0, "it is empty", ()),
    ("-", 1, "a number is missing", ()),
    ("1e31", 1, "`e31` is more than a quantity can hold", ()),
    ("1e-999999999999", 1, "`e-999999999999` is more than a quantity can hold", ()),
]


@pytest.mark.parametrize(("text", "amount"), AMOUNTS)
def test_a_quantity_has_its_exact_amount(text: str, amount: str) -> None:
    assert parse_quantity(text) == Decimal(amount)
    assert check_quantity(text) is None


@pytest.mark.parametrize(("text", "position", "message", "suggestions"), FAULTS)
def test_a_fault_has_its_place_and_what_was_meant(
    text: str, position: int, message: str, suggestions: tuple[str, ...]
) -> None:
    expected = QuantityFault(position, message, suggestions)
    assert parse_quantity(text) == check_quantity(text) == expected
    assert expected.suggestion == (suggestions[0] if suggestions else None)


def test_amounts_compare_by_value() -> None:
    assert parse_quantity("1Gi") == parse_quantity("1024Mi") == parse_quantity("1073741824")
    small, large = parse_quantity("999M"), parse_quantity("1Gi")
    assert isinstance(small, Decimal)
    assert isinstance(large, Decimal)
    assert small < large


def test_a_long_text_is_refused_before_it_costs_anything() -> None:
    assert check_quantity("1" * LONGEST) is None
    assert check_quantity("1" * 1_000_000) == QuantityFault(
        LONGEST, "a quantity has at most 64 characters"
    )


PIECES = st.lists(
    st.sampled_from([*"0123456789.+-eEnumkKMGTPi _,Bx", "Ki", "Gi", "e3"]), max_size=8
)


@given(PIECES.map("".join))
def test_the_expression_and_the_grammar_are_one_language(text: str) -> None:
    try:
        _grammar().parse(text)
    except LarkError:
        fault = check_quantity(text)
        assert fault is not None
        assert 0 <= fault.position <= len(text)
    else:
        fault = check_quantity(text)
        assert fault is None or "more than a quantity can hold" in fault.message


@given(st.text(max_size=80))
def test_any_text_has_an_answer_and_suggestions_are_quantities(text: str) -> None:
    found = parse_quantity(text)
    if isinstance(found, QuantityFault):
        assert all(isinstance(parse_quantity(s), Decimal) for s in found.suggestions)


@given(
    st.decimals(-(10**9), 10**9, places=6), st.sampled_from(["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"])
)
def test_binary_amounts_are_never_rounded(number: Decimal, unit: str) -> None:
    amount = parse_quantity(f"{number:f}{unit}")
    power = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].index(unit) + 1
    assert isinstance(amount, Decimal)
    assert Fraction(amount) == Fraction(number) * 1024**power


def test_a_correct_quantity_does_not_load_lark() -> None:
    code = (
        "import sys; from pxc.grammar.quantity import parse_quantity; parse_quantity('4Gi');"
        "assert 'lark' not in sys.modules; parse_quantity('4GB'); assert 'lark' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
