"""The signed tag that starts a release: made on a clean, pushed head of the branch, or not at all.

Observe: every local check of the preflight, the head of the branch on the remote and on GitHub,
and the tag here and there. Plan: sign, keep, push. Apply. Observe again: the signature verifies
with this user's keys, and after a push the remote has this very object. A tag that does not
verify is deleted again. Only ``push`` makes anything visible outside, and cannot be taken back
once the workflow has published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tools.console import console
from tools.errors import GateRefused, Transient
from tools.findings import Finding, failed, passed
from tools.ops import git
from tools.ops.proc import Completed, tail
from tools.steps import preflight_local, preflight_world, report
from tools.steps.context import Context
from tools.steps.preflight_world import REMOTE


@dataclass(frozen=True, slots=True)
class Tagging:
    """The plan and, applied, the outcome: the tag's object id is empty before it is signed."""

    tag: str
    commit: str
    object_id: str
    sign: bool
    push: bool
    applied: bool = False

    def sentences(self) -> list[str]:
        """One line for each act, in the tense of *applied*."""
        would = "" if self.applied else "would "
        here = f"{would}sign{'ed' if self.applied else ''} {self.tag} at {self.commit[:12]}"
        kept = f"{would}keep the signed {self.tag} that is here at {self.commit[:12]}"
        there = f"{would}push{'ed' if self.applied else ''} {self.tag} to {REMOTE}"
        return [here if self.sign else kept, *([there] if self.push else [])]


def tag(context: Context, *, push: bool = False, dry_run: bool = False) -> Tagging:
    """Tag HEAD as this version.

    Args:
        push: push the tag to the remote; the workflow starts with it.

    Raises:
        GateRefused: with every reason against tagging; or the signature does not verify; or the
            remote does not take the tag.
        Transient: a reason could not be read, or the remote does not answer after the push.
    """
    plan = _plan(context, push)
    if dry_run:
        _say(plan)
        return plan
    if plan.sign:
        _sign(context)
    here = git.tag_object(context.root, context.tag)
    assert here is not None
    if plan.push:
        _push(context, here[0])
    done = replace(plan, object_id=here[0], applied=True)
    _say(done)
    return done


def _say(tagging: Tagging) -> None:
    for sentence in tagging.sentences():
        say = console.success if tagging.applied else console.info
        say(sentence)


def _plan(context: Context, push: bool) -> Tagging:
    here = git.tag_object(context.root, context.tag)
    found = report.collect(
        [
            *preflight_local.checks(context, offline=False),
            *preflight_world.remote(context),
            ("local tag", "none, or this commit's, signed", lambda: _local(context, here)),
            ("remote tag", "none, or the local one", lambda: _remote(context, here)),
        ]
    )
    report.show(f"{context.tag} at {context.commit[:12]}", found)
    report.judge(found, f"{context.tag} cannot be made here")
    there = preflight_world.remote_tag(context)
    return Tagging(
        context.tag, context.commit, here[0] if here else "", here is None, push and there is None
    )


def _local(context: Context, here: tuple[str, str] | None) -> Iterator[Finding]:
    """A tag that is here already must be the one that would be made."""
    what, expected = "local tag", f"none, or a signed one of {context.commit[:12]}"
    remedy = f"`git tag -d {context.tag}` when it was never pushed; else bump again"
    commit = git.tag_commit(context.root, context.tag)
    if here is None:
        yield passed(what, expected, "none")
    elif here[1] != "tag":
        yield failed(what, expected, "a lightweight tag", remedy)
    elif commit != context.commit:
        yield failed(what, expected, f"one of {(commit or 'no commit')[:12]}", remedy)
    elif (done := git.verify_tag(context.root, context.tag)).returncode != 0:
        yield failed(what, expected, f"it does not verify: {_said(done)}", remedy)
    else:
        yield passed(what, expected, "signed, of this commit")


def _remote(context: Context, here: tuple[str, str] | None) -> Iterator[Finding]:
    what, expected = "remote tag", "none, or the local one"
    there = preflight_world.remote_tag(context)
    if there is None or (here is not None and there == here[0]):
        yield passed(what, expected, "none" if there is None else "the local one")
    else:
        yield failed(what, expected, f"another object: {there[:12]}", preflight_world.NEXT)


def _sign(context: Context) -> None:
    """Sign and verify; what does not verify is gone again."""
    done = git.sign_tag(context.root, context.tag, context.commit, context.tag)
    if done.returncode != 0:
        raise GateRefused(
            f"git could not sign {context.tag}; no tag was made",
            found=_said(done),
            remedy="set user.signingkey (and gpg.format) to a key of the maintainer",
        )
    verdict = git.verify_tag(context.root, context.tag)
    if verdict.returncode != 0:
        git.delete_tag(context.root, context.tag)
        raise GateRefused(
            f"the signature of {context.tag} does not verify here; the tag was deleted again",
            found=_said(verdict),
            remedy="for SSH keys set gpg.ssh.allowedSignersFile; for OpenPGP import the public key",
        )


def _push(context: Context, object_id: str) -> None:
    """Push; whether it arrived is what the remote says, not what the push said."""
    done = git.push_tag(context.root, REMOTE, context.tag)
    try:
        there = preflight_world.remote_tag(context)
    except Transient as error:
        raise Transient(
            f"{REMOTE} cannot be read after the push of {context.tag}",
            found=error.found,
            remedy="run the same command again: it keeps a tag that has arrived",
        ) from error
    if there != object_id:
        raise GateRefused(
            f"{REMOTE} did not take {context.tag}; the tag is still here",
            expected=object_id,
            found=f"{there or 'no tag'}; {_said(done)}",
            remedy="read the remote's reason (a tag ruleset, missing rights), then run it again",
        )


def _said(done: Completed) -> str:
    return tail(done.stderr or done.stdout, 12) or f"exit code {done.returncode}"
