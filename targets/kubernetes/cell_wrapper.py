"""Turns rows into shell text: a wrapper that becomes the program of one run, and a line a row."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from pxc.ir.node import Seq
from pxc.ir.plan import Unit
from pxc.source import Span
from pxc.targets._cell_rows import Row, Rows
from pxc.targets._cells import varies
from pxc.targets._container import RESERVED_ENV, arguments, container_order
from pxc.targets._data import Place, Values
from pxc.targets._paths import TRACKING_RUNS
from pxc.targets._shell import expanded_word, is_variable, kubelet_pieces, quoted

__all__ = ["TABLE_MOUNT", "NotIndexed", "Wrapper"]

TABLE_MOUNT = "/plx-context/matrix"
"""Where the pods of an Indexed Job find the wrapper and the rows."""

_OF_SERVICES = re.compile(
    r"[A-Z0-9_]+_(?:SERVICE_HOST|SERVICE_PORT|PORT)(?:_[A-Z0-9_]+)?"
).fullmatch

# Variables that some shell sets itself, keeps from being set, or reads.
_OF_SHELLS = frozenset(
    ("_", "UID", "EUID", "PPID", "BASHOPTS", "SHELLOPTS", "BASH_VERSINFO", "LINENO", "OPTIND",
     "JOB_COMPLETION_INDEX")
)  # fmt: skip


# The tracking client takes nothing but a uuid, and one Job has one: with the index in the place of
# its end it is that of a run. The run's own directory goes by it, too.
_TRACKED = f"""\
if test -d {TRACKING_RUNS}; then
  PXC_TRACKED=${{PXC_JOB_UID%????????????}}`printf %012d "$JOB_COMPLETION_INDEX"`
  mkdir -p "{TRACKING_RUNS}/$PXC_RUN_UUID"
  ln -sfn "$PXC_RUN_UUID" "{TRACKING_RUNS}/$PXC_TRACKED"
  export POLYAXON_RUN_INSTANCE="${{POLYAXON_RUN_INSTANCE%.*}}.$PXC_TRACKED"
fi""".split("\n")


class NotIndexed(Exception):
    """An Indexed Job cannot say a matrix: `why`, where, and what helps."""

    def __init__(self, why: str, span: Span, help: str) -> None:
        super().__init__(why)
        self.why, self.span, self.help = why, span, help


class Wrapper:
    """Writes the wrapper, and the line of each row in the table.

    The command line is `before`, what the row gives, `after`. Constant texts that the kubelet must
    expand reach the wrapper as arguments of its own.
    """

    def __init__(self, unit: Unit, rows: Rows, values: Values, container: dict[str, Any]) -> None:
        main = unit.roles[0].pod.main
        self._rows, self._span = rows, main.span
        command = _constant_items(main.get("command"), values)
        args = _constant_items(main.get("args"), values)
        self._command, self._args = command.all, args.all
        varying = rows.command is not None, rows.args is not None
        if varying[0]:
            self._before, self._after = command.before, args.after
            if not varying[1]:
                self._after = [*command.after, *args.all]
        else:
            self._before = [*command.all, *(args.before if varying[1] else args.all)]
            self._after = args.after if varying[1] else []
        self._expanded: list[str] = []
        self._exported: list[str] = []
        self._words: tuple[list[str], list[str]] = [], []
        self._is_open = bool(container.get("envFrom"))
        self._names = [entry["name"] for entry in container.get("env", ())]
        self._late: set[str] = set()
        self._is_tracked = any(
            entry["name"] == "POLYAXON_RUN_INSTANCE"
            and entry.get("value", "").endswith("$(PXC_RUN_UUID)")
            for entry in container.get("env", ())
        )
        for name in {*self._names, *rows.env}:
            self._check_name(name)
        self._find_late(container)

    def _find_late(self, container: dict[str, Any]) -> None:
        """Variables whose value refers to one that cells change: the wrapper sets them, too."""
        changed = set(self._rows.env)
        for entry in container.get("env", ()):
            if entry["name"] not in changed and _refers(entry.get("value", ""), changed):
                changed.add(entry["name"])
                self._late.add(entry["name"])
                value = self._word(entry["value"], self._before_variable(entry["name"]))
                self._exported.append(f"export {entry['name']}={value}")

    def _before_variable(self, name: str) -> list[str]:
        """The variables that the kubelet knows when it expands this one."""
        at = self._names.index(name) if name in self._names else len(self._names)
        return self._names[:at]

    def _check_name(self, name: str) -> None:
        if not is_variable(name) or name in _OF_SHELLS:
            raise NotIndexed(f"a shell cannot hand on the variable `{name}`", self._span,
                             "take another name, of letters, digits and `_`")  # fmt: skip

    def line(self, row: Row) -> str:
        """The line of a row: its variables, then the wrapper's function with its arguments."""
        command = self._command if row.command is None else row.command
        args = self._args if row.args is None else row.args
        given = [*command, *args]
        middle = given[len(self._before) : len(given) - len(self._after)]
        sets = [self._set(name, text or "") for name, text in row.env.items()]
        words = [self._word(text, self._names) for text in middle]
        if self._late and any(_refers(text, self._late) for text in (*middle, *row.env.values())):
            late = sorted(self._late)[0]
            raise NotIndexed(f"a value of the matrix and `{late}` refer to each other",
                             self._span, "write the value without `$(...)`")  # fmt: skip
        return "; ".join([*sets, " ".join(["row", *words])])

    def _set(self, name: str, text: str) -> str:
        return f"export {name}={self._word(text, self._before_variable(name))}"

    def _word(self, text: str, known: list[str]) -> str:
        if "$" not in text:
            return quoted(text)
        return expanded_word(text, lambda name: self._variable(name, known))

    def _variable(self, name: str, known: list[str]) -> str | None:
        """The variable that `$(NAME)` means; None where the kubelet leaves it as it is."""
        if name in known or name.startswith(RESERVED_ENV):
            return name
        if self._is_open or _OF_SERVICES(name) or name in _OF_SHELLS:
            raise NotIndexed(
                f"whether the cluster has the variable `{name}` is not known here",
                self._span,
                f"declare `{name}` in `env`, or write `$$({name})` where no variable is meant",
            )
        return None

    def settle(self, main: dict[str, Any]) -> None:
        """Take out of the container as it will be what the wrapper does."""
        changed = self._late | set(self._rows.env)
        before = [self._constant_word(text, changed) for text in self._before]
        self._words = before, [self._constant_word(text, changed) for text in self._after]
        moved = {
            "command": ["sh", f"{TABLE_MOUNT}/run"],
            "args": self._expanded,
            "env": [entry for entry in main.get("env", ()) if entry["name"] not in changed],
        }
        for field, items in moved.items():
            main.pop(field, None)
            if items:
                main[field] = items
        ordered = container_order(main)
        main.clear()
        main.update(ordered)

    def _constant_word(self, text: str, changed: set[str]) -> str:
        if _refers(text, changed):
            return self._word(text, self._names)
        if "$" not in text:
            return quoted(text)
        self._expanded.append(text)
        return f'"$PXC_ARG_{len(self._expanded)}"'

    def text(self) -> str:
        """The wrapper."""
        before, after = self._words
        lines = ["# Written by pxc: becomes the program of one run, whose row is in the table."]
        for at in range(len(self._expanded)):
            lines.append(f"PXC_ARG_{at + 1}=${{{at + 1}}}")
        lines += _TRACKED if self._is_tracked else []
        lines.append("row() {")
        lines += [f"  {line}" for line in self._exported]
        lines.append("  exec " + " ".join([*before, '"$@"', *after]))
        lines += [
            "}",
            "case $JOB_COMPLETION_INDEX in",
            f"?|??) . {TABLE_MOUNT}/rows-0 ;;",
            f'*) . "{TABLE_MOUNT}/rows-${{JOB_COMPLETION_INDEX%??}}" ;;',
            "esac",
            'echo "the table has no row $JOB_COMPLETION_INDEX" >&2',
            "exit 1",
        ]
        return "\n".join(lines) + "\n"


def _refers(text: str | None, names: set[str]) -> bool:
    """Whether a text has `$(NAME)` of one of these."""
    if not text or "$(" not in text:
        return False
    return any(name in names for _, name in kubelet_pieces(text))


class _Items(Struct, frozen=True):
    """The items of `command` or `args` that no cell changes: before and after those that some do.

    `all` holds them where none is changed.
    """

    before: list[str]
    after: list[str]
    all: list[str]


def _constant_items(node: Any, values: Values) -> _Items:
    place = Place("args", {}, expands=True)
    if node is None:
        return _Items([], [], [])
    if not varies(node):
        return _Items([], [], arguments(node, values, place))
    if not isinstance(node, Seq):
        return _Items([], [], [])
    changes = [varies(item) for item in node.items]
    first, last = changes.index(True), len(changes) - changes[::-1].index(True)
    before, after = (
        arguments(Seq(node.span, items), values, place)
        for items in (node.items[:first], node.items[last:])
    )
    return _Items(before, after, [])
