# SPDX-License-Identifier: GPL-2.0
"""The events that a ladder has no place for: windows and round trips."""

from dataclasses import dataclass

from ladder import trace

# What is recorded.
NAMES = ("mytcp_state", "mytcp_segment_in", "mytcp_segment_out", "mytcp_retransmit",
         "mytcp_cwnd", "mytcp_rtt")


@dataclass
class Cwnd(trace.Event):
    """Windows in segments of mss octets."""
    old_cwnd: int
    cwnd: int
    ssthresh: int
    in_flight: int      # octets
    mss: int
    recovery: str


@dataclass
class Rtt(trace.Event):
    """Microseconds."""
    rtt: int
    srtt: int
    rttvar: int
    rto: int


def parse_line(line):
    """The event of a line, or None for a line that is none of ours."""
    event = trace.parse_line(line)
    match = None if event else trace.LINE.search(line)
    if not match or match["name"] not in ("cwnd", "rtt"):
        return event
    name, fields = match["name"], dict(trace.FIELD.findall(match["fields"]))
    time = int(match["sec"]) * 10**9 + int(match["frac"].ljust(9, "0"))
    try:
        where = (int(fields["netns"]), fields["local"], fields["remote"])
        if name == "cwnd":
            return Cwnd(time, name, *where, *(int(fields[key]) for key in (
                "old_cwnd", "cwnd", "ssthresh", "in_flight", "mss")), fields["recovery"])
        return Rtt(time, name, *where, *(int(fields[key]) for key in (
            "rtt", "srtt", "rttvar", "rto")))
    except (KeyError, ValueError) as error:
        raise trace.TraceError(f"mytcp_{name}: field {error} is missing or no number in: "
                               f"{line.strip()}") from None


def parse(lines):
    """All events of a trace in the order of time, and how many were lost."""
    return trace.parse(lines, parse_line)
