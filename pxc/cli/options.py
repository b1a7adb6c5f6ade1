"""The options that several commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pxc.cli.terminal import COLOR_CHOICES
from pxc.releases import RELEASES, release_fault
from pxc.render import FORMATS

__all__ = [
    "STDIN",
    "catalog_option",
    "catalog_ref_option",
    "check_stdin_filename",
    "color_option",
    "complete_hub",
    "format_option",
    "hub_option",
    "isolated_option",
    "locked_options",
    "named_preset_option",
    "param_option",
    "preset_option",
    "python_option",
    "spec_version_option",
    "stdin_option",
]

STDIN = "-"

F = TypeVar("F", bound=Callable[..., Any])


def format_option(command: F) -> F:
    """`--format`: how diagnostics are written."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="How diagnostics are written.",
    )(command)


def color_option(command: F) -> F:
    """`--color`: whether diagnostics are coloured."""
    return click.option(
        "--color",
        type=click.Choice(COLOR_CHOICES),
        default="auto",
        show_default=True,
        help="Colour diagnostics; auto does so on a terminal and obeys NO_COLOR and FORCE_COLOR.",
    )(command)


def catalog_option(command: F) -> F:
    """`--catalog`: where connections and presets are declared."""
    return click.option(
        "--catalog",
        "catalogs",
        multiple=True,
        type=click.Path(exists=True),
        metavar="PATH",
        help="A file or folder that declares connections and presets, instead of those of pxc.yaml;"
        " may be repeated.",
    )(command)


def catalog_ref_option(command: F) -> F:
    """`--catalog-ref`: the commit whose rules hold."""
    return click.option(
        "--catalog-ref",
        metavar="REF",
        help="Read pxc.yaml and the catalog as they are in this commit of git, such as origin/main,"
        " so that a change does not make the rules it is judged by.",
    )(command)


def isolated_option(command: F) -> F:
    """`--isolated`: what the command line says, and nothing else."""
    return click.option("--isolated", is_flag=True, help="Read no pyproject.toml and no pxc.yaml.")(
        command
    )


def hub_option(command: F) -> F:
    """`--hub`: components that are run without a file."""
    return click.option(
        "--hub",
        "hubs",
        multiple=True,
        metavar="REF",
        shell_complete=complete_hub,
        help="Take this component of a hub, such as tensorboard:single-run, as if a FILE said"
        " `hubRef: REF`; may be repeated.",
    )(command)


def python_option(command: F) -> F:
    """`--allow-python`: whether Python files are executed for the documents that they make."""
    return click.option(
        "--allow-python",
        is_flag=True,
        help="Execute a FILE that is Python, as `file.py` or `file.py:NAME`, and take what it names"
        " `main`, or NAME.",
    )(command)


def complete_hub(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The references to components that begin so, of those that are known without a network."""
    from pxc.cli.hub.completion import references_from

    return references_from(incomplete)


def locked_options(command: F) -> F:
    """`--locked` and `--offline`, as `hub_locked` and `hub_offline`: where components come from."""
    locked = click.option(
        "--locked/--no-locked",
        "hub_locked",
        default=None,
        help="Take only components that pxc.lock has.  [default: where CI is set]",
    )
    offline = click.option(
        "--offline",
        "hub_offline",
        is_flag=True,
        default=None,
        help="Ask no registry elsewhere: take what is in the cache or in vendor/pxc."
        "  [env var: PXC_OFFLINE]",
    )
    return locked(offline(command))


def stdin_option(command: F) -> F:
    """`--stdin-filename`: the name that standard input goes by."""
    return click.option(
        "--stdin-filename",
        metavar="PATH",
        help="The file that standard input stands for: diagnostics show it, and relative "
        "references start from its folder.",
    )(command)


def spec_version_option(command: F) -> F:
    """`--spec-version`: the release whose files are accepted."""
    return click.option(
        "--spec-version",
        metavar="RELEASE",
        callback=_known_release,
        shell_complete=_complete_release,
        help="Hold files to what this release of Polyaxon knows, such as 2.12; otherwise what any "
        "from 1.1 to 2.18 took is accepted.",
    )(command)


def _known_release(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    fault = None if value is None else release_fault(value)
    if fault is not None:
        raise click.BadParameter(f"{fault}.")
    return value


def _complete_release(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [release for release in RELEASES if release.startswith(incomplete)]


def check_stdin_filename(name: str | None, paths: tuple[str, ...]) -> None:
    """Refuse a name for a standard input that nobody reads, and two readers of it."""
    if name is not None and STDIN not in paths:
        raise click.UsageError("--stdin-filename needs '-' among the files.")
    if paths.count(STDIN) > 1:
        raise click.UsageError("'-' can be given once: standard input is read once.")


def param_option(command: F) -> F:
    """`-P`: the values of inputs."""
    return click.option(
        "-P",
        "--param",
        "params",
        multiple=True,
        metavar="NAME=VALUE",
        callback=_pairs,
        help="The value of an input; may be repeated.",
    )(command)


def preset_option(command: F) -> F:
    """`-f`: presets laid over what is compiled."""
    return click.option(
        "-f",
        "--file",
        "presets",
        multiple=True,
        metavar="FILE",
        type=click.Path(),
        help="A preset laid over every FILE, in the given order; may be repeated.",
    )(command)


def named_preset_option(command: F) -> F:
    """`--preset`: presets of the catalog laid over what is compiled."""
    return click.option(
        "--preset",
        "named_presets",
        multiple=True,
        metavar="NAME",
        help="A preset of the catalog laid over every FILE, after those that it names; may be"
        " repeated.",
    )(command)


def _pairs(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    pairs = []
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"'{value}' is not NAME=VALUE.")
        pairs.append((name.strip(), text))
    return tuple(pairs)
