"""Turns an evaluated container into the data of a Kubernetes container."""

from __future__ import annotations

from typing import Any

from pxc.image_reference import IMAGE_FORM, image_fault
from pxc.ir.node import KObject, Lit, Map, Seq, Template
from pxc.targets._data import Place, Values, ordered, text_of
from pxc.targets._paths import CONTEXT_ROOT, OUTPUTS_MOUNT, RUN_MOUNT

__all__ = [
    "RESERVED_ENV",
    "Draft",
    "arguments",
    "author_container",
    "change_of",
    "container_order",
]

_RUN_DIRECTORY = f"{CONTEXT_ROOT}/$(PXC_RUN_UUID)"

RESERVED_ENV = "PXC_"
"""The beginning of every variable that is ours; authors take other names."""

_ORDER = (
    "name", "image", "imagePullPolicy", "command", "args", "workingDir", "ports", "envFrom", "env",
    "resources", "resizePolicy", "restartPolicy", "volumeMounts", "volumeDevices",
    "startupProbe", "livenessProbe", "readinessProbe", "lifecycle", "securityContext",
)  # fmt: skip


class Draft:
    """A container while its pod is put together: `env` holds the variables it must get first.

    `working` is a working directory that only the run completes and no field can hold as it is.
    """

    __slots__ = ("data", "env", "working")

    def __init__(self, data: dict[str, Any], env: dict[str, dict[str, Any]]) -> None:
        self.data = data
        self.env = env
        self.working: Template | None = None

    def mount(self, mount: dict[str, Any]) -> None:
        """Add a volume mount unless something is mounted there already."""
        if self.mount_at(mount["mountPath"]) is None:
            self.data.setdefault("volumeMounts", []).append(mount)

    def mount_at(self, path: str) -> dict[str, Any] | None:
        """The mount at exactly this directory."""
        for mount in self.data.get("volumeMounts", ()):
            if str(mount.get("mountPath", "")).rstrip("/") == path.rstrip("/"):
                found: dict[str, Any] = mount
                return found
        return None

    def mount_around(self, path: str) -> dict[str, Any] | None:
        """The innermost mount of a directory that the path leads through."""
        found: dict[str, Any] | None = None
        for mount in self.data.get("volumeMounts", ()):
            at = str(mount.get("mountPath", "")).rstrip("/")
            if (
                path.startswith(f"{at}/")
                and at
                and len(at) > len(found["mountPath"] if found else "")
            ):
                found = mount
        return found

    def texts(self) -> list[str]:
        """Every text in it, for what it mentions."""
        found: list[str] = []
        waiting: list[Any] = [self.data]
        while waiting:
            last = waiting.pop()
            if isinstance(last, str):
                found.append(last)
            elif isinstance(last, dict):
                waiting.extend(last.values())
            elif isinstance(last, list):
                waiting.extend(last)
        return found

    def change(self, data: dict[str, Any]) -> None:
        """Lay an author's fields over a container of ours; variables and mounts are added."""
        for key, value in data.items():
            if key in ("env", "volumeMounts", "envFrom") and isinstance(value, list):
                said = {v.get("name") for v in value if key == "env"}
                own = [v for v in self.data.get(key, ()) if v.get("name") not in said]
                self.data[key] = [*own, *value]
            elif key != "name":
                self.data[key] = value

    def finished(self) -> dict[str, Any]:
        """The container with its variables, in the order of the Kubernetes reference.

        Of a variable of ours and one of the author's with its name only the author's is there.
        """
        data = dict(self.data)
        written = data.get("env", ())
        names = {variable.get("name") for variable in written}
        env = [*(v for name, v in self.env.items() if name not in names), *written]
        if env:
            data["env"] = env
        empty = [key for key in ("args", "env") if data.get(key) == []]
        return container_order({k: v for k, v in data.items() if k not in empty})


def container_order(data: dict[str, Any]) -> dict[str, Any]:
    """A container's fields in the order of the Kubernetes reference."""
    return ordered(_ORDER, data)


def author_container(node: KObject, name: str, values: Values, what: str) -> Draft:
    """A container of the author's under the name that it got in the pod.

    `what` is how messages call it: `container`, `sidecars[0]`. Faults: PXC104 without an image,
    PXC208 for an image that no runtime would read, PXC710 for a variable with a name of ours.
    """
    env: dict[str, dict[str, Any]] = {}
    data = {"name": name} | _fields(node, values, Place(what, env))
    _check_image(node, data.get("image"), values, what)
    draft = Draft(data, env)
    written = node.get("workingDir")
    if isinstance(written, Template) and "workingDir" not in data:
        draft.working = written
    return draft


def change_of(node: KObject, values: Values, what: str) -> dict[str, Any]:
    """What an author changes of a container of ours: the fields that are written, and no more."""
    found = _fields(node, values, Place(what))
    written = node.get("workingDir")
    if isinstance(written, Template) and "workingDir" not in found:
        values.text(written, Place(f"{what}.workingDir"))
    return found


def _fields(node: KObject, values: Values, place: Place) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, child in node.entries:
        field = values.text(key, place)
        if field is None or field == "name":
            continue
        value = _field(field, child, values, place.at(f"{place.field}.{field}"))
        if value is not None:
            data[field] = value
    return data


def _field(field: str, node: Any, values: Values, place: Place) -> Any:
    match field:
        case "command" | "args":
            return arguments(node, values, place.at(place.field, expands=True)) or None
        case "env":
            return _environment(node, values, place) or None
        case "resources":
            return _resources(node, values, place)
        case "volumeMounts" if isinstance(node, Seq):
            return [_mount(item, values, place) for item in node.items] or None
        case "image":
            return values.text(node, place)
        case "workingDir" if isinstance(node, Template):
            return _working_directory(node, values, place)
        case _:
            return values.value(node, place)


def _working_directory(node: Template, values: Values, place: Place) -> str | None:
    """A working directory; one below the run's own directory goes by that directory's other name.

    The kubelet expands nothing here: None for one that waits for a mount (`Draft.working`).
    """
    text = values.text(node, Place(place.field, {}, expands=True))
    if text is None:
        return ""
    before, variable, below = text.partition(_RUN_DIRECTORY)
    if before or not variable or "$(" in below or below[:1] not in ("", "/"):
        return None if "$(PXC_" in text else values.text(node, Place(place.field))
    if below == "/outputs" or below.startswith("/outputs/"):
        return OUTPUTS_MOUNT + below.removeprefix("/outputs")
    return RUN_MOUNT + below


def arguments(node: Any, values: Values, place: Place) -> list[str]:
    """`command` or `args` as a list; one text is a list of one, nulls and empty texts are none."""
    found = values.value(node, place)
    items = found if isinstance(found, list) else [found]
    return [_argument(item) for item in items if item is not None and item != ""]


def _argument(value: Any) -> str:
    # As Polyaxon hands it to the process: a boolean in a list of arguments is spelled by Python.
    return str(value) if isinstance(value, bool) else text_of(value)


def _environment(node: Any, values: Values, place: Place) -> list[dict[str, Any]]:
    """The variables in authored order; of two with one name the last one counts."""
    found: dict[str, dict[str, Any]] = {}
    for item in values.items(node):
        if not isinstance(item, Map):
            continue
        entry: dict[str, Any] = {}
        for key, child in item.entries:
            field = values.text(key, place)
            if field == "value":
                text = values.text(child, place.at("env.value", expands=True))
                entry.update({} if text is None else {"value": text})
            elif field is not None:
                value = values.value(child, place.at(f"{place.field}.{field}"))
                entry.update({} if value is None else {field: value})
        name = text_of(entry.get("name", ""))
        if name.startswith(RESERVED_ENV):
            _refuse_variable(name, item, values)
        found.pop(name, None)
        found[name] = ordered(("name", "value"), entry | {"name": name})
    return list(found.values())


def _refuse_variable(name: str, item: Map, values: Values) -> None:
    node = item.get("name")
    values.report.add(
        "PXC710",
        f"the variable `{name}` is one that only the compiler sets",
        (node or item).span,
        help=f"choose a name that does not begin with `{RESERVED_ENV}`",
    )


def _resources(node: Any, values: Values, place: Place) -> Any:
    """Requests and limits with every quantity as text."""
    data = values.value(node, place)
    if not isinstance(data, dict):
        return data
    for side in ("limits", "requests"):
        if isinstance(data.get(side), dict):
            data[side] = {key: text_of(value) for key, value in data[side].items()}
    return ordered(("requests", "limits"), data)


def _mount(node: Any, values: Values, place: Place) -> Any:
    """A volume mount; a `subPath` with a run-time value becomes the field that expands it."""
    if not isinstance(node, Map):
        return values.value(node, place)
    found: dict[str, Any] = {}
    for key, child in node.entries:
        field = values.text(key, place)
        if field in ("subPath", "subPathExpr"):
            value = values.value(child, place.at(f"{place.field}.{field}", expands=True))
            if field == "subPath" and isinstance(child, Template) and value is not None:
                if "$(" in str(value):
                    field = "subPathExpr"
                else:  # the kubelet expands nothing then
                    value = values.value(child, place.at(f"{place.field}.{field}"))
        else:
            value = values.value(child, place.at(f"{place.field}.{field}"))
        if field is not None and value is not None:
            found[field] = value
    return ordered(("name", "mountPath", "subPath", "subPathExpr", "readOnly"), found)


def _check_image(node: KObject, image: Any, values: Values, what: str) -> None:
    written = node.get("image")
    if image in (None, ""):
        if written is None or isinstance(written, Lit):
            values.report.add(
                "PXC104",
                f"`{what}` has no `image`",
                node.span if written is None else written.span,
                help="write `image:` with the name of a container image",
            )
        return
    if isinstance(written, Template):  # what the run says is not known here
        return
    fault = image_fault(image)
    if fault is not None and written is not None:
        values.report.add(
            "PXC208",
            f"`{image}` is not an image reference: {fault}",
            written.span,
            help=IMAGE_FORM,
        )
