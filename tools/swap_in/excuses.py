"""Differences that are intended, each with its reason. One that excuses nothing is an error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tools.swap_in.compare import Difference


@dataclass(frozen=True, slots=True)
class Excuse:
    """Excuses differences on *point* of the cases that *cases* matches, `*` being any text.

    Args:
        ours: how this tree's side of each of them begins.
        peer: how the published side of each of them begins.
    """

    cases: str
    point: str
    ours: str
    peer: str
    reason: str

    def covers(self, found: Difference) -> bool:
        return (
            found.point == self.point
            and fnmatchcase(found.case, self.cases)
            and found.ours.startswith(self.ours)
            and found.peer.startswith(self.peer)
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What the excuses leave, what they cover, and those that cover nothing."""

    left: tuple[Difference, ...]
    intended: tuple[tuple[Excuse, int], ...]
    stale: tuple[Excuse, ...]


def judge(differences: Iterable[Difference], excuses: Sequence[Excuse]) -> Judged:
    """Each difference goes to the first excuse that covers it."""
    counts = dict.fromkeys(range(len(excuses)), 0)
    left = []
    for found in differences:
        first = next((at for at, excuse in enumerate(excuses) if excuse.covers(found)), None)
        if first is None:
            left.append(found)
        else:
            counts[first] += 1
    used = tuple((excuses[at], count) for at, count in counts.items() if count)
    return Judged(tuple(left), used, tuple(excuses[at] for at, n in counts.items() if not n))


NONE, TYPE = "no error", "TypeError: "
ENDIAN = "ids of any integer dtype, as the specification says; 0.5 refused big-endian ones"
WIDTHS = "any width of 1 to 8 bits, as the specification says; 0.5 stopped at 7"
PACKED = "8 bits are packed too, as the specification says; 0.5 stopped at 4"
RANK = "an array of the wrong rank is a ValueError, as the specification says"
NORMS = "defined for any width of 1 to 8 bits; 0.5 took 1, 2 and 4"
PATHS = "a path object is accepted; 0.5 took str alone"
NARROWER = "a subclass of OSError with the error number and the file name"
NORM = "0.5 took a query for zero when its norm, or the square of it, left the range of float32"
SILENT = "what overflows float32 is refused as not finite; NumPy's warning would only repeat it"
LONG = "0.5 added 65,000 products of float32 up one by one; here the error stays below 1e-6"

EXCUSES: tuple[Excuse, ...] = (
    Excuse("*simd_levels", "present", "present", "absent", "new: which SIMD levels a wheel holds"),
    Excuse("ordvec.*: its module", "value", "ordvec", "builtins", "the classes name their module"),
    *(
        Excuse(f"{call}*8 bits*", "error", NONE, "ValueError: bits", WIDTHS)
        for call in ("bucket_ranks", "rank_to_bucket", "rankquant_eval_search")
    ),
    Excuse("rank_to_bucket(65535, 65536, 8)", "error", NONE, "ValueError: bits", WIDTHS),
    Excuse("bucket_centre(*, 8)", "error", NONE, "ValueError: bits", WIDTHS),
    Excuse("rankquant_norm(*", "error", NONE, "ValueError: bits", NORMS),
    Excuse("rankquant_bytes_per_vec(*, 8)*", "error", NONE, "ValueError: bits", PACKED),
    Excuse("pack_buckets*8 bits", "error", NONE, "ValueError: bits", PACKED),
    Excuse("unpack_buckets*8 bits", "error", NONE, "ValueError: bits", PACKED),
    Excuse("rank_norm(0)", "scores", "place 0: 0.0", "place 0: -0.0", "a norm of no rank is 0"),
    *(
        Excuse(f"*: {what}", "error", "ValueError: ", TYPE, RANK)
        for what in ("0-D", "1-D", "2-D", "3-D", "0-D ids", "2-D ids", "a 2-D bitmap")
    ),
    Excuse("*, ids as >*", "error", NONE, TYPE, ENDIAN),
    Excuse(
        "RankQuant.search_asymmetric_subset, more ids than rows",
        "error",
        NONE,
        "pyo3_runtime.PanicException",
        "duplicates are kept, as the specification says; 0.5 panicked",
    ),
    Excuse("*float64 beyond float32", "warnings", "[]", "['RuntimeWarning']", SILENT),
    Excuse("*: a query of 1e*", "scores", "place 0: ", "place 0: 0.0", NORM),
    Excuse("*: a query of 1e*", "ids", "place ", "place ", NORM),
    Excuse("RankQuant(655*, 5 coarse rows: search_asymmetric*", "scores", "place", "place", LONG),
    Excuse("*.load: Path", "error", NONE, TYPE, PATHS),
    Excuse("write: over a file, Path", "error", NONE, TYPE, PATHS),
    Excuse("*.load: missing", "error", "FileNotFoundError", "OSError", NARROWER),
    Excuse("write: into no folder", "error", "FileNotFoundError", "OSError", NARROWER),
    Excuse("write: over a folder", "error", "IsADirectoryError", "OSError", NARROWER),
)
