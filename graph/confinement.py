"""What a process that evaluates a stranger's query may not do: use the network, dump core, or take all memory.

Two locks on the network, whichever the kernel allows: a namespace of its own (unshare(2)), else a filter that refuses every
new socket (seccomp(2)). The memory limit is RLIMIT_DATA.
"""

import ctypes
import platform
import resource
import struct
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
SOCKET_CALLS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""By machine: its name for seccomp (linux/audit.h), and the number of socket(2)."""

ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1  # SECCOMP_RET_ERRNO with EPERM
LOAD_WORD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K


def confine(memory: int) -> None:
    """Confine this process for good: `memory` is in MiB, beside what it shares with its parent."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = _data_used() + memory * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    if sys.platform == "linux":
        # If the machine itself runs out of memory, this process goes first, and not the one that holds the graph.
        Path("/proc/self/oom_score_adj").write_text("1000")
        _leave_network() or _refuse_sockets()


def _data_used() -> int:
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()


def _leave_network() -> bool:
    unshare = ctypes.CDLL(None).unshare
    return bool(unshare(CLONE_NEWNET) == 0 or unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)


def _refuse_sockets() -> bool:
    """The filter looks at the machine and the number of each call, and refuses the one that makes sockets."""
    if platform.machine() not in SOCKET_CALLS:
        return False
    machine, call = SOCKET_CALLS[platform.machine()]
    steps = [(LOAD_WORD, 0, 0, 4), (EQUAL, 0, 3, machine), (LOAD_WORD, 0, 0, 0), (EQUAL, 0, 1, call)]
    code = b"".join(struct.pack("=HBBI", *step) for step in [*steps, (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)])
    filter = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HxxxxxxP" if ctypes.sizeof(ctypes.c_void_p) == 8 else "@HxxP", 6, ctypes.addressof(filter))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    done: int = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(program, len(program)), 0, 0)
    return done == 0
