"""Fixes that depend on where a value stands, and fixes that move text: numbers, fields, keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pxc.cli.fixing import fix_text
from pxc.diagnostics import Report, is_slip
from pxc.driver import Request, SourceText, lint_request
from pxc.lint.select import Selection
from pxc.lint.settings import Settings
from tests.test_fix import fixed, with_container, with_input, with_run

SAFE = {
    "number in a variable": ("PXC004", with_container("env: [{name: A, value: 1e-4}]"),
                             with_container('env: [{name: A, value: "1e-4"}]')),
    "number in an argument": ("PXC004", with_container("args: [--lr, 1e-4]"),
                              with_container('args: [--lr, "1e-4"]')),
    "number in a label": (
        "PXC004", with_run("").replace("job,", "job, environment: {labels: {a: 1e5}},"),
        with_run("").replace("job,", 'job, environment: {labels: {a: "1e5"}},')),
    "commit that looks like a number": (
        "PXC004", with_run("").replace("job,", "job, init: [{git: {url: u, revision: 12e4}}],"),
        with_run("").replace("job,", 'job, init: [{git: {url: u, revision: "12e4"}}],')),
    "number of a float": ("PXC004", with_input("type: float, value: 1E5"),
                          with_input("type: float, value: 1.0E+5")),
    "numbers of a list": ("PXC004", with_input("type: 'List[float]', value: [1e-4, 0.1]"),
                          with_input("type: 'List[float]', value: [1.0e-4, 0.1]")),
    "number of a text": ("PXC004", with_input("type: str, value: 1e5"),
                         with_input('type: str, value: "1e5"')),
    "a letter more": ("PXC102", with_run("taggs: [a]"), with_run("tags: [a]")),
    "a letter less": ("PXC102", with_run("tag: [a]"), with_run("tags: [a]")),
    "two letters swapped": ("PXC102", with_run("tgas: [a]"), with_run("tags: [a]")),
    "case of a field": ("PXC102", with_container("workingdir: /x"),
                        with_container("workingDir: /x")),
}  # fmt: skip

BLOCK = "version: 1.1\nkind: component\nrun:\n  kind: job\n"
IMAGE = "  container:\n    image: a:1\n"

UNSAFE = {
    "number of nobody knows what": ("PXC004", with_input("value: 1e5"),
                                    with_input("value: 1.0e+5")),
    "number of an int": ("PXC004", with_input("type: int, value: 1e5"),
                         with_input("type: int, value: 1.0e+5")),
    "two slips": ("PXC102", with_run("desciptin: x"), with_run("description: x")),
    "two slips in Kubernetes": ("PXC102", with_container("workinDirr: /x"),
                                with_container("workingDir: /x")),
    "field beside its section": (
        "PXC103",
        f"{BLOCK}  nodeSelector: {{pool: gpu}} # fast\n  environment:\n    labels: {{a: b}}\n{IMAGE}",
        f"{BLOCK}  environment:\n    labels: {{a: b}}\n    nodeSelector: {{pool: gpu}} # fast\n{IMAGE}",
    ),
    "field without its section": (
        "PXC103",
        f"{BLOCK}  # where\n  nodeSelector:\n    pool: gpu\n\n{IMAGE}",
        f"{BLOCK}  # where\n  environment:\n    nodeSelector:\n      pool: gpu\n\n{IMAGE}",
    ),
    "field at the end": (
        "PXC103",
        f"{BLOCK}{IMAGE}    # the end\n\n  resources:\n    limits:\n      cpu: 1\n# outside\n",
        f"{BLOCK}{IMAGE}    resources:\n      limits:\n        cpu: 1\n    # the end\n\n# outside\n",
    ),
    "two fields": (
        "PXC103",
        f"{BLOCK}  tolerations: []\n  args:\n  - |\n    a\n      b\n{IMAGE}  labels: {{a: b}}\n",
        f"{BLOCK}  environment:\n    tolerations: []\n    labels: {{a: b}}\n{IMAGE}    args:\n    - |\n      a\n        b\n",
    ),
    "field of a role": (
        "PXC103",
        "version: 1.1\nkind: component\nrun:\n  kind: tfjob\n  worker:\n    replicas: 2\n    image: a:1\n    container:\n      args: [b]\n",
        "version: 1.1\nkind: component\nrun:\n  kind: tfjob\n  worker:\n    replicas: 2\n    container:\n      args: [b]\n      image: a:1\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAFE)
def test_safe_fixes(name: str) -> None:
    code, bad, good = SAFE[name]
    assert fixed(bad)[:2] == (good, [code])
    assert code not in fixed(bad)[2]


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_fixes(name: str) -> None:
    code, bad, good = UNSAFE[name]
    assert fixed(bad)[:2] == (bad, [])
    assert fixed(bad, unsafe=True)[:2] == (good, [code])
    assert code not in fixed(bad, unsafe=True)[2]


@pytest.mark.parametrize("value", ['"+3"', '" 3"', '"3.5"', '"1_0"', '"\u0663"', "'0x3'"])
def test_quotes_stay_where_the_number_would_be_another(value: str) -> None:
    text = with_run(f"termination: {{maxRetries: {value}}}")
    (found,) = lint_request(Request(files=(SourceText("f", text.encode()),))).report
    assert (found.code.id, found.fix) == ("PXC105", None)


@pytest.mark.parametrize("value", ["0", "-0", "-12"])
def test_quotes_go_where_the_number_is_the_same(value: str) -> None:
    text = with_run(f'termination: {{maxRetries: "{value}"}}')
    assert fixed(text)[0] == text.replace('"', "")


@pytest.mark.parametrize(
    "text",
    [
        BLOCK.replace("run:\n  kind: job\n", "") + "run: {kind: job, image: a:1, container: {args: [b]}}\n",
        f"{BLOCK}  image: a:1\n  container: {{args: [b]}}\n",
        f"{BLOCK}  image: b:1\n{IMAGE}",
        f"{BLOCK}  image: a:1\n",
        f"{BLOCK}  args:\n  - |2\n      a\n{IMAGE}",
        f"{BLOCK}  environment: &e\n    labels: &l {{a: b}}\n  nodeSelector: *l\n{IMAGE}",
        f"{BLOCK}  termination: {{timeout: 5}}\n{IMAGE}",
        f"{BLOCK}  image: a:1\n  container:\n    args: [b]\n".replace("\n", "\r\n"),
    ],
)  # fmt: skip
def test_what_has_no_clear_place_is_moved_by_hand(text: str) -> None:
    after, mended, left = fixed(text, unsafe=True)
    assert (after, mended) == (text, [])
    assert "PXC103" in left


@pytest.mark.parametrize(("quote", "inner"), [('"', "'"), ("'", '"'), ("", "'")])
def test_a_name_with_a_hyphen_is_reached_by_its_key(quote: str, inner: str) -> None:
    text = f"version: 1.1\nkind: component\ninputs: [{{name: a-b, type: int, value: 1}}]\nrun:\n  kind: job\n  container: {{image: x:1}}\n  sidecars:\n  - image: x:1\n    name: s\n    workingDir: {quote}/x{{{{ a-b }}}}{quote}\n"
    assert fixed(text)[:2] == (text, [])
    after, mended, _ = fixed(text, unsafe=True)
    assert mended == ["PXC303"]
    assert after == text.replace("a-b }}", f"params[{inner}a-b{inner}].value }}}}")


def test_a_name_written_with_a_hyphen_for_an_underscore() -> None:
    text = with_run("inputs: [{name: a_b, type: int, value: 1}]").replace(
        "a:1", 'x:1, args: ["{{ a-b }}"]'
    )
    assert fixed(text) == (text, [], ["PXC303"])
    assert fixed(text, unsafe=True) == (text.replace("a-b", "a_b"), ["PXC303"], [])


def style(text: str, code: str) -> tuple[str, list[str]]:
    settings = Settings(selection=Selection(select=(code,)))

    def lint(given: SourceText) -> Report:
        return lint_request(Request(files=(given,), root=Path(), settings=settings)).report

    result = fix_text(SourceText("file.yaml", text.encode()), lint, unsafe=False)
    return result.data.decode(), [d.code.id for d in result.report]


ORDER = "# head\n\n# what runs\nrun: {kind: job, container: {image: 'a:1'}}  # inline\n\n# one\nname: x\nkind: component\n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_keys_are_put_in_order_and_nothing_else(line_end: str) -> None:
    text = ORDER.replace("\n", line_end)
    after, left = style(text, "PXC912")
    assert left == []
    assert sorted(after.splitlines()) == sorted(text.splitlines())
    assert [line.split(":")[0] for line in after.splitlines() if line[:1].isalpha()] == [
        "kind", "name", "run",
    ]  # fmt: skip
    assert "'a:1'" in after
    assert after.count(line_end) == text.count(line_end)


def test_keys_stay_where_their_order_means_something() -> None:
    text = "run: {kind: job, container: &c {image: 'a:1'}}\nkind: component\n"
    assert style(text, "PXC912") == (text, ["PXC912"])


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_schema_line_is_added_once(line_end: str) -> None:
    text = ORDER.replace("\n", line_end)
    line = f"# yaml-language-server: $schema=polyaxonfile.schema.json{line_end}"
    assert style(text, "PXC930") == (line + text, [])
    assert style(line + text, "PXC930") == (line + text, [])


@given(st.text("abc", min_size=1, max_size=4), st.text("abc", min_size=1, max_size=4))
def test_a_slip_is_one_edit(a: str, b: str) -> None:
    letters = "abc"
    near = {a[:i] + a[i + 1 :] for i in range(len(a))}
    near |= {a[:i] + c + a[i:] for i in range(len(a) + 1) for c in letters}
    near |= {a[:i] + c + a[i + 1 :] for i in range(len(a)) for c in letters}
    near |= {a[:i] + a[i + 1] + a[i] + a[i + 2 :] for i in range(len(a) - 1)}
    assert is_slip(a, b) == (b in near)
