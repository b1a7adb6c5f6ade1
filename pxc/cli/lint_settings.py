"""Turns the command line's choices, and the settings files above a file, into its settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from pxc.cli.options import isolated_option, spec_version_option
from pxc.lint.select import PRESETS, codes_of, unknown_selector
from pxc.lint.settings import Settings
from pxc.lint.settings_file import SettingsError, SettingsFinder, read_settings

__all__ = ["Choices", "Chooser", "read_yaml", "release_of", "settings_options", "settings_text"]

DEFAULT_BASELINE = ".pxc-baseline.json"

F = TypeVar("F", bound=Callable[..., Any])


def settings_options(command: F) -> F:
    """The options that say which rules hold, and which findings are known."""
    for option in (
        click.option("--prune-baseline", is_flag=True, help="Take out of it what is mended."),
        click.option("--write-baseline", is_flag=True, help="Write all that is found to it."),
        click.option(
            "--baseline", type=click.Path(dir_okay=False), metavar="PATH",
            help=f"A file of known findings, which are not reported [{DEFAULT_BASELINE}].",
        ),
        click.option("--show-config", is_flag=True, help="Print the settings of a PATH and stop."),
        isolated_option,
        click.option(
            "--config", type=click.Path(exists=True, dir_okay=False), metavar="PATH",
            help="The settings of all files, instead of those above each.",
        ),
        spec_version_option,
        click.option(
            "--extend-select", multiple=True, metavar="RULES", help="These rules besides."
        ),
        click.option("--ignore", multiple=True, metavar="RULES", help="Not these rules."),
        click.option(
            "--select", multiple=True, metavar="RULES",
            help="Only these rules, instead of a preset: ids, names, 'PXC5', 'ALL', by commas.",
        ),
        click.option(
            "--preset", type=click.Choice(PRESETS), help="The set of rules; otherwise 'default'."
        ),
    ):  # fmt: skip
        command = option(command)
    return command


class Choices(Struct, frozen=True, kw_only=True):
    """What `settings_options` gave."""

    preset: str | None
    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    spec_version: str | None
    config: str | None
    isolated: bool
    show_config: bool
    baseline: str | None
    write_baseline: bool
    prune_baseline: bool


class Chooser:
    """The settings of each file: what the command line says goes before what files say."""

    def __init__(self, choices: Choices) -> None:
        if choices.write_baseline and choices.prune_baseline:
            raise click.UsageError("--write-baseline and --prune-baseline exclude each other.")
        if choices.isolated and choices.config is not None:
            raise click.UsageError("--isolated and --config exclude each other.")
        self._choices = choices
        self.select = _split(choices.select, "--select")
        self.more = _split(choices.extend_select, "--extend-select")
        self.ignore = _split(choices.ignore, "--ignore")
        self._found = _finder(choices)

    def settings_of(self, path: Path) -> Settings:
        """The settings for a file. Raises UsageError for a settings file that is at fault."""
        try:
            found = self._found(path)
        except SettingsError as fault:
            raise click.UsageError(str(fault)) from fault
        selection = found.selection
        if self._choices.preset is not None:
            selection = replace(selection, preset=self._choices.preset, select=None)
        if self.select:
            selection = replace(selection, select=self.select, extend_select=())
        selection = replace(
            selection,
            extend_select=(*selection.extend_select, *self.more),
            ignore=(*_without(selection.ignore, (*self.select, *self.more)), *self.ignore),
        )
        return replace(
            found,
            selection=selection,
            spec_version=self._choices.spec_version or found.spec_version,
        )

    def baseline_of(self, name: str) -> Path | None:
        """The baseline that holds for a file, or the one to make when one is asked for."""
        choices = self._choices
        path = choices.baseline or self.settings_of(Path(name)).baseline
        if path is None and (choices.write_baseline or choices.prune_baseline):
            path = DEFAULT_BASELINE
        return None if path is None else Path(path)


def _finder(choices: Choices) -> Callable[[Path], Settings]:
    """What gives a file its settings: those above it, those of one file, or none."""
    if choices.isolated:
        return lambda _: Settings()
    if choices.config is None:
        return SettingsFinder(read_yaml).settings_of
    path = Path(choices.config)
    try:
        found = read_settings(path, read_yaml)
    except SettingsError as fault:
        raise click.UsageError(str(fault)) from fault
    if found is None:
        raise click.UsageError(f"--config: {path} has no settings of lint.")
    return lambda _: found


def release_of(path: Path, *, isolated: bool = False) -> str | None:
    """The release that the settings of a file choose. Raises UsageError as `settings_of` does."""
    if isolated:
        return None
    try:
        return SettingsFinder(read_yaml).settings_of(path).spec_version
    except SettingsError as fault:
        raise click.UsageError(str(fault)) from fault


def settings_text(settings: Settings) -> str:
    """Settings as the TOML that would give them."""
    import json

    selection = settings.selection
    lines = ["[tool.pxc.lint]" + (f"  # {settings.origin}" if settings.origin else "  # built in")]
    if selection.select is None:
        lines.append(f"preset = {json.dumps(selection.preset)}")
    else:
        lines.append(f"select = {json.dumps(list(selection.select))}")
    for key, value in (("extend-select", selection.extend_select), ("ignore", selection.ignore)):
        if value:
            lines.append(f"{key} = {json.dumps(list(value))}")
    if settings.allowed_registries:
        lines.append(f"allowed-registries = {json.dumps(list(settings.allowed_registries))}")
    if settings.spec_version:
        lines.append(f"spec-version = {json.dumps(settings.spec_version)}")
    if settings.baseline:
        lines.append(f"baseline = {json.dumps(settings.baseline)}")
    if settings.severity:
        lines.append("\n[tool.pxc.lint.severity]")
        lines += [f"{json.dumps(rule)} = {json.dumps(said)}" for rule, said in settings.severity]
    for code in sorted({code for code, _, _ in settings.options}):
        lines.append(f"\n[tool.pxc.lint.rules.{code}]")
        given = {name: value for its, name, value in settings.options if its == code}
        lines += [f"{name} = {value}" for name, value in given.items()]
    if settings.per_file:
        lines.append("\n[tool.pxc.lint.per-file-ignores]")
        lines += [f"{json.dumps(p)} = {json.dumps(list(s))}" for _, p, s in settings.per_file]
    return "\n".join(lines) + "\n"


def _without(ignored: tuple[str, ...], asked: tuple[str, ...]) -> tuple[str, ...]:
    """What settings ignore, but for the rules that the command line asks for."""
    codes = {code for selector in asked for code in codes_of(selector)}
    return tuple(s for s in ignored if not codes.intersection(codes_of(s)))


def _split(given: Sequence[str], option: str) -> tuple[str, ...]:
    """The rules of an option that may be repeated and may hold several, by commas."""
    names = tuple(n.strip() for value in given for n in value.split(",") if n.strip())
    for name in names:
        fault = unknown_selector(name)
        if fault is not None:
            raise click.UsageError(f"{option}: {fault}.")
    return names


def read_yaml(path: Path) -> Any:
    """A YAML file as plain data. Raises ValueError with the first thing that is wrong."""
    from pxc.driver.disk import read_settings_yaml

    return read_settings_yaml(path)
