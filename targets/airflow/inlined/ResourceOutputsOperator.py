import json
from base64 import b64decode

from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError


class ResourceOutputsOperator(ResourceOperator):
    """A resource whose XCom is what its run left in the store of its artifacts.

    At its end `reader`, a pod, copies the files of the outputs, and logs them.
    """

    template_fields = (*ResourceOperator.template_fields, "reader")

    def __init__(self, *, reader, outputs, **kwargs):
        super().__init__(**kwargs)
        self.reader, self.outputs, self.left = reader, outputs, {}

    def poke(self, context):
        self.ti = context["ti"]
        return super().poke(context)

    def end_of(self, found):
        end = super().end_of(found)
        if end not in ("has succeeded", "has failed") or not self.outputs:
            return end
        try:
            phase, text = self.read(found)
        except (ApiException, HTTPError) as error:
            self.log.warning("no answer about the reader of %s: %s", self.name, error)
            status = getattr(error, "status", 503)
            phase, text = "Failed" if 400 <= status < 429 else "", ""
        if phase == "Succeeded":
            self.left = self.values(text)
            self.ti.xcom_push(key="return_value", value=self.left)
            return end
        if phase == "Failed":
            self.log.error("the outputs of %s are lost: %s", self.name, text)
            return end.replace("has succeeded", "has lost its outputs")
        return ""

    def read(self, found):
        """How the reader stands, and what it logged once it has ended."""
        core, where = self.hook.core_v1_client, self.place["namespace"]
        name = self.reader["metadata"]["name"]
        try:
            phase = core.read_namespaced_pod(name, where).status.phase
        except ApiException as error:
            if error.status != 404:
                raise
            owner = {key: found[key] for key in ("apiVersion", "kind")}
            owner.update({key: found["metadata"][key] for key in ("name", "uid")})
            self.reader["metadata"]["ownerReferences"] = [owner]
            core.create_namespaced_pod(where, self.reader)
            return "", ""
        if phase not in ("Succeeded", "Failed"):
            return "", ""
        return phase, self.log_of(name)

    def values(self, text):
        left = {}
        for line in text.splitlines():
            if line.startswith("output:"):
                _, value, path = line.split(":", 2)
                name = path.partition("/outputs/")[2]
                left[name] = b64decode(value).decode().removesuffix("\n")
        logged = json.loads(left.pop("", "") or "{}").get("outputs") or {}
        found = {name: left.get(name, logged.get(name, "")) for name in self.outputs}
        return {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in found.items()
        }
