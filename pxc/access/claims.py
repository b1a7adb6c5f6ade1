"""What a run claims to use: each thing with its amount, its origin and how surely it is known."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from pxc.source import Span

__all__ = ["ACTIONS", "DEFAULT_ACCOUNT", "KINDS", "NAMELESS", "PUBLISHING", "Claim"]

NAMELESS = frozenset(
    ("privileged", "hostNetwork", "hostPID", "hostIPC", "runAsRoot", "automountToken")
)
"""Kinds of which there is only one thing; their claims have the name `true`."""

DEFAULT_ACCOUNT = "default"
"""The service account of a pod that names none, in every namespace."""

KINDS = (
    "project", "run", "runtime",
    "connection", "secret", "configMap", "volume", "hostPath", "csi", "nfs", "bucket",
    "image", "registry", "accelerator", "nodePool", "node",
    "queue", "cluster", "namespace",
    "serviceAccount", "priorityClass", "runtimeClass", "scheduler",
    *sorted(NAMELESS), "capability", "sysctl", "procMount", "seccomp",
    "annotation", "label", "hostPort",
    "component", "url", "path", "runs", "preset", "egress", "resource",
)  # fmt: skip
"""Every kind of thing that can be claimed, and that a rule can name."""


PUBLISHING = ("push", "stage", "delete")
"""What is done to components by who publishes them; a rule gives it by name alone."""

ACTIONS = ("use", "read", "write", "create", "see", "pull", *PUBLISHING)
"""Everything that can be done with a thing; the last five are for components."""


class Claim(Struct, frozen=True, kw_only=True):
    """One thing that a run would use.

    `kind` is one of `KINDS`. `name` is exact where `certainty` is `exact`; for `oneOf` it is empty
    and `choices` are all that it may be; for `pattern` it is a pattern of selectors that every
    possible name matches; for `unknown` it is what the author wrote. `action` is one of `ACTIONS`.
    `alias` is a second name that rules can mean it by: that of a component without its registry,
    where the registry goes without saying. `per_pod` and `per_run` are amounts in the base unit of
    a resource. `via` tells whose doing it is: `user`, `preset:NAME`, `component:REF`,
    `connection:NAME`, `default` (a workspace's or a project's), or `compiler` for what pxc adds of
    itself. `owner` are the names that lead to the operation, with `/` between them, empty for the
    file as a whole.
    """

    span: Span
    kind: str
    name: str
    action: str = "use"
    per_pod: Decimal | None = None
    per_run: Decimal | None = None
    certainty: str = "exact"
    choices: tuple[str, ...] = ()
    via: str = "user"
    owner: str = ""
    alias: str = ""

    @property
    def what(self) -> str:
        """The claim as rules and people write it: `connection:imagenet`."""
        return self.kind if self.kind in NAMELESS else f"{self.kind}:{self.name}"

    @property
    def is_implied(self) -> bool:
        """Whether it is what a cluster gives to a pod that names none: an account of its own."""
        return (
            self.kind == "serviceAccount" and self.name == DEFAULT_ACCOUNT and self.via == "default"
        )
