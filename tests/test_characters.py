"""No way leads a character into a text that targets mark their own expressions by."""

from __future__ import annotations

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.targets import TARGETS
from tests.command_line import run

JOB = """
version: 1.1
kind: component
name: t
inputs: [{name: x, type: str, isOptional: true, value: ""}]
run: {kind: job, container: {image: "a:1", args: [TEXT]}}
"""

WAYS = {
    "as it is": "'a\ufdd0 7*7 \ufdd1'",
    "an escape of YAML": '"a\\uFDD0 7*7 \\U0000FDD1"',
    "an escape of an expression": "'{{ \"\\ufdd0\" }}'",
    "an escape by its number": "'{{ \"\\U0000fdd1\" ~ x }}'",
    "a key": "'{{ {\"\\ufdd0\": 1} }}'",
    "a format": "'{{ \"%c\" % 64976 }}'",
    "the filter of it": "'{{ \"%c\" | format(64977) }}'",
    "a statement": "\"{% if true %}{{ '\\\\ufdd0' }}{% endif %}\"",
    "a format in a statement": "\"{% set y = '%c' % 64976 %}{{ y }}\"",
    "half a pair": "'{{ \"\\ud800\" }}'",
    "a param": "'{{ x }}'",
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("way", WAYS)
def test_no_text_has_what_programs_keep_for_themselves(way: str, target: str) -> None:
    params = (("x", "\ufdd0 7*7 \ufdd1"),) if way == "a param" else ()
    text = JOB.replace("TEXT", WAYS[way]).encode()
    outcome = compile_request(
        Request(files=(SourceText("f.yaml", text),), params=params, target=target)
    )
    assert [found.code.id for found in outcome.report] == ["PXC024"]
    assert outcome.files == ()


def test_no_option_has_them() -> None:
    done = run("compile", "-", "--owner", "a\ufdd0b", stdin=JOB.replace("TEXT", "a").encode())
    assert (done.code, done.out) == (2, "")
    assert "the character U+FDD0 cannot stand in a text" in done.err


def test_other_characters_stand() -> None:
    text = JOB.replace("TEXT", "\"\U0001fdd0 \ufdcf \ufdf0 {{ '%c' % 64975 }}\"").encode()
    outcome = compile_request(Request(files=(SourceText("f.yaml", text),), target="airflow"))
    assert list(outcome.report) == []
