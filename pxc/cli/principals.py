"""Turns options and the environment into who compiles, and the clock into which day it is."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct, field
from msgspec.structs import replace

if TYPE_CHECKING:
    from pxc.access.principal import Principal
    from pxc.access_settings import Identity
    from pxc.cli.signed_commits import SignedCommit
    from pxc.diagnostics import Report
    from pxc.request import SourceText
    from pxc.signed_files import SignedFiles

__all__ = [
    "Asking",
    "a_day",
    "a_day_if_said",
    "identity_options",
    "this_day",
    "who_asks",
    "who_options",
]

F = TypeVar("F", bound=Callable[..., Any])

_USER = "PXC_USER"
_TOKEN = "PXC_IDENTITY_TOKEN"
_COMMIT = "PXC_IDENTITY_COMMIT"
_KINDS = ("user:", "serviceAccount:")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TODAY = "pxc.today"


class Asking(Struct, frozen=True, kw_only=True):
    """What the command line and the environment say of who asks, and of the day."""

    user: str = ""
    source: str = ""
    token: str = ""
    keys: Path | None = None
    through: str | None = None
    today: str = ""
    overrides: tuple[tuple[str, str], ...] = ()
    commit: str | None = None
    commits: dict[tuple[Path, bytes], SignedCommit] = field(default_factory=dict)

    def fields(
        self,
        identity: Identity,
        report: Report,
        files: tuple[SourceText, ...] = (),
        root: Path | None = None,
    ) -> dict[str, Any]:
        """The fields of a `Request`: `principal`, `today`, `overrides`, and `signed` by a commit.

        Whoever shows a token is who it says, and nobody where it is not believed. A signed commit
        says who signed it of its own files alone: `files` and those of the workspace `root`.
        PXC830 for such a token, such a commit, a file that differs from it, and for an identity
        that is less sure than the workspace wants.
        """
        signed: dict[str, Any] = {}
        if self.commit is not None:
            believed = self._signed(identity, report, files, root)
            found = None if believed is None else replace(believed[0], bound_by=self.through)
            signed = {} if believed is None else {"signed": believed[1]}
        else:
            found = self._verified(identity, report) if self.token else self.asserted()
        strength = found.strength if found is not None else "anonymous"
        if identity.require == "verified" and strength != "verified" and not report.has_errors:
            whom = (
                "nobody is named"
                if found is None
                else f"`{self.user}` is only what {self.source} says"
            )
            _fault(
                report,
                f"{whom}, and `identity` of pxc.yaml asks for a verified identity",
                f"give a signed token: --identity-token, or {_TOKEN}",
            )
            found = None
        return {"principal": found, "today": self.today, "overrides": self.overrides, **signed}

    def asserted(self) -> Principal | None:
        """Who is only named; anybody can do that, so it proves nothing."""
        if not self.user:
            return None
        from pxc.access.principal import Principal

        subject = self.user if self.user.startswith(_KINDS) else f"user:{self.user}"
        return Principal(
            subject=subject, strength="asserted", source=self.source, bound_by=self.through
        )

    def _verified(self, identity: Identity, report: Report) -> Principal | None:
        from pxc.access.tokens import IdentityFault, Tokens, verified_principal

        keys = self.keys or identity.jwks
        expected = Tokens(
            issuers=identity.issuers, audience=identity.audience, user=identity.user,
            groups=identity.groups,
        )  # fmt: skip
        try:
            if keys is None:
                raise IdentityFault("there are no keys to verify the token by")
            found = verified_principal(self.token, keys.read_bytes().decode(), expected)
        except OSError as fault:
            _fault(report, f"cannot read the keys in `{keys}`", (fault.strerror or "").lower())
            return None
        except (IdentityFault, UnicodeDecodeError) as fault:
            help = "`identity` of pxc.yaml says which tokens are believed, `--jwks` by which keys"
            _fault(report, str(fault), help)
            return None
        return replace(found, bound_by=self.through)

    def _signed(
        self, identity: Identity, report: Report, files: tuple[SourceText, ...], root: Path | None
    ) -> tuple[Principal, SignedFiles] | None:
        """Who signed the commit, and what; None where it is not believed, or of other files."""
        from pxc.access.tokens import IdentityFault
        from pxc.cli.signed_commits import signed_commit, unsigned

        keys, folder = identity.allowed_signers, root or Path()
        try:
            if keys is None:
                raise IdentityFault("there are no keys to verify the commit by")
            pinned = (folder, keys.read_bytes())
            if pinned not in self.commits:
                self.commits[pinned] = signed_commit(self.commit or "", *pinned)
            found = self.commits[pinned]
        except OSError as fault:
            _fault(report, f"cannot read the keys in `{keys}`", (fault.strerror or "").lower())
            return None
        except IdentityFault as fault:
            _fault(
                report, str(fault), "`identity: {commits: {allowedSigners: FILE}}` pins the keys"
            )
            return None
        for name, reason in unsigned(found.files, files, folder):
            message = f"nobody signed `{name}` as it is compiled: {reason}"
            _fault(report, message, "compile the files of the commit, without a change", name)
            return None
        return found.principal, found.files


def identity_options(command: F) -> F:
    """The options that tell who asks, which reach the command as `asking`."""

    @wraps(command)
    def with_asking(
        *words: Any,
        as_user: str | None,
        identity_token: Path | None,
        identity_commit: str | None,
        jwks: Path | None,
        through: str | None,
        today: str,
        overrides: tuple[tuple[str, str], ...],
        **more: Any,
    ) -> Any:
        named = _of_commit(as_user, identity_token, jwks, identity_commit)
        asking = replace(named, through=_account(through), today=today, overrides=overrides)
        return command(*words, asking=asking, **more)

    for option in reversed(_OPTIONS):
        with_asking = option(with_asking)
    return with_asking  # type: ignore[return-value]


def who_options(command: F) -> F:
    """The options alone that tell who asks; `who_asks` takes what they give."""
    for option in reversed(_WHO):
        command = option(command)
    return command


def who_asks(
    as_user: str | None = None,
    identity_token: Path | None = None,
    jwks: Path | None = None,
    *,
    today: str = "",
) -> Asking:
    """Who asks by these options, else by the environment. Raises UsageError."""
    token = os.environ.get(_TOKEN, "")
    if identity_token is not None:
        try:
            token = identity_token.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise click.UsageError(f"--identity-token: cannot read '{identity_token}'.") from fault
        if not token.strip():
            raise click.UsageError(f"--identity-token: '{identity_token}' is empty.")
    if token and as_user is not None:
        raise click.UsageError("--as-user: the token says who asks.")
    return Asking(
        user=as_user if as_user is not None else os.environ.get(_USER, ""),
        source="--as-user" if as_user is not None else _USER,
        token=token,
        keys=jwks,
        today=today,
    )


def _of_commit(
    as_user: str | None, token: Path | None, jwks: Path | None, commit: str | None
) -> Asking:
    """Who asks for files, whom the commit may name that has them. Raises UsageError."""
    if commit is None and token is None and as_user is None:
        commit = os.environ.get(_COMMIT) or None
        if commit and os.environ.get(_TOKEN):
            raise click.UsageError(f"{_TOKEN} and {_COMMIT} both say who asks.")
    if commit is None:
        return who_asks(as_user, token, jwks)
    for option, value in (("--as-user", as_user), ("--identity-token", token), ("--jwks", jwks)):
        if value is not None:
            raise click.UsageError(f"{option}: the commit says who asks.")
    return Asking(commit=commit)


def this_day() -> str:
    """The day that a command is about: what `--today` says, else today, in UTC, read once."""
    context = click.get_current_context(silent=True)
    known = {} if context is None else context.meta
    if _TODAY not in known:
        from datetime import UTC, datetime

        known[_TODAY] = datetime.now(UTC).date().isoformat()
    return str(known[_TODAY])


def a_day(ctx: click.Context, param: click.Parameter | None, text: str | None) -> str:
    """The day of an option such as 2027-03-31; otherwise today, in UTC."""
    if text is None:
        return this_day()
    from datetime import date

    try:
        found = _DAY.fullmatch(text) and date.fromisoformat(text)
    except ValueError:
        found = None
    if not found:
        raise click.BadParameter(f"'{text}' is not a day such as '2027-03-31'.")
    ctx.meta[_TODAY] = text
    return text


def a_day_if_said(ctx: click.Context, param: click.Parameter | None, text: str | None) -> str:
    """The day of an option such as 2027-03-31; empty where nobody says one."""
    return "" if text is None else a_day(ctx, param, text)


def _reasons(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    split = [value.partition("=") for value in values]
    for name, _, reason in split:
        if not name or not reason.strip():
            raise click.BadParameter(f"'{name}' has no reason: write NAME=REASON.")
    return tuple((name, reason.strip()) for name, _, reason in split)


def _account(name: str | None) -> str | None:
    if name is None or name.startswith(_KINDS):
        return name
    return f"serviceAccount:{name}"


_WHO = (
    click.option(
        "--as-user", metavar="WHO",
        help="Who compiles: a user, or serviceAccount:NAME. Anybody can say that: it proves "
        "nothing.  [env var: PXC_USER]",
    ),
    click.option(
        "--identity-token", metavar="FILE", type=click.Path(path_type=Path),
        help="A signed token (a JWT) that says who compiles.  [env var: PXC_IDENTITY_TOKEN has it]",
    ),
    click.option(
        "--jwks", metavar="FILE", type=click.Path(path_type=Path),
        help="The keys that tokens are verified by, as a JSON Web Key Set, instead of those of "
        "pxc.yaml.",
    ),
)  # fmt: skip

_OPTIONS = (
    *_WHO,
    click.option(
        "--identity-commit", metavar="REF",
        help="A commit of git that has the files; who signed it with a pinned key compiles them.  "
        "[env var: PXC_IDENTITY_COMMIT]",
    ),
    click.option(
        "--through", metavar="ACCOUNT",
        help="The service account that acts for who compiles, and must be allowed, too.",
    ),
    click.option(
        "--today", metavar="DAY", callback=a_day,
        help="Decide as on this day, such as 2027-03-31.  [default: today, in UTC]",
    ),
    click.option(
        "--override", "overrides", multiple=True, metavar="NAME=REASON", callback=_reasons,
        help="Do what the soft deny NAME is against, for this reason; may be repeated.",
    ),
)  # fmt: skip


def _fault(report: Report, message: str, help: str, place: str = "identity") -> None:
    from pxc.source import Source, Span

    # The text is left empty: a token must not be shown.
    report.add("PXC830", message, Span(Source(place, ""), 0, 0), help=help or None)
