"""Turns the plain data of a settings file into checked values, or into the fault of one key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pxc.codes import Severity, find
from pxc.diagnostics import nearest
from pxc.lint.rule_options import RULE_OPTIONS
from pxc.lint.select import PRESETS, unknown_selector
from pxc.lint.settings import OFF
from pxc.releases import release_fault

__all__ = ["SettingFault", "read_values"]

_SEVERITIES = (*(severity.name.lower() for severity in reversed(Severity)), OFF)


class SettingFault(ValueError):
    """A key or value that means nothing; `key` is where it stands."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key

    @classmethod
    def unknown(cls, what: str, key: object, known: Iterable[str]) -> SettingFault:
        """The fault of a key that is none, with the nearest or all of those there are."""
        names = tuple(known)
        near = nearest(str(key), names)
        hint = f"did you mean `{near}`?" if near else f"known: {', '.join(names)}"
        return cls(str(key), f"`{key}` is not a known {what}; {hint}")


def read_values(data: Any) -> dict[str, Any]:
    """The settings by key, in the form that `Settings` holds. Raises SettingFault."""
    if not isinstance(data, dict):
        raise SettingFault("lint", "the settings of lint must be a map")
    values = {}
    for key, value in data.items():
        if key not in _READERS:
            raise SettingFault.unknown("setting of lint", key, _READERS)
        values[key] = _READERS[key](key, value)
    return values


def _path(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise SettingFault(key, f"`{key}` must be the path of a file")
    return value


def _preset(key: str, value: Any) -> str:
    if value not in PRESETS:
        raise SettingFault(key, f"`preset` is one of {', '.join(PRESETS)}")
    return str(value)


def _release(key: str, value: Any) -> str:
    fault = release_fault(value)
    if fault is not None:
        raise SettingFault(key, f"`{key}`: {fault}")
    return str(value)


def _selectors(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise SettingFault(key, f"`{key}` must be a list of rules")
    for selector in value:
        _check_selector(key, selector)
    return tuple(value)


def _check_selector(key: str, selector: str) -> None:
    fault = unknown_selector(selector)
    if fault is not None:
        raise SettingFault(key, f"`{key}`: {fault}")


def _per_file(key: str, value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise SettingFault(key, f"`{key}` must map patterns to lists of rules")
    return tuple((str(pattern), _selectors(key, rules)) for pattern, rules in value.items())


def _severities(key: str, value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise SettingFault(key, f"`{key}` must map rules to severities")
    for selector, severity in value.items():
        _check_selector(key, str(selector))
        if severity is not False and severity not in _SEVERITIES:
            raise SettingFault(
                str(selector), f"`{key}` of `{selector}` is one of {', '.join(_SEVERITIES)}"
            )
    # `off` without quotes is a boolean in YAML 1.1
    return tuple((str(k), OFF if v is False else str(v)) for k, v in value.items())


def _registries(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise SettingFault(key, f"`{key}` must be a list of registries")
    return tuple(value)


def _rules(key: str, value: Any) -> tuple[tuple[str, str, int], ...]:
    """The options of rules, by rule and name."""
    if not isinstance(value, dict):
        raise SettingFault(key, f"`{key}` must map rules to their options")
    rows = []
    for rule, options in value.items():
        _check_selector(key, str(rule))
        code = find(str(rule))
        names = [name for its_code, name in RULE_OPTIONS if code and its_code == code.id]
        if code is None or not names:
            having = sorted({its_code for its_code, _ in RULE_OPTIONS})
            raise SettingFault(str(rule), f"`{rule}` has no options; {', '.join(having)} has")
        if not isinstance(options, dict):
            raise SettingFault(str(rule), f"`{key}` of `{rule}` must map options to values")
        for name, given in options.items():
            if name not in names:
                raise SettingFault.unknown(f"option of {code.id}", name, names)
            least = RULE_OPTIONS[code.id, name].least
            if isinstance(given, bool) or not isinstance(given, int) or given < least:
                raise SettingFault(name, f"`{name}` of `{rule}` must be a whole number >= {least}")
            rows.append((code.id, str(name), given))
    return tuple(rows)


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "extend": _path,
    "preset": _preset,
    "select": _selectors,
    "extend-select": _selectors,
    "ignore": _selectors,
    "per-file-ignores": _per_file,
    "severity": _severities,
    "rules": _rules,
    "spec-version": _release,
    "allowed-registries": _registries,
    "baseline": _path,
}
"""Every setting of lint, with what reads it."""
