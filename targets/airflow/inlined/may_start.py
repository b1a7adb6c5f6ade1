def may_start(ti, trigger, upstreams, skips=False, condition=True, start=None):
    """Whether an operation starts after what the operations before it came to.

    `upstreams` tells of each of them what states of its task mean, where they mean
    something of their own, which task begins a group, and which gate is before it.
    """
    if hasattr(ti, "get_task_states"):
        told = ti.get_task_states(ti.dag_id, run_ids=[ti.run_id])[ti.run_id].items()
    else:
        told = [
            (each.task_id, each.state) for each in ti.get_dagrun().get_task_instances()
        ]

    def word(task_id, meanings):
        begins, gate = meanings.get("begins"), meanings.get("gate")
        if begins and states(begins) != {"success"}:
            task_id, meanings = begins, {}
        found = states(task_id)
        if "failed" in found or found <= {"success"}:
            return "failed" if "failed" in found else "succeeded"
        if "upstream_failed" in found:
            return meanings.get("upstream_failed", "never")
        verdict = gate and ti.xcom_pull(task_ids=gate, key="verdict")
        return verdict or meanings.get("skipped", "skipped")

    def states(task_id):
        tries = f"{task_id}_"
        return {
            str(state)
            for name, state in told
            if name == task_id
            or (name.startswith(tries) and name[len(tries) :].isdigit())
        }

    words = {word(task_id, meanings) for task_id, meanings in upstreams.items()}
    starts = {
        "all_succeeded": words <= {"succeeded", "skipped"},
        "all_failed": words <= {"failed"},
        "all_done": True,
        "one_succeeded": bool(words & {"succeeded", "skipped"}),
        "one_failed": "failed" in words,
        "one_done": True,
    }[trigger]
    verdict = ""
    if start and states(start) != {"success"}:
        verdict = "never"
    elif skips and "skipped" in words:
        verdict = "skipped"
    elif upstreams and not starts:
        verdict = "never"
    elif not condition:
        verdict = "skipped"
    if verdict:
        ti.xcom_push(key="verdict", value=verdict)
    return not verdict
