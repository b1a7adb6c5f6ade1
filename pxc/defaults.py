"""Turns pxc.yaml at the root of a workspace into what holds for every compilation in it."""

from __future__ import annotations

import re
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
from pxc.world import AirflowOptions, ArgoOptions, Images, Options, Runtime

__all__ = [
    "AIRFLOW_RELEASES",
    "ARGO_KINDS",
    "ARGO_VERSIONS",
    "DISTRIBUTED",
    "MATRIX_FORMS",
    "NAME_POLICIES",
    "PROFILES",
    "QUEUES",
    "ROUTES",
    "WATCHERS",
    "Defaults",
    "expose_fault",
    "read_defaults",
    "revision_fault",
]

NAME_POLICIES = ("content", "pinned", "revision", "generate")
"""How objects are named: after their content, as the author wrote, after a revision of the
command line, or by the cluster."""

MATRIX_FORMS = ("auto", "jobs", "indexed")
"""How the runs of a matrix are written; `auto` takes a Job each where they are few."""

DISTRIBUTED = ("operator", "indexed")
"""What runs several pods as one run."""

QUEUES = ("none", "kueue", "volcano", "pool")
"""What a queue becomes."""

PROFILES = ("standalone", "polyaxon")
"""What stands around a run: nothing of Polyaxon, or its own containers."""

ROUTES = ("none", "ingress", "gateway")
"""What opens a service."""

ARGO_KINDS = ("workflow", "template", "cron")
"""What an Argo workflow is written as."""

WATCHERS = ("none", "sensor")
"""What watches the runs whose events start an Argo workflow."""

ARGO_VERSIONS = ("3.6", "3.7", "4.0", "4.1")
"""The releases of Argo Workflows that can be chosen."""

AIRFLOW_RELEASES = ("both", "3", "2")
"""The releases of Airflow that a DAG file can be written for."""

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME = rf"{_LABEL}(\.{_LABEL})*"
_HOST = rf"(\*\.)?{_NAME}"
_MOST_REVISION = 20

_CATALOG = "catalog"
_EXPOSE = "expose"


Reader = Callable[[str, Any], Any]


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
        if data.get(_EXPOSE) is not None:
            options |= _expose(data[_EXPOSE])
        catalog = _catalog(path.parent, data.get(_CATALOG))
    except SettingFault as fault:
        raise fault_at(path, fault) from fault
    return Defaults(options=Options(**options), catalog=catalog)


def revision_fault(options: Options) -> str | None:
    """Why a revision is missing, or cannot end a name; None when nothing is wrong with it."""
    text = options.revision
    if options.name_policy == "revision" and not text:
        return "names after a revision need one"
    if text and (len(text) > _MOST_REVISION or not re.fullmatch(_LABEL, text)):
        return f"'{text}' is not at most {_MOST_REVISION} lower-case letters, digits and inner '-'"
    return None


def expose_fault(route: str, host: str, via: str) -> tuple[str, str] | None:
    """Which of `as`, `host` and `via` is wrong, and why; None when all go together."""
    if route == "none" and (host or via):
        return "as", "a host and what leads to it need a route: ingress or gateway"
    if route == "gateway" and not via:
        return "via", "a route of the Gateway API needs the Gateway, as [NAMESPACE/]NAME"
    if host and not _is(_HOST, host):
        return "host", f"'{host}' is no host name"
    names = via.split("/") if route == "gateway" else [via]
    if via and (len(names) > 2 or not all(_is(_NAME, name) for name in names)):
        return "via", f"'{via}' is no name"
    return None


def _is(form: str, text: str) -> bool:
    return len(text) <= 253 and re.fullmatch(form, text) is not None


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


def _one_of(choices: tuple[str, ...]) -> Reader:
    def read(key: str, value: Any) -> str:
        if value not in choices:
            raise SettingFault(key, f"`{key}` is one of {', '.join(choices)}")
        return str(value)

    return read


def _image(key: str, value: Any) -> str:
    fault = image_fault(value) if isinstance(value, str) else "it is no text"
    if fault is not None:
        raise SettingFault(key, f"`{key}` must be an image: {fault}")
    return str(value)


def _images(key: str, value: Any) -> Images:
    return replace(Images(), **_read(key, value, _IMAGES))


def _argo(key: str, value: Any) -> ArgoOptions:
    return replace(ArgoOptions(), **_read(key, value, _ARGO))


def _texts(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise SettingFault(key, f"`{key}` must be a list of names")
    return tuple(value)


def _airflow(key: str, value: Any) -> AirflowOptions:
    return replace(AirflowOptions(), **_read(key, value, _AIRFLOW))


def _runtime(key: str, value: Any) -> Runtime:
    found = replace(Runtime(), **_read(key, value, _RUNTIME))
    if found.polyaxon and not found.host:
        raise SettingFault(
            "profile", "the profile `polyaxon` needs `host`: the address of Polyaxon's API"
        )
    return found


def _expose(value: Any) -> dict[str, Any]:
    """The three options of `expose`."""
    found = _read(_EXPOSE, value, _EXPOSED)
    route, host, via = (found.get(field, "") for field in ("expose", "expose_host", "expose_via"))
    fault = expose_fault(route or "none", host, via)
    if fault is not None:
        key, why = fault
        raise SettingFault(key if key in value else _EXPOSE, f"`{_EXPOSE}`: {why}")
    return found


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
    name: (name, _image) for name in ("git", "rclone", "shell", "tuner", "init", "sidecar")
}
_RUNTIME: dict[str, tuple[str, Reader]] = {
    "profile": ("profile", _one_of(PROFILES)),
    "host": ("host", _text),
    "tokenSecret": ("token_secret", _text),
    "tracking": ("tracking", _truth),
    "uploadInterval": ("upload_interval", _seconds),
    "uploadGrace": ("upload_grace", _seconds),
    "images": ("images", _images),
}
_EXPOSED: dict[str, tuple[str, Reader]] = {
    "as": ("expose", _one_of(ROUTES)),
    "host": ("expose_host", _text),
    "via": ("expose_via", _text),
}
_ARGO: dict[str, tuple[str, Reader]] = {
    "as": ("kind", _one_of(ARGO_KINDS)),
    "version": ("version", _one_of(ARGO_VERSIONS)),
    "serviceAccount": ("service_account", _text),
    "eventsAs": ("events_as", _one_of(WATCHERS)),
}
_AIRFLOW: dict[str, tuple[str, Reader]] = {
    "release": ("release", _one_of(AIRFLOW_RELEASES)),
    "params": ("params", _texts),
}
_OPTIONS: dict[str, tuple[str, Reader]] = {
    "owner": ("owner", _text),
    "project": ("project", _text),
    "namespace": ("namespace", _text),
    "namePolicy": ("name_policy", _one_of(NAME_POLICIES)),
    "matrix": ("matrix", _one_of(MATRIX_FORMS)),
    "distributed": ("distributed", _one_of(DISTRIBUTED)),
    "queueAs": ("queue_as", _one_of(QUEUES)),
    "strictParams": ("strict_params", _truth),
    "runtime": ("runtime", _runtime),
    "argo": ("argo", _argo),
    "airflow": ("airflow", _airflow),
}
assert {*_OPTIONS, _CATALOG, _EXPOSE, "lint"} == {*WORKSPACE_KEYS}
