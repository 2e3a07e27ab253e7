"""Take rights from a process before it does what strangers ask (Linux; elsewhere only the resource limits)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000
OUT_OF_MEMORY = 12
"""The exit status of a process that Python has given no more memory."""
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38


def restrict(*, name: str, memory: int, network: bool, parent: int) -> bool:
    """Name this process, limit its memory (bytes), take its network, and let it die with its parent.

    Must be called before the process has a second thread. Returns whether the network is gone for certain.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server decides who ends
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    if sys.platform != "linux":
        return False
    with contextlib.suppress(OSError):
        # what 'ps' and 'top' show of a forked process
        Path("/proc/self/comm").write_text(name, encoding="ascii")
    with contextlib.suppress(OSError):
        # under memory pressure this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    with contextlib.suppress(OSError):
        # what hands out work goes on handing it out, and is not interrupted by each process that it wakes (sched(7))
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    libc = ctypes.CDLL(None, use_errno=True)
    alone = False
    if not network:
        alone = libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWNET) == 0
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)  # the parent died before it could be watched
    return alone
