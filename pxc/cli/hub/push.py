"""The command that publishes a component, once it has all that its users need."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct
from msgspec.structs import replace

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.rules import today_option
from pxc.cli.findings import exit_code, printed
from pxc.cli.hub.asking import Asked, asked, hub_options, reference_of
from pxc.cli.hub.difference import change_lines, changes_between
from pxc.cli.hub.signing import password_option, signatures_of
from pxc.cli.inputs import read_given
from pxc.cli.terminal import say
from pxc.diagnostics import Report, nearest
from pxc.driver.components import component_of
from pxc.driver.publishing import Draft, check_draft
from pxc.hub.description import found_by
from pxc.hub.difference import asked_for, phrase
from pxc.hub.keywords import keyword_fault
from pxc.hub.listing import listed, shortest
from pxc.hub.reference import HubReference, parse_reference
from pxc.hub.registries.published import SIGNATURE
from pxc.hub.registry import STAGES, About, RegistryFault, digest_of
from pxc.hub.signers import check_signed
from pxc.request import SourceText
from pxc.source import Source, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pxc.driver.components import Component
    from pxc.hub.registry import Publishing, Version

__all__ = ["command", "is_strict"]

_STRICT = re.compile(r"[a-z0-9]+(?:(?:\.|[_-]+)[a-z0-9]+)*")


def _keywords(
    ctx: click.Context, param: click.Parameter, words: tuple[str, ...]
) -> tuple[str, ...]:
    for word in words:
        if fault := keyword_fault(word):
            raise click.BadParameter(f"{fault}.")
    return words


class _Told(Struct, frozen=True):
    """What whoever publishes says of a version."""

    stage: str
    title: str
    owner: str
    message: str
    keywords: tuple[str, ...]
    readme: Path | None


@click.command(
    "push",
    epilog="""\b
Examples:
  pxc hub push train.yaml vision/train:3 --example examples/train.yaml --dry-run
  pxc hub push train.yaml vision/train:3 --example examples/train.yaml -m 'warm starts'

\b
Exit codes:
  0 published, 1 something is wrong with the component or the registry, 2 wrong use""",
)
@click.argument("file", metavar="FILE", type=click.Path())
@click.argument("ref", metavar="ORG/NAME:TAG")
@click.option("--dry-run", is_flag=True, help="Check everything; publish nothing.")
@click.option(
    "--example", metavar="FILE", type=click.Path(),
    help="An operation that runs the component; it is compiled, and published beside it.",
)  # fmt: skip
@click.option(
    "--stage", type=click.Choice(STAGES), default=STAGES[0], show_default=True,
    help="How far the version has come.",
)  # fmt: skip
@click.option("--title", metavar="TEXT", default="", help="What the component is called.")
@click.option("--owner", metavar="WHO", default="", help="Who answers for it, such as team:vision.")
@click.option("-m", "--message", metavar="TEXT", default="", help="What is new in this version.")
@click.option(
    "--keyword",
    "keywords",
    multiple=True,
    metavar="WORD",
    callback=_keywords,
    help="A word to find it by, beside its own tags; may be repeated.",
)
@click.option(
    "--readme", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The page of the component.",
)  # fmt: skip
@click.option(
    "--key", "key", metavar="FILE", type=click.Path(path_type=Path),
    help="Sign the version with this secret key; see 'pxc hub keygen'.",
)  # fmt: skip
@password_option
@today_option
@hub_options
def command(
    file: str,
    ref: str,
    dry_run: bool,
    example: str | None,
    stage: str,
    title: str,
    owner: str,
    message: str,
    keywords: tuple[str, ...],
    readme: Path | None,
    key: Path | None,
    password_env: str | None,
    today: str,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> int:
    """Publish the component FILE as a version of ORG/NAME.

    It has to be without a finding of any rule, and to say what it and its inputs are for; an
    operation that runs it has to compile. A version is published once: only a registry's
    'mutableTags' are moved. A signature beside it (FILE.minisig), or one by --key, is published,
    too. What it will ask of its users is told, and what differs from the version before.
    """
    found = asked(catalogs, catalog_ref, isolated)
    report = Report()
    reference = _strict(found, ref, stage, report)
    if not report.has_errors:
        _check_takes(found, reference)
    given = read_given(file, report)
    shown = None if example is None else read_given(example, report)
    component = None
    if given is not None and not report.has_errors:
        name = shortest(found.hub, reference).text
        draft = Draft(reference=reference, name=name, given=given, example=shown)
        component = check_draft(draft, found.hub, found.request, report)
    printed(report.sorted(), 1, "text", color, sys.stderr)
    if component is None or given is None or len(report):
        say(f"`{ref}` was not published\n", sys.stderr)
        return exit_code(report) or FINDINGS
    words = found_by(keywords, component.operation)
    told = _Told(stage, title, owner, message, words, readme)
    name, tag = reference.component, reference.tag
    made = signatures_of(given.data, name, tag, key, password_env) or _lying_beside(file)
    signatures = _believed(found, made, reference, given.data, color)
    if signatures is None:
        say(f"`{ref}` was not published\n", sys.stderr)
        return FINDINGS
    try:
        registry = found.hub.publishing(reference.registry)
        _check_new(found, registry, reference, given.data)
        _say_asked(reference, component, _before(found, reference))
        if dry_run:
            say(f"`{ref}` is fit to be published; nothing was (--dry-run)\n", sys.stderr)
            return CLEAN
        about = _about(told, shown, today)
        version = registry.publish(name, tag, given.data, about, signatures)
    except RegistryFault as fault:
        help = f"\n  = help: {fault.help}" if fault.help else ""
        say(f"`{ref}` was not published: {fault}{help}\n", sys.stderr)
        return FINDINGS
    where = f" in {version.origin}" if version.origin else ""
    say(f"published {reference.key}{where}, {version.digest}\n", sys.stderr)
    return CLEAN


def is_strict(name: str) -> bool:
    """Whether a name is one that every registry has: those of OCI are in small letters."""
    return bool(_STRICT.fullmatch(name)) and parse_reference(name) is not None


def _strict(found: Asked, ref: str, stage: str, report: Report) -> HubReference:
    """The placed reference of what is published. PXC237 without the right to do so.

    Raises UsageError for a name that not every registry has.
    """
    parsed = reference_of(ref)
    if not parsed.tag or parsed.digest:
        raise click.UsageError(f"'{ref}': name the version that is published, as ORG/NAME:TAG.")
    for part in filter(None, (parsed.org, parsed.name)):
        if not is_strict(part):
            raise click.UsageError(
                f"'{part}': a name is of small letters and digits, with '-', '_' and '.' between"
                " them, 63 at most."
            )
    placed = found.hub.placed(parsed)
    if placed is None:
        report.add(
            "PXC213", f"no registry takes `{parsed.component}`", whole(Source("REF", ref)),
            help=_where_to(found, parsed),
        )  # fmt: skip
        return parsed
    span = whole(Source("REF", ref))
    allowed = found.hub.may("push", placed, span, report)
    if allowed and stage != STAGES[0]:
        found.hub.may("stage", placed, span, report)
    return placed


def _check_takes(found: Asked, reference: HubReference) -> None:
    """Raises UsageError for a registry that takes no versions at all."""
    try:
        found.hub.publishing(reference.registry)
    except RegistryFault as fault:
        raise click.UsageError(f"The registry '{reference.registry}': {fault}.") from fault


def _where_to(found: Asked, parsed: HubReference) -> str:
    known = {org for each in found.hub.options.registries for org in each.orgs}
    near = nearest(parsed.org, known)
    said = "name its organization under `orgs` of a registry in pxc.yaml, or write REGISTRY//"
    return f"did you mean the organization `{near}`? {said}" if near else said


def _check_new(found: Asked, registry: Publishing, reference: HubReference, data: bytes) -> None:
    """Raises RegistryFault for a tag that has other bytes and is not moved."""
    there = registry.find(reference.component, reference.tag)
    if there is None or there.digest == digest_of(data):
        return
    if found.hub.is_moved(reference.registry, reference.tag):
        return
    message = f"`{reference.component}:{reference.tag}` is there already, with `{there.digest}`"
    raise RegistryFault(message, "publish it under another tag", kind="exists")


def _before(found: Asked, reference: HubReference) -> tuple[str, Component] | None:
    """The newest of the versions that are there, with its tag."""
    hub = found.hub
    known = listed(hub, hub.registry(reference.registry), reference.component)
    newest: Version | None = None if known is None else known.newest
    if newest is None:
        return None
    if not hub.may("pull", replace(reference, tag=newest.tag), whole(Source("REF", "")), None):
        return None
    data = hub.registry(reference.registry).read(newest)
    given = SourceText(f"<{replace(reference, tag=newest.tag).key}>", data)
    component = component_of(given, found.defaults.options, found.root, Report())
    return None if component is None else (newest.tag, component)


def _say_asked(
    reference: HubReference, component: Component, before: tuple[str, Component] | None
) -> None:
    """What users will be asked for, and what differs from the version that is the newest now."""
    claims = component.claims
    said: Iterable[str] = ["for what depends on its inputs"]
    if claims is not None:
        said = [phrase(each) for each in asked_for(claims).values()] or ["for its images alone"]
    say(f"`{reference.key}` asks its users\n" + "".join(f"  {line}\n" for line in said), sys.stdout)
    if before is None:
        return
    tag, earlier = before
    lines = change_lines(changes_between(earlier, component)) or ["nothing differs\n"]
    say(f"since `{tag}`\n" + "".join(f"  {line}" for line in lines), sys.stdout)


def _lying_beside(file: str) -> tuple[str, ...]:
    """The signature that lies beside a file."""
    path = Path(f"{file}{SIGNATURE}")
    return (path.read_text("utf-8", "replace"),) if path.is_file() else ()


def _believed(
    found: Asked, signatures: tuple[str, ...], reference: HubReference, data: bytes, color: str
) -> tuple[str, ...] | None:
    """The signatures, as whoever takes the version will judge them; None after PXC235."""
    report = Report()
    span = whole(Source("REF", reference.text))
    believed = check_signed(signatures, data, reference, found.hub.options, span, report)
    printed(report.sorted(), 1, "text", color, sys.stderr)
    return None if believed is None else signatures


def _about(told: _Told, example: SourceText | None, today: str) -> About:
    return About(
        created=today,
        stage=told.stage,
        title=told.title,
        description=told.message,
        owner=told.owner,
        keywords=told.keywords,
        readme=told.readme.read_bytes() if told.readme is not None else b"",
        example=example.data if example is not None else b"",
    )
