# SPDX-License-Identifier: GPL-2.0
"""The command mytcp-plot."""

import argparse
import sys

from ladder import source, trace, tracefs

from . import events, picture, series

TOOL = "mytcp-plot"


def parse_arguments(argv):
    parser = argparse.ArgumentParser(
        prog=TOOL, usage="%(prog)s [OPTION...] [-- COMMAND [ARGUMENT...]]",
        description="Plot the congestion window, what is in flight, round trips and "
        "retransmissions of a MyTCP connection over time, from the tracepoints of the module.",
        epilog="Records while COMMAND runs; without one, for --seconds or until Ctrl-C. With "
        "--from nothing is recorded, and the text of an earlier trace is read. Of several "
        "connections that one is drawn of which an end has sent most.")
    parser.add_argument("-o", "--output", metavar="FILE", default="mytcp-plot.svg",
                        help="the picture, .svg or .png (default %(default)s)")
    parser.add_argument("-f", "--from", dest="source", metavar="FILE",
                        help="read the text of a trace, '-' for standard input")
    parser.add_argument("-s", "--save", metavar="FILE",
                        help="keep the text of the trace, for --from")
    parser.add_argument("-p", "--port", type=int, metavar="N",
                        help="only connections with this port at either end")
    parser.add_argument("-P", "--peer", metavar="ADDRESS:PORT",
                        help="only what was sent to there")
    parser.add_argument("-t", "--title", metavar="TEXT", help="instead of the addresses")
    parser.add_argument("-n", "--number", type=int, default=1, metavar="N",
                        help="draw the N-th of --list (default 1)")
    parser.add_argument("-L", "--list", action="store_true",
                        help="print the ends and what they sent instead of drawing")
    parser.add_argument("--seconds", type=float, metavar="SECONDS",
                        help="record for so long, without COMMAND")
    parser.add_argument("--linger", type=float, default=0.5, metavar="SECONDS",
                        help="go on recording after COMMAND has ended (default 0.5)")
    parser.add_argument("command", nargs="*", metavar="COMMAND", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if bool(options.source) + bool(options.command) + (options.seconds is not None) > 1:
        parser.error("--from reads a trace, COMMAND and --seconds make one: only one of them")
    if options.seconds is not None and options.seconds <= 0:
        parser.error(f"--seconds {options.seconds:g}: expected more than 0")
    return options


def select(ends, options):
    if options.port is not None:
        ends = [end for end in ends
                if options.port in (trace.port(end.local), trace.port(end.remote))]
    if options.peer:
        ends = [end for end in ends if end.remote == options.peer]
    return ends


def choose(found, ends, options):
    """The end that is to be drawn."""
    if not found:
        raise tracefs.RecordError(
            "no connection of MyTCP in the trace: did the program use MyTCP sockets? "
            "(start it with mytcp-run)")
    if not ends:
        seen = ", ".join(end.title() for end in found[:5])
        wanted = " and ".join(words for words in (
            f"port {options.port}" if options.port is not None else "",
            f"peer {options.peer}" if options.peer else "") if words)
        raise tracefs.RecordError(f"no connection with {wanted}; found: {seen}")
    if not 1 <= options.number <= len(ends):
        raise tracefs.RecordError(
            f"--number {options.number}: expected 1 to {len(ends)}, see --list")
    return ends[options.number - 1]


def print_list(ends):
    for number, end in enumerate(ends, 1):
        print(f"{number}: {end.title()}: {end.octets} octets in {end.end:.3f} s, "
              f"{len(end.retransmits)} retransmissions, {len(end.recoveries)} recoveries")


def run(argv):
    options = parse_arguments(argv)
    if not options.list:
        picture.need_gnuplot(options.output)
    lines, status = source.get_lines(options, TOOL, events.NAMES, options.seconds)
    parsed, lost = events.parse(lines)
    if lost:
        print(f"{TOOL}: warning: {lost} events were lost, the picture has holes",
              file=sys.stderr)
    found = series.ends(parsed)
    ends = select(found, options)
    chosen = choose(found, ends, options)
    if options.list:
        print_list(ends)
        return status
    if not chosen.cwnd and not chosen.rtt:
        print(f"{TOOL}: warning: the trace has neither mytcp_cwnd nor mytcp_rtt of "
              f"{chosen.title()}", file=sys.stderr)
    picture.draw(chosen, options.title or chosen.title(), options.output)
    print(f"{options.output}: {chosen.title()}")
    return status


def main(argv=None):
    try:
        return run(argv)
    except (tracefs.RecordError, trace.TraceError, picture.PictureError) as error:
        print(f"{TOOL}: error: {error}", file=sys.stderr)
    except OSError as error:
        print(f"{TOOL}: error: {error.filename}: {error.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1
