"""A workspace whose components are those of its catalog, and no others."""

from pxc.options import HubOptions

NO_HUB = HubOptions(off=True)
