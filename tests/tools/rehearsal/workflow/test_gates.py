"""Environment gates: the tag policy first, then the reviewer; silence is a refusal."""

from __future__ import annotations

import io
import sys

import pytest

from tools.rehearsal.workflow.gates import (
    EnvironmentRule,
    GateClosed,
    Gates,
    Reviewer,
    ask_on_terminal,
)

RULES = {
    "crates-io": EnvironmentRule("crates-io", ("v[0-9]*.[0-9]*.[0-9]*",), ("boss",)),
    "open": EnvironmentRule("open", ("v*",)),
    "branches-only": EnvironmentRule("branches-only", (), ("boss",)),
}


def test_the_tag_policy_is_asked_before_the_reviewer() -> None:
    reviewer = Reviewer()
    with pytest.raises(GateClosed, match="may not deploy"):
        Gates(RULES, reviewer).enter("crates-io", "publish", "nightly")
    with pytest.raises(GateClosed, match="may not deploy"):
        Gates(RULES, reviewer).enter("branches-only", "publish", "v1.0.0")
    assert reviewer.decisions == []


def test_an_environment_that_does_not_exist_is_closed() -> None:
    with pytest.raises(GateClosed, match="does not exist"):
        Gates(RULES, Reviewer()).enter("pypi", "publish", "v1.0.0")


def test_only_what_is_approved_by_name_passes_without_a_prompt() -> None:
    gates = Gates(RULES, Reviewer(approve=frozenset({"crates-io"})))
    assert "approved as boss" in gates.enter("crates-io", "publish", "v1.0.0")
    gates = Gates(RULES, Reviewer(approve=frozenset({"pypi"})))
    with pytest.raises(GateClosed, match="rejected"):
        gates.enter("crates-io", "publish", "v1.0.0")


def test_a_refusal_outweighs_an_approval() -> None:
    gates = Gates(RULES, Reviewer(refuse=frozenset({"crates-io"})))
    with pytest.raises(GateClosed, match="rejected"):
        gates.enter("crates-io", "publish", "v1.0.0")


@pytest.mark.parametrize(("answer", "passes"), [("y\n", True), ("\n", False), ("no\n", False)])
def test_the_prompt_decides(monkeypatch: pytest.MonkeyPatch, answer: str, passes: bool) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    reviewer = Reviewer(approve=frozenset(), prompt=ask_on_terminal)
    gates = Gates(RULES, reviewer)
    if passes:
        gates.enter("crates-io", "publish", "v1.0.0")
    else:
        with pytest.raises(GateClosed):
            gates.enter("crates-io", "publish", "v1.0.0")
    assert reviewer.decisions == [("crates-io", "publish", passes)]


def test_no_reviewer_is_no_approval_to_wait_for() -> None:
    gates = Gates(RULES, Reviewer(approve=frozenset()))
    assert gates.enter("open", "publish", "v1.0.0") == "tag v1.0.0 admitted; no reviewer required"
