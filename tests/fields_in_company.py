"""Fields that ask for something only beside others: a file for each, with and without it."""

from __future__ import annotations

USES = 'run: {kind: job, container: {image: a, args: ["{{ x }}", "{{ params.x.as_arg }}"]}}\n'
JOB = "run: {kind: job, container: {image: a}}\n"
SPARK = "type: r, sparkVersion: 3.5.1, mainApplicationFile: a, executor: {container: {image: a}}, "
WORKER = "worker: {container: {image: a}}, "


def _held(key: str, limit: str, type: str, value: str) -> tuple[str, str]:
    """An input or output whose validation refuses its value."""
    text = "«, validation: {" + key + ": " + limit + "}»"
    return key, f"[{{name: x, type: {type}, value: {value}{text}}}]\n{JOB}"


VALIDATIONS = dict((
    _held("gt", "7", "int", "7"), _held("ge", "8", "int", "7"), _held("lt", "7", "int", "7"),
    _held("le", "6", "int", "7"), _held("multipleOf", "2", "int", "7"),
    _held("minDigits", "2", "int", "7"), _held("maxDigits", "1", "int", "77"),
    _held("decimalPlaces", "1", "float", "0.77"), _held("regex", "b+", "str", "a"),
    _held("minLength", "2", "str", "a"), _held("maxLength", "1", "str", "aa"),
    _held("contains", "b", "str", "a"), _held("excludes", "a", "str", "a"),
    _held("options", "[b]", "str", "a"), _held("minItems", "2", "'list[int]'", "[7]"),
    _held("maxItems", "1", "'list[int]'", "[7, 7]"), _held("keys", "[b]", "dict", "{a: 7}"),
    _held("containsKeys", "[b]", "dict", "{a: 7}"), _held("excludesKeys", "[a]", "dict", "{a: 7}"),
))  # fmt: skip

MARKED = {
    **{f"inputs[].validation.{key}": f"inputs: {text}" for key, text in VALIDATIONS.items()},
    **{f"outputs[].validation.{key}": f"outputs: {text}" for key, text in VALIDATIONS.items()},
    "inputs[].name": "«inputs: [{name: x, type: int, value: 7}]\n»" + USES,
    "inputs[].type": "inputs: [{name: x, «type: int, »value: '007'}]\n" + USES,
    "inputs[].isList": "inputs: [{name: x, type: int, «isList: true, »value: 7}]\n" + USES,
    "inputs[].isFlag": "inputs: [{name: x, type: bool, «isFlag: true, »value: true}]\n" + USES,
    "inputs[].argFormat": "inputs: [{name: x, type: int, «argFormat: 'x={{ x }}', »value: 7}]\n"
    + USES,
    "inputs[].connection": "inputs: [{name: x, «connection: store, »value: 7}]\n"
    "run: {kind: job, container: {image: a, args: ['{{ params.x.connection }}']}}\n",
    "inputs[].toInit": "inputs: [{name: x, type: git, value: {url: u}«, toInit: true»}]\n" + JOB,
    "inputs[].toEnv": "inputs: [{name: x, type: int, value: 7«, toEnv: X»}]\n" + JOB,
    "inputs[].isOptional": "inputs: [{name: x«, isOptional: true»}]\n" + JOB,
    "inputs[].delayValidation": "inputs: [{name: x«, delayValidation: true»}]\n" + JOB,
    "inputs[].validation.delay": "inputs: [{name: x«, validation: {delay: true}»}]\n" + JOB,
    "outputs[].validation.delay": "outputs: [{name: x«, validation: {delay: false}»}]\n" + JOB,
    "outputs[].toInit": "outputs: [{name: x, type: git, value: {url: u}«, toInit: true»}]\n" + JOB,
    "inputs[].options": "inputs: [{name: x, type: str, value: a«, options: [b]»}]\n" + JOB,
    "outputs[].name": "«outputs: [{name: x}]\n»" + JOB,
    "outputs[].type": "outputs: [{name: x, «type: int, »value: '007'}]\n" + USES,
    "outputs[].value": "outputs: [{name: x«, value: 7»}]\n" + USES,
    "outputs[].isOptional": "outputs: [{name: x, delayValidation: false«, isOptional: true»}]\n"
    + JOB,
    "outputs[].delayValidation": "outputs: [{name: x«, delayValidation: false»}]\n" + JOB,
    "outputs[].isList": "outputs: [{name: x, type: int, «isList: true, »value: 7}]\n" + USES,
    "outputs[].isFlag": "outputs: [{name: x, type: bool, «isFlag: true, »value: true}]\n" + USES,
    "outputs[].argFormat": "outputs: [{name: x, type: int, «argFormat: 'x={{ x }}', »value: 7}]\n"
    + USES,
    "outputs[].connection": "outputs: [{name: x, «connection: store, »value: 7}]\n"
    "run: {kind: job, container: {image: a, args: ['{{ params.x.connection }}']}}\n",
    "outputs[].toEnv": "outputs: [{name: x, type: int, value: 7«, toEnv: X»}]\n" + JOB,
    "outputs[].options": "outputs: [{name: x, type: str, value: a«, options: [b]»}]\n" + JOB,
    "params.*.toInit": "params: {x: {value: {url: u}«, toInit: true»}}\n"
    "inputs: [{name: x, type: git}]\n" + JOB,
    "plugins.autoResume": "plugins: {collectArtifacts: true«, autoResume: false»}\n"
    "termination: {maxRetries: 1}\n" + JOB,
    "params": "«params: {x: 7}\n»inputs: [{name: x, value: 8}]\n" + USES,
    "params.*.value": "params: {x: {contextOnly: false«, value: 7»}}\ninputs: [{name: x}]\n" + USES,
    **{
        f"matrix[{kind}].earlyStopping[][failure_early_stopping].percent": f"matrix: {{kind: {kind}, {values}, earlyStopping: [{{kind: failure_early_stopping,"
        " percent: 9«0»}]}\ninputs: [{name: x}]\n"
        "run: {kind: job, container: {image: a, command: [b], args: ['{{ x }}']}}\n"
        for kind, values in (
            ("grid", "params: {x: {kind: choice, value: [1, 2, 3, 4]}}"),
            ("random", "seed: 7, numRuns: 4, params: {x: {kind: uniform, value: [0, 1]}}"),
            ("mapping", "values: [{x: 1}, {x: 2}, {x: 3}, {x: 4}]"),
        )
    },
    "hooks[].params.*.ref": "hooks: [{hubRef: 'h:1', trigger: done, params:"
    " {x: {value: outputs.y«, ref: runs.0»}}}]\n" + JOB,
    "build.params.*.ref": "build: {hubRef: 'b:1', params: {x: {value: outputs.y«, ref: runs.0»}}}\n"
    + JOB,
    "params.*.ref": "params: {x: {value: outputs.y«, ref: ops.a»}}\ninputs: [{name: x}]\n" + USES,
    "params.*.toEnv": "params: {x: {value: 7«, toEnv: X»}}\ninputs: [{name: x}]\n" + USES,
    "params.*.contextOnly": "params: {x: {value: 7«, contextOnly: true»}}\n" + JOB,
    "params.*.connection": "params: {x: {value: 7«, connection: store»}}\ninputs: [{name: x}]\n"
    "run: {kind: job, container: {image: a, args: ['{{ params.x.connection }}']}}\n",
    **{
        f"matrix[{kind}].{field}": f"matrix: {{kind: {kind}, {said}}}\n{USES}"
        for kind, runs in (("grid", ""), ("random", ", seed: 1, numRuns: 4"))
        for field, said in (
            (
                "params.*.kind",
                f"params: {{x: {{kind: «p»choice, value: [[1, 0.5], [2, 0.5]]}}}}{runs}",
            ),
            ("params.*.value", f"params: {{x: {{kind: choice, value: [1«, 3»]}}}}{runs}"),
            (
                "concurrency",
                f"params: {{x: {{kind: choice, value: [1, 3]}}}}{runs}«, concurrency: 1»",
            ),
        )
    },
    "matrix[grid].numRuns": "matrix: {kind: grid, params: {x: {kind: choice, value: [1, 3]}}"
    "«, numRuns: 1»}\n" + USES,
    "matrix[random].numRuns": "matrix: {kind: random, numRuns: 1«2», seed: 1,"
    " params: {x: {kind: choice, value: [1, 3]}}}\n" + USES,
    "strictParams": "«strictParams: true\n»params: {x: 7}\n" + USES,
    "presets": "«presets: [gpu]\n»" + JOB,
    "patchStrategy": "«patchStrategy: isnull\n»tags: [a]\ncomponent: {tags: [b], "
    + JOB.strip()
    + "}\n",
    "isPreset": "«isPreset: true\n»name: a",
    "hubRef": "«hubRef: acme/other:1\n»" + JOB,
    "dagRef": "«dagRef: other\n»" + JOB,
    "urlRef": "«urlRef: https://h/f.yaml\n»" + JOB,
    "pathRef": "«pathRef: other.yaml\n»" + JOB,
    "component": "«component: {tags: [b]}\n»" + JOB,
    "template.enabled": "template: {«enabled: true»}\n" + JOB,
    "template.description": "template: {enabled: true«, description: x»}\n" + JOB,
    "template.fields": "template: {enabled: true«, fields: [x]»}\n" + JOB,
    "ports": "«ports: [8080]\n»container: {image: a}\n",
    "run[dag].components": "name: d\nrun: {kind: dag, operations: [{name: x, dagRef: c}]"
    "«, components: [{name: c, container: {image: a}}]»}\n",
    "run[dag].concurrency": "name: d\nrun: {kind: dag«, concurrency: 1», operations: "
    "[{name: x, container: {image: a}}, {name: y, container: {image: a}}]}\n",
    "schedule[cron].cron": "«schedule: {kind: cron, cron: 0 0 * * *}\n»" + JOB,
    "schedule[cron].startAt": "schedule: {kind: cron, cron: 0 0 * * *«, startAt: '2030-01-01'»}\n"
    + JOB,
    "schedule[cron].endAt": "schedule: {kind: cron, cron: 0 0 * * *«, endAt: '2030-01-01'»}\n"
    + JOB,
    "schedule[cron].maxRuns": "schedule: {kind: cron, cron: 0 0 * * *«, maxRuns: 7»}\n" + JOB,
    "schedule[cron].dependsOnPast": "schedule: {kind: cron, cron: 0 0 * * *«, dependsOnPast: true»}\n"
    + JOB,
    "schedule[interval].frequency": "«schedule: {kind: interval, frequency: 3600}\n»" + JOB,
    **{
        f"{where}init[].{field}": f"{run}init: [{{git: {{url: 'https://h/r'{said}}}]{end}\n"
        for where, run, end in (
            ("", JOB, ""),
            ("run[job].", "run: {kind: job, container: {image: a}, ", "}"),
            ("run[service].", "run: {kind: service, container: {image: a}, ", "}"),
        )
        for field, said in (
            ("git.revision", "«, revision: v7»}"),
            ("git.flags", "«, flags: [--depth=7]»}"),
            ("path", "}«, path: /seven»"),
        )
    },
    **{
        f"run[{kind}].{role}.replicas": f"run: {{kind: {kind}, {others}{role}: "
        "{«replicas: 7, »container: {image: a}}}\n"
        for kind, role, others in (
            ("pytorchjob", "master", ""),
            ("xgbjob", "master", ""),
            ("mpijob", "launcher", ""),
            ("raycluster", "head", ""),
            ("rayjob", "head", "entrypoint: a, "),
            ("daskcluster", "scheduler", WORKER),
            ("daskjob", "scheduler", f"{WORKER}job: {{container: {{image: a}}}}, "),
            ("spark", "driver", SPARK),
            ("daskjob", "job", f"{WORKER}scheduler: {{container: {{image: a}}}}, "),
        )
    },
    **{
        f"run[{kind}].{bound}Replicas": f"run: {{kind: {kind}, {WORKER}scheduler: "
        f"{{container: {{image: a}}}}, {more}minReplicas: 1, maxReplicas: 7»}}\n"
        for kind, more in (
            ("daskcluster", "«"),
            ("daskjob", "job: {container: {image: a}}, «"),
        )
        for bound in ("min", "max")
    },
}
"""Fields that ask for something only in company; the file with and without what stands in « »."""
