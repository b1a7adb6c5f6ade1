"""Names the builders of sections: the words of the language, told apart where it uses one twice."""

from __future__ import annotations

from pxc.grammar.kubernetes_definitions import snake

__all__ = ["class_name", "function_name"]

_CLASSES = {
    "input or output": "IO",
    "mapping matrix": "MappingMatrix",
    "policy": "StoppingPolicy",
    "probe": "TerminationProbe",
    "run.cleaner": "CleanerJob",
    "run.daskcluster": "DaskCluster",
    "run.daskjob": "DaskJob",
    "run.mpijob": "MPIJob",
    "run.mxjob": "MXJob",
    "run.notifier": "NotifierJob",
    "run.paddlejob": "PaddleJob",
    "run.pytorchjob": "PytorchJob",
    "run.raycluster": "RayCluster",
    "run.rayjob": "RayJob",
    "run.tfjob": "TFJob",
    "run.tuner": "TunerJob",
    "run.xgbjob": "XGBJob",
    "tpe matrix": "TPE",
}
"""The classes that are not called as the table calls what they are of."""

_FUNCTIONS = {
    "DaskCluster": "daskcluster",
    "DaskJob": "daskjob",
    "MPIJob": "mpijob",
    "MXJob": "mxjob",
    "MappingMatrix": "mapping",
    "PaddleJob": "paddlejob",
    "PytorchJob": "pytorchjob",
    "RayCluster": "raycluster",
    "RayJob": "rayjob",
    "TFJob": "tfjob",
    "XGBJob": "xgbjob",
}
"""Kinds that the language writes as one word."""

_SPARE = (" section", " entry", " matrix", " schedule")
"""Words that a name does without."""


def class_name(name: str) -> str:
    """The class of a section or a definition: `V1EnvVar` is `EnvVar`, `init entry` is `Init`."""
    if name in _CLASSES:
        return _CLASSES[name]
    bare = name.removeprefix("Core").removeprefix("V1").removeprefix("run.").removeprefix("space.")
    for word in _SPARE:
        bare = bare.removesuffix(word)
    words = bare.replace("_", " ").split()
    return "".join(word[0].upper() + word[1:] for word in words)


def function_name(name: str) -> str:
    """The name by which a class is called: `EnvVar` is `env_var`."""
    return _FUNCTIONS.get(name) or snake(name)
