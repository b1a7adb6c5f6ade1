"""The command that runs the tests of a catalog's rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.rules import asked, placed_of, rules_options, settings_of, today_option
from pxc.cli.findings import printed
from pxc.cli.principals import this_day
from pxc.cli.terminal import say
from pxc.diagnostics import Report, Severity

if TYPE_CHECKING:
    from pxc.access.cases import AccessCase
    from pxc.cli.acl.rules import Asked

__all__ = ["command"]


@click.command(
    "test",
    epilog="""\b
Examples:
  pxc acl test
  pxc acl test --fail-under 80
  pxc acl test --mutate

\b
Exit codes:
  0 all as expected, 1 a case came out otherwise, 2 wrong use""",
)
@click.option(
    "--fail-under", type=click.IntRange(0, 100), default=0, metavar="PERCENT",
    help="Fail where fewer of the grants and denies decide a case.",
)  # fmt: skip
@click.option(
    "--mutate", is_flag=True,
    help="Leave out each grant and deny in turn, and fail where no case comes out otherwise.",
)  # fmt: skip
@today_option
@rules_options
def command(
    fail_under: int,
    mutate: bool,
    today: str,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> int:
    """Ask what the objects `kind: AclTest` of the catalog ask, and compare the answers.

    A catalog without a case fails, as does a case that names no rule or nobody there is: what is
    not asked must not look as if it passed.
    """
    from pxc.access.cases import rule_names, run_cases, unneeded
    from pxc.driver.access import read_access_cases

    found = asked(catalogs, catalog_ref, isolated, color)
    report = Report()
    cases = read_access_cases(found.paths, report)
    if report.has_errors:
        printed(report.sorted(), len(found.paths), "text", color, sys.stderr)
        click.get_current_context().exit(2)
    settings = settings_of(found.defaults)
    cases = [_compiled(case, found) if case.file else _placed(case, found) for case in cases]
    results = run_cases(found.rules, cases, today=today, settings=settings)
    lines = []
    for result in results:
        if result.fault:
            case = result.case
            asks = (
                f"{case.who} {case.action} {case.what}" if case.what else f"{case.who} {case.file}"
            )
            place = f" in {case.project}" if case.project else ""
            lines += [f"{case.span}: {asks}{place}", f"  {result.fault}"]
    failed = sum(bool(r.fault) for r in results)
    names = rule_names(found.rules)
    deciding = sorted({n for r in results if not r.fault for n in r.decided_by} & {*names})
    percent = 100 * len(deciding) // len(names) if names else 100
    lines.append(
        f"{len(results)} cases, {failed} failed; {len(deciding)} of {len(names)} rules decide one"
    )
    bad = bool(failed) or percent < fail_under or not results
    if not results:
        lines.append("there is no case: a catalog keeps them in objects of kind AclTest")
    if percent < fail_under:
        missing = ", ".join(f"`{n}`" for n in names if n not in deciding)
        lines.append(
            f"that is {percent}%, less than {fail_under}%: no case is decided by {missing}"
        )
    if mutate and not failed:
        for name in unneeded(found.rules, cases, today=today, settings=settings):
            lines.append(f"without `{name}` every case comes out the same")
            bad = True
    say("\n".join([*lines, ""]), sys.stdout)
    return FINDINGS if bad else CLEAN


def _placed(case: AccessCase, found: Asked) -> AccessCase:
    """A case about a component by the name that rules have for it."""
    if not case.what.startswith("component:"):
        return case
    from pxc.access.questions import question

    try:
        return replace(case, claims=(placed_of(question(case.what, case.action), found),))
    except ValueError:
        return case  # which its run tells


def _compiled(case: AccessCase, found: Asked) -> AccessCase:
    """A case of a file with what the file would use, or with the fault that keeps it from that."""
    from pxc.driver import Request, SourceText
    from pxc.driver.access import claims_request
    from pxc.workspace import Workspace

    try:
        source = Workspace(found.root, base=found.root).read(case.file)
    except (OSError, ValueError) as fault:
        return replace(case, fault=f"`{case.file}` cannot be read: {fault}")
    options = found.defaults.options
    if case.project is not None:
        options = replace(options, project=case.project, project_of=())
    request = Request(
        files=(SourceText((found.root / case.file).as_posix(), source.text.encode()),),
        options=options,
        root=found.root,
        catalog=found.defaults.catalog,
        today=this_day(),
    )
    report, claims = claims_request(request)
    errors = [each for each in report if each.severity is Severity.ERROR]
    if errors:
        return replace(case, fault=f"`{case.file}` cannot be compiled: {errors[0].message}")
    [project] = [claim.name for claim in claims if claim.kind == "project"]
    return replace(case, claims=claims, project=project)
