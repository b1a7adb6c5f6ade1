"""Runs the DAG files of a folder in a real Airflow whose pods are built and rendered, but not run.

usage: python play.py FOLDER SCENES       with the Python of an environment that has Airflow

Each line of SCENES is a JSON object: `dag_id`, `conf`, which the run is started with, and `script`, which says of a task how many tries
fail (`failures`) or with which codes they do (`exit_codes`), what its run leaves (`outputs`), and of
one that is a resource what that tells of itself (`tells`, see cluster.py), and what people do about
it (see people.py). One with a `node` really
runs; one with `seconds` is for the scheduler. For each of them one line of JSON is printed: the state of the run, of each task the states of
its instances, the pods that were built, the resources that were made, and what was read of pods.
Without lines it only tells what the files hold.

A script of `m.trials` is that of `m.trials_1`, `m.trials_2`, ..., too. Its `computed` outputs, and
`fails`, are Python over `a`, the arguments of the container. What runs `pxc-tuner` is really run, by
the Python that `PXC_TUNER` names.
"""

from __future__ import annotations

import functools
import inspect
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

from cluster import Cluster
from people import People, TimeIsUp


def prepare(folder: str) -> None:
    home = os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp())
    os.environ |= {
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": folder,
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "600",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)


def load(folder: str):
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag
    known = inspect.signature(DagBag.__init__).parameters
    return DagBag(folder, **({"include_examples": False} if "include_examples" in known else {}))


def tuned(operator, main, ti):
    """What the tuner in a pod answers; what it writes for Airflow is in a folder of its own."""
    from airflow.providers.common.compat.sdk import AirflowException

    with tempfile.TemporaryDirectory() as folder:
        left = Path(folder, "join", "outputs")
        left.mkdir(parents=True)
        args = [each.replace("$$", "$").replace("/airflow/xcom", folder) for each in main.args]
        command = [os.environ["PXC_TUNER"], "-m", "pxc.tuner", *args]
        root = Path(__file__).parents[3]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        answer = Path(folder, "return.json")
        found = json.loads(answer.read_text("utf-8")) if answer.is_file() else None
        if done.returncode:
            operator._push_xcom_with_fan_out(ti, found)  # as it does itself
            raise AirflowException(done.stderr)
        if found is not None:
            return found
        return {name: (left / name).read_text("utf-8") for name in operator.outputs}


class Stage:
    """Plays the pods of one run after another."""

    def __init__(self) -> None:
        self.script: dict = {}
        self.pods: dict = {}
        self.tries: dict = {}
        self.cluster = Cluster()
        self.read: dict = {}
        self.people = People()

    def install(self) -> None:
        self._parse_once()
        self.people.install()
        self._survive_timeouts()
        if "AIRFLOW_CONN_KUBERNETES_DEFAULT" not in os.environ:
            self.cluster.install()
        from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
        from airflow.providers.common.compat.sdk import AirflowException
        from kubernetes.client import ApiClient

        stage = self

        def execute(operator, context, **_):
            ti = context["ti"]
            cell = f"{operator.task_id}/{ti.map_index}"
            pod = operator.build_pod_request_obj(context, dry_run=True)
            stage.pods[cell] = ApiClient().sanitize_for_serialization(pod)
            stage.tries[cell] = stage.tries.get(cell, 0) + 1
            kind = re.sub(r"_\d+$", "", operator.task_id)
            scripts = [stage.script.get(each) for each in (cell, operator.task_id, kind)]
            told = next((each for each in scripts if each is not None), {})
            if "node" in told:
                return stage.run(operator, ti, told)
            main = pod.spec.containers[0]
            names = {"a": main.args or []}
            computed = told.get("computed", {}).items()
            outputs = {name: str(eval(text, names)) for name, text in computed}  # our own text
            outputs |= told.get("outputs", {})
            left = (
                {n: outputs.get(n, "") for n in getattr(operator, "outputs", ())}
                if operator.do_xcom_push
                else None
            )
            fails = "fails" in told and eval(told["fails"], names)
            if fails or stage.tries[cell] <= told.get("failures", 0):
                operator._push_xcom_with_fan_out(ti, left)  # as it does itself
                raise AirflowException("the script says that this try fails")
            codes = told.get("exit_codes", ())
            if stage.tries[cell] <= len(codes):
                stage.fail(operator, pod, codes[stage.tries[cell] - 1])
            if "pxc-tuner" in (main.command or []):
                return tuned(operator, main, ti)
            return left

        KubernetesPodOperator.execute = execute

    def run(self, operator, ti, told: dict):
        """Runs a pod on this machine; `node` is the folder of what outlives it."""
        sys.path.insert(0, str(Path(__file__).parents[3]))
        from airflow.providers.common.compat.sdk import AirflowException

        from tests.engines.airflow.real_pod import left_by

        folder = Path(tempfile.mkdtemp(dir=told["node"]))
        code, left = left_by(
            operator, self.pods[f"{operator.task_id}/-1"], folder, Path(told["node"])
        )
        self.read[operator.task_id] = {"code": code, "outputs": left}
        if code:
            operator._push_xcom_with_fan_out(ti, left)
            raise AirflowException(f"the main container ended with {code}")
        return left

    @staticmethod
    def fail(operator, pod, code) -> None:
        """Let the operator see a pod that failed, whose main container left a code, or none."""
        from kubernetes.client import models as k8s

        told = {"name": operator.base_container_name, "image": "", "image_id": "", "ready": False}
        ended = k8s.V1ContainerState(
            terminated=k8s.V1ContainerStateTerminated(exit_code=code) if code is not None else None
        )
        status = k8s.V1ContainerStatus(**told, restart_count=0, state=ended)
        pod.status = k8s.V1PodStatus(phase="Failed", container_statuses=[status])
        operator.process_pod_deletion = operator.patch_already_checked = lambda *_, **__: None
        operator.cleanup(pod, pod)

    @staticmethod
    def _parse_once() -> None:
        """Airflow 3 reads the whole folder again before each run: once is enough here."""
        try:
            from airflow.dag_processing import dagbag
        except ImportError:
            return
        dagbag.sync_bag_to_db = functools.cache(dagbag.sync_bag_to_db)
        dagbag.BundleDagBag = functools.cache(dagbag.BundleDagBag)

    @staticmethod
    def _survive_timeouts() -> None:
        """A run by hand of Airflow 2 ends itself with a task that has taken too long."""
        from airflow.models import dag

        if not hasattr(dag, "_run_task"):
            return
        from airflow.exceptions import AirflowTaskTimeout

        run_task = dag._run_task

        def run(**told):
            try:
                run_task(**told)
            except AirflowTaskTimeout as error:
                raise RuntimeError("the task has failed") from error

        dag._run_task = run

    def schedule(self, bag, dag, seconds: int) -> dict:
        """What Airflow's scheduler makes of a DAG while nobody runs its tasks, then when all fail.

        The states of its runs after so many seconds, and after the failure of the first; the states
        of the tasks of the second one.
        """
        from airflow.jobs.job import Job
        from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
        from airflow.models.dag import DagModel
        from airflow.models.dagrun import DagRun
        from airflow.models.taskinstance import TaskInstance
        from airflow.utils.session import create_session

        if hasattr(bag, "sync_to_db"):  # Airflow 2; Airflow 3 did it for the runs before
            bag.sync_to_db()
        runner = SchedulerJobRunner(Job())
        runner._critical_section_enqueue_task_instances = lambda **_: 0
        paused = DagModel.dag_id == dag.dag_id
        with create_session() as session:
            session.query(DagModel).filter(paused).update({"is_paused": False})

        def states(model, *which) -> list[str]:
            with create_session() as session:
                same = model.dag_id == dag.dag_id
                return [each.state for each in session.query(model).filter(same, *which)]

        def later() -> list[str]:
            """The states of tasks of all runs but the first."""
            with create_session() as session:
                runs = session.query(DagRun.run_id).filter(DagRun.dag_id == dag.dag_id)
                oldest = runs.order_by(DagRun.id).first()
            return states(TaskInstance, TaskInstance.run_id != oldest[0]) if oldest else []

        def look(seconds: int) -> list[str]:
            """Until there is a second run whose tasks wait for a worker, or for so long."""
            end = time.monotonic() + seconds
            while time.monotonic() < end and "scheduled" not in later():
                with create_session() as session:
                    runner._do_scheduling(session)
                time.sleep(0.1)
            return states(DagRun)

        runs = [look(seconds)]
        with create_session() as session:
            instances = session.query(TaskInstance).filter(TaskInstance.dag_id == dag.dag_id)
            instances.update({"state": "failed"})
        runs.append(look(60))
        with create_session() as session:
            session.query(DagModel).filter(paused).update({"is_paused": True})
        return {"runs": runs, "tasks": later()}

    def play(self, dag, script: dict, conf: dict | None = None) -> dict:
        self.script, self.pods, self.tries, self.read = script, {}, {}, {}
        self.cluster.begin(script)
        self.people.begin(dag, script)
        try:
            run = dag.test(run_conf=conf)
        except TimeIsUp as end:
            [run] = end.args
        from airflow.models.taskinstance import TaskInstance
        from airflow.settings import Session

        same = (TaskInstance.dag_id == run.dag_id, TaskInstance.run_id == run.run_id)
        tasks: dict = {}
        for found in Session().query(TaskInstance).filter(*same).order_by(TaskInstance.map_index):
            tasks.setdefault(found.task_id, []).append(str(found.state))
        return {
            "state": str(run.state),
            "tasks": tasks,
            "pods": self.pods,
            "tries": self.tries,
            "made": self.cluster.made,
            "left": sorted(name for _, _, name in self.cluster.kept),
            "read": self.read,
            "asked": self.people.asked,
        }


def main() -> None:
    folder, scenes = sys.argv[1:3]
    prepare(folder)
    from airflow.utils.db import initdb

    lines = Path(scenes).read_text("utf-8").splitlines()
    if lines:
        initdb()
    bag = load(folder)
    graphs = {
        dag_id: {task.task_id: sorted(task.upstream_task_ids) for task in dag.tasks}
        for dag_id, dag in sorted(bag.dags.items())
    }
    errors = {Path(name).name: text for name, text in bag.import_errors.items()}
    print(json.dumps({"errors": errors, "graphs": graphs}), flush=True)
    stage = Stage()
    stage.install()
    for line in lines:
        scene = json.loads(line)
        dag = bag.dags[scene["dag_id"]]
        if "seconds" in scene:
            found = stage.schedule(bag, dag, scene["seconds"])
        else:
            found = stage.play(dag, scene.get("script", {}), scene.get("conf"))
        print("\x1e" + json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
