"""Which file systems tell of no change: those whose files others write behind the kernel's back."""

from __future__ import annotations

import os
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")

#: Types, as mountinfo spells them, of file systems that lie on another machine or another system.
_REMOTE = frozenset(
    "9p afs beegfs ceph cifs drvfs glusterfs gpfs lustre ncpfs nfs nfs4 prl_fs smb3 smbfs vboxsf"
    " virtiofs vmhgfs".split()
)


def find_remote(folder: Path) -> str:
    """Give the type of the file system of `folder` where others write it, else an empty text."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""  # no Linux: the kernel's word is taken
    found = ("", "")
    for line in lines:
        before, _, after = line.partition(" - ")
        point = _unescape(before.split(" ")[4])
        if _is_under(os.path.realpath(folder), point) and len(point) >= len(found[0]):
            found = point, after.split(" ")[0]
    # What runs in user space is a network's more often than not: sshfs, rclone, gvfsd.
    return found[1] if found[1] in _REMOTE or found[1].startswith("fuse") else ""


def _is_under(path: str, point: str) -> bool:
    return path == point or path.startswith(point.rstrip("/") + "/")


def _unescape(point: str) -> str:
    """Read a path of mountinfo, where blanks stand as octal numbers."""
    for code, sign in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, sign)
    return point
