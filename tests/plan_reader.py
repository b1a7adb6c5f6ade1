"""Turns a short YAML text into a Plan, so that targets can be tested without the passes."""

from __future__ import annotations

import re
from typing import Any

import yaml

from pxc.ir.expr import Attribute, Binary, Const, Name, RunTimeRef
from pxc.ir.node import Hole, KObject, Lit, Seq, Template
from pxc.ir.plan import Demand, Limits, Listening, Output, Plan, Timetable, Unit
from pxc.ir.pod import ContainerStep, GitStep, Pod, Role
from pxc.ir.run import Environment
from pxc.source import Source, Span


def read_plan(text: str, **fields: Any) -> Plan:
    """A plan with one unit a document.

    Keys of a document: the fields of Unit and Pod, and `timetable`, `demands` of the plan.
    `{{ a.b }}` is a run-time reference, `{{ a ~ 'x' }}` a concatenation, `{{ a + b }}` arithmetic.
    """
    reader = _Reader(Source("plan.yaml", text))
    documents: list[Any] = [
        reader.node(node) for node in yaml.compose_all(text, Loader=yaml.SafeLoader)
    ]
    units = tuple(reader.unit(d) for d in documents)
    first = documents[0]
    times, demands = first.get("timetable"), first.get("demands")
    return Plan(
        first.span,
        fields.pop("name", units[0].name),
        units,
        timetable=Timetable(times.span, **_fields(times)) if times else None,
        demands=tuple(Demand(d.span, **_fields(d)) for d in demands.items) if demands else (),
        **fields,
    )


def _fields(node: Any) -> dict[str, Any]:
    return {k.value: v.value for k, v in node.entries}


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source

    def span(self, node: yaml.Node) -> Span:
        return Span(self.source, node.start_mark.index, node.end_mark.index)

    def node(self, node: Any) -> Any:
        span = self.span(node)
        if isinstance(node, yaml.MappingNode):
            return KObject(span, tuple((self.node(k), self.node(v)) for k, v in node.value))
        if isinstance(node, yaml.SequenceNode):
            return Seq(span, tuple(self.node(item) for item in node.value))
        if "{{" in node.value:
            return self.template(node.value, span)
        value: Any = yaml.safe_load(self.source.text[span.start : span.end])
        return Lit(span, value, node.style is None)

    def template(self, text: str, span: Span) -> Template:
        parts: list[str | Hole] = []
        for part in re.split(r"(\{\{.*?\}\})", text):
            if part.startswith("{{"):
                parts.append(Hole(span, self.expr(part[2:-2].strip(), span)))
            elif part:
                parts.append(part)
        return Template(span, text, tuple(parts))

    def expr(self, text: str, span: Span) -> Any:
        if "~" in text:
            left, _, right = text.rpartition("~")
            return Binary(span, "~", self.expr(left.strip(), span), self.expr(right.strip(), span))
        if "+" in text:
            left, _, right = text.rpartition("+")
            return Binary(span, "+", self.expr(left.strip(), span), self.expr(right.strip(), span))
        if text[0] in "'0123456789":
            return Const(span, yaml.safe_load(text))
        if "!" in text:
            return Attribute(span, Name(span, "x"), "y")
        return RunTimeRef(span, text)

    def unit(self, node: Any) -> Unit:
        get: Any = node.get
        kind = get("kind").value if get("kind") else "job"
        limits, outputs, tags = get("limits"), get("outputs"), get("tags")
        texts = {
            key: get(key).value
            for key in ("namespace", "queue", "description", "identity")
            if get(key)
        }
        return Unit(
            node.span,
            get("name").value,
            kind,
            (Role(node.span, "main", self.pod(node)),),
            self.limits(limits) if limits else Limits(node.span),
            listening=self.listening(get("listening")) if get("listening") else None,
            outputs=tuple(Output(o.span, o.value) for o in outputs.items) if outputs else (),
            tags=tuple(t.value for t in tags.items) if tags else (),
            **({"identity": "00"} | texts),
        )

    def limits(self, node: Any) -> Limits:
        policy = node.get("pod_failure_policy")
        counts = {k.value: v.value for k, v in node.entries if isinstance(v, Lit)}
        return Limits(node.span, pod_failure_policy=policy, **counts)

    def listening(self, node: Any) -> Listening:
        fields = {k.value: v for k, v in node.entries}
        ports, path = fields.pop("ports", None), fields.pop("path", None)
        plain = {key: value.value for key, value in fields.items()}
        found = tuple(p.value for p in ports.items) if ports else ()
        return Listening(node.span, found, path=path, **plain)

    def pod(self, node: Any) -> Pod:
        get: Any = node.get
        environment, shm = get("environment"), get("shm")
        lists = {key: get(key).items if get(key) else () for key in ("init", "sidecars", "volumes")}
        return Pod(
            node.span,
            get("main"),
            init=tuple(self.step(s) for s in lists["init"]),
            sidecars=lists["sidecars"],
            volumes=lists["volumes"],
            environment=self.environment(environment) if environment else None,
            shm=shm.value if shm else False,
        )

    def environment(self, node: Any) -> Environment:
        pairs = {k.value: v for k, v in node.entries}
        snake = {re.sub(r"(?<=[a-z])([A-Z]+)", r"_\1", k).lower(): v for k, v in pairs.items()}
        return Environment(node.span, **snake)

    def step(self, node: Any) -> GitStep | ContainerStep:
        path = node.get("path")
        if node.get("container"):
            return ContainerStep(node.span, node.get("container"), path.value if path else None)
        flags = node.get("flags")
        root = path.value if path else "/plx-context/artifacts"
        return GitStep(
            node.span,
            node.get("git"),
            node.get("revision"),
            flags.items if flags else (),
            node.get("to").value if node.get("to") else f"{root}/repo",
            root,
        )
