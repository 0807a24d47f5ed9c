"""Make sure that one draft release of the tag exists, and that it is of this commit.

The draft is the escrow: every later job stages into it, and recovery takes its bytes from it.
"""

from __future__ import annotations

from tools.checks.release_assets import set_problems
from tools.console import console
from tools.errors import GateRefused, Transient, raise_if
from tools.ops.clock import Deadline
from tools.ops.github_answers import Release
from tools.steps import drafts
from tools.steps.context import Context


def draft(context: Context) -> Release:
    """Adopt the draft of this tag and commit, or create it.

    A release that is public already is accepted when it is this commit's complete release, so
    that a whole run can be repeated.

    Raises:
        GateRefused: two drafts, a draft of another commit, a public release that is not ours.
    """
    found = drafts.find(context)
    if found is None:
        return _create(context)
    drafts.check_target(context, found)
    if found.draft:
        console.success(f"adopted the draft of {context.tag}: {found.url}")
    else:
        _require_complete(context, found)
        console.success(f"{context.tag} is already public and complete: {found.url}")
    return found


def _create(context: Context) -> Release:
    changelog = context.declaration.project.changelog
    body = (
        f"See [{changelog}](https://github.com/{context.repository}/blob/{context.tag}/"
        f"{changelog}) for what changed.\n\n"
        f"Verify any file of this release with `invoke release.verify {context.version}`."
    )
    try:
        created = context.github().create_draft(context.tag, context.commit, body)
    except Transient:
        # The answer was lost, perhaps not the request: what the forge lists decides.
        _await_listing(context)
        created = drafts.require(context)
    _await_listing(context)
    console.success(f"created the draft of {context.tag}: {created.url}")
    return created


def _await_listing(context: Context) -> None:
    """Later jobs look the draft up in the list, which may lag; a second draft shows there too."""
    readback = context.declaration.readback
    deadline = Deadline.after(context.clock, readback.timeout_minutes * 60)
    while drafts.find(context) is None:
        if not deadline.pause(readback.poll_seconds):
            raise Transient(
                f"the draft of {context.tag} does not show in the list", remedy="re-run this job"
            )


def _require_complete(context: Context, release: Release) -> None:
    names = context.github().assets(release)
    raise_if(
        set_problems(f"release {context.tag}", context.files.complete, names),
        f"{context.tag} is already public, and not this release complete",
        GateRefused,
        "nothing can be staged on a public release; ship a patch release",
    )
