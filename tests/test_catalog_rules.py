"""Objects of a catalog become rules; each fault in them is said once, at its place."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from time import perf_counter

import pytest

from pxc.access.organization import Bound, Member, Rules, Selector
from pxc.catalog import EmptyCatalog
from pxc.catalog.files import FileCatalog
from pxc.catalog.organization import KINDS, PEOPLE
from pxc.diagnostics import Report
from pxc.language import PolyaxonLanguage
from tests.command_line import write
from tests.conftest import ROOT
from tests.reading import found

ACME = """
kind: Organization
name: acme
roles:
- {name: trainer, extends: member, can: ["run:create", "component:pull"]}
- {name: bot, can: ["run:create"]}
members: [{user: root, role: owner}, {user: carl}, {serviceAccount: ci, role: bot}]
restrict: {images: {exclude: ["**:latest"]}}
defaults: {presets: [org-defaults]}
---
kind: Team
name: vision
members: [{user: ana, role: admin}, {user: bo}, {serviceAccount: ci-vision}]
externalGroups: ["okta:ml-vision"]
---
{kind: Team, name: platform, members: [{user: root}]}
---
{kind: Team, name: data, policy: gpu-tenant}
---
kind: Policy
name: gpu-tenant
restrict: {clusters: [gke-a]}
---
kind: Project
name: vision/detector
visibility: private
teams: [vision]
roles: [{user: carl, role: viewer}]
policy: gpu-tenant
namespace: vision
defaults: {queue: gke-a/gpu, presets: [org-defaults, a100-4]}
restrict:
  connections: [imagenet, registry-*]
  queues: [gke-a/*]
  presets: [a100-*, cpu-*]
  namespaces: [vision]
  runtimes: {exclude: [service]}
  images: ["registry.acme.io/vision/**@sha256:*"]
---
kind: Connection
name: imagenet
spec:
  kind: s3
  schema: {bucket: "s3://acme-imagenet"}
  secret: {name: imagenet-ro}
access: {actions: [read], sensitivity: internal, owner: team:data, clusters: [gke-a]}
---
{kind: Connection, name: pii, spec: {kind: aws}, access: {visibility: hidden}}
---
{kind: Connection, name: open, spec: {kind: aws}}
---
kind: Cluster
name: gke-a
namespaces: [{name: vision, quota: {nvidia.com/gpu: 16}}]
nodePools:
- {name: a100, selector: {cloud.google.com/gke-nodepool: a100}, taints: [{key: nvidia.com/gpu}],
   allocatable: {cpu: "47", memory: 330Gi, nvidia.com/gpu: 4}, count: {max: 8}, pricePerHour: 11.80}
- {name: tpu-v5e, allocatable: {google.com/tpu: 4}, pricePerHour: 4.8}
serviceAccounts: [train, builder]
priorityClasses: [batch-low, prod-high]
---
kind: Queue
name: gke-a/gpu
namespace: vision
nodePools: [a100]
priority: 5
concurrency: 8
quota: {nvidia.com/gpu: 16, memory: 2Ti, costPerHour: 60}
owner: team:platform
---
kind: Preset
name: a100-4
delegates: ["queue:gke-a/gpu", "accelerator:nvidia.com/gpu<=4"]
owner: team:platform
---
kind: Grant
name: vision-gpu
to: [team:vision, serviceAccount:ci-vision, group:okta:ml, role:trainer]
projects: ["vision/*"]
allow:
- {use: ["queue:gke-a/gpu", "preset:a100-*", "connection:imagenet"], actions: [read, use]}
- {use: ["accelerator:nvidia.com/gpu"], max: {perPod: 4, perRun: 8}}
until: 2027-03-31
---
{kind: Grant, name: root, to: ["role:owner"], allow: [{use: ["**"]}]}
---
kind: Deny
name: no-host
to: ["*"]
except: [team:platform]
deny: ["hostPath:**", privileged, hostNetwork, "serviceAccount:default"]
because: "Host access breaks tenant isolation. Use connection `scratch`."
help: https://wiki.example/host
---
kind: Quota
name: vision-total
for: {team: vision}
limits: {nvidia.com/gpu: 32, parallelRuns: 40, cpu: "400", costPerRun: 500, runDuration: 24h}
---
{kind: Quota, name: all, for: {organization: acme}, limits: {runDuration: 3600}}
---
{kind: Prices, perHour: {nvidia.com/gpu: 2.50, cpu: "0.04"}}
---
kind: AclTest
cases: []
"""
PRESETS = {
    "presets/org-defaults.yaml": "isPreset: true\nqueue: gke-a/gpu\n",
    "presets/a100-4.yaml": "isPreset: true\n",
}


def read(folder: Path, text: str, *, presets: bool = True) -> tuple[Rules, Report, FileCatalog]:
    """What a folder with this file, and the presets, comes to."""
    write(folder, {"org.yaml": dedent(text), **(PRESETS if presets else {})})
    report = Report()
    made = FileCatalog([folder], PolyaxonLanguage(), report)
    return made.rules, report, made


def test_an_organization(tmp_path: Path) -> None:
    rules, report, made = read(tmp_path, ACME)
    assert found(report) == []
    assert made.has_rules
    assert rules.declared
    organization = rules.organization
    assert organization is not None
    assert [(r.name, r.extends, sorted(r.can)) for r in organization.roles] == [
        ("trainer", "member", ["component:pull", "run:create"]),
        ("bot", None, ["run:create"]),
    ]
    assert [(m.subject, m.role) for m in organization.members] == [
        ("user:root", "owner"), ("user:carl", "member"), ("serviceAccount:ci", "bot"),
    ]  # fmt: skip
    assert [(r.kind, r.excludes, names(r.selectors)) for r in organization.restrict] == [
        ("image", True, ["image:**:latest"])
    ]
    assert organization.presets == ("org-defaults",)
    assert rules.teams["vision"].external_groups == ("okta:ml-vision",)
    assert rules.teams["vision"].members[0] == Member(
        rules.teams["vision"].members[0].span, "user:ana", "admin"
    )
    assert rules.teams["data"].policy == "gpu-tenant"
    assert rules.connections.keys() == {"imagenet", "pii", "open"}
    assert rules.presets.keys() == {"org-defaults", "a100-4"}
    assert rules.connections["open"] is None
    assert rules.presets["org-defaults"] is None
    assert rules.prices == {"nvidia.com/gpu": Decimal("2.5"), "cpu": Decimal("0.04")}


def test_a_project_and_what_is_offered(tmp_path: Path) -> None:
    rules, _, _ = read(tmp_path, ACME)
    project = rules.projects["vision/detector"]
    assert (project.teams, project.policy, project.queue) == (
        ("vision",),
        "gpu-tenant",
        "gke-a/gpu",
    )
    assert (project.presets, project.namespace) == (("org-defaults", "a100-4"), "vision")
    assert [(m.subject, m.role) for m in project.roles] == [("user:carl", "viewer")]
    assert {r.kind: (r.excludes, names(r.selectors)) for r in project.restrict} == {
        "connection": (False, ["connection:imagenet", "connection:registry-*"]),
        "queue": (False, ["queue:gke-a/*"]),
        "preset": (False, ["preset:a100-*", "preset:cpu-*"]),
        "namespace": (False, ["namespace:vision"]),
        "runtime": (True, ["runtime:service"]),
        "image": (False, ["image:registry.acme.io/vision/**@sha256:*"]),
    }
    access, hidden = rules.connections["imagenet"], rules.connections["pii"]
    assert access is not None
    assert hidden is not None
    assert (access.actions, access.owner, access.hidden) == (
        frozenset(("read",)),
        "team:data",
        False,
    )
    assert (access.sensitivity, access.clusters) == ("internal", ("gke-a",))
    assert (sorted(hidden.actions), hidden.hidden) == (["read", "write"], True)
    preset = rules.presets["a100-4"]
    assert preset is not None
    assert names(preset.delegates) == ["queue:gke-a/gpu", "accelerator:nvidia.com/gpu<=4"]


def test_machines(tmp_path: Path) -> None:
    rules, _, _ = read(tmp_path, ACME)
    cluster, queue = rules.clusters["gke-a"], rules.queues["gke-a/gpu"]
    assert cluster.namespaces[0].quota == {"nvidia.com/gpu": 16}
    a100, tpu = cluster.node_pools
    assert a100.allocatable == {"cpu": 47, "memory": 330 * 2**30, "nvidia.com/gpu": 4}
    assert a100.taints == (("nvidia.com/gpu", "", ""),)
    assert (a100.most, a100.price_per_hour) == (8, Decimal("11.8"))
    assert (tpu.most, tpu.price_per_hour) == (None, Decimal("4.8"))
    assert cluster.service_accounts == ("train", "builder")
    assert (queue.cluster, queue.namespace, queue.node_pools) == ("gke-a", "vision", ("a100",))
    assert (queue.priority, queue.concurrency, queue.owner) == (5, 8, "team:platform")
    assert queue.quota == {"nvidia.com/gpu": 16, "memory": 2 * 2**40, "costPerHour": 60}


def test_rules(tmp_path: Path) -> None:
    rules, _, _ = read(tmp_path, ACME)
    grant, deny = rules.grants["vision-gpu"], rules.denies["no-host"]
    assert grant.to == (
        "team:vision", "serviceAccount:ci-vision", "group:okta:ml", "role:trainer",
    )  # fmt: skip
    assert (grant.projects, grant.until) == (("vision/*",), "2027-03-31")
    assert grant.allow[0].actions == {"read", "use"}
    assert grant.allow[1].most == Bound(Decimal(4), Decimal(8))
    assert len(rules.grants["root"].allow[0].selectors) > 30
    assert (deny.to, deny.excepted, deny.level) == (("*",), ("team:platform",), "hard")
    assert names(deny.deny) == [
        "hostPath:**", "privileged:**", "hostNetwork:**", "serviceAccount:default",
    ]  # fmt: skip
    assert deny.because.startswith("Host access")
    quota = rules.quotas["vision-total"]
    assert (quota.scope, quota.subject) == ("team", "vision")
    assert quota.limits == {
        "nvidia.com/gpu": 32, "parallelRuns": 40, "cpu": 400, "costPerRun": 500,
        "runDuration": 86400,
    }  # fmt: skip
    assert rules.quotas["all"].limits == {"runDuration": 3600}


def names(selectors: tuple[Selector, ...]) -> list[str]:
    """Selectors as they would be written."""
    return [f"{s.kind}:{s.name}" + (f"<={s.most}" if s.most is not None else "") for s in selectors]


FAULTS = {
    "twice": (
        "{kind: Team, name: a}\n---\n{kind: Team, name: a}",
        ["PXC810 5:20 a"], "rename or delete one",
    ),
    "two organizations": (
        "{kind: Organization, name: b}", ["PXC810 3:28 b"], "keep one",
    ),
    "no name": ("kind: Team", ["PXC810 3:1 kind"], "add `name`"),
    "a name that cannot be": ("{kind: Team, name: a b}", ["PXC810 3:20 a b"], "use letters"),
    "key": ("{kind: Team, name: a, member: []}", ["PXC810 3:23 member"], "`members`?"),
    "member": (
        "{kind: Team, name: a, members: [{usr: a}]}",
        ["PXC810 3:34 usr", "PXC810 3:34 usr"], "did you mean `user`?",
    ),
    "member twice": (
        "{kind: Team, name: a, members: [{user: x}, {user: x, role: admin}]}",
        ["PXC810 3:51 x"], "delete one",
    ),
    "role": (
        "{kind: Team, name: a, members: [{user: x, role: viewr}]}",
        ["PXC810 3:49 viewr"], "did you mean `viewer`?",
    ),
    "policy": ("{kind: Team, name: a, policy: x}", ["PXC810 3:31 x"], "`kind: Policy`"),
    "team of a project": (
        "{kind: Project, name: a, teams: [visoin]}\n---\n{kind: Team, name: vision}",
        ["PXC810 3:34 visoin"], "did you mean `vision`?",
    ),
    "visibility": (
        "{kind: Project, name: a, visibility: open}", ["PXC810 3:38 open"], "one of `private`",
    ),
    "queue of a project": (
        "{kind: Project, name: a, defaults: {queue: q}}", ["PXC810 3:44 q"], "`kind: Queue`",
    ),
    "preset of a project": (
        "{kind: Project, name: a, defaults: {presets: [a100]}}",
        ["PXC810 3:47 a100"], "did you mean `a100-4`?",
    ),
    "restrict": (
        "{kind: Project, name: a, restrict: {connection: []}}",
        ["PXC810 3:37 connection"], "did you mean `connections`?",
    ),
    "restrict to what is not there": (
        "{kind: Project, name: a, restrict: {connections: [imagnet]}}\n---\n"
        "{kind: Connection, name: imagenet, spec: {kind: aws}}",
        ["PXC810 3:51 imagnet"], "did you mean `imagenet`?",
    ),
    "exclusion of nothing": (
        "{kind: Policy, name: a, restrict: {runtimes: {exclude: []}}}",
        ["PXC810 3:56 []"], "leave the field out",
    ),
    "selector": (
        "{kind: Deny, name: a, to: ['*'], deny: [conection:x]}",
        ["PXC810 3:41 conection:x"], "did you mean `connection:x`?",
    ),
    "selector of no name": (
        "{kind: Deny, name: a, to: ['*'], deny: [connection]}",
        ["PXC810 3:41 connection"], "`connection:**` for every one",
    ),
    "amount in a deny": (
        "{kind: Deny, name: a, to: ['*'], deny: ['accelerator:g/g<=1']}",
        ["PXC810 3:41 'accelerator:g/g<=1'"], "`use` of a grant",
    ),
    "amount of what is not counted": (
        "{kind: Grant, name: a, to: ['*'], allow: [{use: ['secret:a<=1']}]}",
        ["PXC810 3:50 'secret:a<=1'"], "`use` of a grant",
    ),
    "bound of what is not counted": (
        "{kind: Grant, name: a, to: ['*'], allow: [{use: ['secret:a'], max: {perPod: 1}}]}",
        ["PXC810 3:69 perPod"], "an entry of their own",
    ),
    "nobody": (
        "{kind: Grant, name: a, to: [], allow: [{use: ['secret:a']}]}",
        ["PXC810 3:28 []"], "name something",
    ),
    "subject": (
        "{kind: Grant, name: a, to: [ana], allow: [{use: ['secret:a']}]}",
        ["PXC810 3:29 ana"], "write `KIND:NAME`",
    ),
    "unknown user": (
        "{kind: Deny, name: a, to: [user:anna], deny: ['secret:a']}\n---\n"
        "{kind: Team, name: t, members: [{user: ana}]}",
        ["PXC810 3:28 user:anna"], "did you mean `ana`?",
    ),
    "user of nothing": (
        "{kind: Deny, name: a, to: [user:zed], deny: ['secret:a']}",
        ["PXC810 3:28 user:zed"], "add `{user: zed}` to the `members`",
    ),
    "exception for nobody": (
        "{kind: Deny, name: a, to: ['*'], except: [team:x], deny: ['secret:a']}",
        ["PXC810 3:43 team:x"], "declare it with `kind: Team`",
    ),
    "grant of what is not there": (
        "{kind: Grant, name: a, to: ['*'], allow: [{use: ['queue:q']}]}",
        ["PXC810 3:50 'queue:q'"], "`kind: Queue`",
    ),
    "grant of no action": (
        "{kind: Grant, name: a, to: ['*'], allow: [{use: ['secret:a'], actions: []}]}",
        ["PXC810 3:72 []"], "leave the field out",
    ),
    "action": (
        "{kind: Grant, name: a, to: ['*'], allow: [{use: ['secret:a'], actions: [raed]}]}",
        ["PXC810 3:73 raed"], "did you mean `read`?",
    ),
    "project of a grant": (
        "{kind: Grant, name: a, to: ['*'], projects: [x/y], allow: [{use: ['secret:a']}]}\n---\n"
        "{kind: Project, name: x/z}",
        ["PXC810 3:46 x/y"], "known: `x/z`",
    ),
    "day": (
        "{kind: Grant, name: a, to: ['*'], allow: [{use: ['secret:a']}], until: 2027-02-30}",
        ["PXC810 3:72 2027-02-30"], "`2027-03-31`",
    ),
    "level": (
        "{kind: Deny, name: a, to: ['*'], deny: ['secret:a'], level: weak}",
        ["PXC810 3:61 weak"], "one of `hard`, `soft`, `advisory`",
    ),
    "namespace of another cluster": (
        "{kind: Cluster, name: c, namespaces: [{name: a}]}\n---\n"
        "{kind: Queue, name: c/q, namespace: b}",
        ["PXC810 5:37 b"], "known: `a`",
    ),
    "cluster of a queue": (
        "{kind: Queue, name: q, cluster: c}", ["PXC810 3:33 c"], "`kind: Cluster`",
    ),
    "resource": (
        "{kind: Quota, name: a, for: {organization: acme}, limits: {memroy: 1}}",
        ["PXC810 3:60 memroy"], "did you mean `memory`?",
    ),
    "amount": (
        "{kind: Quota, name: a, for: {organization: acme}, limits: {memory: 1 GB}}",
        ["PXC810 3:68 1 GB"], None,
    ),
    "less than nothing": (
        "{kind: Quota, name: a, for: {organization: acme}, limits: {cpu: -1}}",
        ["PXC810 3:65 -1"], None,
    ),
    "duration": (
        "{kind: Quota, name: a, for: {organization: acme}, limits: {runDuration: 1 day}}",
        ["PXC810 3:73 1 day"], None,
    ),
    "quota of two": (
        "{kind: Quota, name: a, for: {user: a, team: b}, limits: {cpu: 1}}",
        ["PXC810 3:29 {user: a, team: b}"], "write `for: {team: NAME}`",
    ),
    "price twice": (
        "{kind: Prices, perHour: {cpu: 1}}\n---\n{kind: Prices, perHour: {cpu: 2}}",
        ["PXC810 5:26 cpu"], "keep one",
    ),
    "rules of no preset": (
        "{kind: Preset, name: a100-8}", ["PXC810 3:22 a100-8"], "did you mean `a100-4`?",
    ),
    "role that is there": (
        "{kind: Team, name: a, members: [{user: b, role: trainer}]}",
        ["PXC810 3:49 trainer"], "known:",
    ),
    "access": (
        "{kind: Connection, name: a, spec: {kind: aws}, access: {actons: [read]}}",
        ["PXC810 3:57 actons"], "did you mean `actions`?",
    ),
    "owner": (
        "{kind: Connection, name: a, spec: {kind: aws}, access: {owner: data}}",
        ["PXC810 3:64 data"], "write `KIND:NAME`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_once_at_its_place(tmp_path: Path, name: str) -> None:
    text, expected, help_ = FAULTS[name]
    _, report, _ = read(tmp_path, "{kind: Organization, name: acme}\n---\n" + text)
    assert found(report) == expected
    if help_ is not None:
        assert help_ in (report.sorted()[0].help or "")


ROLE_FAULTS = {
    "of every organization": ("{name: owner}", "PXC810 1:46 owner"),
    "permission": ("{name: a, can: [run:crate]}", "PXC810 1:55 run:crate"),
    "circle": ("{name: a, extends: b}, {name: b, extends: a}", "PXC810 1:46 a"),
    "base": ("{name: a, extends: x}", "PXC810 1:58 x"),
    "twice": ("{name: a}, {name: a}", "PXC810 1:57 a"),
}


@pytest.mark.parametrize("name", ROLE_FAULTS)
def test_a_fault_in_a_role(tmp_path: Path, name: str) -> None:
    roles, expected = ROLE_FAULTS[name]
    _, report, _ = read(tmp_path, f"{{kind: Organization, name: o, roles: [{roles}]}}")
    assert found(report) == [expected]


@pytest.mark.parametrize("kind", PEOPLE[1:])
def test_a_rule_needs_an_organization(tmp_path: Path, kind: str) -> None:
    """What would not be enforced is refused, for its author means it to be."""
    bodies = {
        "Grant": ", to: ['*'], allow: [{use: ['secret:a']}]",
        "Deny": ", to: ['*'], deny: ['secret:a']",
        "Quota": ", for: {project: p}, limits: {cpu: 1}",
        "Policy": ", restrict: {}",
    }
    rules, report, made = read(tmp_path, f"{{kind: {kind}, name: a{bodies.get(kind, '')}}}")
    assert not rules.declared
    assert [d.message for d in report] == [f"a `{kind}` means nothing without an organization"]
    assert not made.has_rules


def test_places_and_machines_need_no_organization(tmp_path: Path) -> None:
    text = "{kind: Project, name: p, namespace: n}\n---\n{kind: Cluster, name: c}\n---\n"
    rules, report, made = read(tmp_path, text + "{kind: Queue, name: c/q, namespace: n}")
    assert found(report) == []
    assert not made.has_rules
    assert not rules.declared
    assert rules.queues["c/q"].cluster == "c"


def test_no_catalog_has_no_rules() -> None:
    assert EmptyCatalog().rules == Rules()
    assert not EmptyCatalog().has_rules


def test_connections_alone_are_no_rules(tmp_path: Path) -> None:
    rules, report, made = read(tmp_path, "{kind: Connection, name: a, spec: {kind: aws}}")
    assert found(report) == []
    assert not rules.declared
    assert rules.connections == {"a": None}
    assert not made.has_rules


def test_documents_of_a_file(tmp_path: Path) -> None:
    """Empty documents are passed over, and a fault keeps the documents before it."""
    rules, report, _ = read(
        tmp_path, "---\n---\n{kind: Cluster, name: a}\n---\n# no more\n---\na: ["
    )
    assert [d.code.id for d in report] == ["PXC001"]
    assert list(rules.clusters) == ["a"]
    _, report, _ = read(tmp_path, "---\n---\n# nothing\n")
    assert [d.code.id for d in report] == ["PXC014"]


def test_every_kind_has_a_reader() -> None:
    from pxc.catalog.organization.rules import _READERS

    assert {*_READERS, "Organization", "Prices"} == {*KINDS}


def test_a_catalog_of_any_size_is_read_in_time(tmp_path: Path) -> None:
    """Long chains of roles and many unknown names take time by their number alone."""
    count = 5_000
    roles = ", ".join(f"{{name: r{i}, extends: r{i + 1}}}" for i in range(count))
    users = ", ".join(f'"user:u{i}"' for i in range(count))
    text = f"{{kind: Organization, name: o, roles: [{roles}]}}\n---\n"
    text += f"{{kind: Deny, name: d, to: [{users}], deny: ['secret:a']}}\n---\n"
    members = ", ".join(f"{{user: x{i}}}" for i in range(count))
    before = perf_counter()
    _, report, _ = read(tmp_path, text + f"{{kind: Team, name: t, members: [{members}]}}")
    assert perf_counter() - before < 60
    assert report.has_errors


BODIES = {
    "Policy": ", restrict: {}",
    "Grant": ", to: ['*'], allow: [{use: ['secret:a']}]",
    "Deny": ", to: ['*'], deny: ['secret:a']",
    "Quota": ", for: {organization: o}, limits: {}",
    "Prices": ", perHour: {}",
    "Preset": "",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_tells_every_key(tmp_path: Path, kind: str) -> None:
    """What a reader says when it meets a key that is not like any of its own."""
    name = {"Organization": "o", "Preset": "a100-4"}.get(kind, "a")
    text = f"{{kind: {kind}, name: {name}, '%%%%': 1{BODIES.get(kind, '')}}}"
    more = "{kind: Organization, name: o}\n---\n" if kind != "Organization" else ""
    _, report, _ = read(tmp_path, more + text)
    (fault,) = report
    assert fault.help is not None
    keys = set(re.findall(r"`(\w+)`", fault.help)) - {"kind", "name", "description"}
    page = (ROOT / "docs" / "organization.md").read_text("utf-8")
    section = re.split(r"^#+ ", page.partition(f"### {kind}\n")[2], maxsplit=1, flags=re.M)[0]
    rows = [
        line.strip("|").split("|")[0] for line in section.splitlines() if line.startswith("| `")
    ]
    assert {key for row in rows for key in re.findall(r"`(\w+)`", row)} == keys
