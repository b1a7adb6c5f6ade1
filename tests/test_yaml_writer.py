"""The YAML writer: what PyYAML, a YAML 1.2 reader and Go's reader read back is what was meant."""

import io
import json
import math
import shutil
import subprocess

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pxc.yaml_writer import scalar_text, write_documents

PLAIN = [
    "train", "a b", "python:3.12", "--lr=0.1", "-v", "-", "$(PXC_RUN_UUID)/o", "/data", "1.2.3",
    "10.0.0.1", "2Gi", "100m", "it's", 'say "hi"', "a#b", "C#", "x:y", "http://h:80/p", "a{b}",
    "a,b",
    "key=value", "é", "日本", "🚀", "yEs", "e1", "0x", "0b2", "v1", "_1", "12:99", "2024-1", "+",
    "100%", "a\\b", "foo-", "...x", "---x", "a: b"[:2] + "b", "*"[1:] + "x*",
]  # fmt: skip
QUOTED = [
    "", "y", "Y", "yes", "No", "on", "OFF", "true", "FALSE", "null", "~", "Null", "1", "-1", "+1",
    "017", "08", "0o17", "0x1F", "0b11", "1_000", "1.5", ".5", "5.", "1e3", "1E3", "1e-5", "1.5e+3",
    "1:30", "190:20:30", "1:30.5", "2024-01-01", "2024-1-1 10:00:00", "2024-01-01T10:00:00Z",
    ".inf",
    "-.INF", ".nan", "=", "<<", "- a", "? a", "a: b", "a #b", "a:", " a", "a ", "#a", "&a", "*a",
    "!a", "|", ">", "'a", '"a', "%a", "@a", "`a", "[a", "]a", "{a", "}a", ",a", "---", "...", "?x",
    ":x", "\t", "a\tb", "a\r", "\x85", "\u2028", "\ufeff", "\u202e", "\x00", "\x1b", "\xa0",
    "Infinity",
]  # fmt: skip


def read_11(text: str) -> list[object]:
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def read_11_python(text: str) -> list[object]:
    return list(yaml.safe_load_all(text))


def read_12(text: str) -> list[object]:
    reader = YAML(typ="safe", pure=True)
    return list(reader.load_all(io.StringIO(text)))


READERS = [read_11, read_11_python, read_12]


@pytest.mark.parametrize("text", [t for t in PLAIN if t != "-"])
def test_what_needs_no_quotes_has_none(text: str) -> None:
    assert scalar_text(text) == text


@pytest.mark.parametrize("text", [*QUOTED, "-"])
def test_what_needs_quotes_has_them(text: str) -> None:
    assert scalar_text(text)[0] in "\"'"


@pytest.mark.parametrize("read", READERS)
def test_each_table_text_comes_back_as_value_key_and_item(read) -> None:
    docs = [{"a": t, t: "k", "l": [t, [t], {t: t}]} for t in PLAIN + QUOTED if t != "a"]
    assert read(write_documents(docs)) == docs


def test_layout() -> None:
    data = {
        "metadata": {"name": "a", "labels": {}},
        "list": ["x", {"k": 1, "m": {"o": None}}, [1, [2.5]], [], {}],
        "script": "set -e\nif x; then\n  echo 'a'\nfi\n",
        "bare": "a\nb",
        "kept": "a\n\n\n",
        "cut": "a \nb",
        "yes": True,
    }
    assert write_documents([data, ["z"]]) == (
        "metadata:\n  name: a\n  labels: {}\n"
        "list:\n  - x\n  - k: 1\n    m:\n      o: null\n  - - 1\n    - - 2.5\n  - []\n  - {}\n"
        "script: |\n  set -e\n  if x; then\n    echo 'a'\n  fi\n"
        "bare: |-\n  a\n  b\nkept: |+\n  a\n\n\n"
        'cut: "a \\nb"\n"yes": true\n'
        "---\n- z\n"
    )


TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(PLAIN + QUOTED),
    st.text("ab \n\t#:-'\"\\{}[]|>&*!%@,?=~0123456789.eE_+xoyYnN\r\x85\u2028\xa0", max_size=14),
    st.text(alphabet="0123456789abcdefox_+-.:TZeE ", max_size=12),
    st.lists(st.text(alphabet="ab  #:-", max_size=5), max_size=5).map("\n".join),
)
SCALARS = st.one_of(
    TEXTS, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False, allow_infinity=False)
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=10,
)
DOCUMENTS = st.lists(
    st.one_of(st.lists(DATA, max_size=4), st.dictionaries(TEXTS, DATA, max_size=4)),
    min_size=1,
    max_size=3,
)


def same(a: object, b: object) -> bool:
    """Equality that tells 1 from 1.0 and from true."""
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return a == b and math.copysign(1, a) == math.copysign(1, b)
    return type(a) is type(b) and a == b


@pytest.mark.parametrize("read", READERS)
@settings(max_examples=150, deadline=None)
@given(docs=DOCUMENTS)
def test_what_is_read_back_is_what_was_meant(read, docs: list[object]) -> None:
    text = write_documents(docs)
    assert same(read(text), docs), text
    assert text.endswith("\n")
    assert "\t" not in text
    assert text == write_documents(docs)


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6))
def test_any_character(text: str) -> None:
    written = write_documents([[text, {text: text}]])
    assert all(read(written) == [[text, {text: text}]] for read in READERS)


def test_floats_that_two_versions_of_yaml_read_alike() -> None:
    for value in (1e-05, 1e16, 1.5e-07, -0.0, 0.1, 1e300, 5e-324):
        for read in READERS:
            assert same(read(write_documents([[value]]))[0], [value])
    assert scalar_text(1e-05) == "1.0e-05"
    assert [scalar_text(float(x)) for x in ("inf", "-inf", "nan")] == [".inf", "-.inf", ".nan"]


def test_a_long_key_and_halves_of_pairs() -> None:
    docs = [{"k" * 3000: {"a": 1}, "q: " * 900: ["b"], "s": ["\ud83d\ude80", "\ud83d"]}]
    meant = [{"k" * 3000: {"a": 1}, "q: " * 900: ["b"], "s": ["🚀", "\ufffd"]}]
    for read in READERS:
        assert read(write_documents(docs)) == meant


@pytest.mark.parametrize("bad", [{1: 2}, {"a": {1}}, {"a": b"x"}])
def test_other_data_is_refused(bad: object) -> None:
    with pytest.raises(TypeError):
        write_documents([bad])


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on this machine")
def test_go_reads_back_what_was_meant() -> None:
    texts = [t for t in PLAIN + QUOTED if "\x00" not in t]
    texts += ["a\nb\n", "a\n\n", "  a\n", "x: |\n  y\n", "\n\nb", "a\n  b\n"]
    data = {f"k{number}": text for number, text in enumerate(texts)}
    data |= {key: key for key in ("y", "on", "1", "1.5", "null", "a.b", "0x1", "no")}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data}
    # `annotate --local` parses as the API machinery does and asks no server.
    ran = subprocess.run(
        ["kubectl", "annotate", "--local", "-f", "-", "-o", "json", "pxc.dev/read=back"],
        input=write_documents([config]).encode(),
        capture_output=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert json.loads(ran.stdout)["data"] == data
