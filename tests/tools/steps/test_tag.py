"""The release tag: signed, on a clean pushed head, verified, and pushed only when told to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tools.steps.checkout import TAG, Ready, run
from tests.tools.steps.test_preflight import behind, dirty, drifted, other_branch, unpushed
from tools.errors import GateRefused, Transient
from tools.steps.tag import Tagging, tag

REF = f"refs/tags/{TAG}"


def remote(ready: Ready) -> str:
    return run(ready.bare, "git", "for-each-ref", "--format=%(objectname)", REF)


def make(ready: Ready, **options: bool) -> Tagging:
    return tag(ready.context(), **options)


def test_the_tag_is_signed_and_annotated_and_stays_here(ready: Ready) -> None:
    made = make(ready)
    assert ready.git("cat-file", "-t", TAG) == "tag"
    assert ready.git("rev-parse", f"{TAG}^{{commit}}") == ready.git("rev-parse", "HEAD")
    ready.git("verify-tag", TAG)
    assert ready.git("rev-parse", REF) == made.object_id
    assert remote(ready) == ""


def test_the_tag_is_pushed_when_told_to_and_github_verifies_it(ready: Ready) -> None:
    made = make(ready, push=True)
    assert remote(ready) == made.object_id
    seen = ready.context().github().tag(TAG)
    assert seen is not None
    assert (seen.annotated, seen.verified, seen.commit) == (True, True, made.commit)
    heads = run(ready.bare, "git", "for-each-ref", "--format=%(refname)")
    assert heads.split() == ["refs/heads/main", REF]


def test_tagging_first_and_pushing_later(ready: Ready) -> None:
    first = make(ready)
    second = make(ready, push=True)
    assert (second.sign, second.push) == (False, True)
    assert remote(ready) == first.object_id
    third = make(ready, push=True)
    assert (third.sign, third.push, third.object_id) == (False, False, first.object_id)


def test_a_dry_run_changes_nothing(ready: Ready, capsys: pytest.CaptureFixture[str]) -> None:
    planned = make(ready, push=True, dry_run=True)
    assert (planned.sign, planned.push, planned.applied) == (True, True, False)
    assert ready.git("tag") == ""
    assert remote(ready) == ""
    assert f"would sign {TAG}" in capsys.readouterr().out


def lightweight(ready: Ready) -> None:
    ready.git("tag", TAG)


def unsigned(ready: Ready) -> None:
    ready.git("tag", "-a", "-m", TAG, TAG)


def of_another_commit(ready: Ready) -> None:
    ready.git("tag", "-s", "-m", TAG, TAG)
    ready.commit()
    ready.push()


def pushed_by_another(ready: Ready) -> None:
    ready.git("push", "-q", "origin", f"HEAD:{REF}")


def pushed_and_signed_anew(ready: Ready) -> None:
    ready.git("tag", "-s", "-m", TAG, TAG)
    ready.git("push", "-q", "origin", TAG)
    ready.git("tag", "-f", "-s", "-m", "again", TAG)


REFUSALS: dict[str, tuple[Callable[[Ready], None], str, str]] = {
    "a dirty tree": (dirty, "work tree: README.md", "modified"),
    "another branch": (other_branch, "branch", "topic"),
    "a drifted site": (drifted, "version sites: ordvec-ffi/Cargo.toml:3", "0.5.9"),
    "a head that is not pushed": (unpushed, "head of origin/main", ""),
    "a head that has moved on": (behind, "head of origin/main", ""),
    "a lightweight tag": (lightweight, "local tag", "a lightweight tag"),
    "an unsigned tag": (unsigned, "local tag", "does not verify"),
    "a tag of another commit": (of_another_commit, "local tag", "one of"),
    "a tag on the remote only": (pushed_by_another, "remote tag", "another object"),
    "another tag object on the remote": (pushed_and_signed_anew, "remote tag", "another object"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_why_and_makes_no_tag(ready: Ready, name: str) -> None:
    change, where, found = REFUSALS[name]
    change(ready)
    before = ready.git("for-each-ref", "refs/tags"), remote(ready)
    with pytest.raises(GateRefused) as caught:
        make(ready, push=True)
    by_name = {problem.where: problem.found for problem in caught.value.problems}
    assert found in by_name[where]
    assert (ready.git("for-each-ref", "refs/tags"), remote(ready)) == before


def test_every_reason_comes_together(ready: Ready) -> None:
    unpushed(ready)
    dirty(ready)
    lightweight(ready)
    with pytest.raises(GateRefused) as caught:
        make(ready)
    names = {problem.where for problem in caught.value.problems}
    assert {"head of origin/main", "work tree: README.md", "local tag"} <= names


def test_a_key_that_is_missing(ready: Ready) -> None:
    (ready.root.parent / "key").unlink()
    # git exits 0 without the key of an SSH signature and leaves a tag without one.
    with pytest.raises(GateRefused, match=r"could not sign|does not verify"):
        make(ready)
    assert ready.git("tag") == ""


def test_a_git_that_cannot_sign(ready: Ready) -> None:
    ready.git("config", "gpg.ssh.program", "/nowhere/ssh-keygen")
    with pytest.raises(GateRefused, match=r"could not sign|does not verify"):
        make(ready)
    assert ready.git("tag") == ""


def test_a_signature_that_nobody_here_can_verify_is_taken_back(ready: Ready) -> None:
    (ready.root.parent / "allowed").write_text("")
    with pytest.raises(GateRefused, match="does not verify here"):
        make(ready, push=True)
    assert (ready.git("tag"), remote(ready)) == ("", "")


def test_a_remote_that_refuses_the_tag(ready: Ready) -> None:
    hook = ready.bare / "hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no tags here >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GateRefused, match="no tags here"):
        make(ready, push=True)
    assert ready.git("tag") == TAG
    hook.unlink()
    assert make(ready, push=True).applied
    assert remote(ready)


def test_a_remote_that_is_silent_is_transient(ready: Ready) -> None:
    ready.git("config", "remote.origin.url", str(ready.root.parent / "nowhere.git"))
    with pytest.raises(Transient):
        make(ready)
    assert ready.git("tag") == ""
