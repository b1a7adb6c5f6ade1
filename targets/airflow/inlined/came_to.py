def came_to(ti, task_id, meanings=None):
    """What the operation of a task came to, by the states of all its instances.

    `meanings` tell what these mean where they mean something of their own, which task
    begins the group that the task ends, and which gate is before it.
    """

    def states(name):
        if hasattr(ti, "get_task_states"):
            runs = ti.get_task_states(ti.dag_id, task_ids=[name], run_ids=[ti.run_id])
            return {str(state) for state in runs.get(ti.run_id, {}).values()}
        instances = ti.get_dagrun().get_task_instances()
        return {str(each.state) for each in instances if each.task_id == name}

    meanings = meanings or {}
    begins, gate = meanings.get("begins"), meanings.get("gate")
    if begins and states(begins) != {"success"}:
        task_id, meanings = begins, meanings.get("before", {})
    found = states(task_id)
    if "failed" in found or found <= {"success"}:
        return "failed" if "failed" in found else "succeeded"
    if "upstream_failed" in found:
        return meanings.get("upstream_failed", "upstream_failed")
    verdict = gate and ti.xcom_pull(task_ids=gate, key="verdict")
    return verdict or meanings.get("skipped", "skipped")
