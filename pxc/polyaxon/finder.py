"""Gives `import polyaxon` the classes of this layer, whether the library is installed or not."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from pxc.diagnostics import nearest
from pxc.polyaxon.not_offered import NotOffered, Unavailable

__all__ = ["install"]

_TOP = "polyaxon"
_SCHEMAS = (
    "schemas", "types", "polyflow", "_flow", "_schemas", "lifecycle", "connections",
    "_connections", "containers", "_containers", "auxiliaries", "_auxiliaries",
)  # fmt: skip
_KUBERNETES = ("k8s", "_k8s")
_FILES = ("polyaxonfile", "_polyaxonfile")
_EXCEPTIONS = ("exceptions",)
_SUBMODULES = (*_SCHEMAS, *_KUBERNETES, *_FILES, *_EXCEPTIONS)


_OF_A_SERVER = frozenset(
    (
        "LifeCycle", "LiveState", "ManagedBy", "V1Agent", "V1Artifact", "V1Credentials", "V1Event",
        "V1Events", "V1Log", "V1Logs", "V1Organization", "V1OperationBody", "V1Project",
        "V1ProjectFeature", "V1ProjectVersion", "V1Run", "V1RunArtifact", "V1RunArtifacts",
        "V1RunConnection", "V1RunEdge", "V1RunResources", "V1RunSettings", "V1Stage",
        "V1StageCondition", "V1Status", "V1StatusCondition", "V1Team", "V1Token", "V1User",
        "V1Version", "V1ArtifactTree", "V1Cloning", "V1Pipeline", "V1Queue", "V1Tag",
    )
)  # fmt: skip
"""What `polyaxon.schemas` has for its client, too, so that files import it beside the rest."""


def install() -> None:
    """Let this process import `polyaxon` and all of its modules from here."""
    sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Every module of the library."""
        if fullname != _TOP and not fullname.startswith(f"{_TOP}."):
            return None
        return ModuleSpec(fullname, _Loader(), is_package=True)


class _Loader(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A module whose names are made when they are asked for."""
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: there is nothing to execute."""


class _Module(ModuleType):
    """A module of the library; what it has goes by the part of the library that it is in."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self._part = name.split(".")[1] if "." in name else ""
        names = list(_names(self._part))
        if names:
            self.__all__ = names

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if not self._part:
            return self._submodule(name)
        found = _found(self._part, name)
        if found is None:
            full = f"{self.__name__}.{name}"
            if self._part not in _SUBMODULES or name in _OF_A_SERVER:
                found = Unavailable(full)
            elif not name[:1].isupper():
                raise AttributeError(name)  # a module, perhaps: the import system asks for it next
            else:
                near = nearest(name, list(_names(self._part)))
                help = f"did you mean `{near}`?" if near else "the page of Python tells what is"
                raise NotOffered(f"`{full}` is not offered", help)
        vars(self)[name] = found
        return found

    def _submodule(self, name: str) -> Any:
        from importlib import import_module

        if name not in _SUBMODULES:
            raise AttributeError(name)
        return import_module(f"{self.__name__}.{name}")


def _names(part: str) -> Iterable[str]:
    """What a part of the library offers."""
    if part in _SCHEMAS:
        from pxc.polyaxon.classes import section_names
        from pxc.polyaxon.enumerations import ENUMERATIONS, TYPES

        return (*section_names(), *ENUMERATIONS, *TYPES)
    if part in _KUBERNETES:
        from pxc.polyaxon.classes import kubernetes_names

        return kubernetes_names()
    if part in _FILES:
        from pxc.polyaxon import polyaxonfiles

        return polyaxonfiles.__all__
    return ("PolyaxonException", "PolyaxonSchemaError", "PolyaxonfileError") * (part in _EXCEPTIONS)


def _found(part: str, name: str) -> Any:
    """What a part of the library calls by a name; None for a name that it has not here."""
    if name not in _names(part):
        return None
    if part in _SCHEMAS:
        from pxc.polyaxon.classes import section_class, section_names
        from pxc.polyaxon.enumerations import TYPES, enumeration

        if name in TYPES:
            return TYPES[name]
        return section_class(name) if name in section_names() else enumeration(name)
    if part in _KUBERNETES:
        from pxc.polyaxon.classes import kubernetes_class

        return kubernetes_class(name)
    if part in _FILES:
        from pxc.polyaxon import polyaxonfiles

        return getattr(polyaxonfiles, name)
    return {
        "PolyaxonException": Exception,
        "PolyaxonSchemaError": ValueError,
        "PolyaxonfileError": ValueError,
    }[name]
