"""Says what a target can say: one table of features, read by its emitter and its documentation."""

from __future__ import annotations

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.plan import Demand
from pxc.source import Span

__all__ = ["APPROXIMATED", "EXACT", "REFUSED", "Feature", "Features"]

EXACT = "exact"
APPROXIMATED = "approximated (PXC702)"
REFUSED = "refused (PXC701)"


class Feature(Struct, frozen=True):
    """One thing an author may ask for.

    `name` is the feature of a demand, `shown` how the author writes it. `says` tells what becomes
    of it, or why nothing can; `instead` what to do then. With `option` it is exact as soon as that
    option of the compiler is set to anything but `none`, with `profile` under that runtime profile.
    """

    name: str
    shown: str
    stance: str
    says: str
    instead: str = ""
    option: str = ""
    profile: str = ""

    @property
    def reason(self) -> str:
        """Why it is so, and what to do then."""
        return "; ".join(part for part in (self.says, self.instead) if part)


class Features:
    """The table of one target."""

    def __init__(self, target: str, table: tuple[Feature, ...]) -> None:
        self.target, self.table = target, table
        self._by_name = {feature.name: feature for feature in table}

    def exact(self) -> frozenset[str]:
        """The features the target has whatever the options are."""
        return frozenset(row.name for row in self.table if row.stance == EXACT)

    def row(self, name: str) -> Feature | None:
        """The row of a feature; `matrix.grid` is found as `matrix.*`, or as `matrix`."""
        head = name.partition(".")[0]
        return self._by_name.get(name) or self._by_name.get(f"{head}.*") or self._by_name.get(head)

    def tell_demand(self, demand: Demand, report: Report) -> None:
        """PXC701 or PXC702 for what a plan's author asked for and the target has no word for."""
        self.tell(
            demand.feature,
            demand.what,
            demand.span,
            report,
            optional=demand.optional,
            instead=demand.instead,
        )

    def tell(
        self,
        name: str,
        what: str,
        span: Span,
        report: Report,
        *,
        optional: bool = False,
        instead: str = "",
    ) -> bool:
        """Whether a feature is emitted; PXC701 or PXC702 when it is not.

        `what` names it as its author does. What the table does not know is refused, or left out
        where it is `optional`. `instead` takes the place of the table's words on what to do.
        """
        row = self.row(name)
        if row is not None and row.stance == EXACT:
            return True
        stance = row.stance if row is not None else APPROXIMATED if optional else REFUSED
        said = what if "`" in what else f"`{what}`"
        why = instead or (row.reason if row is not None else "")
        if stance == APPROXIMATED:
            message = f"{said} has no counterpart in the {self.target} target and is left out"
            report.add("PXC702", message, span, help=why or "the run and its results stay the same")
        else:
            message = f"{said} cannot be said in the {self.target} target"
            report.add(
                "PXC701", message, span, help=why or "leave it out, or choose another target"
            )
        return False
