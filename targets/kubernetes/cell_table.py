"""Turns the lines of rows into the ConfigMaps that the pods of an Indexed Job mount."""

from __future__ import annotations

import json
from typing import Any

from pxc.ir.sweep import Sweep
from pxc.targets._names import content_name
from pxc.targets.kubernetes.cell_wrapper import NotIndexed
from pxc.targets.kubernetes.unit_parts import INSTANCE

__all__ = ["Table"]

_ROWS = 100
"""The rows of a file: a shell reads all of it to find its own."""

_CONFIG_MAP_BYTES = 900_000
_CONFIG_MAP_LIMIT = 63


class Table:
    """The rows of a table in files of a hundred, the files in ConfigMaps below their limit."""

    def __init__(self, name: str, sweep: Sweep) -> None:
        self._name, self._sweep = name, sweep
        self._files: list[tuple[str, str]] = []
        self._lines: list[str] = []

    def add(self, index: int, line: str) -> None:
        """Add the line of the next row."""
        self._lines.append(f"{index}) {line} ;;")
        if len(self._lines) == _ROWS:
            self._close()

    def _close(self) -> None:
        if not self._lines:
            return
        text = "\n".join(["case $JOB_COMPLETION_INDEX in", *self._lines, "esac"]) + "\n"
        if len(text.encode("utf-8", "surrogatepass")) > _CONFIG_MAP_BYTES:
            raise NotIndexed(
                f"a hundred of its rows take more than {_CONFIG_MAP_BYTES:,} bytes",
                self._sweep.span,
                "keep large values in files",
            )
        self._files.append((f"rows-{len(self._files)}", text))
        self._lines = []

    def config_maps(self, script: str, job: dict[str, Any]) -> list[dict[str, Any]]:
        """The ConfigMaps, the wrapper in the first of them."""
        self._close()
        groups: list[dict[str, str]] = [{"run": script}]
        room = _CONFIG_MAP_BYTES - len(script.encode("utf-8", "surrogatepass"))
        for name, text in self._files:
            size = len(text.encode("utf-8", "surrogatepass"))
            if size > room:
                groups.append({})
                room = _CONFIG_MAP_BYTES
            groups[-1][name] = text
            room -= size
        return [self._config_map(data, job) for data in groups if data]

    def _config_map(self, data: dict[str, str], job: dict[str, Any]) -> dict[str, Any]:
        content = json.dumps(data, sort_keys=True)
        about = {"name": content_name(f"{self._name}-rows", _CONFIG_MAP_LIMIT, content)}
        if "namespace" in job:
            about["namespace"] = job["namespace"]
        labels = {k: v for k, v in job["labels"].items() if k != INSTANCE}
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": about | {"labels": labels},
            "immutable": True,
            "data": data,
        }
