"""The target `kubernetes`: retries, times and schedules."""

from __future__ import annotations

import pytest

from tests.emitting import JOB, POLICY, SERVICE, emit, pod_of, refusals, run
from tests.kubernetes_oracle import judge


@pytest.mark.parametrize(
    ("limits", "meant"),
    [
        ("", {"backoffLimit": 0}),
        ("limits: {max_retries: 0, timeout: 0, ttl: 0}",
         {"backoffLimit": 0, "activeDeadlineSeconds": 0, "ttlSecondsAfterFinished": 0}),
        ("limits: {max_retries: 3}", {"backoffLimit": 3}),
        ("limits: {ttl: 5}", {"backoffLimit": 0, "ttlSecondsAfterFinished": 5}),
    ],
)  # fmt: skip
def test_zero_is_zero(limits: str, meant: dict[str, int]) -> None:
    spec = emit(JOB + limits)[0]["spec"]
    assert {k: v for k, v in spec.items() if k != "template"} == meant


@pytest.mark.parametrize("name", ["main", "polyaxon-main"])
def test_a_failure_policy_names_the_main_container(name: str) -> None:
    rules = emit(JOB + POLICY.format(name))[0]["spec"]["podFailurePolicy"]["rules"]
    assert rules[0]["onExitCodes"]["containerName"] == "main"
    assert rules[1]["onPodConditions"][0]["status"] == "True"


CRONS = [
    ("cron: '@hourly'", "0 * * * *"),
    ("cron: '@Quarterly'", "0 0 1 */3 *"),
    ("cron: '@yearly'", "0 0 1 1 *"),
    ("cron: ' 0  9 * * MON-fri '", "0 9 * * mon-fri"),
    ("cron: '*/5 0-6/2 1,15 jan,6 ?'", "*/5 0-6/2 1,15 jan,6 ?"),
    ("cron: '0 0 * * 7'", "0 0 * * 0"),
    ("cron: '0 0 * * 5-7'", "0 0 * * 5-6,0"),
]
INTERVALS = [
    ("60", "* * * * *"),
    ("900", "*/15 * * * *"),
    ("PT30M", "*/30 * * * *"),
    ("3600.0", "0 * * * *"),
    ("00:30", "*/30 * * * *"),
    ("06:00:00", "0 */6 * * *"),
    ("PT0.5H", "*/30 * * * *"),
    ("P1D", "0 0 * * *"),
    ("PT24H", "0 0 * * *"),
    ("1 day", "0 0 * * *"),
    ("0d 00:20", "*/20 * * * *"),
    ("P1W", "0 0 * * 0"),
    ("7 days", "0 0 * * 0"),
]


@pytest.mark.parametrize(("cron", "meant"), CRONS)
def test_cron(cron: str, meant: str) -> None:
    document = emit(JOB + f"timetable: {{kind: cron, {cron}, depends_on_past: true}}")[0]
    assert document["kind"] == "CronJob"
    assert document["metadata"]["name"] == "train"
    spec = {k: v for k, v in document["spec"].items() if k != "jobTemplate"}
    assert spec == {"schedule": meant, "timeZone": "Etc/UTC", "concurrencyPolicy": "Forbid"}
    assert document["spec"]["jobTemplate"]["spec"]["backoffLimit"] == 0


@pytest.mark.parametrize(("frequency", "meant"), INTERVALS)
def test_an_interval_that_a_clock_shows(frequency: str, meant: str) -> None:
    text = JOB + f"timetable: {{kind: interval, frequency: '{frequency}', max_runs: 0}}"
    spec = emit(text)[0]["spec"]
    assert spec["schedule"] == meant
    assert "concurrencyPolicy" not in spec


REFUSED = [
    # what the plan asks, code, a piece of the message
    (JOB + "timetable: {kind: interval, frequency: '420'}", "PXC701", "evenly"),
    (JOB + "timetable: {kind: interval, frequency: 'P2D'}", "PXC701", "evenly"),
    (JOB + "timetable: {kind: interval, frequency: '30'}", "PXC701", "evenly"),
    (JOB + "timetable: {kind: interval, frequency: '3 days'}", "PXC701", "evenly"),
    (JOB + "timetable: {kind: interval, frequency: '60.5'}", "PXC701", "evenly"),
    (JOB + "timetable: {kind: interval, frequency: 'PT1H30M'}", "PXC701", "evenly"),
    (JOB + "timetable: {kind: interval, frequency: 'P1M'}", "PXC701", "evenly"),
    (JOB + "timetable: {kind: interval, frequency: 'pt1h'}", "PXC701", "cannot be read"),
    (JOB + "timetable: {kind: interval, frequency: 'often'}", "PXC701", "cannot be read"),
    (JOB + "timetable: {kind: interval, frequency: '60', start_at: '2024-01-01'}",
     "PXC701", "schedule.startAt"),
    (JOB + "timetable: {kind: cron, cron: '@daily', end_at: '2030-01-01'}",
     "PXC701", "schedule.endAt"),
    (JOB + "timetable: {kind: cron, cron: '@daily', max_runs: 3}", "PXC701", "schedule.maxRuns"),
    (JOB + "timetable: {kind: datetime, start_at: '2030-01-01'}", "PXC701", "kind: datetime"),
    (JOB + "timetable: {kind: cron, cron: '0 0 0 * * *'}", "PXC701", "6 fields"),
    (JOB + "timetable: {kind: cron, cron: '0 0 L * *'}", "PXC701", "day of the month"),
    (JOB + "timetable: {kind: cron, cron: '0 0 * * mon#2'}", "PXC701", "day of the week"),
    (JOB + "timetable: {kind: cron, cron: '61 0 * * *'}", "PXC701", "minute"),
    (SERVICE + "timetable: {kind: cron, cron: '@daily'}", "PXC701", "`schedule` of a service"),
    (SERVICE + "limits: {timeout: 5}", "PXC701", "termination.timeout"),
    (SERVICE + "limits: {max_retries: 5}", "PXC702", "termination.maxRetries"),
    (SERVICE + "limits: {ttl: 5}", "PXC702", "termination.ttl"),
    (SERVICE + POLICY.format("main"), "PXC701", "podFailurePolicy"),
    (SERVICE + "environment: {restartPolicy: Never}", "PXC701", "restartPolicy: Never"),
    (SERVICE + "listening: {replicas: -1}", "PXC116", "negative"),
    (JOB + "limits: {max_retries: -1}", "PXC116", "termination.maxRetries: -1"),
    (JOB + "environment: {restartPolicy: Always}", "PXC701", "restartPolicy: Always"),
    (JOB + "environment: {restartPolicy: ExitCode}", "PXC701", "no policy of Kubernetes"),
    (JOB + POLICY.format("main") + "environment: {restartPolicy: OnFailure}", "PXC118", "OnFail"),
    (JOB + POLICY.format("other"), "PXC116", "`other`"),
    (JOB + "queue: fast", "PXC702", "queue"),
    (JOB + "demands: [{feature: run.mxjob, what: 'run.kind: mxjob'}]", "PXC701",
     "`run.kind: mxjob` cannot be said in the kubernetes target"),
    (JOB + "demands: [{feature: cache, what: cache, optional: true}]", "PXC702", "`cache`"),
    ("name: a\nmain: {command: [x]}", "PXC104", "`container` has no `image`"),
    ("name: a\nmain: {image: ''}", "PXC104", "image"),
    (JOB + "sidecars: [{name: x}]", "PXC104", "sidecars[0]"),
    ("name: a\nmain: {image: 'My App:1'}", "PXC208", "white space"),
    ("name: a\nmain: {image: 'MyApp:1'}", "PXC208", "lower case"),
    ("name: a\nmain: {image: a, env: [{name: PXC_RUN_UUID, value: a}]}", "PXC710", "PXC_RUN_UUID"),
    (JOB + "sidecars: [{image: a, restartPolicy: Never}]", "PXC701", "restartPolicy: Never"),
    (JOB + "environment: {labels: {a: 'two words'}}", "PXC116", "`two words`"),
    (JOB + "environment: {labels: {app.kubernetes.io/name: mine}}", "PXC702", "`mine`"),
    (JOB + "init: [{git: ''}]", "PXC104", "url"),
    (JOB + "init: [{git: 'https://h/r', revision: '--upload-pack=x'}]", "PXC116", "revision"),
    (JOB + "init: [{git: 'https://h/r', flags: ['-c a=\"b']}]", "PXC116", "quotes"),
    ("name: a\noutputs: [o]\nvolumes: [{name: v, emptyDir: {}}]\n"
     "main: {image: a, volumeMounts: [{name: v, mountPath: /plx-context/outputs}]}",
     "PXC710", "/plx-context/outputs"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "piece"), REFUSED)
def test_what_cannot_be_said(text: str, code: str, piece: str) -> None:
    written, found = run(text)
    assert len(found) == 1, found
    assert found[0].startswith(code)
    assert piece in found[0]
    if code == "PXC702":
        judge(written)


def test_every_demand_is_reported_before_anything_is_given_up() -> None:
    demands = "demands: [{feature: hooks, what: hooks}, {feature: build, what: build}]"
    assert len(refusals(JOB + demands)) == 2


@pytest.mark.parametrize("policy", ["Never", "OnFailure"])
def test_restart_policy_of_a_job(policy: str) -> None:
    pod = pod_of(emit(JOB + f"environment: {{restartPolicy: {policy}}}")[0])
    assert pod["restartPolicy"] == policy


@pytest.mark.parametrize(
    ("policy", "retries", "limit"),
    [("Never", 0, 0), ("Never", 2, 2), ("OnFailure", 0, 0), ("OnFailure", 1, 2)],
)
def test_retries(policy: str, retries: int, limit: int) -> None:
    """In its pod a container is restarted one time less than the limit says."""
    text = JOB + f"limits: {{max_retries: {retries}}}\nenvironment: {{restartPolicy: {policy}}}"
    assert emit(text)[0]["spec"]["backoffLimit"] == limit
