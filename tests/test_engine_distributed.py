"""Processes of an Indexed Job find one another in a real cluster, as those of an operator would."""

from __future__ import annotations

import json

from tests.engines.cluster import Cluster
from tests.reading import compiled

MEET = """
import os, socket, sys, time
rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
assert os.environ["NODE_RANK"] == os.environ["PET_NODE_RANK"] == str(rank)
assert os.environ["PET_NNODES"] == str(world)
address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
deadline = time.monotonic() + 60
if rank == 0:
    with socket.create_server((socket.gethostbyname(address), port)) as server:
        met = {server.accept()[0].recv(9).decode() for _ in range(world - 1)}
    print("met", *sorted(met))
while rank and time.monotonic() < deadline:
    try:
        with socket.create_connection((address, port)) as there:
            there.send(str(rank).encode())
            break
    except OSError:
        time.sleep(0.1)
print("rank", rank, "of", world, "in", sys.argv[1])
"""


def test_the_processes_of_an_indexed_job_meet(cluster: Cluster) -> None:
    container = {"image": "any", "command": ["python3", "-c", MEET, "{{ globals.uuid }}"]}
    roles = {"master": {"container": container}, "worker": {"replicas": 3, "container": container}}
    text = json.dumps({"name": "ddp", "run": {"kind": "pytorchjob", **roles}})
    outcome = compiled(text, distributed="indexed")
    assert [d.message for d in outcome.report] == []
    cluster.apply(outcome.files[0].text)
    job = cluster.wait("Job", "ddp", "Complete", timeout=120)
    assert job["status"]["completedIndexes"] == "0-3"
    uid = job["metadata"]["uid"]
    said = sorted(cluster.logs(pod) for pod in cluster.pods("ddp"))
    assert said == [
        f"met 1 2 3\nrank 0 of 4 in {uid}\n",
        *(f"rank {rank} of 4 in {uid}\n" for rank in (1, 2, 3)),
    ]
