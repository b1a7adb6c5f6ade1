"""What hooks and builds refer to is looked at whether a file is linted or compiled."""

from __future__ import annotations

import pytest

from pxc.driver import Request, SourceText, compile_request, lint_request

RUN = "component: {inputs: [{name: x}], run: {kind: job, container: {image: 'a:1'}}}\n"
UUID = "8aac02e3a62a4f0aaa257c59da5eab80"
SECTIONS = {
    "hook": "hooks: [{hubRef: 'h:1', trigger: done, params: {x: PARAM}}]\n",
    "build": "build: {hubRef: 'b:1', params: {x: PARAM}}\n",
}
PARAMS = {
    "{ref: ops.a, value: outputs.o}": True,
    "{ref: dag, value: inputs.o}": True,
    f"{{ref: runs.{UUID}}}": True,
    f"{{ref: runs.{UUID}, value: outputs.o}}": False,
    "{value: 7}": False,
}


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("param", PARAMS)
def test_a_reference_is_told_once(section: str, param: str) -> None:
    text = (
        f"kind: operation\nname: a\n{SECTIONS[section].replace('PARAM', param)}params: {{x: 1}}\n"
    )
    request = Request(files=(SourceText("f.yaml", (text + RUN).encode()),), verify=True)
    for outcome in (lint_request(request), compile_request(request)):
        codes = [d.code.id for d in outcome.report if d.code.id == "PXC219"]
        assert codes == (["PXC219"] if PARAMS[param] else [])
