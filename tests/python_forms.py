"""Small Python files as they are written for `polyaxon.schemas`, one for each form of authoring."""

from __future__ import annotations

HEAD = """\
from polyaxon import k8s
from polyaxon import types
from polyaxon.schemas import *
from polyaxon.schemas import (
    V1Bayes, V1Build, V1Cache, V1CleanerJob, V1Component, V1CronSchedule, V1Dag, V1DaskCluster,
    V1DaskReplica, V1DateTimeSchedule, V1EventTrigger, V1GridSearch, V1Hook, V1HpChoice, V1IO,
    V1IntervalSchedule, V1Job, V1Operation, V1Param, V1Service, V1Termination)
import datetime
box = k8s.V1Container(image="a:1", command=["run"])
job = V1Job(container=box)
step = V1Component(name="step", inputs=[V1IO(name="x", type="int", value=1, is_optional=True)], run=job)
space = {"x": V1HpChoice(value=[1, 2])}
"""

# documents, inputs, params

DOCUMENTS = {
    "component": 'main = V1Component(version=1.1, name="a", description="d", tags=["t"], run=job)',
    "kind said": 'main = V1Component(kind="component", run=job)',
    "operation": 'main = V1Operation(name="o", component=step, params={"x": V1Param(value=3)})',
    "camel keywords": "main = V1Component(run=job, isApproved=True, termination=V1Termination(maxRetries=2))",
    "io": """\
main = V1Component(
    inputs=[
        V1IO(name="a", type="float", value=0.5, is_optional=True, description="d"),
        V1IO(name="b", type="str", is_list=True, is_optional=True, value=["x"]),
        V1IO(name="c", type="bool", is_flag=True, value=True, is_optional=True, to_env="C"),
        V1IO(name="d", type="str", value="q", is_optional=True, arg_format="--d={{ d }}"),
    ],
    outputs=[V1IO(name="loss", type="float")],
    run=job)""",
    "validation": 'main = V1Component(inputs=[V1IO(name="a", type="int", value=1, is_optional=True, validation={"ge": 0})], run=job)',
    "params": """\
main = V1Operation(component=step, params={
    "x": V1Param(value=1, to_env="X"),
    "y": V1Param(value={"a": [1, 2]}, context_only=True),
    "z": V1Param(value=None, context_only=True),
})""",
    "short params": 'main = V1Operation(component=step, params={"x": 5})',
    "pipeline": """\
one = V1Component(
    name="step",
    inputs=[V1IO(name="x", type="int")],
    run=V1Job(container=k8s.V1Container(image="img", command=["run"], args=["{{ x }}"])))
main = V1Component(run=V1Dag(operations=[
    V1Operation(name="a", component=one, params={"x": V1Param(value=1)}),
    V1Operation(name="sweep", component=one, dependencies=["a"],
                matrix=V1GridSearch(params={"x": V1HpChoice(value=[1, 2])}))]))""",
    "typed values": """\
main = V1Operation(component=V1Component(run=job), params={
    "g": V1Param(value=V1GitType(url="https://g/x", revision="v1"), context_only=True),
    "a": V1Param(value=V1ArtifactsType(files=["f"], dirs=["d"]), context_only=True),
    "d": V1Param(value=V1DockerfileType(image="i:1", run=["ls"]), context_only=True),
    "f": V1Param(value=V1FileType(content="c", filename="n"), context_only=True),
    "t": V1Param(value=V1TensorboardType(port=6006, uuids=["8aac02e3a62a4f0aaa257c59da5eab80"]), context_only=True),
    "e": V1Param(value=V1EventType(name="n", kind="metric"), context_only=True),
})""",
    "names of types": 'main = V1Component(inputs=[V1IO(name="a", type=types.GIT, is_optional=True), V1IO(name="b", type=types.IMAGE, is_optional=True)], run=job)',
    "joins": """\
main = V1Operation(component=V1Component(inputs=[V1IO(name="m", type="float", is_list=True)], run=job),
    joins=[V1Join(query="status: succeeded", sort="-metrics.loss", limit=3,
                  params={"m": V1JoinParam(value="outputs.loss")})])""",
    "reference to a hub": 'main = V1Operation(hub_ref="lab/a:v1", params={"x": V1Param(value=1)})',
    "reference to a url": 'main = V1Operation(url_ref="https://h/a.yaml")',
    "patch of a run": 'main = V1Operation(component=step, run_patch={"container": {"image": "b:2"}}, patch_strategy=V1PatchStrategy.REPLACE)',
    "template": 'main = V1Component(run=job, template=V1Template(enabled=False, description="d", fields=["run"]))',
    "explicit none": "main = V1Operation(component=step, termination=V1Termination(max_retries=2, timeout=None))",
    "numbers and words": 'main = V1Component(run=V1Job(container=k8s.V1Container(image="a:1", args=["1", "true", "1e3", "é", "{{ globals.uuid }}"])))',
}

RUNTIMES = {
    "job": 'main = V1Component(run=V1Job(container=box, connections=["c"], environment=V1Environment(labels={"a": "b"})))',
    "service": "main = V1Component(run=V1Service(container=box, ports=[80], rewrite_path=True, is_external=True, replicas=2))",
    "dag": """\
main = V1Component(run=V1Dag(
    operations=[
        V1Operation(name="a", component=step, params={"x": V1Param(value=1)}),
        V1Operation(name="b", dag_ref="shared", dependencies=["a"], trigger=V1TriggerPolicy.ALL_DONE),
        V1Operation(name="c", component=step, conditions="{{ 1 == 1 }}", skip_on_upstream_skip=True),
    ],
    components=[V1Component(name="shared", run=job)],
    environment=V1Environment(node_selector={"a": "b"}), concurrency=2,
    early_stopping=[V1FailureEarlyStopping(kind="failure_early_stopping", percent=50)]))""",
    "tfjob": 'main = V1Component(run=V1TFJob(chief=V1KFReplica(container=box), worker=V1KFReplica(replicas=2, container=box), clean_pod_policy=V1CleanPodPolicy.ALL, success_policy="AllWorkers", enable_dynamic_worker=True))',
    "pytorchjob": 'main = V1Component(run=V1PytorchJob(master=V1KFReplica(container=box), worker=V1KFReplica(replicas=2, container=box), n_proc_per_node=2, scheduling_policy=V1SchedulingPolicy(min_available=3, queue="q"), elastic_policy={"minReplicas": 1, "maxReplicas": 2}))',
    "mpijob": "main = V1Component(run=V1MPIJob(launcher=V1KFReplica(container=box), worker=V1KFReplica(replicas=2, container=box), slots_per_worker=2))",
    "raycluster": 'main = V1Component(run=V1RayCluster(head=V1RayReplica(container=box, ray_start_params={"num-cpus": "2"}), workers={"w": V1RayReplica(replicas=2, min_replicas=1, max_replicas=3, container=box)}, entrypoint="python a.py", ray_version="2.9.0"))',
    "daskcluster": "main = V1Component(run=V1DaskCluster(worker=V1DaskReplica(replicas=2, container=box), scheduler=V1DaskReplica(container=box), min_replicas=1, max_replicas=4))",
    "notifier": "main = V1Component(run=V1NotifierJob(container=box))",
    "tuner": "main = V1Component(run=V1TunerJob(container=box))",
    "cleaner": "main = V1Component(run=V1CleanerJob(container=box))",
}

PARTS = {
    "environment": """\
main = V1Component(run=V1Job(container=box, environment=V1Environment(
    labels={"l": "1"}, annotations={"a": "2"}, node_selector={"n": "3"}, node_name="n1",
    affinity=k8s.V1Affinity(), tolerations=[k8s.V1Toleration(key="k", operator="Exists")],
    service_account_name="sa", host_aliases=[k8s.V1HostAlias(ip="1.2.3.4", hostnames=["h"])],
    security_context=k8s.V1SecurityContext(run_as_user=1), image_pull_secrets=["s"],
    host_network=True, host_pid=True, dns_policy="Default",
    dns_config=k8s.V1PodDNSConfig(nameservers=["1.1.1.1"]), scheduler_name="s",
    priority_class_name="p", priority=3, restart_policy="Never")))""",
    "init": """\
main = V1Component(run=V1Job(container=box, init=[
    V1Init(git=V1GitType(url="https://g/x", revision="v1", flags=["--depth 1"]), path="/p"),
    V1Init(artifacts=V1ArtifactsType(files=["a", ["b", "c"]], dirs=["d"], workers=2), connection="s"),
    V1Init(paths=["a", ["b", "c"]], connection="s"),
    V1Init(dockerfile=V1DockerfileType(image="i:1", env={"A": "b"}, path=["/p"], copy=["x"], run=["ls"],
           lang_env="en", uid=1, gid=2, workdir="/w", shell="bash", post_run_copy=["y"], filename="D",
           username="u", workdir_path="/q")),
    V1Init(file=V1FileType(content="c", filename="f", chmod="+x")),
    V1Init(tensorboard=V1TensorboardType(port=1, uuids=["8aac02e3a62a4f0aaa257c59da5eab80"], use_names=True, path_prefix="p", plugins=["q"])),
    V1Init(model_ref="m:1"), V1Init(artifact_ref="a:1"), V1Init(lineage_ref="l"),
    V1Init(container=k8s.V1Container(name="i", image="i:1", command=["x"])),
]))""",
    "plugins": """\
main = V1Component(run=job, plugins=V1Plugins(
    auth=True, docker=False, shm=True, tmux=True, sandbox=False, ssh=False, mount_artifacts_store=True,
    collect_artifacts=False, collect_logs=True, collect_resources=False, sync_statuses=True,
    auto_resume=False, log_level="INFO", external_host=True,
    sidecar=V1PolyaxonSidecarContainer(image="s", image_tag="1", sleep_interval=3, sync_interval=4, monitor_logs=True),
    notifications=[V1Notification(connections=["slack"], trigger=V1Statuses.FAILED)]))""",
    "termination": 'main = V1Component(run=job, termination=V1Termination(max_retries=1, ttl=2, timeout=3, culling={"timeout": 4}))',
    "cache": 'main = V1Component(run=job, cache=V1Cache(disable=False, ttl=100, io=["x"], sections=["containers"]))',
    "build": 'main = V1Component(run=job, build=V1Build(hub_ref="kaniko", connection="registry", queue="q", params={"x": V1Param(value=1)}, cache=V1Cache(disable=True), run_patch={"container": {"image": "b"}}, patch_strategy="replace"))',
    "hooks": 'main = V1Component(run=job, hooks=[V1Hook(hub_ref="slack", connection="c", trigger=V1Statuses.SUCCEEDED, conditions="{{ 1 == 1 }}", presets=["p"], params={"x": V1Param(value=1)}, disable_defaults=True)])',
    "events": 'main = V1Operation(component=step, events=[V1EventTrigger(kinds=[V1EventKind.RUN_STATUS_DONE], ref="ops.a")])',
    "attributes": 'main = V1Component(run=job, presets=["p"], queue="a/q", namespace="n", is_approved=False, cost=1.5, strict_params=True)',
    "shortcuts": 'main = V1Component(container=box, cmd="echo 1", env={"A": "b"}, resources={"cpu": 1}, connections=["c"])',
    "mount": 'main = V1Operation(component=step, mount=["a:b"])',
}

SEARCH = {
    "mapping": 'main = V1Operation(component=step, matrix=V1Mapping(values=[{"x": 1}, {"x": 2}], concurrency=2))',
    "grid": "main = V1Operation(component=step, matrix=V1GridSearch(params=space, num_runs=2, concurrency=1))",
    "random": "main = V1Operation(component=step, matrix=V1RandomSearch(params=space, num_runs=2, seed=3))",
    "hyperband": 'main = V1Operation(component=step, matrix=V1Hyperband(params=space, max_iterations=9, eta=3, resource=V1OptimizationResource(name="x", type=V1ResourceType.INT), metric=V1OptimizationMetric(name="loss", optimization=V1Optimization.MINIMIZE), resume=False, seed=1))',
    "bayes": 'main = V1Operation(component=step, matrix=V1Bayes(params=space, num_initial_runs=2, max_iterations=3, metric=V1OptimizationMetric(name="loss", optimization="minimize"), utility_function=UtilityFunctionConfig(acquisition_function="ucb", kappa=1.2, gaussian_process=GaussianProcessConfig(kernel="matern", length_scale=1.0, nu=1.9, num_restarts_optimizer=0))))',
    "tpe": 'main = V1Operation(component=step, matrix=V1TPE(params=space, num_runs=3, max_iterations=2, metric=V1OptimizationMetric(name="loss", optimization="maximize")))',
    "iterative": 'main = V1Operation(component=step, matrix=V1Iterative(params=space, max_iterations=3, seed=1, tuner=V1Tuner(hub_ref="lab/t:v1", queue="q", params={"a": V1Param(value=1)})))',
    "spaces": """\
main = V1Operation(component=step, matrix=V1RandomSearch(num_runs=3, params={
    "a": V1HpChoice(value=[1, 2]), "b": V1HpPChoice(value=[["a", 0.3], ["b", 0.7]]),
    "c": V1HpRange(value=[1, 10, 2]), "d": V1HpLinSpace(value={"start": 1, "stop": 2, "num": 3}),
    "e": V1HpLogSpace(value={"start": 1, "stop": 2, "num": 3}),
    "f": V1HpGeomSpace(value={"start": 1, "stop": 2, "num": 3}),
    "g": V1HpUniform(value={"low": 0, "high": 1}), "h": V1HpQUniform(value={"low": 0, "high": 1, "q": 0.1}),
    "i": V1HpLogUniform(value={"low": 0, "high": 1}), "j": V1HpQLogUniform(value={"low": 0, "high": 1, "q": 0.1}),
    "k": V1HpNormal(value={"loc": 0, "scale": 1}), "l": V1HpQNormal(value={"loc": 0, "scale": 1, "q": 0.1}),
    "m": V1HpLogNormal(value={"loc": 0, "scale": 1}), "n": V1HpQLogNormal(value={"loc": 0, "scale": 1, "q": 0.1}),
}))""",
    "early stopping without kinds": "main = V1Operation(component=step, matrix=V1GridSearch(params=space, early_stopping=[V1FailureEarlyStopping(percent=50)]))",
    "early stopping": """\
main = V1Operation(component=step, matrix=V1GridSearch(params=space, early_stopping=[
    V1MetricEarlyStopping(kind="metric_early_stopping", metric="loss", value=0.1, optimization=V1Optimization.MINIMIZE),
    V1MetricEarlyStopping(kind="metric_early_stopping", metric="loss", value=0.1, optimization="minimize",
        policy=V1MedianStoppingPolicy(evaluation_interval=1, min_interval=2, min_samples=3)),
    V1MetricEarlyStopping(kind="metric_early_stopping", metric="loss", value=0.1, optimization="minimize",
        policy=V1DiffStoppingPolicy(kind="diff", percent=5, evaluation_interval=1)),
    V1MetricEarlyStopping(kind="metric_early_stopping", metric="loss", value=0.1, optimization="minimize",
        policy=V1TruncationStoppingPolicy(kind="truncation", percent=5, evaluation_interval=1, include_succeeded=True)),
    V1FailureEarlyStopping(kind="failure_early_stopping", percent=50)]))""",
}

SCHEDULES = {
    "cron": 'main = V1Operation(component=step, schedule=V1CronSchedule(cron="0 1 * * *", max_runs=3, depends_on_past=True))',
    "interval": "main = V1Operation(component=step, schedule=V1IntervalSchedule(frequency=datetime.timedelta(hours=1), max_runs=2))",
    "interval in seconds": "main = V1Operation(component=step, schedule=V1IntervalSchedule(frequency=60))",
    "datetime": "main = V1Operation(component=step, schedule=V1DateTimeSchedule(start_at=datetime.datetime(2030, 1, 1)))",
    "datetime as text": 'main = V1Operation(component=step, schedule=V1DateTimeSchedule(start_at="2030-01-01T00:00:00"))',
}

CONTAINERS = {
    "model": """\
main = V1Component(run=V1Job(container=k8s.V1Container(
    name="m", image="a:1", command=["c"], args=["x"], working_dir="/w", image_pull_policy="Always",
    env=[k8s.V1EnvVar(name="A", value="b"), k8s.V1EnvVar(name="B", value_from=k8s.V1EnvVarSource(
        secret_key_ref=k8s.V1SecretKeySelector(name="s", key="k")))],
    env_from=[k8s.V1EnvFromSource()],
    ports=[k8s.V1ContainerPort(container_port=80)],
    resources=k8s.V1ResourceRequirements(limits={"cpu": 1, "memory": "1Gi"}, requests={"cpu": "500m"}),
    volume_mounts=[k8s.V1VolumeMount(name="v", mount_path="/v", read_only=True)]),
    volumes=[
        k8s.V1Volume(name="v", empty_dir=k8s.V1EmptyDirVolumeSource(medium="Memory")),
        k8s.V1Volume(name="h", host_path=k8s.V1HostPathVolumeSource(path="/h")),
        k8s.V1Volume(name="c", config_map=k8s.V1ConfigMapVolumeSource(name="c")),
        k8s.V1Volume(name="s", secret=k8s.V1SecretVolumeSource(secret_name="s")),
        k8s.V1Volume(name="p", persistent_volume_claim=k8s.V1PersistentVolumeClaimVolumeSource(claim_name="p"))],
    sidecars=[k8s.V1Container(name="side", image="s:1")]))""",
    "dict": 'main = V1Component(run=V1Job(container={"image": "a:1", "workingDir": "/w", "volumeMounts": [{"name": "v", "mountPath": "/v"}]}, volumes=[{"name": "v", "emptyDir": {}}]))',
    "dict in snake case": 'main = V1Component(run=V1Job(container={"image": "a:1", "working_dir": "/w"}))',
    "client of Kubernetes": 'from kubernetes import client\nmain = V1Component(run=V1Job(container=client.V1Container(name="m", image="a:1", env=[client.V1EnvVar(name="A", value="b")])))',
    "dict of everything": 'main = V1Component.from_dict({"name": "d", "run": {"kind": "job", "container": {"image": "a:1"}}, "inputs": [{"name": "x", "type": "int", "value": 1, "isOptional": True}]})',
}

MADE = {
    "read text": 'main = V1Component.read("""{kind: component, run: {kind: job, container: {image: "a:1"}}}""")',
    "read dict": 'main = V1Operation.read({"component": {"run": {"kind": "job", "container": {"image": "a:1"}}}})',
    "read list": 'main = V1Component.read([{"name": "a", "run": {"kind": "job", "container": {"image": "a:1"}}}, {"name": "b", "termination": {"timeout": 3}}])',
    "read file": 'import os\nmain = V1Component.read(os.path.join(os.path.dirname(__file__), "base.yaml"))',
    "round trip": "main = V1Component.from_dict(step.to_dict())",
    "round trip by yaml": "main = V1Component.read(step.to_yaml())",
    "round trip by json": "main = V1Component.read(step.to_json())",
    "clone": 'main = step.clone()\nmain.name = "other"',
    "changed": 'main = V1Operation(component=step)\nmain.params = {"x": V1Param(value=5)}\nmain.component.run.container.image = "z:1"\nmain.component.inputs.append(V1IO(name="y", type="str", is_optional=True))',
    "changed dicts": 'main = V1Component(run={"kind": "job", "container": {"image": "a:1"}})\nmain.run.container.image = "b:2"',
    "patched": 'main = V1Operation(component=step, tags=["a"], termination=V1Termination(max_retries=1, timeout=5))\nmain.patch(V1Operation(tags=["b"], termination=V1Termination(max_retries=9, ttl=7)))',
    "patched first": 'main = V1Operation(component=step, tags=["a"], params={"x": V1Param(value=1)})\nmain.patch(V1Operation(tags=["b"], params={"x": V1Param(value=2), "y": V1Param(value=3, context_only=True)}), V1PatchStrategy.PRE_MERGE)',
    "patched by replacing": 'main = V1Operation(component=step, tags=["a"], params={"x": V1Param(value=1)})\nmain.patch(V1Operation(tags=["b"], params={"y": V1Param(value=3, context_only=True)}), V1PatchStrategy.REPLACE)',
    "patched where null": 'main = V1Operation(component=step, tags=["a"], termination=V1Termination(timeout=1))\nmain.patch(V1Operation(tags=["b"], queue="q", termination=V1Termination(timeout=2, ttl=3)), V1PatchStrategy.ISNULL)',
    "patched container": 'main = V1Component(run=V1Job(container=k8s.V1Container(image="a:1", args=["b"], resources=k8s.V1ResourceRequirements(limits={"cpu": 2})), environment=V1Environment(labels={"l1": "a"})))\nmain.patch(V1Component(run=V1Job(container=k8s.V1Container(args=["q"], resources=k8s.V1ResourceRequirements(limits={"memory": 1})), environment=V1Environment(labels={"l1": "P", "l2": "P"}))))',
    "patched matrix": "main = V1Operation(component=step, matrix=V1GridSearch(params=space, concurrency=1))\nmain.patch(V1Operation(matrix=V1RandomSearch(params=space, num_runs=2)))",
    "checked file": 'import os\nfrom polyaxon.polyaxonfile import check_polyaxonfile\nmain = check_polyaxonfile(polyaxonfile=os.path.join(os.path.dirname(__file__), "base.yaml"), params={"x": 4}, queue="q", nocache=True, presets=["p"], is_cli=False, verbose=False)',
    "checked with preset": 'import os\nfrom polyaxon.polyaxonfile import check_polyaxonfile\nhere = os.path.dirname(__file__)\nmain = check_polyaxonfile(polyaxonfile=[os.path.join(here, "base.yaml"), os.path.join(here, "preset.yaml")], is_cli=False, verbose=False)',
    "specification": 'from polyaxon.polyaxonfile import get_specification, get_op_specification\nmain = get_op_specification(config=get_specification({"kind": "component", "inputs": [{"name": "x", "type": "int"}], "run": {"kind": "job", "container": {"image": "a:1"}}}), params={"x": {"value": 3}})',
    "operation specification": 'from polyaxon.polyaxonfile import OperationSpecification\nmain = OperationSpecification.read({"kind": "operation", "component": {"run": {"kind": "job", "container": {"image": "a:1"}}}})',
}

FORMS: dict[str, str] = {
    f"{group}: {name}": text
    for group, table in (
        ("document", DOCUMENTS), ("runtime", RUNTIMES), ("part", PARTS), ("search", SEARCH),
        ("schedule", SCHEDULES), ("container", CONTAINERS), ("made", MADE),
    )
    for name, text in table.items()
}  # fmt: skip

BESIDE = {
    "base.yaml": "kind: component\ninputs: [{name: x, type: int, value: 1, isOptional: true}]\nrun: {kind: job, container: {image: 'a:1', command: [c]}}\n",
    "preset.yaml": "tags: [t]\ntermination: {timeout: 9}\nrunPatch: {container: {command: [d]}}\n",
}

DIFFERENT: dict[str, str] = {
    "document: reference to a hub": "the library asks its server as soon as it reads the file",
    "document: reference to a url": "the library fetches it as soon as it reads the file",
    "search: early stopping without kinds": "the library loses the kind, and refuses its own words",
}
"""Forms that pxc and the library do not read as the same operation, and why."""

TOLD = {
    "set": "V1Termination(max_retries=3).to_dict()",
    "null": "V1Termination(max_retries=3, timeout=None).to_dict(exclude_none=False)",
    "no null": "V1Termination(max_retries=3, timeout=None).to_dict()",
    "all": "sorted(V1Termination(max_retries=3).to_dict(exclude_unset=False, exclude_none=False))",
    "version": "V1Termination().to_dict(include_version=True)",
    "no kind": "V1Component(name='a').to_dict()",
    "kind": "V1Component(name='a').to_dict(include_kind=True)",
    "kind of an operation": "V1Operation(name='a').to_dict(include_kind=True)",
    "kind inside": "V1Component(run=job).to_dict()",
    "kind of a matrix": "V1Operation(matrix=V1GridSearch(params=space)).to_dict()",
    "kind of a policy": "V1MetricEarlyStopping(metric='m', value=1, optimization='maximize', policy=V1MedianStoppingPolicy(evaluation_interval=1)).to_dict()",
    "component inside": "V1Operation(component=V1Component(name='a')).to_dict()",
    "enumeration": "V1Operation(trigger=V1TriggerPolicy.ALL_DONE, patch_strategy=V1PatchStrategy.ISNULL).to_dict()",
    "yaml": "V1Termination(max_retries=3, timeout=1).to_yaml()",
    "json": "__import__('json').loads(V1Component(name='a', run=job).to_json())",
    "light": "V1Component(name='a', tags=['b']).to_light_dict(include_attrs=['name'])",
    "light without": "V1Component(name='a', tags=['b']).to_light_dict(exclude_attrs=['name'])",
    "schema": "V1GitType(url='u').to_schema()",
    "schema of an init": "V1Init(connection='c').to_schema()",
    "param": "V1Param(value=V1GitType(url='u')).to_dict()",
    "hub": "V1Operation(hub_ref='lab/a:v1', params={'x': V1Param(value=1)}).to_dict()",
    "url": "V1Operation(url_ref='https://h/a.yaml').to_dict()",
    "param read": "V1Param.read(5).to_dict()",
    "read": "V1Termination.read('{maxRetries: 3}').to_dict()",
    "read list": "V1Termination.read([{'maxRetries': 3}, {'timeout': 1}]).to_dict()",
    "attributes": "[step.kind, step.run.kind, step.run.container.image, step.tags, step.run.environment]",
    "attributes of dicts": "V1Component(run={'kind': 'job', 'container': {'image': 'a', 'workingDir': '/w'}}).run.container.working_dir",
    "clone": "step.clone() == step",
    "clone is apart": "[step.clone().run is step.run, step.clone().inputs[0] == step.inputs[0]]",
    "patch": "V1Termination(max_retries=1).patch(V1Termination(timeout=3)).to_dict()",
    "enumerations": "[V1Statuses.FAILED == 'failed', V1TriggerPolicy('all_done').name, V1CleanPodPolicy.ALL.value, V1PatchStrategy.REPLACE.value]",
    "types": "[types.GIT, types.IMAGE, types.UUID, types.ARTIFACTS]",
    "identifier": "[V1IO.get_identifier(), V1Init.get_identifier(), V1Plugins.get_identifier()]",
    "fields": "sorted(V1Termination(max_retries=1, timeout=None).model_fields_set)",
}
"""Expressions whose values are the same with the library and with pxc."""
