"""Turns a unit of the legacy kind `spark` into a sparkoperator.k8s.io/v1beta2 SparkApplication."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from pxc.diagnostics import allowed
from pxc.ir.node import Node
from pxc.ir.run import Spark
from pxc.source import head_of
from pxc.targets._data import Place, text_of
from pxc.targets.kubernetes.members import Gang, Member
from pxc.targets.kubernetes.run_policy import refuse_failure_policy

__all__ = ["SPARK_MAINS", "spark_application_spec"]

SPARK_MAINS = (("driver", "spark-kubernetes-driver"), ("executor", "spark-kubernetes-executor"))
"""What the operator's webhook calls the main container of each pod."""

_TYPES = {"java": "Java", "scala": "Scala", "python": "Python", "r": "R"}
_MODES = {"cluster": "cluster", "client": "client"}
_RETRY_SECONDS = 10

_MEBIBYTE = 2**20
_UNITS = {
    "m": Decimal("0.001"), "": Decimal(1),
    "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12),
    "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40),
}  # fmt: skip
_LEAST_OVERHEAD = 384
_LEAST_MEMORY = 471


def spark_application_spec(gang: Gang) -> dict[str, Any]:
    """`spec` of the SparkApplication.

    PXC104 for what the operator cannot do without, PXC116 for words it does not know, PXC701 for
    a deadline and a failure policy, which it does not have.
    """
    runtime = gang.unit.runtime
    assert isinstance(runtime, Spark)
    _refuse_limits(gang)
    spec: dict[str, Any] = {
        "type": _word(gang, "type", runtime.type, _TYPES),
        "mode": _word(gang, "deployMode", runtime.deploy_mode, _MODES, "cluster"),
    }
    for field, node, needed in (
        ("sparkVersion", runtime.spark_version, True),
        ("pythonVersion", runtime.python_version, False),
        ("mainClass", runtime.main_class, False),
        ("mainApplicationFile", runtime.main_application_file, True),
        ("hadoopConfigMap", runtime.hadoop_config_map, False),
        ("sparkConfigMap", runtime.spark_config_map, False),
    ):
        text = gang.values.text(node, Place(field))
        if text is not None:
            spec[field] = text
        elif needed:
            _missing(gang, field)
    arguments = gang.values.value(runtime.arguments, Place("arguments"))
    if arguments:
        spec["arguments"] = [text_of(value) for value in arguments]
    for field, conf in (("hadoopConf", runtime.hadoop_conf), ("sparkConf", runtime.spark_conf)):
        texts = gang.values.texts(conf, Place(field))
        if texts:
            spec[field] = texts
    spec["restartPolicy"] = _restart_policy(gang)
    if gang.unit.limits.ttl is not None:
        spec["timeToLiveSeconds"] = gang.unit.limits.ttl
    driver, executor = gang.needed("driver"), gang.needed("executor")
    if driver is not None:
        gang.one_pod(driver)
        spec["driver"] = _pod(gang, driver)
    if executor is not None:
        count = executor.role.replicas
        spec["executor"] = {"instances": 1 if count is None else count} | _pod(gang, executor)
    return spec


def _refuse_limits(gang: Gang) -> None:
    refuse_failure_policy(gang)
    if gang.unit.limits.timeout is not None:
        gang.report.add(
            "PXC701",
            "`termination.timeout` of a `spark` cannot be said",
            gang.unit.limits.span,
            help="a SparkApplication has no deadline: leave `timeout` out",
        )


def _restart_policy(gang: Gang) -> dict[str, Any]:
    retries = gang.unit.limits.max_retries
    if not retries:
        return {"type": "Never"}
    return {
        "type": "OnFailure",
        "onFailureRetries": retries,
        "onFailureRetryInterval": _RETRY_SECONDS,
        "onSubmissionFailureRetries": retries,
        "onSubmissionFailureRetryInterval": _RETRY_SECONDS,
    }


def _word(
    gang: Gang, field: str, node: Any, words: dict[str, str], default: str | None = None
) -> str | None:
    """The operator's spelling of a word; release 1 wrote them in capitals."""
    text = gang.values.text(node, Place(field))
    if text is None:
        if default is None:
            _missing(gang, field)
        return default
    found = words.get(text.lower())
    if found is None:
        gang.report.add(
            "PXC116",
            f"`{field}: {text}` is not known to the operator",
            node.span,
            help=f"one of {allowed(list(words.values()))}",
        )
    return found


def _missing(gang: Gang, field: str) -> None:
    at: Node = gang.unit.runtime or gang.unit
    gang.report.add(
        "PXC104",
        f"a `spark` needs `{field}`",
        head_of(at.span),
        label=f"no `{field}` here",
        help=f"add `{field}`",
    )


def _pod(gang: Gang, member: Member) -> dict[str, Any]:
    """Driver or executor: Spark builds its pod on the template, and counts cores and memory."""
    policy = member.restart_policy(("Never",), "Never", gang.report)
    member.pod.spec = {"restartPolicy": policy} | member.pod.spec
    main = member.pod.main
    for field in ("command", "args"):
        if field in main:
            gang.report.add(
                "PXC701",
                f"`{field}` of the `{member.role.name}` of a `spark` cannot be said",
                member.role.pod.main.span,
                help="Spark starts it by itself: write `mainApplicationFile` and `arguments`",
            )
    found: dict[str, Any] = {"image": main["image"]} if "image" in main else {}
    resources = main.get("resources", {})
    requests, limits = resources.get("requests", {}), resources.get("limits", {})
    request, limit = requests.get("cpu", limits.get("cpu")), limits.get("cpu")
    if request is not None:
        found["cores"] = max(1, int(_amount(str(request))))
        found["coreRequest"] = str(request)
    if limit is not None:
        found["coreLimit"] = str(limit)
    memory = limits.get("memory", requests.get("memory"))
    if memory is not None:
        found |= _memory(gang, member, str(memory))
    return found | {"template": member.template()}


def _memory(gang: Gang, member: Member, text: str) -> dict[str, Any]:
    """The heap and what Spark adds to it, which together are what the author asked for."""
    whole = int(_amount(text) / _MEBIBYTE)
    overhead = max(_LEAST_OVERHEAD, -(-whole // 11))
    if whole - overhead < _LEAST_MEMORY:
        gang.report.add(
            "PXC116",
            f"{text} of memory are too little for the `{member.role.name}` of a `spark`",
            member.role.span,
            help=f"Spark needs {_LEAST_OVERHEAD + _LEAST_MEMORY}Mi at least",
        )
    return {"memory": f"{whole - overhead}m", "memoryOverhead": f"{overhead}m"}


def _amount(text: str) -> Decimal:
    """The number of a quantity; zero for a text that is none (told by the schema of containers)."""
    found = re.fullmatch(r"([0-9.]{1,20})([a-zA-Z]*)", text)
    if found is None or found[2] not in _UNITS or found[1].count(".") > 1 or found[1] == ".":
        return Decimal(0)
    return Decimal(found[1]) * _UNITS[found[2]]
