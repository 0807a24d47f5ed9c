"""Files: the bytes written, those of the other side read back, older magics, and broken ones."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tools.swap_in.sides import methods
from tools.swap_in.sides.case import EXACT, RANKED, Case
from tools.swap_in.sides.data import KINDS, normal, np, ordvec
from tools.swap_in.sides.scans import Kind, searches

# Class, its magic and the one that was before it, offset of the dimension, bytes of the header.
FORMATS = {
    "Rank": (b"OVR1", b"TVR1", 5, 13),
    "RankQuant": (b"OVRQ", b"TVRQ", 6, 14),
    "Bitmap": (b"OVBM", b"TVBM", 5, 17),
    "SignBitmap": (b"OVSB", b"TVSB", 5, 13),
}


def stored() -> Iterator[tuple[str, Kind, Any]]:
    """File name, kind and rows of each file that both sides write."""
    makers: list[Kind] = [
        Kind("Rank", lambda: ordvec.Rank(37), 37, exact=False),
        Kind("RankQuant", lambda: ordvec.RankQuant(24, 1), 24, exact=False),
        Kind("RankQuant", lambda: ordvec.RankQuant(20, 2), 20, exact=False),
        Kind("RankQuant", lambda: ordvec.RankQuant(48, 4), 48, exact=False),
        Kind("Bitmap", lambda: ordvec.Bitmap(192, 11), 192, exact=True),
        Kind("SignBitmap", lambda: ordvec.SignBitmap(320), 320, exact=True),
    ]
    for at, kind in enumerate(makers):
        for data, rows in KINDS.items():
            for count in (0, 1, 50) if data == "normal" else (50,):
                name = f"{at}-{kind.name}-{data}-{count}.index"
                yield name, kind, rows(count, kind.dim)


def written(folder: Path) -> Iterator[Case]:
    """The bytes of each file, and the ways to name one."""
    for name, kind, rows in stored():
        index = kind.make()
        index.add(rows)
        yield Case(f"{name}: bytes", partial(_bytes_of, index, folder / name))
    index = ordvec.RankQuant(20, 2)
    index.add(normal(3, 20))
    path = folder / "again.ovrq"
    yield Case("write: str", lambda: index.write(str(path)))
    yield Case("write: over a file, Path", lambda: (index.write(path), _digest(path)))
    yield Case("write: bytes", lambda: index.write(bytes(folder / "bytes.ovrq")))
    yield Case("write: None", lambda: index.write(None))
    yield Case("write: keyword", lambda: index.write(path=str(path)))
    yield Case("write: into no folder", lambda: index.write(str(folder / "none" / "x.ovrq")))
    yield Case("write: over a folder", lambda: index.write(str(folder)))
    yield Case("write: nul", lambda: index.write("a\0b"))
    yield Case("write: leaves no file behind", lambda: sorted(p.name for p in folder.glob("*.o*")))
    for name in FORMATS:
        load = getattr(ordvec, name).load
        yield Case(f"{name}.load: missing", partial(load, str(folder / "none.index")))
        yield Case(f"{name}.load: a folder", partial(load, str(folder)))
        yield Case(
            f"{name}.load: Path", partial(lambda f, p: repr(f(p)), load, folder / _first(name))
        )
        yield Case(f"{name}.load: bytes", partial(load, bytes(folder / _first(name))))
        yield Case(f"{name}.load: None", partial(load, None))


def read(folder: Path) -> Iterator[Case]:
    """What the files of *folder*, which the other side wrote, hold."""
    for name, kind, rows in stored():
        load = getattr(ordvec, kind.name).load
        yield Case(f"read {name}", partial(_loaded, load, folder / name))
        index = load(str(folder / name))
        queries = np.concatenate([normal(2, kind.dim, "queries"), rows[:1]])
        yield from searches(f"read {name}", index, kind, queries)
        yield Case(f"read {name}: write", partial(_bytes_of, index, folder / f"{name}.again"))
        more = normal(3, kind.dim, "more")
        yield Case(f"read {name}: add", partial(lambda i, m: (i.add(m), repr(i)), index, more))
        for call in ("search", "search_asymmetric"):
            if hasattr(index, call):
                how = EXACT if kind.exact else RANKED
                found = partial(getattr(index, call), queries, 60)
                yield Case(f"read {name}: {call} after add", found, how)


def broken(folder: Path) -> Iterator[Case]:
    """Bytes that no loader accepts, and those of the older magic, which all do."""
    for name, (_, older, dim_at, header) in FORMATS.items():
        index = methods.MAKERS[name]()
        index.add(normal(3, methods.DIM))
        path = folder / f"sound-{name}.index"
        index.write(str(path))
        good = path.read_bytes()
        changed = dict(_changed(good, dim_at, header))
        changed["the older magic"] = older + good[4:]
        for other, (foreign, *_) in FORMATS.items():
            if other != name:
                changed[f"the magic of {other}"] = foreign + good[4:]
        if name != "SignBitmap":
            changed["all bits set"] = good[:header] + b"\xff" * (len(good) - header)
            changed["a row of zeros"] = good[:header] + bytes(len(good) - header)
        load = getattr(ordvec, name).load
        words = {"another magic": ("magic",), "another version": ("version",)}
        for at, (what, data) in enumerate(changed.items()):
            target = folder / f"broken-{name}-{at}.index"
            target.write_bytes(data)
            text = words.get(what, ())
            yield Case(f"{name}.load: {what}", partial(_loaded, load, target), words=text)


def _changed(good: bytes, dim_at: int, header: int) -> Iterator[tuple[str, bytes]]:
    yield "an empty file", b""
    yield "another magic", b"XXXX" + good[4:]
    for version in (0, 2, 255):
        yield f"version {version}", good[:4] + bytes([version]) + good[5:]
    yield "another version", good[:4] + b"\x07" + good[5:]
    yield "one byte less", good[:-1]
    yield "one byte more", good + b"\0"
    yield "the header alone", good[:header]
    for length in (3, 4, 5, 9, header - 1, header + 1):
        yield f"{length} bytes", good[:length]
    for dim in (0, 1, 63, 128, 65536, 2**32 - 1):
        yield f"dim {dim}", good[:dim_at] + struct.pack("<I", dim) + good[dim_at + 4 :]
    for rows in (0, 2, 4, 2**26 + 1, 2**32 - 1):
        yield f"{rows} rows", good[: header - 4] + struct.pack("<I", rows) + good[header:]
    for byte in range(5, header):
        yield f"header byte {byte} is 3", good[:byte] + b"\x03" + good[byte + 1 :]
    for bit in (0, 7):
        last = good[-1] ^ (1 << bit)
        yield f"bit {bit} of the last byte flipped", good[:-1] + bytes([last])


def _first(name: str) -> str:
    return next(file for file, kind, rows in stored() if kind.name == name and len(rows) == 50)


def _bytes_of(index: Any, path: Path) -> object:
    answer = index.write(str(path))
    return answer, _digest(path)


def _digest(path: Path) -> str:
    data = path.read_bytes()
    return f"{len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}"


def _loaded(load: Any, path: Path) -> object:
    index = load(str(path))
    return type(index).__name__, repr(index), len(index), index.byte_size
