# SPDX-License-Identifier: GPL-2.0
"""mytcp-plot: what a sender did, over time, from MyTCP's tracepoints.

    events      lines of trace text -> events; those of mytcp-ladder and two more
    series      events -> the sending ends of connections, and curves of each
    picture     curves -> gnuplot's words, and gnuplot
    main        the command

What reads traces, sorts connections and records is mytcp-ladder's: ../ladder.
"""
