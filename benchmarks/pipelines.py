"""Makes dags of many operations that share a few components, or have one each."""

from __future__ import annotations

_COMPONENT = """\
    - name: step-{number}
      inputs: [{{name: lr, type: float}}, {{name: epochs, type: int, value: 3}}]
      run:
        kind: job
        container:
          image: trainer:1.2
          command: [python, train.py]
          args: ["--lr={{{{ lr }}}}", "--epochs={{{{ epochs }}}}"]
          resources:
            limits: {{cpu: 2, memory: 4Gi}}
"""


def pipeline(operations: int, *, width: int | None = None, components: int = 10) -> str:
    """A Polyaxonfile; with a `width` each operation waits for the one so many places before it."""
    lines = ["version: 1.1\nkind: component\nname: many\nrun:\n  kind: dag\n  operations:\n"]
    for i in range(operations):
        after = f", dependencies: [n{i - width}]" if width and i >= width else ""
        step = f"step-{i % components}"
        lines.append(f"    - {{name: n{i}, dagRef: {step}, params: {{lr: {i / 1000}}}{after}}}\n")
    lines.append("  components:\n")
    lines += [_COMPONENT.format(number=number) for number in range(components)]
    return "".join(lines)


_INLINE = """\
    - name: n{number}{after}
      params:
        lr: {lr}
        seed: {number}
      component:
        inputs:
          - name: lr
            type: float
          - name: seed
            type: int
          - name: epochs
            type: int
            value: 3
        outputs:
          - name: loss
            type: float
        run:
          kind: job
          environment:
            labels:
              team: research
          container:
            image: trainer:1.2
            command: [python, train.py]
            args:
              - "--lr={{{{ lr }}}}"
              - "--seed={{{{ seed }}}}"
              - "--epochs={{{{ epochs }}}}"
              - "--step={number}"
            resources:
              limits:
                cpu: 2
                memory: 4Gi
"""


def inline_pipeline(operations: int, *, width: int) -> str:
    """The same with a component of its own in each operation: 34 lines for each."""
    lines = ["version: 1.1\nkind: component\nname: many\nrun:\n  kind: dag\n  operations:\n"]
    for i in range(operations):
        after = f"\n      dependencies: [n{i - width}]" if i >= width else ""
        lines.append(_INLINE.format(number=i, lr=i / 1000, after=after))
    return "".join(lines)
