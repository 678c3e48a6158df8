# SPDX-License-Identifier: GPL-2.0
"""Puts a connection into rows, for a picture made of lines of text.

A segment takes one row, which says when it left at one side and when it arrived
at the other. Read downwards, the times of either side only grow. Where segments
cross on their way that cannot hold, and one of them gets a row for its start and
a row for its end.
"""

from collections import deque
from dataclasses import dataclass, field

from .connection import Arrow, Mark

# A change of state is shown beside a segment that is at most this far off.
CLOSE_BY = 5 * 10**6

# Entered when the program asks, before the segment that says so leaves; all
# other states are entered because a segment arrived.
ON_REQUEST = ("SYN_SENT", "FIN_WAIT1", "LAST_ACK")


@dataclass
class Point:
    """Something at one side: a segment leaves or arrives, or a mark."""
    side: int
    time: int
    arrow: Arrow | None = None
    out: bool = False
    marks: list = field(default_factory=list)
    alone: bool = True          # no other end to wait for


@dataclass
class Row:
    points: list                # by side, None: nothing there
    arrow: Arrow | None = None
    part: str = "whole"         # "whole", "start" or "end"
    number: int = 0             # joins a start with its end


def points_of(conn):
    """The points of both sides, each in the order of time, with their marks."""
    lanes = [[], []]
    for arrow in conn.arrows:
        both = arrow.sent is not None and arrow.arrived is not None
        if arrow.sent is not None:
            lanes[arrow.sender].append(Point(arrow.sender, arrow.sent, arrow, True,
                                             alone=not both))
        if arrow.arrived is not None:
            side = 1 - arrow.sender
            lanes[side].append(Point(side, arrow.arrived, arrow, alone=not both))
    for lane in lanes:
        lane.sort(key=lambda point: point.time)
    for mark in conn.marks:
        if not mark.derived:
            attach(lanes[mark.side], mark)
    return lanes


def attach(lane, mark):
    """To the segment that explains the mark, or else to none."""
    place = next((i for i, point in enumerate(lane) if point.time > mark.time), len(lane))
    near = [point for point in lane[max(0, place - 1):place + 1]
            if point.arrow and abs(point.time - mark.time) <= CLOSE_BY
            and not any(other.drop == mark.drop for other in point.marks)]
    if near:
        wants_out = mark.text in ON_REQUEST
        min(near, key=lambda point: (point.out != wants_out,
                                     abs(point.time - mark.time))).marks.append(mark)
    else:
        lane.insert(place, Point(mark.side, mark.time, marks=[mark]))


def make_rows(conn):
    lanes = [deque(lane) for lane in points_of(conn)]
    numbers, rows = {}, []
    while lanes[0] or lanes[1]:
        rows.append(next_row(lanes, numbers))
    return rows


def next_row(lanes, numbers):
    heads = [lane[0] if lane else None for lane in lanes]
    if all(heads) and not any(head.alone for head in heads) \
            and heads[0].arrow is heads[1].arrow:
        lanes[0].popleft()
        lanes[1].popleft()
        return Row(heads, heads[0].arrow)
    point = choose(heads)
    lanes[point.side].popleft()
    if not point.alone:         # crosses others: its end will be a row as well
        numbers[id(point.arrow)] = len(numbers) + 1
        for other in lanes[1 - point.side]:
            if other.arrow is point.arrow:
                other.alone = True
    return alone_row(point, numbers)


def choose(heads):
    """Of two points that do not belong together: which is shown first."""
    ready = [head for head in heads if head and head.alone]
    if not ready:
        # Each waits for something behind the other. One of them leaves here.
        ready = [head for head in heads if head and head.out]
    return min(ready, key=lambda head: head.time)


def alone_row(point, numbers):
    points = [None, None]
    points[point.side] = point
    number = numbers.get(id(point.arrow), 0) if point.arrow else 0
    part = "whole" if not number else "start" if point.out else "end"
    return Row(points, point.arrow, part, number)


def derived_state(conn, arrow):
    """What a segment of an untraced peer proves of it."""
    for mark in conn.marks:
        if mark.derived and mark.arrow is arrow:
            return mark
    return None


def states(marks):
    return [mark for mark in marks if isinstance(mark, Mark) and not mark.drop]
