"""What runs between fork and exec of a child of ours. Stdlib only: it is started by its path with `python -I -S`.

    child.py [--user-namespace | --user UID --group GID] --parent PID --death-signal N -- COMMAND …

It makes the child end when its parent ends, even by `kill -9` (Linux only; elsewhere the next start cleans up). And it
gives PostgreSQL, which refuses to run as root, another uid: either inside a user namespace of its own, in which files
keep belonging to root outside, or by really changing to another account. It is a program of its own rather than a
`preexec_fn`, because threads and `preexec_fn` do not go together and the wish must come after the change of uid, which
makes the kernel forget it.
"""

import argparse
import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534


def main() -> None:
    """Become COMMAND."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--user-namespace", action="store_true")
    parser.add_argument("--user", type=int)
    parser.add_argument("--group", type=int)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, required=True)
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    if asked.user_namespace:
        enter_user_namespace()
    elif asked.user is not None:
        os.setgroups([])
        os.setgid(asked.group)
        os.setuid(asked.user)
    if sys.platform == "linux":
        die_with_parent(asked.parent, asked.death_signal)
    os.execv(asked.command[0], asked.command)  # noqa: S606  that there is no shell is the point


def enter_user_namespace() -> None:
    """Be NOBODY inside and what we were outside. OSError where the kernel or the container forbids it."""
    user, group = os.geteuid(), os.getegid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "no user namespace")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1")


def die_with_parent(parent: int, death_signal: int) -> None:
    """Ask the kernel for `death_signal` when the parent ends; give up at once when it has already ended."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    main()
