"""Turns `acl`, `identity`, `trust` and `projectOf` of pxc.yaml into what access control goes by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.lint.settings_values import SettingFault
from pxc.options import AclOptions
from pxc.setting_readers import Reader, fields, one_of, text, texts, truth

__all__ = [
    "ACL_MODES",
    "Identity",
    "Trust",
    "read_acl",
    "read_identity",
    "read_places",
    "read_trust",
]

ACL_MODES = ("enforce", "warn", "off")
"""What a denial does: it is an error, a warning, or not looked for."""

_VERDICTS = ("deny", "allow")
_STRENGTHS = ("asserted", "verified")


class Identity(Struct, frozen=True, kw_only=True):
    """Whom the tokens are believed that say who asks.

    `require` is the least strength: `asserted` is what anybody can say, `verified` a signed token.
    `user` and `groups` are the claims of a token with the name and the groups; without `issuers`
    no token is taken. `jwks` are the keys that sign tokens, `allowed_signers` those that sign
    commits, by the names of users.
    """

    require: str = "asserted"
    user: str = "sub"
    groups: str = ""
    issuers: tuple[str, ...] = ()
    audience: str = ""
    jwks: Path | None = None
    allowed_signers: Path | None = None


class Trust(Struct, frozen=True, kw_only=True):
    """What the rules are read from when a change edits them: `base_ref` is a commit of git.

    `signers` are public keys of minisign, one of which must have signed a catalog that is a bundle.
    """

    base_ref: str = ""
    signers: tuple[str, ...] = ()


def read_acl(key: str, value: Any) -> AclOptions:
    """`acl`: what is done with denials and with what is not known. Raises SettingFault."""
    return replace(AclOptions(), **fields(key, value, _ACL))


def read_identity(root: Path, value: Any) -> Identity:
    """`identity`; the keys lie below `root`. Raises SettingFault."""
    found = fields("identity", value, _IDENTITY)
    tokens = found.pop("oidc", {})
    names = found.pop("claims", {})
    commits = found.pop("commits", {})
    if "jwks" in tokens:
        tokens["jwks"] = _within(root, "jwks", tokens["jwks"])
    if "allowed_signers" in commits:
        commits["allowed_signers"] = _within(root, "allowedSigners", commits["allowed_signers"])
    return Identity(**found, **names, **tokens, **commits)


def _within(root: Path, key: str, name: str) -> Path:
    """A file of the workspace. Raises SettingFault for one outside of it."""
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        raise SettingFault(key, f"`{name}` is outside of the workspace")
    return path


def read_trust(key: str, value: Any) -> Trust:
    """`trust`. Raises SettingFault."""
    return Trust(**fields(key, value, _TRUST))


def read_places(key: str, value: Any) -> tuple[tuple[str, str], ...]:
    """`projectOf`: pairs of a pattern of paths and a project. Raises SettingFault."""
    if not isinstance(value, list):
        raise SettingFault(key, f"`{key}` must be a list of `{{path: PATTERN, project: NAME}}`")
    found = [fields(key, each, _PLACE) for each in value]
    for each in found:
        if each.keys() != {"path", "project"}:
            raise SettingFault(key, f"each of `{key}` needs `path` and `project`")
    return tuple((each["path"], each["project"]) for each in found)


def _mode(key: str, value: Any) -> str:
    """A mode; YAML reads a bare `off` as false."""
    return str(one_of(ACL_MODES)(key, "off" if value is False else value))


def _signers(key: str, value: Any) -> tuple[str, ...]:
    """The keys of signers, sorted."""
    from pxc.hub.minisign import SignatureFault, parse_public_key

    if not isinstance(value, dict):
        raise SettingFault(key, f"`{key}` must be a map of public keys by names")
    found = []
    for name, each in value.items():
        try:
            found.append(parse_public_key(text(str(name), each)).text)
        except SignatureFault as fault:
            raise SettingFault(str(name), f"`{name}`: {fault}") from fault
    return tuple(sorted(found))


def _part(readers: dict[str, tuple[str, Reader]]) -> Reader:
    return lambda key, value: fields(key, value, readers)


_ACL: dict[str, tuple[str, Reader]] = {
    "mode": ("mode", _mode),
    "undeclared": ("undeclared", one_of(_VERDICTS)),
    "unresolved": ("unresolved", one_of(_VERDICTS)),
    "strictQuota": ("strict_quota", truth),
    "annotate": ("annotate", truth),
}
_IDENTITY: dict[str, tuple[str, Reader]] = {
    "require": ("require", one_of(_STRENGTHS)),
    "claims": ("claims", _part({"user": ("user", text), "groups": ("groups", text)})),
    "oidc": (
        "oidc",
        _part(
            {"issuers": ("issuers", texts), "audience": ("audience", text), "jwks": ("jwks", text)}
        ),
    ),
    "commits": ("commits", _part({"allowedSigners": ("allowed_signers", text)})),
}
_TRUST: dict[str, tuple[str, Reader]] = {
    "baseRef": ("base_ref", text),
    "signers": ("signers", _signers),
}
_PLACE: dict[str, tuple[str, Reader]] = {"path": ("path", text), "project": ("project", text)}
