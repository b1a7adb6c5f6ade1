"""Stands for what a process that only makes a document cannot do: clients, tracking, agents."""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = ["NotOffered", "Unavailable"]


class NotOffered(Exception):
    """Something of the library that pxc does not offer; it becomes the diagnostic PXC043."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.pxc_code = "PXC043"
        self.pxc_help = help


class Unavailable:
    """A name that may be imported, so that a file can be, and not used."""

    def __init__(self, name: str) -> None:
        vars(self)["_name"] = name

    def _refuse(self) -> NoReturn:
        raise NotOffered(
            f"`{self._name}` is not offered to a Python file that is compiled",
            'keep what runs, tracks or asks a server below `if __name__ == "__main__"`, or in a'
            " file of its own",
        )

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: nothing of it can be used."""
        self._refuse()

    def __mro_entries__(self, _: Any) -> NoReturn:
        self._refuse()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()
