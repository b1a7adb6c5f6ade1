"""Makes the enumerations and the names of types of the layer of the tables of the language."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import Any

from pxc.grammar.run_sections import STATUSES
from pxc.grammar.search import MATRIX, OPTIMIZATION
from pxc.grammar.starts import EVENT_KINDS, SCHEDULE, TRIGGERS
from pxc.ir.spec import PATCH_STRATEGIES

__all__ = ["ENUMERATIONS", "TYPES", "enumeration"]

_RUN_KINDS = (
    "job", "service", "dag", "daskcluster", "raycluster", "mpijob", "tfjob", "pytorchjob",
    "matrix", "schedule", "tuner", "watchdog", "notifier", "cleaner", "builder",
)  # fmt: skip

_CONNECTION_KINDS = (
    "host_path", "volume_claim", "gcs", "s3", "wasb", "registry", "git", "aws", "gcp", "azure",
    "mysql", "postgres", "oracle", "vertica", "sqlite", "mssql", "redis", "presto", "mongo",
    "cassandra", "ftp", "grpc", "hdfs", "http", "pig_cli", "hive_cli", "hive_metastore",
    "hive_server2", "jdbc", "jenkins", "samba", "snowflake", "ssh", "cloudant", "databricks",
    "segment", "slack", "teams", "email", "discord", "mattermost", "pagerduty", "hipchat",
    "webhook", "custom",
)  # fmt: skip

_ARTIFACT_KINDS = (
    "model", "audio", "video", "histogram", "image", "tensor", "dataframe", "chart", "csv", "tsv",
    "psv", "ssv", "metric", "env", "html", "text", "file", "dir", "dockerfile", "docker_image",
    "data", "coderef", "table", "tensorboard", "curve", "confusion", "analysis", "iteration",
    "markdown", "system", "artifact", "span",
)  # fmt: skip

ENUMERATIONS: dict[str, tuple[str, ...]] = {
    "V1PatchStrategy": tuple(PATCH_STRATEGIES),
    "V1TriggerPolicy": TRIGGERS,
    "V1Statuses": STATUSES,
    "V1RunKind": _RUN_KINDS,
    "V1MatrixKind": tuple(MATRIX.models),
    "V1ScheduleKind": tuple(SCHEDULE.models),
    "V1EventKind": EVENT_KINDS,
    "V1CleanPodPolicy": ("All", "Running", "None"),
    "V1Optimization": OPTIMIZATION,
    "V1ResourceType": ("int", "float"),
    "V1CloningKind": ("copy", "restart", "cache"),
    "V1PipelineKind": ("dag", "matrix", "schedule"),
    "V1RunEdgeKind": (
        "action", "event", "hook", "dag", "join", "run", "tb", "build", "manual",
    ),
    "V1RunPending": ("approval", "upload", "cache", "build"),
    "V1Stages": ("testing", "staging", "production", "disabled"),
    "V1ConnectionKind": _CONNECTION_KINDS,
    "V1ArtifactKind": _ARTIFACT_KINDS,
    "V1ProjectVersionKind": ("component", "model", "artifact"),
    "AcquisitionFunctions": ("ucb", "ei", "poi"),
    "GaussianProcessesKernels": ("rbf", "matern"),
    "V1SparkType": ("java", "scala", "python", "r"),
    "PullPolicy": ("Always", "IfNotPresent", "Never"),
}  # fmt: skip
"""The words of each enumeration."""

_SPELLED = {"IfNotPresent": "IF_NOT_PRESENT"}
_ALSO = {"V1CleanPodPolicy": {"var_NONE": "None"}}

TYPES = {
    name.upper(): name
    for name in (
        "artifacts", "auth", "bool", "date", "datetime", "dict", "dockerfile", "email", "event",
        "file", "float", "gcs", "git", "image", "int", "list", "metadata", "metric", "path", "s3",
        "str", "tensorboard", "uri", "uuid", "wasb",
    )
}  # fmt: skip
"""The names of types of inputs and outputs, by the constants that the library has for them."""


@cache
def enumeration(name: str) -> type[Enum]:
    """The enumeration of a name; its words are text. Raises KeyError for one that there is not."""
    words: Iterable[str] = ENUMERATIONS[name]
    members = {_SPELLED.get(word, word.upper()): word for word in words}
    made: Any = Enum.__call__(name, members | _ALSO.get(name, {}), type=str)
    made.values = classmethod(lambda cls: {each.value for each in cls})
    found: type[Enum] = made
    return found
