"""Makes the classes of the layer of the table of the language and the definitions of Kubernetes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pxc.grammar.declarations import IO, JOIN, PARAM_FIELDS
from pxc.grammar.kubernetes_definitions import definitions, reference
from pxc.grammar.kubernetes_definitions import snake as snake_of_kubernetes
from pxc.grammar.language import OPERATION, TEMPLATE
from pxc.grammar.pods import ENVIRONMENT, INIT
from pxc.grammar.run_sections import CACHE, PLUGINS, TERMINATION
from pxc.grammar.runtimes import REPLICA, RUN
from pxc.grammar.search import EARLY_STOPPING, MATRIX, SPACE, SPACES
from pxc.grammar.shapes import ByKind, Kubernetes, Later, ListOf, MapOf, Model, Special, snake
from pxc.grammar.starts import BUILD, EVENT, HOOK, SCHEDULE
from pxc.polyaxon.section import Section

__all__ = ["as_section", "kubernetes_class", "kubernetes_names", "section_class", "section_names"]

_Table = Mapping[str, Any]
"""Fields by their names, each with its shape."""


def _inner(model: Any, *names: str) -> Any:
    """The model of a field, through lists."""
    for name in names:
        model = model.fields[name].shape
        while isinstance(model, ListOf | MapOf):
            model = model.item if isinstance(model, ListOf) else model.value
    return model


def _words(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names)


_POLICY = _inner(EARLY_STOPPING.models["metric_early_stopping"], "policy")
_BAYES = MATRIX.models["bayes"]
_PARAM = Model("param", None, PARAM_FIELDS)

_RUNTIMES = {
    "V1Job": "job", "V1Service": "service", "V1Dag": "dag", "V1TFJob": "tfjob",
    "V1PytorchJob": "pytorchjob", "V1MPIJob": "mpijob", "V1RayCluster": "raycluster",
    "V1DaskCluster": "daskcluster", "V1NotifierJob": "notifier", "V1TunerJob": "tuner",
    "V1CleanerJob": "cleaner", "V1MXJob": "mxjob", "V1XGBoostJob": "xgbjob", "V1XGBJob": "xgbjob",
    "V1PaddleJob": "paddlejob", "V1RayJob": "rayjob", "V1DaskJob": "daskjob", "V1Spark": "spark",
}  # fmt: skip

_MATRICES = {
    "V1Mapping": "mapping", "V1GridSearch": "grid", "V1RandomSearch": "random",
    "V1Hyperband": "hyperband", "V1Bayes": "bayes", "V1TPE": "tpe", "V1Hyperopt": "hyperopt",
    "V1Iterative": "iterative",
}  # fmt: skip

_SPACES = {
    "Choice": "choice", "PChoice": "pchoice", "Range": "range", "LinSpace": "linspace",
    "LogSpace": "logspace", "GeomSpace": "geomspace", "DateRange": "daterange",
    "DateTimeRange": "datetimerange", "Uniform": "uniform", "QUniform": "quniform",
    "LogUniform": "loguniform", "QLogUniform": "qloguniform", "Normal": "normal",
    "QNormal": "qnormal", "LogNormal": "lognormal", "QLogNormal": "qlognormal",
}  # fmt: skip
assert set(_SPACES.values()) == set(SPACES)

_OF_KIND: dict[str, tuple[Any, str]] = {
    "V1Component": (OPERATION, "component"),
    "V1Operation": (OPERATION, "operation"),
    "V1CompiledOperation": (OPERATION, "compiled_operation"),
    **{name: (RUN.models[kind], kind) for name, kind in _RUNTIMES.items()},
    **{name: (MATRIX.models[kind], kind) for name, kind in _MATRICES.items()},
    **{f"V1Hp{name}": (SPACE, kind) for name, kind in _SPACES.items()},
    "V1CronSchedule": (SCHEDULE.models["cron"], "cron"),
    "V1IntervalSchedule": (SCHEDULE.models["interval"], "interval"),
    "V1DateTimeSchedule": (SCHEDULE.models["datetime"], "datetime"),
    "V1MetricEarlyStopping": (
        EARLY_STOPPING.models["metric_early_stopping"], "metric_early_stopping",
    ),
    "V1FailureEarlyStopping": (
        EARLY_STOPPING.models["failure_early_stopping"], "failure_early_stopping",
    ),
    "V1MedianStoppingPolicy": (_POLICY, "median"),
    "V1TruncationStoppingPolicy": (_POLICY, "truncation"),
    "V1DiffStoppingPolicy": (_POLICY, "diff"),
}  # fmt: skip
"""Sections whose class says their kind."""

_PLAIN: dict[str, tuple[Any, str]] = {
    "V1IO": (IO, "io"),
    "V1Validation": (_inner(IO, "validation"), "validation"),
    "V1Param": (_PARAM, "param"),
    "V1Join": (JOIN, "join"),
    "V1JoinParam": (_PARAM, "join_param"),
    "V1KFReplica": (REPLICA, "replica"),
    "V1RayReplica": (_inner(RUN.models["raycluster"], "head"), "replica"),
    "V1DaskReplica": (REPLICA, "replica"),
    "V1SparkReplica": (REPLICA, "replica"),
    "V1Environment": (ENVIRONMENT, "environment"),
    "V1Init": (INIT, "init"),
    "V1Plugins": (PLUGINS, "plugins"),
    "V1PolyaxonSidecarContainer": (_inner(PLUGINS, "sidecar"), "polyaxon_sidecar"),
    "V1Notification": (_inner(PLUGINS, "notifications"), "notification"),
    "V1Termination": (TERMINATION, "termination"),
    "V1Cache": (CACHE, "cache"),
    "V1Build": (BUILD, "build"),
    "V1Hook": (HOOK, "hook"),
    "V1EventTrigger": (EVENT, "event_trigger"),
    "V1Template": (TEMPLATE, "template"),
    "V1SchedulingPolicy": (_inner(RUN.models["tfjob"], "schedulingPolicy"), "schedulingPolicy"),
    "V1OptimizationMetric": (_inner(_BAYES, "metric"), "optimization_metric"),
    "V1OptimizationResource": (
        _inner(MATRIX.models["hyperband"], "resource"), "optimization_resource",
    ),
    "V1Tuner": (_inner(_BAYES, "tuner"), "tuner"),
    "UtilityFunctionConfig": (_inner(_BAYES, "utilityFunction"), "utility_function"),
    "GaussianProcessConfig": (
        _inner(_BAYES, "utilityFunction", "gaussianProcess"), "gaussian_process",
    ),
    "V1ArtifactsType": (_inner(INIT, "artifacts"), "artifacts"),
    "V1GitType": (_inner(INIT, "git"), "git"),
    "V1DockerfileType": (_inner(INIT, "dockerfile"), "dockerfile"),
    "V1FileType": (_inner(INIT, "file"), "file"),
    "V1TensorboardType": (_inner(INIT, "tensorboard"), "tensorboard"),
}  # fmt: skip

_WORDS: dict[str, tuple[dict[str, Any], str]] = {
    "V1EventType": (_words("name", "kind"), "event"),
    "V1UriType": (_words("user", "password", "host"), "uri"),
    "V1GcsType": (_words("bucket", "blob"), "gcs"),
    "V1S3Type": (_words("bucket", "key"), "s3"),
    "V1WasbType": (_words("container", "storageAccount", "path"), "wasb"),
    "V1ArtifactsMount": (_words("name", "paths"), "artifacts_mount"),
    "V1Connection": (
        _words("name", "kind", "isAlias", "description", "tags", "schema", "secret", "configMap",
               "env", "annotations"),
        "connection",
    ),
    "V1BucketConnection": (_words("bucket"), "bucket"),
    "V1ClaimConnection": (_words("volumeClaim", "mountPath", "readOnly"), "volume_claim"),
    "V1GitConnection": (_words("url", "revision", "flags"), "git"),
    "V1HostPathConnection": (_words("hostPath", "mountPath", "readOnly"), "host_path"),
    "V1HostConnection": (_words("url", "insecure"), "host"),
    "V1ConnectionResource": (
        _words("name", "mountPath", "hostPath", "items", "defaultMode", "isRequested"),
        "connection_resource",
    ),
}  # fmt: skip
"""What is a value of a param, or of a catalog, whose fields no table of the language has."""

_FORMER = {"V1IO": {"iotype": "type"}}
"""What fields were called in Python by early releases."""

_DOCUMENTS = frozenset({"V1Component", "V1Operation", "V1CompiledOperation"})


def section_names() -> tuple[str, ...]:
    """The names of the classes of sections."""
    return (*_OF_KIND, *_PLAIN, *_WORDS)


def kubernetes_names() -> tuple[str, ...]:
    """The names of the classes of Kubernetes."""
    return tuple(name for name in definitions() if name.startswith("V1"))


@cache
def section_class(name: str) -> type[Section]:
    """The class of a section. Raises KeyError for a name that there is not."""
    if name in _OF_KIND:
        model, kind = _OF_KIND[name]
        return _class(name, _shapes(model), kind, kind)
    if name in _PLAIN:
        model, identifier = _PLAIN[name]
        return _class(name, _shapes(model), identifier, None)
    table, identifier = _WORDS[name]
    return _class(name, table, identifier, None)


def _shapes(model: Model) -> dict[str, Any]:
    return {name: field.shape for name, field in model.fields.items()}


def _class(name: str, shapes: _Table, identifier: str, kind: str | None) -> type[Section]:
    shapes = {**shapes, "kind": None} if kind is not None else shapes
    spellings = {field: field for field in shapes}
    for field in shapes:
        for spelled in (snake(field), snake_of_kubernetes(field)):
            spellings.setdefault(spelled, field)
    for word, field in _FORMER.get(name, {}).items():
        spellings.setdefault(word, field)
    members = {
        "__doc__": f"The section `{identifier}`.",
        "__module__": "polyaxon.schemas",
        "_IDENTIFIER": identifier,
        "_kind": kind,
        "_shapes": shapes,
        "_spellings": spellings,
        "_short": "value" if identifier in ("param", "join_param") else None,
        "pxc_is_document": name in _DOCUMENTS,
    }
    return type(name, (Section,), members)


@cache
def kubernetes_class(name: str) -> type[Section]:
    """The class of an object of Kubernetes. Raises KeyError for a name that there is not."""
    properties: dict[str, Any] = definitions()[name].get("properties", {})
    spellings = {field: field for field in properties}
    for field in properties:
        spelled = snake_of_kubernetes(field)
        spellings.setdefault(spelled, field)
        spellings.setdefault(f"_{spelled}", field)  # as the client has `_exec`
    members = {
        "__doc__": f"The object `{name}` of Kubernetes.",
        "__module__": "polyaxon.k8s",
        "_IDENTIFIER": name,
        "_shapes": properties,
        "_spellings": spellings,
    }
    return type(name, (Section,), members)


def as_section(shape: Any, value: Any) -> Any:
    """A value as the section that a field of this shape holds; as it is where that is unclear."""
    if isinstance(value, Section) or not isinstance(value, dict | list):
        return value
    if isinstance(shape, dict):
        return _as_kubernetes(shape, value)
    if isinstance(value, list):
        return [as_section(shape.item, v) for v in value] if isinstance(shape, ListOf) else value
    if isinstance(shape, MapOf):
        return {key: as_section(shape.value, each) for key, each in value.items()}
    found = _class_of(shape, value)
    return value if found is None else found._made(value)


def _as_kubernetes(shape: dict[str, Any], value: Any) -> Any:
    if isinstance(value, list):
        return [as_section(shape.get("items"), each) for each in value]
    name = reference(shape)
    return kubernetes_class(name)._made(value) if name in kubernetes_names() else value


def _class_of(shape: Any, value: dict[Any, Any]) -> type[Section] | None:
    """The class of a dict with a shape; None for what is data."""
    if isinstance(shape, Kubernetes):
        known = shape.definition in kubernetes_names()
        return kubernetes_class(shape.definition) if known else None
    if isinstance(shape, Later):
        return section_class("V1Component" if value.get("kind") == "component" else "V1Operation")
    if isinstance(shape, ByKind):
        return _of_model(shape.models.get(str(value.get("kind"))))
    if isinstance(shape, Model):
        return _of_model(shape, value.get("kind"))
    if isinstance(shape, Special):
        found = _SPECIALS.get(shape.name)
        return None if found is None else found(value)
    return None


def _of_model(model: Model | None, kind: object = None) -> type[Section] | None:
    for name, (known, its_kind) in _OF_KIND.items():
        if known is model and kind in (None, its_kind):
            return section_class(name)
    for name, (known, _) in _PLAIN.items():
        if known is model:
            return section_class(name)
    return None


def _param_class(value: dict[Any, Any]) -> type[Section] | None:
    found = section_class("V1Param")
    return found if value and all(key in found._spellings for key in value) else None


_SPECIALS: dict[str, Callable[[dict[Any, Any]], type[Section] | None]] = {
    "run": lambda value: _of_model(RUN.models.get(str(value.get("kind")))),
    "component": lambda value: section_class("V1Component"),
    "container": lambda value: kubernetes_class("V1Container"),
    "resources": lambda value: kubernetes_class("V1ResourceRequirements"),
    "search space": lambda value: _of_model(SPACE, value.get("kind")),
    "param": _param_class,
}
