"""Turns maps into the structured values: git, dockerfile, file, tensorboard, event, artifacts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pxc.diagnostics import allowed, nearest
from pxc.passes.io_types import places, scalars
from pxc.passes.io_types.misfit import Misfit, misfit

Reader = Callable[[Any], Any]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise misfit(value, "text", "quote it" if isinstance(value, int | float) else None)


def _texts(value: Any) -> list[str]:
    return [_text(v) for v in _list(value)]


def _uuids(value: Any) -> list[str]:
    parts = [p.strip() for p in value.split(",")] if isinstance(value, str) else value
    return [places.uuid(v) for v in _list(parts)]


def _list(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return list(value)
    raise misfit(value, "a list")


def _moves(value: Any) -> list[Any]:
    """A list of paths, each alone or as a pair of where from and where to."""
    return [_pair(v, _text) if isinstance(v, list | tuple) else _text(v) for v in _list(value)]


def _pair(value: Any, second: Reader) -> list[Any]:
    if isinstance(value, list | tuple) and len(value) == 2:
        return [_text(value[0]), second(value[1])]
    raise misfit(value, "a pair")


def _env(value: Any) -> Any:
    if isinstance(value, dict):
        return {_text(k): scalars.text(v) for k, v in value.items()}
    return [_pair(v, scalars.text) for v in _list(value)]


_READERS: dict[str, dict[str, Reader]] = {
    "git": {"url": _text, "revision": _text, "flags": _texts},
    "dockerfile": {
        "image": places.image, "env": _env, "path": _texts, "copy": _moves, "postRunCopy": _moves,
        "run": _texts, "langEnv": _text, "uid": scalars.whole, "gid": scalars.whole,
        "username": _text, "filename": _text, "workdir": _text, "workdirPath": _text,
        "shell": _text,
    },
    "file": {"content": _text, "filename": _text, "kind": _text, "chmod": _text},
    "tensorboard": {
        "port": scalars.whole, "uuids": _uuids, "useNames": scalars.boolean, "pathPrefix": _text,
        "plugins": _texts,
    },
    "event": {"name": _text, "kind": _text},
    "artifacts": {"files": _moves, "dirs": _moves, "workers": scalars.whole},
}  # fmt: skip

_NEEDED = {"dockerfile": "image", "file": "content"}


def record(kind: str, value: Any) -> dict[str, Any]:
    """The map of a structured type, its keys in camelCase, unset (null) fields left out.

    Snake-case keys are taken too. Raises Misfit that names the unknown key, the missing field or
    the field that holds something else.
    """
    readers = _READERS[kind]
    expected = f"a map of `{kind}`"
    if not isinstance(value, dict):
        raise misfit(value, expected, f"keys: {allowed(readers)}")
    made: dict[str, Any] = {}
    for key, part in value.items():
        name = _camel(key) if isinstance(key, str) else key
        if name not in readers:
            near = nearest(str(key), readers)
            help = f"did you mean `{near}`?" if near else f"keys: {allowed(readers)}"
            raise _at(Misfit(f"`{key}` is not a key of `{kind}`", expected, help), key)
        if name in made:
            raise _at(Misfit(f"`{name}` of `{kind}` is given twice", expected), key)
        if part is not None:
            made[name] = _read(readers[name], part, key)
    needed = _NEEDED.get(kind)
    if needed and needed not in made:
        raise Misfit(f"`{needed}` of `{kind}` is missing", expected)
    return made


def _read(reader: Reader, part: Any, key: str) -> Any:
    try:
        return reader(part)
    except Misfit as found:
        raise _at(found, key) from None


def _at(found: Misfit, key: Any) -> Misfit:
    found.path = (key, *found.path)
    return found


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)
