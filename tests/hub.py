"""Turns short YAML texts into a catalog of components, and compiles a file against it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request
from pxc.options import Options
from tests.command_line import write
from tests.no_hub import NO_HUB

COMPONENTS = {
    "tell/latest": """
        kind: component
        inputs: [{name: text, type: str, isOptional: true}, {name: times, type: int, value: 1}]
        run: {kind: job, container: {image: "tell:1", args: ["{{ text }}", "{{ times }}"]}}
        """,
    "told/v1": """
        kind: component
        run: {kind: job, container: {image: "told:1", args: ["{{ name }} {{ status }}", "{{ kind }}/{{ runtime }}", "{{ inputs.lr }}", "{{ outputs.loss }}"]}}
        """,
    "acme/kaniko/v1": """
        kind: component
        inputs: [{name: destination, type: image}, {name: context, type: str, value: .}]
        run: {kind: job, container: {image: "kaniko:1", args: ["{{ destination }}", "{{ context }}"]}}
        """,
    "flow/latest": """
        kind: component
        inputs: [{name: text, type: str}]
        run:
          kind: dag
          operations:
            - name: one
              params: {t: {ref: dag, value: inputs.text}}
              container: {image: "one:1", args: ["{{ t }}"]}
        """,
    "proposer/latest": """
        kind: component
        outputs: [{name: suggestions, type: dict, isList: true}]
        run: {kind: job, container: {image: "proposer:1", args: ["{{ configs }}"]}}
        """,
    "strict/latest": """
        kind: component
        inputs: [{name: must, type: int}]
        run: {kind: job, container: {image: "strict:1", args: ["{{ must }}"]}}
        """,
    "nothing/latest": "kind: component\nname: nothing\n",
}
REGISTRY = {
    "images.yaml": """
        kind: Connection
        name: images
        spec: {kind: registry, schema: {url: "https://r.example/ml/"}}
        """,
}


def hub(folder: Path, components: Mapping[str, str] = COMPONENTS) -> Path:
    """A folder that is a catalog of components and of one registry."""
    files = {f"components/{name}.yaml": dedent(text) for name, text in components.items()}
    write(folder, {**files, **{name: dedent(text) for name, text in REGISTRY.items()}})
    return folder


def compiled_with(folder: Path, text: str, *, lint: bool = False) -> Outcome:
    """The outcome of a YAML string against a catalog."""
    request = Request(
        files=(SourceText("file.yaml", dedent(text).encode()),),
        options=Options(project="p", hub=NO_HUB),
        catalog=(folder,),
        verify=True,
    )
    return (lint_request if lint else compile_request)(request)
