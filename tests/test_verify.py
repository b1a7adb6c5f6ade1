"""The verifier of the IR sees what a broken pass would leave behind."""

from __future__ import annotations

from typing import Any

import pytest

from pxc.ir.expr import Name
from pxc.ir.node import Hole, Lit, Map, Seq, Template
from pxc.ir.plan import Limits, Plan, Unit
from pxc.ir.pod import Pod, Role
from pxc.ir.verify import BrokenIR, verify
from pxc.source import Source, Span

SOURCE = Source("file.yaml", "0123456789")
SPAN = Span(SOURCE, 0, 10)


def plan_with(main: Any) -> Plan:
    unit = Unit(SPAN, "a", "job", (Role(SPAN, "main", Pod(SPAN, main)),), Limits(SPAN))
    return Plan(SPAN, "a", (unit,))


BROKEN = {
    "span outside": Lit(Span(SOURCE, 5, 11), "x"),
    "span backwards": Lit(Span(SOURCE, 5, 4), "x"),
    "literal of a list": Lit(SPAN, ["x"]),
    "list of bare values": Seq(SPAN, ("x",)),
    "bare key": Map(SPAN, (("key", Lit(SPAN, 1)),)),
    "template of bare values": Template(SPAN, "{{ a }}", (1,)),
    "empty template": Template(SPAN, "", ()),
    "free name in a plan": Template(SPAN, "{{ a }}", (Hole(SPAN, Name(SPAN, "a")),)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken(name: str) -> None:
    with pytest.raises(BrokenIR):
        verify(plan_with(BROKEN[name]))


def test_sound() -> None:
    verify(plan_with(Map(SPAN, ((Lit(SPAN, "image"), Lit(SPAN, "a")),))))
