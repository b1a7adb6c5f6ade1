"""What Argo's own packages make of our expressions is what Python makes of the author's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pxc.passes.evaluation import EvaluationFault
from pxc.targets.argo.expr_lang import Form
from pxc.targets.argo.expr_outputs import output_expr
from tests.argo_values import VALUES, in_python, parameters, said, written
from tests.engines.expressions import RELEASES, Substitution, substitution
from tests.engines.place import missing


@pytest.fixture(scope="module", params=RELEASES)
def argo(request: pytest.FixtureRequest) -> Iterator[Substitution]:
    if missing(RELEASES[request.param]):
        pytest.skip(f"NO ARGO {request.param}: {RELEASES[request.param]}; run `make engines`")
    with substitution(request.param) as started:
        yield started


SAME = """
n; f; g; h; big; small; on; s; u; empty; braces
n + 1; n + f; n - m; n * f; n / 2; g / 2; n / zero; m // 2; -7 // n; m // n; m % 3; 3 % m; n % zero
-7 % n; (n - 5) % n; n ** 3; -n; -m; -f; +f; n * on; on + on; f * 100; big * 2; small / 3; 0.1 + f
not on; not s; not n; not none; n ~ s; f / 2 ~ 'x'; on ~ off; s + u; s + 'x'
n > 2; n > 2 and on; f > 0.9 and not off; n == 3.0; n == on; on == true; on == 1; off < on
s == 'x'; u == 'ready'; u != ''; s < 'b'; s >= 'Añb'; 1 < n < 5; 1 < n + 1 < 4; n == n
n in [1, 2, 3]; n in [1.0, 3.0]; f in [1, 2]; g in [1, 2]; s in ['a', 'b', 3]; u in ['ready']
on in [1, 0]; 'a' in texts; n in ints; f in ints; n in floats; 'a' in list; on in bools
'name' in d; 'other' in d; 'ñ' in s; n not in [1]; s in [s, 'x']; n in [n, 2]; u in [s, u]
s or 'none'; empty or 'none'; empty or n; n or f; on and off; on or off; empty and s; zero or f
f if on else n; f if off else 'none'; 'a' if n > 2 else 'b'; on if off else n; (f or 1) * 2
d.name; d['name']; d.k; d.on; d.lr; d.other; d.inner.a[1]; d.inner['b']; d.name == 'x'; d.k == 3
d.k == 1; d.on == 1; d.on == true; d.on != 0; d.k > 2; d.name == none; n == none; none != n
d.other | default('q'); d.name | default('q'); d.name is defined; d.other is defined
d.other is undefined; d[s] | default('q'); weights.a; weights.a * 4; weights.b; weights['c']
d.k | int + 1; d.lr | float * 2; d.name | upper; d.k | string
ints[0]; ints[-1]; ints[9]; texts[1]; bools[0]; floats[1]; list[0]; s[0]; s[1:3]; s[:-1]; s[-2:]
s[9:]; ints[1:] | join(','); ints[-9:] | join; ints[:-9] | join; rows[1].k; rows | map(attribute='k') | join
s | length; ints | length; d | length; texts | join(', '); ints | join('-'); floats | join(' ')
bools | join(' '); list | join(' '); u | upper; 'abc' ~ u | upper; s | lower; s | trim; s | trim('Ac')
s | replace('b', 'xx'); s | replace('', '-'); s | replace(' ', '-', 1); n | string; f | string
f | int; h | int; digits | int; decimal | int; decimal | float; s | int; s | int(5)
s | float; s | float(1.5); u | float; empty | int; on | int; on | float; n | float; '12' ~ n | int
h | round; f | round; m | round; g | round; 3.5 * n | round; h | round(none); f | round(1, 'floor')
f | round(1, 'ceil'); f | round(0, 'ceil'); m | abs; h | abs; f | abs
ints | first; nothing | first; ints | last; ints | sort | join(','); ints | sort(reverse=true) | join(',')
texts | sort(case_sensitive=true) | join(','); ints | max; nothing | max; floats | min; ints | sum
floats | sum; floats | sum / 2; ints | unique | join; ints | reverse | join; s | reverse
s | list | join('|'); texts | map('upper') | join; texts | map('lower') | join; ints | map('string') | join
floats | map('int') | join; ints | map('float') | join(' '); texts | map('int') | join
ints | select('gt', 1) | join(','); ints | select('odd') | join(','); ints | reject('odd') | join(',')
bools | select | list | length; ints | select('in', [1, 2]) | list | join; texts | reject('eq', 'a') | join
f | map_format('--lr=%s'); n | map_format('--n=%d%%'); '%s and %s' | format(s, n); 'all' | format
n is even; n is odd; m is divisibleby 7; s is string; n is number; n is not even; s is none; on is true
n is eq(3); f is lt(1); f | tojson; on | tojson; n | tojson; {'a': n}['a']; [n, 2][0]; [n, 2] | join
empty | default('x', true); s | default('x', true); n + 1 | default('x', true); s | default('x')
"it's {{ braces }} \\\\ \\n" ~ s; '}}' ~ n; '{{' ~ s ~ '}}'; s ~ 'é\\t$(X)"'; n % 2 == 1 and f / 2 < 1
"""


@pytest.mark.parametrize("line", SAME.strip().splitlines())
def test_same_as_python(argo: Substitution, line: str) -> None:
    for text in filter(None, map(str.strip, line.split(";"))):
        for form in ("text", "argument"):
            assert_same(argo, text, form, VALUES)


def assert_same(
    argo: Substitution, text: str, form: Form, values: dict[str, tuple[str, Any]]
) -> None:
    expression, refused = said(text, form)
    assert expression is not None, (text, refused)
    found, error = argo.evaluate(expression, parameters(values))
    expected = in_python(text, form, values)
    if expected is None or expected in ("inf", "-inf", "nan"):
        assert error, (text, expression, found)
    elif form == "argument" and found != expected and found[:1] in ("{", "["):
        assert json.loads(found) == json.loads(expected), (text, expression)
    else:
        assert (found, error) == (expected, ""), (text, expression)


LOUD = {
    # what Python knows to answer and Argo does not: it fails, and never answers otherwise
    "s | upper": ("text", {}),
    "d.inner": ("text", {}),
    "1e300 * f * 1e300": ("text", {}),
    "big | int": ("text", {}),
    "n + 1": ("text", {"n": ("int", "three")}),
    "f > 1": ("condition", {"f": ("float", "")}),
    "on": ("condition", {"on": ("bool", "perhaps")}),
    "s": ("condition", {}),
    "d.name ~ 'x'": ("text", {"d": ("dict", "{}")}),
}


@pytest.mark.parametrize("text", LOUD)
def test_fails_loudly(argo: Substitution, text: str) -> None:
    form, values = LOUD[text]
    expression, refused = said(text, form)
    assert expression is not None, refused
    assert argo.evaluate(expression, parameters(VALUES | values))[1]


CONDITIONS = {
    "u": {"u": "yes"},
    "u ~ ''": {"u": "TRUE"},
    "not u == 'x'": {"u": "y"},
    "n": {"n": "1"},
    "on": {"on": "True"},
    "d.on": {"d": '{"on": true}'},
    "s == '{{'": {"s": "{{"},
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions(argo: Substitution, text: str) -> None:
    given = {f"inputs.parameters.{name}": value for name, value in CONDITIONS[text].items()}
    expression, refused = said(text, "condition")
    assert expression is not None, refused
    assert argo.evaluate(expression, given) == ("true", "")


# Any expression over any values


INTS = st.integers(-50, 50)
FLOATS = st.floats(-1e3, 1e3) | st.sampled_from(
    [-0.0, -0.3, 0.5, 2.5]
)  # what is made of them fits whole numbers of 64 bits
TEXTS = st.text(st.sampled_from("abAB09 .-_eé{}'\"\\$%,[]\n#"), max_size=8)
ANY_VALUES = st.fixed_dictionaries(
    {"n": INTS, "m": INTS, "f": FLOATS, "g": FLOATS, "on": st.booleans(), "off": st.booleans(),
     "s": TEXTS, "u": TEXTS, "ints": st.lists(INTS, max_size=4),
     "texts": st.lists(TEXTS, max_size=4)}
)  # fmt: skip


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def _formed(forms: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Any of some forms, with parts in the places of their letters."""
    made = []
    for form in forms.split(";"):
        words = form.split()
        made.append(
            st.tuples(*(parts.get(w, st.just(w)) for w in words)).map(lambda ws: " ".join(ws))
        )
    return st.one_of(made).map(lambda text: f"({text})")


def _expressions(depth: int) -> dict[str, st.SearchStrategy[str]]:
    leaves = {
        "i": st.one_of(INTS.map(str), st.sampled_from(["n", "m"])),
        "f": st.one_of(FLOATS.map(repr), st.sampled_from(["f", "g"])),
        "b": st.sampled_from(["on", "off", "true"]),
        "t": st.one_of(TEXTS.map(_quoted), st.sampled_from(["s", "u"])),
    }
    if depth == 0:
        return leaves
    p = _expressions(depth - 1)
    return {
        "i": leaves["i"] | _formed(
            "i + i;i - i;i * i;i // i;i % 7;i % -3;- i;i if b else i;t | length;f | round | int;"
            "i | abs;ints | length;ints [ 0 ];i | int;texts | length;b + i;i or i", **p),
        "f": leaves["f"] | _formed(
            "f + f;f - i;f * f;i / i;f / f;- f;f if b else f;f | abs;i | float;f | round;f and f;f | round( 1 , 'ceil' );"
            "f | round( 0 , 'floor' )",
            **p),
        "b": leaves["b"] | _formed(
            "i < i;f >= i;f == f;t == t;t < t;t in t;t in texts;i in ints;not b;b and b;b or b;"
            "i != f;t in [ t , t ];i is even;i < i <= i;t not in t;i in [ 1 , 2.0 , i ]", **p),
        "t": leaves["t"] | _formed(
            "t ~ t;t ~ i;t + t;t if b else t;t | trim;t | replace( 'a' , t );t [ 1 : 3 ];"
            "texts | join( ',' );t | lower;t or t;ints | map( 'string' ) | join;i | string;"
            "t | reverse;t [ : -1 ]", **p),
    }  # fmt: skip


_PARTS = _expressions(2)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(*(_PARTS[kind] for kind in "ifbt")), ANY_VALUES)
def test_any_expression(argo: Substitution, text: str, values: dict[str, Any]) -> None:
    try:
        expression, _ = said(text, "text")
    except EvaluationFault:  # what is known already cannot be computed
        return
    if expression is not None:
        given = {name: (VALUES[name][0], value) for name, value in values.items()}
        assert_same(argo, text, "text", given)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_prints_alike(argo: Substitution, value: float) -> None:
    for text in ("-f", "f + 0.0", "f / 3", "f * 1e10", "f ~ ''"):
        assert_same(argo, text, "text", {"f": ("float", value)})


# Outputs


RUN = {
    "acc": 0.5, "n": 3, "note": "ok", "on": True, "list": [1, {"a": "<"}], "many": 1234567.5,
    "a-b": "dashed", "in": "kept",
}  # fmt: skip


def test_outputs_by_file_or_tracking(argo: Substitution) -> None:
    def read(name: str, file: str = "", run: object = RUN) -> str:
        prefix = "tasks.a-b.outputs.parameters"
        given = {f"{prefix}.{name}": file, f"{prefix}.pxc-run": json.dumps({"outputs": run})}
        found, error = argo.evaluate(output_expr("a-b", name, name, tracking=True), given)
        assert error == ""
        return found

    assert read("acc") == "0.5"
    assert read("acc", "0.7") == "0.7"
    assert read("n") == "3"
    assert read("note") == "ok"
    assert read("on") == "true"
    assert json.loads(read("list")) == [1, {"a": "<"}]
    assert read("many") == "1234567.5"
    assert read("a-b") == "dashed"
    assert read("in") == "kept"
    assert read("nothing") == read("nothing", run={}) == ""
    assert argo.evaluate(
        output_expr("a", "x", "x", tracking=True),
        {"tasks.a.outputs.parameters.x": "", "tasks.a.outputs.parameters.pxc-run": "{}"},
    ) == ("", "")


@pytest.mark.parametrize("value", [text for _, (_, text) in VALUES.items()])
def test_parameters_hold_what_programs_write(argo: Substitution, value: Any) -> None:
    found, error = argo.evaluate("inputs.parameters.x", {"inputs.parameters.x": written(value)})
    assert (found, error) == (written(value), "")
