"""Turns a few names into the files of a workspace to begin with, each with comments."""

from __future__ import annotations

import json
import re

__all__ = ["starting_files"]

_WORKSPACE = """\
# What holds for every file in this folder and below.

# The project of the files; templates see it as `globals.project_name`.
project: $project

# Files in some folders can be of other projects, whatever the command line says:
# projectOf:
# - {path: "pipelines/vision/**", project: vision/detector}

# Where runs go when neither they, nor their queue, nor their project says it:
# namespace: ml

# The folder `catalog` has connections, presets and components. Several, or another one:
# catalog: [catalog, shared/agent.yaml]
"""

_ENFORCED = """
# The catalog must be of this organization: with another one, or with none, nothing is compiled.
organization: $organization

acl:
  # `enforce`: what is not allowed is an error; `warn`: a warning; `off`: nobody looks.
  mode: enforce
  # A name that the catalog lacks, and one that only a run knows: `deny` or `allow`.
  undeclared: deny
  unresolved: deny

# Whom to believe. On a laptop a name that anybody can give is good for early answers; where it
# counts, ask for a signed token:
# identity:
#   require: verified
#   oidc: {issuers: ["https://token.actions.githubusercontent.com"], audience: pxc, jwks: jwks.json}
#   claims: {user: actor}
"""

_PROJECT = """\
# A place for runs: where they go, and what all of them get.
kind: Project
name: $project
namespace: $namespace
defaults:
  # Laid over every run, in this order, before the presets that a file names itself.
  presets: [limits]
"""

_TEAMS = """\
# Only these teams see the project; without `teams` every member of the organization does.
teams: [$team]
"""

_CONNECTION = """\
# Something that runs can reach by its name: here a volume that is there already.
# A connection holds the names of Secrets, never what is in them.
kind: Connection
name: scratch
spec:
  kind: volume_claim
  schema: {volumeClaim: scratch, mountPath: /scratch}
"""

_ACCESS = """\
access:
  actions: [read, write]
  # Whom people are sent to who may not use it.
  owner: team:$team
"""

_LIMITS = """\
# Defaults of every run; with `isnull` whatever a file says itself goes before them.
isPreset: true
patchStrategy: isnull
termination: {maxRetries: 1, timeout: 86400}
"""

_GPU = """\
# Taken with `presets: [gpu]` in a file, or with `--preset gpu`.
isPreset: true
runPatch:
  container: {resources: {limits: {nvidia.com/gpu: 1}}}
"""

_ORGANIZATION = """\
# With an organization whatever no grant covers is denied.
kind: Organization
name: $organization
# People are members by their teams. Who has another role is named here:
# owner, manager, admin, contributor, member, viewer, billing, outsider.
members:
- {user: $user, role: owner}
---
kind: Team
name: $team
members:
- {user: $user, role: admin}
# People of a group of your identity provider, by their verified tokens:
# externalGroups: ["okta:ml"]
"""

_RULES = """\
# What may be used: `KIND:NAME`, where `*` is anything between two slashes and `**` anything.
kind: Grant
name: $team-basics
to: [team:$team]
projects: [$project]
allow:
# Images, runtimes and components need no grant: who may create runs may use them.
- use: ["connection:scratch", "preset:**"]
- use: ["accelerator:nvidia.com/gpu"]
  max: {perPod: 1, perRun: 4}
# The last day of it:
# until: 2027-12-31
---
# A deny goes before every grant.
kind: Deny
name: no-host
to: ["*"]
# except: [team:platform]
deny: ["hostPath:**", privileged, hostNetwork, hostPID, hostIPC]
because: Access to the host breaks the isolation of tenants
---
# What all runs of a team together may ask for.
kind: Quota
name: $team-total
for: {team: $team}
limits: {nvidia.com/gpu: 8, parallelRuns: 20}
"""

_TESTS = """\
# Questions whose answers must not change unseen: `pxc acl test --mutate` asks them.
kind: AclTest
cases:
- {as: $user, project: $project, use: "connection:scratch", expect: allow, by: $team-basics}
- {as: $user, project: $project, use: "hostPath:/etc", expect: deny, by: no-host}
- {as: $user, project: $project, use: "accelerator:nvidia.com/gpu=8",
   expect: deny, code: above-bound}
"""

_OWNERS = """\
# Whoever can change the rules can change who may do what: these files need a second pair of eyes.
# Write the people or the team who own them in the place of @OWNERS.
/pxc.yaml @OWNERS
/catalog/ @OWNERS
/.github/ @OWNERS
"""

_TRAIN = """\
version: 1.1
kind: component
name: train
inputs:
- {name: epochs, type: int, value: 3, isOptional: true}
run:
  kind: job
  connections: [scratch]
  container:
    image: python:3.12-slim
    command: [python, -c]
    args: ["print('{{ globals.project_name }} writes to {{ connections.scratch.mountPath }}')"]
    env: [{name: EPOCHS, value: "{{ epochs }}"}]
"""

_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n", "t", "f"))


def starting_files(project: str, organization: str | None, user: str) -> dict[str, str]:
    """The texts by their paths; with an organization they say who may use what."""
    names = {
        "project": _written(project),
        "namespace": _written(_label(project)),
        "organization": _written(organization or ""),
        "team": "ml",
        "user": _written(user),
    }
    files = {
        "pxc.yaml": _WORKSPACE,
        "catalog/project.yaml": _PROJECT,
        "catalog/connections/scratch.yaml": _CONNECTION,
        "catalog/presets/limits.yaml": _LIMITS,
        "catalog/presets/gpu.yaml": _GPU,
        "train.yaml": _TRAIN,
    }
    if organization is not None:
        files["pxc.yaml"] += _ENFORCED
        files["catalog/project.yaml"] += _TEAMS
        files["catalog/connections/scratch.yaml"] += _ACCESS
        files["catalog/organization.yaml"] = _ORGANIZATION
        files["catalog/rules.yaml"] = _RULES
        files["catalog/tests/rules.yaml"] = _TESTS
        files[".github/CODEOWNERS"] = _OWNERS
    return {path: _filled(text, names) for path, text in files.items()}


def _filled(text: str, names: dict[str, str]) -> str:
    return re.sub(r"\$([a-z]+)", lambda found: names[found[1]], text)


def _written(name: str) -> str:
    """A name as YAML writes it: in quotes where it would be a number or a word of YAML's."""
    bare = re.fullmatch(r"[A-Za-z][-/._A-Za-z0-9]*", name) and name.lower() not in _WORDS
    return name if bare else json.dumps(name)


def _label(project: str) -> str:
    """The namespace of a project: its last segment, as Kubernetes writes names."""
    text = re.sub(r"[^a-z0-9]+", "-", project.rpartition("/")[2].lower()).strip("-")
    return text[:63].rstrip("-") or "default"
