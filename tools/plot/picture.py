# SPDX-License-Identifier: GPL-2.0
"""Curves as a picture: three panels above each other, drawn by gnuplot."""

import os
import shutil
import subprocess

from .series import thin

TERMINALS = {".svg": "svg size 1200,1000 font 'Arial,13' background 'white'",
             ".png": "pngcairo size 1200,1000 font 'Arial,11' background 'white'"}
SHADES = {"FAST": "#fdd0a2", "LOSS": "#fcbba1", "CWR": "#c7e9c0"}


class PictureError(Exception):
    """Says what is missing and what to do."""


def need_gnuplot(path):
    """Before anything is recorded: can the picture be made?"""
    if os.path.splitext(path)[1] not in TERMINALS:
        raise PictureError(f"{path}: expected a name that ends with .svg or .png")
    if not shutil.which("gnuplot"):
        raise PictureError("gnuplot is missing; install it with: apt install gnuplot-nox")


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def block(name, points, unit):
    return [f"${name} << END", *(f"{at:.6f} {value / unit:.6g}" for at, value in points),
            "END"]


class Panel:
    """A plot command and its data."""

    def __init__(self, label, end, unit=1):
        self.label, self.end, self.unit, self.data, self.curves = label, end, unit, [], []

    def add(self, name, points, style, title, most=4000):
        """A step lasts until the next one or the end; a curve without a point is not there."""
        if points:
            if style.startswith("steps"):
                points = [*points, (self.end, points[-1][1])]
            self.data += block(name, thin(points, most), self.unit)
            self.curves.append(f"${name} using 1:2 with {style} title {quoted(title)}")

    def script(self):
        # gnuplot refuses to plot nothing.
        curves = self.curves or ["0 notitle lc rgb '#ffffff'"]
        return [*self.data, f"set ylabel {quoted(self.label)}", "plot " + ", ".join(curves)]


def window_panel(end):
    panel = Panel("KiB", end.end, 1024)
    panel.add("window", end.window, "steps lc rgb '#bdbdbd'", "receiver's window")
    panel.add("cwnd", end.cwnd, "steps lw 2 lc rgb '#2166ac'", "congestion window")
    panel.add("unacked", end.unacked, "steps lc rgb '#e6550d'", "in flight")
    panel.add("ssthresh", end.ssthresh, "steps lc rgb '#31a354' dt 2", "ssthresh")
    return panel


def rtt_panel(end):
    panel = Panel("ms", end.end)
    panel.add("rtt", end.rtt, "points pt 7 ps 0.4 lc rgb '#6baed6'", "RTT")
    panel.add("srtt", end.srtt, "steps lw 2 lc rgb '#2166ac'", "smoothed")
    panel.add("rto", end.rto, "steps lc rgb '#756bb1' dt 2", "RTO")
    return panel


def progress_panel(end):
    panel = Panel("KiB", end.end, 1024)
    panel.add("sent", end.sent, "steps lc rgb '#e6550d'", "sent")
    panel.add("acked", end.acked, "steps lw 2 lc rgb '#2166ac'", "acknowledged")
    # Each one counts: none is left out.
    panel.add("again", end.retransmits, "points pt 9 ps 1 lc rgb '#cb181d'",
              f"retransmitted ({len(end.retransmits)})", max(len(end.retransmits), 1))
    return panel


def marks(end):
    """Recovery is shaded in all panels, a change of state is a line."""
    lines = []
    for since, until, name in end.recoveries:
        lines.append(f"set object rectangle from {since:.6f}, graph 0 to {until:.6f}, graph 1 "
                     f"fc rgb '{SHADES.get(name, '#d9d9d9')}' fs noborder behind")
    for at, _ in end.states:
        lines.append(f"set arrow from {at:.6f}, graph 0 to {at:.6f}, graph 1 "
                     "nohead lc rgb '#969696' dt 3")
    return lines


def names(end):
    """Of the states, above the first panel; of those at one place the last one."""
    places, apart = {}, (end.end or 1) / 60
    for at, name in end.states:
        places[round(at / apart)] = (at, name)
    return [f"set label {quoted(name)} at {at:.6f}, graph 1.03 rotate by 30 noenhanced "
            "font ',9'" for at, name in places.values()]


def script(end, title, path):
    """All that gnuplot is told."""
    terminal = TERMINALS[os.path.splitext(path)[1]]
    lines = ["set encoding utf8", f"set terminal {terminal}", f"set output {quoted(path)}",
             "set multiplot layout 3,1 margins 0.07,0.80,0.06,0.87 spacing 0.06",
             f"set xrange [0:{end.end or 1:.6f}]", "set yrange [0:*]", "set grid",
             "set key outside right center", "set label 1 at screen 0.5, screen 0.97 center "
             f"noenhanced {quoted(title)}", *marks(end), *names(end),
             *window_panel(end).script(), "unset label", *rtt_panel(end).script(),
             "set xlabel 's'", *progress_panel(end).script(), "unset multiplot"]
    return "\n".join(lines) + "\n"


def draw(end, title, path):
    done = subprocess.run(["gnuplot"], input=script(end, title, path), text=True,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise PictureError(f"gnuplot: {done.stderr.strip()}")
