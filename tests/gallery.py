"""Turns the goldens of the gallery into `docs/targets/argo-gallery.md`.

`python -m tests.gallery` writes the page. A pipeline is a folder `golden/gallery-NAME`; its
`about.md` has a title, then what is said before the picture and the file, then, behind a line of
three dashes, what is shown and said of the workflow.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

GOLDEN = ROOT / "golden"
PAGE = ROOT / "docs" / "targets" / "argo-gallery.md"
ORDER = (
    "release", "grid", "hyperband", "folds", "teams", "nightly", "approval", "image", "cleanup",
    "board",
)  # fmt: skip
CASES = [GOLDEN / f"gallery-{name}" for name in ORDER]

_HEAD = """\
# Pipelines on Argo, from file to workflow

Ten pipelines: the file, its picture as [`pxc graph`](../graph.md) draws it, and what is worth a look in the
workflow; `...` stands for the rest, and the link leads to all of it. Each is run by the tests on the real controller of
Argo, with the programs that stand here, and comes to what the documentation of Polyaxon says it does. What each thing
becomes is told by [the target `argo`](argo.md). The files lie in `golden/gallery-*`; where there is a catalog beside one, it
is found when the folder has a `pxc.yaml`, or named:

```sh
pxc compile --target argo golden/gallery-release/polyaxonfile.yaml --catalog golden/gallery-release/catalog
```
"""


def page() -> str:
    """The whole text of the page."""
    return "\n".join([_HEAD, *(line for case in CASES for line in _section(case))])


def _section(case: Path) -> Iterator[str]:
    title, _, rest = (case / "about.md").read_text("utf-8").partition("\n")
    before, _, after = rest.partition("\n---\n")
    folder = f"../../golden/{case.name}"
    yield f"## {title}\n"
    yield f"{before.strip()}\n"
    yield f"![The graph of the pipeline: {title}]({folder}/expected.graph.svg)\n"
    yield _block("yaml compile target=argo", case / "polyaxonfile.yaml")
    for file in sorted((case / "catalog").rglob("*.yaml")):
        yield _block(f"yaml catalog={file.relative_to(case / 'catalog')}", file)
    yield f"becomes [this workflow]({folder}/expected.argo.yaml):\n"
    yield f"{after.strip()}\n"


def _block(info: str, file: Path) -> str:
    return f"```{info}\n{file.read_text('utf-8').rstrip()}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
