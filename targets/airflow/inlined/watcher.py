from airflow.providers.common.compat.sdk import AirflowException, task


@task(trigger_rule="one_failed", retries=0)
def watcher():
    """Fail the run when a task has failed, whatever ran after it."""
    raise AirflowException("a task of this run has failed")
