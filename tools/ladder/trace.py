# SPDX-License-Identifier: GPL-2.0
"""Reads the text form of the tracepoints of the system "mytcp"."""

import re
from dataclasses import dataclass

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
HAS_MSS, HAS_WSCALE, HAS_SACK_PERM, HAS_TS, HAS_SACK = (1 << bit for bit in range(5))

# "  nginx-123   [000] ..s1.   12.345678: mytcp_state: netns=..." and the close
# relatives that trace-cmd and perf print.
LINE = re.compile(r"\[\d+\]\s.*?(?P<sec>\d+)\.(?P<frac>\d{6,9}):\s+"
                  r"(?:mytcp:)?mytcp_(?P<name>\w+):\s+(?P<fields>.*)$")
FIELD = re.compile(r"(\w+)=(\S*)")
LOST = re.compile(r"\[LOST (\d+) EVENTS\]")

SEGMENTS = {"segment_in": "in", "segment_out": "out", "retransmit": "retransmit"}


class TraceError(Exception):
    """A line that begins like one of ours and does not go on so."""


@dataclass
class Event:
    time: int           # nanoseconds
    kind: str           # "state", "in", "out", "retransmit" or "drop"
    netns: int
    local: str
    remote: str


@dataclass
class State(Event):
    old: str
    new: str


@dataclass
class Drop(Event):
    reason: str


@dataclass
class Segment(Event):
    state: str
    seq: int
    ack: int
    len: int
    flags: int
    wnd: int
    urg: int
    has: int
    mss: int
    wscale: int
    tsval: int
    tsecr: int
    nsack: int

    @property
    def space(self):
        """How much of the sequence space the segment takes."""
        return self.len + bool(self.flags & SYN) + bool(self.flags & FIN)


def parse_line(line):
    """The event of a line, or None for a line that is none of ours."""
    match = LINE.search(line)
    if not match:
        return None
    name, fields_text = match["name"], match["fields"]
    fields = dict(FIELD.findall(fields_text))
    time = int(match["sec"]) * 10**9 + int(match["frac"].ljust(9, "0"))
    try:
        where = (int(fields["netns"]), fields["local"], fields["remote"])
        if name == "state":
            return State(time, "state", *where, fields["old"], fields["new"])
        if name == "drop":
            return Drop(time, "drop", *where,
                        fields_text.partition("reason=")[2].strip())
        if name in SEGMENTS:
            return Segment(time, SEGMENTS[name], *where, fields["state"],
                           *(int(fields[key], 0) for key in
                             ("seq", "ack", "len", "flags", "wnd", "urg", "has",
                              "mss", "wscale", "tsval", "tsecr", "nsack")))
    except (KeyError, ValueError) as error:
        raise TraceError(f"mytcp_{name}: field {error} is missing or no number in: "
                         f"{line.strip()}") from None
    return None


def parse(lines, parse_one=parse_line):
    """All events of a trace in the order of time, and how many were lost."""
    events, lost = [], 0
    for line in lines:
        event = parse_one(line)
        if event:
            events.append(event)
        elif gap := LOST.search(line):
            lost += int(gap[1])
    # Each CPU has a buffer of its own: the order of lines is only nearly that
    # of time. The sort is stable, so what happened at one time keeps its order.
    events.sort(key=lambda event: event.time)
    return events, lost


def port(address):
    """The port of "10.0.0.1:80" or "[fe80::1]:80"."""
    return int(address.rpartition(":")[2])


def is_unset(address):
    """True for the remote address of a socket that has none."""
    return port(address) == 0
