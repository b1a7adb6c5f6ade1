"""Every way to use a thing is a claim of it: each row is a way around a rule if it were forgotten."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest

from pxc.access.claims import KINDS
from pxc.access.organization import NodePool
from pxc.source import Source, Span
from tests.claiming import USUAL, claims, further, job, told

WAYS: dict[str, tuple[str, set[str]]] = {
    "nothing": (job(), set()),
    # secrets and config maps
    "key of a secret": (
        job(container="env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]"),
        {"secret:s/k"},
    ),
    "whole secret as variables": (
        job(container="envFrom: [{secretRef: {name: s}}, {configMapRef: {name: c}}]"),
        {"secret:s", "configMap:c"},
    ),
    "secret as a volume": (
        job("volumes: [{name: v, secret: {secretName: s}}]"), {"secret:s"},
    ),
    "projected secret": (
        job("volumes: [{name: v, projected: {sources: [{secret: {name: s}},"
            " {configMap: {name: c}}]}}]"),
        {"secret:s", "configMap:c"},
    ),
    "secret of a driver": (
        job("volumes: [{name: v, csi: {driver: d, nodePublishSecretRef: {name: s}}}]"),
        {"csi:d", "secret:s"},
    ),
    "secret of a disk": (
        job("volumes: [{name: v, rbd: {image: disk, monitors: [m], secretRef: {name: s}}}]"),
        {"volume:rbd/disk", "secret:s", "image:disk"},
    ),
    "secret of a share": (
        job("volumes: [{name: v, azureFile: {secretName: s, shareName: f}}]"),
        {"secret:s", "volume:azureFile/s"},
    ),
    "secret to pull with": (job("environment: {imagePullSecrets: [s]}"), {"secret:s"}),
    "secret of a sidecar": (
        job("sidecars: [{image: a:1, envFrom: [{secretRef: {name: s}}]}]"), {"secret:s"},
    ),
    "secret of an init container": (
        job("init: [{container: {image: b:1, envFrom: [{secretRef: {name: s}}]}}]"),
        {"secret:s", "image:b:1"},
    ),
    "secret of a step's own container": (
        job("init: [{git: {url: https://h.io/a/b}, container: {envFrom:"
            " [{secretRef: {name: s}}]}}]"),
        {"secret:s", "egress:h.io", "image:alpine/git:v2.49.1 via compiler",
         "registry:docker.io via compiler"},
    ),
    # volumes
    "claim": (
        job("volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]"),
        {"volume:pvc/c write"},
    ),
    "claim that is only read": (
        job("volumes: [{name: v, persistentVolumeClaim: {claimName: c, readOnly: true}}]"),
        {"volume:pvc/c read"},
    ),
    "ephemeral claim": (
        job("volumes: [{name: v, ephemeral: {volumeClaimTemplate: {spec:"
            " {storageClassName: fast, accessModes: [ReadWriteOnce],"
            " resources: {requests: {storage: 1Gi}}}}}}]"),
        {"volume:ephemeral/fast"},
    ),
    "path of the host": (job("volumes: [{name: v, hostPath: {path: /data}}]"), {"hostPath:/data"}),
    "path of the host in disguise": (
        job("volumes: [{name: v, hostPath: {path: //data/../etc/./ssl/}}]"), {"hostPath:/etc/ssl"},
    ),
    "path that the run decides on": (
        job("volumes: [{name: v, hostPath: {path: '/data/{{ globals.uuid }}'}}]"),
        {"hostPath:/**"},
    ),
    "network share": (
        job("volumes: [{name: v, nfs: {server: n, path: /a/../b}}]"), {"nfs:n/b"},
    ),
    "the socket of Docker": (job(plugins="{docker: true}"), {"hostPath:/var/run/docker.sock"}),
    # machines
    "accelerator": (
        job(container="resources: {limits: {nvidia.com/gpu: 2}}"),
        {"accelerator:nvidia.com/gpu 2x2"},
    ),
    "part of an accelerator": (
        job(container="resources: {requests: {nvidia.com/mig-1g.5gb: 1}}"),
        {"accelerator:nvidia.com/mig-1g.5gb 1x1"},
    ),
    "accelerator of a sidecar": (
        job("sidecars: [{image: a:1, resources: {limits: {google.com/tpu: 4}}}]",
            "resources: {limits: {google.com/tpu: 4}}"),
        {"accelerator:google.com/tpu 8x8"},
    ),
    "accelerator of an init container": (
        job("init: [{container: {image: a:1, resources: {limits: {amd.com/gpu: 3}}}}]",
            "resources: {limits: {amd.com/gpu: 1}}"),
        {"accelerator:amd.com/gpu 3x3"},
    ),
    "claimed accelerator": (
        job(container="resources: {claims: [{name: gpu}]}"), {"accelerator:resourceClaim/gpu"},
    ),
    "plain resources": (
        job(container="resources: {requests: {cpu: 500m, memory: 1Gi}}"),
        {"resource:cpu 0.5x0.5", "resource:memory 1073741824x1073741824"},
    ),
    "accelerator of many pods": (
        "run: {kind: pytorchjob, master: {container: {image: a:1, resources: {limits:"
        " {nvidia.com/gpu: 1}}}}, worker: {replicas: 3, container: {image: a:1, resources: {limits:"
        " {nvidia.com/gpu: 2}}}}}",
        {"runtime:pytorchjob", "accelerator:nvidia.com/gpu 2x7"},
    ),
    "node by name": (job("environment: {nodeName: n1}"), {"node:n1"}),
    "node by label": (
        job("environment: {nodeSelector: {kubernetes.io/hostname: n1}}"), {"node:n1"},
    ),
    "pool by an unknown label": (
        job("environment: {nodeSelector: {gpu: a100}}"), {"nodePool:gpu=a100"},
    ),
    "pool by affinity": (
        job("environment: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
            " {nodeSelectorTerms: [{matchExpressions: [{key: gpu, operator: In, values:"
            " [a100]}]}]}}}}"),
        {"nodePool:gpu=a100"},
    ),
    "node by a field": (
        job("environment: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
            " {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values:"
            " [n1]}]}]}}}}"),
        {"node:n1"},
    ),
    "toleration of everything": (
        job("environment: {tolerations: [{operator: Exists}]}"), {"nodePool:toleration/**"},
    ),
    # identity and scheduling
    "service account": (job("environment: {serviceAccountName: x}"), {"serviceAccount:x"}),
    "priority class": (job("environment: {priorityClassName: x}"), {"priorityClass:x"}),
    "scheduler": (job("environment: {schedulerName: x}"), {"scheduler:x"}),
    "priority of a gang": (
        "run: {kind: tfjob, schedulingPolicy: {queue: q, priorityClass: x},"
        " worker: {container: {image: a:1}}}",
        {"runtime:tfjob", "queue:q", "priorityClass:x"},
    ),
    # the host
    "privileged": (job(container="securityContext: {privileged: true}"), {"privileged"}),
    "network of the host": (job("environment: {hostNetwork: true}"), {"hostNetwork"}),
    "port of the host": (
        job(container="ports: [{containerPort: 1, hostPort: 80}]"),
        {"hostPort:80"},
    ),
    "token in a volume": (
        job("volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: t}}]}}]"),
        {"automountToken"},
    ),
    "processes of the host": (job("environment: {hostPID: true}"), {"hostPID"}),
    "capability": (
        job(container="securityContext: {capabilities: {add: [CAP_SYS_ADMIN, net_raw]}}"),
        {"capability:SYS_ADMIN", "capability:NET_RAW"},
    ),
    "root": (job(container="securityContext: {runAsUser: 0}"), {"runAsRoot"}),
    "unmasked proc": (
        job(container="securityContext: {procMount: Unmasked}"), {"procMount:Unmasked"},
    ),
    "unconfined": (
        job(container="securityContext: {seccompProfile: {type: Unconfined}}"),
        {"seccomp:Unconfined"},
    ),
    # what others read off labels and annotations
    "queue by a label": (
        job("environment: {labels: {kueue.x-k8s.io/queue-name: q}}"),
        {"queue:q", "label:kueue.x-k8s.io/queue-name"},
    ),
    "rights by an annotation": (
        job("environment: {annotations: {iam.amazonaws.com/role: admin, note: mine}}"),
        {"annotation:iam.amazonaws.com/role"},
    ),
    # images
    "image of a registry": (
        "run: {kind: job, container: {image: 'r.io:5000/a:1'}}",
        {"image:r.io:5000/a:1", "registry:r.io:5000"},
    ),
    "image that the run decides on": (
        "run: {kind: job, container: {image: 'r.io/a:{{ globals.uuid }}'}}",
        {"image?r.io/a:*", "registry:r.io"},
    ),
    "image of a matrix": (
        "matrix: {kind: grid, params: {v: {kind: choice, value: [1, 2]}}}\n"
        "run: {kind: job, container: {image: 'a:{{ v }}'}}",
        {"image:a:1|a:2"},
    ),
    "accelerators of a matrix": (
        "matrix: {kind: grid, params: {v: {kind: choice, value: [1, 4]}}}\n"
        "run: {kind: job, container: {image: 'a:1', resources: {limits:"
        " {nvidia.com/gpu: '{{ v }}'}}}}",
        {"accelerator:nvidia.com/gpu 4x4"},
    ),
    # places and params
    "queue": (job(queue="a/q"), {"queue:a/q"}),
    "namespace": (job(namespace="n"), {"namespace:n"}),
    "bucket of a param": (
        "inputs: [{name: d, type: s3}]\nparams: {d: {value: 's3://b/x'}}\n"
        "run: {kind: job, container: {image: 'a:1', args: ['{{ d }}']}}",
        {"bucket:s3://b/x read"},
    ),
    "bucket of a param of any type": (
        "inputs: [{name: d, type: str}]\nparams: {d: {value: 's3://b/x'}}\n"
        "run: {kind: job, container: {image: 'a:1', args: ['{{ d }}']}}",
        {"bucket:s3://b/x read"},
    ),
    "secret of Spark": (
        "run: {kind: spark, type: python, sparkVersion: '3', mainApplicationFile: m.py, sparkConf:"
        " {spark.kubernetes.driver.secrets.s: /etc/s}, driver: {container: {image: 'a:1'}}}",
        {"runtime:spark", "resource:sparkConf/spark.kubernetes.driver.secrets.s"},
    ),
    "image of an autoscaler": (
        "run: {kind: raycluster, autoscalerOptions: {image: b:1, envFrom: [{secretRef:"
        " {name: s}}]}, head: {container: {image: a:1}}}",
        {"runtime:raycluster", "image:b:1", "secret:s"},
    ),
    "member of a dag": (
        """
        run:
          kind: dag
          operations:
            - name: one
              queue: a/q
              component: {run: {kind: job, container: {image: 'a:1'}, volumes: [{name: v,
                secret: {secretName: s}}]}}
        """,
        {"runtime:dag", "secret:s in one", "queue:a/q in one", "image:a:1 in one",
         "serviceAccount:default via default in one",
         "registry:docker.io in one", "runtime:job in one"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_ways(way: str) -> None:
    text, expected = WAYS[way]
    assert further(claims(text)) == expected


def test_kinds_are_known() -> None:
    for text, _ in WAYS.values():
        assert all(claim.kind in KINDS for claim in claims(text))


POOLS = tuple(
    NodePool(
        span=Span(Source("c.yaml", ""), 0, 0), name=name, selector={"pool": name}, taints=taints
    )
    for name, taints in (
        ("cpu", ()),
        ("a100", (("nvidia.com/gpu", "", "NoSchedule"),)),
        ("h100", (("nvidia.com/gpu", "", ""),)),
        ("tpu", (("google.com/tpu", "present", ""),)),
    )
)

PLACEMENTS: dict[str, tuple[str, set[str]]] = {
    "by label": ("nodeSelector: {pool: a100}", {"a100"}),
    "by taint": ("tolerations: [{key: nvidia.com/gpu, operator: Exists}]", {"a100", "h100"}),
    "by label and taint": (
        "nodeSelector: {pool: a100}, tolerations: [{key: nvidia.com/gpu, operator: Exists}]",
        {"a100"},
    ),
    "every taint": ("tolerations: [{operator: Exists}]", {"a100", "h100", "tpu"}),
    "another value of the taint": (
        "tolerations: [{key: google.com/tpu, value: absent}]",
        {"toleration/google.com/tpu"},
    ),
    "any pool": (
        "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1,"
        " preference: {matchExpressions: [{key: pool, operator: NotIn, values: [cpu]}]}}]}}",
        {"a100", "h100", "tpu"},
    ),
    "while a node is not ready": (
        "tolerations: [{key: node.kubernetes.io/not-ready, operator: Exists}]",
        set(),
    ),
    "a label of every node": ("nodeSelector: {kubernetes.io/arch: amd64}", set()),
}


@pytest.mark.parametrize("case", PLACEMENTS)
def test_pools(case: str) -> None:
    environment, expected = PLACEMENTS[case]
    found = claims(job(f"environment: {{{environment}}}"), pools=POOLS)
    assert {c.name for c in found if c.kind == "nodePool"} == expected


CATALOG = {
    "connections.yaml": """
        connections:
          - {name: data, kind: s3, schema: {bucket: 's3://b'}, secret: {name: keys}}
          - {name: disk, kind: volume_claim, schema: {volumeClaim: c, mountPath: /d}}
          - {name: host, kind: host_path, schema: {hostPath: /x/../y, mountPath: /h}}
          - {name: slack, kind: slack, env: [[A, b]], annotations: {iam.x/role: r}}
        """,
    "presets/gpu.yaml": """
        isPreset: true
        queue: a/gpu
        runPatch: {environment: {serviceAccountName: trainer}, container: {resources: {limits:
          {nvidia.com/gpu: 4}}}}
        """,
    "presets/asks.yaml": """
        isPreset: true
        runPatch: {environment: {serviceAccountName: '{{ who }}'}}
        """,
    "components/acme/train/1.yaml": """
        kind: component
        run: {kind: job, container: {image: 'a:1'}, connections: [data]}
        """,
}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalog")
    for name, text in CATALOG.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return folder


ORIGINS: dict[str, tuple[str, set[str]]] = {
    "a connection implies its secret and its bucket": (
        job("connections: [data]"),
        {"connection:data", "secret:keys via connection:data",
         "bucket:s3://b write via connection:data"},
    ),
    "its secret by name is the user's": (
        job("connections: [data]", "envFrom: [{secretRef: {name: keys}}]"),
        {"connection:data", "secret:keys via connection:data", "secret:keys",
         "bucket:s3://b write via connection:data"},
    ),
    "a volume": (
        job("connections: [disk]"),
        {"connection:disk", "volume:pvc/c write via connection:disk"},
    ),
    "a path of the host": (
        job("connections: [host]"), {"connection:host", "hostPath:/y via connection:host"},
    ),
    "annotations": (
        job("connections: [slack]"),
        {"connection:slack", "annotation:iam.x/role via connection:slack"},
    ),
    "a step reads": (
        job("init: [{connection: data, paths: [x]}]"),
        {"connection:data read", "secret:keys via connection:data",
         "bucket:s3://b read via connection:data", "image:rclone/rclone:1.75.1 via compiler",
         "registry:docker.io via compiler"},
    ),
    "a template": (
        "inputs: [{name: c, value: data}]\n" + job("connections: ['{{ c }}']"),
        {"connection:data", "secret:keys via connection:data",
         "bucket:s3://b write via connection:data"},
    ),
    "a param": (
        "inputs: [{name: x, type: image, connection: slack}]\nparams: {x: {value: b}}\n" + job(),
        {"connection:slack"},
    ),
    "a preset's own words": (
        job(presets="[gpu]"),
        {"preset:gpu", "queue:a/gpu via preset:gpu", "serviceAccount:trainer via preset:gpu",
         "accelerator:nvidia.com/gpu 4x4 via preset:gpu"},
    ),
    "a preset that asks the user": (
        "inputs: [{name: who, value: admin}]\n" + job(presets="[asks]"),
        {"preset:asks", "serviceAccount:admin"},
    ),
    "a component": (
        "hubRef: acme/train:1",
        {"component:acme/train:1 pull", "connection:data via component:acme/train:1",
         "secret:keys via connection:data", "bucket:s3://b write via connection:data",
         "image:a:1 via component:acme/train:1",
         "registry:docker.io via component:acme/train:1"},
    ),
    "a component of a hook": (
        job(hooks="[{hubRef: 'acme/train:1'}]"),
        {"component:acme/train:1 pull", "connection:data via component:acme/train:1 in file-train",
         "secret:keys via connection:data in file-train",
         "bucket:s3://b write via connection:data in file-train",
         "image:a:1 via component:acme/train:1 in file-train", "runtime:job in file-train",
         "serviceAccount:default via default in file-train",
         "registry:docker.io via component:acme/train:1 in file-train"},
    ),
}  # fmt: skip


SEARCH = """
matrix:
  kind: iterative
  maxIterations: 2
  params: {v: {kind: choice, value: [1, 2]}}
  tuner: {hubRef: 'acme/train:1', queue: a/q}
"""
DAG = """
name: d
run:
  kind: dag
  operations:
    - {name: one, component: {run: {kind: job, container: {image: 'a:1'}}}}
"""


@pytest.mark.parametrize("searched", [job(), DAG], ids=["unit", "group"])
def test_what_a_search_asks(searched: str, catalog: Path) -> None:
    found = {told(c).partition(" in ")[0] for c in claims(SEARCH + searched, catalog=catalog)}
    assert {
        "component:acme/train:1 pull",
        "connection:data via component:acme/train:1",
        "secret:keys via connection:data",
        "queue:a/q",
    } <= found


@pytest.mark.parametrize("case", ORIGINS)
def test_origins(case: str, catalog: Path) -> None:
    text, expected = ORIGINS[case]
    assert further(claims(text, catalog=catalog)) == expected


def test_what_a_user_lays_over_a_preset_is_his(catalog: Path) -> None:
    text = job(presets="[gpu]")
    over = "isPreset: true\nrunPatch: {environment: {serviceAccountName: other}}"
    found = {told(c) for c in claims(text, catalog=catalog, presets=(over,))}
    # a preset of the catalog is the last layer
    assert "serviceAccount:trainer via preset:gpu" in found
    assert "serviceAccount:other" not in found


@pytest.mark.parametrize("name", ["", ", environment: {serviceAccountName: null}",
                                  ", environment: {serviceAccountName: ''}"])  # fmt: skip
def test_whoever_names_no_account_has_that_of_the_namespace(name: str) -> None:
    found = claims(f"run: {{kind: job, container: {{image: a:1}}{name}}}")
    assert "serviceAccount:default via default" in map(told, found)


@pytest.mark.parametrize("name", ["x", "default"])
def test_whoever_names_an_account_has_that(name: str) -> None:
    found = map(told, claims(job(f"environment: {{serviceAccountName: {name}}}")))
    assert [c for c in found if c.startswith("serviceAccount")] == [f"serviceAccount:{name}"]


def test_what_the_workspace_gives() -> None:
    found = further(claims(job(), namespace="n", service_account="runner"))
    assert found == {"namespace:n via default", "serviceAccount:runner via default"}


def test_what_pxc_adds_to_a_search() -> None:
    text = (
        "matrix: {kind: bayes, numInitialRuns: 2, maxIterations: 3, metric: {name: loss,"
        " optimization: minimize}, utilityFunction: {acquisitionFunction: ucb}, params:"
        " {v: {kind: uniform, value: [0, 1]}}}\n" + job()
    )
    found = further(claims(text))
    assert found == {"image:pxc-tuner:0.1.0 via compiler", "registry:docker.io via compiler"}


def test_a_path_in_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c.yaml").write_text(
        "kind: component\nrun: {kind: job, container: {image: 'a:1'}}\n"
    )
    (tmp_path / "file.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    found = further(claims("pathRef: c.yaml", root=tmp_path))
    assert "path:c.yaml pull" in found


def test_amounts_are_exact() -> None:
    found = claims(job(container="resources: {limits: {nvidia.com/gpu: '2'}}"))
    accelerator = next(c for c in found if c.kind == "accelerator")
    assert (accelerator.per_pod, accelerator.per_run) == (Decimal(2), Decimal(2))
    assert accelerator.span.text == "'2'"


def test_usual_is_claimed() -> None:
    assert set(map(told, claims(job()))) == USUAL
