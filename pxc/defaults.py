"""Turns pxc.yaml at the root of a workspace into what holds for every compilation in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.image_reference import image_fault
from pxc.lint.settings_file import (
    WORKSPACE_FILE,
    WORKSPACE_KEYS,
    ReadYaml,
    fault_at,
    read_whole,
)
from pxc.lint.settings_values import SettingFault
from pxc.workspace import display_name
from pxc.world import Images, Options, Runtime

__all__ = ["NAME_POLICIES", "Defaults", "read_defaults"]

NAME_POLICIES = ("content", "pinned", "revision", "generate")
"""How objects are named: after their content, as the author wrote, after a revision of the
command line, or by the cluster."""

_CATALOG = "catalog"


class Defaults(Struct, frozen=True, kw_only=True):
    """What holds unless the caller chooses otherwise; `catalog` are files and folders."""

    options: Options = Options()
    catalog: tuple[Path, ...] = ()


def read_defaults(root: Path, read_yaml: ReadYaml) -> Defaults:
    """The defaults of a workspace: those built in where it has no pxc.yaml.

    Where the file names no `catalog`, the folder `catalog` beside it is one, if it is there. Raises
    SettingsError for a key or value that means nothing, and for a catalog outside of the root.
    """
    path = Path(display_name(root.absolute())) / WORKSPACE_FILE
    if not path.is_file():
        return Defaults()
    data = read_whole(path, read_yaml) or {}
    options: dict[str, Any] = {}
    try:
        for key, (field, read) in _OPTIONS.items():
            if data.get(key) is not None:
                options[field] = read(key, data[key])
        catalog = _catalog(path.parent, data.get(_CATALOG))
    except SettingFault as fault:
        raise fault_at(path, fault) from fault
    return Defaults(options=Options(**options), catalog=catalog)


def _catalog(root: Path, said: Any) -> tuple[Path, ...]:
    """The files and folders of the catalog, each inside of the root."""
    names = [said] if isinstance(said, str) else said
    if said is None:
        names = [_CATALOG] if (root / _CATALOG).is_dir() else []
    if not isinstance(names, list) or not all(isinstance(n, str) and n for n in names):
        raise SettingFault(_CATALOG, f"`{_CATALOG}` must be a list of paths")
    found = tuple(root / name for name in names)
    for name, path in zip(names, found, strict=True):
        if not path.resolve().is_relative_to(root.resolve()):
            raise SettingFault(_CATALOG, f"`{_CATALOG}`: `{name}` is outside of the workspace")
        if not path.exists():
            raise SettingFault(_CATALOG, f"`{_CATALOG}`: `{name}` does not exist")
    return found


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise SettingFault(key, f"`{key}` must be text")
    return value


def _truth(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingFault(key, f"`{key}` must be true or false")
    return value


def _seconds(key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingFault(key, f"`{key}` must be a number of seconds, 1 or more")
    return value


def _policy(key: str, value: Any) -> str:
    if value not in NAME_POLICIES:
        raise SettingFault(key, f"`{key}` is one of {', '.join(NAME_POLICIES)}")
    return str(value)


def _image(key: str, value: Any) -> str:
    fault = image_fault(value) if isinstance(value, str) else "it is no text"
    if fault is not None:
        raise SettingFault(key, f"`{key}` must be an image: {fault}")
    return str(value)


def _images(key: str, value: Any) -> Images:
    return replace(Images(), **_read(key, value, _IMAGES))


def _runtime(key: str, value: Any) -> Runtime:
    return replace(Runtime(), **_read(key, value, _RUNTIME))


Reader = Callable[[str, Any], Any]


def _read(key: str, value: Any, readers: dict[str, tuple[str, Reader]]) -> dict[str, Any]:
    """The fields of a map that are given."""
    if not isinstance(value, dict):
        raise SettingFault(key, f"`{key}` must be a map")
    found = {}
    for name, item in value.items():
        if name not in readers:
            raise SettingFault.unknown(f"setting of {key}", name, readers)
        field, read = readers[name]
        if item is not None:
            found[field] = read(str(name), item)
    return found


_IMAGES: dict[str, tuple[str, Reader]] = {
    name: (name, _image) for name in ("git", "rclone", "shell")
}
_RUNTIME: dict[str, tuple[str, Reader]] = {
    "tracking": ("tracking", _truth),
    "uploadInterval": ("upload_interval", _seconds),
    "uploadGrace": ("upload_grace", _seconds),
    "images": ("images", _images),
}
_OPTIONS: dict[str, tuple[str, Reader]] = {
    "owner": ("owner", _text),
    "project": ("project", _text),
    "namespace": ("namespace", _text),
    "namePolicy": ("name_policy", _policy),
    "strictParams": ("strict_params", _truth),
    "runtime": ("runtime", _runtime),
}
assert {*_OPTIONS, _CATALOG, "lint"} == {*WORKSPACE_KEYS}
