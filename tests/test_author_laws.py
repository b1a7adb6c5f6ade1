"""Documents of any shape that the table allows are the same by builders, as YAML and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import Struct

import pxc.author as author
from pxc.author import Section, document
from pxc.diagnostics import Report
from pxc.grammar.kubernetes_definitions import definitions, reference, required_fields, snake
from pxc.grammar.language import OPERATION
from pxc.grammar.runtimes import RUN
from pxc.grammar.search import SPACES
from pxc.grammar.shapes import (
    Boolean,
    ByKind,
    Choice,
    Integer,
    Kubernetes,
    Later,
    ListOf,
    MapOf,
    Model,
    Number,
    Special,
)  # fmt: skip
from pxc.ir.node import plain
from pxc.ir.ranges import POSITIONS
from pxc.language import PolyaxonLanguage
from pxc.source import Authored, Source
from tests.author_language import builder


class Made(Struct):
    """A value as it is given to a builder, and the plain data that it has to become."""

    given: Any
    data: Any


def scalar(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Made]:
    return strategy.map(lambda value: Made(value, value))


TEXTS = scalar(
    st.sampled_from(
        ("a", "1e3", "yes", "{{ lr }}", "x: y", "0.10", "", "a\nb\n", "ü", "2027-01-01")
    )
    | st.text("ab \n\"'{}:#\\-é\x85", max_size=6)
)
NAMES = st.sampled_from(("lr", "a-b", "on", "1", "max_retries"))
NUMBERS = scalar(st.integers(-5, 10**20) | st.floats(allow_nan=False))
BOOLEANS = scalar(st.booleans())
ANY: st.SearchStrategy[Made] = st.deferred(
    lambda: TEXTS | NUMBERS | BOOLEANS | scalar(st.none()) | lists(ANY, 2) | maps(ANY, 2)
)


def lists(item: st.SearchStrategy[Made], most: int = 3) -> st.SearchStrategy[Made]:
    made = st.lists(item, max_size=most)
    return made.map(lambda found: Made([m.given for m in found], [m.data for m in found]))


def maps(value: st.SearchStrategy[Made], most: int = 3) -> st.SearchStrategy[Made]:
    made = st.dictionaries(NAMES, value, max_size=most)
    return made.map(
        lambda found: Made(
            {k: m.given for k, m in found.items()}, {k: m.data for k, m in found.items()}
        )
    )


@st.composite
def sections(
    draw: st.DrawFn,
    cls: type[Section],
    fields: dict[str, Any],
    required: tuple[str, ...],
    kind: str,
) -> Made:
    """A section with some of its fields, each in one of its spellings, at once or later."""
    names = draw(st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True))
    found = {name: draw(fields[name]) for name in dict.fromkeys((*required, *names))}
    spelled = {n: draw(st.sampled_from((n, snake(n)))) for n in found}
    late = set(draw(st.lists(st.sampled_from(sorted(found)), max_size=1))) if found else set()
    made = cls(**{spelled[n]: m.given for n, m in found.items() if n not in late})
    for name in late:
        setattr(made, spelled[name], found[name].given)
    data = {name: found[name].data for name in (*(n for n in found if n not in late), *late)}
    return Made(made, {"kind": kind, **data} if kind else data)


_KNOWN: dict[object, st.SearchStrategy[Made]] = {}


def once(make: Callable[..., st.SearchStrategy[Made]]) -> Callable[..., st.SearchStrategy[Made]]:
    """A function that is asked once for a shape, which cannot be hashed."""

    def asked(shape: Any, *more: Any) -> st.SearchStrategy[Made]:
        key = make.__name__, shape if isinstance(shape, str) else id(shape), *more
        if key not in _KNOWN:
            _KNOWN[key] = make(shape, *more)
        return _KNOWN[key]

    return asked


@once
def of(shape: Any, depth: int) -> st.SearchStrategy[Made]:
    """Values of a shape; deeper than `depth` plain data stands for sections."""
    match shape:
        case Boolean():
            return BOOLEANS
        case Integer() | Number():
            return NUMBERS
        case Choice(values=values):
            return scalar(st.sampled_from(values))
        case ListOf(item=item):
            return lists(of(item, depth))
        case MapOf(value=value):
            return maps(of(value, depth))
        case Kubernetes(definition=definition):
            return objects(definition, depth)
        case Model():
            return models(shape, shape.name, "", depth)
        case ByKind(models=kinds):
            made = [
                models(model, f"run.{kind}" if shape is RUN else model.name, kind, depth)
                for kind, model in kinds.items()
            ]
            return st.one_of(made)
        case Later():
            return models(OPERATION, "operation", "", depth)
        case Special():
            return special(shape.name, depth)
    return TEXTS


def special(name: str, depth: int) -> st.SearchStrategy[Made]:
    match name:
        case "run":
            return of(RUN, depth)
        case "component":
            return models(OPERATION, "component", "", depth)
        case "container":
            return objects("V1Container", depth)
        case "search space":
            return st.sampled_from(SPACES).flatmap(spaces)
        case "param":
            return ANY
        case "raw map" | "env" | "resources":
            return maps(TEXTS)
    return TEXTS


def spaces(kind: str) -> st.SearchStrategy[Made]:
    names = POSITIONS.get(kind)
    cls = builder(f"space.{kind}")
    if names is None:
        return lists(NUMBERS).map(
            lambda found: Made(cls(found.given), {"kind": kind, "value": found.data})
        )
    numbers = st.lists(NUMBERS, min_size=len(names), max_size=len(names))
    return numbers.map(
        lambda found: Made(
            cls(*(m.given for m in found)),
            {"kind": kind, "value": dict(zip(names, (m.data for m in found), strict=True))},
        )
    )


@once
def models(model: Model, name: str, kind: str, depth: int) -> st.SearchStrategy[Made]:
    if depth <= 0:
        return maps(TEXTS)
    fields = {
        key: of(field.shape, depth - 1) for key, field in model.fields.items() if key != "kind"
    }
    if "kind" in model.fields and model is not OPERATION:
        fields["kind"] = of(model.fields["kind"].shape, depth)
    return sections(builder(name), fields, model.required, kind)


@once
def objects(definition: str, depth: int) -> st.SearchStrategy[Made]:
    if depth <= 0:
        return maps(TEXTS)
    fields = {
        key: kubernetes(shape, depth - 1)
        for key, shape in definitions()[definition]["properties"].items()
    }
    return sections(builder(definition), fields, required_fields(definition), "")


def kubernetes(shape: dict[str, Any], depth: int) -> st.SearchStrategy[Made]:
    target = reference(shape)
    if target and "properties" in definitions()[target]:
        return objects(target, depth)
    if "items" in shape:
        return lists(kubernetes(shape["items"], depth))
    if "additionalProperties" in shape:
        return maps(TEXTS)
    if "enum" in shape:
        return scalar(st.sampled_from(shape["enum"]))
    return {"integer": NUMBERS, "boolean": BOOLEANS}.get(shape.get("type", ""), TEXTS)


DOCUMENTS = models(OPERATION, "operation", "", 4) | models(OPERATION, "component", "", 4)


def read(source: Source) -> tuple[Any, list[str]]:
    """What a document is to the compiler, and the codes of what it says of it."""
    report = Report()
    built = PolyaxonLanguage().read_operation(source, report, preset=False)
    return plain(built), sorted({d.code.id for d in report})


def same(a: Any, b: Any) -> bool:
    """Whether two pieces of data are the same, numbers and the order of keys included."""
    return repr(a) == repr(b)


@settings(max_examples=300)
@given(DOCUMENTS)
def test_a_document_is_the_same_by_builders_and_as_yaml(made: Made) -> None:
    section = made.given
    data = section.to_dict()
    head = dict(section.__pxc_root__())
    assert {k: v for k, v in data.items() if k not in head or k in made.data} == made.data
    yaml = section.to_yaml()
    handed = Source("a.py", "", authored=Authored(document(section)))
    assert same(*(_known(read(source)) for source in (handed, Source("a.yaml", yaml))))
    again = author.Operation(**{k: v for k, v in data.items() if k != "kind"})
    assert again.to_dict() == {**data, "kind": "operation"}


def _known(found: tuple[Any, list[str]]) -> Any:
    """What both ways have to agree on; what is said of quotes is said of YAML alone."""
    built, said = found
    return built, [code for code in said if not code.startswith("PXC0")]


@settings(max_examples=100)
@given(DOCUMENTS)
def test_json_is_yaml(made: Made) -> None:
    assume("inf" not in repr(made.data))
    tree, _ = read(Source("a.yaml", made.given.to_yaml()))
    assert same(tree, read(Source("a.json", made.given.to_json()))[0])
