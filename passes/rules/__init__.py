"""The lint rules, one subject a file: what most likely is not meant, though it would run."""

from __future__ import annotations

from collections.abc import Callable

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.passes.rules.commands import piped_download, string_command
from pxc.passes.rules.distributed import no_shared_memory, one_replica
from pxc.passes.rules.effects import without_effect
from pxc.passes.rules.exposed_secrets import secret_inputs, secrets_in_arguments
from pxc.passes.rules.graphs import false_conditions, redundant_edges, single_operations
from pxc.passes.rules.hooks import hook_names, unconnected_hooks
from pxc.passes.rules.images import images, untrusted_registries
from pxc.passes.rules.inputs import untyped_inputs, unused_inputs
from pxc.passes.rules.installs import long_scripts, unpinned_installs
from pxc.passes.rules.joins import ignored_in_joins, unbounded_joins
from pxc.passes.rules.pods import (
    host_access,
    no_requests,
    node_name,
    privileged,
    service_accounts,
    wildcard_tolerations,
)
from pxc.passes.rules.portable import (
    arguments_as_one_text,
    joined_commands,
    namespace_in_queue,
    service_plugins,
    short_params,
)
from pxc.passes.rules.resources import resources
from pxc.passes.rules.schedules import every_minute
from pxc.passes.rules.searches import (
    concurrency,
    duplicate_values,
    explosion,
    ignored_fields,
    no_optimization,
    no_seed,
)
from pxc.passes.rules.secrets import secret_literals, url_credentials
from pxc.passes.rules.services import no_probe
from pxc.passes.rules.shells import shell_injection
from pxc.passes.rules.style import copied_operations, no_description, no_name
from pxc.passes.rules.templates import constant, dollar_brace, optional_used_raw
from pxc.passes.rules.terminations import no_timeout, short_lived_runs, unbounded_retries
from pxc.passes.rules.versions import git_revisions, hub_tags, moving_urls
from pxc.passes.rules.volumes import unused_volumes
from pxc.passes.rules.workdirs import unwritable_workdir
from pxc.world import World

Rule = Callable[[Program, World, Report], None]

RULES: tuple[Rule, ...] = (
    string_command,
    short_params,
    joined_commands,
    service_plugins,
    without_effect,
    unused_inputs,
    untyped_inputs,
    unused_volumes,
    optional_used_raw,
    shell_injection,
    dollar_brace,
    arguments_as_one_text,
    namespace_in_queue,
    constant,
    explosion,
    no_seed,
    duplicate_values,
    concurrency,
    ignored_fields,
    no_optimization,
    redundant_edges,
    false_conditions,
    single_operations,
    every_minute,
    unbounded_joins,
    ignored_in_joins,
    unconnected_hooks,
    hook_names,
    no_requests,
    moving_urls,
    images,
    git_revisions,
    hub_tags,
    resources,
    no_timeout,
    unbounded_retries,
    short_lived_runs,
    no_probe,
    unpinned_installs,
    node_name,
    one_replica,
    no_shared_memory,
    unwritable_workdir,
    secret_literals,
    secrets_in_arguments,
    url_credentials,
    secret_inputs,
    privileged,
    host_access,
    service_accounts,
    untrusted_registries,
    piped_download,
    wildcard_tolerations,
    no_description,
    no_name,
    long_scripts,
    copied_operations,
)
"""Every rule, by the code it reports; the order changes nothing."""
