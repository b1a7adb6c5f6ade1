"""Turns the images of a plan into those that pxc.lock pins, by their digests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import KObject, Lit, replace, walk
from pxc.ir.plan import Cache, Group, Plan, Unit
from pxc.ir.pod import Pod
from pxc.sha256 import sha256
from pxc.world import World

_CONTAINER = "V1Container"
_IMAGE = "image"


def pin_images(plan: Plan, world: World, report: Report) -> Plan:
    """Write each image of a container as pxc.lock pins it: `name@sha256:...`, without its tag.

    In: a plan after all checks, which see the tags that people wrote. Out: the same plan, where an
    image that the entry of a component has under `images` is the one of that digest, and so the
    unit another one. Only entries of components that were asked for count; images that are a
    run's to say stay as they are.
    """
    pins = world.hub.pins() if world.hub is not None else {}
    if not pins:
        return plan
    pinning = _Pinning(pins)
    group = plan.group
    return replace(
        plan,
        units=tuple(map(pinning.member, plan.units)),
        group=None if group is None else pinning.member(group),
    )


def container_images(plan: Plan) -> tuple[str, ...]:
    """The images of all containers of a plan that its author names, each once, sorted."""
    images = (
        node.get(_IMAGE)
        for node in walk(plan)
        if isinstance(node, KObject) and node.definition == _CONTAINER
    )
    return tuple(sorted({str(i.value) for i in images if isinstance(i, Lit) and i.value}))


def pinned(image: str, digest: str) -> str:
    """An image by its digest: runtimes do not agree on what a tag beside it would mean."""
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return f"{head if colon and '/' not in tag else name}@{digest}"


def _counting(cache: Cache | None, images: list[str]) -> Cache | None:
    """A cache that counts the images, too, where it counts containers at all."""
    if cache is None or (cache.sections and "containers" not in cache.sections):
        return cache
    return replace(cache, key=_with(cache.key, images))


def _with(digest: str, images: list[str]) -> str:
    return sha256("\n".join((digest, *images)).encode()).hexdigest()


class _Pinning:
    """Pins images; a pod that several units share is pinned once, and still shared."""

    def __init__(self, pins: Mapping[str, str]) -> None:
        self._pins = pins
        self._pods: dict[int, tuple[Pod, Pod, tuple[str, ...]]] = {}

    def member(self, member: Unit | Group) -> Any:
        """A unit or a group with its images pinned, at any depth."""
        hooks = tuple(replace(hook, unit=self.member(hook.unit)) for hook in member.hooks)
        if isinstance(member, Group):
            members = tuple(map(self.member, member.members))
            return replace(member, members=members, hooks=hooks)
        made = [self._pod(role.pod) for role in member.roles]
        found = [image for _, images in made for image in images]
        if not found:
            return replace(member, hooks=hooks) if hooks else member
        roles = tuple(replace(r, pod=pod) for r, (pod, _) in zip(member.roles, made, strict=True))
        return replace(
            member, roles=roles, hooks=hooks, cache=_counting(member.cache, found),
            identity=_with(member.identity, found),
        )  # fmt: skip

    def _pod(self, pod: Pod) -> tuple[Pod, tuple[str, ...]]:
        """A pod with its images pinned, and these."""
        known = self._pods.get(id(pod))
        if known is None:
            found: list[str] = []
            init = tuple(self._step(step, found) for step in pod.init)
            main = self._container(pod.main, found)
            sidecars = tuple(self._container(each, found) for each in pod.sidecars)
            made = replace(pod, main=main, init=init, sidecars=sidecars) if found else pod
            known = self._pods[id(pod)] = (pod, made, tuple(found))
        return known[1], known[2]

    def _step(self, step: Any, found: list[str]) -> Any:
        if step.container is None:
            return step
        container = self._container(step.container, found)
        return step if container is step.container else replace(step, container=container)

    def _container(self, container: KObject, found: list[str]) -> KObject:
        image = container.get(_IMAGE)
        if not isinstance(image, Lit) or str(image.value) not in self._pins:
            return container
        digest = self._pins[str(image.value)]
        new = Lit(image.span, pinned(str(image.value), digest))
        found.append(new.value)
        entries = ((k, new if v is image else v) for k, v in container.entries)
        return replace(container, entries=tuple(entries))
