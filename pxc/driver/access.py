"""Answers what the runs of a request would use, and what the rules say of that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from pxc.contracts import OutFile
from pxc.diagnostics import Report
from pxc.driver.running import planned, run_phases
from pxc.driver.worlds import world_of
from pxc.language import PolyaxonLanguage
from pxc.request import Request, SourceText
from pxc.source import Source, Span
from pxc.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pxc.access.audit import Asked
    from pxc.access.cases import AccessCase
    from pxc.access.claims import Claim
    from pxc.access.decision import Decision, Verdict
    from pxc.access.decision import Settings as AccessSettings
    from pxc.access.messages import Said
    from pxc.access.organization import Rules
    from pxc.driver import Outcome
    from pxc.ir.plan import Plan


__all__ = [
    "BeyondClaims",
    "Decided",
    "asked_of",
    "check_request",
    "claims_beyond",
    "claims_request",
    "decided_plan",
    "decision_of",
    "decision_request",
    "hold_to_claims",
    "read_access_cases",
    "read_rules",
]


def decision_of(state: Any, world: World) -> Decision | None:
    """What is decided on a plan, None where the pipeline did not come that far or nobody asks."""
    from pxc.ir.plan import Plan
    from pxc.passes.check_access import decision_on, is_enforced

    return decision_on(state, world) if isinstance(state, Plan) and is_enforced(world) else None


def asked_of(request: Request) -> Asked:
    """What a decision on a request is made of."""
    from pxc.access.audit import Asked
    from pxc.catalog.folders import texts_digest

    return Asked(
        mode=request.options.acl.mode,
        rules=texts_digest(request.catalog),
        sources=tuple(pair for text in request.files for pair in _digests(text)),
        overrides=request.overrides,
    )


def _digests(text: SourceText) -> list[tuple[str, str]]:
    """The digest of a file; of Python, too, that of what it made: its text does not tell."""
    from hashlib import sha256

    found = [(text.name, sha256(text.data).hexdigest())]
    if text.authored is not None:
        made = sha256(text.authored.document).hexdigest()
        found.append((f"what {text.name} made", made))
    return found


def decided_plan(plan: Plan, outcome: Outcome) -> Plan:
    """The plan with the id of the decision on it, which its objects are to name."""
    from pxc.access.audit import decision_id
    from pxc.ir.node import replace

    if outcome.decision is None or outcome.asked is None:
        return plan
    return replace(plan, decision=decision_id(outcome.decision, outcome.asked))


class BeyondClaims(Exception):
    """A target wrote what the plan has not claimed, so nobody decided on it: a fault of pxc."""


def hold_to_claims(plan: Plan, files: Iterable[OutFile], world: World) -> None:
    """Raise BeyondClaims where emitted files use more than was decided on, by rules that hold."""
    found = _beyond(plan, files, world)
    if found:
        raise BeyondClaims(", ".join(sorted({claim.what for claim in found})))


def claims_beyond(request: Request, outcome: Outcome) -> list[Claim]:
    """What emitted files would use that the claims of their plan do not have: nothing, or a fault.

    Raises ValueError for a file that cannot be read back.
    """
    world = world_of(request, Report())
    return _beyond(outcome.plan, outcome.files, world)


def _beyond(plan: Plan, files: Iterable[OutFile], world: World) -> list[Claim]:
    from pxc.access.emitted import beyond, claim_objects, made_here
    from pxc.access.emitted_python import calls_in
    from pxc.access.gathering import Gathering
    from pxc.grammar.manifests import manifests_in
    from pxc.passes.check_access import claims_under_rules, pools_of

    emitted = Gathering(world.language.quantity, pools_of(world.catalog.rules, plan))
    own: frozenset[str] = frozenset()
    for file in files:
        span = Span(Source(file.path, ""), 0, 0)
        is_program = file.path.endswith(".py")
        read = [calls_in(file.text, span)] if is_program else list(manifests_in(file.text))
        own |= made_here(read)
        claim_objects(read, manifests_in, span, emitted)
    images = frozenset(structs.asdict(world.options.runtime.images).values())
    return list(beyond(emitted, claims_under_rules(plan, world), images, own))


def claims_request(request: Request) -> tuple[Report, tuple[Claim, ...]]:
    """Everything that the runs of a request would use; nothing when there was an error."""
    from pxc.passes.check_access import claims_under_rules

    report, plan, world = planned(request)
    return report, () if plan is None else claims_under_rules(plan, world)


def check_request(request: Request) -> Report:
    """What is wrong with a request, and what whoever asks may not run of it, for any target."""
    from pxc.passes import PIPELINE

    report = Report()
    run_phases(request, PIPELINE, world_of(request, report), report, partial=False)
    return report


class Decided(Struct):
    """What was decided of a request, and what puts it into words."""

    decision: Decision
    rules: Rules
    settings: AccessSettings

    def said(self, verdict: Verdict) -> Said:
        """What is told of a denial."""
        from pxc.access.explanation import Explainer
        from pxc.access.judge import Judge
        from pxc.access.messages import say

        judge = Judge(self.rules, today=self.decision.today, settings=self.settings)
        return say(Explainer(judge, self.decision), verdict)


def decision_request(request: Request) -> tuple[Report, Decided | None]:
    """What the rules say of everything in a request; None when there was an error."""
    from pxc.passes.check_access import access_settings, decision_on

    report, plan, world = planned(request)
    if plan is None:
        return report, None
    decision = decision_on(plan, world)
    return report, Decided(decision, world.catalog.rules, access_settings(world))


def read_rules(catalog: tuple[Path, ...], root: Path | None, report: Report) -> Rules:
    """The rules of the files and folders of a catalog; without one nothing is declared."""
    from pxc.catalog.files import FileCatalog

    return FileCatalog(catalog, PolyaxonLanguage(), report, root=root).rules


def read_access_cases(catalog: tuple[Path, ...], report: Report) -> list[AccessCase]:
    """The questions to the rules that a catalog has as tests of them."""
    from pxc.catalog import access_cases

    return access_cases.read_access_cases(catalog, PolyaxonLanguage(), report)
