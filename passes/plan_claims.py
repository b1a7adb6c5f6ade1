"""Turns a plan into its claims: everything that its runs would use, each with origin and place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from pxc.access.claims import DEFAULT_ACCOUNT, Claim
from pxc.access.fields import claim_fields, claim_inside
from pxc.access.gathering import Gathering
from pxc.access.organization import NodePool
from pxc.access.things import claim_image, is_accelerator
from pxc.access.volumes import claim_path
from pxc.ir.asked import path_of
from pxc.ir.node import KObject, Lit, Node, replace
from pxc.ir.plan import Earlier, Group, Hook, Plan, Unit
from pxc.ir.pod import (
    Attachment,
    ContainerStep,
    FileStep,
    GitStep,
    Pod,
    Results,
    Role,
    TransferStep,
    Watch,
)
from pxc.ir.search import Proposer
from pxc.passes.attached_members import attached_to
from pxc.passes.claim_choices import Values, cell_values, choices_in, text_of_value
from pxc.passes.named_claims import NamedClaims, given_preset
from pxc.passes.pod_demand import Taken, pod_demand, replicas_of
from pxc.source import Span, head_of
from pxc.world import World

__all__ = ["claims_of"]

_DOCKER_SOCKET = "/var/run/docker.sock"


def claims_of(plan: Plan, world: World, pools: tuple[NodePool, ...] = ()) -> tuple[Claim, ...]:
    """Every claim of a plan, in the order of places in it.

    `pools` are the node pools of the catalog, by which labels and taints are known. Of the world
    only its options, its language and the names of the catalog's components count, so equal plans
    have equal claims.
    """
    return _Claims(plan, world, pools).all()


class _Inside(Struct, frozen=True):
    """Where in a plan a claim is found: whose it is, and what the values of cells there can be."""

    owner: str = ""
    values: Values = field(default_factory=dict)


class _Claims:
    def __init__(self, plan: Plan, world: World, pools: tuple[NodePool, ...]) -> None:
        self.plan, self.world = plan, world
        self.into = Gathering(world.language.quantity, pools)
        self.into.models = {
            Attachment: self.attachment,
            ContainerStep: self.container_step,
            FileStep: self.file_step,
            GitStep: self.git_step,
            TransferStep: self.transfer_step,
            Results: self.results,
            Watch: self.watch,
            Role: self.role,
            Pod: self.pod,
            Hook: self.nothing,
            Proposer: self.nothing,
        }
        self.writes = True

    def all(self) -> tuple[Claim, ...]:
        """The claims of the whole plan."""
        plan, into = self.plan, self.into
        into.via = "user"
        into.add("project", plan.project, span=head_of(plan.span))
        into.add("run", "create", span=head_of(plan.span), action="create")
        into.via = ""
        asked = {
            f"params.{p.name}": tuple(map(text_of_value, p.options))
            for p in plan.params
            if p.options
        }
        for unit in plan.units:
            self.member(unit, _Inside("", asked))
        if plan.group is not None:
            self.member(plan.group, _Inside("", asked))
        names = NamedClaims(into, self.world)
        for named in (*plan.named, *map(given_preset, self.world.options.presets)):
            names.named(named)
        names.events(plan)
        return tuple(into)

    # members

    def member(self, member: Unit | Group, inside: _Inside) -> None:
        """A unit or a group, what is in it, and what follows it."""
        self.into.owner = inside.owner
        self.into.add("runtime", member.kind, span=head_of(member.span))
        self.given("namespace", member.namespace, member, inside.owner)
        if isinstance(member, Unit):
            self.given("queue", member.queue, member, inside.owner)
        if member.search is not None or member.joins:
            self.compiler_image(self.world.options.runtime.images.tuner, member.span)
        values = inside.values | cell_values(member)
        if isinstance(member, Unit):
            self.into.choices = choices_in(member, values, self.world.language)
            claim_fields(member, self.into)
            self.amounts(member)
            if member.earlier is not None:
                self.earlier(member, member.earlier)
        else:
            outer = {f"dag.{path}": texts for path, texts in values.items()}
            for inner in member.members:
                self.member(inner, _Inside(path_of(inside.owner, inner.name), outer))
        for other in attached_to(member):
            self.member(other, _Inside(path_of(inside.owner, other.name), {}))

    def earlier(self, unit: Unit, earlier: Earlier) -> None:
        """The run that one begins from, which may be anybody's: a uuid tells of no project.

        A restart takes its uuid and nothing else. What is resumed is written again, so whoever asks
        for it needs the artifacts store as if the file had named it.
        """
        if earlier.kind == "restart":
            return
        self.into.via = "user"
        self.into.add("runs", f"*/{earlier.run}", span=earlier.span, action="read")
        self.into.via = ""
        results = unit.pod.results
        if earlier.own_uuid and results is not None:
            self.connection(replace(results.attachment, span=earlier.span), "use", via="user")

    def amounts(self, unit: Unit) -> None:
        """What the pods of a unit take: the most of one, and all of them together."""
        into = self.into
        per_run: dict[str, Decimal] = {}
        per_pod: dict[str, Taken] = {}
        for role in unit.roles:
            count = replicas_of(unit, role)
            for name, taken in pod_demand(role.pod, into.amount, into.choices).items():
                per_run[name] = per_run.get(name, Decimal(0)) + taken.amount * count
                first = per_pod.get(name)
                if first is None or first.amount < taken.amount:
                    per_pod[name] = taken
        for name, taken in per_pod.items():
            kind = "accelerator" if is_accelerator(name) else "resource"
            if taken.amount > 0:
                value = taken.spans[-1]
                into.add(kind, name, span=value, also=taken.spans, per_pod=taken.amount,
                         per_run=per_run[name])  # fmt: skip

    def given(self, kind: str, name: str | None, member: Unit | Group, owner: str) -> None:
        """What the workspace gives; what an author names is a claim by itself."""
        named = any(n.kind == kind and n.owner == owner for n in self.plan.named)
        if name is not None and not (named and kind == "queue") and not self._is_named(kind, name):
            self.into.via = "default"
            self.into.add(kind, name, span=head_of(member.span))
            self.into.via = ""

    def _is_named(self, kind: str, name: str) -> bool:
        return any(n.kind == kind and _text(n.name) == name for n in self.plan.named)

    # pods

    def role(self, role: Role) -> None:
        """The pod of a role, and how much all of its pods together take."""
        claim_inside(role, self.into)

    def pod(self, pod: Pod) -> None:
        """A pod: what its fields name, what they amount to, and what pxc itself puts into it."""
        claim_inside(pod, self.into)
        options = self.world.options
        if pod.docker:
            self.into.add("hostPath", _DOCKER_SOCKET, span=head_of(pod.span))
        environment = pod.environment
        named = getattr(environment, "service_account_name", None)
        if named is None or (isinstance(named, Lit) and named.value in (None, "")):
            self.into.via = "default"
            given = (options.service_account, options.argo.service_account)
            for account in filter(None, given) if any(given) else (DEFAULT_ACCOUNT,):
                self.into.add("serviceAccount", account, span=head_of(pod.span))
            self.into.via = ""
        if options.runtime.polyaxon:
            self.compiler_image(options.runtime.images.init, pod.span)
            if pod.watch is None or (pod.watch.image is None and pod.watch.image_tag is None):
                self.compiler_image(options.runtime.images.sidecar, pod.span)
            secret = options.runtime.token_secret
            if secret and pod.watch is not None and pod.watch.auth:
                self.into.via = "compiler"
                self.into.add("secret", secret, span=pod.watch.span)
                self.into.via = ""

    def compiler_image(self, image: str, span: Span) -> None:
        """An image of a step that pxc adds."""
        before, self.into.via = self.into.via, "compiler"
        claim_image(Lit(span, image), self.into)
        self.into.via = before

    def watch(self, watch: Watch) -> None:
        """What an author says of Polyaxon's own sidecar."""
        if watch.image is not None or watch.image_tag is not None:
            name = watch.image or _without_tag(self.world.options.runtime.images.sidecar)
            tag = f":{watch.image_tag}" if watch.image_tag else ""
            claim_image(Lit(watch.span, name + tag), self.into)
        claim_inside(watch, self.into)

    def nothing(self, node: Node) -> None:
        """What is looked at elsewhere."""

    # steps

    def git_step(self, step: GitStep) -> None:
        """A checkout: its image is pxc's, what it reads is the author's."""
        if _own_image(step.container) is None:
            self.compiler_image(self.world.options.runtime.images.git, step.span)
        attached = step.attachment
        given = attached.schema if attached is not None else None
        if attached is not None and given is not None and given.get("url") is step.url:
            self.into.via = f"connection:{attached.name}"
        if isinstance(step.url, Lit):
            self.into.add("egress", _host(str(step.url.value)), span=step.url.span)
        else:
            self.into.unknown("egress", step.url)
        self.into.via = ""
        self.reading(step)

    def transfer_step(self, step: TransferStep) -> None:
        """Files of a store."""
        if _own_image(step.container) is None:
            self.compiler_image(self.world.options.runtime.images.rclone, step.span)
        self.reading(step)

    def file_step(self, step: FileStep) -> None:
        """A file written as given."""
        if _own_image(step.container) is None:
            self.compiler_image(self.world.options.runtime.images.shell, step.span)
        claim_inside(step, self.into)

    def container_step(self, step: ContainerStep) -> None:
        """A container of the author's own."""
        claim_inside(step, self.into)

    def reading(self, step: Node) -> None:
        """What a step brings in it only reads."""
        self.writes = False
        claim_inside(step, self.into)
        self.writes = True

    def results(self, results: Results) -> None:
        """Where the catalog keeps what runs leave: nobody asks for that."""
        if results.copied:
            self.compiler_image(self.world.options.runtime.images.rclone, results.span)
        self.connection(results.attachment, "write", via="compiler")

    # connections

    def attachment(self, attachment: Attachment) -> None:
        """A connection that the author asks for, with what it brings."""
        if not attachment.told:
            self.brought(attachment)
        else:
            self.connection(attachment, "use" if self.writes else "read")

    def connection(self, attachment: Attachment, action: str, *, via: str = "") -> None:
        """A connection, and what it implies."""
        self.into.via = via
        self.into.add("connection", attachment.name, span=attachment.span, action=action)
        self.brought(attachment)

    def brought(self, attachment: Attachment) -> None:
        """The secrets, volumes, buckets and annotations of a connection, by way of it."""
        into, span = self.into, attachment.span
        into.via = f"connection:{attachment.name}"
        store = attachment.store
        action = "read" if not self.writes or (store is not None and store.read_only) else "write"
        if store is not None and store.kind == "volume_claim":
            into.add("volume", f"pvc/{store.volume}", span=span, action=action)
        elif store is not None and store.kind == "host_path":
            claim_path("hostPath", (), Lit(span, store.volume), into, action="use")
        elif store is not None:
            into.add("bucket", store.path, span=span, action=action)
        for injection in attachment.injections:
            into.add(injection.resource, injection.name, span=span)
        for variable in attachment.env:
            claim_fields(variable, into)
        pairs = tuple((Lit(span, key), Lit(span, value)) for key, value in attachment.annotations)
        claim_fields(KObject(span, ((Lit(span, "annotations"), KObject(span, pairs)),)), into)
        into.via = ""


def _text(node: Any) -> str | None:
    return str(node.value) if isinstance(node, Lit) else None


def _without_tag(image: str) -> str:
    name, colon, tag = image.rpartition(":")
    return name if colon and "/" not in tag and "@" not in name else image


def _own_image(container: KObject | None) -> Any:
    return container.get("image") if container is not None else None


def _host(address: str) -> str:
    """The host of the address of a repository, in the form of a URL or of `user@host:path`."""
    place = address.rpartition("://")[2].partition("/")[0].rpartition("@")[2]
    return place.partition(":")[0].lower()
