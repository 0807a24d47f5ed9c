"""Bundles made by hand: index bytes from the documented file layout, without the ordvec wheel."""

from __future__ import annotations

import struct
from pathlib import Path

import ordvec_manifest

DIM = 16
ROWS = 3


def rank_quant(dim: int = DIM, rows: int = ROWS) -> bytes:
    """Two-bit ``.ovrq`` whose every row holds the four codes in equal number."""
    header = b"OVRQ" + struct.pack("<BBII", 1, 2, dim, rows)
    return header + bytes([0b00011011]) * (dim // 4 * rows)


def bitmap(dim: int, n_top: int, rows: int) -> bytes:
    """``.ovbm`` whose rows have their first ``n_top`` bits set."""
    header = b"OVBM" + struct.pack("<BIII", 1, dim, n_top, rows)
    return header + ((1 << n_top) - 1).to_bytes(dim // 8, "little") * rows


def sign_bitmap(dim: int, rows: int) -> bytes:
    """``.ovsb`` with every sign clear."""
    return b"OVSB" + struct.pack("<BII", 1, dim, rows) + bytes(dim // 8 * rows)


def rank(dim: int, rows: int) -> bytes:
    """``.ovr`` whose rows are the identity permutation."""
    header = b"OVR1" + struct.pack("<BII", 1, dim, rows)
    return header + struct.pack(f"<{dim}H", *range(dim)) * rows


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def row_map(*ids: int) -> str:
    rows = enumerate(ids)
    return "".join(f'{{"row_id": {row}, "db_id": "{uuid(number)}"}}\n' for row, number in rows)


def bundle(folder: Path) -> Path:
    """An index with a required and an optional sidecar; returns the manifest's path."""
    index, manifest = folder / "index.ovrq", folder / "m.json"
    index.write_bytes(rank_quant())
    (folder / "ids.bin").write_bytes(b"7" * 24)
    (folder / "stats.json").write_text("{}")
    ordvec_manifest.create_manifest(
        index,
        manifest,
        "test-model",
        row_id_is_identity=True,
        auxiliary_artifacts=[
            {"name": "shop.stats", "path": folder / "stats.json", "required": False},
            {"name": "shop.ids", "path": folder / "ids.bin"},
        ],
    )
    return manifest
