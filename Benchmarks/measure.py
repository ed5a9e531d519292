"""Runs one process at a time and tells what it cost: processor time, wall time, peak memory."""

import ctypes
import os
import select
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

# From <sys/prctl.h>: orphaned descendants of this process become its children.
PR_SET_CHILD_SUBREAPER = 36

# The shell leaves a copy of itself behind, prints its process id and is gone. The copy becomes the
# command when it is told to: were it to end before the first shell, that one could reap it.
LAUNCHER = """
  exec 3<&0
  { read -r _ <&3; exec "$@" 3<&-; } >"$0".out 2>"$0".err </dev/null &
  echo $!
"""


@dataclass
class Run:
    """What one run of a command did and cost."""

    status: int  # The exit code, or minus the number of the signal that ended it.
    output: bytes
    errors: bytes
    cpu: float  # User and system seconds.
    peak: float  # Megabytes (2**20 bytes) of resident memory at its highest.
    timed_out: bool = False

    def describe_failure(self):
        """In words, why the run did not succeed."""
        if self.timed_out:
            return "took longer than the time limit"
        lines = self.errors.decode("utf-8", "replace").strip().splitlines()
        how = f"ended by signal {-self.status}" if self.status < 0 else f"exit code {self.status}"
        return "\n    ".join([how] + lines[:8])


class Runner:
    """Runs commands with their output going to files in a scratch folder.

    Linux keeps the peak memory of a process across `exec`, so a child of this Python would never
    show less than Python itself uses. The command is therefore started by a small shell and
    inherited from it: its figures are its own. Elsewhere the child is measured directly.
    """

    def __init__(self, scratch, timeout=120.0):
        os.makedirs(scratch, exist_ok=True)
        self.prefix = os.path.join(scratch, "run")
        self.timeout = timeout
        self.adopts = sys.platform == "linux" and (
            ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)

    def run(self, command, environment=None):
        """Runs a command to its end and returns a `Run`."""
        variables = {**os.environ, **(environment or {})}
        if self.adopts:
            pid = self.adopt(command, variables)
        else:
            with open(self.prefix + ".out", "wb") as out, open(self.prefix + ".err", "wb") as err:
                pid = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=variables).pid
        timed_out = self.stop_if_late(pid)
        _, status, usage = os.wait4(pid, 0)
        # Kilobytes on Linux, bytes on macOS.
        unit = 1024 if sys.platform == "linux" else 1
        return Run(
            status=os.waitstatus_to_exitcode(status),
            output=read(self.prefix + ".out"),
            errors=read(self.prefix + ".err"),
            cpu=usage.ru_utime + usage.ru_stime,
            peak=usage.ru_maxrss * unit / 2**20,
            timed_out=timed_out)

    def adopt(self, command, variables):
        gate, opener = os.pipe()
        try:
            launched = subprocess.run(
                ["/bin/sh", "-c", LAUNCHER, self.prefix] + command,
                stdin=gate, stdout=subprocess.PIPE, env=variables, check=True)
            os.write(opener, b"\n")
        finally:
            os.close(gate)
            os.close(opener)
        return int(launched.stdout)

    def stop_if_late(self, pid):
        if not hasattr(os, "pidfd_open"):
            return False
        descriptor = os.pidfd_open(pid)
        try:
            ended, _, _ = select.select([descriptor], [], [], self.timeout)
        except KeyboardInterrupt:
            # A shell's background process ignores Ctrl-C.
            os.kill(pid, signal.SIGKILL)
            raise
        finally:
            os.close(descriptor)
        if not ended:
            os.kill(pid, signal.SIGKILL)
        return not ended


def read(path):
    with open(path, "rb") as file:
        return file.read()


def wall_time(command):
    """Starts a command with no input and its output thrown away; seconds until it has ended."""
    silence = [(os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_RDWR, 0)
               for descriptor in (0, 1, 2)]
    before = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=silence)
    os.waitpid(pid, 0)
    return time.perf_counter() - before


def median(values):
    return statistics.median(values)


def geometric_mean(values):
    return statistics.geometric_mean(values)
