"""Makes expressions that lay one operation over another, of parts that meet in every way."""

from __future__ import annotations

from random import Random

__all__ = ["patches"]

_JOB = """V1Job(container=k8s.V1Container(image='a:1', args=['b'], env=[k8s.V1EnvVar(name='A', value='1')],
    resources=k8s.V1ResourceRequirements(limits={'cpu': 1})),
    environment=V1Environment(labels={'a': 'b'}, node_selector={'x': 'y'}), connections=['c'])"""
_OTHER = """V1Job(container=k8s.V1Container(image='z:1', args=['q'], env=[k8s.V1EnvVar(name='B', value='2')],
    resources=k8s.V1ResourceRequirements(limits={'memory': '1Gi'})),
    environment=V1Environment(labels={'a': 'c'}, tolerations=[k8s.V1Toleration(key='k')]),
    connections=['d'], init=[V1Init(connection='q')])"""
_SERVICE = "V1Service(container=k8s.V1Container(image='s:1'), ports=[80])"

_RUNS = (_JOB, _OTHER, _SERVICE)

_FIELDS: dict[str, tuple[str, ...]] = {
    "tags": ("['a']", "['b', 'a']", "[]", "None"),
    "queue": ("'q'", "'p'", "None"),
    "params": (
        "{'x': V1Param(value=1)}",
        "{'x': V1Param(value=2, to_env='X'), 'y': V1Param(value={'a': 1})}",
        "None",
    ),
    "termination": (
        "V1Termination(timeout=1)", "V1Termination(timeout=2, ttl=3)",
        "V1Termination(max_retries=None, ttl=4)", "None",
    ),
    "cache": ("V1Cache(io=['a'], ttl=1)", "V1Cache(io=['b'], disable=True)"),
    "plugins": (
        "V1Plugins(auth=True, notifications=[V1Notification(connections=['a'], trigger='done')])",
        "V1Plugins(auth=False, shm=True, notifications=[V1Notification(connections=['b'], trigger='failed')])",
    ),
    "hooks": ("[V1Hook(hub_ref='a', trigger='done')]", "[V1Hook(hub_ref='b')]"),
    "matrix": (
        "V1GridSearch(params=space, concurrency=1)",
        "V1GridSearch(params={'y': V1HpChoice(value=[3])}, num_runs=4)",
        "V1RandomSearch(params=space, num_runs=2)", "None",
    ),
    "schedule": ("V1CronSchedule(cron='0 1 * * *')", "V1CronSchedule(cron='0 2 * * *', max_runs=2)"),
    "is_approved": ("True", "False", "None"),
    "build": ("V1Build(hub_ref='k', params={'a': V1Param(value=1)})", "V1Build(hub_ref='l', connection='c')"),
    "run_patch": (
        "{'container': {'image': 'a', 'args': ['x']}}",
        "{'container': {'image': 'b', 'args': ['y']}, 'environment': {'labels': {'a': 'b'}}}",
    ),
    "dependencies": ("['a']", "['b']"),
}  # fmt: skip

_STRATEGIES = (
    "V1PatchStrategy.REPLACE",
    "'isnull'",
    "'post_merge'",
    "V1PatchStrategy.PRE_MERGE",
    "None",
)


def patches(count: int) -> list[str]:
    """So many expressions, always the same."""
    random = Random(count)

    def operation() -> str:
        if random.random() < 0.4:
            more = {"run": _RUNS}
        else:
            more = {"component": tuple(f"V1Component(name='c', run={run})" for run in _RUNS)}
        table = {**_FIELDS, **more}
        given = (f"{k}={random.choice(v)}" for k, v in table.items() if random.random() < 0.5)
        return f"V1Operation({', '.join(given)})"

    return [
        f"{operation()}.patch({operation()}, {random.choice(_STRATEGIES)})"
        ".to_dict(exclude_none=False)"
        for _ in range(count)
    ]
