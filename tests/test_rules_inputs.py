"""The rules about inputs, expressions, volumes and fields without effect."""

from __future__ import annotations

import pytest

from pxc.driver import Request, SourceText, lint_request
from pxc.grammar.rewrite import rewrite
from tests.reading import compiled
from tests.rule_tables import A, args, job, lint, rule_tests

OPTIONAL = "inputs: [{name: o, type: str, isOptional: true}]\n"
TEXT = "inputs: [{name: s, type: str}]\n"
SHELL = "    command: [bash, -ec]\n"
VOLUME = "  volumes: [{name: v, emptyDir: {}}]\n"
MOUNT = "    volumeMounts: [{name: v, mountPath: /v}]\n"
TUNE = (
    "kind: component\nrun:\n  kind: dag\n  operations:\n"
    "  - {name: a, %s}\n"
    "  - {name: b, params: {x: {ref: ops.a, value: outputs.o, contextOnly: true}},"
    " container: {image: 'b:1', args: ['{{ x }}']}}\n"
)
DAG = (
    "kind: component\ninputs: [{name: d, type: str}]\nrun:\n  kind: dag\n  operations:\n"
    "  - {name: a, dagRef: t%s}\n  - {name: b, dagRef: t%s}\n  components:\n"
    "  - {name: t, %s run: {kind: job, %s}}\n"
)
"""A dag of two operations of one component: what each has of its own, the component's, its run's."""

O_INPUT = "inputs: [{name: o, type: str, isOptional: true}],"
S_INPUT = "inputs: [{name: s, type: str}],"
OUT_ARGS = "container: {image: 'a:1', args: ['--o={{ o }}']}"
SH_ARGS = "container: {image: 'a:1', command: [bash, -ec], args: ['a {{ s }}']}"
UNMOUNTED = "volumes: [{name: v, emptyDir: {}}], container: {image: 'a:1'}"
MOUNTS = ", runPatch: {container: {volumeMounts: [{name: v, mountPath: /v}]}}"
NESTED = (
    "kind: component\nrun:\n  kind: dag\n  %s\n  operations:\n  - {name: n, component: {run: {kind:"
    " dag, %soperations: [{name: a, container: {image: 'a:1', volumeMounts: [{name: v, mountPath:"
    " /v}]}}]}}}\n"
)

BAD = [
    ("PXC115", job(root="termination: {culling: {timeout: 5}}\n"), "{timeout: 5}"),
    ("PXC115", job(root="cache: {disable: true, ttl: 60}\n"), "60"),
    ("PXC211", job(MOUNT), "v"),
    ("PXC211", job(MOUNT.replace("v,", "w,"), VOLUME), "w"),
    ("PXC211", job(run=f"  sidecars: [{{image: 'a:1', {MOUNT.strip()}}}]\n"), "v"),
    ("PXC211", job(run=f"  init: [{{container: {{image: 'a:1', {MOUNT.strip()}}}}}]\n"), "v"),
    (
        "PXC211",
        "kind: component\nrun:\n  kind: pytorchjob\n  master: {volumes: [{name: v, emptyDir: {}}],"
        " container: {image: 'a:1'}}\n  worker: {container: {image: 'a:1', volumeMounts:"
        " [{name: v, mountPath: /v}]}}\n",
        "v",
    ),
    (
        "PXC211",
        "kind: component\nrun:\n  kind: dag\n  operations:\n  - {name: a, container: {image: 'a:1',"
        " volumeMounts: [{name: v, mountPath: /v}]}}\n",
        "v",
    ),
    ("PXC211", NESTED % ("volumes: [{name: w, emptyDir: {}}]", ""), "v"),
    ("PXC215", job(args("'{{ a }}'"), root="inputs: [{name: a, value: 1}]\n"), "a"),
    (
        "PXC216",
        TUNE % "matrix: {kind: mapping, values: [{p: 1}]}, container: {image: 'a:1'}",
        "outputs.o",
    ),
    (
        "PXC216",
        TUNE % "run: {kind: dag, operations: [{name: n, container: {image: 'a:1'}}]}",
        "outputs.o",
    ),
    ("PXC230", job(run=VOLUME), "v"),
    ("PXC230", DAG % ("", "", "", UNMOUNTED), "v"),
    ("PXC230", DAG % (MOUNTS, "", "", UNMOUNTED), "v"),
    ("PXC306", job(args("'--o={{ o }}'"), root=OPTIONAL), "{{ o }}"),
    ("PXC306", DAG % ("", "", O_INPUT, OUT_ARGS), "{{ o }}"),
    ("PXC306", DAG % (", params: {o: x}", "", O_INPUT, OUT_ARGS), "{{ o }}"),
    (
        "PXC309",
        DAG % (", params: {s: x}", ", params: {s: {ref: dag, value: inputs.d}}", S_INPUT, SH_ARGS),
        "{{ s }}",
    ),
    ("PXC306", job(args("'--o={{ params.o.value }}'"), root=OPTIONAL), "{{ params.o.value }}"),
    (
        "PXC306",
        job("    workingDir: '/a/{{ o }}'\n", root=OPTIONAL.replace("isOptional: true", "value: null")),
        "{{ o }}",
    ),
    ("PXC306", OPTIONAL + "cmd: ['echo {{ o }}']\ncontainer: {image: 'a:1'}\n", "{{ o }}"),
    ("PXC309", job(SHELL + args("'a {{ s }}'"), root=TEXT), "{{ s }}"),
    ("PXC309", job(SHELL + args("'a \"{{ s }}\"'"), root=TEXT), "{{ s }}"),
    ("PXC309", job("    command: [/bin/sh, -c, 'a {{ params.s.as_arg }}']\n", root=TEXT), "{{ params.s.as_arg }}"),
    ("PXC309", TEXT + "cmd: ['echo {{ s }}']\ncontainer: {image: 'a:1'}\n", "{{ s }}"),
    ("PXC311", job(args("'--a=${a}'"), root=A), "${a}"),
    ("PXC311", job(args("'--a={a}'"), root=A), "{a}"),
    ("PXC312", job(args("'--a={{ 3 }}'")), "{{ 3 }}"),
    ("PXC312", job(args("'{{ \"a\" | upper }}'")), "{{ \"a\" | upper }}"),
]  # fmt: skip

GOOD = [
    ("PXC115", "termination: {culling: {timeout: 5}}\nrun: {kind: service, ports: [80], container: {image: 'a:1'}}\n"),
    ("PXC115", job(root="termination: {timeout: 5}\n")),
    ("PXC115", job(root="cache: {disable: false, ttl: 60}\n")),
    ("PXC211", job(MOUNT, VOLUME)),
    ("PXC211", job(MOUNT.replace("v,", "artifacts-context,"))),
    ("PXC211", job(MOUNT, "  connections: [data]\n")),
    ("PXC211", job(MOUNT, root="presets: [p]\n")),
    ("PXC211", "run: {kind: job, container: {image: 'a:1', volumeMounts: [{name: v, mountPath: /v}]}}\nvolumes: [{name: v, emptyDir: {}}]\n"),
    ("PXC211", "kind: component\nrun:\n  kind: dag\n  volumes: [{name: v, emptyDir: {}}]\n  operations:\n  - {name: a, container: {image: 'a:1', volumeMounts: [{name: v, mountPath: /v}]}}\n"),
    ("PXC211", NESTED % ("volumes: [{name: v, emptyDir: {}}]", "")),
    ("PXC211", NESTED % ("", "volumes: [{name: v, emptyDir: {}}], ")),
    ("PXC211", NESTED % ("connections: [data]", "")),
    ("PXC215", job(args("'{{ a }}'"), root="inputs: [{name: a, type: any, value: 1}]\n")),
    ("PXC216", TUNE % "container: {image: 'a:1'}"),
    ("PXC216", TUNE % "params: {o: 1}, outputs: [{name: o, type: int}], matrix: {kind: mapping, values: [{p: 1}]}, container: {image: 'a:1'}"),
    ("PXC230", job(MOUNT, VOLUME)),
    ("PXC230", job("    volumeDevices: [{name: v, devicePath: /d}]\n", VOLUME)),
    ("PXC230", job(run=VOLUME + f"  sidecars: [{{image: 'a:1', {MOUNT.strip()}}}]\n")),
    ("PXC230", job(run=VOLUME, root="presets: [p]\n")),
    ("PXC230", DAG % (MOUNTS, MOUNTS, "", UNMOUNTED)),
    ("PXC230", DAG % (", presets: [p]", MOUNTS, "", UNMOUNTED)),
    ("PXC306", DAG % (", params: {o: x}", ", params: {o: {ref: dag, value: inputs.d}}", O_INPUT, OUT_ARGS)),
    ("PXC309", DAG % (", params: {s: x}", ", params: {s: y}", S_INPUT, SH_ARGS)),
    ("PXC306", job(args("'{{ o }}'"), root=OPTIONAL)),
    ("PXC306", job(args("'--o={{ o or 1 }}'"), root=OPTIONAL)),
    ("PXC306", job(args("'x{{ params.o.as_arg }}'"), root=OPTIONAL)),
    ("PXC306", job(args("'{% if o %}--o={{ o }}{% endif %}'"), root=OPTIONAL)),
    ("PXC306", job(args("'--s={{ s }}'"), root=TEXT)),
    ("PXC306", "kind: operation\nparams: {o: x}\ncomponent:\n  " + OPTIONAL + "  run: {kind: job, container: {image: 'a:1', args: ['--o={{ o }}']}}\n"),
    ("PXC306", "kind: operation\nmatrix: {kind: mapping, values: [{o: x}]}\ncomponent:\n  " + OPTIONAL + "  run: {kind: job, container: {image: 'a:1', args: ['--o={{ o }}']}}\n"),
    ("PXC309", job(SHELL + args("'a {{ a }}'"), root=A)),
    ("PXC309", job(SHELL + args("\"a '{{ s }}'\""), root=TEXT)),
    ("PXC309", job(args("'a {{ s }}'"), root=TEXT)),
    ("PXC309", job(SHELL + args("'$0'", "'{{ s }}'"), root=TEXT)),
    ("PXC311", job(args("'--a=$(A) {b} ${HOME} {{ a }}'"), root=A)),
    ("PXC311", job(SHELL + args("'echo ${a}'"), root=A)),
    ("PXC311", job("    command: [python, -c]\n" + args("'\"{a}\"'"), root=A.replace("name: a", "name: b"))),
    ("PXC312", job(args("'{{ a }}'"), root=A)),
    ("PXC312", job(args("'{{ \"{{\" }} x'"))),
    ("PXC312", job(args("'{{ globals.uuid }}'"))),
]  # fmt: skip


test_bad, test_good, test_ignored = rule_tests(BAD, GOOD)


ELSEWHERE = [
    ("an image that is none", job().replace("img:1", "src/Dockerfile"), ["PXC208 src/Dockerfile"]),
    (
        "the default of an input may be replaced",
        job(root="inputs: [{name: i, type: str, value: A B}]\n").replace("img:1", "'{{ i }}'"),
        [],
    ),
    ("plugins of services", job(root="plugins: {ssh: true, sandbox: false}\n"), ["PXC118 true"]),
    ("a name of early releases", job(args("'{{ run_outputs_path }}'")), ["PXC318 run_outputs_path"]),
    ("a context of early releases", job(args("'{{ plx_contexts.artifacts_path }}'")), ["PXC318 plx_contexts"]),
    (
        "a hyphen for an underscore, said once",
        job(args("'{{ tls-verify }}'"), root="inputs: [{name: tls_verify, type: str, value: x}]\n"),
        ["PXC303 tls-verify"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), [e[1:] for e in ELSEWHERE], ids=[e[0] for e in ELSEWHERE]
)
def test_what_passes_tell(text: str, expected: list[str]) -> None:
    found = lint(text)
    assert [f"{line.split()[0]} {line.split(' ', 2)[2]}" for line in found] == expected


def test_settings_of_containers_that_a_dag_gives_reach_its_containers() -> None:
    text = """
        run:
          kind: dag
          environment: {securityContext: {privileged: true, fsGroup: 5}}
          operations: [{name: a, container: {image: 'a:1'}}]
    """
    outcome = compiled(text)
    assert {d.code.id for d in outcome.report} >= {"PXC136"}


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        (job(args("'{{ run_outputs_path }}'")), "{{ globals.run_outputs_path }}"),
        (job(args("'{{ plx_contexts.artifacts_path }}'")), "{{ globals.artifacts_path }}"),
        (
            job(args("'{{ tls-verify }}'"), root="inputs: [{name: tls_verify, type: str, value: x}]\n"),
            "{{ tls_verify }}",
        ),
    ],
)  # fmt: skip
def test_unsafe_fixes(text: str, fixed: str) -> None:
    request = Request(files=(SourceText("file.yaml", text.encode()),))
    (found,) = lint_request(request).report
    assert found.fix is not None
    assert not found.fix.safe
    mended = rewrite(found.span.source, [found.fix]).text
    assert fixed in mended
    assert lint(mended) == []
