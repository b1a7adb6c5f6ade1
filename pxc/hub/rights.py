"""Says which components somebody may see, and reports what he may not do with those he sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.access.case import Case
from pxc.access.claims import Claim
from pxc.access.decision import Settings
from pxc.access.judge import Judge
from pxc.access.messages import say
from pxc.access.principal import Principal
from pxc.access.selectors import wanted
from pxc.hub.placing import name_in_rules
from pxc.source import Source, Span, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pxc.access.decision import Decision
    from pxc.access.organization import Rules
    from pxc.diagnostics import Report
    from pxc.hub.reference import HubReference
    from pxc.options import HubOptions

__all__ = ["ComponentRights"]

_NOWHERE = whole(Source("the hub", "?"))

_ANY_TAG = "-"
"""No tag, since none begins so: what is about it is about all tags."""


class ComponentRights:
    """The rights of one principal in one project, under rules that hold.

    `today` is a day as `2027-03-31`. Nothing here asks a registry, a cache or a lock.
    """

    def __init__(
        self,
        rules: Rules,
        principal: Principal | None,
        project: str | None,
        options: HubOptions,
        *,
        today: str,
        settings: Settings,
    ) -> None:
        self._rules = rules
        self._principal = principal or Principal()
        self._project = project
        self._options = options
        self._judge = Judge(rules, today=today, settings=settings)

    def sees(self, reference: HubReference) -> bool:
        """Whether he may know that a version is there; of what he may not, nothing is told."""
        return self._decided("see", reference, _NOWHERE).allowed

    def sees_some(self, reference: HubReference, tags: Callable[[], Iterable[str]]) -> bool:
        """Whether he may know of some version of a component; `tags` is asked only if need be."""
        if self.sees(replace(reference, tag=_ANY_TAG, digest="")):
            return True
        return self._is_about_some(reference) and any(
            self.sees(replace(reference, tag=tag, digest="")) for tag in tags()
        )

    def refuses(
        self,
        action: str,
        reference: HubReference,
        report: Report | None,
        span: Span = _NOWHERE,
    ) -> bool:
        """Whether he may not do something with a component that he sees. PXC237 if so."""
        decision = self._decided(action, reference, span)
        if decision.allowed:
            return False
        if report is not None:
            from pxc.access.explanation import Explainer

            (denied,) = decision.denied
            said = say(Explainer(self._judge, decision), denied)
            report.add(
                "PXC237", said.message, span, label=said.label, notes=said.notes, help=said.help
            )
        return True

    def _is_about_some(self, reference: HubReference) -> bool:
        """Whether a right of his is about some of the versions of a component."""
        names = name_in_rules(replace(reference, tag=_ANY_TAG, digest=""), self._options)
        every = [f"{name.removesuffix(_ANY_TAG)}**" for name in names if name]
        case = Case(self._judge, self._principal, self._project, ())
        return any(
            case.widening.held(entry)
            for name in every
            for entry in self._judge.index.grants.touching(
                "component", wanted("component", name, certain=False)
            )
        )

    def _decided(self, action: str, reference: HubReference, span: Span) -> Decision:
        name, alias = name_in_rules(reference, self._options)
        return self._decide(
            Claim(span=span, kind="component", name=name, alias=alias, action=action)
        )

    def _decide(self, claim: Claim) -> Decision:
        return self._judge.decide(self._principal, self._project, (claim,), gated=False)
