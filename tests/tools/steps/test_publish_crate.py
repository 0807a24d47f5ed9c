"""Publishing a crate: what each answer leads to, and every way in which an upload goes wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.tools.steps.artifacts import VERSION, crate_bytes
from tests.tools.steps.scene import Scene
from tools.errors import GateRefused, Mismatch, PartlyPublished, Transient, UsageError
from tools.model import Digest, Presence
from tools.ops.cratesio import SURFACES
from tools.rehearsal.world.faults import (
    Action,
    Delay,
    Fault,
    FlipByte,
    ResetAfter,
    ResetBefore,
    Status,
    Truncate,
)
from tools.rehearsal.world.uploads import Lag
from tools.steps import publish_crate

API, INDEX, STATIC = "crates.io", "index.crates.io", "static.crates.io"
CRATE = "ordvec-0.7.0.crate"
TOKENS = "/trusted_publishing/tokens"
PUBLISH = "/crates/new$"


@pytest.fixture
def built(scene: Scene) -> Scene:
    scene.build()
    scene.canonical()
    scene.attest("core")
    scene.attest("manifest")
    return scene


def ledger(scene: Scene) -> list[str]:
    return [upload.file for upload in scene.setting.cratesio.uploads.stored()]


def tokens(scene: Scene) -> int:
    return len(scene.setting.cratesio.tokens.ledger())


def put(scene: Scene, content: bytes) -> None:
    """Somebody published these bytes under our name already."""
    scene.setting.cratesio.surfaces.stored("ordvec", CRATE)
    scene.setting.cratesio.place("ordvec", str(VERSION), content)


def test_an_absent_crate_is_published_and_read_back_everywhere(built: Scene) -> None:
    found = built.publish_crate("ordvec")
    assert found.uploaded
    assert {o.surface: o.presence for o in found.observations} == dict.fromkeys(
        SURFACES, Presence.IDENTICAL
    )
    assert ledger(built) == [CRATE]


def test_the_token_is_minted_once_and_revoked(built: Scene) -> None:
    built.publish_crate("ordvec")
    (record,) = built.setting.cratesio.tokens.ledger()
    assert record.revoked_at is not None
    assert next(use.accepted for use in record.uses)


def test_an_identical_crate_is_skipped_without_a_token(built: Scene) -> None:
    put(built, crate_bytes("ordvec"))
    found = built.publish_crate("ordvec")
    assert (found.uploaded, tokens(built)) == (False, 0)


def test_a_second_run_uploads_nothing(built: Scene) -> None:
    built.publish_crate("ordvec")
    built.publish_crate("ordvec")
    assert (ledger(built), tokens(built)) == ([CRATE], 1)


def test_a_different_crate_stops_without_a_token(built: Scene) -> None:
    put(built, crate_bytes("ordvec", "//! other\n"))
    with pytest.raises(Mismatch, match="other bytes") as caught:
        built.publish_crate("ordvec")
    assert (caught.value.exit_code, tokens(built)) == (30, 0)


def test_a_repackaging_that_differs_stops_before_the_token(
    built: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drifted(root: Path, crate: str, *, overlay: bool, work: Path) -> Path:
        path = work / "x.crate"
        path.write_bytes(crate_bytes("ordvec", "//! another tool chain\n"))
        return path

    monkeypatch.setattr("tools.steps.package.repackage", drifted)
    with pytest.raises(Mismatch, match="re-packaging"):
        built.publish_crate("ordvec")
    assert (tokens(built), ledger(built)) == (0, [])


def test_a_missing_artifact_is_a_wrong_call(scene: Scene) -> None:
    with pytest.raises(UsageError, match="there is no"):
        scene.publish_crate("ordvec")


def test_a_job_without_id_token_permission_is_refused(built: Scene) -> None:
    with pytest.raises(GateRefused, match="OIDC"):
        publish_crate.publish_crate(built.job("publish-crate", {}), "ordvec")
    assert ledger(built) == []


@pytest.mark.parametrize(
    "environment", ["pypi", "staging"], ids=["another environment", "an unknown environment"]
)
def test_a_publisher_record_that_does_not_match_is_refused(built: Scene, environment: str) -> None:
    with pytest.raises(GateRefused, match="trusted publishing") as caught:
        publish_crate.publish_crate(built.job("publish-crate", {}, environment), "ordvec")
    assert "release.claims" in str(caught.value)


def test_a_refusal_of_the_second_crate_says_that_the_first_is_public(built: Scene) -> None:
    built.publish_crate("ordvec")
    with pytest.raises(PartlyPublished, match="OIDC") as caught:
        publish_crate.publish_crate(built.job("publish-crate", {}), "ordvec-manifest")
    assert "already public: ordvec" in str(caught.value)


# ---------------------------------------------------------------------- the upload goes wrong


@pytest.mark.parametrize(
    "action",
    [ResetAfter(), Truncate(), FlipByte()],
    ids=lambda a: a.name,
)
def test_an_upload_whose_answer_is_lost_is_found_in_the_index(built: Scene, action: Action) -> None:
    built.world.faults.add(Fault(API, "PUT", PUBLISH, action))
    assert built.publish_crate("ordvec").uploaded
    assert ledger(built) == [CRATE]


@pytest.mark.parametrize(
    "action",
    [ResetBefore(), Status(500), Status(502), Status(503), Status(403), Status(408), Status(404)],
    ids=lambda a: a.name,
)
def test_an_upload_that_never_arrived_is_transient_and_can_be_repeated(
    built: Scene, action: Action
) -> None:
    built.world.faults.add(Fault(API, "PUT", PUBLISH, action))
    with pytest.raises(Transient, match="nothing of it is stored") as caught:
        built.publish_crate("ordvec")
    assert caught.value.exit_code == 75
    assert built.publish_crate("ordvec").uploaded
    assert ledger(built) == [CRATE]


def test_every_token_is_revoked_after_a_failed_upload(built: Scene) -> None:
    built.world.faults.add(Fault(API, "PUT", PUBLISH, ResetBefore()))
    with pytest.raises(Transient):
        built.publish_crate("ordvec")
    assert all(record.revoked_at for record in built.setting.cratesio.tokens.ledger())


def test_a_rate_limit_with_a_date_is_waited_for(built: Scene) -> None:
    when = format_datetime(built.time.now() + timedelta(minutes=5), usegmt=True)
    body = f'{{"errors":[{{"detail":"Please try again after {when} or email us"}}]}}'
    limited = Status(429, {"content-type": "application/json"}, body.encode())
    built.world.faults.add(Fault(API, "PUT", PUBLISH, limited))
    before = built.time.offset
    assert built.publish_crate("ordvec").uploaded
    assert built.time.offset - before >= 250
    assert ledger(built) == [CRATE]


def test_a_rate_limit_that_lasts_too_long_is_left_to_a_re_run(built: Scene) -> None:
    when = format_datetime(built.time.now() + timedelta(hours=2), usegmt=True)
    built.world.faults.add(
        Fault(API, "PUT", PUBLISH, Status(429, body=f"try again after {when}".encode()))
    )
    with pytest.raises(Transient, match="minutes, as crates"):
        built.publish_crate("ordvec")


def test_cargo_that_exits_0_without_an_upload_is_not_believed(
    built: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tools.ops.proc import Completed

    done = Completed(("cargo",), 0, "", "warning: timeout waiting", 60.0)
    monkeypatch.setattr("tools.ops.cargo.publish", lambda *_: done)
    with pytest.raises(Transient, match="nothing of it is stored"):
        built.publish_crate("ordvec")


# ---------------------------------------------------------------------- surfaces that lag


@pytest.mark.parametrize("surface", ["index", "api", "download", "static"])
def test_a_surface_that_lags_is_waited_for(built: Scene, surface: str) -> None:
    built.setting.cratesio.surfaces.lags[surface] = Lag(requests=4)
    found = built.publish_crate("ordvec")
    assert {o.presence for o in found.observations} == {Presence.IDENTICAL}
    assert ledger(built) == [CRATE]


@pytest.mark.parametrize("surface", ["index", "api", "download", "static"])
def test_a_surface_that_never_shows_it_is_resumable(built: Scene, surface: str) -> None:
    looks = 40 if surface == "static" else 20  # a download looks at the static host too
    built.setting.cratesio.surfaces.lags[surface] = Lag(requests=looks)
    with pytest.raises(PartlyPublished) as caught:
        built.publish_crate("ordvec")
    assert caught.value.exit_code == 20
    assert not built.publish_crate("ordvec").uploaded
    assert ledger(built) == [CRATE]


def test_stored_but_not_in_the_index_is_not_uploaded_again(built: Scene) -> None:
    """A re-run while only the API knows of the crate."""
    for surface in ("index", "download", "static"):
        built.setting.cratesio.surfaces.lags[surface] = Lag(requests=8)
    put(built, crate_bytes("ordvec"))
    built.publish_crate("ordvec")
    assert (ledger(built), tokens(built)) == ([], 0)


@pytest.mark.parametrize("host", [API, INDEX, STATIC])
@pytest.mark.parametrize(
    "action",
    [
        Status(408),
        Status(429, {"retry-after": "1"}),
        Status(500),
        Status(503),
        ResetBefore(),
        Truncate(),
        FlipByte(),
    ],
    ids=lambda a: a.name,
)
def test_one_bad_read_changes_nothing(built: Scene, host: str, action: Action) -> None:
    built.world.faults.add(Fault(host, "GET", "", action, skip=1))
    built.publish_crate("ordvec")
    assert ledger(built) == [CRATE]


@pytest.mark.parametrize("host", [API, INDEX])
@pytest.mark.parametrize("code", [403, 503])
def test_unreadable_is_never_taken_for_absent(built: Scene, host: str, code: int) -> None:
    built.world.faults.add(Fault(host, "GET", "", Status(code), times=0))
    with pytest.raises(Transient, match="cannot be read") as caught:
        built.publish_crate("ordvec")
    assert (tokens(built), ledger(built)) == (0, [])
    if code == 403:
        assert "data-access" in str(caught.value), "the policy is named"


def test_an_index_that_falls_silent_before_the_upload_is_not_called_partly_published(
    built: Scene,
) -> None:
    """Bug: nothing arrived, the index could not be read any more, and the code said 20."""
    built.world.faults.add(
        Fault(API, "PUT", PUBLISH, ResetBefore()),
        Fault(INDEX, "GET", "", ResetBefore(), skip=2, times=0),
    )
    with pytest.raises(Transient, match="not known") as caught:
        built.publish_crate("ordvec")
    assert (caught.value.exit_code, ledger(built)) == (75, [])
    built.world.faults.clear()
    assert built.publish_crate("ordvec").uploaded


def test_an_index_that_falls_silent_before_the_second_upload_says_what_is_public(
    built: Scene,
) -> None:
    built.publish_crate("ordvec")
    built.world.faults.add(
        Fault(API, "PUT", PUBLISH, ResetBefore()),
        Fault(INDEX, "GET", "ordvec-manifest$", ResetBefore(), skip=2, times=0),
    )
    with pytest.raises(PartlyPublished, match="already public: ordvec") as caught:
        built.publish_crate("ordvec-manifest")
    assert "not known" in str(caught.value)


def test_a_served_crate_with_one_byte_changed_stops(built: Scene) -> None:
    built.world.faults.add(Fault(STATIC, "GET", "", FlipByte(), times=0))
    with pytest.raises(Mismatch) as caught:
        built.publish_crate("ordvec")
    assert caught.value.exit_code == 30
    assert "static.crates.io" in str(caught.value)


@pytest.mark.parametrize("action", [Status(500), ResetBefore(), ResetAfter()], ids=lambda a: a.name)
def test_trouble_at_the_token_exchange_stores_nothing(built: Scene, action: Action) -> None:
    built.world.faults.add(Fault(API, "POST", TOKENS, action))
    with pytest.raises(Transient):
        built.publish_crate("ordvec")
    assert ledger(built) == []
    assert built.publish_crate("ordvec").uploaded


@pytest.mark.parametrize("action", [Status(500), ResetBefore()], ids=lambda a: a.name)
def test_a_revocation_that_fails_once_is_repeated(built: Scene, action: Action) -> None:
    built.world.faults.add(Fault(API, "DELETE", TOKENS, action))
    built.publish_crate("ordvec")
    (record,) = built.setting.cratesio.tokens.ledger()
    assert record.revoked_at is not None


def test_a_slow_answer_is_an_unanswered_one(built: Scene) -> None:
    built.world.faults.add(Fault(INDEX, "GET", "", Delay(0.6)))
    context = built.job("publish-crate", {}, "crates-io", timeout=0.3)
    assert publish_crate.publish_crate(context, "ordvec").uploaded


def test_the_token_is_in_no_output(built: Scene, capfd: pytest.CaptureFixture[str]) -> None:
    built.publish_crate("ordvec")
    printed = "".join(capfd.readouterr())
    assert "cio_tp_" not in printed
    assert "eyJ" not in printed


def test_the_answer_tells_what_is_where(built: Scene) -> None:
    built.publish_crate("ordvec")
    context = replace(built.job(), commit="x")
    expected = Digest.of_bytes(crate_bytes("ordvec"))
    assert not context.cratesio().yanked("ordvec", VERSION)
    assert {o.detail for o in context.cratesio().observe("ordvec", VERSION, expected)} == {
        str(expected)
    }


def test_a_crate_that_the_bundle_does_not_attest_stops_before_the_token(built: Scene) -> None:
    path = built.crate_path(built.root, "ordvec")
    path.write_bytes(crate_bytes("ordvec", extra="another build"))
    with pytest.raises(Mismatch, match="not what the release attested"):
        built.publish_crate("ordvec")
    assert tokens(built) == 0


def test_a_bundle_that_was_not_handed_over_is_a_wrong_call(built: Scene) -> None:
    context = built.job()
    (context.layout.attested("core") / context.files.bundle("core")).unlink()
    with pytest.raises(UsageError, match="run the attest job"):
        built.publish_crate("ordvec")
    assert tokens(built) == 0
