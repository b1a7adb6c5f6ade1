"""Services that are opened: routes whose paths are those that the program is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options
from tests.kubernetes_oracle import judge

GATEWAY = {"expose": "gateway", "expose_via": "infra/public", "expose_host": "ml.example.org"}
INGRESS = {"expose": "ingress", "expose_via": "nginx", "expose_host": "ml.example.org"}

FILE = """
kind: component
name: board
run:
  kind: service
  isExternal: true
  {extra}
  container:
    image: a
    command: [serve, "{{{{ globals.base_url }}}}"]
    {container}
"""


def compiled(extra: str = "", container: str = "", **options: Any) -> Outcome:
    text = FILE.format(extra=extra, container=container)
    chosen = Options(**({"namespace": "vision"} | options))
    return compile_request(Request(files=(SourceText("f.yaml", text.encode()),), options=chosen))


def emitted(extra: str = "", container: str = "", **options: Any) -> list[dict[str, Any]]:
    outcome = compiled(extra, container, **options)
    assert not list(outcome.report), [d.message for d in outcome.report]
    return judge(outcome.files[0].text)


def url_of(deployment: dict[str, Any]) -> str:
    """The base URL as the program gets it."""
    url = deployment["spec"]["template"]["spec"]["containers"][0]["command"][1]
    assert isinstance(url, str)
    return url


def test_an_http_route() -> None:
    deployment, service, route = emitted("ports: [8888, 6006]", **GATEWAY)
    url = url_of(deployment)
    assert url.startswith("/external/v1/vision/default/default/runs/")
    assert url.endswith("/8888")
    urls = [url, url.replace("8888", "6006")]
    assert route["metadata"]["namespace"] == "vision"
    assert route["spec"] == {
        "parentRefs": [{"name": "public", "namespace": "infra"}],
        "hostnames": ["ml.example.org"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": url}}],
                "backendRefs": [{"name": service["metadata"]["name"], "port": port}],
            }
            for url, port in zip(urls, (8888, 6006), strict=True)
        ],
    }


def test_an_ingress() -> None:
    deployment, service, route = emitted("ports: [8888, 6006]", **INGRESS)
    assert not any("nginx" in key for key in route["metadata"]["annotations"])
    url = url_of(deployment)
    urls = [url, url.replace("8888", "6006")]
    assert route["spec"]["ingressClassName"] == "nginx"
    (rule,) = route["spec"]["rules"]
    assert rule["host"] == "ml.example.org"
    name = service["metadata"]["name"]
    assert rule["http"]["paths"] == [
        {
            "path": url,
            "pathType": "Prefix",
            "backend": {"service": {"name": name, "port": {"number": port}}},
        }
        for url, port in zip(urls, (8888, 6006), strict=True)
    ]


def test_a_path_that_is_rewritten() -> None:
    route = emitted("rewritePath: true", **GATEWAY)[2]
    (rule,) = route["spec"]["rules"]
    assert rule["matches"][0]["path"]["value"].startswith("/rewrite-external/v1/")
    assert rule["filters"] == [
        {
            "type": "URLRewrite",
            "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}},
        }
    ]


def test_a_path_that_nginx_rewrites() -> None:
    options = INGRESS | {"owner": "acme.ai", "project": "a+b"}
    deployment, _, route = emitted("rewritePath: true", **options)
    about = route["metadata"]["annotations"]
    assert about["nginx.ingress.kubernetes.io/use-regex"] == "true"
    (path,) = route["spec"]["rules"][0]["http"]["paths"]
    url = url_of(deployment)
    assert "/acme.ai/a+b/" in url
    pattern, target = path["path"], about["nginx.ingress.kubernetes.io/rewrite-target"]
    assert path["pathType"] == "ImplementationSpecific"

    def reaches(asked: str) -> str | None:
        found = re.match(pattern, asked)
        return str(target).replace("$2", found[2]) if found else None

    assert reaches(url) == "/"
    assert reaches(f"{url}/") == "/"
    assert reaches(f"{url}/tree/a?b") == "/tree/a?b"
    assert reaches(f"{url}0/tree") is None
    assert reaches(url.replace(".", "x")) is None


@pytest.mark.parametrize(
    ("container", "ends"),
    [
        ("", [("80", 80)]),
        ("ports: [{containerPort: 8888, name: web}]", [("80", 8888)]),
        ("ports: [{containerPort: 8888}, {containerPort: 80}]", [("8888", 8888), ("80", 80)]),
        ("ports: [{containerPort: 8888}, {containerPort: 9}]", [("80", 8888), ("9", 9)]),
    ],
)
def test_the_base_url_leads_somewhere_without_authored_ports(
    container: str, ends: list[tuple[str, int]]
) -> None:
    """`globals.base_url` ends with 80 then, as Polyaxon has it."""
    deployment, _, route = emitted("", container, **GATEWAY)
    url = url_of(deployment)
    rules = route["spec"]["rules"]
    found = [(r["matches"][0]["path"]["value"], r["backendRefs"][0]["port"]) for r in rules]
    assert found == [(f"{url.rpartition('/')[0]}/{end}", port) for end, port in ends]
    assert url in [path for path, _ in found]


def test_without_host_and_class() -> None:
    assert "hostnames" not in emitted(**GATEWAY | {"expose_host": ""})[2]["spec"]
    bare = emitted(**INGRESS | {"expose_host": "", "expose_via": ""})[2]["spec"]
    assert [*bare] == ["rules"]
    assert [*bare["rules"][0]] == ["http"]


MANY = f"ports: {list(range(1, 18))}"
TOLD = [
    ("rewritePath: true", INGRESS | {"expose_via": "traefik"}, "PXC701", "class `traefik`"),
    ("rewritePath: true", INGRESS | {"expose_via": ""}, "PXC701", "by an Ingress"),
    (MANY, GATEWAY, "PXC701", "16 ports at most; this service has 17"),
    ("", GATEWAY | {"namespace": None}, "PXC703", "namespace"),
    ("", GATEWAY | {"project": "two words"}, "PXC116", "two words"),
    ("isExternal: false", GATEWAY, "PXC702", "lets everybody in"),
]


@pytest.mark.parametrize(("extra", "options", "code", "piece"), TOLD)
def test_what_a_route_cannot_say(
    extra: str, options: dict[str, Any], code: str, piece: str
) -> None:
    text = FILE.format(extra=extra, container="")
    if "isExternal: false" in extra:
        text = text.replace("  isExternal: true\n", "")
    chosen = Options(**({"namespace": "vision"} | options))
    outcome = compile_request(Request(files=(SourceText("f.yaml", text.encode()),), options=chosen))
    assert [d.code.id for d in outcome.report] == [code]
    assert piece in next(iter(outcome.report)).message
    assert bool(outcome.files) == (code == "PXC702")


def test_many_ports_behind_an_ingress() -> None:
    assert len(emitted(MANY, **INGRESS)[2]["spec"]["rules"][0]["http"]["paths"]) == 17


def test_names_of_ports_are_the_containers() -> None:
    container = (
        "ports: [{containerPort: 8888, name: web}, {containerPort: 53, protocol: UDP, name: d}]"
    )
    service = emitted("ports: [8888, 9]", container, expose="gateway", expose_via="g")[1]
    assert [port["name"] for port in service["spec"]["ports"]] == ["web", "port-9"]


def test_a_service_as_a_whole() -> None:
    """Probes, results and replicas stay what they are beside a route."""
    container = "readinessProbe: {httpGet: {path: /ready, port: 8888}, periodSeconds: 3}"
    deployment = emitted("ports: [8888]\n  replicas: 0", container, **GATEWAY)[0]
    assert deployment["spec"]["replicas"] == 0
    main = deployment["spec"]["template"]["spec"]["containers"][0]
    assert main["readinessProbe"] == {
        "httpGet": {"path": "/ready", "port": 8888},
        "periodSeconds": 3,
    }


def test_a_job_has_no_route() -> None:
    text = "kind: component\nname: a\nrun: {kind: job, container: {image: a}}\n"
    request = Request(files=(SourceText("f.yaml", text.encode()),), options=Options(**GATEWAY))
    (file,) = compile_request(request).files
    assert [d["kind"] for d in yaml.safe_load_all(file.text)] == ["Job"]
