"""Turns the file steps of a pod that are known before the run into a ConfigMap and its mounts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pxc.ir.pod import FileStep, Step
from pxc.targets._connections import Volumes
from pxc.targets._container import Draft
from pxc.targets._data import Values
from pxc.targets._file import CONFIG_MAP_BYTES, file_content, file_mode
from pxc.targets._names import LABEL_LIMIT, content_name, free_name

__all__ = ["Files"]


class Files:
    """The files of one pod.

    Each is mounted by itself, so that it stands beside whatever else its directory holds.
    """

    def __init__(self, name: str, values: Values) -> None:
        self.name = name
        self.values = values
        self.data: dict[str, str] = {}
        self.modes: dict[str, int] = {}
        self.places: dict[str, str] = {}

    def takes(self, step: Step) -> bool:
        """Whether a step needs no container; its file is here from then on."""
        if not isinstance(step, FileStep) or step.container is not None:
            return False
        content = file_content(step, self.values)
        mode = file_mode(step, self.values.report)
        if content is None or not isinstance(step.directory, str):
            return False
        key = free_name(_key(step.filename), self.data)
        self.data[key] = content
        self.places[f"{step.directory.rstrip('/')}/{step.filename}"] = key
        if mode is not None:
            self.modes[key] = mode
        size = sum(len(text.encode("utf-8", "surrogatepass")) for text in self.data.values())
        if size > CONFIG_MAP_BYTES >= size - len(content.encode("utf-8", "surrogatepass")) > 0:
            self.values.report.add(
                "PXC116",
                "the files of the run are together larger than a ConfigMap can be",
                step.span,
                help="bring some in from a git repository or a connection",
            )
        return True

    def config_maps(self) -> dict[str, dict[str, str]]:
        """The ConfigMap under a name that its content decides."""
        return {self._config_map(): self.data} if self.data else {}

    def mount(self, drafts: Iterable[Draft], volumes: Volumes) -> None:
        """Mount every file in every container."""
        if not self.data:
            return
        config_map: dict[str, Any] = {"name": self._config_map()}
        if self.modes:
            config_map["items"] = [
                {"key": key, "path": key} | ({"mode": self.modes[key]} if key in self.modes else {})
                for key in self.data
            ]
        name = volumes.add("files", {"configMap": config_map})
        for draft in drafts:
            for path, key in self.places.items():
                draft.mount({"name": name, "mountPath": path, "subPath": key})

    def _config_map(self) -> str:
        told = (text for pair in sorted(self.data.items()) for text in pair)
        return content_name(f"{self.name}-files", LABEL_LIMIT, *told)


def _key(filename: str) -> str:
    """A key of a ConfigMap: letters, digits, `-`, `_` and `.`."""
    return filename if re.fullmatch(r"[-._a-zA-Z0-9]{1,200}", filename) else "file"
