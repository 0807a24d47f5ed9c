"""The trusted publisher claims: printed from the declaration, compared with a job's token."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.tools.steps.origin import TAG
from tests.tools.steps.scene import Scene
from tools.checks import claims as check
from tools.declaration import Declaration
from tools.errors import GateRefused, Transient
from tools.rehearsal.world.oidc import JobIdentity
from tools.steps.claims import AUDIENCE, Claims, claims


def test_every_project_has_its_record(declaration: Declaration) -> None:
    found = [
        (r.registry, r.project, r.owner, r.repository, r.workflow, r.environment)
        for r in check.records(declaration)
    ]
    where = ("Fieldnote-Echo", "ordvec", "release.yml")
    assert found == [
        ("crates.io", "ordvec", *where, "crates-io"),
        ("crates.io", "ordvec-manifest", *where, "crates-io"),
        ("PyPI", "ordvec", *where, "pypi"),
        ("PyPI", "ordvec-manifest", *where, "pypi"),
    ]


def run(scene: Scene, identity: JobIdentity | None) -> Claims:
    env = scene.oidc(identity, "job") if identity else {}
    context = scene.job("job", {})
    return claims(scene.declaration, context.http, env)


def test_on_a_laptop_only_the_records_are_shown(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(scene, None).token == {}
    said = capsys.readouterr().out
    assert "https://crates.io/crates/ordvec-manifest/settings" in said
    assert "https://pypi.org/manage/project/ordvec/settings/publishing/" in said
    assert "no token here" in said


@pytest.mark.parametrize("environment", ["crates-io", "pypi"])
def test_the_token_of_a_publish_job_matches(scene: Scene, environment: str) -> None:
    found = run(scene, scene.identity(environment))
    assert found.token["environment"] == environment
    assert found.token["ref"] == f"refs/tags/{TAG}"


def test_the_token_is_never_shown_and_buys_nothing(
    scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    kept = check.decode

    def spy(token: str) -> dict[str, Any]:
        seen.append(token)
        return kept(token)

    monkeypatch.setattr(check, "decode", spy)
    run(scene, scene.identity("pypi"))
    (token,) = seen
    text = capsys.readouterr()
    for part in token.split("."):
        assert part not in text.out + text.err
    assert kept(token)["aud"] == AUDIENCE
    with pytest.raises(GateRefused, match="refused the trusted publishing exchange"):
        scene.job("job", {}).pypi().mint(token)
    with pytest.raises(GateRefused, match="refused the trusted publishing exchange"):
        scene.job("job", {}).cratesio().mint(token)


MISMATCHES: dict[str, tuple[dict[str, Any], str]] = {
    "another repository": ({"repository": "somebody/fork"}, "claim repository"),
    "another workflow": ({"workflow_path": ".github/workflows/ci.yml"}, "claim workflow_ref"),
    "a reusable workflow": (
        {"job_workflow_ref": "Fieldnote-Echo/ordvec/.github/workflows/x.yml@refs/heads/main"},
        "claim job_workflow_ref",
    ),
    "a branch": ({"ref": "refs/heads/main"}, "claim ref"),
    "a tag that is no release": ({"ref": "refs/tags/v1.2.3-rc1"}, "claim ref"),
    "no environment": ({"environment": None}, "claim environment"),
    "another environment": ({"environment": "staging"}, "claim environment"),
}


@pytest.mark.parametrize("name", MISMATCHES)
def test_a_mismatch_is_a_problem(scene: Scene, name: str) -> None:
    changes, where = MISMATCHES[name]
    with pytest.raises(GateRefused) as caught:
        run(scene, replace(scene.identity("pypi"), **changes))
    assert where in {problem.where for problem in caught.value.problems}


def test_another_issuer_is_a_problem(declaration: Declaration) -> None:
    claimed = {"iss": "https://issuer.example", "ref": "refs/tags/v1.2.3"}
    assert "claim iss" in {p.where for p in check.problems(declaration, claimed)}


@pytest.mark.parametrize("token", ["", "qqq", "a.b.c", "a.W10.c", "a.!!!.c"])
def test_what_is_no_token_is_named_without_being_repeated(token: str) -> None:
    with pytest.raises(ValueError, match="credential") as caught:
        check.decode(token)
    assert not token or token not in str(caught.value)


def test_an_issuer_without_answer_is_transient(scene: Scene) -> None:
    env = {**scene.oidc(scene.identity("pypi")), "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "wrong"}
    with pytest.raises(Transient):
        claims(scene.declaration, scene.job("job", {}).http, env)
