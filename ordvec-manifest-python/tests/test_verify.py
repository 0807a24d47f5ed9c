"""Verifying and inspecting: reports, load plans, limits, and the exceptions of each."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import bundles
import ordvec_manifest
import pytest
from ordvec_manifest import inspect_manifest, verify_for_load, verify_manifest


def codes(report: dict[str, Any]) -> list[str]:
    return [issue["code"] for issue in report["errors"]]


def spoil(manifest: Path, section: str, value: object) -> None:
    document = json.loads(manifest.read_text())
    document[section] = value
    manifest.write_text(json.dumps(document))


def test_report_of_a_good_bundle(tmp_path: Path) -> None:
    report = verify_manifest(bundles.bundle(tmp_path))
    assert report["ok"] is True
    assert report["errors"] == report["warnings"] == []
    assert report["skipped_checks"] == ["attestations_absent"]
    index = tmp_path / "index.ovrq"
    assert report["artifact"]["sha256"] == hashlib.sha256(index.read_bytes()).hexdigest()
    assert report["artifact"]["metadata"]["vector_count"] == 3
    assert [aux["state"] for aux in report["auxiliary_artifacts"]] == ["verified", "verified"]
    assert set(report) == {
        "ok",
        "checked_at",
        "artifact",
        "auxiliary_artifacts",
        "row_identity",
        "calibration",
        "encoder_distortion",
        "attestation_shape_checks",
        "errors",
        "warnings",
        "skipped_checks",
    }


def test_changed_index(tmp_path: Path) -> None:
    manifest = bundles.bundle(tmp_path)
    index = tmp_path / "index.ovrq"
    content = bytearray(index.read_bytes())
    content[-1] ^= 1
    index.write_bytes(content)
    report = verify_manifest(manifest)
    assert report["ok"] is False
    assert codes(report) == ["artifact_sha256_mismatch"]
    with pytest.raises(ValueError, match=r"manifest verification failed.*artifact_sha256_mismatch"):
        verify_for_load(manifest)


def test_plan_of_a_good_bundle(tmp_path: Path) -> None:
    manifest = bundles.bundle(tmp_path)
    (tmp_path / "stats.json").unlink()
    plan = verify_for_load(manifest)
    assert Path(plan["artifact_path"]) == (tmp_path / "index.ovrq").resolve()
    assert plan["metadata"]["params"] == {"kind": "rank_quant", "bits": 2}
    assert plan["row_identity"]["row_count"] == 3
    assert plan["report"]["ok"] is True
    ids, stats = plan["auxiliary_artifacts"]
    assert (ids["name"], ids["state"]) == ("shop.ids", "verified")
    assert Path(ids["path"]) == (tmp_path / "ids.bin").resolve()
    assert stats == {
        "name": "shop.stats",
        "path": None,
        "required": False,
        "state": "optional_absent",
        "reason_code": "auxiliary_artifact_optional_absent",
        "sha256": None,
        "size_bytes": None,
    }
    assert Path(plan["manifest_path"]) == manifest


def test_missing_required_sidecar(tmp_path: Path) -> None:
    manifest = bundles.bundle(tmp_path)
    (tmp_path / "ids.bin").unlink()
    report = verify_manifest(manifest)
    assert codes(report) == ["auxiliary_artifact_missing_required"]
    assert report["auxiliary_artifacts"][0]["state"] == "missing_required"
    with pytest.raises(ValueError, match="manifest verification failed"):
        verify_for_load(manifest)


@pytest.mark.parametrize("function", [verify_manifest, verify_for_load, inspect_manifest])
def test_missing_manifest(tmp_path: Path, function: Any) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        function(tmp_path / "none.json")
    assert Path(caught.value.filename) == tmp_path / "none.json"


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("signature", "section_unknown"),
        ("calibration", "manifest_schema_invalid"),
        ("encoder_distortion", "manifest_schema_invalid"),
        ("schema_version", "schema_version_unsupported"),
    ],
)
def test_refused_document(tmp_path: Path, section: str, code: str) -> None:
    manifest = bundles.bundle(tmp_path)
    spoil(manifest, section, [])
    assert codes(verify_manifest(manifest)) == [code]
    with pytest.raises(ValueError, match=f"^{code}: "):
        inspect_manifest(manifest)
    with pytest.raises(ValueError, match=f"^manifest verification failed; {code}: "):
        verify_for_load(manifest)


def test_inspect_needs_no_other_file(tmp_path: Path) -> None:
    manifest = bundles.bundle(tmp_path)
    (tmp_path / "index.ovrq").unlink()
    assert inspect_manifest(manifest) == json.loads(manifest.read_text())


def test_another_copy_of_the_index(tmp_path: Path) -> None:
    manifest = bundles.bundle(tmp_path)
    copy = (tmp_path / "index.ovrq").rename(tmp_path / "copy.ovrq")
    assert codes(verify_manifest(manifest)) == ["artifact_path_unavailable"]
    assert verify_manifest(manifest, index=copy)["ok"] is True
    assert Path(verify_for_load(manifest, index=copy)["artifact_path"]) == copy.resolve()


def test_default_limits_can_be_given_back(tmp_path: Path) -> None:
    limits = ordvec_manifest.default_resource_limits()
    assert limits["max_manifest_bytes"] == ordvec_manifest.DEFAULT_MAX_MANIFEST_BYTES == 1 << 20
    assert limits["max_index_bytes"] is ordvec_manifest.DEFAULT_MAX_INDEX_BYTES is None
    for name, value in limits.items():
        assert getattr(ordvec_manifest, f"DEFAULT_{name.upper()}") == value
    manifest = bundles.bundle(tmp_path)
    assert verify_manifest(manifest, **limits)["ok"] is True
    assert inspect_manifest(manifest, **limits)["schema_version"] == ordvec_manifest.SCHEMA_VERSION


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [
        ("max_manifest_bytes", 10, "manifest_file_too_large"),
        ("max_index_bytes", 25, "index_file_too_large"),
        ("max_auxiliary_artifacts", 1, "auxiliary_artifact_count_limit_exceeded"),
        ("max_auxiliary_artifact_bytes", 23, "auxiliary_artifact_file_too_large"),
    ],
)
def test_a_limit_refuses(tmp_path: Path, limit: str, value: int, code: str) -> None:
    manifest = bundles.bundle(tmp_path)
    limits: Any = {limit: value}
    assert codes(verify_manifest(manifest, **limits)) == [code]


def test_every_limit_is_a_keyword(tmp_path: Path) -> None:
    manifest = bundles.bundle(tmp_path)
    for name, value in ordvec_manifest.default_resource_limits().items():
        limits: Any = {name: value}
        assert verify_manifest(manifest, **limits)["ok"] is True, name


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        ({"max_everything": 1}, TypeError),
        ({"max_manifest_bytes": "1"}, TypeError),
        ({"max_manifest_bytes": -1}, OverflowError),
        ({"max_manifest_bytes": 2**64}, OverflowError),
    ],
)
def test_wrong_limits(tmp_path: Path, limits: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        verify_manifest(bundles.bundle(tmp_path), **limits)


def test_no_limit_is_the_default_limit(tmp_path: Path) -> None:
    manifest = bundles.bundle(tmp_path)
    limits: Any = dict.fromkeys(ordvec_manifest.default_resource_limits())
    assert verify_manifest(manifest, **limits)["ok"] is True
    manifest.write_bytes(manifest.read_bytes() + b" " * (1 << 20))
    assert codes(verify_manifest(manifest, **limits)) == ["manifest_file_too_large"]


@pytest.mark.parametrize("function", [verify_manifest, verify_for_load, inspect_manifest])
def test_the_manifest_has_two_keywords(tmp_path: Path, function: Any) -> None:
    manifest = bundles.bundle(tmp_path)
    assert function(manifest=manifest).keys() == function(path=manifest).keys()
    with pytest.raises(TypeError, match="'manifest'"):
        function()
    with pytest.raises(TypeError, match="found both"):
        function(manifest, path=manifest)


def test_v1_manifests_are_read_with_a_warning(tmp_path: Path) -> None:
    manifest = bundles.bundle(tmp_path)
    document = json.loads(manifest.read_text()) | {
        "schema_version": "ordvec.index_manifest.v1",
        "manifest_id": "urn:uuid:5d0c0f6e-2b1a-4e3d-9c77-80a1b2c3d4e5",
        "created_at": "2026-01-31T12:00:00Z",
    }
    manifest.write_text(json.dumps(document))
    report = verify_for_load(manifest)["report"]
    assert [issue["code"] for issue in report["warnings"]] == ["manifest_schema_outdated"]
    assert report["manifest_id"] == document["manifest_id"]
    assert inspect_manifest(manifest) == document


def test_sha256_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    expected = {"sha256": hashlib.sha256(b"abc").hexdigest(), "size_bytes": 3}
    assert ordvec_manifest.sha256_file(path) == expected
    with pytest.raises(FileNotFoundError):
        ordvec_manifest.sha256_file(tmp_path / "none")
    with pytest.raises(OSError, match="regular file"):
        ordvec_manifest.sha256_file(tmp_path)


def test_threads_verify_at_the_same_time(tmp_path: Path) -> None:
    manifest = bundles.bundle(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(verify_manifest, [manifest] * 64))
    assert all(report["ok"] for report in reports)
