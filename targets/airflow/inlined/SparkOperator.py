from airflow.providers.cncf.kubernetes.operators.custom_object_launcher import CustomObjectLauncher
from airflow.providers.cncf.kubernetes.operators.spark_kubernetes import SparkKubernetesOperator


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
