"""Turns the beginning of a reference into those that it may become, without any network."""

from __future__ import annotations

from pxc.hub.reference import LATEST

__all__ = ["references_from"]

_TAG = ":"


def references_from(incomplete: str) -> list[str]:
    """References that begin so, of what whoever asks may see on this machine, sorted.

    Components first; their versions once a name is whole. A fault only means no answers.
    """
    from click import ClickException

    from pxc.hub.registry import RegistryFault

    try:
        known = sorted(_known())
    except (ClickException, RegistryFault):
        return []
    begun = [name for name in known if name.startswith(incomplete)]
    if _TAG in incomplete:
        return begun
    names = sorted({name.partition(_TAG)[0] for name in begun})
    return begun if len(names) == 1 else names


def _known() -> list[str]:
    """Every version that can be listed offline, by the shortest name."""
    from pxc.cli.principals import this_day, who_asks
    from pxc.cli.workspaces import Workspaces
    from pxc.diagnostics import Report
    from pxc.driver.hubs import hub_of_request
    from pxc.hub.listing import components_of
    from pxc.lint.settings_file import WORKSPACE_FILE
    from pxc.request import Request

    workspaces = Workspaces(isolated=False, catalogs=())
    root = workspaces.root_of(WORKSPACE_FILE)
    defaults = workspaces.defaults_of(root)
    if defaults.options.hub.off:
        return []
    report = Report()
    asking = who_asks(today=this_day()).fields(defaults.identity, report)
    request = Request(
        files=(), root=root, catalog=defaults.catalog, options=defaults.options, **asking
    )
    hub = hub_of_request(request, report, may_fetch=False)
    if report.has_errors:
        return []
    found = []
    for name in hub.registry_names():
        registry = hub.registry(name)
        if registry.is_remote:
            continue
        for each in components_of(hub, registry):
            tags = [version.tag for version in each.versions]
            found += [f"{each.name}:{tag}" for tag in tags]
            found += [each.name] if LATEST in tags else []
    return found
