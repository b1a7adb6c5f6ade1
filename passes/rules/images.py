"""Rules about the images of containers."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report, allowed
from pxc.image_reference import image_fault
from pxc.ir.program import Program
from pxc.ir.run import DockerfileInit
from pxc.passes.rules.authored import authored, containers, text_of
from pxc.world import World


def images(program: Program, world: World, report: Report) -> None:
    """PXC503 no tag, PXC504 `latest`, PXC505 no digest, PXC515 a policy that fights the tag."""
    for container in containers(program, world):
        image, policy = container.get("image"), container.get("imagePullPolicy")
        if not _check_policy(image, policy, report):
            _check_image(image, report)
    for node in authored(program, world):
        if isinstance(node, DockerfileInit):
            _check_image(node.image, report)


def untrusted_registries(program: Program, world: World, report: Report) -> None:
    """PXC609: an image from elsewhere than the setting `allowed-registries` allows."""
    allow = world.options.allowed_registries
    if not allow:
        return
    found = [container.get("image") for container in containers(program, world)]
    found += [n.image for n in authored(program, world) if isinstance(n, DockerfileInit)]
    for image in found:
        name = text_of(image)
        if image is None or not name or name == "scratch":
            continue
        place = repository(name)
        if not any(f"{place}/".startswith(f"{prefix.strip('/')}/") for prefix in allow):
            report.add(
                "PXC609",
                f"images from `{place.rpartition('/')[0]}` are not allowed here",
                image.span,
                help=f"allowed: {allowed(allow)}",
            )


def repository(name: str) -> str:
    """Where an image is from, in full: `python:3.12` is in `docker.io/library/python`."""
    bare = name.partition("@")[0]
    head, slash, tail = bare.rpartition("/")
    bare = f"{head}{slash}{tail.partition(':')[0]}"
    first, slash, _ = bare.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return bare
    return f"docker.io/{bare}" if slash else f"docker.io/library/{bare}"


def _check_image(image: Any, report: Report) -> None:
    name = text_of(image)
    if not name or "@" in name or name == "scratch" or image_fault(name) is not None:
        return
    tag = _tag(name)
    if tag is None:
        report.add(
            "PXC503",
            f"the image `{name}` has no tag",
            image.span,
            help=f"name the version: `{name}:1.2.3`, or a digest; without one it is `latest`",
        )
    elif tag == "latest":
        report.add(
            "PXC504",
            "`latest` is another image after the next push",
            image.span,
            help="name the version, or a digest",
        )
    else:
        report.add(
            "PXC505",
            f"the tag `{tag}` can be moved to another image",
            image.span,
            help=f"add the digest that the registry tells: `{name}@sha256:...`",
        )


def _check_policy(image: Any, policy: Any, report: Report) -> bool:
    """Report a policy that does not suit its image; whether one was reported."""
    name, pull = text_of(image), text_of(policy)
    if not name or pull is None:
        return False
    if pull == "Always" and "@" in name:
        report.add(
            "PXC515",
            "`Always` asks the registry for an image whose digest cannot change",
            policy.span,
            help="use `IfNotPresent`",
        )
        return True
    if pull == "IfNotPresent" and "@" not in name and _tag(name) == "latest":
        report.add(
            "PXC515",
            "with `IfNotPresent` each node keeps the `latest` that it saw first",
            policy.span,
            help="name a version in the image, or use `Always`",
        )
        return True
    return False


def _tag(name: str) -> str | None:
    _, colon, tag = name.rpartition("/")[2].partition(":")
    return tag if colon else None
