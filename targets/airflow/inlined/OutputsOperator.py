import json
from base64 import b64decode

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.stream import stream


class OutputsOperator(KubernetesPodOperator):
    """A pod whose XCom is what its run left: files of outputs, else what it logged."""

    GATHER = (
        'cd /airflow/xcom && { printf \'{"run":"%s"\' "$(base64 "$0/run.plx.json")";'
        ' at=0; for name; do file=$0/outputs/$name; [ ! -f "$file" ] ||'
        ' printf \',"%s":"%s"\' $at "$(base64 "$file")"; at=$((at + 1)); done;'
        " echo '}'; } 2>/dev/null | tr -d '\\n' > return.json"
    )

    def __init__(self, *, outputs, **kwargs):
        super().__init__(**kwargs)
        self.outputs = outputs

    def extract_xcom(self, pod, **kwargs):
        told = [each for one in pod.spec.containers for each in one.env or ()]
        run = next(each.value for each in told if each.name == "PXC_RUN_UUID")
        stream(
            self.client.connect_get_namespaced_pod_exec,
            pod.metadata.name,
            pod.metadata.namespace,
            container="airflow-xcom-sidecar",
            command=["sh", "-c", self.GATHER, run, *self.outputs],
            stdin=False,
            stdout=True,
            stderr=True,
            tty=False,
        )
        left = super().extract_xcom(pod, **kwargs) or {}
        logged = json.loads(b64decode(left.get("run", "")) or "{}").get("outputs") or {}
        found = {}
        for at, name in enumerate(self.outputs):
            value = logged.get(name, "")
            if str(at) in left:
                value = b64decode(left[str(at)]).decode().removesuffix("\n")
            found[name] = value if isinstance(value, str) else json.dumps(value)
        return found
