"""Reading one surface: a digest compared, and the answer among the five that it amounts to."""

from __future__ import annotations

from collections.abc import Callable

from tools.errors import Transient
from tools.model import Digest, Observation, Presence


def read_twice(
    artifact: str, surface: str, expected: Digest, reader: Callable[[bool], Digest | None]
) -> Observation:
    """One surface's answer by comparing digests; *reader* gives None for "not there".

    A difference is read again, afresh (the reader's argument), before it is believed; a failed
    read is UNREADABLE, never ABSENT.
    """
    try:
        found = reader(False)
        if found is not None and found != expected:
            found = reader(True)
    except Transient as error:
        detail = error.found or error.message
        return Observation(artifact, surface, Presence.UNREADABLE, detail)
    if found is None:
        return Observation(artifact, surface, Presence.ABSENT)
    if found == expected:
        return Observation(artifact, surface, Presence.IDENTICAL, str(found))
    return Observation(artifact, surface, Presence.DIFFERENT, f"expected {expected}, found {found}")
