import json

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import AirflowSkipException


class TunerOperator(KubernetesPodOperator):
    """Asks pxc-tuner what to run next, and tells it what the runs before left.

    It is skipped when nothing is left to run. It fails when the whole has failed.
    """

    def execute(self, context, **kwargs):
        ti = context["ti"]
        path, _, number = self.task_id.rpartition("ask_")
        if number != "1":
            asked = f"{path}ask_{int(number) - 1}"
            tried = f"{path}trials_{int(number) - 1}"
            items = ti.xcom_pull(task_ids=asked)
            state = ti.xcom_pull(task_ids=asked, key="state")
            if not items or not state:
                raise AirflowSkipException("nothing was left to run before")
            results = []
            for at, item in enumerate(items):
                outputs = ti.xcom_pull(task_ids=tried, map_indexes=at, key="good")
                if outputs is not None:
                    results.append({"index": item["index"], "outputs": outputs})
            told = json.dumps(results).replace("$", "$$")
            self.arguments = [*self.arguments, "--state", state, "--results", told]
        found = super().execute(context, **kwargs)
        ti.xcom_push(key="state", value=found["state"])
        if not found["items"]:
            raise AirflowSkipException("nothing is left to run")
        return found["items"]
