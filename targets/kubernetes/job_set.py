"""Turns units that wait for each other into one JobSet, the operator's object for jobs in order."""

from __future__ import annotations

import json
from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.plan import Group, Plan
from pxc.options import Options
from pxc.source import head_of
from pxc.targets._metadata import Metadata, identity_labels
from pxc.targets._names import dns_label, free_name, reserved, run_name
from pxc.targets.kubernetes.flat_group import FlatUnit, run_at_once
from pxc.targets.kubernetes.job import job_spec
from pxc.targets.kubernetes.unit_parts import INSTANCE, UnitParts

__all__ = ["job_set"]

# The operator calls the Job of a replicated job `<set>-<job>-0`, and a pod of it gets `-xxxxx`.
_NAMES_LIMIT = 63 - len("-") - len("-0") - len("-xxxxx")
_JOB_LIMIT = 30
_LEAST_BASE = 10  # of the set's name besides its end: a letter, and a hash of what it was

# etcd refuses a request of more than 1.5 MiB; the status tells of each replicated job.
_MOST_BYTES = 1_400_000


def job_set(
    plan: Plan,
    group: Group,
    units: list[tuple[FlatUnit, UnitParts]],
    options: Options,
    report: Report,
) -> dict[str, Any]:
    """The JobSet of a group: a replicated job for each unit, after those it waits for.

    Names of Jobs hold the name of the set, which so gets what the longest of its jobs leaves.
    PXC701 for units in several namespaces and for more than a cluster stores, PXC702 for what a set
    as a whole lacks.
    """
    _tell_losses(group, [flat for flat, _ in units], report)
    metadata = _metadata(plan, group, units, options, report)
    names = _job_names([unit for unit, _ in units], options)
    specs = [job_spec(flat.unit, parts.pod, {}, parts.values) for flat, parts in units]
    ttl = _ttl(group, specs, report)
    content = [_template(spec, parts) for spec, (_, parts) in zip(specs, units, strict=True)]
    limit = _NAMES_LIMIT - max(map(len, names))
    identities = "".join(flat.unit.identity for flat, _ in units)
    text = json.dumps([names, content, [u.upstreams for u, _ in units]], sort_keys=True)
    generate = options.name_policy == "generate"
    name = run_name(group.name, limit, options, identities, text, letter_first=True)
    if not generate:
        for own in (metadata.own, *(parts.metadata.own for _, parts in units)):
            own[INSTANCE] = name
        content = [_template(spec, parts) for spec, (_, parts) in zip(specs, units, strict=True)]
    about = metadata.of_object(name, generate=generate)
    jobs = [
        _replicated(name, [names[u] for u in flat.upstreams], template)
        for name, (flat, _), template in zip(names, units, content, strict=True)
    ]
    found = {
        "apiVersion": "jobset.x-k8s.io/v1alpha2",
        "kind": "JobSet",
        "metadata": about,
        "spec": {
            "network": {"enableDNSHostnames": False},
            "replicatedJobs": jobs,
            **({"ttlSecondsAfterFinished": ttl} if ttl is not None else {}),
        },
    }
    _check_size(found, group, report)
    return found


def _check_size(found: dict[str, Any], group: Group, report: Report) -> None:
    """PXC701 for a set that no cluster stores: it is one object, and its status takes room too."""
    size = len(json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode())
    if size > _MOST_BYTES:
        report.add(
            "PXC701",
            f"the JobSet of the dag has {size:,} bytes, more than a cluster stores in one object",
            head_of(group.span),
            help=f"at most {_MOST_BYTES:,} leave room for its status: split the dag",
        )


def _replicated(name: str, upstreams: list[str], template: dict[str, Any]) -> dict[str, Any]:
    job: dict[str, Any] = {"name": name, "replicas": 1}
    if upstreams:
        job["dependsOn"] = [{"name": upstream, "status": "Complete"} for upstream in upstreams]
    return job | {"template": template}


def _template(spec: dict[str, Any], parts: UnitParts) -> dict[str, Any]:
    """The Job of a unit as a template: a plain one, as without a set, where a set makes indexes."""
    about = parts.metadata.of_pod()
    pod = {**spec["template"], "metadata": about}
    return {"metadata": about, "spec": {"completionMode": "NonIndexed", **spec, "template": pod}}


def _job_names(units: list[FlatUnit], options: Options) -> list[str]:
    """A name for each unit within the set; one that had to be changed carries a hash."""
    limit = min(_JOB_LIMIT, _NAMES_LIMIT - _LEAST_BASE - reserved(options))
    found: list[str] = []
    for unit in units:
        found.append(free_name(dns_label(unit.name, limit, letter_first=True), found))
    return found


def _metadata(
    plan: Plan,
    group: Group,
    units: list[tuple[FlatUnit, UnitParts]],
    options: Options,
    report: Report,
) -> Metadata:
    """What the set says of itself: the labels and annotations that all of its units have."""
    every = [parts.metadata for _, parts in units]
    first = every[0]
    for (flat, _), other in zip(units, every, strict=True):
        if other.namespace != first.namespace:
            report.add(
                "PXC701",
                f"`{flat.name}` runs in another namespace than `{units[0][0].name}`, and the jobs"
                " of a JobSet are in one",
                flat.unit.span,
                notes=(Note(f"`{units[0][0].name}` is here", units[0][0].unit.span),),
                help="give the `namespace` to the dag alone",
            )
            break

    def shared(name: str) -> dict[str, str]:
        maps = [getattr(metadata, name).items() for metadata in every]
        return {k: v for k, v in maps[0] if all((k, v) in other for other in maps)}

    labels, annotations = shared("labels"), shared("annotations") | _told(units, options)
    own = identity_labels(plan, group)
    return Metadata(plan, group, first.namespace, labels, annotations, own)


def _told(units: list[tuple[FlatUnit, UnitParts]], options: Options) -> dict[str, str]:
    """Words about single operations, under the names of their jobs.

    They stand on the set: what is inside of it can never change, and words make no other run.
    """
    found: dict[str, str] = {}
    names = _job_names([flat for flat, _ in units], options)
    for name, (flat, _) in zip(names, units, strict=True):
        for key, text in (
            ("description", flat.unit.description or ""),
            ("tags", ",".join(flat.unit.tags)),
        ):
            if text:
                found[f"{name}.pxc.dev/{key}"] = text
    return found


def _ttl(group: Group, specs: list[dict[str, Any]], report: Report) -> int | None:
    """When the whole set goes: a Job that went before would be made, and run, again."""
    found = [spec.pop("ttlSecondsAfterFinished", None) for spec in specs]
    known = [ttl for ttl in found if ttl is not None]
    if not known:
        return None
    if len(set(found)) > 1:
        report.add(
            "PXC702",
            "the `termination.ttl` of the operations differ, but the jobs of a JobSet go together:"
            + (" the longest holds" if None not in found else " they stay"),
            head_of(group.span),
            help="give `termination: {ttl: ...}` to the dag alone",
        )
    return None if None in found else max(known)


def _tell_losses(group: Group, flat: list[FlatUnit], report: Report) -> None:
    if run_at_once(flat):
        report.add(
            "PXC702",
            "when one operation fails, the JobSet ends those that run beside it",
            head_of(group.span),
            help="Polyaxon lets them end; the dag fails in both",
        )
    limits = group.limits
    if limits is not None and limits.timeout is not None:
        report.add(
            "PXC702",
            "a JobSet has no deadline: `termination.timeout` holds for each operation by itself",
            limits.span,
            help="the dag as a whole may take longer",
        )
