"""The table of runtimes: every `run.kind` and its fields."""

from __future__ import annotations

from typing import Any

from pxc.grammar.pods import CONNECTIONS, ENVIRONMENT, POD, POD_MOVED, TEXT_MAP, VOLUMES
from pxc.grammar.search import EARLY_STOPPING
from pxc.grammar.shapes import (
    Anything,
    Boolean,
    ByKind,
    Choice,
    Integer,
    Later,
    ListOf,
    MapOf,
    Model,
    Row,
    Special,
    Text,
    fields,
)  # fmt: skip
from pxc.ir import run
from pxc.releases import Known

_ALWAYS = Known()
_1_14 = Known(since="1.14")
_2_1 = Known(since="2.1")

_COUNT = (Integer(), "how many")
REPLICA = Model(
    "replica",
    run.Replica,
    fields(**POD, replicas=(Integer(minimum=0), "how many pods")),
    moved=POD_MOVED,
    template=False,
)
_RAY_REPLICA = Model(
    "ray replica",
    run.Replica,
    fields(
        **POD,
        replicas=(Integer(minimum=0), "how many pods"),
        minReplicas=(Integer(minimum=0), "how many pods at least"),
        maxReplicas=(Integer(minimum=0), "how many pods at most"),
        rayStartParams=(TEXT_MAP, "parameters of ray start"),
    ),
    moved=POD_MOVED,
    template=False,
)

_CLEAN = (Choice(("All", "Running", "None")), "which pods are removed at the end")
_SCHEDULING = (
    Model(
        "schedulingPolicy",
        run.SchedulingPolicy,
        fields(
            minAvailable=_COUNT,
            queue=(Text(), "queue of the gang scheduler"),
            minResources=(Anything(), "resources the gang needs", _2_1),
            priorityClass=(Text(), "priority class"),
            scheduleTimeoutSeconds=(Integer(), "seconds to wait for the gang", _2_1),
        ),
    ),
    "gang scheduling",
    Known(since="1.11"),
)
_ELASTIC = (
    Model(
        "elasticPolicy",
        run.ElasticPolicy,
        fields(
            minReplicas=_COUNT,
            maxReplicas=_COUNT,
            rdvzBackend=(Text(), "rendezvous backend"),
            rdvzPort=(Integer(), "rendezvous port"),
            rdvzHost=(Text(), "rendezvous host"),
            rdvzId=(Text(), "rendezvous id"),
            rdvzConf=(ListOf(Anything()), "rendezvous settings"),
            standalone=(Boolean(), "one node only"),
            nProcPerNode=_COUNT,
            maxRestarts=_COUNT,
            Metrics=(ListOf(Anything()), "autoscaling metrics"),
        ),
        moved={"rdzvBackend": "the field is spelled `rdvzBackend`"},
    ),
    "elastic training",
    _2_1,
)


def _job(kind: str, known: Known = _ALWAYS) -> Model:
    table = fields(**POD)
    constants = (("kind", kind),)
    return Model(
        kind, run.Job, table, constants=constants, template=False, moved=POD_MOVED, known=known
    )


def _roles(kind: str, roles: tuple[str, ...], known: Known = _ALWAYS, **more: Row) -> Model:
    table = {role: (REPLICA, f"the {role} pods") for role in roles}
    return Model(
        kind,
        run.Distributed,
        fields(**table, cleanPodPolicy=_CLEAN, schedulingPolicy=_SCHEDULING, **more),
        constants=(("kind", kind),),
        template=False,
        known=known,
        moved={
            **POD_MOVED,
            "container": f"a `{kind}` has containers only in its roles: {', '.join(roles)}",
        },
    )


_SERVICE = Model(
    "service",
    run.Service,
    fields(
        **POD,
        ports=(ListOf(Integer()), "ports the service listens on"),
        rewritePath=(Boolean(), "strip the path before requests reach the service"),
        isExternal=(Boolean(), "open the service to the outside", _1_14),
        replicas=(Integer(minimum=0), "how many pods", _1_14),
    ),
    constants=(("kind", "service"),),
    template=False,
    moved={k: v for k, v in POD_MOVED.items() if k not in ("ports", "replicas")},
)

_DAG = Model(
    "dag",
    run.Dag,
    fields(
        operations=(ListOf(Later("operation"), template=False), "the operations"),
        components=(
            ListOf(Later("operation"), template=False),
            "components the operations may name",
        ),
        environment=(ENVIRONMENT, "pod settings of every operation"),
        connections=CONNECTIONS,
        volumes=VOLUMES,
        concurrency=(Integer(minimum=1), "how many operations run at once"),
        earlyStopping=(ListOf(EARLY_STOPPING, template=False), "when the dag stops early"),
    ),
    constants=(("kind", "dag"),),
    template=False,
    moved={
        "ops": "the field is `operations`",
        "container": "a dag has no container; its operations have",
    },
)

_RAY = fields(
    head=(_RAY_REPLICA, "the head"),
    workers=(MapOf(_RAY_REPLICA, template=False, table=True), "groups of workers by name"),
    entrypoint=(Text(), "command to run on the cluster"),
    runtimeEnv=(Anything(), "runtime environment"),
    metadata=(TEXT_MAP, "metadata of the job"),
    rayVersion=(Special("revision"), "release of ray"),
    enableInTreeAutoscaling=(Boolean(), "scale by ray itself"),
    autoscalerOptions=(Anything(), "settings of the autoscaler"),
)
_DASK = fields(
    worker=(REPLICA, "the workers"),
    scheduler=(REPLICA, "the scheduler"),
    minReplicas=(Integer(minimum=0), "how many workers at least"),
    maxReplicas=(Integer(minimum=0), "how many workers at most"),
)


def _cluster(kind: str, table: dict[str, Any], known: Known) -> Model:
    constants = (("kind", kind),)
    return Model(
        kind, run.Cluster, table, constants=constants, template=False, moved=POD_MOVED, known=known
    )


_PROCESSES = (Integer(), "processes a node", _2_1)

LEGACY = frozenset(
    {"mxjob", "xgbjob", "paddlejob", "rayjob", "daskjob", "spark", "dask", "ray", "flink"}
)
"""Runtimes of older releases, which release 2.18 refuses."""

_RELEASE_1 = Known(until="1.20")

OPAQUE = dict.fromkeys(("dask", "ray", "flink"), _RELEASE_1)
"""Runtimes that are kept as they were written, and the last release that knew them."""

_SPARK = Model(
    "spark",
    run.Spark,
    fields(
        driver=(REPLICA, "the driver"),
        executor=(REPLICA, "the executors"),
        type=(Text(), "language of the application: java, scala, python or r"),
        sparkVersion=(Special("revision"), "release of Spark"),
        pythonVersion=(Special("revision"), "major release of Python"),
        deployMode=(Text(), "where the driver runs: cluster or client"),
        mainClass=(Text(), "main class of a Java or Scala application"),
        mainApplicationFile=(Text(), "file of the application"),
        arguments=(ListOf(Anything()), "arguments of the application"),
        hadoopConf=(TEXT_MAP, "properties of Hadoop"),
        sparkConf=(TEXT_MAP, "properties of Spark"),
        hadoopConfigMap=(Text(), "ConfigMap with files of Hadoop's configuration"),
        sparkConfigMap=(Text(), "ConfigMap with files of Spark's configuration"),
        connections=CONNECTIONS,
        volumes=VOLUMES,
    ),
    constants=(("kind", "spark"),),
    template=False,
    moved={k: v for k, v in POD_MOVED.items() if k not in ("connections", "volumes")},
    known=_RELEASE_1,
)

_CLUSTERS = Known(since="2.12")
_KUBEFLOW = Known(since="1.11", until="2.11")
_SHORT_LIVED = Known(since="2.0", until="2.11")

RUN = ByKind(
    "run",
    {
        "job": _job("job"),
        "service": _SERVICE,
        "dag": _DAG,
        "tfjob": _roles(
            "tfjob",
            ("chief", "ps", "worker", "evaluator"),
            successPolicy=(Text(), "when the job counts as succeeded", _2_1),
            enableDynamicWorker=(Boolean(), "let workers come and go", Known(since="2.0")),
        ),
        "pytorchjob": _roles(
            "pytorchjob", ("master", "worker"), elasticPolicy=_ELASTIC, nProcPerNode=_PROCESSES
        ),
        "mpijob": _roles(
            "mpijob", ("launcher", "worker"), slotsPerWorker=(Integer(), "slots a worker")
        ),
        "raycluster": _cluster("raycluster", _RAY, _CLUSTERS),
        "daskcluster": _cluster("daskcluster", _DASK, _CLUSTERS),
        "notifier": _job("notifier"),
        "cleaner": _job("cleaner", Known(since="1.2")),
        "tuner": _job("tuner"),
        "mxjob": _roles(
            "mxjob",
            ("scheduler", "server", "worker", "tuner", "tunerTracker", "tunerServer"),
            mode=(Choice(("MXTrain", "MXTune")), "what the job does"),
            known=_KUBEFLOW,
        ),
        "xgbjob": _roles("xgbjob", ("master", "worker"), known=_KUBEFLOW),
        "paddlejob": _roles(
            "paddlejob", ("master", "worker"), known=_SHORT_LIVED, elasticPolicy=_ELASTIC
        ),
        "rayjob": _cluster("rayjob", _RAY, _SHORT_LIVED),
        "daskjob": _cluster(
            "daskjob", {**_DASK, **fields(job=(REPLICA, "the client job"))}, _SHORT_LIVED
        ),
        "spark": _SPARK,
    },
    about={
        "job": "a container that runs to its end",
        "service": "a container that listens until it is stopped",
        "dag": "operations that depend on one another",
        "tfjob": "distributed TensorFlow by the training operator",
        "pytorchjob": "distributed PyTorch by the training operator",
        "mpijob": "MPI processes by the MPI operator",
        "raycluster": "a Ray cluster",
        "daskcluster": "a Dask cluster",
        "notifier": "a job of the system that tells of runs",
        "cleaner": "a job of the system that deletes what runs left",
        "tuner": "a job of the system that proposes the next runs of a search",
        "mxjob": "distributed MXNet by the training operator",
        "xgbjob": "distributed XGBoost by the training operator",
        "paddlejob": "distributed Paddle by the training operator",
        "rayjob": "a Ray job; `raycluster` took its place",
        "daskjob": "a Dask job; `daskcluster` took its place",
        "spark": "a Spark application of release 1",
    },
    template=False,
    code="PXC109",
)

__all__ = ["LEGACY", "OPAQUE", "REPLICA", "RUN"]
