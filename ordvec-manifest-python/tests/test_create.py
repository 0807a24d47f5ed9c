"""Creating: the document, its determinism, and inputs that must change nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

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
    assert found == [("app.ids", "ids.bin", True), ("app.stats", "stats.json", False)]


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
    with pytest.raises(ValueError, match=r"^row_map_db_id_duplicate: "):
        create_manifest(index, out, "m", row_map=rows)
    assert not out.exists()
    create_manifest(index, out, "m", row_map=rows, allow_duplicate_db_ids=True)
    assert ordvec_manifest.verify_manifest(out)["ok"] is False
    assert ordvec_manifest.verify_manifest(out, allow_duplicate_db_ids=True)["ok"] is True


def test_row_identity_must_be_chosen(tmp_path: Path) -> None:
    index, out = tmp_path / "index.ovrq", tmp_path / "m.json"
    index.write_bytes(b"not an ordvec index")
    with pytest.raises(ValueError, match="row_map or row_id_is_identity"):
        create_manifest(index, out, "m")
    with pytest.raises(ValueError, match="row_map or row_id_is_identity"):
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
    with pytest.raises(ValueError, match=r"^path_escape: "):
        create_manifest(index, out, "m", row_id_is_identity=True)
    document = create_manifest(index, out, "m", row_id_is_identity=True, allow_path_escape=True)
    assert document["artifact"]["path"] == "../index.ovrq"
    report = ordvec_manifest.verify_manifest(out)
    assert [issue["code"] for issue in report["errors"]] == ["path_escape"]
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
