"""The table of hyper-parameter search: matrix kinds, search spaces, early stopping."""

from __future__ import annotations

from pxc.grammar.shapes import (
    Anything,
    Boolean,
    ByKind,
    Choice,
    Integer,
    ListOf,
    MapOf,
    Model,
    Number,
    Row,
    Special,
    Text,
    fields,
)  # fmt: skip
from pxc.ir import matrix
from pxc.releases import Known

_1_2 = Known(since="1.2")
_1_6 = Known(since="1.6")
_1_11 = Known(since="1.11")
_2_1 = Known(since="2.1")

OPTIMIZATION = ("maximize", "minimize")

SPACES = (
    "choice", "pchoice", "range", "linspace", "logspace", "geomspace", "daterange",
    "datetimerange", "uniform", "quniform", "loguniform", "qloguniform", "normal", "qnormal",
    "lognormal", "qlognormal",
)  # fmt: skip

_DATES = {"daterange": _1_11, "datetimerange": _1_11}

SPACE = Model(
    "search space",
    matrix.Space,
    fields(
        kind=(Choice(SPACES, template=False, known=_DATES), "kind of the space"),
        value=(Anything(), "the space itself"),
    ),
    required=("kind", "value"),
    template=False,
    moved={"values": "the field is `value`"},
)

_POLICY_COMMON: dict[str, Row] = {
    "evaluationInterval": (Integer(), "steps between evaluations"),
    "minInterval": (Integer(), "steps before the first evaluation"),
    "minSamples": (Integer(), "runs needed for an evaluation"),
}

_POLICY = Model(
    "policy",
    matrix.StopPolicy,
    fields(
        kind=(Choice(("median", "truncation", "diff"), template=False), "kind of the policy"),
        percent=(Number(), "percentage"),
        includeSucceeded=(Boolean(), "count succeeded runs too", Known(since="2.0")),
        **_POLICY_COMMON,
    ),
    required=("kind", "evaluationInterval"),
)

EARLY_STOPPING = ByKind(
    "early stopping",
    {
        "metric_early_stopping": Model(
            "metric_early_stopping",
            matrix.EarlyStopping,
            fields(
                metric=(Text(), "metric that is watched"),
                value=(Number(), "value that stops"),
                optimization=(Choice(OPTIMIZATION), "direction"),
                policy=(_POLICY, "how runs are compared"),
            ),
            required=("metric", "value", "optimization"),
            constants=(("kind", "metric_early_stopping"),),
        ),
        "failure_early_stopping": Model(
            "failure_early_stopping",
            matrix.EarlyStopping,
            fields(percent=(Number(), "percentage of failed runs that stops")),
            required=("percent",),
            constants=(("kind", "failure_early_stopping"),),
        ),
    },
    about={
        "metric_early_stopping": "a metric that is good enough stops the rest",
        "failure_early_stopping": "too many failed runs stop the rest",
    },
)

_METRIC = Model(
    "metric",
    matrix.Metric,
    fields(
        name=(Text(), "name of the metric"),
        optimization=(Choice(OPTIMIZATION), "direction"),
    ),
    required=("name",),
)

_RESOURCE = Model(
    "resource",
    matrix.Resource,
    fields(
        name=(Text(), "param that holds the resource"),
        type=(Choice(("int", "float")), "type of the resource"),
    ),
    required=("name",),
)

_TUNER = Model(
    "tuner",
    matrix.Tuner,
    fields(
        hubRef=(Special("hub ref"), "component that proposes runs", _1_6),
        presets=(ListOf(Text()), "presets of the tuner", _1_6),
        queue=(Text(), "queue of the tuner", _1_6),
        namespace=(Text(), "namespace of the tuner", _2_1),
        params=(MapOf(Special("param"), table=True), "params of the tuner", _1_6),
    ),
    required=("hubRef",),
)

_UTILITY = Model(
    "utilityFunction",
    matrix.UtilityFunction,
    fields(
        acquisitionFunction=(Choice(("ucb", "ei", "poi")), "acquisition function"),
        kappa=(Number(), "exploration of ucb"),
        eps=(Number(), "exploration of ei and poi"),
        numWarmup=(Integer(), "random points first"),
        numIterations=(Integer(), "optimizer steps"),
        gaussianProcess=(
            Model(
                "gaussianProcess",
                matrix.GaussianProcess,
                fields(
                    kernel=(Choice(("rbf", "matern")), "kernel"),
                    lengthScale=(Number(), "length scale"),
                    nu=(Number(), "smoothness of matern"),
                    numRestartsOptimizer=(Integer(), "restarts of the optimizer"),
                ),
            ),
            "Gaussian process",
        ),
    ),
)

_PARAMS = (MapOf(Special("search space"), table=True), "the search space of each param")
_RUNS = (Integer(minimum=1), "how many runs")
_LATER_RUNS = (*_RUNS, _1_2)
_COMMON: dict[str, Row] = {
    "concurrency": (Integer(minimum=1), "how many runs at once"),
    "earlyStopping": (ListOf(EARLY_STOPPING, template=False), "when the search stops early"),
}
_SEED = {"seed": (Integer(), "seed of the random generator")}
_TUNED: dict[str, Row] = {**_SEED, "tuner": (_TUNER, "who proposes runs", _1_6)}


_KNOWN = {"tpe": Known(since="2.17"), "hyperopt": Known(until="2.16")}


def _kind(kind: str, required: tuple[str, ...], **table: Row) -> Model:
    return Model(
        f"{kind} matrix",
        matrix.Matrix,
        fields(**table, **_COMMON),
        required=required,
        constants=(("kind", kind),),
        template=False,
        moved={"numruns": "the field is `numRuns`"},
        known=_KNOWN.get(kind, Known()),
    )


MATRIX = ByKind(
    "matrix",
    {
        "mapping": _kind("mapping", ("values",), values=(ListOf(Anything()), "one map a run")),
        "grid": _kind("grid", ("params",), params=_PARAMS, numRuns=_RUNS),
        "random": _kind("random", ("params", "numRuns"), params=_PARAMS, numRuns=_RUNS, **_SEED),
        "hyperband": _kind(
            "hyperband",
            ("params",),
            params=_PARAMS,
            maxIterations=_RUNS,
            eta=(Number(), "how many are kept of each rung"),
            resource=(_RESOURCE, "what a rung grows"),
            metric=(_METRIC, "what is optimized"),
            resume=(Boolean(), "resume runs instead of starting anew"),
            **_TUNED,
        ),
        "bayes": _kind(
            "bayes",
            ("params", "numInitialRuns", "maxIterations", "metric"),
            params=_PARAMS,
            numInitialRuns=_RUNS,
            maxIterations=_LATER_RUNS,
            metric=(_METRIC, "what is optimized"),
            utilityFunction=(_UTILITY, "what is maximized between runs"),
            **_TUNED,
        ),
        "tpe": _kind(
            "tpe",
            ("params", "metric"),
            params=_PARAMS,
            numRuns=_RUNS,
            maxIterations=_RUNS,
            metric=(_METRIC, "what is optimized"),
            **_TUNED,
        ),
        "hyperopt": _kind(
            "hyperopt",
            ("params", "metric"),
            params=_PARAMS,
            algorithm=(Choice(("tpe", "rand", "anneal")), "algorithm"),
            numRuns=_RUNS,
            maxIterations=_LATER_RUNS,
            metric=(_METRIC, "what is optimized", _1_11),
            **_TUNED,
        ),
        "iterative": _kind(
            "iterative",
            ("params", "maxIterations"),
            params=_PARAMS,
            maxIterations=_LATER_RUNS,
            **_TUNED,
        ),
    },
    about={
        "mapping": "the runs of a list of params",
        "grid": "all combinations",
        "random": "random points of the space",
        "hyperband": "many short runs, of which the best go on",
        "bayes": "points that a Gaussian process proposes",
        "tpe": "points that a tree of Parzen estimators proposes",
        "hyperopt": "points that hyperopt proposes",
        "iterative": "points that a component of your own proposes",
    },
)
