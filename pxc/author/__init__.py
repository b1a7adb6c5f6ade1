"""Turns calls of Python into Polyaxonfiles: typed builders for every section of the language."""

from __future__ import annotations

from pxc.author.calls import Call, caller
from pxc.author.document import document, fault_document
from pxc.author.faults import AuthorFault
from pxc.author.written import Entry, Written

__all__ = ["AuthorFault", "Call", "Entry", "Written", "caller", "document", "fault_document"]
