from airflow.providers.common.compat.sdk import AirflowException, task


@task(retries=0)
def ended_well(ti=None):
    """Fail the run when a task has failed: those that are skipped then would hide it."""
    for name in sorted(ti.task.upstream_task_ids):
        if came_to(ti, name) in ("failed", "upstream_failed"):
            raise AirflowException(f"{name} has failed")
