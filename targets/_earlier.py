"""Says whether an engine can have the earlier run that one begins from, and under which name."""

from __future__ import annotations

import re

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.plan import Earlier, Plan
from pxc.targets._names import dns_label

__all__ = ["AIRFLOW", "ARGO", "KUBERNETES", "POLYAXON", "Form", "check_earlier", "check_name"]

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DIGITS = "[0-9a-f]{32}"


class Form(Struct, frozen=True):
    """What an engine calls its runs: `pattern` for a computer, `told` for people."""

    engine: str
    pattern: str
    told: str


KUBERNETES = Form("Kubernetes", rf"{_UUID}(?:-[0-9]{{1,6}})?|{_DIGITS}", "the uid of its Job")
ARGO = Form(
    "Argo", rf"{_UUID}(?:-.+)?",
    "the uid of its Workflow, and for a run inside of a dag `-` and the names that lead to it",
)  # fmt: skip
AIRFLOW = Form("Airflow", _DIGITS, "32 digits, which the pod has in `PXC_RUN_UUID`")
POLYAXON = Form("Polyaxon's server", _DIGITS, "32 digits, those of the label `pxc.dev/run-uuid`")


def _earlier_of(plan: Plan) -> Earlier | None:
    """The earlier run that a plan begins from."""
    members = (*plan.units, *((plan.group, *plan.group.members) if plan.group else ()))
    return next((each.earlier for each in members if each.earlier is not None), None)


def check_earlier(plan: Plan, form: Form, report: Report) -> Earlier | None:
    """The earlier run of a plan. PXC530 for one to be resumed that the engine does not call so.

    What is restarted or copied may be of any engine: of its uuid only its directory is made.
    """
    earlier = _earlier_of(plan)
    if earlier is None or earlier.own_uuid is None:
        return earlier
    if re.fullmatch(form.pattern, earlier.run):
        return earlier
    own = [text for text in _spellings(earlier.run) if re.fullmatch(form.pattern, text)]
    near = f"did you mean `{own[0]}`? " if own else ""
    report.add(
        "PXC530",
        f"{form.engine} has no run `{earlier.run}` that could be resumed",
        earlier.span,
        help=f"{near}a run of {form.engine} is called by {form.told}; `--copy {earlier.run}` begins"
        " a run of its own from one of another engine",
    )
    return earlier


def _spellings(run: str) -> tuple[str, ...]:
    """The same uuid with dashes and without."""
    bare = run.replace("-", "")
    if not re.fullmatch(_DIGITS, bare):
        return ()
    return (bare, "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:])))


def check_name(plan: Plan, earlier: Earlier, kinds: str, report: Report) -> None:
    """PXC536 for a run under the name that the earlier one has, where names are pinned."""
    report.add(
        "PXC536",
        f"the {kinds} is called as that of the earlier run, and cannot take its place",
        earlier.span,
        help=f"delete `{dns_label(plan.name)}` before this one is applied, or let each have a name"
        " of its own: `--name-policy content`",
    )
