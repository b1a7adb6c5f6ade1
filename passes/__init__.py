"""The passes, one a file, in the order they run: this list is the compiler."""

from __future__ import annotations

from typing import Any

from pxc.passes.ask_params import ask_params
from pxc.passes.check_graph import check_graph
from pxc.passes.check_hooks import check_hooks
from pxc.passes.check_mounts import check_mounts
from pxc.passes.check_pods import check_pods
from pxc.passes.check_rules import check_rules
from pxc.passes.check_variables import check_variables
from pxc.passes.compose_layers import compose_layers
from pxc.passes.evaluate_expressions import evaluate_expressions
from pxc.passes.expand_builds import expand_builds
from pxc.passes.expand_dag import expand_dag
from pxc.passes.expand_hooks import expand_hooks
from pxc.passes.expand_tuners import expand_tuners
from pxc.passes.lower_plan import lower_plan
from pxc.passes.resolve_connections import resolve_connections
from pxc.passes.resolve_params import resolve_params
from pxc.passes.resolve_presets import resolve_presets
from pxc.passes.resolve_references import resolve_references
from pxc.pipeline import Phase, late
from pxc.world import World


def _has_matrix(program: Any, world: World) -> bool:
    return program.composed is not None and program.composed.matrix is not None


def _has_schedule(program: Any, world: World) -> bool:
    return program.composed is not None and program.composed.schedule is not None


def _has_rules(state: Any, world: World) -> bool:
    return world.catalog.has_rules


def _has_earlier(program: Any, world: World) -> bool:
    return world.options.earlier is not None


def _has_pins(state: Any, world: World) -> bool:
    return world.hub is not None and bool(world.hub.pins())


def _has_queues(program: Any, world: World) -> bool:
    return bool(world.catalog.queue_names())


check_access = late("check_access", _has_rules)
check_matrix = late("check_matrix", _has_matrix)
check_queues = late("check_queues", _has_queues)
check_quotas = late("check_quotas", _has_rules)
check_schedule = late("check_schedule", _has_schedule)
expand_matrix = late("expand_matrix", _has_matrix)
pin_images = late("pin_images", _has_pins)
resolve_earlier = late("resolve_earlier", _has_earlier)

ANALYSIS = (
    Phase(
        "resolve",
        (
            resolve_references,  # first: afterwards one program, whatever file a part came from
            resolve_presets,  # before params: a preset may set them
            compose_layers,  # after presets: they patch the operation, not what it is made of
            resolve_earlier,  # after: a preset may change what is run; names may tell of it
        ),
    ),
    Phase("bind", (resolve_params, ask_params, resolve_connections)),  # whose names may use params
    Phase("check", (check_matrix, check_hooks, check_graph)),
    Phase(
        "expand",
        (
            expand_matrix,  # first: operations of a dag may take values of its matrix
            expand_dag,  # a file that is only linted stays as it is
            expand_tuners,  # after: they are asked beside the operations that they search for
            expand_builds,  # after: they run once for all cells of a matrix
            expand_hooks,  # last: they follow whatever the operation has become
        ),
    ),
    Phase(
        "evaluate",
        (
            evaluate_expressions,  # folds what is known; the rest waits for the run
            check_mounts,  # after: names of volumes may be templates
            check_schedule,  # after: a schedule may be a template
            check_pods,  # after: so may ports and numbers of pods
            check_variables,  # after: names of variables, too
            check_queues,  # after: so may queues
            check_rules,  # last: a file with errors has worse to tell
        ),
    ),
)
"""What a linter needs: everything that can be said without choosing a target."""

PLANNING = (*ANALYSIS, Phase("lower", (lower_plan,)))
"""From an authored program to the plan."""

PIPELINE = (
    *PLANNING,
    Phase("authorize", (check_access, check_quotas)),  # change nothing
    Phase("pin", (pin_images,)),  # last: rules are about the images that people wrote
)
"""From an authored program to the plan that targets emit, after all that could forbid it."""
