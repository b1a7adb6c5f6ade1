"""Turns `[tool.pxc.lint]` of pyproject.toml, or `lint` of pxc.yaml, into settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.codes import Code
from pxc.lint.select import PRESETS, Selection, codes_of, unknown_selector

__all__ = ["Settings", "SettingsError", "SettingsFinder", "read_settings"]

ReadYaml = Callable[[Path], Any]
"""Reads a YAML file to plain data. Raises ValueError with what is wrong."""

_FILES = ("pxc.yaml", "pyproject.toml")
_LONGEST_CHAIN = 16
_KEYS = ("extend", "preset", "select", "extend-select", "ignore", "per-file-ignores", "baseline",
         "allowed-registries")  # fmt: skip


class SettingsError(ValueError):
    """Settings that cannot be used; the text names the file and the key."""


class Settings(Struct, frozen=True, kw_only=True):
    """What holds for a file: which codes, what is ignored where, the baseline.

    `per_file` holds a folder, a pattern below it and selectors; `baseline` is a path, relative to
    the current folder or absolute; `origin` names the file the settings are from.
    """

    selection: Selection = Selection()
    per_file: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    baseline: str | None = None
    allowed_registries: tuple[str, ...] = ()
    origin: str | None = None

    def holds(self, code: Code, name: str) -> bool:
        """Whether findings of a code are wanted in the file of this name."""
        return self.selection.holds(code) and not any(
            code in codes_of(selector)
            for folder, pattern, selectors in self.per_file
            if _matches(folder, pattern, name)
            for selector in selectors
        )


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
    data = _section(path, read_yaml)
    if data is None:
        return None
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: the settings of lint must be a map")
    for key in data:
        if key not in _KEYS:
            from pxc.diagnostics import nearest

            near = nearest(str(key), _KEYS)
            hint = f"; did you mean `{near}`?" if near else f"; known: {', '.join(_KEYS)}"
            raise SettingsError(f"{path}: `{key}` is not a setting of lint{hint}")
    settings = _extended(path, data, read_yaml, chain)
    changed = {key: _value(path, key, data[key]) for key in data if key != "extend"}
    return _laid_over(settings, changed, path)


def _extended(
    path: Path, data: dict[str, Any], read_yaml: ReadYaml, chain: tuple[Path, ...]
) -> Settings:
    target = data.get("extend")
    if target is None:
        return Settings()
    if not isinstance(target, str):
        raise SettingsError(f"{path}: `extend` must be the path of another file")
    other = (path.parent / target).resolve()
    here = (*chain, path.resolve())
    if other in here or len(here) > _LONGEST_CHAIN:
        raise SettingsError(f"{path}: `extend` leads back to `{target}`")
    if not other.is_file():
        raise SettingsError(f"{path}: `extend` names `{target}`, which does not exist")
    found = read_settings(other, read_yaml, here)
    if found is None:
        raise SettingsError(f"{path}: `extend` names `{target}`, which has no settings of lint")
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
        baseline=baseline,
        allowed_registries=changed.get("allowed-registries", settings.allowed_registries),
        origin=str(path),
    )


def _section(path: Path, read_yaml: ReadYaml) -> Any:
    if path.suffix == ".toml":
        data = path.read_bytes()
        if b"pxc" not in data:  # the parser costs more than most files do
            return None
        import tomllib

        try:
            whole = tomllib.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError) as fault:
            raise SettingsError(f"{path}: {fault}") from fault
        return _below(whole, "tool", "pxc", "lint")
    try:
        return _below(read_yaml(path), "lint")
    except ValueError as fault:
        raise SettingsError(f"{path}: {fault}") from fault


def _below(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _value(path: Path, key: str, value: Any) -> Any:
    if key == "preset":
        if value not in PRESETS:
            raise SettingsError(f"{path}: `preset` is one of {', '.join(PRESETS)}")
        return value
    if key == "baseline":
        if not isinstance(value, str) or not value:
            raise SettingsError(f"{path}: `baseline` must be a path")
        return value
    if key == "allowed-registries":
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            raise SettingsError(f"{path}: `{key}` must be a list of registries")
        return tuple(value)
    if key == "per-file-ignores":
        if not isinstance(value, dict):
            raise SettingsError(f"{path}: `{key}` must map patterns to lists of rules")
        return tuple((str(k), _selectors(path, key, v)) for k, v in value.items())
    return _selectors(path, key, value)


def _selectors(path: Path, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise SettingsError(f"{path}: `{key}` must be a list of rules")
    for selector in value:
        fault = unknown_selector(selector)
        if fault is not None:
            raise SettingsError(f"{path}: `{key}`: {fault}")
    return tuple(value)


def _matches(folder: str, pattern: str, name: str) -> bool:
    """Whether a pattern names a file below its folder; one without a slash names it anywhere."""
    from fnmatch import fnmatchcase

    path = Path(name).resolve()
    if not path.is_relative_to(folder):
        return False
    below = path.relative_to(folder).as_posix()
    return fnmatchcase(below if "/" in pattern else path.name, pattern)
