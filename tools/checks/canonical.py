"""Which bytes a release's Python files must have: the choice, as a function of three sets.

A version on PyPI is immutable, so what PyPI serves is canonical and the build's own files of
those names are set aside. What PyPI lacks comes from the escrow, whose files an earlier run
attested. A rebuilt file counts as this run's only when nothing is published yet, or when it is
proven identical to the attested one. So no release mixes files that nothing vouches for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.errors import GateRefused, Mismatch, ReleaseError, Unrepairable
from tools.model import Digest, Problem
from tools.record import Origin


@dataclass(frozen=True, slots=True)
class Choice:
    """One canonical file: its bytes' digest and where they come from."""

    name: str
    digest: Digest
    origin: Origin


def select(
    expected: Iterable[str],
    built: Mapping[str, Digest],
    served: Mapping[str, Digest],
    escrow: Mapping[str, Digest],
) -> tuple[Choice, ...]:
    """Choose the bytes of every expected file.

    Args:
        built: this run's files.
        served: what PyPI serves of this version, verified against its stated digests.
        escrow: attested files that the draft holds.

    Raises:
        Mismatch: PyPI serves a file that the release does not have, or the escrow and PyPI
            disagree on one.
        GateRefused: nothing is published and this run did not build every file.
        Unrepairable: partly published, and a missing file is in no escrow.
    """
    names = tuple(dict.fromkeys(expected))
    _refuse_strangers(names, served, escrow)
    choices, missing = [], []
    for name in names:
        choice = _choose(name, built, served, escrow)
        if choice is None:
            missing.append(Problem(name, "a file of this run or the escrow", "none"))
        else:
            choices.append(choice)
    if missing:
        raise _incomplete(missing, bool(served))
    return tuple(choices)


def _choose(
    name: str,
    built: Mapping[str, Digest],
    served: Mapping[str, Digest],
    escrow: Mapping[str, Digest],
) -> Choice | None:
    if name in served:
        return Choice(name, served[name], Origin.PYPI)
    if name in escrow:
        proven = built.get(name) == escrow[name]
        return Choice(name, escrow[name], Origin.BUILT if proven else Origin.ESCROW)
    # A rebuild next to published files would be attested by nothing that they share.
    if name in built and not served:
        return Choice(name, built[name], Origin.BUILT)
    return None


def _refuse_strangers(
    names: tuple[str, ...], served: Mapping[str, Digest], escrow: Mapping[str, Digest]
) -> None:
    problems = [
        Problem(f"PyPI: {name}", "no such file in this release", "served")
        for name in sorted(served.keys() - set(names))
    ]
    problems += [
        Problem(f"PyPI: {name}", f"{escrow[name]} as attested", str(served[name]))
        for name in sorted(served.keys() & escrow.keys())
        if served[name] != escrow[name]
    ]
    if problems:
        raise Mismatch(
            "PyPI holds other files than this release attested",
            problems=problems,
            remedy="this version cannot be released as it is; yank it and ship a patch release",
        )


def _incomplete(missing: list[Problem], published: bool) -> ReleaseError:
    if published:
        return Unrepairable(
            "part of the version is on PyPI, and the missing files are in no escrow",
            problems=missing,
            remedy="ship a patch release; a rebuild would not be what was attested",
        )
    return GateRefused(
        "the release's Python files are not complete",
        problems=missing,
        remedy="re-run the build jobs of the missing files",
    )
