"""Turns off, for this process and for good, the calls of Linux that reach out of it.

A filter of seccomp, which needs no privilege and holds inside of containers, too. What it refuses
gives EPERM, so that Python raises PermissionError where it was tried. Sockets of every kind are
among it: a namespace without a network would leave those that are files, such as that of Docker.
Source: seccomp(2), and the tables of calls of x86-64 and of asm-generic.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct

__all__ = ["forbid_calls"]

_GENERIC = 1
"""The table of aarch64 and of all architectures that came after it."""

_ARCHITECTURES = {
    "x86_64": (0xC000003E, 0),
    "aarch64": (0xC00000B7, _GENERIC),
    "riscv64": (0xC00000F3, _GENERIC),
}
"""What the kernel calls an architecture, and which column of the tables below is its own."""

_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # networks, and every other socket
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # programs and processes
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    # other processes
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272),
    "migrate_pages": (256, 238), "move_pages": (279, 239), "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    # what outlives the process, and memory that its limits do not count
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # what Landlock leaves open: times, owners, modes and attributes of files, files by handles
    "truncate": (76, 45), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53),
    "fchmodat2": (452, 452), "chown": (92, None), "fchown": (93, 55), "lchown": (94, None),
    "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None), "futimesat": (261, None),
    "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "setxattrat": (463, 463), "removexattrat": (466, 466),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    # the machine
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "move_mount": (429, 429),
    "open_tree": (428, 428), "mount_setattr": (442, 442), "fanotify_init": (300, 262),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "acct": (163, 89), "syslog": (103, 116),
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "sethostname": (170, 161), "setdomainname": (171, 162),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "personality": (135, 92),
    "iopl": (172, None), "ioperm": (173, None), "uselib": (134, None), "modify_ldt": (154, None),
    "vhangup": (153, 58), "lookup_dcookie": (212, 18),
}  # fmt: skip

_CLONE, _CLONE3 = (56, 220), (435, 435)
_OWN_ALONE = ((62, 129), (234, 131))
"""`kill` and `tgkill`, by which a process may end itself."""

_OWN_OR_NONE = ((302, 261), (203, 122), (144, 119), (142, 118), (314, 274))
"""`prlimit64` and what says when a process runs, by which it may ask for less; 0 is itself."""

_MMAP = (9, 222)
_SOCKETPAIR = (53, 199)
_KIND_OF_SOCKET, _STREAM = 0xF, 1

_CLONE_THREAD = 0x00010000
_SHARED_ANONYMOUS = 0x21
_X32 = 0x40000000

_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_ERRNO = 0x00050000
_EPERM, _ENOMEM, _ENOSYS = 1, 12, 38

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_IS, _IS_AT_LEAST, _HAS = 0x15, 0x35, 0x45
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_SET_SECCOMP, _FILTER = 22, 2

_Step = tuple[int, int, int, int]


def forbid_calls() -> bool:
    """Forbid the calls; False where the machine is none whose calls are known, or has no seccomp.

    What is forbidden: sockets, programs, other processes, memory that no limit counts, changes of
    files that no open file is needed for, and all that is for who rules a machine. The process must
    have given up new privileges.
    """
    known = _ARCHITECTURES.get(platform.machine())
    if known is None or struct.calcsize("P") != 8:
        return False
    steps = _program(*known, os.getpid())
    packed = b"".join(struct.pack("HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(packed, len(packed))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    given = ctypes.create_string_buffer(program, len(program))
    return bool(libc.prctl(_SET_SECCOMP, _FILTER, given, 0, 0) == 0)


def _program(architecture: int, column: int, process: int) -> list[_Step]:
    """The filter: each call's number is looked for, and all others are allowed."""
    steps: list[_Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IS, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if column != _GENERIC:
        steps += [(_IS_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    refuse, allow = (_RETURN, 0, 0, _ERRNO | _EPERM), (_RETURN, 0, 0, _ALLOW)
    for numbers in _REFUSED.values():
        steps += _for_call(numbers[column], [refuse])
    # whoever is told that there is no clone3 asks for clone, whose flags can be looked at
    steps += _for_call(_CLONE3[column], [(_RETURN, 0, 0, _ERRNO | _ENOSYS)])
    steps += _for_call(
        _CLONE[column], [(_LOAD, 0, 0, _ARGUMENTS), (_HAS, 0, 1, _CLONE_THREAD), allow, refuse]
    )
    for call in _OWN_ALONE:
        steps += _for_call(
            call[column], [(_LOAD, 0, 0, _ARGUMENTS), (_IS, 0, 1, process), allow, refuse]
        )
    own = [(_LOAD, 0, 0, _ARGUMENTS), (_IS, 1, 0, 0), (_IS, 0, 1, process), allow, refuse]
    for call in _OWN_OR_NONE:
        steps += _for_call(call[column], own)
    # a pair of streams reaches itself alone; one of datagrams could be sent to any address
    pair = [
        (_LOAD, 0, 0, _ARGUMENTS + 8),
        (_AND, 0, 0, _KIND_OF_SOCKET),
        (_IS, 0, 1, _STREAM),
        allow,
        refuse,
    ]
    steps += _for_call(_SOCKETPAIR[column], pair)
    shared = [
        (_LOAD, 0, 0, _ARGUMENTS + 3 * 8),
        (_AND, 0, 0, _SHARED_ANONYMOUS),
        (_IS, 0, 1, _SHARED_ANONYMOUS),
        (_RETURN, 0, 0, _ERRNO | _ENOMEM),
        allow,
    ]
    steps += _for_call(_MMAP[column], shared)
    return [*steps, allow]


def _for_call(number: int | None, then: list[_Step]) -> list[_Step]:
    """What is done at a call, and passed over at any other; every way through it returns."""
    return [] if number is None else [(_IS, 0, len(then), number), *then]
