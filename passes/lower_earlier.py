"""Lowers the earlier run that one begins from: what it left comes into the pods of the new one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pxc.ir.expr import RunTimeRef
from pxc.ir.node import Hole, Lit, Template, replace
from pxc.ir.plan import Earlier, Group, Unit
from pxc.ir.pod import Attachment, Copy, Pod, TransferStep
from pxc.passes.global_names import run_root
from pxc.passes.init_paths import below, scalar
from pxc.passes.lower_connections import attach
from pxc.passes.lowering import Lowering, joined
from pxc.passes.stores import artifacts_store
from pxc.sha256 import sha256

__all__ = ["begun_from"]

Member = TypeVar("Member", bound=Unit | Group)

_OF_THE_CLIENT = "/*.plx.json"
"""Where Polyaxon's tracking client says which run it was, and how that ended."""


def begun_from(found: Unit | Group, earlier: Earlier, lowering: Lowering) -> Unit | Group:
    """A member that begins from an earlier run, under an identity of its own.

    A run that is resumed brings back its own directory, and one that copies has that of the earlier
    run, or the chosen parts of it, before any step of its author's. Nothing of either comes of a
    cache. PXC535 where nothing may be brought back, PXC537 where a copy has no place in the pod.
    """
    if isinstance(found, Group):
        members = tuple(_told_apart(member, earlier) for member in found.members)
        return replace(found, members=members, earlier=earlier)
    roles = found.roles
    if earlier.kind == "resume":
        roles = tuple(replace(r, pod=_brought_back(r.pod, earlier, lowering)) for r in roles)
    if earlier.kind == "copy":
        roles = tuple(replace(r, pod=_with_copy(r.pod, earlier, lowering)) for r in roles)
    cache = found.cache and replace(found.cache, disabled=True)
    return _told_apart(replace(found, roles=roles, cache=cache, earlier=earlier), earlier)


def _told_apart(member: Member, earlier: Earlier) -> Member:
    """A member, and those inside of it, with identities that no other run of them has."""
    if isinstance(member, Group):
        members = tuple(_told_apart(inner, earlier) for inner in member.members)
        return replace(member, members=members)
    told = "\0".join((member.identity, *earlier.told))
    return replace(member, identity=sha256(told.encode("utf-8", "surrogatepass")).hexdigest())


def _brought_back(pod: Pod, earlier: Earlier, lowering: Lowering) -> Pod:
    """A pod whose run's directory is there before it starts."""
    results = pod.results
    if results is None:  # its directory is one of the store itself
        return pod
    if not results.resume:
        lowering.report.add(
            "PXC535",
            "`plugins.autoResume` is false: the run goes on under its uuid without what it left",
            _auto_resume(lowering),
            help="leave `autoResume` out to bring back its directory",
        )
        return pod
    return replace(pod, results=replace(results, again=True, required=True))


def _auto_resume(lowering: Lowering) -> Any:
    composed = lowering.program.composed
    plugins: Any = composed.plugins if composed is not None else None
    return plugins.auto_resume.span


def _with_copy(pod: Pod, earlier: Earlier, lowering: Lowering) -> Pod:
    """A pod that copies files of the earlier run before all other steps."""
    connection = artifacts_store(lowering.world)
    assert connection is not None  # PXC531
    store = attach(connection, earlier.span, lowering)
    assert store.store is not None
    if pod.results is None and store.store.kind in ("s3", "gcs", "wasb"):
        lowering.report.add(
            "PXC537",
            "with `plugins.collectArtifacts: false` the run's directory lies in the bucket"
            f" `{store.name}`, where a pod cannot copy to",
            earlier.span,
            help="leave `collectArtifacts` out, or take an artifacts store that is a volume",
        )
        return pod
    return replace(pod, init=(_copy_step(earlier, store, lowering), *pod.init))


def _copy_step(earlier: Earlier, store: Attachment, lowering: Lowering) -> TransferStep:
    span, root = earlier.span, run_root(lowering.program, lowering.world)
    own = joined(span, (f"{root}/", Hole(span, RunTimeRef(span, "globals.uuid"))))
    assert isinstance(own, Template)

    def copies() -> Iterator[Copy]:
        for kind, paths in (("dir", earlier.dirs), ("file", earlier.files)):
            for path in paths:
                target = scalar(below(own, path, span), span)
                yield Copy(span, Lit(span, f"{earlier.run}/{path}"), target, kind)

    chosen = tuple(copies())
    whole = Copy(span, Lit(span, earlier.run), own, "dir")
    left_out = "" if chosen else _OF_THE_CLIENT
    return TransferStep(span, store, chosen or (whole,), root, left_out=left_out)
