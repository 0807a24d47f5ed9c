"""Commits, branches, refs and the verdict on each kind of tag, over HTTP."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.tools.rehearsal.world.github.conftest import API, EMAIL, Forge, run


def test_the_head_of_a_branch_is_readable_by_anyone(forge: Forge, stranger: httpx.Client) -> None:
    assert stranger.get(f"{API}/commits/main").json()["sha"] == forge.origin.head
    branch = stranger.get(f"{API}/branches/main").json()
    assert (branch["commit"]["sha"], branch["protected"]) == (forge.origin.head, False)


def test_a_commit_answers_as_bare_id_when_asked_so(forge: Forge, stranger: httpx.Client) -> None:
    accept = {"accept": "application/vnd.github.sha"}
    assert stranger.get(f"{API}/commits/v1.0.0", headers=accept).text == forge.origin.head


def test_a_commit_shows_author_message_and_parents(forge: Forge, stranger: httpx.Client) -> None:
    found = stranger.get(f"{API}/commits/{forge.origin.head}").json()
    assert found["commit"]["message"] == "second"
    assert found["commit"]["author"]["email"] == EMAIL
    assert [p["sha"] for p in found["parents"]] == [forge.origin.parent]


@pytest.mark.parametrize("ref", ["nowhere", "0" * 40, "--help"])
def test_an_unknown_commit_is_422_as_on_github(stranger: httpx.Client, ref: str) -> None:
    assert stranger.get(f"{API}/commits/{ref}").status_code == 422


def test_unknown_branch_ref_tag_and_repository_are_404(stranger: httpx.Client) -> None:
    for path in ("/branches/nowhere", "/git/ref/tags/nowhere", f"/git/tags/{'0' * 40}"):
        assert stranger.get(API + path).status_code == 404
    assert stranger.get("https://api.github.com/repos/somebody/else").status_code == 404


def test_compare(forge: Forge, stranger: httpx.Client) -> None:
    ends = f"{forge.origin.parent}...{forge.origin.head}"
    assert stranger.get(f"{API}/compare/{ends}").json()["status"] == "ahead"
    assert stranger.get(f"{API}/compare/main...main").json()["status"] == "identical"
    assert stranger.get(f"{API}/compare/main...v1.0.0").json()["behind_by"] == 0


def test_a_ref_is_found_exactly_and_by_prefix(forge: Forge, stranger: httpx.Client) -> None:
    assert stranger.get(f"{API}/git/ref/tags/v1.0").status_code == 404
    found = stranger.get(f"{API}/git/matching-refs/tags/v1.0").json()
    assert {item["ref"] for item in found} >= {"refs/tags/v1.0.0", "refs/tags/v1.0.1-unsigned"}


def verification(client: httpx.Client, tag: str) -> dict[str, object]:
    target = client.get(f"{API}/git/ref/tags/{tag}").json()["object"]
    assert target["type"] == "tag"
    found = client.get(f"{API}/git/tags/{target['sha']}").json()
    assert found["object"]["type"] == "commit"
    verdict: dict[str, object] = found["verification"]
    return verdict


def test_a_tag_of_the_registered_key_is_verified(forge: Forge, stranger: httpx.Client) -> None:
    verdict = verification(stranger, "v1.0.0")
    assert (verdict["verified"], verdict["reason"]) == (True, "valid")
    assert str(verdict["signature"]).startswith("-----BEGIN SSH SIGNATURE-----")


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("v1.0.1-unsigned", "unsigned"),
        ("v1.0.3-stranger", "unknown_key"),
        ("v1.0.4-email", "bad_email"),
        ("v1.0.5-tampered", "invalid"),
    ],
)
def test_a_defective_tag_is_not_verified(
    forge: Forge, stranger: httpx.Client, tag: str, reason: str
) -> None:
    verdict = verification(stranger, tag)
    assert (verdict["verified"], verdict["reason"]) == (False, reason)


def test_a_lightweight_tag_points_at_the_commit(forge: Forge, stranger: httpx.Client) -> None:
    found = stranger.get(f"{API}/git/ref/tags/v1.0.2-lightweight").json()["object"]
    assert (found["type"], found["sha"]) == ("commit", forge.origin.head)


def test_an_openpgp_tag_is_verified_with_its_key_only(forge: Forge, tmp_path: Path) -> None:
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    gpg = {"GNUPGHOME": str(home)}
    who = f"Maintainer <{EMAIL}>"
    make = ("gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "")
    run(*make, "--quick-generate-key", who, "ed25519", "sign", env=gpg)
    identity = ("-c", "user.name=Maintainer", "-c", f"user.email={EMAIL}")
    tag = ("tag", "-s", "v1.1.0-pgp", "-m", "pgp", forge.origin.head, "-u", EMAIL)
    run("git", *identity, f"--git-dir={forge.origin.path}", *tag, env=gpg)
    try:
        client = forge.client()
        assert verification(client, "v1.1.0-pgp")["reason"] == "unknown_key"
        forge.github.register_gpg_key(run("gpg", "--armor", "--export", EMAIL, env=gpg), EMAIL)
        assert verification(client, "v1.1.0-pgp")["reason"] == "valid"
    finally:
        run("git", f"--git-dir={forge.origin.path}", "tag", "-d", "v1.1.0-pgp")
        run("gpgconf", "--homedir", home, "--kill", "all")


def test_the_repository_states_its_default_branch(stranger: httpx.Client) -> None:
    found = stranger.get(API).json()
    assert (found["default_branch"], found["private"]) == ("main", False)
    assert "permissions" not in found
