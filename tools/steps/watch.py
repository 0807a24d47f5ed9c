"""Watch a release: its status again and again, until nothing more can happen to it.

On a terminal the tables are redrawn; in a log only a changed standing is printed. The watch ends
by itself when the release is public, stopped or not repairable, and by Ctrl-C.
"""

from __future__ import annotations

from tools.console import console
from tools.steps import status
from tools.steps.context import Context
from tools.steps.standing import Standing
from tools.steps.status import Status

ENDS = (Standing.RELEASED, Standing.STOPPED, Standing.UNREPAIRABLE)


def watch(context: Context, interval: float) -> Status:
    """Show the status every *interval* seconds; the last one is returned."""
    before: Status | None = None
    while True:
        found = status.observe(context)
        if before is None or console.clear():
            status.show(context, found)
        elif (found.stands, found.next_action) != (before.stands, before.next_action):
            console.heading(f"{context.clock.now():%H:%M:%S} stands: {found.stands}")
            console.heading(f"{context.clock.now():%H:%M:%S} next: {found.next_action}")
        if found.standing in ENDS:
            return found
        before = found
        context.clock.sleep(interval)
