"""Turns a request into the world that its passes may know: options, catalog, files, who asks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.language import PolyaxonLanguage
from pxc.lint.trace import Trace
from pxc.options import Options
from pxc.releases import is_before
from pxc.request import Request
from pxc.world import Catalog, Files, World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pxc.catalog.agent import Agent
    from pxc.hub.resolver import Hub
    from pxc.ir.node import Lit
    from pxc.source import Source


__all__ = ["catalog_and_options", "for_target", "origin_of", "world_of"]


def world_of(
    request: Request, report: Report, trace: Trace | None = None, *, may_fetch: bool = True
) -> World:
    """What the passes of a request may know. PXC810 and others for faults of its catalog.

    A `trace` learns what further is read. With `may_fetch` registries elsewhere are asked.
    """
    from pxc.workspace import Workspace

    language = PolyaxonLanguage(_options(request).spec_version)
    catalog, options = catalog_and_options(request, language, report)
    files: Files = Workspace(
        request.root or Path(), overlays={text.name: text.data for text in request.overlays}
    )
    if request.signed is not None:
        from pxc.signed_files import Held

        files = Held(files, request.signed)
    hub = _HubWhenAsked(request, catalog, options, may_fetch=may_fetch)
    return World(
        options=options,
        language=language,
        files=files if trace is None else trace.over(files),
        catalog=catalog,
        principal=request.principal,
        today=request.today,
        overrides=request.overrides,
        hub=None if options.hub.off else hub if trace is None else trace.over_hub(hub),
    )


def catalog_and_options(
    request: Request, language: PolyaxonLanguage, report: Report
) -> tuple[Catalog, Options]:
    """The catalog of a request, and its options with what the catalog says. PXC810 and others."""
    catalog: Catalog
    options = _options(request)
    if options.project_of and request.files:
        from pxc.project_options import of_place

        options = of_place(options, origin_of(request))
    places = None
    if request.catalog:
        from pxc.catalog.files import FileCatalog

        catalog = FileCatalog(request.catalog, language, report, root=request.root)
        options = _with_agent(options, request.target, catalog.agent)
        places = catalog.rules if catalog.has_places else None
        if places is not None:
            from pxc.project_options import in_project

            options = in_project(options, places)
    else:
        from pxc.catalog import EmptyCatalog

        catalog = EmptyCatalog()
    if options.organization:
        from pxc.project_options import check_organization

        check_organization(options.organization, places, request.root, report)
    return catalog, options


class _HubWhenAsked:
    """The hub of a request: nothing of it is loaded before a file names a component."""

    def __init__(
        self, request: Request, catalog: Catalog, options: Options, *, may_fetch: bool
    ) -> None:
        self._request = request
        self._catalog = catalog
        self._options = options
        self._may_fetch = may_fetch
        self._hub: Hub | None = None

    def component(self, ref: Lit[str], report: Report) -> Source | None:
        """See `pxc.world.Hub`."""
        return self._opened().component(ref, report)

    def component_at(self, url: Lit[str], report: Report) -> Source | None:
        """See `pxc.world.Hub`."""
        return self._opened().component_at(url, report) if self._options.hub.url_hosts else None

    def pins(self) -> Mapping[str, str]:
        """See `pxc.world.Hub`."""
        return {} if self._hub is None else self._hub.pins()

    def name_in_rules(self, ref: str) -> tuple[str, str]:
        """See `pxc.world.Hub`."""
        return self._opened().name_in_rules(ref)

    def _opened(self) -> Hub:
        if self._hub is None:
            from pxc.driver.hubs import hub_of, rights_of

            rights = rights_of(self._request, self._catalog, self._options)
            self._hub = hub_of(
                self._request.root, self._options.hub, may_fetch=self._may_fetch, rights=rights,
                today=self._request.today,
            )  # fmt: skip
        return self._hub


def for_target(world: World, target: str) -> World:
    """A world for a target alone: pods of other engines do not run as Argo's account."""
    if target == "argo" or not world.options.argo.service_account:
        return world
    argo = replace(world.options.argo, service_account="")
    return replace(world, options=replace(world.options, argo=argo))


def _with_agent(options: Options, target: str, agent: Agent) -> Options:
    """The options with what an agent's configuration gives where nobody chose otherwise.

    A workflow has one account for all of its pods.
    """
    options = replace(options, namespace=options.namespace or agent.namespace or None)
    if target != "airflow":  # no other engine asks for what it is to run with
        options = replace(options, airflow=replace(options.airflow, params=()))
    if target != "argo":
        return replace(options, service_account=agent.service_account)
    account = options.argo.service_account or agent.service_account
    return replace(options, argo=replace(options.argo, service_account=account))


def _options(request: Request) -> Options:
    """The options with what the settings add; before 2.18 releases refused undeclared params."""
    options, settings = request.options, request.settings
    asking = request.principal.subject if request.principal is not None else ""
    release = options.spec_version or settings.spec_version
    old = release is not None and is_before(release, "2.18")
    return replace(
        options,
        user=options.user or asking.partition(":")[2],
        spec_version=release,
        strict_params=options.strict_params or old,
        rule_options=(*settings.options, *options.rule_options),
        allowed_registries=settings.allowed_registries,
    )


def origin_of(request: Request) -> str:
    """The main file's path from the root, so that output is the same from every directory."""
    name = request.files[0].name
    if name.startswith(("-", "<")):
        return ""
    path = Path(name).resolve()
    root = (request.root or Path()).resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
