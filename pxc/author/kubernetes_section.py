"""What builders of Kubernetes objects do besides: a declared input in them is its expression."""

from __future__ import annotations

from collections.abc import Mapping

from pxc.author.documents import DeclarationSection
from pxc.author.section import Section

__all__ = ["KubernetesSection"]


class KubernetesSection(Section):
    """An object of the Kubernetes API."""

    def _said(self, name: str, value: object) -> object:
        return _expressed(value)


def _expressed(value: object) -> object:
    if isinstance(value, DeclarationSection):
        return str(value)
    if isinstance(value, list | tuple):
        return [_expressed(each) for each in value]
    if isinstance(value, dict):
        return {key: _expressed(each) for key, each in value.items()}
    if isinstance(value, Mapping):
        return {key: _expressed(each) for key, each in value.items()}
    return value
