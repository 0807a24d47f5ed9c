"""Telling a failure truly: the same refusal means something else once a part is public."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tools.errors import GateRefused, PartlyPublished, ReleaseError


def partly(error: ReleaseError, public: str) -> PartlyPublished:
    """*error* as the failure of a partly published release; *public* says what is out already."""
    return PartlyPublished(
        error.message,
        expected=error.expected,
        found=error.found,
        remedy=f"{error.remedy or 're-run this job'} (already public: {public})",
        problems=error.problems,
        report=error.report,
    )


@contextmanager
def after_publication(public: str) -> Iterator[None]:
    """A refusal inside is PartlyPublished, because *public* names what is out already.

    With an empty *public*, refusals pass as they are.
    """
    try:
        yield
    except GateRefused as error:
        if not public:
            raise
        raise partly(error, public) from error
