"""Turns `[tool.pxc.lint]` of pyproject.toml, or `lint` of pxc.yaml, into settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from pxc.diagnostics import nearest
from pxc.lint.select import Selection
from pxc.lint.settings import Settings
from pxc.lint.settings_values import SettingFault, read_values

__all__ = ["SettingsError", "SettingsFinder", "read_settings"]

ReadYaml = Callable[[Path], Any]
"""Reads a YAML file to plain data. Raises ValueError with what is wrong."""

_FILES = ("pxc.yaml", "pyproject.toml")
_SECTIONS = ("lint",)
_LONGEST_CHAIN = 16


class SettingsError(ValueError):
    """Settings that cannot be used; the text names the file, the line and the key."""


class SettingsFinder:
    """Finds the settings of files: those of the nearest folder above that has any."""

    def __init__(self, read_yaml: ReadYaml) -> None:
        self._read_yaml = read_yaml
        self._known: dict[Path, Settings] = {}

    def settings_of(self, path: Path) -> Settings:
        """The settings for a file, or a name that stands for one. Raises SettingsError."""
        return self._in(path.absolute().parent)

    def _in(self, folder: Path) -> Settings:
        if folder not in self._known:
            found = self._own(folder)
            if found is None:
                last = folder.parent == folder or (folder / ".git").exists()
                found = Settings() if last else self._in(folder.parent)
            self._known[folder] = found
        return self._known[folder]

    def _own(self, folder: Path) -> Settings | None:
        for name in _FILES:
            path = folder / name
            if path.is_file():
                here = Path.cwd()
                path = path.relative_to(here) if path.is_relative_to(here) else path
                found = read_settings(path, self._read_yaml)
                if found is not None:
                    return found
        return None


def read_settings(path: Path, read_yaml: ReadYaml, chain: tuple[Path, ...] = ()) -> Settings | None:
    """The settings a file has, over those it extends; None when it has no section for them.

    Raises SettingsError for a file that cannot be read and for a key or value that means nothing.
    """
    whole = _whole(path, read_yaml)
    if whole is None:
        return None
    for key in whole:  # others may be of other tools and later releases: only a slip is told
        if key not in _SECTIONS and nearest(str(key), _SECTIONS) is not None:
            raise _fault(path, SettingFault.unknown("section of pxc", key, _SECTIONS))
    data = whole.get("lint")
    if data is None:
        return None
    try:
        values = read_values(data)
    except SettingFault as fault:
        raise _fault(path, fault) from fault
    return _laid_over(_extended(path, values.get("extend"), read_yaml, chain), values, path)


def _extended(
    path: Path, target: str | None, read_yaml: ReadYaml, chain: tuple[Path, ...]
) -> Settings:
    if target is None:
        return Settings()
    other = (path.parent / target).resolve()
    here = (*chain, path.resolve())
    found = None
    if other in here or len(here) > _LONGEST_CHAIN:
        said = f"`extend` leads back to `{target}`"
    elif not other.is_file():
        said = f"`extend` names `{target}`, which does not exist"
    else:
        said = f"`extend` names `{target}`, which has no settings of lint"
        found = read_settings(other, read_yaml, here)
    if found is None:
        raise _fault(path, SettingFault("extend", said))
    return found


def _laid_over(settings: Settings, changed: dict[str, Any], path: Path) -> Settings:
    """Settings with those of one file over them; lists that add are added to."""
    old = settings.selection
    selection = Selection(
        preset=changed.get("preset", old.preset),
        select=changed.get("select", None if "preset" in changed else old.select),
        extend_select=(*old.extend_select, *changed.get("extend-select", ())),
        ignore=(*old.ignore, *changed.get("ignore", ())),
    )
    folder = path.resolve().parent
    rows = tuple((str(folder), *row) for row in changed.get("per-file-ignores", ()))
    baseline = settings.baseline
    if "baseline" in changed:
        baseline = str(folder / changed["baseline"])
    return replace(
        settings,
        selection=selection,
        per_file=(*settings.per_file, *rows),
        severity=(*settings.severity, *changed.get("severity", ())),
        options=(*settings.options, *changed.get("rules", ())),
        spec_version=changed.get("spec-version", settings.spec_version),
        allowed_registries=changed.get("allowed-registries", settings.allowed_registries),
        baseline=baseline,
        origin=str(path),
    )


def _whole(path: Path, read_yaml: ReadYaml) -> dict[str, Any] | None:
    """All that a file says to pxc; None when that is nothing."""
    if path.suffix == ".toml":
        data = path.read_bytes()
        if b"pxc" not in data:  # the parser costs more than most files do
            return None
        import tomllib

        try:
            found = tomllib.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError) as fault:
            raise SettingsError(f"{path}: {fault}") from fault
        for key in ("tool", "pxc"):
            found = found.get(key, {}) if isinstance(found, dict) else {}
    else:
        try:
            found = read_yaml(path)
        except ValueError as fault:
            raise SettingsError(f"{path}: {fault}") from fault
    return found if isinstance(found, dict) else None


def _fault(path: Path, fault: SettingFault) -> SettingsError:
    """A fault with its place: the line of the key, when the text shows where that is."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        text = ""
    line = _line_of(text, fault.key, toml=path.suffix == ".toml")
    return SettingsError(f"{path}:{line}: {fault}" if line else f"{path}: {fault}")


def _line_of(text: str, key: str, *, toml: bool) -> int | None:
    """The first line that has a key, or a table of its name, within what speaks to pxc."""
    name = re.escape(key)
    opens = re.compile(rf"""(?:^|[\s{{,])["']?{name}["']?\s*[:=]|^\s*\[.*\b{name}["']?\]""")
    ours = not toml
    for number, line in enumerate(text.splitlines(), 1):
        if toml and line.lstrip().startswith("["):
            ours = line.replace(" ", "").lstrip("[").startswith("tool.pxc")
        if ours and opens.search(line):
            return number
    return None
