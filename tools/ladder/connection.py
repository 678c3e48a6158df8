# SPDX-License-Identifier: GPL-2.0
"""Sorts events into connections, and matches what was sent with what arrived.

A connection has two sides, 0 (left, the one that opened it) and 1. A side whose
socket was traced knows its states and has a time for each segment; if only one
side was traced, the other's times are unknown (None).
"""

from dataclasses import dataclass, field, replace

from . import peer
from .trace import ACK, FIN, PSH, SYN, Drop, Segment, State, is_unset, port

MASK = 0xffffffff
SECOND = 10**9


@dataclass
class Arrow:
    """A segment on its way, or the part of it that arrived as one."""
    sender: int                 # side
    sent: int | None            # ns; None: the sender was not traced
    arrived: int | None         # ns; None: the receiver was not traced, or lost
    segment: Segment
    seq: int                    # relative, unwrapped
    ack: int | None
    retransmission: bool = False
    lost: bool = False


@dataclass
class Mark:
    """A change of state, or a drop, at one side."""
    side: int
    time: int
    text: str
    derived: bool = False       # concluded from the segments, not traced
    drop: bool = False
    arrow: Arrow | None = None  # derived: the segment it is concluded from


@dataclass
class Connection:
    addresses: tuple
    netns: list                 # by side; None: not traced
    first_states: list
    arrows: list = field(default_factory=list)
    marks: list = field(default_factory=list)
    start: int = 0
    end: int = 0
    isn: list = field(default_factory=lambda: [None, None])
    ts_base: list = field(default_factory=lambda: [None, None])
    hidden: int = 0             # segments that clip() left out,
    resumes: int = 0            # and when they end

    def traced(self, side):
        return self.netns[side] is not None


class Unwrap:
    """Sequence numbers of one direction, relative to its first one."""

    def __init__(self, base):
        self.base = self.last = base

    def __call__(self, seq):
        step = (seq - self.last) & MASK
        if step > MASK // 2:
            step -= MASK + 1
        full = self.last + step
        # Only forward: an old duplicate must not turn the reference back.
        self.last = max(self.last, full)
        return full - self.base


def mark_retransmissions(events):
    """Folds each retransmit event into the segment_out it stands beside."""
    outs = {}
    for event in events:
        if event.kind == "out":
            outs.setdefault((event.netns, event.local, event.remote, event.seq),
                            []).append(event)
    marked, result = set(), []
    for event in events:
        if event.kind != "retransmit":
            result.append(event)
            continue
        same = outs.get((event.netns, event.local, event.remote, event.seq))
        if same:
            nearest = min(same, key=lambda out: abs(out.time - event.time))
            marked.add(id(nearest))
        else:
            only = replace(event, kind="out")
            marked.add(id(only))
            result.append(only)
    return result, marked


def split(events):
    """Lists of events, one for each connection, in the order of their start."""
    groups = {}
    for event in events:
        if is_unset(event.remote) or is_unset(event.local):
            continue            # a listener, or a socket before connect()
        pair = tuple(sorted((event.local, event.remote)))
        groups.setdefault(pair, []).append(event)
    parts = []
    for group in groups.values():
        for part in split_reuse(group):
            parts.extend(split_namespaces(part))
    return sorted(parts, key=lambda part: part[0].time)


def split_reuse(events):
    """The same addresses may be used again: a new ISN begins a new connection."""
    parts, isn = [[]], {}
    for event in events:
        begins = False
        if isinstance(event, Segment) and event.flags & (SYN | ACK) == SYN:
            sender = event.remote if event.kind == "in" else event.local
            begins = isn.get(sender, event.seq) != event.seq
            if begins:
                isn = {}
            isn[sender] = event.seq
        elif isinstance(event, State) and event.new == "SYN_SENT":
            begins = any(isinstance(old, Segment) for old in parts[-1])
            if begins:
                isn = {}
        if begins and parts[-1]:
            parts.append([])
        parts[-1].append(event)
    return [part for part in parts if part]


def split_namespaces(events):
    """The same two addresses in several namespaces: nobody can tell who talks
    to whom, so each end becomes a connection of its own."""
    ends = {(event.netns, event.local) for event in events}
    if len({local for _, local in ends}) == len(ends):
        return [events]
    return [[event for event in events if (event.netns, event.local) == end]
            for end in sorted(ends)]


def opener(events):
    """The address that goes to the left side."""
    for event in events:
        if isinstance(event, Segment) and event.flags & (SYN | ACK) == SYN:
            return event.remote if event.kind == "in" else event.local
        if isinstance(event, State) and event.new in ("SYN_SENT", "SYN_RECV"):
            return event.local if event.new == "SYN_SENT" else event.remote
    return events[0].local


def build(events):
    """All connections of a trace."""
    events, marked = mark_retransmissions(events)
    return [build_one(part, marked) for part in split(events)]


def build_one(events, marked):
    left = opener(events)
    first = events[0]
    right = first.remote if first.local == left else first.local
    conn = Connection((left, right), [None, None], [None, None],
                      start=first.time, end=events[-1].time)
    segments = [[], []]         # by the side that traced them
    for event in events:
        side = 0 if event.local == left else 1
        conn.netns[side] = event.netns
        if isinstance(event, Segment):
            segments[side].append(event)
        else:
            add_mark(conn, side, event)
    set_bases(conn, events, left)
    for side in (0, 1):
        drop_handovers(conn, side, [event for event in events
                                    if (event.local == left) == (side == 0)])
        add_first_state(conn, side, segments[side])
        add_arrows(conn, side, segments, marked)
    conn.arrows.sort(key=lambda arrow: (arrow.arrived if arrow.sent is None
                                        else arrow.sent))
    for side in (0, 1):
        if not conn.traced(side):
            derive_states(conn, side)
    conn.marks.sort(key=lambda mark: mark.time)
    return conn


def add_mark(conn, side, event):
    if isinstance(event, Drop):
        conn.marks.append(Mark(side, event.time, event.reason, drop=True))
        return
    if conn.first_states[side] is None:
        conn.first_states[side] = event.old
    if event.old == event.new:
        return                  # handed over from a socket to a smaller object
    conn.marks.append(Mark(side, event.time, event.new))


def drop_handovers(conn, side, events):
    """A socket goes to CLOSE when a small object takes its connection over, and
    the connection lives on in FIN_WAIT2 or TIME_WAIT."""
    later = {}                  # time -> does the connection live after it?
    lives = False
    for event in reversed(events):
        later.setdefault(event.time, lives)
        state = getattr(event, "state", None) or getattr(event, "old", None)
        lives = lives or state in ("FIN_WAIT2", "TIME_WAIT")
    kept, before = [], None
    for mark in conn.marks:
        if mark.side == side and not mark.drop:
            if mark.text == "CLOSE" and (later.get(mark.time) or is_short(before, mark)):
                continue
            before = mark
        kept.append(mark)
    conn.marks = kept


def is_short(before, mark):
    """TIME_WAIT never ends within a second: that is the time it takes."""
    return (before is not None and before.text == "TIME_WAIT"
            and mark.time - before.time < SECOND)


def add_first_state(conn, side, segments):
    """Without a change of state in the trace, the segments tell the state."""
    if not segments:
        return
    first = segments[0]
    if first.kind == "out" and first.state == "SYN_SENT":
        # The socket got its address between the change and the SYN.
        if conn.first_states[side] != "CLOSE":
            conn.first_states[side] = "CLOSE"
            conn.marks.append(Mark(side, first.time, "SYN_SENT"))
    elif conn.first_states[side] is None:
        conn.first_states[side] = first.state


def set_bases(conn, events, left):
    """Sequence numbers and timestamps are shown relative to the first ones."""
    for event in events:
        if not isinstance(event, Segment):
            continue
        sender = int((event.local == left) == (event.kind == "in"))
        if conn.isn[sender] is None:
            conn.isn[sender] = event.seq
        if event.flags & ACK and conn.isn[1 - sender] is None:
            # Never seen to send: what is acknowledged first counts from 1.
            conn.isn[1 - sender] = (event.ack - 1) & MASK
        if event.tsval and conn.ts_base[sender] is None:
            conn.ts_base[sender] = event.tsval


def add_arrows(conn, side, segments, marked):
    """Everything that was sent by one side."""
    outs = [event for event in segments[side] if event.kind == "out"]
    ins = [event for event in segments[1 - side] if event.kind == "in"]
    base = conn.isn[side]
    if base is None:
        return
    to_seq, to_ack = Unwrap(base), Unwrap(conn.isn[1 - side] or 0)
    # Both ends' segments in the order of time, so that unwrapping follows.
    rel = {}
    for event in sorted(outs + ins, key=lambda event: event.time):
        rel[id(event)] = (to_seq(event.seq),
                          to_ack(event.ack) if event.flags & ACK else None)
    if not conn.traced(1 - side):
        for out in outs:
            seq, ack = rel[id(out)]
            conn.arrows.append(Arrow(side, out.time, None, out, seq, ack,
                                     id(out) in marked))
    elif not conn.traced(side):
        for event in ins:
            seq, ack = rel[id(event)]
            conn.arrows.append(Arrow(side, None, event.time, event, seq, ack))
    else:
        Matcher(conn, side, rel, marked).run(outs, ins)


class Matcher:
    """Pairs the segments sent by one side with those that reached the other.

    What leaves as one segment may arrive as several (GSO), and several may
    arrive as one (GRO), so ranges of the sequence space are matched, and a
    piece of a segment can be lost. Segments without a range, pure ACKs and
    resets, are matched by everything they say.
    """

    def __init__(self, conn, side, rel, marked):
        self.conn, self.side, self.rel, self.marked = conn, side, rel, marked
        self.open = []          # [out, missing ranges], in the order sent

    def run(self, outs, ins):
        # Same time: what was sent comes first.
        both = sorted(outs + ins, key=lambda event: (event.time, event.kind == "in"))
        for event in both:
            if event.kind == "out":
                start = self.rel[id(event)][0]
                self.open.append([event, [(start, start + event.space)]])
            elif event.space:
                self.arrive(event)
            else:
                self.arrive_empty(event)
            self.open = [entry for entry in self.open if entry[1]]
        for out, missing in self.open:
            for start, end in missing:
                self.add(out, None, start, end)

    def arrive(self, event):
        start = self.rel[id(event)][0]
        wanted = [(start, start + event.space)]
        for entry in sorted(self.open, key=lambda entry: self.rank(entry[0], event)):
            for want in list(wanted):
                for have in list(entry[1]):
                    low, high = max(want[0], have[0]), min(want[1], have[1])
                    if low < high:
                        entry[1] = cut(entry[1], low, high)
                        wanted = cut(wanted, low, high)
                        self.add(entry[0], event, low, high)
            if not wanted:
                return
        for low, high in wanted:
            self.add(None, event, low, high)

    def rank(self, out, event):
        """The copy of the same time stamp, or else the one sent last."""
        return (out.tsval != event.tsval, out.ack != event.ack, -out.time)

    def arrive_empty(self, event):
        for entry in self.open:
            out = entry[0]
            if not out.space and same_words(out, event):
                entry[1] = []
                self.add(out, event, *2 * (self.rel[id(out)][0],))
                return
        self.add(None, event, *2 * (self.rel[id(event)][0],))

    def add(self, out, event, start, end):
        whole = smaller(out, event)
        segment, (seq, ack) = whole, self.rel[id(whole)]
        if (start, end) != (seq, seq + whole.space):
            segment = piece(whole, start - seq, end - seq)
        self.conn.arrows.append(
            Arrow(self.side, out and out.time, event and event.time, segment,
                  start, ack, id(out) in self.marked, lost=event is None))


def cut(ranges, low, high):
    """The ranges without [low, high)."""
    rest = []
    for start, end in ranges:
        if start < min(low, end):
            rest.append((start, min(low, end)))
        if max(high, start) < end:
            rest.append((max(high, start), end))
    return rest


def same_words(out, event):
    return all(getattr(out, name) == getattr(event, name) for name in
               ("seq", "ack", "flags", "wnd", "tsval", "tsecr", "nsack"))


def smaller(out, event):
    if out and event:
        return event if event.space <= out.space else out
    return out or event


def piece(segment, start, end):
    """A part of a segment, as it travelled: SYN is first, FIN and PSH last."""
    flags = segment.flags
    if start > 0:
        flags &= ~SYN
    if end < segment.space:
        flags &= ~(FIN | PSH)
    length = end - start - bool(flags & SYN) - bool(flags & FIN)
    return replace(segment, flags=flags, len=length)


def derive_states(conn, side):
    known = peer.Peer(side)
    for arrow in conn.arrows:
        state = known.sees(arrow) if arrow.sender != side else known.sends(arrow)
        if state:
            time = arrow.arrived if arrow.sent is None else arrow.sent
            conn.marks.append(Mark(side, time, state, derived=True, arrow=arrow))


def clip(conn, limit):
    """At most this many segments: the first and the last ones, and the states
    that go with them."""
    if not limit or len(conn.arrows) <= limit:
        return conn
    head, tail = conn.arrows[:limit // 2], conn.arrows[-(limit - limit // 2):]
    stop = max(filter(None, (head[-1].sent, head[-1].arrived))) if head else conn.start
    resumes = min(filter(None, (tail[0].sent, tail[0].arrived)))
    marks = [mark for mark in conn.marks if not stop < mark.time < resumes]
    return replace(conn, arrows=head + tail, marks=marks, resumes=resumes,
                   hidden=len(conn.arrows) - limit)


def states(conn, side):
    """The names of the states a side went through, from the first one known."""
    first = conn.first_states[side]
    return [first] * bool(first) + [mark.text for mark in conn.marks
                                    if mark.side == side and not mark.drop]


def with_port(connections, number):
    return [conn for conn in connections
            if number in (port(address) for address in conn.addresses)]


def with_host(connections, host):
    """HOST as it stands in the trace: 10.0.0.1 or fe80::1."""
    return [conn for conn in connections
            if host in (address.rpartition(":")[0].strip("[]")
                        for address in conn.addresses)]
