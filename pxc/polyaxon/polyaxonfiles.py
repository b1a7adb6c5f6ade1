"""The functions of `polyaxon.polyaxonfile` that read files and make one operation of them."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from pxc.grammar.shapes import Special
from pxc.polyaxon.classes import as_section, section_class
from pxc.polyaxon.not_offered import NotOffered
from pxc.polyaxon.reading import fields_of
from pxc.polyaxon.section import Section

__all__ = [
    "CompiledOperationSpecification",
    "ComponentSpecification",
    "OperationSpecification",
    "check_polyaxonfile",
    "get_op_specification",
    "get_specification",
]

_AT_COMPILATION = "give the operation to pxc, which does that when it compiles it"


def check_polyaxonfile(
    polyaxonfile: Any = None,
    python_module: str | None = None,
    url: str | None = None,
    hub: str | None = None,
    params: Any = None,
    hparams: Any = None,
    matrix_kind: str | None = None,
    matrix_concurrency: int | None = None,
    matrix_num_runs: int | None = None,
    matrix: Any = None,
    presets: list[str] | None = None,
    queue: str | None = None,
    namespace: str | None = None,
    nocache: bool | None = None,
    cache: Any = None,
    verbose: bool = True,
    is_cli: bool = True,
    to_op: bool = True,
    validate_params: bool = True,
    approved: Any = None,
    git_init: Any = None,
    ignore_template: bool = False,
    strict_params: bool | None = None,
    shortcuts: dict[str, Any] | None = None,
    sandbox: bool = False,
) -> Section:
    """The operation of a file, or of a component of a hub, under presets and what is given.

    What a command line only shows (`verbose`, `is_cli`) and what compilation checks anyway
    (`validate_params`) changes nothing. Raises NotOffered for what asks a server or runs a file.
    """
    refused = {
        "python_module": python_module, "url": url, "hparams": hparams,
        "matrix_kind": matrix_kind, "matrix_concurrency": matrix_concurrency,
        "matrix_num_runs": matrix_num_runs, "git_init": git_init,
        "ignore_template": ignore_template or None, "sandbox": sandbox or None,
    }  # fmt: skip
    for name, value in refused.items():
        if value is not None:
            message = f"`{name}` of `check_polyaxonfile` is not offered"
            raise NotOffered(message, "write what it means into the operation itself")
    files = [polyaxonfile] if not isinstance(polyaxonfile, list | tuple) else list(polyaxonfile)
    files = [each for each in files if each is not None]
    if hub is not None:
        read: Section = section_class("V1Operation")(hub_ref=hub)
    elif files:
        read = get_specification(_placed(files.pop(0)))
    else:
        raise ValueError("name a polyaxonfile, or a component of a hub")
    if shortcuts:
        files.append(shortcuts)
    if not to_op and hub is None:
        return read
    cached = _cached(nocache, cache)
    given = {
        "params": params, "matrix": matrix, "presets": presets, "queue": queue,
        "namespace": namespace, "cache": cached, "isApproved": approved,
        "strictParams": strict_params,
    }  # fmt: skip
    return get_op_specification(config=read, preset_files=files, **given)


def get_specification(data: Any) -> Section:
    """A component or an operation, as the `kind` of what is read says.

    Without a kind it is an operation where it refers to a component or has one, else a component.
    """
    fields = data.to_dict(include_kind=True) if isinstance(data, Section) else fields_of(data)
    kind = fields.get("kind")
    refers = {"hubRef", "urlRef", "pathRef", "dagRef", "component", "hub_ref", "path_ref"}
    operation = kind == "operation" or (kind is None and refers & fields.keys())
    return section_class("V1Operation" if operation else "V1Component").from_dict(fields)


def get_op_specification(
    hub: str | None = None,
    config: Any = None,
    preset_files: Any = None,
    params: Any = None,
    **given: Any,
) -> Section:
    """An operation: of a component, an operation, or a component of a hub, under presets."""
    operation_class = section_class("V1Operation")
    operation: Section
    if config is None:
        operation = operation_class(hub_ref=hub)
    elif isinstance(config, operation_class):
        operation = config
    else:
        operation = operation_class(component=config)
    if params:
        known = operation.params or {}
        operation.params = {**known, **_params(params, known)}
    for name, value in given.items():
        if value is not None:
            setattr(operation, name, value)
    for preset in preset_files or ():
        laid = operation_class.from_dict(_placed(preset))
        strategy = laid._given.pop("patchStrategy", None)
        for ignored in ("kind", "version", "isPreset", "component", "pathRef", "hubRef", "urlRef"):
            laid._given.pop(ignored, None)
        operation.patch(laid, strategy)
    return operation


def _params(params: Any, known: Mapping[str, Any]) -> dict[str, Any]:
    """Params as a dict, or as a list of `name=value`; the other fields of a known one are kept."""
    if not isinstance(params, Mapping):
        params = dict(text.split("=", 1) for text in params)
    param = section_class("V1Param")
    found = {}
    for name, value in params.items():
        old = known.get(name)
        fields = old.to_dict() if isinstance(old, param) else {}
        value = as_section(Special("param"), value)
        found[name] = value if isinstance(value, param) else param(**{**fields, "value": value})
    return found


def _cached(nocache: bool | None, cache: Any) -> Section | None:
    if nocache is None and cache is None:
        return None
    disabled = bool(nocache) or cache in (False, "no", "false", 0)
    return section_class("V1Cache")(disable=disabled)


def _placed(source: Any) -> dict[Any, Any]:
    """The fields of a file, whose relative references begin at this file from now on."""
    fields = fields_of(source)
    folder = posixpath.dirname(str(source).replace("\\", "/")) if isinstance(source, str) else ""
    if folder and "\n" not in folder and "{" not in folder:
        _move(fields, folder)
    return fields


def _move(fields: Any, folder: str) -> None:
    if not isinstance(fields, dict):
        return
    if isinstance(fields.get("pathRef"), str):
        fields["pathRef"] = posixpath.normpath(posixpath.join(folder, fields["pathRef"]))
    _move(fields.get("component"), folder)
    run = fields.get("run")
    for name in ("operations", "components"):
        for each in (run.get(name) if isinstance(run, dict) else None) or ():
            _move(each, folder)


class ComponentSpecification:
    """Reads components."""

    @staticmethod
    def read(values: Any, partial: bool = False) -> Section:
        """A component of fields, YAML, or the path of a file."""
        return section_class("V1Component").read(values)


class OperationSpecification:
    """Reads operations."""

    @staticmethod
    def read(values: Any, partial: bool = False) -> Section:
        """An operation of fields, YAML, or the path of a file."""
        return section_class("V1Operation").read(values)

    @staticmethod
    def compile_operation(config: Any, override: Any = None) -> Section:
        """Nothing: that is what pxc does."""
        raise NotOffered("`compile_operation` is not offered", _AT_COMPILATION)


class _Compiles(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotOffered(f"`CompiledOperationSpecification.{name}` is not offered", _AT_COMPILATION)


class CompiledOperationSpecification(metaclass=_Compiles):
    """Compiles nothing: that is what pxc does."""
