"""The table of a pod's parts, which all runtimes share: pod settings, init steps, containers."""

from __future__ import annotations

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
    Row,
    Special,
    Text,
    fields,
)  # fmt: skip
from pxc.ir import run
from pxc.releases import Known

__all__ = [
    "CONNECTIONS", "ENVIRONMENT", "INIT", "POD", "POD_MOVED", "TEXT_MAP", "VOLUMES",
]  # fmt: skip

_1_11 = Known(since="1.11")

TEXT_MAP = MapOf(AsText())

ENVIRONMENT = Model(
    "environment",
    run.Environment,
    fields(
        labels=(TEXT_MAP, "labels of the pod"),
        annotations=(TEXT_MAP, "annotations of the pod"),
        nodeSelector=(TEXT_MAP, "labels a node must have"),
        affinity=(Kubernetes("V1Affinity", template=True), "affinity of the pod"),
        tolerations=(ListOf(Kubernetes("V1Toleration")), "taints the pod tolerates"),
        nodeName=(Text(), "the node itself"),
        serviceAccountName=(Text(), "service account"),
        hostAliases=(ListOf(Kubernetes("V1HostAlias")), "entries of /etc/hosts"),
        securityContext=(
            Kubernetes("EnvironmentSecurityContext", template=True),
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
        paths=(_PATHS, "paths of a connection or of the artifacts store", Known(since="1.16")),
        git=(
            Model(
                "git",
                run.GitInit,
                fields(
                    url=(Text(), "repository"),
                    revision=(Special("revision"), "branch, tag or commit"),
                    flags=(ListOf(Text()), "flags of git clone", Known(since="1.2")),
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
                    postRunCopy=(ListOf(Special("path pair")), "files to copy after `run`", _1_11),
                    run=(ListOf(Text()), "commands to run"),
                    langEnv=(Text(), "locale"),
                    uid=(Integer(), "user id"),
                    gid=(Integer(), "group id"),
                    username=(Text(), "user name", _1_11),
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
            Known(since="1.6"),
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
            Known(since="1.18"),
        ),
        lineageRef=(Text(), "a lineage of a run", Known(since="1.16")),
        modelRef=(Text(), "a version of a model", Known(since="1.14")),
        artifactRef=(Text(), "a version of an artifact", Known(since="1.14")),
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

CONNECTIONS = (ListOf(Special("connection name")), "connections of the main container")
VOLUMES = (ListOf(Kubernetes("V1Volume"), template=False), "volumes of the pod")

POD: dict[str, Row] = {
    "environment": (ENVIRONMENT, "pod settings"),
    "connections": CONNECTIONS,
    "volumes": VOLUMES,
    "init": (ListOf(INIT, template=False), "steps before the main container"),
    "sidecars": (
        ListOf(Kubernetes("V1Container"), template=False),
        "containers beside the main one",
    ),
    "container": (Special("container"), "main container"),
}

POD_MOVED = {
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
