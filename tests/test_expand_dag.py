"""Dags in the plan: what becomes of their operations, and what leads from one to another."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.ir.dump import dump
from pxc.ir.plan import Group, Unit
from tests.reading import compiled, found


def dag(operations: str, more: str = "", around: str = "") -> str:
    """A dag of operations, with further fields of its `run` and of the file."""
    lines = indent(dedent(operations).strip("\n"), "    ")
    head = dedent(around)
    return f"kind: component\nname: pipe\n{head}run:\n  kind: dag\n{indent(dedent(more), '  ')}" + (
        f"  operations:\n{lines}\n"
    )


def told(group: Group, prefix: str = "") -> list[str]:
    """A group as lines: members with their args, then edges, then those of inner groups."""
    lines = []
    for member in group.members:
        line = f"{prefix}{member.name}"
        if isinstance(member, Unit):
            args = dump(member.pod.main.get("args"))
            line += f" {_texts(args)}" if args else ""
        if member.start is not None:
            data = dump(member.start)
            line += f" if {_texts(data['condition'])}" if "condition" in data else ""
            line += f" by {member.start.trigger}"
            line += " or skipped" if member.start.skip_on_upstream_skip else ""
        lines.append(line)
    for edge in group.edges:
        line = f"{prefix}{edge.upstream} > {edge.downstream}"
        line += f" {list(edge.values)}" if edge.values else ""
        line += f" on {list(edge.events)}" if edge.events else ""
        lines.append(line)
    for member in group.members:
        if isinstance(member, Group):
            lines += told(member, f"{prefix}{member.name}/")
    return lines


def _texts(data: Any) -> Any:
    if isinstance(data, dict) and "template" in data:
        parts = data["template"]
        return "".join(p if isinstance(p, str) else f"<{p['expression']}>" for p in parts)
    return [_texts(item) for item in data] if isinstance(data, list) else data


def group_of(outcome: Outcome) -> Group:
    assert outcome.plan is not None, found(outcome.report)
    group = outcome.plan.group
    assert isinstance(group, Group)
    return group


GRAPHS = {
    "edges come from dependencies, params and events, once each": (
        """
        - {name: a, container: {image: i}}
        - {name: b, container: {image: i}, dependencies: [a], params: {x: {ref: ops.a, value: outputs.y}}}
        - {name: c, container: {image: i}, events: [{kinds: [run_status_done], ref: ops.a}]}
        - {name: d, container: {image: i}, events: [{kinds: [run_status_done], ref: "{{ ops.b }}"}]}
        - {name: e, container: {image: i}, params: {x: {ref: "{{ ops.a }}", value: "{{ outputs.y }}"}}}
        """,
        [
            "a", "b", "c", "d", "e",
            "a > b ['outputs.y']",
            "a > c on ['run_status_done']",
            "b > d on ['run_status_done']",
            "a > e ['outputs.y']",
        ],
    ),
    "a value of another operation waits for the run": (
        """
        - {name: a, container: {image: i}}
        - name: b
          params: {x: {ref: ops.a, value: outputs.y}, all: {ref: ops.a, value: artifacts}}
          container: {image: i, args: ["--x={{ x }}", "{{ params.x.as_arg }}"]}
        """,
        [
            "a",
            "b ['--x=<ops.a.outputs.y>', \"<'--x=' ~ ops.a.outputs.y>\"]",
            "a > b ['outputs.y', 'artifacts']",
        ],
    ),
    "triggers, skips and conditions": (
        """
        - {name: a, container: {image: i}, conditions: "{{ 1 > 2 }}"}
        - {name: b, container: {image: i}, dependencies: [a], trigger: all_done}
        - {name: c, container: {image: i}, dependencies: [a], skipOnUpstreamSkip: true}
        - {name: d, container: {image: i}, dependencies: [a], trigger: all_succeeded, conditions: "{{ 2 > 1 }}"}
        - name: e
          container: {image: i}
          params: {x: {ref: ops.b, value: outputs.y}}
          conditions: "{{ x > 1 }}"
        """,
        [
            "a if False by all_succeeded",
            "b by all_done",
            "c by all_succeeded or skipped",
            "d",
            "e if <ops.b.outputs.y > 1> by all_succeeded",
            "a > b", "a > c", "a > d", "b > e ['outputs.y']",
        ],
    ),
    "dags inside of dags, each in its own scope": (
        """
        - {name: a, outputs: [{name: y, type: int}], container: {image: i}}
        - name: b
          params: {x: {ref: ops.a, value: outputs.y}, n: 3}
          component:
            inputs: [{name: x, type: int}, {name: n, type: int}]
            run:
              kind: dag
              operations:
              - name: a
                params: {q: {ref: dag, value: inputs.x}, n: {ref: dag, value: inputs.n}}
                container: {image: i, args: ["{{ q }}", "{{ n + 1 }}"]}
              - name: c
                params: {q: {ref: ops.a, value: outputs.y}}
                component:
                  run:
                    kind: dag
                    operations:
                    - name: d
                      params: {z: {ref: dag, value: inputs.q}, id: {ref: dag, value: globals.uuid},
                               me: {ref: dag, value: globals.name}}
                      container: {image: i, args: ["{{ z }}{{ id }}", "{{ me }}"]}
        """,
        [
            "a", "b", "a > b ['outputs.y']",
            "b/a ['<dag.ops.a.outputs.y>', '4']", "b/c", "b/a > c ['outputs.y']",
            "b/c/d ['<dag.ops.a.outputs.y><dag.globals.uuid>', 'c']",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_graph(name: str) -> None:
    operations, expected = GRAPHS[name]
    assert told(group_of(compiled(dag(operations)))) == expected


def pods(text: str, **options: Any) -> dict[str, Any]:
    """The units of a dag by name, as data."""
    return {unit.name: dump(unit) for unit in group_of(compiled(text, **options)).units()}


def test_values_of_the_dag_are_known() -> None:
    text = dag(
        """
        - name: a
          params: {lr: {ref: dag, value: inputs.lr}, where: {ref: dag, value: inputs.where}}
          component:
            inputs: [{name: lr, type: float}, {name: where, type: str}]
            run: {kind: job, container: {image: i, args: ["{{ lr }}", "{{ where }}"]}}
        """,
        around="""
        inputs:
        - {name: lr, type: float, value: 0.5}
        - {name: where, type: str, value: "s3://b/{{ lr }}"}
        """,
    )
    assert told(group_of(compiled(text))) == ["a ['0.5', 's3://b/0.5']"]
    assert told(group_of(compiled(text, params={"lr": "7"}))) == ["a ['7.0', 's3://b/7.0']"]


def test_a_value_that_does_not_fit_is_told_at_its_place() -> None:
    text = dag(
        """
        - name: a
          params: {n: {ref: dag, value: inputs.n}}
          component:
            inputs: [{name: n, type: int, validation: {le: 3}}]
            run: {kind: job, container: {image: i}}
        """,
        around="inputs: [{name: n, type: int, value: 4}]\n",
    )
    assert found(compiled(text).report) == ["PXC214 3:38 4"]


GIVEN = dag(
    """
    - {name: a, container: {image: i}}
    - name: b
      queue: own
      termination: {maxRetries: 1}
      plugins: {shm: true}
      component:
        run:
          kind: job
          environment: {labels: {team: b, x: "{{ globals.name }}"}}
          volumes: [{name: own, emptyDir: {}}]
          container: {image: i}
    - name: c
      component:
        run:
          kind: dag
          environment: {labels: {inner: 'yes'}}
          operations: [{name: d, container: {image: i}}]
    """,
    """
    environment: {labels: {team: a, op: "{{ globals.name }}"}, nodeName: n}
    volumes: [{name: shared, emptyDir: {}}]
    """,
    """
    inputs: [{name: hours, type: int, value: 2}]
    queue: all
    termination: {maxRetries: 3, timeout: "{{ hours * 60 }}"}
    plugins: {shm: false}
    namespace: ml
    """,
)


def test_what_a_dag_gives_its_operations() -> None:
    units = pods(GIVEN)
    told = {
        name: (
            unit["roles"][0]["pod"]["environment"]["labels"],
            [v["name"] for v in unit["roles"][0]["pod"]["volumes"]],
            unit["limits"].get("max_retries"),
            unit["limits"].get("timeout"),
            unit["queue"],
            unit["roles"][0]["pod"].get("shm", False),
            unit["namespace"],
        )
        for name, unit in units.items()
    }
    assert told == {
        "a": ({"team": "a", "op": "a"}, ["shared"], 3, 120, "all", False, "ml"),
        "b": (
            {"team": "b", "x": "b", "op": "b"}, ["shared", "own"], 1, 120, "own", True, "ml",
        ),
        "d": ({"inner": "yes", "team": "a", "op": "d"}, ["shared"], 3, 120, "all", False, "ml"),
    }  # fmt: skip


def test_one_wish_of_the_dag_is_told_once() -> None:
    said = [d for d in found(compiled(GIVEN).report) if d.startswith("PXC702")]
    assert [line.split()[0] for line in said].count("PXC702") == len(set(said))
    assert sum("all" in line for line in said) == 1


def test_a_graph_from_templates_is_checked_when_it_is_known() -> None:
    text = dag(
        """
        - {name: a, container: {image: i}, params: {up: [b]}, dependencies: "{{ up }}"}
        - {name: b, container: {image: i}, params: {up: [a]}, dependencies: "{{ up }}"}
        """
    )
    assert [line.split()[0] for line in found(compiled(text).report)] == ["PXC420"]


def request(root: Path) -> Outcome:
    """What comes of `main.yaml` in a folder, beside its `catalog` where there is one."""
    main, catalog = root / "main.yaml", root / "catalog"
    return compile_request(
        Request(
            files=(SourceText(str(main), main.read_bytes()),),
            root=root,
            catalog=(catalog,) if catalog.exists() else (),
            verify=True,
        )
    )


CATALOG = {
    "presets/big.yaml": "isPreset: true\nqueue: big\nrunPatch: {environment: {nodeName: large}}\n",
    "all.yaml": "artifactsStore: {name: store, kind: volume_claim, "
    "schema: {volumeClaim: c, mountPath: /store}}\nconnections:\n"
    "- {name: code, kind: git, schema: {url: 'https://h/r'}}\n"
    "- {name: data, kind: s3, schema: {bucket: 's3://b'}, secret: {name: s}}\n",
}


def write(root: Path, text: str) -> None:
    (root / "main.yaml").write_text(text)
    (root / "catalog" / "presets").mkdir(parents=True)
    for name, content in CATALOG.items():
        (root / "catalog" / name).write_text(content)


def test_connections_of_the_dag_come_before_those_of_an_operation(tmp_path: Path) -> None:
    write(
        tmp_path,
        dag(
            """
            - {name: a, container: {image: i}}
            - {name: b, connections: [code, data], container: {image: i, args: ["{{ connections.code.url }}"]}}
            """,
            "connections: [data]\n",
        ),
    )
    outcome = request(tmp_path)
    assert found(outcome.report) == []
    units = {unit.name: unit for unit in group_of(outcome).units()}
    names = {name: [a.name for a in unit.pod.attachments] for name, unit in units.items()}
    assert names == {"a": ["data"], "b": ["data", "code"]}
    assert told(group_of(outcome))[1] == "b ['https://h/r']"


def test_connections_of_a_dag_inside_are_those_of_its_operations(tmp_path: Path) -> None:
    """At any depth, under the name that they have there."""
    last = "{name: %s, container: {image: i, args: ['{{ connections.code.url }}']}}"
    inner = f"component: {{run: {{kind: dag, operations: [{last % 'b'}]}}}}"
    write(
        tmp_path,
        dag(
            f"""
            - name: n
              component:
                run: {{kind: dag, connections: [code], operations: [{last % "a"}, {{name: m, {inner}}}]}}
            """
        ),
    )
    outcome = request(tmp_path)
    assert found(outcome.report) == []
    [a, b] = group_of(outcome).units()
    assert [[c.name for c in unit.pod.attachments] for unit in (a, b)] == [["code"], ["code"]]


def test_an_operation_may_name_presets(tmp_path: Path) -> None:
    write(tmp_path, dag("- {name: a, presets: [big], container: {image: i}}"))
    [unit] = group_of(request(tmp_path)).units()
    assert unit.queue == "big"
    assert unit.pod.environment is not None
    assert dump(unit.pod.environment)["node_name"] == "large"
    write_again = dag("- {name: a, presets: [bigg], container: {image: i}}")
    (tmp_path / "main.yaml").write_text(write_again)
    assert [d.code.id for d in request(tmp_path).report] == ["PXC224"]


def test_operations_of_other_files(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "main.yaml").write_text(
        dag(
            "- {name: a, pathRef: parts/inner.yaml}", "components: [{name: c, pathRef: job.yaml}]\n"
        )
        + "    - {name: b, dagRef: c, params: {x: 1}}\n"
    )
    inner = dag("- {name: d, pathRef: ../job.yaml, params: {x: 2}}")
    (tmp_path / "parts" / "inner.yaml").write_text(inner)
    (tmp_path / "job.yaml").write_text(
        "kind: component\ninputs: [{name: x, type: int}]\n"
        "run: {kind: job, container: {image: i, args: ['{{ x }}']}}\n"
    )
    assert told(group_of(request(tmp_path))) == ["a", "b ['1']", "a/d ['2']"]


def test_a_file_that_leads_back_to_itself(tmp_path: Path) -> None:
    (tmp_path / "main.yaml").write_text(dag("- {name: a, pathRef: main.yaml}"))
    assert [d.code.id for d in request(tmp_path).report] == ["PXC221"]


def test_files_that_make_dags_without_end(tmp_path: Path) -> None:
    """Each file names the next one three times: ten files would be 30,000 operations."""
    three = "".join(f"- {{name: n{i}, pathRef: PATH}}\n" for i in range(3))
    (tmp_path / "main.yaml").write_text(dag(three.replace("PATH", "f0.yaml")))
    for i in range(9):
        (tmp_path / f"f{i}.yaml").write_text(dag(three.replace("PATH", f"f{i + 1}.yaml")))
    (tmp_path / "f9.yaml").write_text("kind: component\nrun: {kind: job, container: {image: i}}\n")
    [said] = request(tmp_path).report
    assert said.code.id == "PXC447"
    assert "20,000" in said.message


@pytest.mark.parametrize(("count", "codes"), [(24, []), (25, ["PXC447"])])
def test_dags_that_lie_deep(tmp_path: Path, count: int, codes: list[str]) -> None:
    for i in range(count):
        name = f"f{i}.yaml" if i else "main.yaml"
        (tmp_path / name).write_text(dag(f"- {{name: n, pathRef: f{i + 1}.yaml}}"))
    (tmp_path / f"f{count}.yaml").write_text(
        "kind: component\nrun: {kind: job, container: {image: i}}\n"
    )
    assert [d.code.id for d in request(tmp_path).report] == codes


def test_a_reference_that_a_patch_brings_in_is_told() -> None:
    text = """
    kind: operation
    runPatch: {operations: [{name: x, pathRef: other.yaml}]}
    component:
      run: {kind: dag, operations: [{name: a, container: {image: i}}]}
    """
    assert found(compiled(text).report) == ["PXC120 3:32 x"]
