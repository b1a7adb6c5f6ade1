"""The table of runtimes: every `run.kind`, its fields, and the pod parts they share."""

from __future__ import annotations

from typing import Any

from pxc.grammar.search import EARLY_STOPPING
from pxc.grammar.shapes import (
    Anything,
    AsText,
    Boolean,
    ByKind,
    Choice,
    Integer,
    Kubernetes,
    Later,
    ListOf,
    MapOf,
    Model,
    Special,
    Text,
    fields,
)  # fmt: skip
from pxc.ir import run

_TEXT_MAP = MapOf(AsText())

ENVIRONMENT = Model(
    "environment",
    run.Environment,
    fields(
        labels=(_TEXT_MAP, "labels of the pod"),
        annotations=(_TEXT_MAP, "annotations of the pod"),
        nodeSelector=(_TEXT_MAP, "labels a node must have"),
        affinity=(Kubernetes("V1Affinity", template=True), "affinity of the pod"),
        tolerations=(ListOf(Kubernetes("V1Toleration")), "taints the pod tolerates"),
        nodeName=(Text(), "the node itself"),
        serviceAccountName=(Text(), "service account"),
        hostAliases=(ListOf(Kubernetes("V1HostAlias")), "entries of /etc/hosts"),
        securityContext=(
            Kubernetes("V1PodSecurityContext", template=True),
            "security context of the pod",
        ),
        imagePullSecrets=(ListOf(Text()), "names of pull secrets"),
        hostNetwork=(Boolean(template=False), "use the network of the node"),
        hostPID=(Boolean(template=False), "use the process ids of the node"),
        dnsPolicy=(
            Choice(("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")),
            "how names are resolved",
        ),
        dnsConfig=(Kubernetes("V1PodDNSConfig", template=True), "resolver settings"),
        schedulerName=(Text(), "scheduler"),
        priorityClassName=(Text(), "priority class"),
        priority=(Integer(template=False), "priority"),
        restartPolicy=(
            Choice(("Always", "OnFailure", "Never", "ExitCode"), template=False),
            "when containers are started again",
        ),
    ),
    moved={
        "resources": "`resources` belongs in `container`",
        "image": "the image belongs in `container.image`",
        "env": "`env` belongs in `container`",
        "secrets": "secrets are given by connections, or by `container.envFrom`",
        "configMaps": "config maps are given by connections, or by `container.envFrom`",
        "runtimeClassName": "Polyaxonfiles have no field for it",
    },
)

_PATHS = ListOf(Special("path pair"), single=True)

INIT = Model(
    "init entry",
    run.Init,
    fields(
        artifacts=(
            Model(
                "artifacts",
                run.ArtifactsInit,
                fields(
                    files=(ListOf(Special("path pair")), "files to bring in"),
                    dirs=(ListOf(Special("path pair")), "directories to bring in"),
                    workers=(Integer(), "how many are copied at once"),
                ),
            ),
            "files and directories of an artifacts store",
        ),
        paths=(_PATHS, "paths of a connection or of the artifacts store"),
        git=(
            Model(
                "git",
                run.GitInit,
                fields(
                    url=(Text(), "repository"),
                    revision=(Special("revision"), "branch, tag or commit"),
                    flags=(ListOf(Text()), "flags of git clone"),
                ),
                template=False,
                moved=dict.fromkeys(("branch", "commit", "tag"), "use `revision`"),
            ),
            "a repository to check out",
        ),
        dockerfile=(
            Model(
                "dockerfile",
                run.DockerfileInit,
                fields(
                    image=(Text(), "base image"),
                    env=(Anything(), "environment variables"),
                    path=(ListOf(Text(), single=True), "paths to add to PATH"),
                    copy=(ListOf(Special("path pair")), "files to copy"),
                    postRunCopy=(ListOf(Special("path pair")), "files to copy after `run`"),
                    run=(ListOf(Text()), "commands to run"),
                    langEnv=(Text(), "locale"),
                    uid=(Integer(), "user id"),
                    gid=(Integer(), "group id"),
                    username=(Text(), "user name"),
                    filename=(Text(), "name of the file"),
                    workdir=(Text(), "working directory"),
                    workdirPath=(Text(), "path of the working directory"),
                    shell=(Text(), "shell"),
                ),
                required=("image",),
                template=False,
            ),
            "a Dockerfile to generate",
        ),
        file=(
            Model(
                "file",
                run.FileInit,
                fields(
                    content=(Text(), "what the file holds"),
                    filename=(Text(), "name of the file"),
                    kind=(Text(), "kind of the file"),
                    chmod=(Special("mode"), "mode of the file"),
                ),
                required=("content",),
                template=False,
                moved={"name": "use `filename`"},
            ),
            "a file to write",
        ),
        tensorboard=(
            Model(
                "tensorboard",
                run.TensorboardInit,
                fields(
                    port=(Integer(), "port"),
                    uuids=(ListOf(Text(), single=True), "runs to show"),
                    useNames=(Boolean(), "show names for ids"),
                    pathPrefix=(Text(), "path prefix"),
                    plugins=(ListOf(Text(), single=True), "plugins"),
                ),
                template=False,
            ),
            "logs of runs for tensorboard",
        ),
        lineageRef=(Text(), "a lineage of a run"),
        modelRef=(Text(), "a version of a model"),
        artifactRef=(Text(), "a version of an artifact"),
        connection=(Special("connection name"), "connection the files come from"),
        path=(Text(), "directory the files go to"),
        container=(Kubernetes("V1Container"), "a container that prepares files, or settings of it"),
    ),
    exclusive=(
        ("artifacts", "paths", "git", "dockerfile", "file", "tensorboard", "lineageRef",
         "modelRef", "artifactRef"),
    ),
    template=False,
)  # fmt: skip

_CONNECTIONS = (ListOf(Special("connection name")), "connections of the main container")
_VOLUMES = (ListOf(Kubernetes("V1Volume"), template=False), "volumes of the pod")

_POD: dict[str, tuple[Any, str]] = {
    "environment": (ENVIRONMENT, "pod settings"),
    "connections": _CONNECTIONS,
    "volumes": _VOLUMES,
    "init": (ListOf(INIT, template=False), "steps before the main container"),
    "sidecars": (
        ListOf(Kubernetes("V1Container"), template=False),
        "containers beside the main one",
    ),
    "container": (Special("container"), "main container"),
}

_POD_MOVED = {
    "resources": "`resources` belongs in `run.container`",
    "image": "the image belongs in `run.container.image`",
    "command": "the command belongs in `run.container.command`",
    "args": "the arguments belong in `run.container.args`",
    "env": "`env` belongs in `run.container`",
    "volumeMounts": "`volumeMounts` belongs in `run.container`",
    "workingDir": "`workingDir` belongs in `run.container`",
    "nodeSelector": "`nodeSelector` belongs in `run.environment`",
    "tolerations": "`tolerations` belongs in `run.environment`",
    "affinity": "`affinity` belongs in `run.environment`",
    "labels": "`labels` belongs in `run.environment`",
    "annotations": "`annotations` belongs in `run.environment`",
    "serviceAccountName": "`serviceAccountName` belongs in `run.environment`",
    "restartPolicy": "`restartPolicy` belongs in `run.environment`",
    "imagePullSecrets": "`imagePullSecrets` belongs in `run.environment`",
    "ports": "`ports` is a field of `kind: service`",
    "replicas": "`replicas` is a field of services and of the roles of distributed runtimes",
    "termination": "`termination` belongs at the root of the file",
    "plugins": "`plugins` belongs at the root of the file",
    "matrix": "`matrix` belongs at the root of an operation",
    "inputs": "`inputs` belongs at the root of the file",
    "outputs": "`outputs` belongs at the root of the file",
    "params": "`params` belongs at the root of an operation",
    "run": "a runtime has no `run` of its own; lift its fields one level",
}

_COUNT = (Integer(), "how many")
REPLICA = Model(
    "replica",
    run.Replica,
    fields(**_POD, replicas=(Integer(minimum=0), "how many pods")),
    moved=_POD_MOVED,
    template=False,
)
_RAY_REPLICA = Model(
    "ray replica",
    run.Replica,
    fields(
        **_POD,
        replicas=(Integer(minimum=0), "how many pods"),
        minReplicas=(Integer(minimum=0), "how many pods at least"),
        maxReplicas=(Integer(minimum=0), "how many pods at most"),
        rayStartParams=(_TEXT_MAP, "parameters of ray start"),
    ),
    moved=_POD_MOVED,
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
            minResources=(Anything(), "resources the gang needs"),
            priorityClass=(Text(), "priority class"),
            scheduleTimeoutSeconds=(Integer(), "seconds to wait for the gang"),
        ),
    ),
    "gang scheduling",
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
)


def _job(kind: str) -> Model:
    return Model(
        kind, run.Job, fields(**_POD), constants=(("kind", kind),), template=False, moved=_POD_MOVED
    )


def _roles(kind: str, roles: tuple[str, ...], **more: tuple[Any, str]) -> Model:
    table = {role: (REPLICA, f"the {role} pods") for role in roles}
    return Model(
        kind,
        run.Distributed,
        fields(**table, cleanPodPolicy=_CLEAN, schedulingPolicy=_SCHEDULING, **more),
        constants=(("kind", kind),),
        template=False,
        moved={
            **_POD_MOVED,
            "container": f"a `{kind}` has containers only in its roles: {', '.join(roles)}",
        },
    )


_SERVICE = Model(
    "service",
    run.Service,
    fields(
        **_POD,
        ports=(ListOf(Integer(lax=False)), "ports the service listens on"),
        rewritePath=(Boolean(), "strip the path before requests reach the service"),
        isExternal=(Boolean(), "open the service to the outside"),
        replicas=(Integer(minimum=0), "how many pods"),
    ),
    constants=(("kind", "service"),),
    template=False,
    moved={k: v for k, v in _POD_MOVED.items() if k not in ("ports", "replicas")},
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
        connections=_CONNECTIONS,
        volumes=_VOLUMES,
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

_AUTOSCALER = Anything()
_RAY = fields(
    head=(_RAY_REPLICA, "the head"),
    workers=(MapOf(_RAY_REPLICA, template=False, table=True), "groups of workers by name"),
    entrypoint=(Text(), "command to run on the cluster"),
    runtimeEnv=(Anything(), "runtime environment"),
    metadata=(_TEXT_MAP, "metadata of the job"),
    rayVersion=(Special("revision"), "release of ray"),
    enableInTreeAutoscaling=(Boolean(), "scale by ray itself"),
    autoscalerOptions=(_AUTOSCALER, "settings of the autoscaler"),
)
_DASK = fields(
    worker=(REPLICA, "the workers"),
    scheduler=(REPLICA, "the scheduler"),
    minReplicas=(Integer(minimum=0), "how many workers at least"),
    maxReplicas=(Integer(minimum=0), "how many workers at most"),
)


def _cluster(kind: str, table: dict[str, Any]) -> Model:
    return Model(
        kind, run.Cluster, table, constants=(("kind", kind),), template=False, moved=_POD_MOVED
    )


_PROCESSES = {"nProcPerNode": (Integer(), "processes a node")}

LEGACY = frozenset(
    {"mxjob", "xgbjob", "paddlejob", "rayjob", "daskjob", "spark", "dask", "ray", "flink"}
)
"""Runtimes of older releases, which release 2.18 refuses."""

OPAQUE = ("spark", "dask", "ray", "flink")

RUN = ByKind(
    "run",
    {
        "job": _job("job"),
        "service": _SERVICE,
        "dag": _DAG,
        "tfjob": _roles(
            "tfjob",
            ("chief", "ps", "worker", "evaluator"),
            successPolicy=(Text(), "when the job counts as succeeded"),
            enableDynamicWorker=(Boolean(), "let workers come and go"),
        ),
        "pytorchjob": _roles(
            "pytorchjob", ("master", "worker"), elasticPolicy=_ELASTIC, **_PROCESSES
        ),
        "mpijob": _roles(
            "mpijob", ("launcher", "worker"), slotsPerWorker=(Integer(), "slots a worker")
        ),
        "raycluster": _cluster("raycluster", _RAY),
        "daskcluster": _cluster("daskcluster", _DASK),
        "notifier": _job("notifier"),
        "cleaner": _job("cleaner"),
        "tuner": _job("tuner"),
        "mxjob": _roles(
            "mxjob",
            ("scheduler", "server", "worker", "tuner", "tunerTracker", "tunerServer"),
            mode=(Choice(("MXTrain", "MXTune")), "what the job does"),
        ),
        "xgbjob": _roles("xgbjob", ("master", "worker")),
        "paddlejob": _roles("paddlejob", ("master", "worker"), elasticPolicy=_ELASTIC),
        "rayjob": _cluster("rayjob", _RAY),
        "daskjob": _cluster("daskjob", {**_DASK, **fields(job=(REPLICA, "the client job"))}),
    },
    template=False,
    code="PXC109",
)

__all__ = ["ENVIRONMENT", "INIT", "LEGACY", "OPAQUE", "REPLICA", "RUN"]
