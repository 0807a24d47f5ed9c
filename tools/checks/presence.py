"""One answer out of several: what the surfaces of a registry amount to together."""

from __future__ import annotations

from collections.abc import Iterable

from tools.model import Observation, Presence


def combine(observations: Iterable[Observation]) -> Presence:
    """The registry's answer for an artifact.

    DIFFERENT anywhere wins: other bytes under this name cannot be unpublished. Then UNREADABLE,
    which never counts as absent. All ABSENT is absent and all IDENTICAL is identical; some of
    both is a publication that has not reached every surface.
    """
    seen = {item.presence for item in observations}
    for decisive in (Presence.DIFFERENT, Presence.UNREADABLE, Presence.PROPAGATING):
        if decisive in seen:
            return decisive
    if len(seen) > 1:
        return Presence.PROPAGATING
    return seen.pop() if seen else Presence.UNREADABLE


def overall(answers: Iterable[Presence]) -> Presence:
    """The answer for several artifacts: PROPAGATING also when some are there and some are not."""
    return combine(Observation("", "", answer) for answer in answers)
