"""What is decided: for each claim whether it may be used, by which step, and which rule says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pxc.access.claims import Claim
    from pxc.access.organization import (
        Allowance,
        Cluster,
        ConnectionAccess,
        Deny,
        Grant,
        PresetRules,
        Project,
        Queue,
        Restriction,
    )
    from pxc.access.principal import Principal
    from pxc.access.roles import Standing

    Rule = Cluster | ConnectionAccess | Deny | Grant | PresetRules | Project | Queue | Restriction

__all__ = ["Decision", "Settings", "Verdict"]


class Settings(Struct, frozen=True, kw_only=True):
    """How strictly it is decided.

    `undeclared` is what becomes of names that the catalog lacks, `unresolved` of those that only
    the run knows: `deny` or `allow`. `overrides` are names of soft denies, each with the reason to
    do it all the same.
    """

    undeclared: str = "deny"
    unresolved: str = "deny"
    overrides: tuple[tuple[str, str], ...] = ()


class Verdict(Struct, frozen=True, kw_only=True):
    """What is decided of one claim.

    `step` is what decided. Denied: `gate`, `catalog`, `deny`, `restriction`, `grant`, `bound` or
    `certainty`. Allowed: `grant`, `role`, `owner`, `project`, `queue`, `connection`, `preset`,
    `default`, `compiler`, or `open` where nothing is declared or the mode lets it pass. `reason` is
    the slug of the code that a denial is told under (`access-denied`), or a deny that only warns.
    `rule` is the object of the catalog that decided, where one did, `allowance` its entry. `name`
    is which of several names failed. `whose` is the subject that it was decided for. `follows` is
    set where another claim decided (`connection:x`): it is that one that is to be told. `warnings`
    are denies that do not stop it.
    """

    claim: Claim
    allowed: bool
    step: str
    reason: str = ""
    rule: Rule | None = None
    allowance: Allowance | None = None
    name: str = ""
    whose: str = ""
    follows: str = ""
    warnings: tuple[Deny, ...] = ()


class Decision(Struct, frozen=True, kw_only=True):
    """What is decided of a run: the gate (None where it is passed), then a verdict for each claim.

    A run that does not pass the gate has no verdicts: what it claims was not looked at.
    `standings` are those of the principal and, where there is one, of whom it is bound by.
    """

    principal: Principal
    project: str | None
    today: str
    gate: Verdict | None
    verdicts: tuple[Verdict, ...]
    standings: tuple[Standing, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether nothing is denied."""
        return self.gate is None and all(v.allowed for v in self.verdicts)

    @property
    def denied(self) -> tuple[Verdict, ...]:
        """The gate where it is closed, else every claim that is denied and follows no other."""
        if self.gate is not None:
            return (self.gate,)
        found = [v for v in self.verdicts if not v.allowed]
        told = {v.claim.what for v in found if not v.follows}
        return tuple(v for v in found if v.follows not in told)
