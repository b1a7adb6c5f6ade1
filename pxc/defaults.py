"""Turns pxc.yaml at the root of a workspace into what holds for every compilation in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.access_settings import (
    Identity,
    Trust,
    read_acl,
    read_identity,
    read_places,
    read_trust,
)
from pxc.image_reference import image_fault
from pxc.lint.settings_file import (
    WORKSPACE_FILE,
    WORKSPACE_KEYS,
    ReadYaml,
    fault_at,
    read_whole,
)
from pxc.lint.settings_values import SettingFault
from pxc.options import AirflowOptions, ArgoOptions, HubOptions, Images, Options, Runtime
from pxc.setting_readers import Reader, fields, one_of, seconds, text, texts, truth

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
_REPOSITORY = "git+"
_EXPOSE = "expose"
_IDENTITY = "identity"
_TRUST = "trust"


class Defaults(Struct, frozen=True, kw_only=True):
    """What holds unless the caller chooses otherwise; `catalog` are files and folders."""

    options: Options = Options()
    catalog: tuple[Path, ...] = ()
    repositories: tuple[str, ...] = ()
    identity: Identity = Identity()
    trust: Trust = Trust()


def read_defaults(root: Path, read_yaml: ReadYaml) -> Defaults:
    """The defaults of a workspace: those built in where it has no pxc.yaml.

    Where the file names no `catalog`, the folder `catalog` beside it is one, if it is there. Raises
    SettingsError for a key or value that means nothing, and for a catalog outside of the root.
    """
    here, folder = Path.cwd(), root.absolute()
    path = (folder.relative_to(here) if folder.is_relative_to(here) else folder) / WORKSPACE_FILE
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
        catalog, repositories = _catalog(path.parent, data.get(_CATALOG))
        identity = read_identity(path.parent, data.get(_IDENTITY) or {})
        trust = read_trust(_TRUST, data.get(_TRUST) or {})
    except SettingFault as fault:
        raise fault_at(path, fault) from fault
    return Defaults(
        options=Options(**options), catalog=catalog, repositories=repositories,
        identity=identity, trust=trust,
    )  # fmt: skip


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


def _catalog(root: Path, said: Any) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The files and folders of the catalog, each inside of the root, and those kept in git."""
    names = [said] if isinstance(said, str) else said
    if said is None:
        names = [_CATALOG] if (root / _CATALOG).is_dir() else []
    if not isinstance(names, list) or not all(isinstance(n, str) and n for n in names):
        raise SettingFault(_CATALOG, f"`{_CATALOG}` must be a list of paths")
    repositories = tuple(name for name in names if name.startswith(_REPOSITORY))
    names = [name for name in names if not name.startswith(_REPOSITORY)]
    found = tuple(root / name for name in names)
    for name, path in zip(names, found, strict=True):
        if not path.resolve().is_relative_to(root.resolve()):
            raise SettingFault(_CATALOG, f"`{_CATALOG}`: `{name}` is outside of the workspace")
        if not path.exists():
            raise SettingFault(_CATALOG, f"`{_CATALOG}`: `{name}` does not exist")
    return found, repositories


def _image(key: str, value: Any) -> str:
    fault = image_fault(value) if isinstance(value, str) else "it is no text"
    if fault is not None:
        raise SettingFault(key, f"`{key}` must be an image: {fault}")
    return str(value)


def _images(key: str, value: Any) -> Images:
    return replace(Images(), **fields(key, value, _IMAGES))


def _argo(key: str, value: Any) -> ArgoOptions:
    return replace(ArgoOptions(), **fields(key, value, _ARGO))


def _airflow(key: str, value: Any) -> AirflowOptions:
    return replace(AirflowOptions(), **fields(key, value, _AIRFLOW))


def _runtime(key: str, value: Any) -> Runtime:
    found = replace(Runtime(), **fields(key, value, _RUNTIME))
    if found.polyaxon and not found.host:
        raise SettingFault(
            "profile", "the profile `polyaxon` needs `host`: the address of Polyaxon's API"
        )
    return found


def _hub(key: str, value: Any) -> HubOptions:
    from pxc.hub.settings import read_hub  # few workspaces say where components come from

    return read_hub(key, value)


def _expose(value: Any) -> dict[str, Any]:
    """The three options of `expose`."""
    found = fields(_EXPOSE, value, _EXPOSED)
    route, host, via = (found.get(field, "") for field in ("expose", "expose_host", "expose_via"))
    fault = expose_fault(route or "none", host, via)
    if fault is not None:
        key, why = fault
        raise SettingFault(key if key in value else _EXPOSE, f"`{_EXPOSE}`: {why}")
    return found


_IMAGES: dict[str, tuple[str, Reader]] = {
    name: (name, _image) for name in ("git", "rclone", "shell", "tuner", "init", "sidecar")
}
_RUNTIME: dict[str, tuple[str, Reader]] = {
    "profile": ("profile", one_of(PROFILES)),
    "host": ("host", text),
    "tokenSecret": ("token_secret", text),
    "tracking": ("tracking", truth),
    "uploadInterval": ("upload_interval", seconds),
    "uploadGrace": ("upload_grace", seconds),
    "images": ("images", _images),
}
_EXPOSED: dict[str, tuple[str, Reader]] = {
    "as": ("expose", one_of(ROUTES)),
    "host": ("expose_host", text),
    "via": ("expose_via", text),
}
_ARGO: dict[str, tuple[str, Reader]] = {
    "as": ("kind", one_of(ARGO_KINDS)),
    "version": ("version", one_of(ARGO_VERSIONS)),
    "serviceAccount": ("service_account", text),
    "eventsAs": ("events_as", one_of(WATCHERS)),
}
_AIRFLOW: dict[str, tuple[str, Reader]] = {
    "release": ("release", one_of(AIRFLOW_RELEASES)),
    "params": ("params", texts),
}
_OPTIONS: dict[str, tuple[str, Reader]] = {
    "owner": ("owner", text),
    "project": ("project", text),
    "namespace": ("namespace", text),
    "namePolicy": ("name_policy", one_of(NAME_POLICIES)),
    "matrix": ("matrix", one_of(MATRIX_FORMS)),
    "distributed": ("distributed", one_of(DISTRIBUTED)),
    "queueAs": ("queue_as", one_of(QUEUES)),
    "strictParams": ("strict_params", truth),
    "runtime": ("runtime", _runtime),
    "argo": ("argo", _argo),
    "airflow": ("airflow", _airflow),
    "organization": ("organization", text),
    "projectOf": ("project_of", read_places),
    "acl": ("acl", read_acl),
    "hub": ("hub", _hub),
}
assert {*_OPTIONS, _CATALOG, _EXPOSE, _IDENTITY, _TRUST, "lint"} == {*WORKSPACE_KEYS}
