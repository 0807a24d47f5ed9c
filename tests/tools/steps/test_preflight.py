"""The preflight: each thing that keeps a version from being tagged, found before the tag."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tools.steps.checkout import NOTES, TAG, Ready
from tools.checks.trust import RENEW
from tools.declaration import ROOT, Declaration
from tools.errors import GateRefused, NotPermitted, Transient
from tools.model import CellState
from tools.rehearsal.campaign.artifacts import tarball
from tools.rehearsal.world.faults import Fault, Status
from tools.steps.preflight import Preflight, preflight


def refused(ready: Ready, *, offline: bool = False, version: str = "") -> dict[str, str]:
    """What the problems say, by where they are."""
    with pytest.raises(GateRefused) as caught:
        preflight(ready.context(version=version), offline=offline)
    assert caught.value.exit_code == 10
    return {problem.where: problem.found for problem in caught.value.problems}


def passing(found: Preflight) -> set[str]:
    return {f.what for f in found.findings if f.state is CellState.PASSED}


def test_a_ready_checkout_passes(ready: Ready) -> None:
    found = preflight(ready.context())
    bad = [f for f in found.findings if f.state in (CellState.FAILED, CellState.UNREADABLE)]
    assert bad == []
    assert (found.tag, found.commit) == (TAG, ready.git("rev-parse", "HEAD"))
    expected = {"branch", "work tree", "version sites", "changelog", "Cargo.lock", "workflows"}
    assert expected <= passing(found)
    sigstore = {f"Sigstore: https://{name}.sigstore.dev" for name in ("fulcio", "rekor")}
    assert {"pinned trust", *sigstore} <= passing(found)
    assert {f"CI: {name}" for name in ready.declaration.gates.workflows} <= passing(found)
    assert set(ready.context().files.published) <= passing(found)


def test_nothing_is_changed(ready: Ready) -> None:
    before = ready.git("status", "--porcelain"), ready.git("for-each-ref")
    preflight(ready.context())
    assert (ready.git("status", "--porcelain"), ready.git("for-each-ref")) == before
    assert all(entry.method == "GET" for entry in ready.world.journal.entries())


# ---------------------------------------------------------------------- this checkout


def dirty(ready: Ready) -> None:
    ready.write("README.md", "changed\n")


def untracked(ready: Ready) -> None:
    ready.write("new.txt", "new\n")


def drifted(ready: Ready) -> None:
    path = ready.root / "ordvec-ffi/Cargo.toml"
    path.write_text(path.read_text().replace('version = "0.6.0"', 'version = "0.5.9"', 1))
    ready.commit()
    ready.push()


def log(text: str) -> Callable[[Ready], None]:
    def change(ready: Ready) -> None:
        ready.write("CHANGELOG.md", text)
        ready.commit()
        ready.push()

    return change


def two_commands(ready: Ready) -> None:
    path = ready.root / ".github/workflows/release.yml"
    line = "run: invoke release.draft"
    path.write_text(path.read_text().replace(line, f"{line} && true", 1))
    ready.commit()
    ready.push()


def other_branch(ready: Ready) -> None:
    ready.git("switch", "-q", "-c", "topic")


def tagged(ready: Ready) -> None:
    ready.git("tag", TAG)


LOCAL: dict[str, tuple[Callable[[Ready], None], str, str]] = {
    "a modified file": (dirty, "work tree: README.md", "modified"),
    "an untracked file": (untracked, "work tree: new.txt", "an untracked file"),
    "another branch": (other_branch, "branch", "topic"),
    "a drifted site": (drifted, "version sites: ordvec-ffi/Cargo.toml:3", "0.5.9"),
    "no section": (
        log(NOTES.replace("[0.6.0]", "[0.5.9]")),
        "changelog: CHANGELOG.md: ## [0.6.0]",
        "none",
    ),
    "a section without a date": (
        log(NOTES.replace(" - 2026-11-01", "")),
        "changelog: CHANGELOG.md: ## [0.6.0]",
        "none",
    ),
    "a date that does not exist": (
        log(NOTES.replace("2026-11-01", "2026-13-01")),
        "changelog: CHANGELOG.md: ## [0.6.0]",
        "- 2026-13-01",
    ),
    "a date to come": (
        log(NOTES.replace("2026-11-01", "2999-01-01")),
        "changelog: CHANGELOG.md: ## [0.6.0]",
        "2999-01-01",
    ),
    "an empty section": (
        log(NOTES.replace("- a thing\n", "")),
        "changelog: CHANGELOG.md: ## [0.6.0]",
        "an empty section",
    ),
    "notes that are still unreleased": (
        log(NOTES.replace("## [0.6.0]", "- late\n\n## [0.6.0]")),
        "changelog: CHANGELOG.md: ## [Unreleased]",
        "notes that no release section has",
    ),
    "a workflow with a shell line": (
        two_commands,
        "workflows: .github/workflows/release.yml: draft-release",
        "'invoke release.draft && true'",
    ),
    "a local tag": (tagged, "local tag", "it exists, at"),
}


@pytest.mark.parametrize("name", LOCAL)
def test_what_the_checkout_tells(ready: Ready, name: str) -> None:
    change, where, found = LOCAL[name]
    change(ready)
    problems = refused(ready, offline=True)
    assert found in problems[where]


def test_a_stale_lock(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.ops.cargo.lock_problem", lambda root, offline: "must be updated")
    assert refused(ready, offline=True) == {"Cargo.lock": "must be updated"}


def test_a_version_that_is_not_in_the_tree(ready: Ready) -> None:
    problems = refused(ready, offline=True, version="0.7.0")
    assert problems["version sites: the tree"] == "0.6.0 at every site"
    assert "changelog: CHANGELOG.md: ## [0.7.0]" in problems


def test_offline_asks_nobody(ready: Ready) -> None:
    found = preflight(ready.context(), offline=True)
    assert ready.world.journal.entries() == ()
    assert len(found.findings) == 8


# ---------------------------------------------------------------------- the world


def unpushed(ready: Ready) -> None:
    ready.commit()


def behind(ready: Ready) -> None:
    ready.commit()
    ready.push()
    ready.git("reset", "-q", "--hard", "HEAD~1")


def pushed_tag(ready: Ready) -> None:
    ready.git("push", "-q", "origin", f"HEAD:refs/tags/{TAG}")


def ci(status: str, conclusion: str | None = None) -> Callable[[Ready], None]:
    return lambda ready: ready.setting.github.set_run(
        ready.setting.runs["ci.yml"], status, conclusion
    )


def no_run(ready: Ready) -> None:
    del ready.setting.github.state.runs[ready.setting.runs["ci.yml"]]


def crate(version: str) -> Callable[[Ready], None]:
    manifest = f'[package]\nname = "ordvec"\nversion = "{version}"\n'
    content = tarball(f"ordvec-{version}", {"Cargo.toml": manifest, "src/lib.rs": ""})
    return lambda ready: ready.setting.cratesio.place("ordvec", version, content)


def drafted(ready: Ready) -> None:
    context = ready.context()
    context.github().create_draft(TAG, context.commit, "x")


def no_reviewer(ready: Ready) -> None:
    environment = ready.declaration.environment[0]
    ready.setting.github.add_environment(environment.name, (), (environment.tag_pattern,))


WORLD: dict[str, tuple[Callable[[Ready], None], str, str]] = {
    "a commit that is not pushed": (unpushed, "head of origin/main", ""),
    "a commit that is not the head any more": (behind, "head of main on GitHub", ""),
    "a tag that is pushed": (pushed_tag, "remote tag", "it exists"),
    "a draft of this tag": (drafted, "GitHub Release", "a draft"),
    "a failed gate": (ci("completed", "failure"), "CI: ci.yml", "failure"),
    "a cancelled gate": (ci("completed", "cancelled"), "CI: ci.yml", "cancelled"),
    "a gate that still runs": (ci("in_progress"), "CI: ci.yml", "in_progress"),
    "a gate without a run": (no_run, "CI: ci.yml", "no push run"),
    "a setting that deviates": (no_reviewer, "environment crates-io: required reviewers", "none"),
    "a crate of this version": (crate("0.6.0"), "ordvec-0.6.0.crate", "served by crates.io API"),
    "a crate of a higher version": (crate("0.10.0"), "ordvec on crates.io", "0.10.0 is there"),
}


@pytest.mark.parametrize("name", WORLD)
def test_what_the_world_tells(ready: Ready, name: str) -> None:
    change, where, found = WORLD[name]
    change(ready)
    assert found in refused(ready)[where]


def test_a_lower_version_on_the_registries_is_as_it_should_be(ready: Ready) -> None:
    crate("0.5.9")(ready)
    found = {f.what: f.found for f in preflight(ready.context()).findings}
    assert found["ordvec on crates.io"] == "highest is 0.5.9"


def test_every_reason_is_in_one_report(ready: Ready) -> None:
    dirty(ready)
    tagged(ready)
    ci("completed", "failure")(ready)
    no_reviewer(ready)
    crate("0.6.0")(ready)
    problems = refused(ready)
    assert {"work tree: README.md", "local tag", "CI: ci.yml", "ordvec-0.6.0.crate"} <= set(
        problems
    )


# ---------------------------------------------------------------------- what cannot be read


@pytest.mark.parametrize(
    ("host", "path", "what"),
    [
        ("index.crates.io", "", "ordvec on crates.io"),
        ("pypi.org", "/simple/", "ordvec on PyPI"),
        ("pypi.org", "/json", "ordvec-0.6.0.tar.gz"),
        ("static.crates.io", "", "ordvec-0.6.0.crate"),
        ("api.github.com", "/actions/workflows/ci.yml/", "CI: ci.yml"),
        ("api.github.com", "/releases", "GitHub Release"),
        ("api.github.com", "/commits/main", "head of main on GitHub"),
    ],
)
def test_silence_is_unreadable_and_never_absent(
    ready: Ready, host: str, path: str, what: str
) -> None:
    ready.world.faults.add(Fault(host, "GET", path, Status(503), times=0))
    with pytest.raises(Transient) as caught:
        preflight(ready.context())
    assert caught.value.exit_code == 75
    assert what in {problem.where for problem in caught.value.problems}


def test_a_remote_that_is_gone_is_unreadable(ready: Ready) -> None:
    ready.git("config", "remote.origin.url", str(ready.root.parent / "nowhere.git"))
    with pytest.raises(Transient, match="head of origin/main"):
        preflight(ready.context())


def test_without_the_maintainers_rights_the_settings_are_unreadable(ready: Ready) -> None:
    with pytest.raises(NotPermitted) as caught:
        preflight(ready.context({"contents": "write", "actions": "read"}))
    assert caught.value.exit_code == 77


# ---------------------------------------------------------------------- Sigstore


def test_services_that_sign_with_keys_that_are_not_pinned(
    ready: Ready, declaration: Declaration
) -> None:
    """The pin of this repository is not of this world: as after a rotation of every key."""
    ready.write("trust/sigstore.json", (ROOT / declaration.provenance.trust).read_text())
    ready.commit()
    ready.push()
    problems = refused(ready)
    assert problems.keys() == {
        "Sigstore: https://fulcio.sigstore.dev",
        "Sigstore: https://rekor.sigstore.dev",
        "Sigstore",  # the timestamp authority: this world has none, so it cannot be read
    }
    assert "until" in problems["Sigstore: https://fulcio.sigstore.dev"]
    assert problems["Sigstore: https://rekor.sigstore.dev"] == "another key"


@pytest.mark.parametrize(
    ("host", "path", "body"),
    [
        ("fulcio.sigstore.dev", "/api/v2/trustBundle", b"{}"),
        ("rekor.sigstore.dev", "/api/v1/log/publicKey", b"no key"),
    ],
)
def test_a_service_that_cannot_be_read_is_not_passed(
    ready: Ready, host: str, path: str, body: bytes
) -> None:
    ready.world.faults.add(Fault(host, "GET", path, Status(200, body=body)))
    with pytest.raises(Transient) as caught:
        preflight(ready.context())
    assert [problem.where for problem in caught.value.problems] == ["Sigstore"]


def not_json(text: str) -> str:
    return text[:-2]


def no_logs(text: str) -> str:
    return text.replace('"tlogs"', '"logs"')


def no_time(text: str) -> str:
    return text.replace('"start": "2020-01-01T00:00:00Z"', '"start": "2020"')


@pytest.mark.parametrize("change", [not_json, no_logs, no_time])
def test_a_pin_that_cannot_be_read_is_in_the_report_with_its_remedy(
    ready: Ready, change: Callable[[str], str]
) -> None:
    """The whole report ended as an error of the tools themselves."""
    path = ready.root / ready.declaration.provenance.trust
    before = path.read_text()
    path.write_text(change(before))
    assert path.read_text() != before
    ready.commit()
    ready.push()
    with pytest.raises(GateRefused) as caught:
        preflight(ready.context())
    assert {p.where for p in caught.value.problems} == {"pinned trust", "Sigstore"}
    assert {p.remedy for p in caught.value.problems} == {RENEW}


def test_a_pin_that_the_client_does_not_load_is_refused_and_not_tried_again(ready: Ready) -> None:
    path = ready.root / ready.declaration.provenance.trust
    path.write_text(path.read_text().replace("signingconfig.v0.2", "signingconfig.v0.9"))
    ready.commit()
    assert "pinned trust" in refused(ready, offline=True)
