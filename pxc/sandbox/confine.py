"""Confines this process, for good, to what a file that only describes something needs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress

from pxc.sandbox.limits import GAPS, Limits

__all__ = ["confine"]

_SYSTEM = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone",
    "/etc/mime.types", "/dev/urandom", "/dev/random", "/proc/cpuinfo", "/proc/meminfo",
    "/proc/self/status", "/proc/self/maps", "/sys/devices/system/cpu", "/nix/store",
)  # fmt: skip
"""What programs read to get going, and in which nobody keeps a secret."""

_NO_NEW_PRIVS, _DEATH_SIGNAL = 38, 1
_DROP_BOUND, _LAST_CAPABILITY = 24, 63
_READ_ANYTHING = 1 << 2
_CAPABILITIES_VERSION = 0x20080522
_KILL = 9
_DESCRIPTORS = 256
_STACK = 64 << 20
_LOOSE = 8
"""So much more address space than memory is let where only address space can be limited."""


def confine(readable: Iterable[str], limits: Limits) -> list[str]:
    """Confine this process; what of `GAPS` the system lets nobody close is given back.

    From here on it reads below `readable` and what programs need to run, writes nothing, starts
    nothing, reaches no network and no other process, and has the time and memory of `limits`.
    """
    linux = sys.platform.startswith("linux")
    files = calls = False
    if linux:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_DEATH_SIGNAL, _KILL, 0, 0, 0)
        private = libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        if private:
            from pxc.sandbox.landlock import close_files

            files = close_files((*_SYSTEM, *readable), ("/dev/null",))
        _give_up_rights(libc)
    limited = _limit(limits, counted=linux)
    if linux and private:
        from pxc.sandbox.syscalls import forbid_calls

        calls = forbid_calls()
    closed = {"network": calls, "programs": calls, "files": files, "memory": limited and linux}
    return [gap for gap in GAPS if not closed[gap]]


def _give_up_rights(libc: object) -> None:
    """Give up what root may do; but files that it could read stay readable, where rules allow."""
    import ctypes
    import struct

    assert isinstance(libc, ctypes.CDLL)
    for capability in range(_LAST_CAPABILITY + 1):
        libc.prctl(_DROP_BOUND, capability, 0, 0, 0)
    kept = struct.pack("6I", _READ_ANYTHING, _READ_ANYTHING, 0, 0, 0, 0)
    head = struct.pack("Ii", _CAPABILITIES_VERSION, 0)
    if libc.capset(head, kept) != 0:  # nobody but root has any to keep
        libc.capset(head, struct.pack("6I", 0, 0, 0, 0, 0, 0))


def _limit(limits: Limits, *, counted: bool) -> bool:
    """Set the limits that the system knows; False where it knows none."""
    try:
        import resource
    except ImportError:
        return False
    wanted = {
        "RLIMIT_CPU": limits.seconds,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": _DESCRIPTORS,
        "RLIMIT_DATA": limits.memory,
        "RLIMIT_STACK": _STACK,
    }
    if not counted:
        wanted["RLIMIT_AS"] = limits.memory * _LOOSE
    for name, value in wanted.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        most = resource.getrlimit(number)[1]
        low = value if most == resource.RLIM_INFINITY else min(value, most)
        with suppress(OSError, ValueError):
            resource.setrlimit(number, (low, low))
    return True
