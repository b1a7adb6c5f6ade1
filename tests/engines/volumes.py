"""Turns the volumes of a pod into folders of this machine that its containers mount.

A `hostPath`, and the volume of a claim, is a path below the node's own folder: nothing outside of it
is reachable through a volume.
"""

from __future__ import annotations

from pathlib import Path

from tests.engines.environment import NotReady, Object, Read, contents, expand, field, resource

Mount = tuple[Path, str, bool]
"""Source, path in the container, whether it is read-only."""


def make(pod: Object, folder: Path, node: Path, read: Read) -> dict[str, Path]:
    """The source of each volume by name; NotReady when one needs what is not there."""
    return {
        volume["name"]: _one(volume, pod, folder / volume["name"], node, read)
        for volume in pod["spec"].get("volumes", ())
    }


def _one(volume: Object, pod: Object, path: Path, node: Path, read: Read) -> Path:
    if "hostPath" in volume:
        return _host_path(volume["hostPath"], node)
    if "persistentVolumeClaim" in volume:
        name = volume["persistentVolumeClaim"]["claimName"]
        claim = read("PersistentVolumeClaim", name)
        volume_name = claim["spec"].get("volumeName", "") if claim else ""
        bound = read("PersistentVolume", volume_name) if volume_name else None
        if bound is None:
            raise NotReady("ContainerCreating", f"claim {name} is not bound")
        return _host_path(bound["spec"]["hostPath"] | {"type": "DirectoryOrCreate"}, node)
    path.mkdir(parents=True, exist_ok=True)
    if "emptyDir" in volume:
        path.chmod(0o777)
        return path
    for kind, source in (("configMap", "configMap"), ("secret", "secret")):
        if source in volume:
            _write_entries(kind, volume[source], path, read)
            return path
    if "downwardAPI" in volume:
        _write_fields(volume["downwardAPI"], pod, path)
        return path
    if "projected" in volume:
        for source in volume["projected"]["sources"]:
            _project(source, pod, path, read)
        return path
    raise NotReady(
        "FailedMount", f"volumes like {sorted(set(volume) - {'name'})} cannot be made here"
    )


def _host_path(source: Object, node: Path) -> Path:
    path: Path = node / source["path"].lstrip("/")
    kind = source.get("type") or ""
    if kind == "FileOrCreate":
        path.touch()
    elif kind in ("", "DirectoryOrCreate"):
        path.mkdir(parents=True, exist_ok=True)
    elif not path.exists():
        raise NotReady("FailedMount", f"hostPath type check failed: {source['path']}")
    return path


def _write_entries(kind: str, source: Object, path: Path, read: Read) -> None:
    found = contents("Secret" if kind == "secret" else "ConfigMap", source, read)
    mode = source.get("defaultMode", 0o644)
    items = source.get("items") or [{"key": key, "path": key} for key in found]
    for item in items:
        if item["key"] in found:
            _write(path / item["path"], found[item["key"]], item.get("mode", mode))
        elif not source.get("optional"):
            raise NotReady("ContainerCreating", f"references non-existent key: {item['key']}")


def _write_fields(source: Object, pod: Object, path: Path) -> None:
    for item in source.get("items", ()):
        if "fieldRef" in item:
            text = field(pod, item["fieldRef"]["fieldPath"])
        else:
            text = resource(item["resourceFieldRef"], pod, None)
        _write(path / item["path"], text.encode(), item.get("mode", 0o644))


def _project(source: Object, pod: Object, path: Path, read: Read) -> None:
    if "serviceAccountToken" in source:
        _write(path / source["serviceAccountToken"]["path"], b"no-token", 0o600)
    elif "downwardAPI" in source:
        _write_fields(source["downwardAPI"], pod, path)
    else:
        kind = "secret" if "secret" in source else "configMap"
        _write_entries(kind, source[kind], path, read)


def _write(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def mounts(container: Object, sources: dict[str, Path], env: dict[str, str]) -> list[Mount]:
    """What a container mounts where, outer paths before inner ones."""
    made: list[Mount] = []
    for mount in container.get("volumeMounts", ()):
        source = sources[mount["name"]]
        below = expand(mount.get("subPathExpr", ""), env) or mount.get("subPath", "")
        if below:
            if below.startswith("/") or ".." in Path(below).parts:
                raise NotReady("CreateContainerConfigError", f"subPath {below} leaves the volume")
            source = source / below
            if not source.exists():
                source.mkdir(parents=True)
                source.chmod(0o777)
        made.append((source, mount["mountPath"], mount.get("readOnly", False)))
    return sorted(made, key=lambda mount: len(Path(mount[1]).parts))
