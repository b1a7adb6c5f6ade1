from uuid import NAMESPACE_OID, uuid5


def run_uuid(ti, task_id=None, index=None):
    """The uuid of a run of a task: the same for all of its tries."""
    if index is None:
        index = ti.map_index if task_id is None else -1
    told = (ti.dag_id, ti.run_id, task_id or ti.task_id, str(index))
    return uuid5(NAMESPACE_OID, "/".join(told)).hex
