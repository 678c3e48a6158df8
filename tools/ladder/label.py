# SPDX-License-Identifier: GPL-2.0
"""How segments and times are written, in both pictures."""

from .trace import (ACK, CWR, ECE, FIN, HAS_MSS, HAS_SACK, HAS_SACK_PERM, HAS_TS,
                    HAS_WSCALE, PSH, RST, SYN, URG)

FLAG_NAMES = ((SYN, "SYN"), (FIN, "FIN"), (RST, "RST"), (PSH, "PSH"), (ACK, "ACK"),
              (URG, "URG"), (ECE, "ECE"), (CWR, "CWR"))
MASK = 0xffffffff
LONG_GAP = 200 * 10**6  # ns without an event that a picture points out


def flags(segment):
    names = [name for bit, name in FLAG_NAMES if segment.flags & bit]
    return ",".join(names) or "no flags"


def numbers(arrow):
    """Relative sequence and acknowledgment numbers, and the length."""
    segment = arrow.segment
    words = [f"seq={arrow.seq}"]
    if arrow.ack is not None:
        words.append(f"ack={arrow.ack}")
    if segment.len:
        words.append(f"len={segment.len}")
    if segment.flags & URG:
        words.append(f"urg={segment.urg}")
    return " ".join(words)


def options(conn, arrow):
    """The window and the options; time stamps relative to their first ones."""
    segment, sender = arrow.segment, arrow.sender
    words = []
    if not segment.flags & RST:
        words.append(f"win={segment.wnd}")
    if segment.has & HAS_MSS:
        words.append(f"mss={segment.mss}")
    if segment.has & HAS_SACK_PERM:
        words.append("sackOK")
    if segment.has & HAS_TS:
        words.append("ts=" + timestamps(conn, sender, segment))
    if segment.has & HAS_WSCALE:
        words.append(f"wscale={segment.wscale}")
    if segment.has & HAS_SACK:
        words.append(f"sack×{segment.nsack}" if segment.nsack > 1 else "sack")
    return " ".join(words)


def timestamps(conn, sender, segment):
    value = relative(segment.tsval, conn.ts_base[sender])
    if not segment.flags & ACK:
        return str(value)
    return f"{value}/{relative(segment.tsecr, conn.ts_base[1 - sender])}"


def relative(value, base):
    if base is None:
        return value
    step = (value - base) & MASK
    return step - MASK - 1 if step > MASK // 2 else step


def remarks(arrow):
    words = []
    if arrow.retransmission:
        words.append("retransmission")
    if arrow.lost:
        words.append("lost")
    return ", ".join(words)


def clock(conn):
    """A function that writes times of this connection, all in one unit."""
    if conn.end - conn.start < 10**9:
        return lambda time: f"{(time - conn.start) / 10**6:.3f} ms"
    return lambda time: f"{(time - conn.start) / 10**9:.6f} s"


def duration(nanoseconds):
    for unit, size in (("s", 10**9), ("ms", 10**6)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds / 1000:.0f} µs"


def title(conn):
    return f"{conn.addresses[0]} → {conn.addresses[1]}"


def side_names(conn):
    """What each side did to open the connection, if that was seen."""
    return [", ".join(filter(None, (role(conn, side),
                                    "" if conn.traced(side) else "not traced")))
            for side in (0, 1)]


def role(conn, side):
    opening = {arrow.segment.flags & (SYN | ACK) for arrow in conn.arrows
               if arrow.sender == side and arrow.segment.flags & SYN}
    if SYN in opening:
        return "active open"
    return "passive open" if opening else ""
