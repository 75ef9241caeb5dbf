"""Calls of the Linux kernel that Python has no function for; None of them raises: see `call`."""

from __future__ import annotations

import ctypes
import os

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8

_MOUNT_ATTR_RDONLY = 1
_SYS_MOUNT_SETATTR = 442  # the same number on every architecture since Linux 5.12
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_LAST_CAPABILITY = 63
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int) -> bool:
    """Set an attribute of this process; tell whether the kernel took it."""
    return bool(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) == 0)


def unshare(flags: int) -> None:
    """Leave namespaces for new ones.

    Raises
    ------
    OSError
    """
    _check(_libc.unshare(flags))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system.

    Raises
    ------
    OSError
    """
    words = [word.encode() or None for word in (source, target, kind)]
    _check(_libc.mount(*words, ctypes.c_ulong(flags), options.encode() or None))


def set_read_only(path: str, *, is_on: bool, is_recursive: bool = False) -> None:
    """Make a mount, or all below it too, read-only or writable.

    Raises
    ------
    OSError
    """
    attributes = (ctypes.c_uint64 * 4)()  # set, clear, propagation, user namespace
    attributes[0 if is_on else 1] = _MOUNT_ATTR_RDONLY
    flags = _AT_RECURSIVE if is_recursive else 0
    _check(
        _libc.syscall(
            ctypes.c_long(_SYS_MOUNT_SETATTR),
            ctypes.c_int(_AT_FDCWD),
            ctypes.c_char_p(path.encode()),
            ctypes.c_uint(flags),
            ctypes.byref(attributes),
            ctypes.c_size_t(ctypes.sizeof(attributes)),
        )
    )


def drop_privileges() -> None:
    """Give up every capability for good, those of a user namespace too.

    Raises
    ------
    OSError
    """
    for capability in range(_LAST_CAPABILITY + 1):
        prctl(PR_CAPBSET_DROP, capability)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _check(_libc.capset(ctypes.byref(header), ctypes.byref(nothing)))


def _check(code: int) -> None:
    if code != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
