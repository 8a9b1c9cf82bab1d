"""Runs a command and prints its wall time and CPU time (ms), peak RSS (MiB) and exit code.

CPU and peak include what the command started and waited for; the own peak is of the command alone,
as it was when last looked at. The peak is at least that of this small interpreter, because Linux
counts what a process held before it became the command.
"""

import json
import os
import signal
import sys
import time

log, program, *arguments = sys.argv[1:]
output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
nothing = os.open("/dev/null", os.O_RDONLY)
start = time.monotonic()
pid = os.posix_spawn(
    program,
    [program, *arguments],
    os.environ,
    file_actions=[
        (os.POSIX_SPAWN_DUP2, nothing, 0),
        (os.POSIX_SPAWN_DUP2, output, 1),
        (os.POSIX_SPAWN_DUP2, output, 2),
    ],
)
own_peak = 0


def look(*_):
    global own_peak
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    own_peak = int(line.split()[1]) / 1024
    except OSError:
        pass


signal.signal(signal.SIGALRM, look)
signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
_, status, usage = os.wait4(pid, 0)
wall = time.monotonic() - start
signal.setitimer(signal.ITIMER_REAL, 0)
print(
    json.dumps(
        {
            "wallMs": wall * 1000,
            "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
            "peakMiB": usage.ru_maxrss / 1024,
            "ownPeakMiB": own_peak,
            "exitCode": os.waitstatus_to_exitcode(status),
        }
    )
)
