"""Publishing a project: per file, what PyPI's answer leads to, and how partial states resume."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tools.steps.scene import Scene
from tools.errors import GateRefused, Mismatch, PartlyPublished, Transient, Unrepairable
from tools.model import Presence
from tools.ops import twine
from tools.record import Origin
from tools.rehearsal.world.faults import (
    Action,
    Fault,
    FlipByte,
    ResetAfter,
    ResetBefore,
    Stale,
    Status,
    Truncate,
)
from tools.rehearsal.world.oidc import JobIdentity
from tools.rehearsal.world.uploads import Lag, Outcome
from tools.steps import publish_pypi

SITE, UPLOAD, FILES = "pypi.org", "upload.pypi.org", "files.pythonhosted.org"
PROJECT = "ordvec"


@pytest.fixture
def built(scene: Scene) -> Scene:
    scene.build()
    scene.canonical()
    scene.attest("core")
    return scene


def expected(scene: Scene) -> list[str]:
    return sorted(scene.job().files.dists(scene.declaration.python_named(PROJECT)))


def stored(scene: Scene) -> list[str]:
    return sorted(upload.file for upload in scene.setting.pypi.uploads.stored())


def tokens(scene: Scene) -> int:
    return len(scene.setting.pypi.tokens.ledger())


def publish(scene: Scene) -> publish_pypi.PublishedProject:
    return scene.publish_pypi(PROJECT)


def upload_first(scene: Scene, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """An earlier job uploaded *count* files and died."""
    real = twine.upload

    def some(files, attestations, **more):  # type: ignore[no-untyped-def]
        done = real(files[:count], attestations[:count], **more)
        raise KeyboardInterrupt from None if done.returncode == 0 else RuntimeError(done.stderr)

    with monkeypatch.context() as patch:
        patch.setattr(twine, "upload", some)
        with pytest.raises(KeyboardInterrupt):
            publish(scene)
    assert len(stored(scene)) == count


def test_every_file_is_uploaded_once_and_served(built: Scene) -> None:
    found = publish(built)
    assert {o.presence for o in found.observations} == {Presence.IDENTICAL}
    assert stored(built) == expected(built)


def test_a_second_run_uploads_nothing_and_mints_nothing(built: Scene) -> None:
    publish(built)
    assert publish(built).uploaded == ()
    assert (stored(built), tokens(built)) == (expected(built), 1)


@pytest.mark.parametrize("count", [1, 4])
def test_only_the_missing_files_are_uploaded(
    built: Scene, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_first(built, count, monkeypatch)
    assert len(publish(built).uploaded) == len(expected(built)) - count
    assert stored(built) == expected(built)
    outcomes = {upload.outcome for upload in built.setting.pypi.uploads.attempts()}
    assert outcomes == {Outcome.STORED}


def test_a_file_with_another_digest_stops_without_a_token(built: Scene) -> None:
    publish(built)
    path = built.root / "dist/pypi/ordvec/ordvec-0.7.0.tar.gz"
    path.write_bytes(path.read_bytes() + b"x")
    project = built.declaration.python_named(PROJECT)
    built.write_origins(project, dict.fromkeys(expected(built), Origin.ESCROW))
    with pytest.raises(Mismatch, match="other bytes") as caught:
        publish(built)
    assert (caught.value.exit_code, tokens(built)) == (30, 1)


def test_a_file_that_the_bundle_does_not_attest_stops_before_the_token(built: Scene) -> None:
    path = built.root / "dist/pypi/ordvec/ordvec-0.7.0.tar.gz"
    path.write_bytes(path.read_bytes() + b"x")
    project = built.declaration.python_named(PROJECT)
    built.write_origins(project, dict.fromkeys(expected(built), Origin.BUILT))
    with pytest.raises(Mismatch, match="not what the release attested"):
        publish(built)
    assert (stored(built), tokens(built)) == ([], 0)


def test_a_canonical_file_that_changed_on_the_way_is_refused(built: Scene) -> None:
    (built.root / "dist/pypi/ordvec/ordvec-0.7.0.tar.gz").write_bytes(b"x")
    with pytest.raises(Mismatch, match="canonical files"):
        publish(built)
    assert tokens(built) == 0


def test_the_window_of_14_days_ends_the_version(
    built: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_first(built, 2, monkeypatch)
    built.time.offset += timedelta(days=15).total_seconds()
    with pytest.raises(Unrepairable, match="takes no new files") as caught:
        publish(built)
    assert caught.value.exit_code == 21
    assert "patch release" in str(caught.value)


def test_a_complete_version_needs_no_window(built: Scene) -> None:
    publish(built)
    built.time.offset += timedelta(days=15).total_seconds()
    assert publish(built).uploaded == ()


# ---------------------------------------------------------------------- the upload goes wrong


@pytest.mark.parametrize("skip", [0, 1, 4])
@pytest.mark.parametrize(
    "action", [ResetAfter(), ResetBefore(), Status(503), Status(403)], ids=lambda a: a.name
)
def test_one_failed_upload_is_resumed_in_the_same_job(
    built: Scene, action: Action, skip: int
) -> None:
    built.world.faults.add(Fault(UPLOAD, "POST", "", action, skip=skip))
    publish(built)
    assert stored(built) == expected(built)


@pytest.mark.parametrize("twine_in_process", [False])
def test_pypi_503_on_the_second_file_for_long_is_resumable(built: Scene) -> None:
    built.world.faults.add(Fault(UPLOAD, "POST", "", Status(503), skip=1, times=0))
    with pytest.raises(PartlyPublished) as caught:
        publish(built)
    assert caught.value.exit_code == 20
    assert len(stored(built)) == 1
    built.world.faults.clear()
    publish(built)
    assert stored(built) == expected(built)


def test_an_upload_host_that_is_down_is_transient(built: Scene) -> None:
    built.world.faults.add(Fault(UPLOAD, "POST", "", Status(502), times=0))
    with pytest.raises(Transient) as caught:
        publish(built)
    assert (caught.value.exit_code, stored(built)) == (75, [])


# ---------------------------------------------------------------------- reads that go wrong


@pytest.mark.parametrize("surface", ["json", "simple", "files", "integrity"])
def test_a_surface_that_lags_is_waited_for(built: Scene, surface: str) -> None:
    built.setting.pypi.surfaces.lags[surface] = Lag(requests=3)
    publish(built)
    assert stored(built) == expected(built)


@pytest.mark.parametrize("surface", ["json", "simple", "files"])
def test_a_surface_that_never_shows_it_is_resumable(built: Scene, surface: str) -> None:
    built.setting.pypi.surfaces.lags[surface] = Lag(seconds=3600)
    with pytest.raises(PartlyPublished):
        publish(built)
    built.time.offset += 7200
    built.setting.pypi.surfaces._pending.clear()
    assert publish(built).uploaded == ()


def test_json_fresh_while_the_simple_index_is_stale(built: Scene) -> None:
    built.world.faults.add(Fault(SITE, "GET", "/simple/", Stale(), skip=1, times=3))
    publish(built)
    assert stored(built) == expected(built)


@pytest.mark.parametrize("path", ["/pypi/", "/simple/", "/integrity/", "/_/oidc/audience"])
@pytest.mark.parametrize(
    "action",
    [Status(408), Status(500), Status(503), ResetBefore(), Truncate(), FlipByte(0)],
    ids=lambda a: a.name,
)
def test_one_bad_read_can_be_repeated(built: Scene, path: str, action: Action) -> None:
    built.world.faults.add(Fault(SITE, "GET", path, action))
    try:
        publish(built)
    except Transient:
        publish(built)
    assert stored(built) == expected(built)


@pytest.mark.parametrize("path", ["/pypi/", "/simple/"])
@pytest.mark.parametrize("code", [403, 500])
def test_unreadable_is_never_taken_for_absent(built: Scene, path: str, code: int) -> None:
    built.world.faults.add(Fault(SITE, "GET", path, Status(code), times=0))
    with pytest.raises(Transient) as caught:
        publish(built)
    assert (caught.value.exit_code, tokens(built), stored(built)) == (75, 0, [])


def test_a_served_file_with_one_byte_changed_stops(built: Scene) -> None:
    built.world.faults.add(Fault(FILES, "GET", "", FlipByte(), times=0))
    with pytest.raises(Mismatch) as caught:
        publish(built)
    assert caught.value.exit_code == 30


# ---------------------------------------------------------------------- identity and attestations


@pytest.mark.parametrize("host", ["fulcio.sigstore.dev", "rekor.sigstore.dev"])
@pytest.mark.parametrize("action", [Status(500), ResetBefore(), Status(403)], ids=lambda a: a.name)
def test_trouble_with_sigstore_leaves_nothing_behind(
    built: Scene, host: str, action: Action
) -> None:
    built.world.faults.add(Fault(host, "", "", action))
    try:
        publish(built)
    except Transient:
        assert (tokens(built), stored(built)) == (0, [])
        publish(built)
    assert stored(built) == expected(built)


def test_a_publisher_record_that_does_not_match_is_refused(built: Scene) -> None:
    context = built.job("publish-pypi", {}, "crates-io")
    with pytest.raises(PartlyPublished, match="trusted publishing") as caught:
        publish_pypi.publish_pypi(context, PROJECT)
    assert "already public: the crates" in str(caught.value)
    assert stored(built) == []


def test_an_owned_file_without_attestation_cannot_be_repaired(built: Scene) -> None:
    publish(built)
    built.setting.pypi.forget_provenance(expected(built)[0])
    with pytest.raises(Unrepairable, match="without attestation") as caught:
        publish(built)
    assert expected(built)[0] in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda i: replace(i, ref="refs/tags/v0.6.9"),
        lambda i: replace(i, ref="refs/heads/main"),
        lambda i: replace(i, sha="e" * 40),
    ],
    ids=["another tag", "a branch", "another commit"],
)
def test_an_attestation_that_pypi_accepts_but_we_do_not(
    built: Scene, change: Callable[[JobIdentity], JobIdentity]
) -> None:
    """PyPI checks repository and workflow, not the tag: a file uploaded from elsewhere."""
    context = built.job("publish-pypi", {}, "pypi")
    elsewhere = built.oidc(change(built.identity("pypi")))
    with pytest.raises(Mismatch, match="not of this release"):
        publish_pypi.publish_pypi(replace(context, env=elsewhere), PROJECT)


def test_a_job_without_id_token_permission_uploads_nothing(built: Scene) -> None:
    with pytest.raises((PartlyPublished, GateRefused), match="OIDC"):
        publish_pypi.publish_pypi(built.job("publish-pypi", {}), PROJECT)
    assert stored(built) == []


def test_no_secret_is_in_any_output(built: Scene, capfd: pytest.CaptureFixture[str]) -> None:
    publish(built)
    printed = "".join(capfd.readouterr())
    assert "eyJ" not in printed
    assert "pypi-" not in printed.replace("pypi-attestations", "")
