"""Turns the roles of a distributed unit into pods under the names that their operator asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace as changed

from pxc.diagnostics import Report, allowed
from pxc.ir.node import Lit, replace
from pxc.ir.plan import Plan, Unit
from pxc.ir.pod import Pod, Role
from pxc.options import Options
from pxc.source import head_of
from pxc.targets._container import container_order
from pxc.targets._data import RunTime, Values
from pxc.targets._metadata import Metadata
from pxc.targets._pod import PodParts, build_pod
from pxc.targets._queue import join_pod

__all__ = ["Gang", "Member", "make_members"]

_REPORTERS = ("chief", "master", "launcher", "driver", "job", "head", "scheduler", "worker")
"""The role whose process tells of the run, the first that there is."""


class Member(Struct):
    """One role: its pod and what the pod says of itself."""

    role: Role
    pod: PodParts
    metadata: Metadata

    def template(self) -> dict[str, Any]:
        """The pod template."""
        return {"metadata": self.metadata.of_pod(), "spec": self.pod.spec}

    def restart_policy(self, known: tuple[str, ...], default: str, report: Report) -> str:
        """The role's restart policy, taken out of the pod; PXC701 for one that is not known."""
        policy = str(self.pod.spec.pop("restartPolicy", default))
        if policy not in known:
            environment = self.role.pod.environment
            written = environment.restart_policy if environment is not None else None
            report.add(
                "PXC701",
                f"`restartPolicy: {policy}` cannot be said for the `{self.role.name}` of a"
                f" `{self.metadata.unit.kind}`",
                (written or self.role).span,
                help=f"its operator takes {allowed(known)}",
            )
        return policy


class Gang(Struct):
    """A distributed run on its way to an object: `name` is the object's, known to its pods."""

    plan: Plan
    unit: Unit
    name: str
    members: tuple[Member, ...]
    metadata: Metadata
    values: Values
    options: Options

    @property
    def report(self) -> Report:
        """Where faults go."""
        return self.values.report

    def member(self, name: str) -> Member | None:
        """The member of a role, where its author wrote that role."""
        return next((m for m in self.members if m.role.name == name), None)

    def needed(self, name: str) -> Member | None:
        """The member of a role that the operator cannot do without; PXC104 where it is missing."""
        found = self.member(name)
        if found is None:
            runtime = self.unit.runtime
            self.report.add(
                "PXC104",
                f"a `{self.unit.kind}` needs the role `{name}`",
                head_of((runtime or self.unit).span),
                label=f"no `{name}` here",
                help=f"add `{name}` with a `container`",
            )
        return found

    def one_pod(self, member: Member) -> None:
        """PXC116 for a role of several pods where the operator knows exactly one."""
        count = member.role.replicas
        if count not in (None, 1):
            self.report.add(
                "PXC116",
                f"the `{member.role.name}` of a `{self.unit.kind}` is one pod, not {count}",
                member.role.span,
                help="leave `replicas` out of it",
            )

    def canonical(self) -> str:
        """The pods as text for the hash of the name."""
        return json.dumps([member.template() for member in self.members], sort_keys=True)


def make_members(
    unit: Unit,
    whole: Metadata,
    main_names: Mapping[str, str],
    run_time: RunTime,
    options: Options,
    report: Report,
    *,
    native_sidecars: bool = True,
    mounts_files: bool = True,
) -> tuple[Member, ...]:
    """The pods of every role; `main_names` are what the operator calls their main
    containers.

    Only one role tells the tracking client who the run is; in the others it does nothing, or as
    many processes would write the same run.
    """
    reporter = _reporter(unit)
    found = []
    for role in unit.roles:
        own = replace(role, pod=_named(role.pod, main_names.get(role.name)))
        silent = options.runtime.tracks_offline and role is not reporter
        told = _untracked(options) if silent else options
        pod = build_pod(
            unit, own.pod, run_time, told, report,
            native_sidecars=native_sidecars, mounts_files=mounts_files,
        )  # fmt: skip
        if silent:
            _set_variable(pod.main, "POLYAXON_NO_OP", "true")
        join_pod(pod, unit, options, report)
        metadata = changed(
            whole, unit=replace(unit, roles=(own,)), labels=pod.labels, annotations=pod.annotations
        )
        found.append(Member(own, pod, metadata))
    return tuple(found)


def _reporter(unit: Unit) -> Role:
    by_name: Mapping[str, Role] = {role.name: role for role in reversed(unit.roles)}
    return next((by_name[name] for name in _REPORTERS if name in by_name), unit.roles[0])


def _named(pod: Pod, name: str | None) -> Pod:
    """The pod with the name that the operator asks of its main container."""
    if name is None:
        return pod
    main = pod.main
    entries = [(k, v) for k, v in main.entries if not (isinstance(k, Lit) and k.value == "name")]
    pair = (Lit(main.span, "name"), Lit(main.span, name))
    return replace(pod, main=replace(main, entries=(pair, *entries)))


def _untracked(options: Options) -> Options:
    return changed(options, runtime=changed(options.runtime, tracking=False))


def _set_variable(container: dict[str, Any], name: str, value: str) -> None:
    """Give a container a variable that its author did not set."""
    env = container.get("env", [])
    if any(entry.get("name") == name for entry in env):
        return
    whole = container_order(container | {"env": [*env, {"name": name, "value": value}]})
    container.clear()
    container.update(whole)
