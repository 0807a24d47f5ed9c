"""What ran the SIMD legs, as a file, and its comparison with the pin of the emulator.

CI keeps the file; whoever has it can tell which emulator the legs of that run were proven with.
"""

from __future__ import annotations

import json
from pathlib import Path

from tools.console import console
from tools.declaration import Emulator
from tools.errors import Mismatch, UsageError
from tools.ops.executor import Executor


def write(path: Path, ran: dict[str, Executor]) -> None:
    """Write, for each level, what ran it, whether that emulates, its archive's digest or null."""
    legs = {
        level: {
            "by": how.name,
            "emulated": bool(how.prefix),
            "archive": str(how.digest) if how.digest else None,
        }
        for level, how in ran.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"legs": legs}, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def check(path: Path, pin: Emulator) -> int:
    """Compare the archives that *path* names with *pin*.

    Returns:
        the number of emulated legs; none of them is an answer too, and is said.

    Raises:
        UsageError: the file is not such a record.
        Mismatch: a leg was run by another archive, or by an emulator that is not pinned (QEMU).
    """
    used = _emulated(path)
    wrong = {level: by for level, by in used.items() if by != str(pin.digest)}
    if wrong:
        raise Mismatch(
            f"{path} was run by another emulator than release.toml pins",
            expected=f"{pin.digest} ({pin.version}), or the architecture itself",
            found=", ".join(f"{level}: {by}" for level, by in sorted(wrong.items())),
            remedy="run the legs again from the commit that holds the pin, and those of another "
            "architecture on it",
        )
    said = f"{', '.join(sorted(used))} ran under Intel SDE {pin.version}, {pin.digest}"
    console.success(said if used else f"{path}: no leg needed the emulator")
    return len(used)


def _emulated(path: Path) -> dict[str, str]:
    """For each emulated level the digest of the emulator's archive, or an unpinned one's name."""
    try:
        legs = json.loads(path.read_text(encoding="utf-8"))["legs"]
        found = {
            level: leg["archive"] or f"{leg['by']}, which is not pinned"
            for level, leg in legs.items()
            if leg["emulated"] or leg["archive"]
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} is no record of SIMD legs",
            found=f"{type(error).__name__}: {error}",
            remedy="`nox -s simd -- --record FILE` writes one",
        ) from error
    if not legs:
        raise UsageError(f"{path} names no leg", expected="the record of a run")
    return found
