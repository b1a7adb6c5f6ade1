"""Commands that show what pxc knows of itself: its passes, its codes, its schemas."""

from __future__ import annotations

import sys
from pkgutil import get_data

import click

from pxc.cli import cli
from pxc.cli.terminal import say, write_product

__all__ = ["completion_command", "passes_command", "rule_command", "schema_command"]

SCHEMAS = {
    "polyaxonfile": "grammar/polyaxonfile.schema.json",
    "kubernetes": "grammar/kubernetes.schema.json",
    "catalog": "catalog/organization/catalog.schema.json",
    "diagnostics": "render/diagnostics.schema.json",
}
"""The committed schemas, by where they lie in the package."""

SHELLS = {
    "bash": 'add to ~/.bashrc:  eval "$(pxc completion bash)"',
    "zsh": 'add to ~/.zshrc:  eval "$(pxc completion zsh)"',
    "fish": "save as ~/.config/fish/completions/pxc.fish",
}


@click.command("passes")
def passes_command() -> None:
    """List the passes of the compiler in order.

    Each line is a pass and what it does; the names are those of `pxc compile --dump-after`.
    """
    from pxc.driver import pass_list

    rows = pass_list()
    width = max((len(name) for _, name, _ in rows), default=0)
    lines = []
    phase = ""
    for row_phase, name, said in rows:
        if row_phase != phase:
            phase = row_phase
            lines.append(phase)
        lines.append(f"  {name.ljust(width)}  {said}")
    say("\n".join([*lines, ""]), sys.stdout)


def _complete_code(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from pxc.codes import CODES

    names = (*CODES, *(code.slug for code in CODES.values()))
    return [n for n in names if n.lower().startswith(incomplete.lower())]


@click.command(
    "rule",
    epilog="""\b
Examples:
  pxc rule
  pxc rule PXC302
  pxc rule unknown-variable""",
)
@click.argument("code", required=False, metavar="[CODE|SLUG]", shell_complete=_complete_code)
def rule_command(code: str | None) -> None:
    """Explain a diagnostic code, or list all of them."""
    from pxc.codes import CODES, by_slug, find
    from pxc.diagnostics import nearest

    if code is None:
        rows = (f"{c.id}  {c.severity.name.lower():7}  {c.slug}\n" for c in CODES.values())
        say("".join(rows), sys.stdout)
        return
    found = find(code)
    if found is None:
        near = nearest(code.upper(), CODES) or nearest(code.lower(), by_slug())
        hint = f"Did you mean '{near}'?" if near else "'pxc rule' lists them."
        raise click.UsageError(f"There is no code '{code}'. {hint}")
    head = f"{found.id} {found.slug}\n{found.severity.name.lower()}, since {found.since}\n"
    say(f"{head}\n{_page(found.id)}", sys.stdout)


def _page(code: str) -> str:
    """The page of a code without its own title."""
    try:
        data = get_data("pxc.codes", f"{code}.md")
    except FileNotFoundError:
        data = None
    if data is None:
        return "This code has no page.\n"
    text = data.decode()
    if text.startswith("# "):
        text = text.partition("\n")[2].lstrip("\n")
    return text


@click.command(
    "schema",
    epilog="""\b
Examples:
  pxc schema > polyaxonfile.schema.json
  pxc schema --which diagnostics""",
)
@click.option(
    "--which", type=click.Choice(tuple(SCHEMAS)), default="polyaxonfile", show_default=True,
    help="What the schema describes.",
)  # fmt: skip
def schema_command(which: str) -> None:
    """Print a JSON schema.

    Those of a Polyaxonfile and of objects of a catalog serve editors; 'kubernetes' are the objects
    inside of a Polyaxonfile; 'diagnostics' is what '--format json' writes.
    """
    data = get_data("pxc", SCHEMAS[which])
    if data is None:
        raise click.ClickException(f"this installation of pxc has no schema '{which}'")
    write_product(data.decode())


@click.command(
    "completion",
    epilog="\b\nPut it to use:\n" + "\n".join(f"  {s}: {how}" for s, how in SHELLS.items()),
)
@click.argument("shell", type=click.Choice(tuple(SHELLS)))
def completion_command(shell: str) -> None:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise click.ClickException(f"click cannot complete for '{shell}'")
    source = made(cli, {}, "pxc", "_PXC_COMPLETE").source()
    write_product(f"# {SHELLS[shell]}\n{source.rstrip()}\n")
