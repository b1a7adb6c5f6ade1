# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
import time
from copy import deepcopy
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.hooks.kubernetes import KubernetesHook
from airflow.providers.cncf.kubernetes.operators.custom_object_launcher import (
    CustomObjectLauncher,
)
from airflow.providers.cncf.kubernetes.operators.spark_kubernetes import (
    SparkKubernetesOperator,
)
from airflow.providers.common.compat.sdk import (
    DAG,
    AirflowException,
    BaseSensorOperator,
)
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError


def run_uuid(ti, task_id=None, index=None):
    """The uuid of a run of a task: the same for all of its tries.

    Of a group, or with an empty id of the DAG itself, it is that of the whole run.
    """
    if index is None:
        index = ti.map_index if task_id is None else -1
    own = ti.task_id if task_id is None else task_id
    told = (ti.dag_id, ti.run_id, own, str(index))
    return uuid5(NAMESPACE_OID, "/".join(told)).hex


class ResourceOperator(BaseSensorOperator):
    """Creates a resource, looks at it from time to time, and deletes it at its end.

    All that `succeeded` says of its fields is true of a success; one thing that
    `failed` says is enough for a failure. What is `beside` it goes when it goes.
    A try has a resource of its own, and deletes what the try before it left. Of a
    mapped task `changes` tell what each resource has of its own, by its place in it.
    """

    template_fields = ("resource", "beside")
    ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")

    def __init__(
        self,
        *,
        resource,
        succeeded,
        failed,
        beside=(),
        deadline=None,
        changes=None,
        **kwargs,
    ):
        kwargs = {"mode": "reschedule", "poke_interval": 30, **kwargs}
        super().__init__(timeout=timedelta(days=3650), **kwargs)
        self.resource, self.beside = self.changed(resource, changes or {}), beside
        self.succeeded, self.failed, self.deadline = succeeded, failed, deadline
        self.created, self.name = False, None

    @staticmethod
    def changed(resource, changes):
        resource = deepcopy(resource)
        for place, value in changes.items():
            at, names = resource, place.split("/")[1:]
            *way, last = [each.replace("~1", "/").replace("~0", "~") for each in names]
            for name in way:
                at = at[int(name) if isinstance(at, list) else name]
            at[int(last) if isinstance(at, list) else last] = value
        return resource

    def poke(self, context):
        self.name = self.resource["metadata"]["name"]
        if not self.created and self.is_first(context):
            self.create(context["ti"].try_number)
        self.created = True
        try:
            found = self.hook.get_custom_object(**self.place, name=self.name)
        except (ApiException, HTTPError) as error:
            if getattr(error, "status", 503) == 404:
                raise AirflowException(f"{self.name} is gone") from error
            self.log.warning("no answer about %s: %s", self.name, error)
            return False
        end = self.end_of(found)
        if not end:
            return False
        self.log.info("%s: %s", self.name, found.get("status"))
        try:
            self.show_logs()
            self.delete(self.name)
        except (ApiException, HTTPError) as error:
            self.log.warning("%s is left: %s", self.name, error)
        if end != "has succeeded":
            raise AirflowException(f"{self.name} {end}")
        return True

    def end_of(self, found):
        if any(self.holds(found, *sign) for sign in self.failed.items()):
            return "has failed"
        if all(self.holds(found, *sign) for sign in self.succeeded.items()):
            return "has succeeded"
        begun = found["metadata"]["creationTimestamp"].replace("Z", "+00:00")
        age = datetime.now(timezone.utc) - datetime.fromisoformat(begun)
        late = self.deadline and age > timedelta(seconds=self.deadline)
        return "has taken too long" if late else ""

    def create(self, try_number):
        if try_number > 1:
            last = self.name.removesuffix(str(try_number)) + str(try_number - 1)
            self.delete(last)
        made = self.create_patiently()
        owner = {key: self.resource[key] for key in ("apiVersion", "kind")}
        owner.update({key: made["metadata"][key] for key in ("name", "uid")})
        try:
            for each in self.beside:
                self.create_beside(each, owner)
        except ApiException:
            self.delete(self.name)
            raise

    def create_patiently(self):
        for pause in (1, 5, 25, None):
            try:
                return self.make()
            except ApiException as error:
                if pause is None or error.status != 429 and error.status < 500:
                    raise
                time.sleep(pause)

    def make(self):
        return self.hook.create_custom_object(body=self.resource, **self.place)

    def create_beside(self, each, owner):
        each["metadata"]["ownerReferences"] = [owner]
        if each["kind"] == "Service":
            core = self.hook.core_v1_client
            core.create_namespaced_service(self.place["namespace"], each)
        else:
            self.hook.create_custom_object(body=each, **self.place_of(each))

    def delete(self, name):
        how = {"propagation_policy": "Background"}
        try:
            self.hook.delete_custom_object(**self.place, name=name, **how)
        except ApiException as error:
            if error.status != 404:
                raise

    def show_logs(self):
        """The last lines of each pod, which goes with the resource."""
        core, where = self.hook.core_v1_client, self.place["namespace"]
        label = f"app.kubernetes.io/instance={self.name}"
        for pod in core.list_namespaced_pod(where, label_selector=label).items[:50]:
            name, main = pod.metadata.name, pod.spec.containers[0].name
            try:
                text = self.log_of(name, container=main, tail_lines=100)
            except ApiException as error:
                text = f"no log: {error.reason}"
            for line in text.splitlines():
                self.log.info("[%s] %s", name, line)

    def log_of(self, pod, **which):
        read = self.hook.core_v1_client.read_namespaced_pod_log
        told = read(pod, self.place["namespace"], _preload_content=False, **which)
        return told.data.decode(errors="replace")

    def is_first(self, context):
        """Whether this try looks for the first time."""
        count = context.get("task_reschedule_count")
        if count is None:  # Airflow 2
            from airflow.models.taskreschedule import TaskReschedule
            from airflow.utils.session import create_session

            with create_session() as session:
                told = TaskReschedule.stmt_for_task_instance(context["ti"])
                count = len(session.scalars(told).all())
        return not count

    def holds(self, found, path, words):
        """Whether a field has one of these words, or is there; of conditions a type."""
        for key in path.split("."):
            found = found.get(key) or {}
        if isinstance(found, list):
            told = {each["type"] for each in found if each["status"] == "True"}
            return bool(told.intersection(words))
        return found in words if words else bool(found)

    def on_kill(self):
        if self.name:
            self.delete(self.name)

    @cached_property
    def hook(self):
        return KubernetesHook(conn_id="kubernetes_default")

    @property
    def place(self):
        return self.place_of(self.resource)

    def place_of(self, resource):
        group, _, version = resource["apiVersion"].rpartition("/")
        namespace = resource["metadata"].get("namespace") or self.hook.get_namespace()
        if not namespace and self.ACCOUNT.exists():
            namespace = self.ACCOUNT.read_text()
        return {
            "group": group,
            "version": version,
            "plural": resource["kind"].lower() + "s",
            "namespace": namespace or "default",
        }


class SparkOperator(ResourceOperator, SparkKubernetesOperator):
    """An application of Spark, which is waited for as long as it says that it goes on.

    Its first driver may wait in a queue for days, and need not be its last one. Airflow
    puts nothing into it: it is found again by its name.
    """

    template_fields = ("template_spec",)
    template_ext = ()
    hook = SparkKubernetesOperator.hook
    STATE = "status.applicationState.state"

    class Launcher(CustomObjectLauncher):
        """Makes an application as it is written, and does not wait for its driver."""

        def get_body(self):
            return self.template_body

        def spark_job_not_running(self, spark_obj_spec):
            return False

    def __init__(self, *, template_spec, **kwargs):
        super().__init__(
            resource=template_spec,
            template_spec=template_spec,
            succeeded={self.STATE: ["COMPLETED"]},
            failed={self.STATE: ["FAILED"]},
            **kwargs,
        )
        self.template_spec = self.resource

    def poke(self, context):
        self.resource = self.template_spec
        self.namespace = self.place["namespace"]
        self.launcher = self.Launcher(
            self.resource["metadata"]["name"],
            self.namespace,
            self.client,
            self.hook.custom_object_client,
            self.resource,
        )
        return super().poke(context)

    def make(self):
        self.launcher.start_spark_job()
        return self.launcher.spark_obj_spec

    def delete(self, name):
        self.launcher.delete_spark_job(name)


with DAG(
    dag_id="etl",
    schedule=None,
    catchup=False,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
):
    SparkOperator(
        task_id="etl",
        template_spec={
            "apiVersion": "sparkoperator.k8s.io/v1beta2",
            "kind": "SparkApplication",
            "metadata": {
                "name": "etl-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}",
                "labels": {
                    "app.kubernetes.io/name": "etl",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "etl",
                    "app.kubernetes.io/instance": "etl-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}",
                    "pxc.dev/run-uuid": "{{ run_uuid(ti) }}",
                },
            },
            "spec": {
                "type": "Python",
                "mode": "cluster",
                "sparkVersion": "3.5.1",
                "mainApplicationFile": "local:///app/main.py",
                "arguments": ["--day", "7"],
                "sparkConf": {"spark.ui.enabled": "false"},
                "restartPolicy": {
                    "type": "OnFailure",
                    "onFailureRetries": 2,
                    "onFailureRetryInterval": 10,
                    "onSubmissionFailureRetries": 2,
                    "onSubmissionFailureRetryInterval": 10,
                },
                "driver": {
                    "image": "apache/spark:3.5.1",
                    "cores": 1,
                    "coreRequest": "1",
                    "memory": "1664m",
                    "memoryOverhead": "384m",
                    "template": {
                        "metadata": {
                            "labels": {
                                "app.kubernetes.io/name": "etl",
                                "app.kubernetes.io/managed-by": "pxc",
                                "pxc.dev/operation": "etl",
                                "app.kubernetes.io/instance": "etl-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}",
                            },
                        },
                        "spec": {
                            "restartPolicy": "Never",
                            "containers": [
                                {
                                    "name": "spark-kubernetes-driver",
                                    "image": "apache/spark:3.5.1",
                                    "env": [
                                        {
                                            "name": "PXC_RUN_UUID",
                                            "value": "{{ run_uuid(ti) }}",
                                        },
                                        {
                                            "name": "POLYAXON_IS_OFFLINE",
                                            "value": "true",
                                        },
                                        {
                                            "name": "POLYAXON_IS_MANAGED",
                                            "value": "true",
                                        },
                                        {
                                            "name": "POLYAXON_RUN_INSTANCE",
                                            "value": "default.default.runs.$(PXC_RUN_UUID)",
                                        },
                                        {
                                            "name": "POLYAXON_OFFLINE_ROOT",
                                            "value": "/plx-context/offline",
                                        },
                                    ],
                                    "resources": {
                                        "requests": {"cpu": "1", "memory": "2Gi"},
                                    },
                                    "volumeMounts": [
                                        {
                                            "name": "artifacts-context",
                                            "mountPath": "/plx-context/artifacts",
                                        },
                                        {
                                            "name": "artifacts-context",
                                            "mountPath": "/plx-context/offline/runs",
                                        },
                                        {"name": "shm", "mountPath": "/dev/shm"},
                                    ],
                                },
                            ],
                            "volumes": [
                                {
                                    "name": "data",
                                    "persistentVolumeClaim": {"claimName": "d"},
                                },
                                {"name": "artifacts-context", "emptyDir": {}},
                                {"name": "shm", "emptyDir": {"medium": "Memory"}},
                            ],
                        },
                    },
                },
                "executor": {
                    "instances": 3,
                    "image": "apache/spark:3.5.1",
                    "cores": 2,
                    "coreRequest": "2",
                    "coreLimit": "2",
                    "memory": "3712m",
                    "memoryOverhead": "384m",
                    "template": {
                        "metadata": {
                            "labels": {
                                "app.kubernetes.io/name": "etl",
                                "app.kubernetes.io/managed-by": "pxc",
                                "pxc.dev/operation": "etl",
                                "app.kubernetes.io/instance": "etl-{{ run_uuid(ti)[:10] }}-{{ ti.try_number }}",
                            },
                        },
                        "spec": {
                            "restartPolicy": "Never",
                            "containers": [
                                {
                                    "name": "spark-kubernetes-executor",
                                    "image": "apache/spark:3.5.1",
                                    "env": [
                                        {"name": "POLYAXON_NO_OP", "value": "true"},
                                    ],
                                    "resources": {
                                        "limits": {"cpu": "2", "memory": "4Gi"},
                                    },
                                    "volumeMounts": [
                                        {"name": "data", "mountPath": "/data"},
                                        {"name": "shm", "mountPath": "/dev/shm"},
                                    ],
                                },
                            ],
                            "volumes": [
                                {
                                    "name": "data",
                                    "persistentVolumeClaim": {"claimName": "d"},
                                },
                                {"name": "shm", "emptyDir": {"medium": "Memory"}},
                            ],
                        },
                    },
                },
            },
        },
    )
