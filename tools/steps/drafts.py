"""The one release of a tag: found in the list (a draft has no address by tag), and judged."""

from __future__ import annotations

from tools.errors import GateRefused
from tools.ops.github_answers import Release
from tools.steps.context import Context


def find(context: Context) -> Release | None:
    """The draft or public release of this tag; None when there is none.

    Raises:
        GateRefused: when there are several, since nobody could tell which one counts.
    """
    found = context.github().releases(context.tag)
    if len(found) > 1:
        kinds = ", ".join(f"{'draft' if r.draft else 'public'} {r.id} {r.url}" for r in found)
        raise GateRefused(
            f"{len(found)} releases of {context.tag}",
            expected="one draft",
            found=kinds,
            remedy="delete the one without the attested assets, then re-run the job",
        )
    return found[0] if found else None


def require(context: Context) -> Release:
    """The release of this tag, whose target is this commit.

    Raises:
        GateRefused: no release, several, or one of another commit.
    """
    release = find(context)
    if release is None:
        raise GateRefused(
            f"there is no draft release of {context.tag} that this token can see",
            remedy="run release.draft first; the token needs `contents: write` to see drafts",
        )
    check_target(context, release)
    return release


def check_target(context: Context, release: Release) -> None:
    """GateRefused when a release was made for another commit."""
    if release.target != context.commit:
        raise GateRefused(
            f"the {'draft' if release.draft else 'release'} of {context.tag} is of another commit",
            expected=context.commit,
            found=release.target or "no target",
            remedy=f"look at {release.url}; delete that draft if nothing of it was published",
        )
