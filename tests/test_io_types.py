"""Types of inputs: what each accepts and refuses, validations, and the matcher of patterns."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.ir.io import Validation
from pxc.ir.node import Lit, plain
from pxc.passes.io_types.coerce import CoercionFault, coerce
from pxc.passes.io_types.parse_type import TypeFault, known_types, parse_type
from pxc.passes.io_types.patterns import PatternFault, compile_pattern, matches_whole
from pxc.passes.io_types.settle import facts_of, locate, node_of, refit
from pxc.passes.io_types.types import IOType
from pxc.passes.io_types.validate import check_validation, validate
from pxc.source import Source, Span
from tests.reading import operation

SPAN = Span(Source("here", "x"), 0, 1)
UUID = "c8d2f1a0b3a14b0f8b2d9d8a4cb4cc11"
DASHED = "C8D2F1A0-b3a1-4b0f-8b2d-9d8a4cb4cc11"


def typed(text: str) -> IOType:
    found = parse_type(text)
    assert isinstance(found, IOType), found
    return found


CANONICAL = [
    ("int", "int"), ("Any", "any"), ("Dict", "dict"), ("List", "list"), ("list[int]", "List[int]"),
    (" Dict[ str,List[ int ] ] ", "Dict[str, List[int]]"), ("Optional[Any]", "Optional[any]"),
    ("dict[str, Any]", "Dict[str, any]"), ("FutureDate", "date"), ("PositiveInt", "PositiveInt"),
    ("EmailStr", "email"), ("UUID4", "uuid"), ("ByteSize", "ByteSize"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "canonical"), CANONICAL)
def test_a_type_has_one_canonical_text(text: str, canonical: str) -> None:
    assert str(typed(text)) == canonical
    assert str(typed(canonical)) == canonical


@pytest.mark.parametrize("name", known_types())
def test_every_known_name_is_a_type(name: str) -> None:
    typed(f"{name}[int]" if name == "Optional" else name)


# text, the faulty piece, a word of the message, a word of the help
FAULTY = [
    ("strr", "strr", "unknown type", "`str`"),
    ("flaot", "flaot", "unknown type", "`float`"),
    ("string", "string", "unknown type", "`str`"),
    ("integer", "integer", "unknown type", "`int`"),
    ("url", "url", "unknown type", "`uri`"),
    ("Int", "Int", "unknown type", "`int`"),
    ("zzzzz", "zzzzz", "unknown type", "types:"),
    ("auth", "auth", "cannot hold", "connection"),
    ("Union[int, str]", "Union", "cannot hold", "any"),
    ("Tuple[int]", "Tuple", "cannot hold", "List"),
    ("Literal['a']", "Literal", "cannot hold", "options"),
    ("dict_of_dicts", "dict_of_dicts", "cannot hold", "Dict[str, dict]"),
    ("int | None", "| None", "not expected", "any"),
    ("List[int | str]", "|", "not expected", "any"),
    ("List[Lst]", "Lst", "unknown type", "`List`"),
    ("Dict[str]", "Dict[str]", "takes", ""),
    ("List[int, str]", "List[int, str]", "takes one type", ""),
    ("int[str]", "int", "no arguments", "`int`"),
    ("Optional", "Optional", "in brackets", "Optional[int]"),
    ("List[", "List[", "not finished", "close"),
    ("int]", "]", "not expected", "follow"),
    ("", "", "empty", "leave"),
    ("List[" * 20 + "int" + "]" * 20, "List", "too deep", ""),
    ("a" * 400, "a" * 400, "at most", ""),
]


@pytest.mark.parametrize(("text", "piece", "says", "helps"), FAULTY)
def test_a_faulty_type_is_explained(text: str, piece: str, says: str, helps: str) -> None:
    fault = parse_type(text)
    assert isinstance(fault, TypeFault)
    assert text[fault.start : fault.end] == piece
    assert says in fault.message
    assert helps in (fault.help or "")


GIT = {"url": "https://h/r", "revision": "main", "flags": ["--recursive"]}

ACCEPTED: list[tuple[str, Any, Any]] = [
    ("int", 3, 3), ("int", "3", 3), ("int", "3.0", 3), ("int", 3.0, 3), ("int", True, 1),
    ("int", "-7", -7), ("int", "1e3", 1000),
    ("float", 1, 1.0), ("float", "1e-3", 0.001), ("float", True, 1.0), ("float", "2", 2.0),
    ("metric", "0.5", 0.5),
    *(("bool", v, True) for v in (True, 1, 1.0, "true", "yes", "on", "t", "1", "TRUE", "Y")),
    *(("bool", v, False) for v in (False, 0, "false", "No", "off", "f", "0", "n")),
    ("str", "x", "x"), ("str", 1, "1"), ("str", 1.5, "1.5"), ("str", True, "true"),
    ("str", [1, "a"], '[1,"a"]'), ("str", {"a": 1}, '{"a":1}'), ("str", "é", "é"),
    ("str", ["é"], '["é"]'), ("str", "", ""),
    ("dict", {"a": 1}, {"a": 1}), ("dict", '{"a": [1]}', {"a": [1]}),
    ("Dict[str, int]", {"a": "3"}, {"a": 3}), ("Dict[str, int]", '{"a": 3.0}', {"a": 3}),
    ("Dict[str, List[float]]", {"a": [1]}, {"a": [1.0]}), ("metadata", {"k": 1}, {"k": 1}),
    ("list", [1, "a"], [1, "a"]), ("list", "[1, 2]", [1, 2]), ("List[int]", ["3", 4.0], [3, 4]),
    ("list[bool]", '["yes", 0]', [True, False]), ("List[str]", [1, "a"], ["1", "a"]),
    ("List[Optional[int]]", [None, 1], [None, 1]), ("List[List[int]]", "[[1],[2]]", [[1], [2]]),
    ("any", "3", "3"), ("any", None, None), ("Any", {"a": [1]}, {"a": [1]}),
    ("Optional[int]", "3", 3), ("Optional[List[int]]", "[1]", [1]), ("Optional[int]", None, None),
    ("path", "a/b", "a/b"),
    ("date", "2020-01-02", "2020-01-02"), ("datetime", "2020-01-02", "2020-01-02"),
    ("datetime", "2020-01-02T10:00:00", "2020-01-02T10:00:00"),
    ("datetime", "2020-01-02 10:00:00.5Z", "2020-01-02T10:00:00.500000+00:00"),
    ("datetime", "2020-01-02T10:00+0200", "2020-01-02T10:00:00+02:00"),
    ("timedelta", 90, 90.0), ("timedelta", "90", 90.0), ("timedelta", "PT30M", 1800.0),
    ("timedelta", "P1DT2H", 93600.0), ("timedelta", "1:30:00", 5400.0), ("timedelta", 1.5, 1.5),
    ("timedelta", "2 days, 0:00:01", 172801.0), ("timedelta", "-PT1S", -1.0),
    ("uuid", UUID, UUID), ("uuid", DASHED, UUID),
    ("email", "user@domain.org", "user@domain.org"),
    ("uri", "https://h/p?q=1", "https://h/p?q=1"), ("uri", "user:pass@host", "user:pass@host"),
    ("image", "busybox", "busybox"), ("image", "host:5000/a:tag", "host:5000/a:tag"),
    ("image", {"name": "x:1"}, "x:1"),
    ("image", "h:5000/a:1@sha256:" + "0" * 64, "h:5000/a:1@sha256:" + "0" * 64),
    ("gcs", "gs://b", "gs://b"), ("gcs", "gcs://b/k", "gcs://b/k"),
    ("gcs", {"bucket": "gs://bucket1"}, "gs://bucket1"),
    ("gcs", {"bucket": "gs://bucket2", "blob": "blobName"}, "gs://bucket2/blobName"),
    ("gcs", {"bucket": "b", "blob": "/k/é"}, "gs://b/k/é"),
    ("s3", "s3://b/k", "s3://b/k"), ("s3", {"bucket": "s3://b", "key": "k"}, "s3://b/k"),
    ("wasb", "wasbs://c@u.blob.core.windows.net/p", "wasbs://c@u.blob.core.windows.net/p"),
    ("wasb", "wasb://c@u.blob.core.windows.net", "wasb://c@u.blob.core.windows.net"),
    ("wasb", {"container": "c", "user": "u"}, "wasbs://c@u.blob.core.windows.net"),
    ("wasb", {"container": "c", "storage_account": "u", "path": "some/path"},
     "wasbs://c@u.blob.core.windows.net/some/path"),
    ("git", GIT, GIT), ("git", '{"url": "u"}', {"url": "u"}), ("git", {}, {}),
    ("dockerfile", {"image": "a:1", "env": {"A": 2}, "lang_env": "C", "uid": "5"},
     {"image": "a:1", "env": {"A": "2"}, "langEnv": "C", "uid": 5}),
    ("dockerfile", {"image": "a", "env": [["A", "b"]], "copy": ["x", ["a", "b"]], "run": ["ls"]},
     {"image": "a", "env": [["A", "b"]], "copy": ["x", ["a", "b"]], "run": ["ls"]}),
    ("file", {"content": "x", "filename": "f", "chmod": "+x"},
     {"content": "x", "filename": "f", "chmod": "+x"}),
    ("tensorboard", {"port": 6006, "uuids": f"{UUID}, {DASHED}", "useNames": "yes"},
     {"port": 6006, "uuids": [UUID, UUID], "useNames": True}),
    ("event", {"name": "n", "kind": None}, {"name": "n"}),
    ("artifacts", {"files": ["a", ["a", "b"]], "dirs": ["d"], "workers": 2},
     {"files": ["a", ["a", "b"]], "dirs": ["d"], "workers": 2}),
    ("PositiveInt", "3", 3), ("NonNegativeInt", 0, 0), ("NegativeInt", -1, -1),
    ("NonPositiveInt", 0, 0), ("PositiveFloat", 0.1, 0.1), ("NegativeFloat", -1, -1.0),
    ("NonNegativeFloat", 0, 0.0), ("NonPositiveFloat", "0", 0.0), ("FiniteFloat", 1, 1.0),
    ("StrictInt", 3, 3), ("StrictInt", "3", 3), ("StrictFloat", 1, 1.0), ("StrictStr", "a", "a"),
    ("StrictBool", True, True), ("SecretStr", "s", "s"), ("PastDate", "2999-01-01", "2999-01-01"),
    ("ByteSize", "10 GB", 10_000_000_000), ("ByteSize", "1.5KiB", 1536), ("ByteSize", 7, 7),
]  # fmt: skip


@pytest.mark.parametrize(("type", "value", "expected"), ACCEPTED)
def test_accepted(type: str, value: Any, expected: Any) -> None:
    found = coerce(typed(type), value)
    assert found == expected
    assert repr(found) == repr(expected)  # 1, 1.0 and true are equal to Python


# type, value, a word of the message, where in the value
REJECTED: list[tuple[str, Any, str, tuple[Any, ...]]] = [
    ("int", 1.5, "`1.5` is not a whole number", ()), ("int", "a", "`a` is not", ()),
    ("int", None, "`null` is not", ()), ("int", "007", "whole number", ()),
    ("int", "", "an empty text", ()), ("int", [1], "`[1]` is not", ()),
    ("int", math.inf, "whole number", ()), ("int", "9" * 5000, "whole number", ()),
    ("float", "nan", "`nan` is not a number", ()), ("float", "NaN", "not a number", ()),
    ("float", "a", "not a number", ()), ("float", None, "not a number", ()),
    ("float", "Infinity", "not a number", ()), ("float", 10**400, "of that size", ()),
    ("float", "true-ish", "not a number", ()), ("metric", "x", "not a number", ()),
    ("bool", 2, "`2` is not `true` or `false`", ()), ("bool", "foo", "`foo` is not", ()),
    ("bool", None, "`null`", ()), ("bool", [], "`[]`", ()),
    ("str", None, "`null` is not text", ()),
    ("dict", "a", "`a` is not a map", ()), ("dict", [1], "not a map", ()),
    ("dict", "{a: 1}", "not a map", ()), ("dict", '{"a":1,"a":2}', "key `a` twice", ()),
    ("Dict[str, int]", {"a": {"b": 1}}, "whole number", ("a",)),
    ("Dict[int, str]", {"x": "y"}, "`x` is not a whole number", ("x",)),
    ("Dict[int, str]", {1: "a", "1": "b"}, "there twice", ()),
    ("metadata", "x", "not a map", ()),
    ("list", 1, "`1` is not a list", ()), ("list", "a,b", "`a,b` is not a list", ()),
    ("List[int]", [1, 2.5], "`2.5` is not a whole number", (1,)),
    ("List[int]", '[1, "x"]', "`x`", (1,)), ("List[List[int]]", [[1], [None]], "null", (1, 0)),
    ("list", "[" * 5000, "nested too deep", ()), ("List[int]", '"[1]"', "not a list", ()),
    ("Optional[int]", "a", "whole number", ()),
    ("path", 1, "`1` is not a path", ()), ("path", ["a"], "not a path", ()),
    ("date", "2020-01-02T10:00:00", "not a date", ()), ("date", 20200102, "not a date", ()),
    ("date", "2020-02-31", "that exists", ()), ("datetime", 1577959200, "not a date", ()),
    ("datetime", "2020-01-02T25:00:00", "that exists", ()), ("datetime", "now", "`now`", ()),
    ("timedelta", "soon", "`soon` is not a duration", ()), ("timedelta", True, "duration", ()),
    ("timedelta", "P1M", "duration", ()), ("timedelta", math.nan, "duration", ()),
    ("timedelta", "1e300", "duration", ()), ("timedelta", "P", "duration", ()),
    ("timedelta", "PT", "duration", ()),
    ("uuid", "abc", "`abc` is not a UUID", ()), ("uuid", UUID[:8] + "-" + UUID[8:], "UUID", ()),
    ("email", "user", "`user` is not an email", ()), ("email", "a@-b", "email", ()),
    ("uri", "a", "`a` is not a URL", ()), ("uri", "http://a b", "URL", ()),
    ("image", "a b", "not a reference to an image", ()), ("image", "a:b:c:d", "reference", ()),
    ("image", {"nam": "x"}, "`nam` is not a key of `image`", ()), ("image", 1, "reference", ()),
    ("image", {"name": ["x"]}, "must be text", ()), ("image", {}, "`name` of `image`", ()),
    ("gcs", "s3://b", "Google Cloud Storage", ()), ("gcs", {"blob": "k"}, "`bucket`", ()),
    ("gcs", {"bucket": "b", "key": "k"}, "`key` is not a key", ()),
    ("s3", "bucket", "S3", ()), ("s3", {"bucket": "gs://b"}, "S3", ()),
    ("wasb", "wasb://c/p", "Azure", ()), ("wasb", {"container": "c"}, "`user`", ()),
    ("wasb", {"container": "c", "user": "a", "storageAccount": "b"}, "the same", ()),
    ("git", "https://github.com/o/r", "not a map of `git`", ()),
    ("git", {"url": "u", "branch": "b"}, "`branch` is not a key of `git`", ("branch",)),
    ("git", {"revision": 5}, "`5` is not text", ("revision",)),
    ("dockerfile", {"env": {}}, "`image` of `dockerfile` is missing", ()),
    ("dockerfile", {"image": "a b"}, "reference to an image", ("image",)),
    ("dockerfile", {"image": "a", "env": [["A"]]}, "pair", ("env",)),
    ("file", {"content": "x", "name": "n"}, "`name` is not a key of `file`", ("name",)),
    ("file", {"filename": "n"}, "`content` of `file` is missing", ()),
    ("tensorboard", {"uuids": ["x"]}, "UUID", ("uuids",)),
    ("event", "e", "not a map of `event`", ()),
    ("artifacts", ["a"], "not a map of `artifacts`", ()), ("artifacts", "a", "map", ()),
    ("artifacts", {"files": [["a"]]}, "pair", ("files",)),
    ("artifacts", {"useNames": 1, "use_names": 1}, "not a key", ("useNames",)),
    ("tensorboard", {"useNames": 1, "use_names": 1}, "given twice", ("use_names",)),
    ("PositiveInt", 0, "above 0", ()), ("NonNegativeInt", -1, "0 or more", ()),
    ("NegativeInt", 0, "below 0", ()), ("NonPositiveInt", 1, "0 or less", ()),
    ("PositiveFloat", "0", "above 0", ()), ("NegativeFloat", 0, "below 0", ()),
    ("NonNegativeFloat", -0.1, "0 or more", ()), ("NonPositiveFloat", 0.1, "0 or less", ()),
    ("FiniteFloat", math.inf, "finite", ()), ("StrictInt", True, "whole number", ()),
    ("StrictInt", 3.0, "whole number", ()), ("StrictFloat", True, "number", ()),
    ("StrictStr", 1, "`1` is not text", ()), ("StrictBool", 1, "`true` or `false`", ()),
    ("SecretStr", 1, "text", ()), ("ByteSize", "10 XB", "size", ()), ("ByteSize", -1, "size", ()),
    ("ByteSize", True, "size", ()),
]  # fmt: skip


@pytest.mark.parametrize(("type", "value", "says", "path"), REJECTED)
def test_rejected(type: str, value: Any, says: str, path: tuple[Any, ...]) -> None:
    fault = coerce(typed(type), value)
    assert isinstance(fault, CoercionFault)
    assert says in fault.message
    assert fault.path == path
    assert fault.expected
    assert len(fault.message) < 250


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["3", "[1]", '{"a": 1}', "gs://b", "a:b", "P1D", "1 GB", "a@b", "{{ x }}"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.text(max_size=4) | st.sampled_from(["bucket", "image", "files", "env", "name"]),
        inner, max_size=3,
    ),
    max_leaves=8,
)  # fmt: skip
EVERY_TYPE = st.sampled_from(
    [typed(n) for n in known_types() if n != "Optional"]
    + [typed(t) for t in ("List[int]", "Dict[str, List[float]]", "Optional[List[bool]]")]
)


@given(EVERY_TYPE, JSON)
@settings(max_examples=400, deadline=None)
def test_any_value_is_coerced_or_refused_and_coercion_settles(type: IOType, value: Any) -> None:
    found = coerce(type, value)
    if isinstance(found, CoercionFault):
        assert found.message
    else:
        assert repr(coerce(type, found)) == repr(found)


@given(st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_type_or_a_fault_within_it(text: str) -> None:
    found = parse_type(text)
    if isinstance(found, TypeFault):
        assert 0 <= found.start <= found.end <= len(text)
    else:
        assert str(typed(str(found))) == str(found)


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_plain_data_survives_the_tree(value: Any) -> None:
    node = node_of(value, SPAN)
    assert repr(plain(node)) == repr(value)
    assert refit(node, value) is node


# validation


def validation(text: str) -> Validation:
    found, report = operation(
        f"kind: component\ninputs: [{{name: x, validation: {{{text}}}}}]\n"
        "run: {kind: job, container: {image: a}}"
    )
    assert found is not None, list(report)
    assert not report.has_errors, list(report)
    facts = facts_of(found.inputs.items[0])
    return facts.validations[0]


# validation, type, a value that passes, one that fails, a word of the message
PREDICATES: list[tuple[str, str, Any, Any, str]] = [
    ("gt: 0", "float", 0.1, 0.0, "not greater than `0`"),
    ("ge: 0.5", "float", 0.5, 0.4, "not at least `0.5`"),
    ("lt: 3", "int", 2, 3, "not less than `3`"),
    ("le: 1", "float", 1.0, 1.5, "not at most `1`"),
    ("gt: 0", "List[int]", [1, 2], [1, 0], "`0` is not"),
    ("gt: 0", "Dict[str, int]", {"a": 1}, {"a": -1}, "`-1` is not"),
    ("gt: 0", "", 1, "a", "`a` is not a number"),
    ("multipleOf: 3", "int", 9, 10, "not a multiple of"),
    ("multipleOf: 0.1", "float", 0.3, 0.35, "not a multiple of"),
    ("minDigits: 2", "int", -12, -1, "1 digit, fewer than 2"),
    ("maxDigits: 3", "float", 1.25, 12.25, "4 digits, more than 3"),
    ("maxDigits: 5", "str", "01234", "012345", "6 digits"),
    ("decimalPlaces: 2", "float", 0.25, 0.125, "3 decimal places, more than 2"),
    ("decimalPlaces: 0", "int", 5, 0.5, "1 decimal place"),
    ("decimalPlaces: 7", "float", 1e-7, 1e-8, "8 decimal places"),
    ("regex: '[a-z]+'", "str", "abc", "abc1", "does not match"),
    (
        "regex: '^s3://(?P<bucket>[a-z0-9-.]{3,63})/(?P<key>.+)$'",
        "path",
        "s3://bkt/k",
        "s3://b/k",
        "does not match",
    ),
    ("regex: '[a-z]+'", "List[str]", ["a"], ["a", "B"], "`B` does not match"),
    ("minLength: 2", "str", "ab", "a", "1 character, fewer than 2"),
    ("maxLength: 2", "str", "ab", "abc", "3 characters, more than 2"),
    ("contains: b", "str", "abc", "ac", "does not contain `b`"),
    ("contains: [a, c]", "str", "abc", "ab", "does not contain `c`"),
    ("contains: [1]", "List[int]", [1, 2], [2], "does not contain `1`"),
    ("contains: b", "Dict[str, str]", {"k": "ab"}, {"k": "a"}, "does not contain"),
    ("excludes: [x, y]", "str", "abc", "xbc", "contains `x`"),
    ("excludes: 0", "list", [1, False], [1, 0], "contains `0`"),
    ("options: [mse, mae]", "str", "mse", "rmse", "not one of the options"),
    ("options: ['1', 2]", "int", 1, 3, "not one of"),
    ("options: [1, 2]", "str", "1", "3", "not one of"),
    ("options: [1, 2]", "List[int]", [1, 2, 2], [1, 3], "`3` is not one of"),
    ("options: [1]", "", 1, True, "`true` is not one of"),
    ("minItems: 1", "list", [1], [], "has 0 items, fewer than 1"),
    ("maxItems: 1", "dict", {"a": 1}, {"a": 1, "b": 2}, "2 items, more than 1"),
    ("keys: [a, b]", "dict", {"a": 1, "b": 2, "c": 3}, {"a": 1}, "`b` is missing"),
    ("containsKeys: [a]", "dict", {"a": 1}, {}, "`a` is missing"),
    ("excludesKeys: [a]", "Dict[str, int]", {"b": 1}, {"a": 1}, "`a` must not"),
]


@pytest.mark.parametrize(("text", "type", "good", "bad", "says"), PREDICATES)
def test_predicates(text: str, type: str, good: Any, bad: Any, says: str) -> None:
    asked, of = validation(text), typed(type) if type else None
    assert check_validation(asked, of) == []
    assert validate(asked, good, of) == []
    (fault,) = validate(asked, bad, of)
    assert says in fault.message
    assert fault.limit.text in text


def test_a_failure_leads_to_its_item() -> None:
    (fault,) = validate(validation("ge: 0"), {"a": [1, -1]}, typed("Dict[str, List[int]]"))
    assert fault.path == ("a", 1)
    assert len(validate(validation("ge: 0, le: -5"), [-1, -2], typed("List[int]"))) == 2


# validation, type, a word of the message, the text it stands at
INAPPLICABLE = [
    ("gt: 1", "str", "`gt` says nothing of a value of type `str`", "1"),
    ("gt: 1", "bool", "says nothing", "1"),
    ("multipleOf: 2", "List[str]", "says nothing", "2"),
    ("regex: a", "int", "says nothing", "a"),
    ("minLength: 1", "List[int]", "says nothing", "1"),
    ("contains: 1", "int", "says nothing", "1"),
    ("minItems: 1", "str", "says nothing", "1"),
    ("keys: [a]", "list", "says nothing", "[a]"),
    ("options: [a]", "git", "says nothing", "[a]"),
    ("minDigits: 1", "bool", "says nothing", "1"),
    ("multipleOf: 0", "int", "multiple of 0", "0"),
    ("options: a", "str", "must be a list", "a"),
    ("options: [1, x]", "int", "the option `x` is not a whole number", "x"),
    ("regex: '('", "str", "is no regular expression", "'('"),
    ("regex: '(a)\\1'", "str", "is no regular expression", "'(a)\\1'"),
    ("regex: 'a(?=b)'", "str", "is no regular expression", "'a(?=b)'"),
    ("regex: '(?:a{100}){100}'", "str", "is no regular expression", "'(?:a{100}){100}'"),
]


@pytest.mark.parametrize(("text", "type", "says", "at"), INAPPLICABLE)
def test_what_cannot_apply_is_said_once(text: str, type: str, says: str, at: str) -> None:
    asked = validation(text)
    (fault,) = check_validation(asked, typed(type))
    assert says in fault.message
    assert fault.limit.text == at
    assert validate(asked, "value", typed(type)) == []


def test_a_limit_that_is_a_template_waits() -> None:
    asked = validation("gt: '{{ low }}', le: 5")
    assert [f.predicate for f in validate(asked, 9, typed("int"))] == ["le"]


@given(
    st.sampled_from([validation(p[0]) for p in PREDICATES]),
    EVERY_TYPE, JSON,
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_no_value_breaks_a_validation(asked: Validation, type: IOType, value: Any) -> None:
    check_validation(asked, type)
    found = coerce(type, value)
    if not isinstance(found, CoercionFault):
        validate(asked, found, type)
    validate(asked, value)


# patterns

PATTERNS = [
    r"^s3://(?P<bucket>[a-z0-9-.]{3,63})/(?P<key>.+)$", r"a{2,3}c?", r"", r"a|b|",
    r"(ab|c)*d", r"\d+\.\d*", r"x{0}y", r"\bfoo\b.*", r"(?i)ABC", r"\x41+", r"a.c", r"(?s)a.c",
]  # fmt: skip


@given(st.sampled_from(PATTERNS), st.text(alphabet="abcdAxy]1.{fo ", max_size=8))
@settings(max_examples=300, deadline=None)
def test_a_pattern_matches_what_python_matches(pattern: str, text: str) -> None:
    assert matches_whole(pattern, text) == (re.fullmatch(pattern, text) is not None)


@given(st.text(max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_pattern_is_compiled_or_refused(pattern: str) -> None:
    compile_pattern(pattern)


@pytest.mark.parametrize("pattern", [r"(?=a)b", r"(a)\1", r"(?<!a)b", "(", "a" * 5 + "{1,100000}"])
def test_what_would_need_backtracking_is_refused(pattern: str) -> None:
    assert isinstance(compile_pattern(pattern), PatternFault)


@pytest.mark.parametrize("pattern", [r"(a+)+b", r"(a*)*b", r"a*a*a*a*a*b", r"(a|a)*b"])
def test_a_hostile_pattern_is_answered_at_once(pattern: str) -> None:
    assert not matches_whole(pattern, "a" * 50_000)


def test_locate_stops_at_the_last_place_that_exists() -> None:
    inner = Lit(Span(Source("there", "y"), 0, 1), "[1, 2]")
    node = node_of({"a": [0]}, SPAN)
    assert locate(node, ("a", 0, "b")) == (SPAN, ("b",))
    assert locate(inner, (1,)) == (inner.span, (1,))
