"""Plays who looks after a run: whoever approves it, rejects it, marks its tasks, or lets time pass.

They act whenever a run by hand has nothing to do but wait. A script says of a task that somebody is
asked by `failures` that it is rejected, by `waits` that nobody answers, so that the scheduler ends
the run in its time; by `marked` that a task which looks at a resource from time to time is marked
as failed between two looks.
"""

from __future__ import annotations

import functools
import time


class TimeIsUp(Exception):
    """The scheduler has ended a run, which a run by hand would go on with."""


class People:
    """Those of one run after another; `asked` is what each task asked, and the answer."""

    def __init__(self) -> None:
        self.dag, self.script, self.asked = None, {}, {}

    def begin(self, dag, script: dict) -> None:
        self.dag, self.script, self.asked = dag, script, {}
        self.asks = any(task.task_type == "ApprovalOperator" for task in dag.tasks)

    def install(self) -> None:
        """A run by hand waits a second whenever nothing is ready, or somebody is asked."""
        import sys

        from airflow.providers.common.compat.sdk import BaseSensorOperator

        sleep = time.sleep

        def wait(seconds):
            if sys._getframe(1).f_code.co_name == "test":
                self.act()
            sleep(min(seconds, 0.02))

        def interval(operator, *_):
            return 3600 if self.script.get(operator.task_id, {}).get("marked") else 0.01

        time.sleep = wait
        BaseSensorOperator._get_next_poke_interval = interval

    def act(self) -> None:
        if any(told.get("marked") for told in self.script.values()):
            for ti in self.instances("up_for_reschedule"):
                if self.script.get(ti.task_id, {}).get("marked"):
                    self.mark(ti)
        if self.asks:
            self.answer()

    def instances(self, state: str) -> list:
        from airflow.models.taskinstance import TaskInstance
        from airflow.utils.session import create_session

        with create_session() as session:
            same = (TaskInstance.state == state, TaskInstance.dag_id == self.dag.dag_id)
            found = session.query(TaskInstance).filter(*same).all()
            session.expunge_all()
            return found

    def mark(self, ti) -> None:
        if hasattr(self.dag, "set_task_instance_state"):  # Airflow 2
            told = {"task_id": ti.task_id, "run_id": ti.run_id, "state": "failed"}
            self.dag.set_task_instance_state(**told)
            return
        done = self.api.patch(self.place(ti), json={"new_state": "failed"})
        assert done.status_code == 200, done.text

    def answer(self) -> None:
        """Tell Airflow's API what somebody says to what waits for it; the script says who rejects.

        Before that its scheduler looks whether somebody has waited for too long.
        """
        from airflow.jobs.job import Job
        from airflow.jobs.scheduler_job_runner import SchedulerJobRunner

        runner = SchedulerJobRunner(Job())
        runner.check_awaiting_input_timeouts()
        for ti in self.instances("awaiting_input"):
            told = self.script.get(ti.task_id, {})
            if told.get("waits"):
                self.let_pass(ti, runner)
                continue
            place = f"{self.place(ti)}/{ti.map_index}/hitlDetails"
            detail = self.api.get(place).json()
            chosen = "Reject" if told.get("failures") else "Approve"
            done = self.api.patch(place, json={"chosen_options": [chosen]})
            assert done.status_code == 200, done.text
            self.asked[ti.task_id] = [detail["subject"], detail["body"], detail["options"], chosen]

    @staticmethod
    def let_pass(ti, runner) -> None:
        """Let the scheduler look at the run, which it does all the time; TimeIsUp where that ends."""
        from airflow.models.dagrun import DagRun
        from airflow.utils.session import create_session

        with create_session() as session:
            same = (DagRun.dag_id == ti.dag_id, DagRun.run_id == ti.run_id)
            run = session.query(DagRun).filter(*same).one()
            runner._schedule_dag_run(run, session=session)
            session.commit()
            if run.state != "running":
                session.expunge(run)
                raise TimeIsUp(run)

    @staticmethod
    def place(ti) -> str:
        return f"/api/v2/dags/{ti.dag_id}/dagRuns/{ti.run_id}/taskInstances/{ti.task_id}"

    @functools.cached_property
    def api(self):
        """Airflow's own API, for somebody who may do everything."""
        from airflow.api_fastapi.app import create_app
        from fastapi.testclient import TestClient

        client = TestClient(create_app(apps="core"))
        token = client.get("/auth/token").json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client
