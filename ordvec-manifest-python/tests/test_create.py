"""Creating: the document, its determinism, and inputs that must change nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import bundles
import ordvec_manifest
import pytest
from ordvec_manifest import create_manifest


def test_the_document_is_returned_and_written(tmp_path: Path) -> None:
    index, out = tmp_path / "index.ovrq", tmp_path / "m.json"
    index.write_bytes(bundles.rank_quant())
    document = create_manifest(index, out, "test-model", row_id_is_identity=True)
    assert document == {
        "schema_version": "ordvec.index_manifest.v2",
        "artifact": {
            "path": "index.ovrq",
            "sha256": hashlib.sha256(index.read_bytes()).hexdigest(),
            "kind": "rank_quant",
            "format_version": 1,
            "dim": 16,
            "vector_count": 3,
            "bytes_per_vec": 4,
            "params": {"kind": "rank_quant", "bits": 2},
            "file_size_bytes": 26,
        },
        "embedding": {"model": "test-model", "dim": 16},
        "row_identity": {"kind": "row_id_identity", "row_count": 3},
    }
    assert json.loads(out.read_text()) == document
    assert list(json.loads(out.read_text())) == list(document)


def test_paths_may_be_strings(tmp_path: Path) -> None:
    index, out = tmp_path / "index.ovrq", tmp_path / "m.json"
    index.write_bytes(bundles.rank_quant())
    create_manifest(str(index), str(out), "test-model", row_id_is_identity=True)
    assert ordvec_manifest.verify_manifest(str(out))["ok"] is True


@pytest.mark.parametrize(
    ("content", "params"),
    [
        (bundles.rank(16, 2), {"kind": "rank"}),
        (bundles.rank_quant(16, 2), {"kind": "rank_quant", "bits": 2}),
        (bundles.bitmap(64, 5, 2), {"kind": "bitmap", "n_top": 5}),
        (bundles.sign_bitmap(64, 2), {"kind": "sign_bitmap"}),
    ],
)
def test_every_index_kind(tmp_path: Path, content: bytes, params: dict[str, object]) -> None:
    index, out = tmp_path / "index.bin", tmp_path / "m.json"
    index.write_bytes(content)
    document = create_manifest(index, out, "test-model", row_id_is_identity=True)
    assert document["artifact"]["params"] == params
    assert ordvec_manifest.verify_manifest(out)["errors"] == []


def test_same_bundle_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        contents.append(bundles.bundle(tmp_path / name).read_bytes())
    assert contents[0] == contents[1]


def test_sidecars_are_sorted_and_required_by_default(tmp_path: Path) -> None:
    document = ordvec_manifest.inspect_manifest(bundles.bundle(tmp_path))
    entries = document["auxiliary_artifacts"]
    found = [(entry["name"], entry["path"], entry["required"]) for entry in entries]
    assert found == [("shop.ids", "ids.bin", True), ("shop.stats", "stats.json", False)]


def test_extensions_are_sorted_and_kept(tmp_path: Path) -> None:
    index, out = tmp_path / "index.ovrq", tmp_path / "m.json"
    index.write_bytes(bundles.rank_quant())
    extensions = {"z": [1, 2.5, None, True], "a": {"ü": "ß", "b": 2**63}}
    create_manifest(index, out, "m", row_id_is_identity=True, extensions=extensions)
    document = ordvec_manifest.inspect_manifest(out)
    assert document["extensions"] == extensions
    assert list(document["extensions"]) == ["a", "z"]


def test_row_map(tmp_path: Path) -> None:
    index, rows, out = tmp_path / "index.ovrq", tmp_path / "rows.jsonl", tmp_path / "m.json"
    index.write_bytes(bundles.rank_quant())
    rows.write_text(bundles.row_map(4, 5, 6))
    document = create_manifest(index, out, "m", row_map=rows)
    assert document["row_identity"] == {
        "kind": "jsonl",
        "path": "rows.jsonl",
        "sha256": hashlib.sha256(rows.read_bytes()).hexdigest(),
        "row_count": 3,
        "id_kind": "uuid",
    }
    assert ordvec_manifest.verify_manifest(out)["ok"] is True


def test_duplicate_ids_need_the_flag(tmp_path: Path) -> None:
    index, rows, out = tmp_path / "index.ovrq", tmp_path / "rows.jsonl", tmp_path / "m.json"
    index.write_bytes(bundles.rank_quant())
    rows.write_text(bundles.row_map(4, 5, 4))
    with pytest.raises(ValueError, match=r"^row_identity_duplicate_db_id: "):
        create_manifest(index, out, "m", row_map=rows)
    assert not out.exists()
    create_manifest(index, out, "m", row_map=rows, allow_duplicate_db_ids=True)
    assert ordvec_manifest.verify_manifest(out)["ok"] is False
    assert ordvec_manifest.verify_manifest(out, allow_duplicate_db_ids=True)["ok"] is True


def test_row_identity_must_be_chosen(tmp_path: Path) -> None:
    index, out = tmp_path / "index.ovrq", tmp_path / "m.json"
    index.write_bytes(b"not an ordvec index")
    with pytest.raises(ValueError, match=r"^row_identity_required: .*row_map or row_id_is"):
        create_manifest(index, out, "m")
    with pytest.raises(ValueError, match=r"^row_identity_required: .*row_map or row_id_is"):
        create_manifest(index, out, "m", row_id_is_identity=True, row_map=index)


def test_not_an_index(tmp_path: Path) -> None:
    index, out = tmp_path / "index.ovrq", tmp_path / "m.json"
    index.write_bytes(b"not an ordvec index")
    out.write_text("kept")
    with pytest.raises(ValueError, match=r"^artifact_probe_failed: "):
        create_manifest(index, out, "m", row_id_is_identity=True)
    assert out.read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.ovrq", "m.json"]


def test_missing_index(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        create_manifest(tmp_path / "none", tmp_path / "m.json", "m", row_id_is_identity=True)
    assert Path(caught.value.filename) == tmp_path / "none"


def test_symlink_target(tmp_path: Path) -> None:
    index, kept, link = tmp_path / "index.ovrq", tmp_path / "kept", tmp_path / "m.json"
    index.write_bytes(bundles.rank_quant())
    kept.write_text("kept")
    try:
        link.symlink_to(kept)
    except OSError as refusal:  # Windows without the right to make links
        pytest.skip(f"no symlinks here: {refusal}")
    with pytest.raises(ValueError, match=r"^output_symlink: "):
        create_manifest(index, link, "m", row_id_is_identity=True)
    assert kept.read_text() == "kept"


def test_path_escape_needs_the_flag(tmp_path: Path) -> None:
    index, out = tmp_path / "index.ovrq", tmp_path / "sub" / "m.json"
    index.write_bytes(bundles.rank_quant())
    out.parent.mkdir()
    with pytest.raises(ValueError, match=r"^artifact_path_escape_rejected: "):
        create_manifest(index, out, "m", row_id_is_identity=True)
    document = create_manifest(index, out, "m", row_id_is_identity=True, allow_path_escape=True)
    assert document["artifact"]["path"] == "../index.ovrq"
    report = ordvec_manifest.verify_manifest(out)
    assert [issue["code"] for issue in report["errors"]] == ["artifact_path_escape_rejected"]
    assert ordvec_manifest.verify_manifest(out, allow_path_escape=True)["ok"] is True


@pytest.mark.parametrize(
    ("sidecar", "error", "text"),
    [
        ({"name": "x"}, ValueError, '"path"'),
        ({"path": "x"}, ValueError, '"name"'),
        ({"name": "x", "path": "x", "optional": True}, ValueError, '"optional"'),
        ({"name": 1, "path": "x"}, TypeError, "str"),
        ("x", TypeError, "dict"),
    ],
)
def test_malformed_sidecar(
    tmp_path: Path, sidecar: object, error: type[Exception], text: str
) -> None:
    index, out = tmp_path / "index.ovrq", tmp_path / "m.json"
    index.write_bytes(bundles.rank_quant())
    sidecars: list[object] = [sidecar]
    arguments = {"row_id_is_identity": True, "auxiliary_artifacts": sidecars}
    with pytest.raises(error, match=text):
        create_manifest(index, out, "m", **arguments)  # type: ignore[arg-type]
    assert not out.exists()


@pytest.mark.parametrize(
    ("extensions", "text"),
    [
        ({"a": float("nan")}, "JSON compliant"),
        ({1: "x", "1": "y"}, "manifest_duplicate_key"),
    ],
)
def test_extensions_that_are_no_json(
    tmp_path: Path, extensions: dict[str, object], text: str
) -> None:
    index, out = tmp_path / "index.ovrq", tmp_path / "m.json"
    index.write_bytes(bundles.rank_quant())
    with pytest.raises(ValueError, match=text):
        create_manifest(index, out, "m", row_id_is_identity=True, extensions=extensions)
    assert not out.exists()


def calibration() -> dict[str, Any]:
    """A section for the bundles' index: two bits, 16 coordinates."""
    return {
        "schema_version": ordvec_manifest.CALIBRATION_SCHEMA_VERSION,
        "profile_id": "cal-1",
        "calibrated_for": {"model": "m", "dim": 16, "normalization": "l2"},
        "ordinalization": {"kind": "bucket", "dim": 16, "bits": 2},
        "profile": {
            "dim": 16,
            "sample_count": 10,
            "parameterization": "bucket_frequency",
            "format": "raw_f32_le",
            "shape": [16, 4],
        },
        "null_model": {
            "kind": "weighted_marginal_profile",
            "parameterization": "bucket_frequency",
        },
    }


def distortion() -> dict[str, Any]:
    return {
        "schema_version": ordvec_manifest.ENCODER_DISTORTION_SCHEMA_VERSION,
        "profile_id": "dist-1",
        "encoder": {"model": "m", "dim": 16, "normalization": "l2"},
        "source_metric": {"name": "edit distance"},
        "embedding_metric": {"name": "cosine"},
        "bounds": {"violation_rate": 0.25},
        "scope": {},
        "evidence": {"kind": "caller_asserted"},
    }


def with_sections(folder: Path, **changes: Any) -> dict[str, Any]:
    """Create ``m.json`` with every section, each argument replaced by that of ``changes``."""
    index, profile = folder / "index.ovrq", folder / "cal.bin"
    index.write_bytes(bundles.rank_quant())
    profile.write_bytes(bytes(16 * 4 * 4))
    digest = hashlib.sha256(index.read_bytes()).hexdigest()
    arguments: dict[str, Any] = {
        "row_id_is_identity": True,
        "embedding_details": {"normalization": "l2"},
        "calibration": calibration(),
        "calibration_profile": profile,
        "encoder_distortion": distortion(),
        "attestations": [{"predicateType": "x", "subject": [{"digest": {"sha256": digest}}]}],
    }
    return create_manifest(index, folder / "m.json", "m", **arguments | changes)


def test_sections_are_written_and_verified(tmp_path: Path) -> None:
    document = with_sections(tmp_path)
    profile = document["calibration"]["profile"]
    assert (profile["path"], profile["file_size_bytes"]) == ("cal.bin", 256)
    assert document["encoder_distortion"] == distortion()
    report = ordvec_manifest.verify_manifest(tmp_path / "m.json")
    assert report["errors"] == report["warnings"] == report["skipped_checks"] == []
    assert report["calibration"]["profile_sha256"] == profile["sha256"]
    assert report["encoder_distortion"]["evidence_kind"] == "caller_asserted"
    assert report["attestation_shape_checks"] == [
        {"predicate_type": "x", "builder_id": None, "subject_sha256_matched": True}
    ]


def test_a_changed_profile_is_found(tmp_path: Path) -> None:
    with_sections(tmp_path)
    (tmp_path / "cal.bin").write_bytes(b"1" * 256)
    with pytest.raises(ValueError, match="calibration_profile_sha256_mismatch"):
        ordvec_manifest.verify_for_load(tmp_path / "m.json")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"calibration": None}, "expected calibration together with calibration_profile"),
        ({"calibration_profile": None}, "^calibration_profile_path_empty: "),
        ({"embedding_details": None}, "^calibration_encoder_normalization_mismatch: "),
        ({"embedding_details": {"dim": 16}}, "^manifest_schema_invalid: "),
        ({"attestations": [{}]}, "^attestation_predicate_type_missing: "),
        ({"max_attestations": 0}, "^attestation_count_limit_exceeded: "),
        ({"max_calibration_profile_bytes": 255}, "^calibration_profile_too_large: "),
        ({"encoder_distortion": distortion() | {"bounds": {}}}, "^encoder_distortion_bounds_empty"),
    ],
)
def test_refused_sections(tmp_path: Path, changes: dict[str, Any], text: str) -> None:
    with pytest.raises((ValueError, OSError), match=text):
        with_sections(tmp_path, **changes)
    assert not (tmp_path / "m.json").exists()
