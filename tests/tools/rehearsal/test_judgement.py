"""The exit code of a rehearsal is the worst meaningful thing that happened."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from tools.rehearsal import faults
from tools.rehearsal.invariants import Verdict
from tools.rehearsal.judgement import exit_code
from tools.rehearsal.scenario import Outcome, Scenario
from tools.rehearsal.stranger import Act
from tools.rehearsal.workflow.records import InstanceRecord, StepRecord
from tools.rehearsal.world.journal import REFUSED, REQUEST, Entry
from tools.rehearsal.world.uploads import Outcome as UploadOutcome


def scenario(**changes: Any) -> Scenario:
    journal = SimpleNamespace(
        refused=lambda: changes.get("refused", ()), failures=lambda: changes.get("failures", ())
    )
    uploads = [("x", SimpleNamespace(outcome=state)) for state in changes.get("uploads", ())]
    made = SimpleNamespace(
        fault=changes.get("fault"),
        outcome=Outcome(
            first_failure=changes.get("failure"),
            complete=changes.get("complete", True),
            acts=[Act("install", changes.get("installed", True), 1.0, "")],
            verdicts=(Verdict("I5", "bytes", 1, tuple(changes.get("problems", ()))),),
        ),
        world=SimpleNamespace(journal=journal),
        evidence=SimpleNamespace(uploads=uploads),
    )
    return cast(Scenario, made)


def failure(code: int | None) -> InstanceRecord:
    step = StepRecord("s", conclusion="failure", exit_code=code)
    return InstanceRecord("publish", "publish", 1, message="why", steps=[step])


def test_complete_and_everything_in_order_is_zero() -> None:
    assert exit_code(scenario())[0] == 0


def test_a_violation_a_failed_stranger_and_a_leak_to_a_host_are_thirty() -> None:
    assert exit_code(scenario(problems=["p"])) == (30, "invariants are violated: I5")
    assert exit_code(scenario(installed=False)) == (30, "a stranger could not: install")
    asked = Entry(REFUSED, 0.0, "attest", "example.com", "CONNECT", "", detail="no such host")
    code, sentence = exit_code(scenario(refused=[asked]))
    assert code == 30
    assert "example.com by attest: no such host" in sentence


def test_a_stand_in_that_failed_is_thirty_and_named() -> None:
    broken = Entry(REQUEST, 0.0, "attest", "pypi.org", "GET", "/x", detail="KeyError: 'x'")
    code, sentence = exit_code(scenario(failures=[broken]))
    assert code == 30
    assert "GET pypi.org/x: KeyError: 'x'" in sentence


def test_a_stop_keeps_the_code_of_the_step_that_stopped() -> None:
    stopped = scenario(complete=False, failure=failure(75))
    assert exit_code(stopped) == (75, "publish: why")


def test_a_closed_gate_says_whether_something_is_published_by_then() -> None:
    assert exit_code(scenario(complete=False, failure=failure(None)))[0] == 10
    assert (
        exit_code(scenario(complete=False, failure=failure(None), uploads=[UploadOutcome.STORED]))[
            0
        ]
        == 20
    )


def test_a_fault_that_ends_as_declared_is_a_pass_even_when_nothing_is_released() -> None:
    fault = faults.named("served-crate-byte-changed")
    code, sentence = exit_code(scenario(fault=fault, complete=False, failure=failure(30)))
    assert code == 0
    assert "stopped in publish with exit code 30; not completed" in sentence
    assert exit_code(scenario(fault=fault, problems=["I4 says otherwise"]))[0] == 30


def test_a_tag_that_released_nothing_is_no_pass() -> None:
    assert exit_code(scenario(complete=False))[0] == 10
