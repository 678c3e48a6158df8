# SPDX-License-Identifier: GPL-2.0
"""Records the tracepoints in an instance of tracefs of our own."""

import os
import select
import signal
import subprocess
import sys
import threading
import time

EVENTS = ("mytcp_state", "mytcp_segment_in", "mytcp_segment_out",
          "mytcp_retransmit", "mytcp_drop")
BUFFER_KB = 8192        # for each CPU


class RecordError(Exception):
    """Says what is missing and what to do."""


def find_tracefs(tool):
    """Where tracefs is mounted."""
    places = []
    with open("/proc/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            words = line.split()
            if words[2] == "tracefs":
                places.append(words[1])
            elif words[2] == "debugfs":
                places.append(words[1] + "/tracing")
    for place in places:
        if os.path.exists(place + "/events") or not os.access(place, os.X_OK):
            return place
    raise RecordError(
        "tracefs is not mounted; mount it with:\n"
        "  mount -t tracefs nodev /sys/kernel/tracing\n"
        "(ip netns exec hides it: put it behind the --, as in\n"
        f"  {tool} -- ip netns exec NAME COMMAND...)")


def need_module(root, tool):
    if os.geteuid() != 0 and not os.access(root + "/events", os.R_OK | os.X_OK):
        raise RecordError(f"tracing is for root only; run: sudo {tool} ...")
    if not os.path.isdir(root + "/events/mytcp"):
        raise RecordError("the module mytcp is not loaded; load it with: insmod mytcp.ko")


class Instance:
    """A private trace buffer, removed again at the end."""

    def __init__(self, tool, events):
        self.tool, self.events = tool, events
        root = find_tracefs(tool)
        need_module(root, tool)
        self.path = f"{root}/instances/{tool}-{os.getpid()}"
        try:
            os.mkdir(self.path)
        except OSError as error:
            raise RecordError(f"{self.path}: {error.strerror}; recording needs root "
                              "and a kernel with trace instances") from None

    def __enter__(self):
        try:
            self.write("trace_clock", "mono")       # one clock for all CPUs
            self.write("buffer_size_kb", str(BUFFER_KB))
            for event in self.events:
                self.enable(event, 1)
        except OSError as error:
            self.__exit__()
            raise RecordError(f"{error.filename}: {error.strerror}") from None
        return self

    def __exit__(self, *_):
        for event in self.events:
            try:
                self.enable(event, 0)
            except OSError:
                pass            # the module was unloaded meanwhile
        try:
            os.rmdir(self.path)
        except OSError as error:
            print(f"{self.tool}: warning: {self.path} stays: {error.strerror}",
                  file=sys.stderr)

    def enable(self, event, on):
        self.write(f"events/mytcp/{event}/enable", str(on))

    def write(self, name, words):
        with open(f"{self.path}/{name}", "w", encoding="ascii") as file:
            file.write(words)


class Reader(threading.Thread):
    """Empties the buffer while the connection runs, so that nothing is lost."""

    def __init__(self, instance):
        super().__init__(daemon=True)
        self.file = os.open(instance.path + "/trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
        self.pieces = []
        self.enough = threading.Event()

    def run(self):
        while True:
            # Asked before reading: what came until then is still read.
            last = self.enough.is_set()
            if not self.read_all() and last:
                return
            select.select([self.file], [], [], 0.05)

    def read_all(self):
        found = False
        while True:
            try:
                data = os.read(self.file, 1 << 16)
            except BlockingIOError:
                return found
            if not data:
                return found
            self.pieces.append(data)
            found = True

    def finish(self):
        self.enough.set()
        self.join()
        os.close(self.file)
        return b"".join(self.pieces).decode("utf-8", "replace").splitlines()


def run_command(command, linger):
    """The exit status; the last segments may come after the program is gone."""
    try:
        process = subprocess.Popen(command)
    except OSError as error:
        raise RecordError(f"{command[0]}: {error.strerror}") from None
    # Ctrl-C is for the command, and what it did until then is drawn.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        status = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    time.sleep(linger)
    return status if status >= 0 else 128 - status


def wait_for_interrupt(tool, seconds):
    """Until Ctrl-C, or for so long."""
    until = f" for {seconds:g} s" if seconds else ""
    print(f"{tool}: recording{until}; Ctrl-C ends it and draws", file=sys.stderr)
    try:
        if seconds:
            time.sleep(seconds)
        while not seconds:
            signal.pause()
    except KeyboardInterrupt:
        print(file=sys.stderr)


def record(command, linger, tool, events, seconds=None):
    """The lines of the trace and the exit status of the command, if any."""
    # An orderly end removes the instance: let the usual signals be one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with Instance(tool, events) as instance:
        reader = Reader(instance)
        reader.start()
        status = 0
        try:
            if command:
                status = run_command(command, linger)
            else:
                wait_for_interrupt(tool, seconds)
        finally:
            lines = reader.finish()
    return lines, status
