# SPDX-License-Identifier: GPL-2.0
"""mytcp-ladder: MyTCP's tracepoints as ladder diagrams.

    trace       lines of trace text -> events
    connection  events -> connections: two ends, their states, matched arrows
    peer        the states of an end that was not traced
    label       how a segment is written
    text, svg   connections -> pictures
    tracefs     live recording
    main        the command
"""
