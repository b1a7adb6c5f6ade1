"""The lint rules, one subject a file: what most likely is not meant, though it would run."""

from __future__ import annotations

from collections.abc import Callable

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.passes.rules.commands import piped_download, string_command
from pxc.passes.rules.images import images
from pxc.passes.rules.inputs import unused_inputs
from pxc.passes.rules.joins import unbounded_joins
from pxc.passes.rules.pods import host_access, no_requests, node_name, privileged
from pxc.passes.rules.resources import resources
from pxc.passes.rules.schedules import every_minute
from pxc.passes.rules.searches import duplicate_values, explosion, no_seed
from pxc.passes.rules.secrets import secret_literals, url_credentials
from pxc.passes.rules.templates import dollar_brace
from pxc.passes.rules.versions import git_revisions, hub_tags
from pxc.world import World

Rule = Callable[[Program, World, Report], None]

RULES: tuple[Rule, ...] = (
    string_command,
    unused_inputs,
    dollar_brace,
    explosion,
    no_seed,
    duplicate_values,
    every_minute,
    unbounded_joins,
    no_requests,
    images,
    git_revisions,
    hub_tags,
    resources,
    node_name,
    url_credentials,
    secret_literals,
    privileged,
    host_access,
    piped_download,
)
"""Every rule, by the code it reports; the order changes nothing."""
