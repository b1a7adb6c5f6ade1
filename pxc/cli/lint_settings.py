"""Turns the command line's choices, and the settings files above a file, into its settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from pxc.diagnostics import Diagnostic
from pxc.lint.select import PRESETS, codes_of, unknown_selector
from pxc.lint.settings import Settings, SettingsError, SettingsFinder

__all__ = ["Choices", "Chooser", "Keeper", "settings_options", "settings_text"]

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
        click.option("--isolated", is_flag=True, help="Read no pyproject.toml and no pxc.yaml."),
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
    ignore: tuple[str, ...]
    isolated: bool
    show_config: bool
    baseline: str | None
    write_baseline: bool
    prune_baseline: bool

    def keeper(self, settings: Settings) -> Keeper | None:
        """The baseline to use, or to make when one is asked for and none is named."""
        path = self.baseline or settings.baseline
        needed = self.write_baseline or self.prune_baseline
        return Keeper(Path(path or DEFAULT_BASELINE)) if path or needed else None


class Chooser:
    """The settings of each file: what the command line says goes before what files say."""

    def __init__(self, choices: Choices) -> None:
        if choices.write_baseline and choices.prune_baseline:
            raise click.UsageError("--write-baseline and --prune-baseline exclude each other.")
        self.preset = choices.preset
        self.select = _split(choices.select, "--select")
        self.ignore = _split(choices.ignore, "--ignore")
        self._finder = None if choices.isolated else SettingsFinder(_read_yaml)

    def settings_of(self, path: Path) -> Settings:
        """The settings for a file. Raises UsageError for a settings file that is at fault."""
        try:
            found = Settings() if self._finder is None else self._finder.settings_of(path)
        except SettingsError as fault:
            raise click.UsageError(str(fault)) from fault
        selection = found.selection
        if self.preset is not None:
            selection = replace(selection, preset=self.preset, select=None)
        if self.select:
            selection = replace(selection, select=self.select, extend_select=())
            asked = {code for selector in self.select for code in codes_of(selector)}
            kept = tuple(s for s in selection.ignore if not asked.intersection(codes_of(s)))
            selection = replace(selection, ignore=kept)
        return replace(found, selection=replace(
            selection, ignore=(*selection.ignore, *self.ignore)))  # fmt: skip


class Keeper:
    """The baseline of one command: read, written or pruned."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def name_of(self, name: str) -> str:
        """The key of a file: its path from the folder of the baseline."""
        import os

        folder = self.path.absolute().parent
        return os.path.relpath(Path(name).absolute(), folder).replace(os.sep, "/")

    def read(self) -> Any:
        """The baseline. Raises UsageError when there is none, or when it cannot be used."""
        from pxc.lint.baseline import Baseline, BaselineError

        try:
            return Baseline.parse(self.path.read_text("utf-8"), self.name_of)
        except FileNotFoundError as fault:
            raise click.UsageError(
                f"the baseline {self.path} does not exist; --write-baseline makes it"
            ) from fault
        except BaselineError as fault:
            raise click.UsageError(f"the baseline {self.path} {fault}") from fault
        except (OSError, UnicodeDecodeError) as fault:
            raise click.UsageError(f"the baseline {self.path} cannot be read: {fault}") from fault

    def write(self, found: Sequence[Diagnostic]) -> int:
        """Write a baseline that holds what is found; how many findings that are."""
        from pxc.lint.baseline import Baseline

        made = Baseline.of(found, self.name_of)
        self._save(made.text())
        return made.total()

    def prune(self, found: Sequence[Diagnostic], linted: Sequence[str]) -> int:
        """Take out of the baseline what is gone; how many findings that were."""
        old = self.read()
        folder = self.path.absolute().parent
        names = frozenset(self.name_of(name) for name in linted)
        new = old.pruned(found, names, lambda key: (folder / key).exists())
        self._save(new.text())
        return int(old.total() - new.total())

    def _save(self, text: str) -> None:
        try:
            self.path.write_text(text, "utf-8", newline="\n")
        except OSError as fault:
            raise click.UsageError(f"cannot write {self.path}: {fault.strerror}") from fault


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
    if settings.baseline:
        lines.append(f"baseline = {json.dumps(settings.baseline)}")
    if settings.per_file:
        lines.append("\n[tool.pxc.lint.per-file-ignores]")
        lines += [f"{json.dumps(p)} = {json.dumps(list(s))}" for _, p, s in settings.per_file]
    return "\n".join(lines) + "\n"


def _split(given: Sequence[str], option: str) -> tuple[str, ...]:
    """The rules of an option that may be repeated and may hold several, by commas."""
    names = tuple(n.strip() for value in given for n in value.split(",") if n.strip())
    for name in names:
        fault = unknown_selector(name)
        if fault is not None:
            raise click.UsageError(f"{option}: {fault}.")
    return names


def _read_yaml(path: Path) -> Any:
    """A YAML file as plain data. Raises ValueError with the first thing that is wrong."""
    from pxc.diagnostics import Report
    from pxc.driver import read_plain_yaml
    from pxc.workspace import read_bytes

    try:
        data = read_bytes(path)
    except OSError as fault:
        raise ValueError((fault.strerror or "cannot be opened").lower()) from fault
    report = Report()
    tree = read_plain_yaml(str(path), data, report)
    for found in report:
        if report.has_errors:
            raise ValueError(f"line {found.span.line}: {found.message}")
    return tree
