"""The locks in ``requirements/``: every pip of a supported Python can install them."""

from __future__ import annotations

import importlib.metadata
import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import noxfile
from tools.declaration import ROOT

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?==", re.MULTILINE)


def pins(group: str) -> dict[str, set[str]]:
    """Distribution to the extras that its line in the lock names."""
    text = (ROOT / noxfile.LOCKS / f"{group}.txt").read_text()
    return {
        canonicalize_name(name): set(filter(None, extras.split(",")))
        for name, extras in _PIN.findall(text)
    }


def wanted(names: set[str]) -> set[tuple[str, str]]:
    """(distribution, extra) of what these installed distributions require."""
    found = set()
    for name in names:
        try:
            stated = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # of another platform
        for requirement in map(Requirement, stated):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                found |= {(canonicalize_name(requirement.name), x) for x in requirement.extras}
    return found


@pytest.mark.parametrize("group", ["release", "rehearse", "test"])
def test_a_required_extra_stands_in_the_lock(group: str) -> None:
    locked = pins(group)
    needed = wanted(set(locked))
    assert ("pydantic", "email") in needed
    assert {(name, extra) for name, extra in needed if extra not in locked[name]} == set()
