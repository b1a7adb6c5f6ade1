"""Turns presets and the codes somebody selects or ignores into the answer whether a code holds."""

from __future__ import annotations

from msgspec import Struct

from pxc.codes import CODES, Code, Severity, by_slug, find

__all__ = ["PRESETS", "Selection", "codes_of", "is_unignorable", "unknown_selector"]

PRESETS = ("minimal", "default", "strict", "gitops")

_BEYOND_DEFAULT: dict[str, tuple[str, ...]] = {
    "PXC215": ("strict",),
    "PXC309": ("strict",),
    "PXC406": ("strict", "gitops"),
    "PXC423": ("strict",),
    "PXC427": ("strict",),
    "PXC501": ("strict",),
    "PXC502": ("strict", "gitops"),
    "PXC503": ("strict", "gitops"),
    "PXC505": ("strict", "gitops"),
    "PXC506": ("strict", "gitops"),
    "PXC507": ("strict", "gitops"),
    "PXC513": ("strict",),
    "PXC516": ("strict",),
    "PXC608": ("strict",),
    "PXC712": ("strict", "gitops"),
    "PXC904": ("strict",),
    "PXC910": ("strict",),
    "PXC911": ("strict",),
    "PXC912": ("strict",),
    "PXC913": ("strict",),
    "PXC914": ("strict",),
    "PXC930": ("strict",),
}
"""Codes that most correct files would show, with the presets that ask for them nevertheless."""

ALL = "ALL"


class Selection(Struct, frozen=True, kw_only=True):
    """Which codes hold: a preset, or `select` in its place; then what is added and taken away.

    A selector is `ALL`, an id, a slug or the beginning of an id (`PXC5`). The selector that names
    a code most closely decides; of two that are equally close `ignore` does.
    """

    preset: str = "default"
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def holds(self, code: Code) -> bool:
        """Whether findings of this code are wanted."""
        if is_unignorable(code):
            return True
        if self.select is None:
            wanted = 1 if _in_preset(code, self.preset) else 0
        else:
            wanted = _closeness(self.select, code)
        wanted = max(wanted, _closeness(self.extend_select, code))
        return wanted > 0 and wanted > _closeness(self.ignore, code)


def is_unignorable(code: Code) -> bool:
    """Whether a finding says that the file cannot be read at all, so that nothing may hide it."""
    return code.id < "PXC2" and CODES[code.id].severity is Severity.ERROR


def codes_of(selector: str) -> tuple[Code, ...]:
    """The codes a selector names; none when it names nothing."""
    if selector.upper() == ALL:
        return tuple(CODES.values())
    exact = find(selector)
    if exact is not None:
        return (exact,)
    start = selector.upper()
    if len(start) < 3 or not ("PXC".startswith(start) or start.startswith("PXC")):
        return ()
    return tuple(code for id, code in CODES.items() if id.startswith(start))


def unknown_selector(selector: str) -> str | None:
    """Why a selector names nothing, with the nearest name; None when it names something."""
    if codes_of(selector):
        return None
    from pxc.diagnostics import nearest

    near = nearest(selector, [*CODES, *by_slug()])
    return f"no rule is named `{selector}`" + (f"; did you mean `{near}`?" if near else "")


def _in_preset(code: Code, preset: str) -> bool:
    if preset == "strict":
        return True
    if preset == "minimal":
        return code.severity is Severity.ERROR
    beyond = _BEYOND_DEFAULT.get(code.id)
    return beyond is None or preset in beyond


def _closeness(selectors: tuple[str, ...], code: Code) -> int:
    """How closely the closest of the selectors names a code: 0 when none does."""
    return max((_names(selector, code) for selector in selectors), default=0)


def _names(selector: str, code: Code) -> int:
    if selector.upper() == ALL:
        return 1
    if find(selector) is code:
        return len(code.id)
    start = selector.upper()
    return len(start) if len(start) > 2 and code.id.startswith(start) else 0
