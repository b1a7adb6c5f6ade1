"""Turns a version that is published into what registries keep, and tells which may be replaced."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from pxc.hub.keywords import MOST_KEYWORDS, keyword_fault
from pxc.hub.reference import parse_reference
from pxc.hub.registry import (
    MOST_BYTES,
    STAGES,
    About,
    RegistryFault,
    SetYaml,
    Version,
    digest_of,
)
from pxc.options import RegistryOptions

__all__ = ["SIGNATURE", "SignaturesAlong", "check_publishing", "files_of"]

SIGNATURE = ".minisig"
_README = "README.md"


def check_publishing(
    options: RegistryOptions, component: str, tag: str, data: bytes, about: About,
    found: Version | None,
) -> None:  # fmt: skip
    """Raises RegistryFault for what no registry takes, and for a tag that has other bytes."""
    reference = parse_reference(f"{component}:{tag}")
    if reference is None or (reference.component, reference.tag) != (component, tag):
        raise RegistryFault(f"`{component}:{tag}` is no name of a version")
    if len(data) > MOST_BYTES:
        raise RegistryFault(f"it has more bytes than the limit of {MOST_BYTES:,}")
    for word in about.keywords:
        if fault := keyword_fault(word):
            raise RegistryFault(fault)
    if len(about.keywords) > MOST_KEYWORDS:
        raise RegistryFault(f"there are more than {MOST_KEYWORDS} keywords")
    if about.stage and about.stage not in STAGES:
        raise RegistryFault(f"`{about.stage}` is no stage", f"it is one of {', '.join(STAGES)}")
    digest = digest_of(data)
    if found is not None and found.digest != digest and tag not in options.mutable_tags:
        message = f"`{component}:{tag}` is there already, with the digest `{found.digest}`"
        help = "publish it under another tag; one that may move is named in `mutableTags`"
        raise RegistryFault(message, help, kind="exists")


def files_of(
    component: str, tag: str, data: bytes, about: About, signatures: tuple[str, ...],
    *, file: str, hub_file: bytes, set_yaml: SetYaml,
) -> dict[str, bytes]:  # fmt: skip
    """The files that a version needs, by their paths in the registry's folder.

    `file` is the name of that of the version, `hub_file` what `hub.yaml` has been until now.
    """
    folder = f"{component}/"
    files = {f"{folder}{file}": data}
    if signatures:
        text = "\n".join(signature.strip("\n") for signature in signatures)
        files[f"{folder}{file}{SIGNATURE}"] = f"{text}\n".encode()
    entry: dict[str, Any] = {
        "stage": about.stage,
        "description": about.description,
        "created": about.created,
        "replacedBy": about.replaced_by,
        "keywords": list(about.keywords),
    }
    whole = {"title": about.title, "owner": about.owner}
    if about.readme:
        files[f"{folder}{_README}"] = about.readme
        whole["readme"] = _README
    if about.example:
        entry["example"] = f"_examples/{tag}.yaml"
        files[f"{folder}{entry['example']}"] = about.example
    said: list[tuple[tuple[str, ...], Any]] = [((k,), v) for k, v in whole.items() if v]
    said += [(("tags", tag, key), value) for key, value in entry.items() if value]
    name = f"{folder}hub.yaml"
    changed = hub_file
    for keys, value in said:
        changed = set_yaml(name, changed, keys, value)
    if changed != hub_file:
        files[name] = changed
    return files


class SignaturesAlong:
    """What registries do that tell the signatures of a version along with it."""

    def signatures(self, version: Version, *, any_tag: bool = False) -> tuple[str, ...]:
        """See `Registry`."""
        return version.signatures

    def add_signature(self, version: Version, data: bytes, text: str) -> None:
        """See `Publishing`. One by the same key is replaced."""
        signed = (*_by_other_keys(version.signatures, text), text)
        self.publish(version.component, version.tag, data, About(), signed)

    @abstractmethod
    def publish(
        self, component: str, tag: str, data: bytes, about: About, signatures: tuple[str, ...] = ()
    ) -> Version:
        """See `Publishing`."""


def _by_other_keys(signatures: tuple[str, ...], made: str) -> list[str]:
    """The signatures by other keys than one; one that cannot be read is nobody's."""
    from pxc.hub.minisign import SignatureFault, parse_signature

    number = parse_signature(made).number
    kept = []
    for text in signatures:
        try:
            if parse_signature(text).number != number:
                kept.append(text)
        except SignatureFault:
            continue
    return kept
