"""The stand-ins that sign: outputs, artifacts, and the permissions that they must be granted."""

from __future__ import annotations

from .conftest import FakeServices, MakeRunner
from .test_runner import explain


def test_signing_needs_its_permissions_and_hands_its_files_over(make: MakeRunner) -> None:
    runner = make("signing.yml")
    runner.run()
    results = {name: record.result for name, record in runner.records.items()}
    assert results == {
        "attest": "success",
        "provenance": "success",
        "fetch": "success",
        "attest-without-permission": "failure",
        "provenance-without-permission": "failure",
        "missing-artifact": "failure",
    }, explain(runner)
    assert "attestations: write" in runner.records["attest-without-permission"].message
    assert "actions: read" in runner.records["provenance-without-permission"].message
    assert "nobody-uploaded-this" in runner.records["missing-artifact"].message


def test_a_reusable_workflow_signs_as_itself(make: MakeRunner) -> None:
    runner = make("signing.yml")
    runner.run()
    services = runner.around.services
    assert isinstance(services, FakeServices)
    called = {identity.job: identity.called_workflow for identity in services.opened}
    assert called["attest"] == ""
    assert called["provenance"].endswith("generator_generic_slsa3.yml@refs/tags/v2.1.0")
