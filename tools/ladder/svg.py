# SPDX-License-Identifier: GPL-2.0
"""Draws connections as SVG: two time axes, and a sloped arrow for each segment.

Time runs downwards, but not to scale: a handshake takes microseconds and a
TIME_WAIT a minute. Everything is drawn in its order, with room for its label,
and longer gaps get more room, by the logarithm.
"""

import math
from dataclasses import dataclass, field
from html import escape

from . import label
from .connection import Arrow, Mark
from .trace import FIN, RST, SYN

WIDTH = 1120
LANES = (270, WIDTH - 270)
BAR = 10                # the width of the state bar
SLOPE = 36              # the least height of an arrow
APART = 46              # between two arrows that leave one side
PIECE_APART = 27        # between the parts of one segment
CLOCKS_APART = 20       # between two arrows that arrive
TURN_APART = 17         # between one that arrives and one that leaves
STEP = 5                # between any two points
STATE_APART = 20        # between the names of two states
HEAD = 118
LOST_AT = 0.62          # how far a lost segment gets
CROSS_LABEL = 20        # how far in an arrow that others cross its label begins

FONT = "'DejaVu Sans', 'Noto Sans', Helvetica, Arial, sans-serif"
MONO = "'DejaVu Sans Mono', 'Noto Sans Mono', Menlo, Consolas, monospace"

INK, QUIET, RULE = "#1f2933", "#6b7785", "#d4dae1"
COLOURS = {"syn": "#1b7f4b", "fin": "#b45309", "rst": "#c0262d", "data": "#1d5fbf",
           "ack": "#5b6673", "again": "#c0262d"}
LEGEND = (("syn", "SYN"), ("data", "data"), ("ack", "ACK"), ("fin", "FIN"),
          ("rst", "RST, retransmission, loss"))

# Calm tints for the way in, strong for ESTABLISHED, warm for the way out.
STATE_COLOURS = {
    "CLOSE": "#c5ccd4", "LISTEN": "#9fb3c8", "SYN_SENT": "#a7d7b8",
    "SYN_RECV": "#6fc08d", "ESTABLISHED": "#2f9e5f", "FIN_WAIT1": "#f5c77e",
    "FIN_WAIT2": "#eaa63f", "CLOSE_WAIT": "#f5c77e", "LAST_ACK": "#eaa63f",
    "CLOSING": "#dd7d3c", "TIME_WAIT": "#b9a3d6",
}

STYLE = f"""
text {{ font-family: {FONT}; fill: {INK}; }}
.title {{ font-size: 21px; font-weight: 600; }}
.end {{ font-size: 16px; font-weight: 600; text-anchor: middle; }}
.role {{ font-size: 12px; fill: {QUIET}; text-anchor: middle; }}
.time {{ font: 11px {MONO}; fill: {QUIET}; }}
.state {{ font-size: 13px; font-weight: 600; }}
.derived {{ font-style: italic; font-weight: 400; fill: {QUIET}; }}
.what {{ font: 13px {MONO}; text-anchor: middle; }}
.flags {{ font-weight: 700; }}
.options {{ font: 10.5px {MONO}; fill: {QUIET}; text-anchor: middle; }}
.note {{ font-size: 11.5px; fill: {QUIET}; text-anchor: middle; }}
.drop {{ font-size: 12px; fill: {COLOURS["rst"]}; }}
.halo {{ paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round; }}
"""


@dataclass
class Point:
    """What happens at one side at one time, and how far down it is drawn."""
    side: int
    time: int
    arrow: Arrow | None = None
    mark: Mark | None = None
    out: bool = False
    y: float = 0


@dataclass
class Gap:
    y: float
    words: str


@dataclass
class Plan:
    """Where everything of a connection goes."""
    points: list
    gaps: list = field(default_factory=list)
    ends: dict = field(default_factory=dict)    # id(arrow) -> (y sent, y arrived)
    pieces: set = field(default_factory=set)    # ids of arrows without options
    height: float = 0


def points_of(conn):
    """All points in the order of time."""
    points = [Point(mark.side, mark.time, mark=mark)
              for mark in conn.marks if not mark.derived]
    for arrow in conn.arrows:
        if arrow.sent is not None:
            points.append(Point(arrow.sender, arrow.sent, arrow, out=True))
        if arrow.arrived is not None:
            points.append(Point(1 - arrow.sender, arrow.arrived, arrow))
    points.sort(key=lambda point: point.time)
    return points


class Layout:
    """Goes down the points once and gives each its place."""

    def __init__(self, conn):
        self.conn = conn
        self.plan = Plan(points_of(conn))
        self.last = {}          # what was drawn last: (kind, side) -> y
        self.before = [None, None]      # the arrow that left before, by side
        self.flying = 0         # segments on their way
        self.y = 0.0

    def run(self):
        previous = None
        for point in self.plan.points:
            self.place(point, previous or point)
            previous = point
        self.incline_lost()
        self.plan.height = max([self.y] + [max(ends) for ends in
                                           self.plan.ends.values()]) + 34
        return self.plan

    def incline_lost(self):
        """A lost segment flies beside its neighbours, as far as it gets."""
        slope = {0: SLOPE, 1: SLOPE}
        for arrow in reversed(self.conn.arrows):
            if id(arrow) not in self.plan.ends:
                continue
            y1, y2 = self.plan.ends[id(arrow)]
            if arrow.lost:
                self.plan.ends[id(arrow)] = (y1, y1 + LOST_AT * slope[arrow.sender])
            else:
                slope[arrow.sender] = y2 - y1

    def place(self, point, previous):
        wait = point.time - previous.time
        y = self.y + STEP + self.room_for(wait)
        words = self.pause(previous.time, point.time)
        if words:
            low = max([self.y] + [max(ends) for ends in self.plan.ends.values()])
            self.plan.gaps.append(Gap(low + 34, words))
            y = max(y, low + 68)
        y = max(y, *self.demands(point))
        point.y = self.y = y
        kind = "mark" if point.mark else "out" if point.out else "in"
        self.last[kind, point.side] = y
        if point.arrow:
            self.note_ends(point)

    def pause(self, last, begins):
        if last < self.conn.resumes <= begins:
            return f"{self.conn.hidden} segments left out (--limit)"
        if begins - last > label.LONG_GAP and not self.flying:
            return f"{label.duration(begins - last)} later"
        return None

    @staticmethod
    def room_for(wait):
        """Nothing up to 10 µs, then 7 pixels for each factor of ten."""
        return 7 * math.log10(wait / 10**4) if wait > 10**4 else 0

    def demands(self, point):
        """Heights this point must not stay above."""
        side, arrow, last = point.side, point.arrow, self.last
        if point.mark:
            return last.get(("mark", side), -STATE_APART) + STATE_APART, 0
        if point.out:
            apart = self.distance(arrow)
            return (last.get(("out", side), -apart) + apart,
                    last.get(("in", side), -TURN_APART) + TURN_APART)
        least = [last.get(("in", side), -CLOCKS_APART) + CLOCKS_APART,
                 last.get(("out", side), -TURN_APART) + TURN_APART]
        if arrow.sent is not None:
            least.append(self.plan.ends[id(arrow)][0] + SLOPE)
        else:
            least.append(SLOPE + self.origin(arrow))
        return least

    def distance(self, arrow):
        """To the arrow that left before. Of the parts of a GSO segment only the
        first shows the options, as they all have the same."""
        before = self.before[arrow.sender]
        self.before[arrow.sender] = arrow
        if before is None or before.sent != arrow.sent:
            return APART
        self.plan.pieces.add(id(arrow))
        return PIECE_APART if id(before) in self.plan.pieces else APART

    def origin(self, arrow):
        """A segment of an untraced peer left after what it acknowledges came."""
        arrivals = [self.plan.ends[id(point.arrow)][1] for point in self.plan.points
                    if point.out and id(point.arrow) in self.plan.ends
                    and arrow.ack is not None
                    and point.arrow.seq < arrow.ack]
        return max(arrivals, default=0) + STEP

    def note_ends(self, point):
        arrow, ends = point.arrow, self.plan.ends
        if point.out:
            self.flying += arrow.arrived is not None
            ends[id(arrow)] = (point.y, point.y + SLOPE)
        elif arrow.sent is None:
            ends[id(arrow)] = (point.y - SLOPE, point.y)
        else:
            self.flying -= 1
            ends[id(arrow)] = (ends[id(arrow)][0], point.y)


class Drawing:
    """The SVG elements of one connection, from y = 0 downwards."""

    def __init__(self, conn):
        self.conn = conn
        self.plan = Layout(conn).run()
        self.time = label.clock(conn)
        self.out = []
        self.height = HEAD + self.plan.height

    def add(self, markup):
        self.out.append(markup)

    def text(self, x, y, css, words, anchor=None, extra=""):
        place = f' text-anchor="{anchor}"' if anchor else ""
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" class="{css}"{place}{extra}>'
                 f"{escape(words)}</text>")

    def draw(self):
        self.head()
        self.add(f'<g transform="translate(0 {HEAD})">')
        for side in (0, 1):
            self.lane(side)
        for gap in self.plan.gaps:
            self.gap(gap)
        crossed = self.crossed()
        for arrow in self.arrows():
            self.line(arrow)
        for arrow in self.arrows():     # above every line
            self.label(arrow, id(arrow) in crossed)
        for arrow in self.arrows():
            if arrow.lost:
                self.cross(arrow)
        for point in self.plan.points:
            if point.arrow or point.mark.drop:
                self.clock(point)
        self.add("</g>")
        return "\n".join(self.out)

    def arrows(self):
        seen = set()
        for point in self.plan.points:
            if point.arrow and id(point.arrow) not in seen:
                seen.add(id(point.arrow))
                yield point.arrow

    def head(self):
        self.text(WIDTH / 2, 32, "title", label.title(self.conn), "middle")
        names = label.side_names(self.conn)
        for side in (0, 1):
            x = LANES[side]
            self.add(f'<rect x="{x - 120}" y="52" width="240" height="48" rx="8" '
                     f'fill="#f3f6f9" stroke="{RULE}"/>')
            self.text(x, 72, "end", self.conn.addresses[side])
            self.text(x, 90, "role", names[side])

    def lane(self, side):
        """The time axis, and over it the states as coloured bars."""
        x, bottom = LANES[side], self.plan.height - 8
        dash = "" if self.conn.traced(side) else ' stroke-dasharray="5 5"'
        self.add(f'<line x1="{x}" y1="-18" x2="{x}" y2="{bottom:.1f}" '
                 f'stroke="{QUIET}" stroke-width="1.5"{dash}/>')
        spans = self.spans(side)
        for (y, mark), (end, _) in zip(spans, spans[1:] + [(bottom, None)]):
            colour = STATE_COLOURS.get(mark.text, RULE)
            fade = ' fill-opacity="0.45"' if mark.derived else ""
            self.add(f'<rect x="{x - BAR / 2}" y="{y:.1f}" width="{BAR}" '
                     f'height="{max(0, end - y):.1f}" fill="{colour}"{fade}/>')
        self.state_names(side, spans)

    def state_names(self, side, spans):
        x = LANES[side] + (-96 if side == 0 else 96)
        anchor = "end" if side == 0 else "start"
        last = -16          # below the box with the address
        for y, mark in spans:
            last = max(y + 5, last + 16)
            css = "state derived" if mark.derived else "state"
            self.text(x, last, css, mark.text, anchor)

    def spans(self, side):
        """(y, mark) of each state of a side."""
        first = self.conn.first_states[side]
        spans = [(-18, Mark(side, 0, first))] if first else []
        spans += [(point.y, point.mark) for point in self.plan.points
                  if point.mark and point.side == side and not point.mark.drop]
        for mark in self.conn.marks:
            if mark.derived and mark.side == side and id(mark.arrow) in self.plan.ends:
                spans.append((self.plan.ends[id(mark.arrow)][0], mark))
        return spans

    def clock(self, point):
        left = point.side == 0
        x = LANES[point.side] + (-12 if left else 12)
        anchor = "end" if left else "start"
        self.text(x, point.y + 4, "time", self.time(point.time), anchor)
        if point.mark:
            self.text(LANES[point.side] + (14 if left else -14), point.y + 4, "drop halo",
                      f"dropped: {point.mark.text}", "start" if left else "end")

    def gap(self, gap):
        for x in LANES:
            self.add(f'<rect x="{x - 9}" y="{gap.y - 7:.1f}" width="18" height="14" fill="#fff"/>')
            for dy in (-5, 0, 5):
                self.add(f'<circle cx="{x}" cy="{gap.y + dy:.1f}" r="1.6" fill="{QUIET}"/>')
        self.text(WIDTH / 2, gap.y + 4, "note", gap.words)

    def ends(self, arrow):
        """x and y of an arrow's tail and head."""
        y1, y2 = self.plan.ends[id(arrow)]
        off = BAR / 2 + 1
        x1, x2 = LANES[0] + off, LANES[1] - off
        if arrow.sender == 1:
            x1, x2 = x2, x1
        if arrow.lost:
            x2 = x1 + (x2 - x1) * LOST_AT
        return x1, y1, x2, y2

    def line(self, arrow):
        x1, y1, x2, y2 = self.ends(arrow)
        kind = colour_of(arrow)
        dash = ' stroke-dasharray="7 4"' if arrow.retransmission else ""
        head = "" if arrow.lost else f' marker-end="url(#{kind})"'
        self.add(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                 f'stroke="{COLOURS[kind]}" stroke-width="2"{dash}{head}/>')

    def cross(self, arrow):
        """Where a segment was lost."""
        _, _, x, y = self.ends(arrow)
        self.add(f'<path d="M{x - 7:.1f} {y - 7:.1f}l14 14m0 -14l-14 14" '
                 f'stroke="{COLOURS["rst"]}" stroke-width="3" fill="none"/>')

    def crossed(self):
        """Arrows that meet another on its way; their labels leave the middle."""
        rights = [arrow for arrow in self.arrows() if arrow.sender == 0]
        lefts = [arrow for arrow in self.arrows() if arrow.sender == 1]
        found = set()
        for one in rights:
            y1, y2 = self.reach(one)
            for other in lefts:
                z1, z2 = self.reach(other)
                if y1 < z2 and z1 < y2:
                    found.update((id(one), id(other)))
        return found

    def reach(self, arrow):
        """The height of a lost arrow's head counts for the whole way."""
        y1, y2 = self.plan.ends[id(arrow)]
        return (y1 - 10, y1 + (y2 - y1) / LOST_AT + 10) if arrow.lost else (y1, y2)

    def label(self, arrow, crossed):
        x1, y1, x2, y2 = self.ends(arrow)
        # In the middle, but where arrows cross the labels would as well.
        away = CROSS_LABEL if crossed else abs(x2 - x1) / 2
        x = x1 + (away if x2 > x1 else -away)
        y = y1 + (y2 - y1) * away / abs(x2 - x1)
        angle = math.degrees(math.atan((y2 - y1) / (x2 - x1)))
        side = ("start" if x2 > x1 else "end") if crossed else "middle"
        anchor = f' style="text-anchor: {side}"'
        kind = colour_of(arrow)
        words = label.numbers(arrow)
        remarks = label.remarks(arrow)
        extra = f' <tspan fill="{COLOURS["rst"]}">{escape(remarks)}</tspan>' if remarks else ""
        self.add(f'<g transform="translate({x:.1f} {y:.1f}) rotate({angle:.2f})">'
                 f'<text class="what halo" y="-6"{anchor}><tspan class="flags" '
                 f'fill="{COLOURS[kind]}">{escape(label.flags(arrow.segment))}</tspan> '
                 f"{escape(words)}{extra}</text>"
                 + self.options(arrow, anchor) + "</g>")

    def options(self, arrow, anchor):
        if id(arrow) in self.plan.pieces:
            return ""
        return (f'<text class="options halo" y="13"{anchor}>'
                f"{escape(label.options(self.conn, arrow))}</text>")


def colour_of(arrow):
    if arrow.segment.flags & RST:
        return "rst"
    if arrow.retransmission:
        return "again"
    if arrow.segment.flags & SYN:
        return "syn"
    if arrow.segment.flags & FIN:
        return "fin"
    return "data" if arrow.segment.len else "ack"


def markers():
    for kind, colour in COLOURS.items():
        yield (f'<marker id="{kind}" viewBox="0 0 10 10" refX="9" refY="5" '
               f'markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
               f'<path d="M0 0.8L10 5L0 9.2z" fill="{colour}"/></marker>')


def legend(y):
    out, x = [], WIDTH / 2 - 235
    for kind, words in LEGEND:
        out.append(f'<line x1="{x}" y1="{y}" x2="{x + 24}" y2="{y}" '
                   f'stroke="{COLOURS[kind]}" stroke-width="3"/>'
                   f'<text x="{x + 30}" y="{y + 4}" font-size="12">{words}</text>')
        x += 48 + 9 * len(words)
    return "\n".join(out)


def draw(connections):
    """One picture, the connections one below the other."""
    bodies, y = [], 10
    for conn in connections:
        drawing = Drawing(conn)
        bodies.append(f'<g transform="translate(0 {y:.1f})">\n{drawing.draw()}\n</g>')
        y += drawing.height + 30
    height = y + 30
    return "\n".join([
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}">',
        f"<style>{STYLE}</style>", "<defs>", *markers(), "</defs>",
        f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fff"/>',
        *bodies, legend(y), "</svg>", ""])
