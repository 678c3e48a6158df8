# SPDX-License-Identifier: GPL-2.0
"""Tests of mytcp-plot on traces, written here or recorded."""

import contextlib
import io
import os
import shutil
import tempfile
import unittest
from unittest import mock
from xml.etree import ElementTree

from ladder import trace
from plot import events, main, picture, series

SAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "samples", "loss.txt")
SYN, PSH, ACK = 2, 8, 16
A, B = "10.0.0.1:1000", "10.0.0.2:80"
MSS = 1448


class Script:
    """Writes the trace of one end, A. Times are milliseconds."""

    def __init__(self):
        self.lines = []

    def add(self, time, name, fields):
        self.lines.append(f" x-1 [000] ..s1. {time / 1000:.6f}: mytcp_{name}: "
                          f"netns=7 local={A} remote={B} {fields}")

    def segment(self, time, name, flags, seq, ack=0, length=0, wnd=100, has=0, wscale=0):
        isn = (4000000000, 5000) if name != "segment_in" else (5000, 4000000000)
        self.add(time, name,
                 f"state=ESTABLISHED seq={(isn[0] + seq) % 2**32} "
                 f"ack={(isn[1] + ack) % 2**32 if flags & ACK else 0} len={length} "
                 f"flags={flags:#x} wnd={wnd} urg=0 has={has:#x} mss=0 wscale={wscale} "
                 "tsval=0 tsecr=0 nsack=0")

    def cwnd(self, time, cwnd, ssthresh=series.INFINITE, recovery="OPEN", in_flight=0):
        self.add(time, "cwnd", f"old_cwnd=10 cwnd={cwnd} old_ssthresh=9 "
                 f"ssthresh={ssthresh} recovery={recovery} in_flight={in_flight} mss={MSS}")

    def rtt(self, time, rtt, srtt):
        self.add(time, "rtt", f"rtt={rtt} srtt={srtt} rttvar=5 rto=200000")

    def handshake(self):
        self.add(0, "state", "old=CLOSE new=SYN_SENT")
        self.segment(0, "segment_out", SYN, 0)
        self.segment(10, "segment_in", SYN | ACK, 0, 1, has=trace.HAS_WSCALE, wscale=7,
                     wnd=60000)
        self.add(10, "state", "old=SYN_SENT new=ESTABLISHED")
        self.segment(10, "segment_out", ACK, 1, 1)
        return self

    def end(self):
        return series.ends(events.parse(self.lines)[0])[0]


class EventTest(unittest.TestCase):
    def test_window(self):
        script = Script()
        script.cwnd(1, 12, 34, "FAST", 5000)
        event = events.parse_line(script.lines[0])
        self.assertEqual((event.time, event.netns, event.local, event.remote),
                         (10**6, 7, A, B))
        self.assertEqual((event.old_cwnd, event.cwnd, event.ssthresh, event.recovery,
                          event.in_flight, event.mss), (10, 12, 34, "FAST", 5000, MSS))

    def test_round_trip(self):
        script = Script()
        script.rtt(1, 10000, 11000)
        event = events.parse_line(script.lines[0])
        self.assertEqual((event.rtt, event.srtt, event.rttvar, event.rto),
                         (10000, 11000, 5, 200000))

    def test_broken_lines(self):
        script = Script()
        script.cwnd(1, 12)
        script.rtt(1, 10000, 11000)
        for line, without in zip(script.lines, (f" mss={MSS}", " srtt=11000")):
            with self.assertRaises(trace.TraceError):
                events.parse_line(line.replace(without, ""))

    def test_those_of_the_ladder_and_foreign_ones(self):
        self.assertIsInstance(events.parse_line(Script().handshake().lines[0]), trace.State)
        self.assertIsNone(events.parse_line("x-1 [000] 1.000000: tcp_probe: family=2"))


class SeriesTest(unittest.TestCase):
    def test_what_is_in_flight_and_acknowledged(self):
        script = Script().handshake()
        script.segment(20, "segment_out", ACK, 1, 1, 1000)
        script.segment(21, "segment_out", PSH | ACK, 1001, 1, 1000)
        script.segment(30, "segment_in", ACK, 1, 1001, wnd=200)
        end = script.end()
        self.assertEqual(end.unacked, [(0, 1), (0.01, 0), (0.02, 1000), (0.021, 2000),
                                       (0.03, 1000)])
        self.assertEqual(end.sent[1:], [(0.02, 1001), (0.021, 2001)])
        self.assertEqual(end.acked, [(0.01, 1), (0.03, 1001)])
        self.assertEqual((end.octets, end.title()), (2001, f"{A} → {B}"))

    def test_sequence_numbers_wrap(self):
        script = Script().handshake()
        for i in range(400):
            script.segment(20 + i, "segment_out", ACK, 1 + i * 10**6, 1, 10**6)
            script.segment(20.5 + i, "segment_in", ACK, 1, 1 + (i + 1) * 10**6)
        self.assertEqual(script.end().acked[-1][1], 1 + 400 * 10**6)
        self.assertEqual(max(value for _, value in script.end().unacked), 10**6)

    def test_a_retransmission_sends_nothing_new(self):
        script = Script().handshake()
        script.segment(20, "segment_out", ACK, 1, 1, 1000)
        script.segment(220, "retransmit", ACK, 1, 1, 1000)
        script.segment(220, "segment_out", ACK, 1, 1, 1000)
        end = script.end()
        self.assertEqual(end.retransmits, [(0.22, 1)])
        self.assertEqual(end.sent[-1], (0.02, 1001))
        self.assertEqual(end.octets, 1001)

    def test_windows_are_octets(self):
        script = Script().handshake()
        script.cwnd(20, 10)
        script.cwnd(30, 5, 5)
        script.segment(40, "segment_in", ACK, 1, 1, wnd=200)
        script.segment(50, "segment_out", ACK, 1, 1, 1)
        end = script.end()
        self.assertEqual(end.cwnd, [(0.01, 10 * MSS), (0.02, 10 * MSS), (0.03, 5 * MSS)])
        self.assertEqual(end.ssthresh, [(0.03, 5 * MSS)])
        self.assertEqual(end.window, [(0.04, 200 << 7)])

    def test_a_window_of_unknown_scale_is_not_there(self):
        script = Script()
        script.segment(1, "segment_out", ACK, 1, 1, 1000)
        script.segment(2, "segment_in", ACK, 1, 1001, wnd=200)
        self.assertEqual(script.end().window, [])

    def test_recovery_lasts_until_the_window_is_open(self):
        script = Script().handshake()
        script.cwnd(20, 5, 5, "FAST")
        script.cwnd(30, 6, 5, "FAST")
        script.cwnd(40, 1, 3, "LOSS")
        script.cwnd(50, 5, 5, "OPEN")
        script.cwnd(60, 4, 4, "CWR")
        script.cwnd(70, 5, 4, "CWR")
        self.assertEqual(script.end().recoveries, [
            (0.02, 0.04, "FAST"), (0.04, 0.05, "LOSS"), (0.06, 0.07, "CWR")])

    def test_recovery_ends_with_the_ack_of_all_that_was_sent_before(self):
        script = Script().handshake()
        script.segment(20, "segment_out", ACK, 1, 1, 2000)
        script.cwnd(30, 5, 5, "FAST")
        script.segment(40, "segment_out", ACK, 2001, 1, 1000)
        script.segment(50, "segment_in", ACK, 1, 1001)
        script.segment(60, "segment_in", ACK, 1, 2001)
        script.segment(70, "segment_in", ACK, 1, 3001)
        script.cwnd(80, 2, 2, "FAST")
        self.assertEqual(script.end().recoveries, [(0.03, 0.06, "FAST"), (0.08, 0.08, "FAST")])

    def test_states_and_round_trips(self):
        script = Script().handshake()
        script.rtt(11, 10000, 12000)
        end = script.end()
        self.assertEqual(end.states, [(0, "SYN_SENT"), (0.01, "ESTABLISHED")])
        self.assertEqual((end.rtt, end.srtt, end.rto),
                         ([(0.011, 10)], [(0.011, 12)], [(0.011, 200)]))

    def test_thin_keeps_peaks(self):
        points = [(i, 0) for i in range(100000)]
        points[54321] = (54321, 9)
        points[76543] = (76543, -9)
        kept = series.thin(points)
        self.assertLess(len(kept), 5000)
        self.assertEqual(kept, sorted(kept))
        for point in (points[0], points[-1], points[54321], points[76543]):
            self.assertIn(point, kept)
        self.assertEqual(series.thin(points[:10]), points[:10])


class RecordedTest(unittest.TestCase):
    """3 Mbit/s, 20 ms, one of 50 lost: both ends were traced."""

    def setUp(self):
        with open(SAMPLE, encoding="utf-8") as file:
            self.ends = series.ends(events.parse(file)[0])

    def test_the_sender_is_first(self):
        self.assertEqual(len(self.ends), 2)
        # SYN, FIN and what is between them
        self.assertEqual([end.octets for end in self.ends], [150002, 2])

    def test_all_that_was_sent_is_acknowledged(self):
        for end in self.ends:
            self.assertEqual(end.acked[-1][1], end.octets)
            self.assertEqual(end.unacked[-1][1], 0)

    def test_what_is_in_flight_fits(self):
        end = self.ends[0]
        windows = [(at, 1, value) for at, value in end.window]
        flights = [(at, 0, value) for at, value in end.unacked]
        window, checked = None, 0
        for _, is_window, value in sorted(windows + flights):
            if is_window:
                window = value
            elif window is not None:
                checked += 1
                self.assertLessEqual(value, window)
        self.assertGreater(checked, 20)

    def test_each_retransmission_is_of_something_sent(self):
        end = self.ends[0]
        self.assertGreater(len(end.retransmits), 0)
        for at, seq in end.retransmits:
            self.assertLess(seq, max(top for since, top in end.sent if since <= at))

    def test_a_loss_halves_the_window(self):
        end = self.ends[0]
        self.assertGreater(len(end.recoveries), 0)
        since = end.recoveries[0][0]
        before = max(value for at, value in end.cwnd if at < since)
        after = min(value for at, value in end.cwnd if at >= since)
        self.assertLess(after, before)

    def test_round_trips_are_those_of_the_path(self):
        end = self.ends[0]
        self.assertGreater(len(end.rtt), 5)
        self.assertGreaterEqual(min(value for _, value in end.rtt), 20)


class CommandTest(unittest.TestCase):
    def run_main(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = main.main(list(arguments))
            except SystemExit as error:
                status = error.code
        return status, out.getvalue(), err.getvalue()

    def draw(self, name, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            target = os.path.join(folder, name)
            status, out, err = self.run_main("--from", SAMPLE, "-o", target, *arguments)
            self.assertEqual((status, err), (0, ""))
            self.assertTrue(out.startswith(target + ": "))
            with open(target, "rb") as file:
                return file.read()

    @unittest.skipUnless(shutil.which("gnuplot"), "needs gnuplot")
    def test_svg(self):
        root = ElementTree.fromstring(self.draw("plot.svg", "--title", "50% 'of' <it>"))
        words = " ".join("".join(text.itertext()) for text in root.iter(
            "{http://www.w3.org/2000/svg}text"))
        for word in ("congestion window", "in flight", "ssthresh", "RTT", "RTO",
                     "acknowledged", "retransmitted", "ESTABLISHED", "50% 'of' <it>"):
            self.assertIn(word, words)

    @unittest.skipUnless(shutil.which("gnuplot"), "needs gnuplot")
    def test_png(self):
        self.assertEqual(self.draw("plot.png")[:8], b"\x89PNG\r\n\x1a\n")

    @unittest.skipUnless(shutil.which("gnuplot"), "needs gnuplot")
    def test_a_trace_of_segments_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, "trace"), os.path.join(folder, "plot.svg")
            with open(source, "w", encoding="utf-8") as file:
                file.write("\n".join(Script().handshake().lines))
            status, _, err = self.run_main("--from", source, "-o", target)
            self.assertEqual(status, 0)
            self.assertIn("neither mytcp_cwnd nor mytcp_rtt", err)
            ElementTree.parse(target)

    def test_list(self):
        status, out, _ = self.run_main("--from", SAMPLE, "--list")
        lines = out.splitlines()
        self.assertEqual((status, len(lines)), (0, 2))
        self.assertRegex(lines[0], r"^1: .* → 10\.9\.0\.2:8080: 150002 octets in .* s, "
                         r"[1-9]\d* retransmissions, [1-9]\d* recoveries$")

    def test_choose(self):
        status, out, _ = self.run_main("--from", SAMPLE, "--list", "--peer", "10.9.0.2:8080")
        self.assertEqual((status, len(out.splitlines())), (0, 1))

    def test_says_what_is_wrong(self):
        for arguments, words in (
                (("--from", SAMPLE, "--list", "--port", "81"), "no connection with port 81"),
                (("--from", SAMPLE, "--list", "--peer", "1.2.3.4:5"), "peer 1.2.3.4:5; found"),
                (("--from", SAMPLE, "--list", "-n", "3"), "--number 3: expected 1 to 2"),
                (("--from", "/dev/null", "--list"), "no connection of MyTCP"),
                (("--from", "/nowhere", "--list"), "/nowhere: No such file"),
                (("--from", SAMPLE, "-o", "plot.pdf"), "expected a name that ends with .svg")):
            status, out, err = self.run_main(*arguments)
            self.assertEqual((status, out), (1, ""))
            self.assertIn(words, err)
        for arguments in (("--from", SAMPLE, "--", "true"), ("--seconds", "0"),
                          ("--seconds", "1", "--", "true")):
            self.assertEqual(self.run_main(*arguments)[0], 2)

    def test_gnuplot_is_asked_for_before_anything_is_recorded(self):
        with mock.patch.object(picture.shutil, "which", return_value=None), \
                mock.patch.object(main.tracefs, "record") as record:
            status, _, err = self.run_main("-o", "plot.svg", "--", "true")
        self.assertEqual(status, 1)
        self.assertIn("gnuplot is missing", err)
        record.assert_not_called()

    @mock.patch.object(picture.shutil, "which", return_value="gnuplot")
    def test_what_recording_needs(self, _):
        with mock.patch.object(main.tracefs.os.path, "isdir", return_value=False), \
                mock.patch.object(main.tracefs.os, "geteuid", return_value=0), \
                mock.patch.object(main.tracefs, "find_tracefs", return_value="/tracing"):
            self.assertIn("insmod mytcp.ko", self.run_main("--", "true")[2])
        with mock.patch.object(main.tracefs.os, "access", return_value=False), \
                mock.patch.object(main.tracefs.os, "geteuid", return_value=1000), \
                mock.patch.object(main.tracefs, "find_tracefs", return_value="/tracing"):
            self.assertIn("sudo mytcp-plot", self.run_main("--", "true")[2])
        proc = mock.mock_open(read_data="proc /proc proc rw 0 0\n")
        with mock.patch("builtins.open", proc):
            self.assertIn("mytcp-plot -- ip netns", self.run_main("--", "true")[2])


if __name__ == "__main__":
    unittest.main()
