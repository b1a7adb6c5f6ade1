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

__all__ = [
    "WORKSPACE_FILE",
    "WORKSPACE_KEYS",
    "ReadYaml",
    "SettingsError",
    "SettingsFinder",
    "fault_at",
    "read_settings",
    "read_whole",
]

ReadYaml = Callable[[Path], Any]
"""Reads a YAML file to plain data. Raises ValueError with what is wrong."""

WORKSPACE_FILE = "pxc.yaml"
WORKSPACE_KEYS = (
    "owner", "project", "namespace", "catalog", "runtime", "namePolicy", "matrix", "distributed",
    "queueAs", "expose", "strictParams", "argo", "airflow", "organization", "projectOf", "acl",
    "identity", "trust", "hub", "lint",
)  # fmt: skip
"""The keys of pxc.yaml; `pxc.defaults` reads all but the last."""

_FILES = (WORKSPACE_FILE, "pyproject.toml")
_SECTIONS = ("lint",)
_LONGEST_CHAIN = 16
_MARK_BYTES = 64 * 1024


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
    whole = read_whole(path, read_yaml)
    if whole is None:
        return None
    data = whole.get("lint")
    if data is None:
        return None
    try:
        values = read_values(data)
    except SettingFault as fault:
        raise fault_at(path, fault) from fault
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
        raise fault_at(path, SettingFault("extend", said))
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


def read_whole(path: Path, read_yaml: ReadYaml) -> dict[str, Any] | None:
    """All that a file says to pxc; None when that is nothing.

    Raises SettingsError for one that cannot be read and for a key that pxc.yaml does not have; in a
    file of other tools only a slip is told.
    """
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
    elif _says_nothing(path):
        return None
    else:
        try:
            found = read_yaml(path)
        except ValueError as fault:
            raise SettingsError(f"{path}: {fault}") from fault
    if not isinstance(found, dict):
        return None
    ours = path.name == WORKSPACE_FILE
    keys = WORKSPACE_KEYS if ours else _SECTIONS
    for key in found:
        if key not in keys and (ours or nearest(str(key), keys) is not None):
            raise fault_at(path, SettingFault.unknown("section of pxc", key, keys))
    return found


def _says_nothing(path: Path) -> bool:
    """Whether a file only marks the root of a workspace: blank, or nothing but comments."""
    try:
        with path.open("rb") as file:
            data = file.read(_MARK_BYTES + 1)
    except OSError:
        return False  # whoever reads it says why it cannot
    lines = map(bytes.strip, data.splitlines())
    return len(data) <= _MARK_BYTES and all(not line or line.startswith(b"#") for line in lines)


def fault_at(path: Path, fault: SettingFault) -> SettingsError:
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
