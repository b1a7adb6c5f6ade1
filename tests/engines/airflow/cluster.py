"""An API server of Kubernetes in memory: it keeps objects, and tells of each what a script says.

It takes the place of the connection alone: what Airflow sends and reads is made by the real client.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime, timedelta

_PLACE = re.compile(r"/apis?/(?:\S+?/)?v[^/]+/namespaces/([^/]+)/([^/?]+)(?:/([^/?]+))?(/log)?$")


class Cluster:
    """Objects by their place; `script` says of an operation what its tries tell one after another.

    A status is an object, `gone` for an object that somebody deleted, or the number of an error.
    """

    def __init__(self) -> None:
        self.script: dict = {}
        self.begin({})

    def begin(self, script: dict) -> None:
        self.script = script
        self.kept: dict = {}
        self.made: list = []
        self.asked: dict = {}

    def install(self) -> None:
        import urllib3
        from airflow.providers.cncf.kubernetes.hooks.kubernetes import KubernetesHook
        from kubernetes.client import ApiClient, ApiException, rest

        def request(_, method, url, query_params=None, headers=None, body=None, **__):
            status, data = self.answer(method, url, dict(query_params or ()), body)
            text = data if isinstance(data, str) else json.dumps(data)
            kind = "text/plain" if isinstance(data, str) else "application/json"
            found = urllib3.HTTPResponse(
                text.encode(), {"Content-Type": kind}, status, reason=str(status)
            )
            if status >= 400:
                raise ApiException(http_resp=rest.RESTResponse(found))
            return rest.RESTResponse(found)

        rest.RESTClientObject.request = request
        KubernetesHook.get_conn = lambda _: ApiClient()

    def answer(self, method: str, url: str, query: dict, body) -> tuple:
        found = _PLACE.search(url.partition("?")[0])
        namespace, plural, name, log = found.groups()
        if log:
            return 200, f"the log of {name}"
        if plural == "pods" and name:
            return 200, self.pod(name)
        if plural == "pods":
            instance = query["labelSelector"].partition("=")[2]
            return 200, {"kind": "PodList", "items": [self.pod(f"{instance}-0")]}
        if method == "POST":
            return self.create(body, (namespace, plural, body["metadata"]["name"]))
        if (namespace, plural, name) not in self.kept:
            return 404, {"message": "not found"}
        if method == "DELETE":
            return self.delete((namespace, plural, name))
        return self.tell((namespace, plural, name))

    @staticmethod
    def pod(name: str) -> dict:
        return {"metadata": {"name": name}, "spec": {"containers": [{"name": "main"}]}}

    def create(self, body: dict, place: tuple) -> tuple:
        operation = body["metadata"]["labels"]["pxc.dev/operation"]
        refusals = self.script.get(operation, {}).get("refuses", [])
        if refusals:
            return refusals.pop(), {"message": "not now"}
        if place in self.kept:
            return 409, {"message": "already exists"}
        self.made.append(body)
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        about = {**body["metadata"], "uid": str(uuid.uuid4()), "creationTimestamp": now}
        self.kept[place] = {**body, "metadata": about}
        return 201, self.kept[place]

    def delete(self, place: tuple) -> tuple:
        uid = self.kept.pop(place)["metadata"]["uid"]
        for other, each in tuple(self.kept.items()):
            owners = each["metadata"].get("ownerReferences", ())
            if any(owner["uid"] == uid for owner in owners):
                del self.kept[other]
        return 200, {}

    def tell(self, place: tuple) -> tuple:
        found = self.kept[place]
        operation = found["metadata"]["labels"]["pxc.dev/operation"]
        tries = self.script.get(operation, {}).get("tells", [[{}]])
        told = tries[min(int(place[2].rpartition("-")[2]), len(tries)) - 1]
        at = self.asked[place] = self.asked.get(place, -1) + 1
        status = told[min(at, len(told) - 1)]
        if status == "gone":
            del self.kept[place]
            return 404, {"message": "not found"}
        if isinstance(status, int):
            return status, {"message": "no"}
        about = found["metadata"]
        if "age" in status:
            then = datetime.now(UTC) - timedelta(seconds=status["age"])
            about = {**about, "creationTimestamp": f"{then:%Y-%m-%dT%H:%M:%SZ}"}
        return 200, {**found, "metadata": about, "status": status}
