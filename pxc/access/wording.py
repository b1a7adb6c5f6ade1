"""Says claims, people and amounts in words, as messages have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from pxc.access.claims import Claim
    from pxc.access.principal import Principal

__all__ = ["amount", "doing", "known_as", "person", "thing", "whose_doing"]

_WORDS = {
    "configMap": "config map",
    "hostPath": "host path",
    "csi": "CSI driver",
    "nfs": "NFS volume",
    "nodePool": "node pool",
    "serviceAccount": "service account",
    "priorityClass": "priority class",
    "runtimeClass": "runtime class",
    "procMount": "proc mount",
    "hostPort": "port of the node",
    "seccomp": "seccomp profile",
    "url": "address",
    "egress": "network host",
    "runs": "runs of project",
}

_NAMELESS = {
    "privileged": "run privileged containers",
    "hostNetwork": "use the network of the node",
    "hostPID": "see the processes of the node",
    "hostIPC": "use the IPC of the node",
    "runAsRoot": "run containers as root",
    "automountToken": "mount the token of the service account",
}

_VERBS = {
    "read": "read", "write": "write to", "create": "create", "see": "see", "pull": "pull",
    "push": "push", "stage": "set the stage of", "delete": "delete",
}  # fmt: skip


def person(principal: Principal) -> str:
    """Somebody by name: `ana`, or service account `ci`."""
    kind, _, name = principal.subject.partition(":")
    if not name:
        return "somebody without a name"
    return f"`{name}`" if kind == "user" else f"service account `{name}`"


def known_as(principal: Principal) -> str:
    """How surely it is known who asks: `ana` is what PXC_USER says, nobody verified it."""
    if principal.strength == "verified":
        return f"it is verified that {person(principal)} asks"
    source = principal.source or "the command line"
    return f"that {person(principal)} asks is what {source} says; nobody verified it"


def thing(kind: str, name: str) -> str:
    """A thing by kind and name: connection `imagenet`."""
    if kind in _NAMELESS:
        return f"`{kind}`"
    return f"{_WORDS.get(kind, kind)} `{name}`"


def doing(claim: Claim, name: str) -> str:
    """What a claim would do: use connection `imagenet`, run privileged containers."""
    if claim.kind in _NAMELESS:
        return _NAMELESS[claim.kind]
    if claim.kind == "run":
        return "create runs"
    if claim.kind == "runs":
        return f"read {thing(claim.kind, name)}"
    if claim.kind == "project":
        return f"run anything in {thing(claim.kind, name)}"
    return f"{_VERBS.get(claim.action, 'use')} {thing(claim.kind, name)}"


def whose_doing(claim: Claim) -> str:
    """For a label: which operation needs it, and what brought it there, if not its author."""
    owner = f"needed by operation `{claim.owner}`" if claim.owner else "needed here"
    kind, _, name = claim.via.partition(":")
    if kind in ("preset", "component", "connection"):
        return f"{owner}, by {kind} `{name}`"
    return {
        "default": f"{owner}, by default",
        "compiler": f"{owner}: pxc adds it",
    }.get(kind, owner)


def amount(value: Decimal) -> str:
    """An amount without trailing zeros or exponents."""
    return f"{value.normalize():f}"
