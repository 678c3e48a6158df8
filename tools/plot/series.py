# SPDX-License-Identifier: GPL-2.0
"""The curves of one end of a connection, as the sender that it is.

Times are seconds since the first event of the end, octets are relative to its first
sequence number.
"""

from dataclasses import dataclass, field

from ladder import connection
from ladder.trace import ACK, HAS_WSCALE, SYN, Segment, State

from .events import Cwnd, Rtt

SECOND = 10**9
INFINITE = 0x7fffffff           # an ssthresh that nothing has set yet


@dataclass
class End:
    """A curve is a list of (seconds, value)."""
    netns: int
    local: str
    remote: str
    start: int                  # ns
    end: float = 0.0            # seconds
    octets: int = 0             # sent, each counted once
    cwnd: list = field(default_factory=list)        # octets
    ssthresh: list = field(default_factory=list)    # octets
    unacked: list = field(default_factory=list)     # octets sent and not acknowledged
    window: list = field(default_factory=list)      # octets the peer has room for
    rtt: list = field(default_factory=list)         # ms
    srtt: list = field(default_factory=list)        # ms
    rto: list = field(default_factory=list)         # ms
    sent: list = field(default_factory=list)        # highest octet
    acked: list = field(default_factory=list)       # highest octet
    retransmits: list = field(default_factory=list)  # first octet of each
    states: list = field(default_factory=list)      # names
    recoveries: list = field(default_factory=list)  # (from, to, name)

    def title(self):
        return f"{self.local} → {self.remote}"


class Builder:
    """Goes through the events of one end."""

    def __init__(self, events):
        first = events[0]
        self.end = End(first.netns, first.local, first.remote, first.time)
        self.seq = self.last_rtt = None
        self.highest = self.acked = 0
        self.scale = self.established = None
        self.recovery, self.since, self.recover = None, 0, 0
        for event in events:
            self.add(event, (event.time - first.time) / SECOND)
        self.end.end = (events[-1].time - first.time) / SECOND
        self.leave_recovery(self.end.end)
        self.end.octets = self.highest

    def add(self, event, at):
        if isinstance(event, Cwnd):
            self.add_cwnd(event, at)
        elif isinstance(event, Rtt):
            self.end.rtt.append((at, event.rtt / 1000))
            self.end.srtt.append((at, event.srtt / 1000))
            self.end.rto.append((at, event.rto / 1000))
        elif isinstance(event, State):
            if event.old != event.new:
                self.end.states.append((at, event.new))
            if event.new == "ESTABLISHED":
                self.established = at
        elif isinstance(event, Segment):
            getattr(self, "add_" + event.kind)(event, at)

    def add_cwnd(self, event, at):
        if not self.end.cwnd and self.established is not None:
            self.end.cwnd.append((self.established, event.old_cwnd * event.mss))
        self.end.cwnd.append((at, event.cwnd * event.mss))
        if event.ssthresh < INFINITE:
            self.end.ssthresh.append((at, event.ssthresh * event.mss))
        if event.recovery != (self.recovery or "OPEN"):
            self.leave_recovery(at)
            self.since, self.recover = at, self.highest
            self.recovery = event.recovery if event.recovery != "OPEN" else None

    def leave_recovery(self, at):
        if self.recovery:
            self.end.recoveries.append((self.since, at, self.recovery))
        self.recovery = None

    def relative(self, seq):
        if self.seq is None:
            self.seq = connection.Unwrap(seq)
        return self.seq(seq)

    def add_out(self, event, at):
        if not event.space:
            return
        top = self.relative(event.seq) + event.space
        if top > self.highest:
            self.highest = top
            self.end.sent.append((at, top))
            self.end.unacked.append((at, top - self.acked))

    def add_retransmit(self, event, at):
        self.end.retransmits.append((at, self.relative(event.seq)))

    def add_in(self, event, at):
        if event.flags & SYN:
            self.scale = event.wscale if event.has & HAS_WSCALE else 0
        if not event.flags & ACK or self.seq is None:
            return
        acked = self.relative(event.ack)
        if self.acked < acked <= self.highest:
            self.acked = acked
            self.end.acked.append((at, acked))
            self.end.unacked.append((at, self.highest - acked))
            # Nothing tells of its end, RFC 6582 3.2 step 3 does: what was sent
            # when it began has been acknowledged.
            if acked >= self.recover:
                self.leave_recovery(at)
        # The window of a SYN is not scaled, RFC 7323 2.2.
        if self.scale is not None and not event.flags & SYN:
            self.end.window.append((at, event.wnd << self.scale))


def ends(events):
    """All traced ends that have sent something, those with most octets first."""
    found = []
    for part in connection.split(events):
        for where in sorted({(event.netns, event.local) for event in part}):
            end = Builder([event for event in part
                           if (event.netns, event.local) == where]).end
            if end.octets:
                found.append(end)
    return sorted(found, key=lambda end: (-end.octets, end.start))


def thin(points, most=4000):
    """No more than about so many points, without losing peaks: of each piece of
    time the first, the least, the highest and the last."""
    if len(points) <= most:
        return points
    step = -(-len(points) // (most // 4))
    kept = []
    for begin in range(0, len(points), step):
        piece = points[begin:begin + step]
        low = min(piece, key=lambda point: point[1])
        high = max(piece, key=lambda point: point[1])
        kept += sorted({piece[0], low, high, piece[-1]})
    return kept
