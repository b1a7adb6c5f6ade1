"""Turns YAML strings into the claims of their plan, for the tests of access control."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

from pxc.access.claims import Claim
from pxc.access.organization import NodePool
from pxc.catalog.files import FileCatalog
from pxc.diagnostics import Report
from pxc.driver import Request, SourceText, plan_request
from pxc.language import PolyaxonLanguage
from pxc.options import Options
from pxc.passes.plan_claims import claims_of
from pxc.workspace import Workspace
from pxc.world import World


def job(fields: str = "", container: str = "", **sections: str) -> str:
    """A job whose runtime and container have further fields, as flow maps."""
    inner = "".join(f", {text}" for text in (fields,) if text)
    image = "".join(f", {text}" for text in (container,) if text)
    rest = "".join(f"\n{key}: {text}" for key, text in sections.items())
    return f"run: {{kind: job, container: {{image: a:1{image}}}{inner}}}{rest}"


def claims(
    text: str,
    *,
    catalog: Path | None = None,
    root: Path | None = None,
    pools: tuple[NodePool, ...] = (),
    presets: tuple[str, ...] = (),
    **options: Any,
) -> tuple[Claim, ...]:
    """The claims of a file, which must compile to a plan."""
    texts = [SourceText("file.yaml", dedent(text).encode())]
    texts += [SourceText(f"p{at}.yaml", dedent(p).encode()) for at, p in enumerate(presets)]
    chosen = Options(**options)
    paths = (catalog,) if catalog is not None else ()
    request = Request(files=tuple(texts), options=chosen, catalog=paths, root=root)
    report, plan = plan_request(request)
    assert plan is not None, [d.message for d in report]
    known = FileCatalog(paths, PolyaxonLanguage(), Report(), root=root)
    world = World(
        options=chosen, language=PolyaxonLanguage(), files=Workspace(Path()), catalog=known
    )
    return claims_of(plan, world, pools)


def told(claim: Claim) -> str:
    """A claim in a line: what is sure of it, its amounts, and its origin where that is no user."""
    parts = [claim.what if claim.certainty == "exact" else f"{claim.kind}?{claim.name}"]
    if claim.choices:
        parts[0] = f"{claim.kind}:{'|'.join(claim.choices)}"
    if claim.action != "use":
        parts.append(claim.action)
    if claim.per_pod is not None:
        amounts = (f"{n.normalize():f}" for n in (claim.per_pod, claim.per_run) if n is not None)
        parts.append("x".join(amounts))
    if claim.via != "user":
        parts.append(f"via {claim.via}")
    if claim.owner:
        parts.append(f"in {claim.owner}")
    return " ".join(parts)


USUAL = frozenset((
    "project:default", "run:create create", "runtime:job", "image:a:1", "registry:docker.io",
    "serviceAccount:default via default",
))  # fmt: skip
"""What every job of `job` claims."""


def further(found: tuple[Claim, ...]) -> set[str]:
    """What is claimed beyond the usual."""
    return set(map(told, found)) - USUAL
