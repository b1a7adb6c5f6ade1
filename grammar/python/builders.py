"""Turns the table of the language into the modules of `pxc.author`: a typed class a section.

`python -m pxc.grammar.python.builders` rewrites them; a test holds them to the table.
"""

from __future__ import annotations

import json
from pathlib import Path

from pxc.grammar.python.builder_classes import BuilderClass
from pxc.grammar.python.builder_names import class_name, function_name
from pxc.grammar.python.builder_walk import LanguageWalk

__all__ = ["FOLDER", "modules"]

FOLDER = Path(__file__).resolve().parents[2] / "pxc" / "author"

_OF_PYTHON = frozenset({"datetime", "random", "range"})
"""Names that `import *` leaves to Python."""

_HEAD = '''"""{about}

Written by `python -m pxc.grammar.python.builders` from the table of the language: do not edit.
"""

from __future__ import annotations

'''

_SECTIONS_HEAD = """from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from pxc.author.documents import (
    ComponentSection,
    DeclarationSection,
    OperationSection,
    ReferringSection,
)
from pxc.author.expressions import Expr
from pxc.author.kubernetes import {kubernetes}
from pxc.author.ports import DeclaredField, ReferredField
from pxc.author.section import UNSET, Section, section
from pxc.author.space import Space

"""

_KUBERNETES_HEAD = """from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal

from pxc.author.expressions import Expr
from pxc.author.kubernetes_section import KubernetesSection
from pxc.author.section import UNSET, section

if TYPE_CHECKING:
    from pxc.author.sections import IO

"""


def modules() -> dict[str, str]:
    """The texts of the modules by their names."""
    language = LanguageWalk()
    classes = language.sections()
    direct = sorted({class_name(d) for d in language.definitions} | {"Container"})
    objects = language.objects()
    unions = [
        "\n".join([f"{name}: TypeAlias = (", *_alternatives(kinds), ")"])
        for name, kinds in language.unions.items()
    ]
    sections = "\n\n".join(each.text() for each in classes)
    imports = "(\n" + "".join(f"    {name},\n" for name in direct) + ")"
    return {
        "kubernetes": _module("The builders of Kubernetes objects.", _KUBERNETES_HEAD, objects)
        + "\n\n".join(each.text() for each in objects),
        "sections": _module(
            "The builders of the sections of a Polyaxonfile.",
            _SECTIONS_HEAD.format(kubernetes=imports),
            classes,
            [*language.unions],
        )
        + sections
        + "\n\n"
        + "\n\n".join(unions)
        + "\n",
        "moved": _moved([*classes, *objects]),
        "__init__": _package(_exported(objects), _exported(classes, [*language.unions])),
    }


def _alternatives(kinds: list[str]) -> list[str]:
    return [f"    {'| ' if at else ''}{kind}" for at, kind in enumerate(kinds)]


def _module(
    about: str, head: str, classes: list[BuilderClass], more: list[str] | None = None
) -> str:
    lines = ["__all__ = [", *(f'    "{name}",' for name in _exported(classes, more)), "]"]
    return _HEAD.format(about=about) + head + "\n".join(lines) + "\n\n\n"


def _exported(classes: list[BuilderClass], more: list[str] | None = None) -> list[str]:
    """What a module offers: classes, and the functions that they are called as."""
    names = (name for each in classes for name in (each.name, function_name(each.name)))
    return sorted([*(more or ()), *names])


_PACKAGE = '''"""Turns calls of Python into Polyaxonfiles: a typed builder for every section.

`component(...)`, `operation(...)`, `job(...)`, `grid(...)` and all others take the fields of their
section by name. Each name in small letters is a class: `job` is `Job`. What Python calls something
else (`datetime`, `input`, `random`, `range`) is imported by its name alone, not by a star.

Written by `python -m pxc.grammar.python.builders` from the table of the language: do not edit.
"""

from __future__ import annotations

from pxc.author.calls import Call, caller
from pxc.author.document import document, fault_document
from pxc.author.expressions import Expr, expr
from pxc.author.faults import AuthorFault
from pxc.author.kubernetes import (
{kubernetes}
)
from pxc.author.references import Reference, run, this_dag
from pxc.author.section import UNSET, Section
from pxc.author.sections import (
{sections}
)
from pxc.author.written import Entry, Written

input = output = IO
"""A declared input or output."""

__all__ = [
{names}
]
'''

_OWN = (
    "UNSET", "AuthorFault", "Call", "Entry", "Expr", "Reference", "Section", "Written", "caller",
    "document", "expr", "fault_document", "output", "run", "this_dag",
)  # fmt: skip
"""What the package offers besides the builders."""


def _package(kubernetes: list[str], sections: list[str]) -> str:
    """What is imported from `pxc.author`, name by name, so that every tool knows it."""
    names = sorted({*kubernetes, *sections, *_OWN} - _OF_PYTHON)
    return _PACKAGE.format(
        kubernetes="\n".join(f"    {name}," for name in kubernetes),
        sections="\n".join(
            f"    {name} as {name}," if name in _OF_PYTHON else f"    {name}," for name in sections
        ),
        names="\n".join(f'    "{name}",' for name in names),
    )


def _moved(classes: list[BuilderClass]) -> str:
    """What to say of fields that are right elsewhere."""
    lines = ["MOVED: dict[str, dict[str, str]] = {"]
    for each in classes:
        if each.moved:
            lines.append(f'    "{function_name(each.name)}": {{')
            lines += [f"        {_quoted(k)}: {_quoted(v)}," for k, v in each.moved.items()]
            lines.append("    },")
    about = "What to say of a field that a builder does not have and another may: by builder."
    return _HEAD.format(about=about) + "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    for name, text in modules().items():
        (FOLDER / f"{name}.py").write_text(text, encoding="utf-8")
