"""The table of version 0: its sections, their fields, and what each may hold.

Source of the rules: the specification as releases 0.0 to 0.6 behave. Spellings that a later release
of version 0 replaced stand beside those that took their place.
"""

from __future__ import annotations

from msgspec.structs import replace

from pxc.grammar.shapes import (
    Anything,
    AsText,
    Boolean,
    Choice,
    Integer,
    Kubernetes,
    ListOf,
    MapOf,
    Model,
    Number,
    Row,
    Special,
    Text,
    Verbatim,
    fields,
)  # fmt: skip

_MAP = Special("raw map")
_ANY = Anything()
_TEXTS = ListOf(AsText(), single=True)
_NAME = Text(template=False, pattern=r"[-a-zA-Z0-9_]+", says="letters, digits, `-` and `_`")


def _model(name: str, /, **rows: Row) -> Model:
    return Model(name, None, fields(**rows))


def _required(model: Model, *names: str) -> Model:
    return replace(model, required=names)


_HEAD: dict[str, Row] = {
    "version": (_ANY, "version of the specification: 1"),
    "kind": (Text(), "kind of the file"),
    "name": (_NAME, "name"),
    "description": (Verbatim(), "what it does"),
    "tags": (ListOf(Verbatim(), split=True), "tags"),
    "logging": (_MAP, "level of the log"),
    "environment": (_MAP, "pod settings"),
    "inputs": (ListOf(_MAP), "declared inputs"),
    "outputs": (ListOf(_MAP), "declared outputs"),
}
_PARAMS: dict[str, Row] = {
    "params": (_MAP, "values for expressions"),
    "declarations": (_MAP, "`params` before 0.5"),
}
_RUN: dict[str, Row] = {
    "build": (_MAP, "the image"),
    "run": (_MAP, "the command"),
    "backend": (Text(), "who runs it"),
    "framework": (Text(), "framework of the code"),
}
_OF_SERVICE = {name: row for name, row in _RUN.items() if name in ("build", "backend")}
_OLD: dict[str, Row] = {
    "project": (_ANY, "project, before 0.1"),
    "model": (_ANY, "model of polyaxon-lib, before 0.2"),
    "train": (_ANY, "training by polyaxon-lib, before 0.2"),
    "eval": (_ANY, "evaluation by polyaxon-lib, before 0.2"),
}
_IMAGE: dict[str, Row] = {
    "image": (Text(), "base image"),
    "dockerfile": (Text(), "path of a Dockerfile"),
    "ref": (_ANY, "id of an existing build, or `commit` before 0.4"),
    "context": (Text(), "directory that is built"),
    "build_steps": (ListOf(Text(), single=True), "commands that make the image"),
    "steps": (ListOf(Text(), single=True), "`build_steps` before 0.1"),
    "lang_env": (AsText(), "locale"),
    "env_vars": (_ANY, "variables of the image"),
    "commit": (AsText(), "commit of the code"),
    "branch": (AsText(), "branch of the code"),
    "nocache": (Boolean(), "build every layer anew"),
    "git": (Text(), "repository of the code, before 0.1"),
    "backend": (Text(), "who builds"),
}

BUILD = _model("build", **_IMAGE, **_HEAD, **_PARAMS)
KINDS = {
    "experiment": _model("experiment", **_HEAD, **_PARAMS, **_RUN, **_OLD),
    "job": _model("job", **_HEAD, **_PARAMS, **_RUN),
    "group": _model(
        "group", **_HEAD, **_PARAMS, **_RUN, **_OLD, hptuning=(_MAP, "hyper-parameter search")
    ),
    "notebook": _model("notebook", **_HEAD, **_PARAMS, **_OF_SERVICE),
    "tensorboard": _model("tensorboard", **_HEAD, **_PARAMS, **_OF_SERVICE),
    "build": _model(
        "build", **_HEAD, **_PARAMS, **_IMAGE, build=(_MAP, "the image, before 0.4")
    ),
}  # fmt: skip

RUN = _model("run", cmd=(ListOf(Text(), single=True), "commands of the shell"))

LOGGING = _model(
    "logging",
    level=(Text(), "level of the log"),
    formatter=(_ANY, "format of the log"),
    path=(_ANY, "where the log was written, before 0.1"),
)

AMOUNT = _model("amount", requests=(_ANY, "what is requested"), limits=(_ANY, "what is allowed"))
RESOURCES = Model(
    "resources",
    None,
    fields(
        cpu=(_MAP, "cores"),
        memory=(_MAP, "memory, in MB"),
        gpu=(_MAP, "GPUs"),
        tpu=(_MAP, "TPUs"),
        index=(Integer(), "which replica this is for, before 0.3"),
    ),
    moved={
        "requests": "version 0 says the resource first: `cpu: {requests: 1}`",
        "limits": "version 0 says the resource first: `gpu: {limits: 1}`",
    },
)

_POD: dict[str, Row] = {
    "index": (Integer(), "which replica this is for"),
    "resources": (_MAP, "resources of the main container"),
    "labels": (MapOf(AsText()), "labels of the pod"),
    "annotations": (MapOf(AsText()), "annotations of the pod"),
    "node_selector": (MapOf(AsText()), "labels a node must have"),
    "node_selectors": (MapOf(AsText()), "`node_selector` before 0.1"),
    "affinity": (Kubernetes("V1Affinity"), "affinity of the pod"),
    "tolerations": (ListOf(Kubernetes("V1Toleration")), "taints the pod tolerates"),
    "service_account": (Text(), "service account"),
    "image_pull_secrets": (_TEXTS, "names of pull secrets"),
    "max_restarts": (Integer(), "how often a failed run is tried again"),
    "secret_refs": (_TEXTS, "names of secrets"),
    "config_map_refs": (_TEXTS, "names of config maps"),
    "configmap_refs": (_TEXTS, "`config_map_refs` before 0.4"),
    "data_refs": (_TEXTS, "names of volumes and stores of data"),
    "artifact_refs": (_TEXTS, "names of stores of results"),
    "persistence": (_MAP, "`data_refs` and `artifact_refs` before 0.4"),
    "outputs": (_MAP, "runs whose results are there"),
}
_REPLICAS: dict[str, Row] = {
    "n_workers": (Integer(minimum=0), "how many workers"),
    "n_ps": (Integer(minimum=0), "how many parameter servers"),
    "default_worker": (_MAP, "pod settings of the workers"),
    "default_ps": (_MAP, "pod settings of the parameter servers"),
    "worker": (ListOf(_MAP, single=True), "pod settings of single workers"),
    "ps": (ListOf(_MAP, single=True), "pod settings of single parameter servers"),
    "delay_workers_by_global_step": (_ANY, "start of the workers, before 0.2"),
    "run_config": (_ANY, "session of TensorFlow, before 0.2"),
    "default_worker_resources": (_MAP, "resources of the workers, before 0.3"),
    "default_ps_resources": (_MAP, "resources of the parameter servers, before 0.3"),
    "default_worker_node_selectors": (MapOf(AsText()), "nodes of the workers, before 0.3"),
    "default_ps_node_selectors": (MapOf(AsText()), "nodes of the servers, before 0.3"),
    "worker_node_selectors": (ListOf(_MAP), "nodes of single workers, before 0.3"),
    "ps_node_selectors": (ListOf(_MAP), "nodes of single servers, before 0.3"),
    "default_worker_config": (_ANY, "session of TensorFlow, before 0.3"),
    "default_ps_config": (_ANY, "session of TensorFlow, before 0.3"),
    "worker_configs": (_ANY, "sessions of TensorFlow, before 0.3"),
    "ps_configs": (_ANY, "sessions of TensorFlow, before 0.3"),
    "worker_resources": (ListOf(_MAP, single=True), "resources of single workers, before 0.3"),
    "ps_resources": (ListOf(_MAP, single=True), "resources of single servers, before 0.3"),
}
FRAMEWORKS = ("tensorflow", "horovod", "pytorch", "mxnet", "mpi")
"""What `framework` names when there are replicas; sections of `environment` before 0.4."""

POD = _model("environment", **_POD, config=(_ANY, "session of TensorFlow, before 0.2"))
REPLICAS = _model("replicas", **_REPLICAS)
ENVIRONMENT = _model(
    "environment",
    **_POD,
    **_REPLICAS,
    replicas=(_MAP, "how many pods work together"),
    **{name: (_MAP, f"`replicas` of {name} before 0.4") for name in FRAMEWORKS},
)
PERSISTENCE = _model(
    "persistence", data=(_TEXTS, "names of data"), outputs=(_TEXTS, "name of the results' store")
)
OUTPUTS = _model("outputs", jobs=(_ANY, "ids of jobs"), experiments=(_ANY, "ids of experiments"))

IO = Model(
    "input or output",
    None,
    fields(
        name=(Text(template=False), "name, used in expressions"),
        description=(Verbatim(), "what it is for"),
        type=(Text(template=False), "type of the value"),
        default=(_ANY, "default value"),
        is_optional=(Boolean(), "whether it may be left out"),
        is_list=(Boolean(), "whether the value is a list of the type"),
        is_flag=(Boolean(), "render a boolean as `--name` or nothing"),
        options=(_ANY, "the values that are allowed"),
    ),
    required=("name",),
)

SPACES = (
    "values", "pvalues", "range", "linspace", "logspace", "geomspace", "uniform", "quniform",
    "loguniform", "qloguniform", "normal", "qnormal", "lognormal", "qlognormal",
)  # fmt: skip
SPACE = _model("search space", **{name: (_ANY, f"`{name}` of values") for name in SPACES})

_COUNT: Row = (Integer(minimum=1), "how many runs")


def _words(*words: str) -> Choice:
    """Words that version 0 took in small letters, in capitals, and with a capital."""
    spelled = (form for word in words for form in (word, word.upper(), word.capitalize()))
    return Choice(tuple(spelled), template=False)


_OPTIMIZATION: Row = (_words("maximize", "minimize"), "direction")
ALGORITHMS = ("random_search", "hyperband", "grid_search", "bo")
_SEARCH: dict[str, Row] = {
    "seed": (Integer(), "seed of the random generator"),
    "concurrency": (Integer(minimum=1), "how many runs at once"),
    "matrix": (_MAP, "the search space of each param"),
    **{name: (_MAP, f"settings of `{name}`") for name in ALGORITHMS},
    "early_stopping": (ListOf(_MAP), "when the search stops early"),
}
HPTUNING = _model("hptuning", **_SEARCH)
SEARCHES = {
    "grid_search": _model("grid_search", n_experiments=_COUNT),
    "random_search": _required(_model("random_search", n_experiments=_COUNT), "n_experiments"),
    "hyperband": _required(
        _model(
            "hyperband",
            max_iter=_COUNT,
            eta=(Number(), "how many are kept of each rung"),
            resource=(_MAP, "what a rung grows"),
            metric=(_MAP, "what is optimized"),
            resume=(Boolean(), "resume runs instead of starting anew"),
        ),
        "max_iter", "eta", "resource", "metric",
    ),
    "bo": _required(
        _model(
            "bo",
            n_initial_trials=_COUNT,
            n_iterations=_COUNT,
            metric=(_MAP, "what is optimized"),
            utility_function=(_MAP, "what is maximized between runs"),
        ),
        "n_initial_trials", "n_iterations", "metric",
    ),
}  # fmt: skip
METRIC = _required(_model("metric", name=(Text(), "name"), optimization=_OPTIMIZATION), "name")
RESOURCE = _required(
    _model("resource", name=(Text(), "name"), type=(_words("int", "float"), "type")), "name"
)
UTILITY = _model(
    "utility_function",
    acquisition_function=(_words("ucb", "ei", "poi"), "acquisition function"),
    kappa=(Number(), "exploration of ucb"),
    eps=(Number(), "exploration of ei and poi"),
    n_warmup=(Integer(), "random points first"),
    n_iter=(Integer(), "optimizer steps"),
    gaussian_process=(_MAP, "Gaussian process"),
)
GAUSSIAN = _model(
    "gaussian_process",
    kernel=(_words("rbf", "matern"), "kernel"),
    length_scale=(Number(), "length scale"),
    nu=(Number(), "smoothness of matern"),
    n_restarts_optimizer=(Integer(), "restarts of the optimizer"),
)
EARLY_STOPPING = _required(
    _model(
        "early stopping",
        metric=(Text(), "metric that is watched"),
        value=(Number(), "value that stops"),
        optimization=_OPTIMIZATION,
        higher=(Boolean(), "`optimization` before 0.1"),
        policy=(_ANY, "how runs are compared; before 0.5 who is stopped"),
    ),
    "metric", "value",
)  # fmt: skip
POLICY = _required(
    _model(
        "policy",
        kind=(Choice(("median", "average", "truncation"), template=False), "kind"),
        evaluation_interval=(Integer(), "steps between evaluations"),
        percent=(Number(), "percentage"),
    ),
    "kind", "evaluation_interval",
)  # fmt: skip
