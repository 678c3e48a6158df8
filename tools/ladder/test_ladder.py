# SPDX-License-Identifier: GPL-2.0
"""Tests of mytcp-ladder on samples of traces."""

import contextlib
import io
import os
import tempfile
import unittest
from xml.etree import ElementTree

from ladder import connection, label, main, rows, svg, text, trace

SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "samples")
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
A, B = "10.0.0.1:1000", "10.0.0.2:80"


def sample(name):
    with open(os.path.join(SAMPLES, name), encoding="utf-8") as file:
        return file.read().splitlines()


def build(lines):
    return connection.build(trace.parse(lines)[0])


class Script:
    """Writes a trace: ends 0 and 1 are A and B in two namespaces."""

    def __init__(self, isn=(1000, 5000)):
        self.isn, self.lines = isn, []

    def add(self, time, name, end, fields):
        local, remote = (A, B) if end == 0 else (B, A)
        self.lines.append(f" x-1 [000] ..s1. {time / 1000:.6f}: mytcp_{name}: "
                          f"netns={100 + end} local={local} remote={remote} {fields}")

    def state(self, time, end, old, new):
        self.add(time, "state", end, f"old={old} new={new}")

    def segment(self, time, name, end, flags, seq, ack=0, length=0, tsval=0):
        sender = end if name != "segment_in" else 1 - end
        seq = (self.isn[sender] + seq) % 2**32
        ack = (self.isn[1 - sender] + ack) % 2**32 if flags & ACK else 0
        self.add(time, name, end,
                 f"state=ESTABLISHED seq={seq} ack={ack} len={length} flags={flags:#x} "
                 f"wnd=100 urg=0 has={8 if tsval else 0:#x} mss=0 wscale=0 tsval={tsval} "
                 "tsecr=0 nsack=0")

    def out(self, time, end, *rest, **more):
        self.segment(time, "segment_out", end, *rest, **more)

    def arrive(self, time, end, *rest, **more):
        self.segment(time, "segment_in", end, *rest, **more)

    def handshake(self):
        self.out(0, 0, SYN, 0)
        self.arrive(1, 1, SYN, 0)
        self.out(2, 1, SYN | ACK, 0, 1)
        self.arrive(3, 0, SYN | ACK, 0, 1)
        self.out(4, 0, ACK, 1, 1)
        self.arrive(5, 1, ACK, 1, 1)
        return self

    def build(self):
        return build(self.lines)


def way(arrow):
    """(sender, relative seq, bytes of sequence space, sent, arrived) in ms"""
    return (arrow.sender, arrow.seq, arrow.segment.space,
            arrow.sent and arrow.sent // 10**6, arrow.arrived and arrow.arrived // 10**6)


class ParseTest(unittest.TestCase):
    LINE = ("nginx-12 [001] ..s1. 12.000345: mytcp_state: netns=7 local=10.0.0.1:80 "
            "remote=[::1]:9 old=LISTEN new=SYN_RECV")

    def test_state(self):
        event = trace.parse_line(self.LINE)
        self.assertEqual((event.time, event.kind, event.netns), (12000345000, "state", 7))
        self.assertEqual((event.old, event.new), ("LISTEN", "SYN_RECV"))
        self.assertEqual(trace.port(event.remote), 9)

    def test_other_writers(self):
        short = self.LINE.replace(" ..s1.", "")
        perf = short.replace("mytcp_state", "mytcp:mytcp_state")
        named = self.LINE.replace("nginx-12", "a [b] 1.5: c-12")
        for line in (short, perf, named):
            self.assertEqual(trace.parse_line(line), trace.parse_line(self.LINE), line)

    def test_drop_with_spaces(self):
        event = trace.parse_line("x-1 [000] 1.000000: mytcp_drop: netns=1 local=1.2.3.4:5 "
                                 "remote=5.6.7.8:9 reason=not in the window")
        self.assertEqual(event.reason, "not in the window")

    def test_foreign_lines(self):
        for line in ("", "# tracer: nop", "x-1 [000] 1.000000: tcp_probe: family=2"):
            self.assertIsNone(trace.parse_line(line))

    def test_broken_line(self):
        for line in (self.LINE.replace(" new=SYN_RECV", ""),
                     self.LINE.replace("netns=7", "netns=x")):
            with self.assertRaises(trace.TraceError):
                trace.parse_line(line)

    def test_lost_and_order(self):
        later = self.LINE.replace("12.000345", "11.000000")
        events, lost = trace.parse([self.LINE, "CPU:1 [LOST 42 EVENTS]", later])
        self.assertEqual(lost, 42)
        self.assertLess(events[0].time, events[1].time)


class MatchTest(unittest.TestCase):
    def arrows(self, script):
        return [way(arrow) for arrow in script.build()[0].arrows[3:]]

    def test_handshake(self):
        conn, = Script().handshake().build()
        self.assertEqual(conn.addresses, (A, B))
        self.assertEqual([way(arrow) for arrow in conn.arrows],
                         [(0, 0, 1, 0, 1), (1, 0, 1, 2, 3), (0, 1, 0, 4, 5)])
        self.assertEqual(conn.arrows[1].ack, 1)

    def test_one_leaves_several_arrive(self):
        script = Script().handshake()
        script.out(10, 0, PSH | ACK, 1, 1, 300)
        script.arrive(11, 1, ACK, 1, 1, 100)
        script.arrive(12, 1, ACK, 101, 1, 100)
        script.arrive(13, 1, PSH | ACK, 201, 1, 100)
        self.assertEqual(self.arrows(script), [
            (0, 1, 100, 10, 11), (0, 101, 100, 10, 12), (0, 201, 100, 10, 13)])

    def test_several_leave_one_arrives(self):
        script = Script().handshake()
        script.out(10, 0, ACK, 1, 1, 100)
        script.out(11, 0, FIN | PSH | ACK, 101, 1, 100)
        script.arrive(12, 1, FIN | PSH | ACK, 1, 1, 200)
        self.assertEqual(self.arrows(script), [(0, 1, 100, 10, 12), (0, 101, 101, 11, 12)])
        first, last = script.build()[0].arrows[3:]
        self.assertEqual(first.segment.flags, ACK)
        self.assertEqual(last.segment.flags, FIN | PSH | ACK)

    def test_ranges_overlap(self):
        """The pieces are those of the network, not those of either end."""
        script = Script().handshake()
        script.out(10, 0, ACK, 1, 1, 200)
        script.out(11, 0, ACK, 201, 1, 200)
        script.arrive(12, 1, ACK, 1, 1, 100)
        script.arrive(13, 1, ACK, 101, 1, 200)
        script.arrive(14, 1, ACK, 301, 1, 100)
        self.assertEqual(self.arrows(script), [
            (0, 1, 100, 10, 12), (0, 101, 100, 10, 13),
            (0, 201, 100, 11, 13), (0, 301, 100, 11, 14)])

    def test_lost_and_sent_again(self):
        script = Script().handshake()
        script.out(10, 0, ACK, 1, 1, 100, tsval=10)
        script.segment(210, "retransmit", 0, ACK, 1, 1, 100, tsval=210)
        script.out(210, 0, ACK, 1, 1, 100, tsval=210)
        script.arrive(211, 1, ACK, 1, 1, 100, tsval=210)
        self.assertEqual(self.arrows(script), [(0, 1, 100, 10, None), (0, 1, 100, 210, 211)])
        first, again = script.build()[0].arrows[3:]
        self.assertEqual((first.lost, first.retransmission), (True, False))
        self.assertEqual((again.lost, again.retransmission), (False, True))

    def test_late_and_sent_again(self):
        """Both copies arrive; the time stamp tells which is which."""
        script = Script().handshake()
        script.out(10, 0, ACK, 1, 1, 100, tsval=10)
        script.out(20, 0, ACK, 1, 1, 100, tsval=20)
        script.arrive(25, 1, ACK, 1, 1, 100, tsval=10)
        script.arrive(30, 1, ACK, 1, 1, 100, tsval=20)
        self.assertEqual(self.arrows(script), [(0, 1, 100, 10, 25), (0, 1, 100, 20, 30)])

    def test_part_lost(self):
        script = Script().handshake()
        script.out(10, 0, ACK, 1, 1, 300)
        script.arrive(11, 1, ACK, 101, 1, 100)
        self.assertEqual(self.arrows(script), [
            (0, 101, 100, 10, 11), (0, 1, 100, 10, None), (0, 201, 100, 10, None)])

    def test_same_acks(self):
        """Duplicate ACKs are matched in their order."""
        script = Script().handshake()
        for time in (10, 11, 12):
            script.out(time, 0, ACK, 1, 50)
        for time in (20, 21, 22):
            script.arrive(time, 1, ACK, 1, 50)
        self.assertEqual([arrow[3:] for arrow in self.arrows(script)],
                         [(10, 20), (11, 21), (12, 22)])

    def test_wrap(self):
        script = Script(isn=(2**32 - 3, 2**32 - 1)).handshake()
        script.out(10, 0, PSH | ACK, 1, 1, 1000)
        script.arrive(11, 1, PSH | ACK, 1, 1, 1000)
        script.out(12, 1, ACK, 1, 1001)
        script.arrive(13, 0, ACK, 1, 1001)
        conn, = script.build()
        self.assertEqual([(arrow.seq, arrow.ack) for arrow in conn.arrows[3:]],
                         [(1, 1), (1, 1001)])

    def test_from_nowhere(self):
        script = Script().handshake()
        script.arrive(10, 1, RST, 1)
        arrow = script.build()[0].arrows[-1]
        self.assertEqual((arrow.sent, arrow.lost), (None, False))


class RecordedTest(unittest.TestCase):
    """What a virtual machine recorded of 60 kB over a veth with netem."""

    def test_loss(self):
        conn, = build(sample("netem-loss.txt"))
        self.assertEqual(connection.states(conn, 0), [
            "CLOSE", "SYN_SENT", "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT"])
        self.assertEqual(connection.states(conn, 1), [
            "LISTEN", "SYN_RECV", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "CLOSE"])
        self.assertTrue(conn.arrows[0].lost and conn.arrows[1].retransmission)

    def test_every_byte_arrives(self):
        for name in ("netem-loss.txt", "netem-delay.txt"):
            conn, = build(sample(name))
            got = sorted((arrow.seq, arrow.seq + arrow.segment.space)
                         for arrow in conn.arrows if arrow.sender == 1 and not arrow.lost)
            reached = 0
            for start, end in got:
                self.assertLessEqual(start, reached, name)
                reached = max(reached, end)
            self.assertGreater(reached, 60000)

    def test_nothing_appears_or_is_late(self):
        for name in ("netem-loss.txt", "netem-delay.txt"):
            conn, = build(sample(name))
            for arrow in conn.arrows:
                self.assertIsNotNone(arrow.sent)
                if not arrow.lost:
                    self.assertLess(arrow.arrived - arrow.sent, 50 * 10**6)

    def test_reordering_loses_nothing(self):
        conn, = build(sample("netem-delay.txt"))
        self.assertFalse([arrow for arrow in conn.arrows if arrow.lost])


class ConnectionTest(unittest.TestCase):
    def test_addresses_used_again(self):
        script = Script().handshake()
        again = Script(isn=(777777, 888888))
        again.state(100, 0, "CLOSE", "SYN_SENT")
        again.out(101, 0, SYN, 0)
        again.out(1101, 0, SYN, 0)
        first, second = build(script.lines + again.lines)
        self.assertEqual((len(first.arrows), len(second.arrows)), (3, 2))
        self.assertEqual(second.first_states[0], "CLOSE")

    def test_same_addresses_elsewhere(self):
        lines = Script().handshake().lines
        other = [line.replace("netns=10", "netns=20") for line in lines]
        self.assertEqual([conn.netns for conn in build(lines + other)],
                         [[100, None], [200, None], [None, 101], [None, 201]])

    def test_listener_is_no_connection(self):
        self.assertEqual(build([ParseTest.LINE.replace("[::1]:9", "0.0.0.0:0")]), [])

    def test_one_end(self):
        lines = [line for line in Script().handshake().lines if "netns=101" in line]
        conn, = build(lines)
        self.assertEqual(conn.netns, [None, 101])
        self.assertEqual([(mark.side, mark.text) for mark in conn.marks if mark.derived],
                         [(0, "SYN_SENT"), (0, "ESTABLISHED")])
        self.assertFalse(any(arrow.lost for arrow in conn.arrows))

    def derived(self, name, netns):
        lines = [line for line in sample(name) if f"netns={netns}" in line]
        return [mark.text for mark in build(lines)[0].marks if mark.derived]

    def test_states_of_an_untraced_peer(self):
        self.assertEqual(self.derived("loss.txt", 4026531840),
                         ["SYN_RECV", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK"])
        self.assertEqual(self.derived("loss.txt", 4026531841),
                         ["SYN_SENT", "ESTABLISHED", "FIN_WAIT1", "TIME_WAIT"])
        self.assertEqual(self.derived("crossing.txt", 4026531840),
                         ["SYN_RECV", "ESTABLISHED", "FIN_WAIT1", "CLOSING"])

    def states(self, script, side):
        conn, = script.build()
        return [mark.text for mark in conn.marks if mark.side == side]

    def test_handed_over(self):
        """The socket's CLOSE is not the connection's."""
        script = Script().handshake()
        script.state(10, 0, "FIN_WAIT1", "FIN_WAIT2")
        script.state(10, 0, "FIN_WAIT2", "CLOSE")
        script.state(20, 0, "FIN_WAIT2", "TIME_WAIT")
        script.state(21, 0, "TIME_WAIT", "CLOSE")
        self.assertEqual(self.states(script, 0), ["FIN_WAIT2", "TIME_WAIT"])
        script.state(60020, 0, "TIME_WAIT", "CLOSE")
        self.assertEqual(self.states(script, 0), ["FIN_WAIT2", "TIME_WAIT", "CLOSE"])

    def test_really_closed(self):
        script = Script().handshake()
        script.state(10, 1, "ESTABLISHED", "CLOSE")
        self.assertEqual(self.states(script, 1), ["CLOSE"])

    def test_connect_without_address(self):
        """The SYN tells what the change of state, still without one, does not."""
        script = Script()
        script.out(0, 0, SYN, 0)
        script.lines[0] = script.lines[0].replace("ESTABLISHED", "SYN_SENT")
        self.assertEqual(self.states(script, 0), ["SYN_SENT"])
        self.assertEqual(script.build()[0].first_states[0], "CLOSE")

    def test_clip(self):
        conn, = build(sample("loss.txt"))
        short = connection.clip(conn, 5)
        self.assertEqual((len(short.arrows), short.hidden), (5, len(conn.arrows) - 5))
        self.assertIs(connection.clip(conn, 0), conn)
        self.assertIn("segments left out", text.draw([short]))
        self.assertIn("segments left out", svg.draw([short]))

    def test_choose(self):
        found = build(sample("loss.txt"))
        self.assertEqual(connection.with_port(found, 80), found)
        self.assertEqual(connection.with_port(found, 81), [])
        self.assertEqual(connection.with_host(found, "10.0.0.2"), found)


class RowTest(unittest.TestCase):
    def lanes(self, conn):
        """The times of each side as they stand in the rows."""
        every = rows.make_rows(conn)
        return [[row.points[side].time for row in every if row.points[side]]
                for side in (0, 1)]

    def test_time_grows(self):
        for name in os.listdir(SAMPLES):
            conn, = build(sample(name))
            for lane in self.lanes(conn):
                self.assertEqual(lane, sorted(lane), name)

    def test_every_crossing(self):
        """Segments of both sides, sent at once, overtaking and lost."""
        script = Script().handshake()
        for i in range(20):
            script.out(10 + i, 0, ACK, 1 + 10 * i, 1, 10)
            script.out(10 + i, 1, ACK, 1 + 10 * i, 1, 10)
            if i % 5:
                script.arrive(20 + (i * 7) % 20, 1, ACK, 1 + 10 * i, 1, 10)
            if i % 3:
                script.arrive(20 + (i * 11) % 20, 0, ACK, 1 + 10 * i, 1, 10)
        conn, = script.build()
        for lane in self.lanes(conn):
            self.assertEqual(lane, sorted(lane))
        every = rows.make_rows(conn)
        starts = [row.number for row in every if row.part == "start"]
        ends = [row.number for row in every if row.part == "end"]
        self.assertEqual(sorted(starts), sorted(ends))
        self.assertEqual(sum(row.part != "end" for row in every if row.arrow),
                         len(conn.arrows))

    def test_state_beside_its_segment(self):
        for name in ("loss.txt", "four-way-close.txt"):
            conn, = build(sample(name))
            self.assertFalse([row for row in rows.make_rows(conn) if not row.arrow])


class PictureTest(unittest.TestCase):
    def test_text(self):
        picture = text.draw(build(sample("loss.txt")), width=130)
        for words in ("SYN_SENT", "─── SYN seq=0 ─", "mss=1460 sackOK ts=0 wscale=7",
                      "PSH,ACK seq=1 ack=1 len=78", "[lost]", "[retransmission]",
                      "200 ms later", "TIME_WAIT", "CLOSE_WAIT"):
            self.assertIn(words, picture)
        self.assertNotIn("\033", picture)
        self.assertLessEqual(max(map(len, picture.splitlines())), 130)

    def test_colour(self):
        self.assertIn("\033[32m", text.draw(build(sample("loss.txt")), colour=True))

    def test_crossing(self):
        picture = text.draw(build(sample("crossing.txt")))
        self.assertEqual(picture.count("(1)"), 2)

    def test_svg(self):
        for name in ("loss.txt", "crossing.txt"):
            root = ElementTree.fromstring(svg.draw(build(sample(name))).encode())
            words = " ".join(root.itertext())
            for state in ("SYN_SENT", "SYN_RECV", "ESTABLISHED", "TIME_WAIT"):
                self.assertIn(state, words)
            self.assertIn("retransmission", words)

    def test_one_end_and_drop(self):
        lines = [line for line in sample("loss.txt") if "netns=4026531840" in line]
        lines.append(lines[0].partition("mytcp_state")[0] + "mytcp_drop: netns=4026531840 "
                     "local=10.0.0.2:51000 remote=10.0.0.1:80 reason=a <reason> & more")
        found = build(lines)
        self.assertIn("(SYN_RECV)", text.draw(found))
        self.assertIn("drop: a <reason> & more", text.draw(found))
        ElementTree.fromstring(svg.draw(found).encode())

    def test_units(self):
        self.assertEqual(label.duration(1234), "1 µs")
        self.assertEqual(label.duration(60 * 10**9), "60 s")


class CommandTest(unittest.TestCase):
    def run_main(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main.main(list(arguments))
        return status, out.getvalue(), err.getvalue()

    def test_from_file(self):
        with tempfile.TemporaryDirectory() as folder:
            target = os.path.join(folder, "ladder.svg")
            status, out, err = self.run_main("--from", f"{SAMPLES}/loss.txt", "-o", target)
            self.assertEqual((status, err), (0, ""))
            self.assertIn("10.0.0.2:51000 → 10.0.0.1:80", out)
            ElementTree.parse(target)

    def test_list(self):
        status, out, _ = self.run_main("--from", f"{SAMPLES}/loss.txt", "--list")
        self.assertEqual((status, out.splitlines()), (0, [
            "10.0.0.2:51000 → 10.0.0.1:80: 14 segments, 1 retransmitted, 1 lost",
            "  10.0.0.2:51000 CLOSE SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT",
            "  10.0.0.1:80 LISTEN SYN_RECV ESTABLISHED CLOSE_WAIT LAST_ACK CLOSE"]))

    def test_says_what_is_wrong(self):
        for arguments, words in (
                (("--from", f"{SAMPLES}/loss.txt", "--port", "81"), "no connection with port 81"),
                (("--from", "/dev/null"), "no event of MyTCP"),
                (("--from", "/nowhere"), "/nowhere: No such file"),
                (("--from", SAMPLES), "Is a directory")):
            status, out, err = self.run_main(*arguments)
            self.assertEqual((status, out), (1, ""))
            self.assertIn(words, err)


if __name__ == "__main__":
    unittest.main()
