"""What holds for a file when it is linted: codes, severities, options of rules, the baseline."""

from __future__ import annotations

from msgspec import Struct

from pxc.codes import Code, Severity
from pxc.lint.select import Selection, codes_of, is_unignorable

__all__ = ["OFF", "Settings"]

OFF = "off"
"""The severity of a code that is not told at all."""


class Settings(Struct, frozen=True, kw_only=True):
    """What holds for a file.

    `per_file` holds a folder, a pattern below it and selectors; `severity` a selector and a
    severity each; `options` a code, the name of its option and the value. `baseline` is a path,
    relative to the current folder or absolute; `origin` names the file the settings are from;
    `spec_version` is the release that files are held to, `allowed_registries` what images may come
    from.
    """

    selection: Selection = Selection()
    per_file: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, str, int], ...] = ()
    spec_version: str | None = None
    baseline: str | None = None
    allowed_registries: tuple[str, ...] = ()
    origin: str | None = None

    def holds(self, code: Code, name: str) -> bool:
        """Whether findings of a code are wanted in the file of this name."""
        if is_unignorable(code):
            return True
        if not self.selection.holds(code) or self._said(code) == OFF:
            return False
        return not any(
            code in codes_of(selector)
            for folder, pattern, selectors in self.per_file
            if _matches(folder, pattern, name)
            for selector in selectors
        )

    def severity_of(self, code: Code) -> Severity:
        """How bad findings of a code are here; one that nothing may hide stays an error."""
        said = self._said(code)
        if said is None or said == OFF or is_unignorable(code):
            return code.severity
        return Severity[said.upper()]

    def _said(self, code: Code) -> str | None:
        """The severity given to a code: by the closest selector, of equally close ones the last."""
        best, said = 0, None
        for selector, severity in self.severity:
            named = codes_of(selector)
            closeness = 1000 - len(named)
            if code in named and closeness >= best:
                best, said = closeness, severity
        return said


def _matches(folder: str, pattern: str, name: str) -> bool:
    """Whether a pattern names a file below its folder; one without a slash names it anywhere."""
    from fnmatch import fnmatchcase
    from pathlib import Path

    path = Path(name).resolve()
    if not path.is_relative_to(folder):
        return False
    below = path.relative_to(folder).as_posix()
    return fnmatchcase(below if "/" in pattern else path.name, pattern)
