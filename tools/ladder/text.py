# SPDX-License-Identifier: GPL-2.0
"""Draws a connection in a terminal."""

from . import label, rows
from .trace import FIN, RST, SYN

TIME = 13               # columns, for "9999.999999 s"
STATE = 13              # columns, for "(ESTABLISHED)"
LANE_MIN = 44

RED, GREEN, YELLOW, BLUE, BOLD, DIM = "31", "32", "33", "34", "1", "2"


class Painter:
    def __init__(self, conn, width, colour):
        self.conn, self.colour = conn, colour
        self.lane = max(LANE_MIN, width - 2 * (TIME + STATE + 3))
        self.time = label.clock(conn)

    def paint(self, words, code):
        if not self.colour or not words.strip():
            return words
        return f"\033[{code}m{words}\033[0m"

    def draw(self):
        """The lines of the picture."""
        yield from self.head()
        last = self.conn.start
        for row in rows.make_rows(self.conn):
            begins = min(point.time for point in row.points if point)
            yield from self.pause(last, begins)
            yield from self.row(row)
            last = max(last, *(point.time for point in row.points if point))
        yield self.line("", "", "")

    def head(self):
        left, right = self.conn.addresses
        names = label.side_names(self.conn)
        yield self.paint(f"{label.title(self.conn)}", BOLD)
        gap = self.lane + 4
        indent = " " * (TIME + 2)
        yield indent + left + " " * max(1, gap + 2 * STATE - len(left) - len(right)) + right
        yield indent + self.paint(
            names[0] + " " * max(1, gap + 2 * STATE - len(names[0]) - len(names[1]))
            + names[1], DIM)
        first = [state or "" for state in self.conn.first_states]
        yield self.line("", "", "", states=first)

    def pause(self, last, begins):
        """A long silence, or the part that is left out."""
        if last < self.conn.resumes <= begins:
            words = f"{self.conn.hidden} segments left out (--limit)"
        elif begins - last > label.LONG_GAP:
            words = f"{label.duration(begins - last)} later"
        else:
            return
        yield self.line("", f"⋮  {words}  ⋮".center(self.lane), "", code=DIM)

    def line(self, left_time, middle, right_time, states=("", ""), code=None):
        """left time, state | middle | state, right time"""
        middle = fit(middle, self.lane)
        if code:
            middle = self.paint(middle, code)
        return (f"{left_time:>{TIME}} {self.paint(f'{states[0]:<{STATE}}', BOLD)} "
                f"│{middle}│ {self.paint(f'{states[1]:<{STATE}}', BOLD)}"
                f"{right_time:>{TIME}}").rstrip()

    def row(self, row):
        times = [self.time(point.time) if point else "" for point in row.points]
        states = [self.state(row, side) for side in (0, 1)]
        if not row.arrow:
            yield self.line(times[0], "", times[1], states)
        else:
            yield self.line(times[0], self.arrow(row), times[1], states,
                            arrow_colour(row.arrow))
            details = label.options(self.conn, row.arrow)
            if row.part != "end" and details:
                indent = 6 if row.arrow.sender == 0 else 7
                yield self.line("", " " * indent + details, "", code=DIM)
        for point in row.points:
            yield from self.drops(point)

    def drops(self, point):
        for mark in point.marks if point else ():
            if mark.drop:
                text = f"drop: {mark.text}"
                yield self.line("", f" {text}" if point.side == 0
                                else text.rjust(self.lane - 1), "", code=RED)

    def state(self, row, side):
        point = row.points[side]
        if point:
            return " ".join(mark.text for mark in rows.states(point.marks))
        if row.arrow and not self.conn.traced(side):
            mark = rows.derived_state(self.conn, row.arrow)
            return f"({mark.text})" if mark else ""
        return ""

    def arrow(self, row):
        """The lane's contents: "── SYN seq=0 ─────►", towards the receiver."""
        if row.part == "end":
            return self.shaft(row, f"({row.number})")
        words = f"{label.flags(row.arrow.segment)} {label.numbers(row.arrow)}"
        remarks = label.remarks(row.arrow)
        if remarks:
            words += f" [{remarks}]"
        if row.part == "start":
            words = f"({row.number}) {words}"
        return self.shaft(row, words)

    def shaft(self, row, words):
        """Drawn to the right, and turned round for the other direction."""
        words = f" {fit(words, self.lane - 12).rstrip()} "
        room = self.lane - len(words) - 4
        half = room // 2
        if row.part == "start":
            lead, trail = "───", "─" * half + " " * (room - half + 1)
        elif row.part == "end":
            lead, trail = " " * half + "─" * (room - half + 1), "──►"
        elif row.arrow.lost:
            lead, trail = "───", "─" * half + "✗" + " " * (room - half)
        else:
            lead, trail = "───", "─" * room + "►"
        if row.arrow.sender == 0:
            return lead + words + trail
        return trail[::-1].replace("►", "◄") + words + lead[::-1]


def arrow_colour(arrow):
    if arrow.lost or arrow.retransmission or arrow.segment.flags & RST:
        return RED
    if arrow.segment.flags & SYN:
        return GREEN
    if arrow.segment.flags & FIN:
        return YELLOW
    return BLUE if arrow.segment.len else None


def fit(words, width):
    if len(words) > width:
        return words[:width - 1] + "…"
    return words.ljust(width)


def draw(connections, width=110, colour=False):
    lines = []
    for conn in connections:
        lines.extend(Painter(conn, width, colour).draw())
        lines.append("")
    return "\n".join(lines)
