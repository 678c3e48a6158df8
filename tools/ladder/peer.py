# SPDX-License-Identifier: GPL-2.0
"""The states of an end that was not traced, as far as its segments prove them.

Only what is certain is said. A segment that was sent to the peer proves nothing,
since it may have been lost; one that came from it does.
"""

from .trace import ACK, FIN, RST, SYN


class Peer:
    def __init__(self, side):
        self.side = side
        self.state = None
        self.our_fin = None     # the number after our FIN
        self.its_fin = None
        self.fin_acked = False  # we told it that its FIN arrived, and when our
                                # FIN is acknowledged it has read that too

    def sees(self, arrow):
        """We sent a segment."""
        if arrow.segment.flags & FIN:
            self.our_fin = arrow.seq + arrow.segment.space
            self.fin_acked = (self.its_fin is not None and arrow.ack is not None
                              and arrow.ack >= self.its_fin)

    def sends(self, arrow):
        """The peer sent a segment; returns its state if that is new."""
        state = self.after(arrow, arrow.segment.flags)
        if arrow.segment.flags & FIN and self.its_fin is None:
            self.its_fin = arrow.seq + arrow.segment.space
        if state == self.state:
            return None
        if state:
            self.state = state
        return state

    def after(self, arrow, flags):
        if flags & RST:
            return "CLOSE"
        if flags & SYN:
            return "SYN_RECV" if flags & ACK else "SYN_SENT"
        has_our_fin = (self.our_fin is not None and arrow.ack is not None
                       and arrow.ack >= self.our_fin)
        if flags & FIN:
            if self.its_fin is not None:
                return None     # a repetition
            return "LAST_ACK" if has_our_fin else "FIN_WAIT1"
        if self.its_fin is None:
            if has_our_fin:
                return "CLOSE_WAIT"
            return "ESTABLISHED" if self.state in ("SYN_SENT", "SYN_RECV") else None
        if has_our_fin and self.state in ("FIN_WAIT1", "FIN_WAIT2"):
            return "TIME_WAIT" if self.fin_acked else "CLOSING"
        return None
