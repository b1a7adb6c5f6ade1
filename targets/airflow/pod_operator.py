"""Turns a unit of one pod into the call of a KubernetesPodOperator."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.plan import Limits, Unit
from pxc.targets._data import Values
from pxc.targets._exit_codes import exit_rule, policy_rules, refusal
from pxc.targets._metadata import Metadata, decided, identity_labels
from pxc.targets._names import dns_label
from pxc.targets._outputs import told_outputs
from pxc.targets._paths import CONTEXT_ROOT
from pxc.targets._pod import PodParts, build_pod
from pxc.targets._queue import join_pod, join_pod_to_kueue
from pxc.targets.airflow.build import Build, Draft
from pxc.targets.airflow.features import tell
from pxc.targets.airflow.jinja import has_expression, rendered
from pxc.targets.airflow.python_text import Call, Code
from pxc.targets.airflow.run_time import AirflowRunTime
from pxc.targets.airflow.scope import Scope

__all__ = ["operator_of", "outputs_of", "pod_arguments", "pod_draft"]

_TAGS = "pxc.dev/tags"
_NAME_LIMIT = 54  # the operator puts a dash and eight characters behind it
_XCOM_VOLUME = "xcom"

_PLAIN_SPEC = {
    "nodeSelector": "node_selector",
    "serviceAccountName": "service_account_name",
    "priorityClassName": "priority_class_name",
    "schedulerName": "schedulername",
    "hostNetwork": "hostnetwork",
    "dnsPolicy": "dnspolicy",
}
"""Fields of a pod that the operator takes as plain arguments."""

_PLAIN_MAIN = {"image": "image", "command": "cmds", "args": "arguments",
               "imagePullPolicy": "image_pull_policy"}  # fmt: skip
_RENDERED = frozenset(("image", "cmds", "arguments", "node_selector", "env_vars", "labels",
                       "annotations"))  # fmt: skip
"""Arguments whose texts Airflow renders."""

_GRACE = 300
"""Seconds that Airflow waits longer for a pod than Kubernetes lets it run."""


def pod_draft(unit: Unit, task_id: str, scope: Scope, build: Build) -> Draft:
    """The pod of a unit, before it is known what other tasks read of it."""
    options, report = build.world.options, build.report
    namespace = unit.namespace or options.namespace
    run_time = AirflowRunTime(unit, scope, build.functions, namespace)
    pod = build_pod(
        unit, unit.pod, run_time, options, report, native_sidecars=True, mounts_files=False
    )
    _check_policy(unit, pod, build)
    join_pod(pod, unit, options, report)
    join_pod_to_kueue(pod, unit, options, report)
    own = identity_labels(build.plan, unit)
    metadata = Metadata(build.plan, unit, namespace, pod.labels, pod.annotations, own)
    metadata.check(report)
    about = metadata.of_pod()
    told = decided(build.plan)
    if unit.tags and build.plan.group is not None:
        told[_TAGS] = ",".join(unit.tags)
    if told:
        about["annotations"] = {**about.get("annotations", {}), **told}
    rules = _exit_codes(unit.limits, Values(run_time, report), report)
    return Draft(unit, task_id, namespace, pod.spec, about, rules)


def pod_arguments(draft: Draft, build: Build) -> list[tuple[str, Any]]:
    """The arguments of the operator, of which some say the pod: plainly, or as a whole.

    A pod that has one container, and nothing but what the operator has plain arguments for, is said
    by these; any other is a `pod_template_dict`, every text of which Airflow renders.
    """
    unit, spec, about = draft.unit, draft.spec, draft.metadata
    found: list[tuple[str, Any]] = [("name", dns_label(unit.name, _NAME_LIMIT))]
    if draft.namespace:
        found.append(("namespace", rendered(draft.namespace)))
    outputs = outputs_of(draft, build)
    plain = None if outputs or draft.whole else _plainly(spec, about)
    if plain is None:
        if outputs:
            _share_context(draft, build)
        whole = {"metadata": about, "spec": {"restartPolicy": "Never"} | spec}
        found.append(("pod_template_dict", rendered(whole)))
    else:
        found += [(k, rendered(v) if k in _RENDERED else v) for k, v in plain]
    main = spec["containers"][0]["name"]
    if main != "base":
        found.append(("base_container_name", rendered(main)))
    if outputs:
        found += [("do_xcom_push", True), ("outputs", outputs)]
    if draft.exit_codes:
        found.append(("exit_codes", draft.exit_codes))
    if unit.description:
        found.append(("doc_md", unit.description))
    return found + _limits(unit)


def operator_of(draft: Draft, build: Build) -> str:
    """The operator that runs a pod: the provider's, or one that the file defines."""
    if draft.exit_codes:
        return "ExitCodeOperator"
    return "OutputsOperator" if outputs_of(draft, build) else "KubernetesPodOperator"


def outputs_of(draft: Draft, build: Build) -> list[str]:
    """The names of the outputs that a task leaves for others."""
    return told_outputs(draft.unit, build.asked.outputs.get(draft.task_id, ()))


def _plainly(spec: dict[str, Any], about: dict[str, Any]) -> list[tuple[str, Any]] | None:
    """A pod in the operator's own arguments; None for one that they cannot say."""
    rest = {key: value for key, value in spec.items() if key != "restartPolicy"}
    [main, *others] = rest.pop("containers")
    if others or not rest.keys() <= _PLAIN_SPEC.keys():
        return None
    found = {_PLAIN_MAIN[key]: main[key] for key in _PLAIN_MAIN if key in main}
    environment = main.get("env", [])
    named = all(set(entry) == {"name", "value"} for entry in environment)
    names = [entry["name"] for entry in environment]
    if not named or len(set(names)) < len(names):
        return None
    if environment:
        found["env_vars"] = {entry["name"]: entry["value"] for entry in environment}
    known = {*_PLAIN_MAIN, "name", "env", "resources"}
    if not main.keys() <= known or any(map(_is_touched, names)):
        return None
    found |= {_PLAIN_SPEC[key]: value for key, value in rest.items()}
    if any(has_expression(value) for key, value in found.items() if key not in _RENDERED):
        return None
    found["labels"] = about["labels"]
    if "annotations" in about:
        found["annotations"] = about["annotations"]
    arguments = list(found.items())
    if "resources" in main:
        if has_expression(main["resources"]) or main["resources"].keys() - {"limits", "requests"}:
            return None
        resources = tuple((key, rendered(value)) for key, value in main["resources"].items())
        arguments.append(("container_resources", Call("k8s.V1ResourceRequirements", (), resources)))
    return arguments


def _is_touched(name: str) -> bool:
    return not isinstance(rendered(name), str)


def _share_context(draft: Draft, build: Build) -> None:
    """Let Airflow's own sidecar see what the run leaves: the volume they share is the context.

    The operator adds that volume to the pod. PXC701 where the author has another one there.
    """
    spec = draft.spec
    mounts = spec["containers"][0].get("volumeMounts", ())
    name = next((m["name"] for m in mounts if m["mountPath"] == CONTEXT_ROOT), None)
    if {"name": name, "emptyDir": {}} not in spec.get("volumes", ()):
        tell(
            "outputs.volume", f"`outputs` read from `{CONTEXT_ROOT}`", draft.unit.span, build.report
        )
        return
    rest = [each for each in spec.pop("volumes") if each["name"] != name]
    if rest:
        spec["volumes"] = rest
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        for mount in container.get("volumeMounts", ()):
            if mount["name"] == name:
                mount["name"] = _XCOM_VOLUME


def _check_policy(unit: Unit, pod: PodParts, build: Build) -> None:
    policy = pod.spec.pop("restartPolicy", "Never")
    environment = unit.pod.environment
    written = environment.restart_policy if environment is not None else None
    if policy != "Never":
        span = written.span if written is not None else unit.span
        tell("environment.restartPolicy", f"restartPolicy: {policy}", span, build.report)


def _exit_codes(limits: Limits, values: Values, report: Report) -> list[dict[str, Any]]:
    """The rules of the failure policy that Airflow keeps to; PXC701 for another rule."""
    found = []
    for written in policy_rules(limits, values):
        rule = exit_rule(written)
        if rule is None:
            assert limits.pod_failure_policy is not None
            tell(*refusal(written), limits.pod_failure_policy.span, report)
            return []
        action = "Count" if rule.again else "FailJob"
        operator = "NotIn" if rule.inverted else "In"
        found.append({"action": action, "operator": operator, "values": list(rule.codes)})
    return found if any(rule["action"] == "FailJob" for rule in found) else []


def _limits(unit: Unit) -> list[tuple[str, Any]]:
    """How often a run that failed is tried again, and how long each try may take."""
    limits = unit.limits
    found: list[tuple[str, Any]] = []
    if limits.max_retries:
        found.append(("retries", limits.max_retries))
    if limits.timeout is not None:
        found.append(("active_deadline_seconds", limits.timeout))
        seconds = limits.timeout + _GRACE
        found.append(("execution_timeout", Code(f"timedelta(seconds={seconds})")))
    return found
