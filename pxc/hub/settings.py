"""Turns `hub` of pxc.yaml into where components come from, and what is taken of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from pxc.diagnostics import nearest
from pxc.hub.minisign import SignatureFault, parse_public_key
from pxc.hub.reference import parse_reference
from pxc.hub.registries import KINDS
from pxc.hub.semver import parse_range
from pxc.lint.settings_values import SettingFault
from pxc.options import ANY_ORG, HubOptions, RegistryOptions, Signer
from pxc.setting_readers import Reader, fields, one_of, text, texts

__all__ = ["WHAT_IS_DONE", "read_hub"]

WHAT_IS_DONE = ("allow", "warn", "deny")
"""What is done with a version that has a flaw."""

_NAME = re.compile("[A-Za-z0-9_-]+")
# So that the pxc.yaml of a stranger cannot have another secret sent to his server.
_VARIABLE = re.compile("PXC_HUB_[A-Z0-9_]+")


def read_hub(key: str, value: Any) -> HubOptions:
    """`hub`: registries, the `policy`, whose signatures count, `versions`; or `false` for none.

    Raises SettingFault.
    """
    if value is False:
        return HubOptions(off=True)
    found = fields(key, value, _HUB)
    signers = {each.name: each.key for each in found.get("signers", ())}
    made = tuple(_with_keys(each, signers) for each in found.pop("registries", ()))
    policy = found.pop("policy", {})
    unsigned = policy.pop("unsigned", {})
    everywhere = {"unsigned": unsigned.pop(ANY_ORG)} if ANY_ORG in unsigned else {}
    return HubOptions(
        registries=made, **found, **policy, **everywhere, unsigned_orgs=tuple(unsigned.items())
    )


def _registries(key: str, value: Any) -> tuple[RegistryOptions, ...]:
    if not isinstance(value, dict):
        raise SettingFault(key, f"`{key}` must be a map of registries by their names")
    made = tuple(_registry(str(name), each) for name, each in value.items())
    owner: dict[str, str] = {}
    for registry in made:
        for org in registry.orgs:
            if owner.setdefault(org, registry.name) != registry.name:
                message = f"`{org}` is of two registries: `{owner[org]}` and `{registry.name}`"
                raise SettingFault(registry.name, message)
    return made


def _with_keys(registry: RegistryOptions, signers: dict[str, str]) -> RegistryOptions:
    """The registry with the keys of those who sign its index, in the place of their names."""
    for name in registry.signed_by:
        if name not in signers:
            near = nearest(name, signers)
            hint = f", did you mean `{near}`?" if near else ": name it under `signers`"
            raise SettingFault(name, f"`signedBy`: there is no signer `{name}`{hint}")
    if registry.signed_by and registry.kind != "http":
        message = "`signedBy` is for the index of a registry of the kind http"
        raise SettingFault(registry.name, message)
    return replace(registry, signed_by=tuple(signers[name] for name in registry.signed_by))


def _registry(name: str, value: Any) -> RegistryOptions:
    if not _NAME.fullmatch(name):
        raise SettingFault(name, f"`{name}` is no name: letters, digits, `_` and `-`")
    found = fields(name, value, _REGISTRY)
    _check_has(name, found, ("kind", "url"))
    return RegistryOptions(name=name, **found)


def _variable(key: str, value: Any) -> str:
    name = text(key, value)
    if not _VARIABLE.fullmatch(name):
        message = f"`{key}` names an environment variable that begins with `PXC_HUB_`"
        raise SettingFault(key, message)
    return name


def _check_has(name: str, found: Iterable[str], needed: Iterable[str]) -> None:
    for each in needed:
        if each not in found:
            raise SettingFault(name, f"`{name}` lacks `{each}`")


def _signers(key: str, value: Any) -> tuple[Signer, ...]:
    if not isinstance(value, dict):
        raise SettingFault(key, f"`{key}` must be a map of signers by their names")
    made = tuple(_signer(str(name), each) for name, each in value.items())
    owner: dict[str, str] = {}
    for signer in made:
        if owner.setdefault(signer.key, signer.name) != signer.name:
            message = f"`{owner[signer.key]}` and `{signer.name}` have the same key"
            raise SettingFault(signer.name, message)
    return made


def _signer(name: str, value: Any) -> Signer:
    if not _NAME.fullmatch(name):
        raise SettingFault(name, f"`{name}` is no name: letters, digits, `_` and `-`")
    found = fields(name, value, _SIGNER)
    _check_has(name, found, ("key", "orgs"))
    return Signer(name=name, **found)


def _versions(key: str, value: Any) -> tuple[tuple[str, str], ...]:
    """`versions`: components, each with the range that its references without a tag mean."""
    if not isinstance(value, dict):
        raise SettingFault(key, f"`{key}` must be a map of components and ranges")
    for name, said in value.items():
        reference = parse_reference(str(name))
        if reference is None or reference.tag or reference.digest:
            raise SettingFault(str(name), f"`{name}` is no component: write ORG/NAME")
        if not isinstance(said, str) or parse_range(said) is None:
            raise SettingFault(str(name), f"`{said}` is no range such as `~1.4` or `^2`")
    return tuple((str(name), said) for name, said in value.items())


def _key(key: str, value: Any) -> str:
    try:
        return parse_public_key(text(key, value)).text
    except SignatureFault as fault:
        raise SettingFault(key, f"`{key}`: {fault}") from fault


def _unsigned(key: str, value: Any) -> dict[str, str]:
    """What is done with unsigned versions: a word, or one for each organization, `*` for all."""
    if not isinstance(value, dict):
        return {ANY_ORG: one_of(WHAT_IS_DONE)(key, value)}
    return {str(org): one_of(WHAT_IS_DONE)(str(org), each) for org, each in value.items()}


def _policy(key: str, value: Any) -> dict[str, Any]:
    return fields(key, value, _POLICY)


def _days(key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingFault(key, f"`{key}` must be a number of days, 1 or more")
    return value


_REGISTRY: dict[str, tuple[str, Reader]] = {
    "kind": ("kind", one_of(KINDS)),
    "url": ("url", text),
    "ref": ("ref", text),
    "path": ("path", text),
    "orgs": ("orgs", texts),
    "unsigned": ("unsigned", one_of(WHAT_IS_DONE)),
    "mutableTags": ("mutable_tags", texts),
    "signedBy": ("signed_by", texts),
    "redirectHosts": ("redirect_hosts", texts),
    "tokenEnv": ("token_env", _variable),
    "certEnv": ("cert_env", _variable),
}
_POLICY: dict[str, tuple[str, Reader]] = {
    "latest": ("latest", one_of(WHAT_IS_DONE)),
    "mutable": ("mutable", one_of(("warn", "lock"))),
    "maxAgeDays": ("max_age_days", _days),
    "unsigned": ("unsigned", _unsigned),
    "urlHosts": ("url_hosts", texts),
}
_SIGNER: dict[str, tuple[str, Reader]] = {"key": ("key", _key), "orgs": ("orgs", texts)}
_HUB: dict[str, tuple[str, Reader]] = {
    "registries": ("registries", _registries),
    "policy": ("policy", _policy),
    "signers": ("signers", _signers),
    "versions": ("versions", _versions),
}
