"""What the schema says that the tables do not: the fields that need code to read, and examples."""

from __future__ import annotations

from typing import Any

__all__ = ["EXAMPLES", "SPECIALS"]

Schema = dict[str, Any]

EXAMPLES: dict[str, list[Any]] = {
    "operation.version": [1.1],
    "operation.name": ["train"],
    "operation.tags": [["vision", "baseline"]],
    "operation.queue": ["gpu", "agent/gpu"],
    "operation.mount": [["src:code"]],
    "operation.inputs": [[{"name": "lr", "type": "float", "value": 0.1}]],
    "operation.params": [{"lr": {"value": 0.1}}, {"lr": 0.1}],
    "operation.run": [{"kind": "job", "container": {"image": "python:3.12-slim"}}],
    "operation.runPatch": [{"environment": {"nodeSelector": {"disk": "ssd"}}}],
    "operation.hubRef": ["kaniko:1.5", "acme/train:latest"],
    "operation.pathRef": ["../components/train.yaml"],
    "operation.dagRef": ["train"],
    "operation.urlRef": ["https://example.com/train.yaml"],
    "operation.schedule": [{"kind": "cron", "cron": "0 6 * * *"}],
    "operation.matrix": [
        {"kind": "grid", "params": {"lr": {"kind": "choice", "value": [0.1, 0.01]}}}
    ],
    "operation.joins": [[{"query": "status: succeeded", "sort": "-metrics.accuracy", "limit": 5}]],
    "operation.dependencies": [["prepare", "download"]],
    "operation.conditions": ["{{ epochs > 1 }}"],
    "operation.cmd": [["pip install -r requirements.txt", "python train.py"]],
    "operation.env": [{"OMP_NUM_THREADS": "4"}],
    "operation.resources": [{"cpu": "500m..2", "memory": "4Gi", "gpu": 1}],
    "operation.ports": [[8888]],
    "termination.timeout": [3600],
    "termination.maxRetries": [3],
    "termination.ttl": [86400],
    "input or output.type": ["int", "float", "str", "path", "List[int]"],
    "input or output.argFormat": ["--lr={{ lr }}"],
    "input or output.toEnv": ["LEARNING_RATE"],
    "input or output.validation": [{"gt": 0, "le": 1}],
    "hook.trigger": ["succeeded"],
    "git.url": ["https://github.com/acme/train.git"],
    "environment.nodeSelector": [{"disk": "ssd"}],
    "dag.concurrency": [4],
    "random matrix.numRuns": [20],
    "metric.name": ["accuracy"],
    "policy.evaluationInterval": [10],
}
"""Values of fields, by the name of their model and their own."""

_STRING: Schema = {"type": "string"}
_PLAIN: dict[str, Schema] = {
    "connection name": _STRING,
    "version": {
        "anyOf": [
            {"type": "number"},
            {"type": "string", "pattern": r"^\s*([0-9]+\.?[0-9]*|\.[0-9]+)\s*$"},
        ]
    },
    "document kind": {"enum": ["component", "operation"]},
    "raw map": {"type": "object"},
    "cmd": {"anyOf": [_STRING, {"type": "array", "items": _STRING}]},
    "env": {"type": "object", "additionalProperties": _STRING},
    "resources": {
        "type": "object",
        "propertyNames": {
            "pattern": r"^(cpu|memory|gpu|.+/.+)$",
            "not": {"const": "nvidia.com/gpu"},
        },
        "additionalProperties": {"type": ["string", "number"]},
    },
    "mount": {
        "anyOf": [
            _STRING,
            {
                "type": "object",
                "properties": {
                    "from": {"type": "string", "description": "the local file or folder"},
                    "to": {"type": "string", "description": "where it goes"},
                    "path_from": {"type": "string", "description": "the same as `from`"},
                    "path_to": {"type": "string", "description": "the same as `to`"},
                },
                "additionalProperties": False,
            },
        ]
    },
    "duration": {"type": ["string", "number"]},
    "event ref": _STRING,
    "hub ref": _STRING,
    "base hub ref": _STRING,
    "query": _STRING,
    "sort": _STRING,
    "path pair": {
        "anyOf": [_STRING, {"type": "array", "items": _STRING, "minItems": 2, "maxItems": 2}]
    },
    "revision": {"type": ["string", "number"]},
    "conditions": {"type": ["string", "boolean"]},
    "mode": {"type": ["string", "integer"]},
}

_VALUES: dict[str, list[Any]] = {
    "connection name": ["s3-data", "git-repo"],
    "cmd": ["python train.py"],
    "env": [{"MODE": "fast"}],
    "resources": [{"cpu": "1..2", "memory": "4Gi"}],
    "duration": [3600, "PT1H", "01:00:00"],
    "event ref": ["ops.train", "runs.5a4c1b0e0f4b4c0aa8c9a3d1c5e6f7a8"],
    "hub ref": ["kaniko:1.5"],
    "base hub ref": ["acme/train:1.0"],
    "query": ["status: succeeded, metrics.loss: < 0.1"],
    "sort": ["-metrics.accuracy"],
    "revision": ["v1.2.0"],
    "conditions": ["{{ epochs > 1 }}"],
    "mode": ["0644"],
    "path pair": ["data/train.csv", ["data", "/mnt/data"]],
    "mount": ["src:code", {"from": "src", "to": "code"}],
    "document kind": ["component"],
    "raw map": [{"container": {"image": "python:3.12-slim"}}],
    "version": [1.1],
}

SPECIALS = {name: {**body, "examples": _VALUES[name]} for name, body in _PLAIN.items()}
"""The schemas of `Special` fields with examples, by the name of their reader."""
