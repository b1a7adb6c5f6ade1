def may_start(
    ti, trigger, upstreams, events=None, skips=False, condition=True, start=None
):
    """Whether an operation starts after what the operations before it came to.

    `upstreams` tells of the task of each of them what its states mean; `start` is the
    task that begins the group. A hook starts when its run came to its trigger; `events`
    are what some may come to that starts an operation whatever its trigger is.
    """
    came = {name: came_to(ti, name, each) for name, each in upstreams.items()}
    words = set(came.values())
    starts = {
        "all_succeeded": words <= {"succeeded", "skipped"},
        "all_failed": words <= {"failed"},
        "all_done": True,
        "one_succeeded": bool(words & {"succeeded", "skipped"}),
        "one_failed": "failed" in words,
        "one_done": True,
        "done": "uncalled" not in words,
    }.get(trigger, words == {trigger})
    starts = starts or any(came[name] in ends for name, ends in (events or {}).items())
    verdict = ""
    if start and came_to(ti, start) != "succeeded":
        verdict = "upstream_failed"
    elif skips and "skipped" in words:
        verdict = "skipped"
    elif upstreams and not starts:
        verdict = "upstream_failed"
    elif not condition:
        verdict = "skipped"
    if verdict:
        ti.xcom_push(key="verdict", value=verdict)
    return not verdict
