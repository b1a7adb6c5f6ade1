"""The command that runs the tests of a catalog's rules."""

from __future__ import annotations

import sys

import click

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.rules import asked, rules_options, settings_of, today_option
from pxc.cli.findings import printed
from pxc.cli.terminal import say
from pxc.diagnostics import Report

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
    results = run_cases(found.rules, cases, today=today, settings=settings)
    lines = []
    for result in results:
        if result.fault:
            case = result.case
            asks = f"{case.who} {case.action} {case.what}"
            place = f" in {case.project}" if case.project else ""
            lines += [f"{case.span}: {asks}{place}", f"  {result.fault}"]
    failed = sum(bool(r.fault) for r in results)
    names = rule_names(found.rules)
    deciding = sorted({r.decided_by for r in results if not r.fault} & {*names})
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
