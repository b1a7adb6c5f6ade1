"""Turns `hptuning` of version 0 into the `matrix` of an operation."""

from __future__ import annotations

from typing import Any

from pxc.grammar.v0 import language
from pxc.grammar.v0.inputs import inferred_type
from pxc.grammar.v0.section import Section, opened
from pxc.grammar.v0.tree import Pair, around, listed, made, mapped, pair, renamed
from pxc.ir.node import TRUE_WORDS, Lit, Map, Seq
from pxc.source import head_of

__all__ = ["Search", "search_of"]

_KINDS = {
    "grid_search": "grid", "random_search": "random", "hyperband": "hyperband", "bo": "bayes",
}  # fmt: skip
_FIELDS = {
    "n_experiments": "numRuns", "max_iter": "maxIterations", "eta": "eta", "resume": "resume",
    "n_initial_trials": "numInitialRuns", "n_iterations": "maxIterations",
}  # fmt: skip
_UTILITY = {
    "acquisition_function": "acquisitionFunction", "kappa": "kappa", "eps": "eps",
    "n_warmup": "numWarmup", "n_iter": "numIterations",
}  # fmt: skip
_GAUSSIAN = {
    "kernel": "kernel", "length_scale": "lengthScale", "nu": "nu",
    "n_restarts_optimizer": "numRestartsOptimizer",
}  # fmt: skip


class Search:
    """A matrix, and the inputs that it gives values to, typed by them."""

    def __init__(self, matrix: Pair, inputs: tuple[Map, ...]) -> None:
        self.matrix = matrix
        self.inputs = inputs


def search_of(tuning: Section, place: Pair) -> Search | None:
    """The matrix of a `hptuning`, which stands at `place`.

    What version 0 did when nothing was said is written out: one run at once, a metric that is
    maximized, a resource that is a number. PXC118 for two algorithms, PXC104 for no params,
    PXC944 for the policy that compares with an average.
    """
    name = tuning.only_one(*language.ALGORITHMS) or "grid_search"
    entry = tuning.entry("matrix")
    if entry is None:
        tuning.need("matrix")
        tuning.settle()
        return None
    spaces = [_space(pair_, tuning) for pair_ in entry[1].entries]
    kept = [space for space in spaces if space is not None]
    algorithm = tuning.section(name, language.SEARCHES[name])
    where = tuning.place(name) if algorithm else place[0].span
    fields = [
        pair("kind", made(where, _KINDS[name]), where),
        *(_algorithm(algorithm) if algorithm else ()),
        _seed(tuning, name),
        tuning.entry("concurrency") or pair("concurrency", made(place[0].span, 1)),
        renamed("params", entry, mapped(entry[1].span, [field for field, _ in kept])),
        _early_stopping(tuning),
    ]
    matrix = renamed("matrix", place, mapped(place[1].span, fields))
    inputs = [item for _, item in kept]
    if algorithm is not None and name == "hyperband":
        inputs += _resource_input(algorithm)
    return Search(matrix, tuple(inputs))


def _resource_input(algorithm: Section) -> list[Map]:
    """The input of what a rung of hyperband grows, which version 0 made out of nothing."""
    resource = algorithm.section("resource", language.RESOURCE)
    name = resource.entry("name") if resource is not None else None
    if resource is None or name is None:
        return []
    kind = made(name[1].span, (resource.word("type") or "float").lower())
    return [mapped(resource.span, [pair("name", name[1]), pair("type", kind)])]


def _space(entry: Pair, tuning: Section) -> tuple[Pair, Map] | None:
    """A param of the matrix, and the input of the component that takes its values."""
    space = opened(entry[1], language.SPACE, tuning.report)
    if space is None:
        return None
    tuning.adopt(space)
    kind = space.only_one(*language.SPACES)
    if kind is None:
        if not space.node.entries:
            space.need("values")
        return None
    key, value = space.entry(kind) or entry
    names = {"values": "choice", "pvalues": "pchoice"}
    field = mapped(
        space.span,
        [pair("kind", made(key.span, names.get(kind, kind)), key.span), pair("value", value)],
    )
    name = made(entry[0].span, str(getattr(entry[0], "value", entry[0])))
    found = _type(kind, value)
    fields = [pair("name", name), pair("type", made(entry[0].span, found)) if found else None]
    return renamed(str(name.value), entry, field), mapped(around(entry), fields)


def _type(kind: str, value: Any) -> str | None:
    """The type of the values of a space."""
    if kind not in ("values", "pvalues", "range"):
        return "float"
    if kind == "range":
        parts: tuple[Any, ...] = ()
        if isinstance(value, Seq):
            parts = tuple(getattr(item, "value", None) for item in value.items)
        elif isinstance(value, Map):
            parts = tuple(getattr(item, "value", None) for _, item in value.entries)
        elif isinstance(value, Lit):
            parts = tuple(str(value.value).split(":"))
        whole = all(isinstance(p, int) or str(p).strip().lstrip("-").isdecimal() for p in parts)
        return "int" if whole else "float"
    items = value.items if isinstance(value, Seq) else ()
    if kind == "pvalues":
        items = tuple(item.items[0] for item in items if isinstance(item, Seq) and item.items)
    found = {inferred_type(item) for item in items}
    if found == {"int", "float"}:
        return "float"
    return found.pop() if len(found) == 1 else None


def _seed(tuning: Section, name: str) -> Pair | None:
    entry = tuning.entry("seed")
    if entry is not None and name == "grid_search":
        tuning.report.add(
            "PXC949",
            "`seed` has no effect on a grid, which draws nothing",
            entry[0].span,
            help="leave it out",
        )
        return None
    return entry


def _algorithm(section: Section) -> list[Pair]:
    """The settings of a search, those too that version 0 left to a default."""
    for name in section.model.required:
        section.need(name)
    found: list[Pair | None] = []
    for name in section.entries:
        entry = section.entry(name)
        if entry is None:
            continue
        if name in _FIELDS:
            found.append(renamed(_FIELDS[name], entry))
        elif name == "metric":
            found.append(_named(section, name, language.METRIC, "optimization", "maximize"))
        elif name == "resource":
            found.append(_named(section, name, language.RESOURCE, "type", "float"))
        elif name == "utility_function":
            found.append(_utility(section))
    return [field for field in found if field is not None]


def _named(section: Section, name: str, model: Any, word: str, default: str) -> Pair | None:
    """A metric or a resource: its name and one word."""
    entry, inner = section.entry(name), section.section(name, model)
    if entry is None or inner is None:
        return None
    inner.need("name")
    chosen = inner.entry(word)
    fields = [
        inner.entry("name"),
        _small(word, chosen) if chosen else pair(word, made(entry[0].span, default)),
    ]
    return renamed(name, entry, mapped(inner.span, fields))


def _small(name: str, entry: Pair) -> Pair:
    """A word in small letters."""
    word = entry[1].value if isinstance(entry[1], Lit) else None
    if isinstance(word, str) and word.lower() != word:
        return renamed(name, entry, made(entry[1].span, word.lower()))
    return renamed(name, entry)


def _all_small(section: Section, names: dict[str, str]) -> list[Pair]:
    """Fields under their names of today."""
    entries = ((new, section.entry(old)) for old, new in names.items())
    return [_small(new, entry) for new, entry in entries if entry is not None]


def _utility(section: Section) -> Pair | None:
    entry, inner = (
        section.entry("utility_function"),
        section.section("utility_function", language.UTILITY),
    )
    if entry is None or inner is None:
        return None
    fields = _all_small(inner, _UTILITY)
    process = inner.section("gaussian_process", language.GAUSSIAN)
    if process is not None:
        below = _all_small(process, _GAUSSIAN)
        place = inner.place("gaussian_process")
        fields.append(pair("gaussianProcess", mapped(process.span, below), place))
    return renamed("utilityFunction", entry, mapped(inner.span, fields))


def _early_stopping(tuning: Section) -> Pair | None:
    entry = tuning.entry("early_stopping")
    if entry is None:
        return None
    found = []
    for node in entry[1].items:
        rule = opened(node, language.EARLY_STOPPING, tuning.report)
        made_ = _stopping_rule(rule, tuning) if rule is not None else None
        if made_ is not None:
            found.append(made_)
    return renamed("earlyStopping", entry, listed(entry[1].span, found)) if found else None


def _stopping_rule(rule: Section, tuning: Section) -> Map | None:
    """One rule; None for one by the average of all runs, which version 1.1 does not have."""
    tuning.adopt(rule)
    for name in rule.model.required:
        rule.need(name)
    rule.only_one("optimization", "higher")
    if isinstance(rule.get("policy"), Lit):
        return _stopping_all(rule)
    policy = rule.section("policy", language.POLICY)
    if policy is not None and policy.word("kind") == "average":
        rule.settle()
        rule.report.add(
            "PXC944",
            "no policy of version 1.1 compares a run with the average of all",
            head_of(rule.span),
            help="choose `median` or `truncation` as the policy: the rule is left out",
        )
        return None
    return _rule(rule, policy)


def _rule(rule: Section, policy: Section | None) -> Map:
    """The fields of a rule."""
    first = rule.node.entries[0][0].span if rule.node.entries else rule.span
    fields = [
        pair("kind", made(first, "metric_early_stopping")),
        rule.entry("metric"),
        rule.entry("value"),
        _direction(rule, first),
        _policy(rule, policy),
    ]
    return mapped(rule.span, fields)


def _stopping_all(rule: Section) -> Map | None:
    """A rule that says who is stopped: `all` and `group`, as any rule does, or one run alone."""
    if str(rule.word("policy")).lower() in ("all", "group"):
        return _rule(rule, None)
    rule.settle()
    rule.report.add(
        "PXC949",
        "a rule that stops a single run, and no other, has no counterpart",
        head_of(rule.span),
        help="have the program end when it is good enough: the rule is left out",
    )
    return None


def _direction(rule: Section, first: Any) -> Pair:
    """`optimization`, which was `higher` once."""
    entry, higher = rule.entry("optimization"), rule.entry("higher")
    if entry is not None:
        return _small("optimization", entry)
    if higher is not None:
        word = "maximize" if str(higher[1].value).lower() in TRUE_WORDS else "minimize"
        return renamed("optimization", higher, made(higher[1].span, word))
    return pair("optimization", made(first, "maximize"))


def _policy(rule: Section, policy: Section | None) -> Pair | None:
    if policy is None:
        return None
    for name in policy.model.required:
        policy.need(name)
    names = {"kind": "kind", "evaluation_interval": "evaluationInterval", "percent": "percent"}
    fields = [renamed(names[name], entry) for name, entry in policy.fields()]
    return pair("policy", mapped(policy.span, fields), rule.place("policy"))
