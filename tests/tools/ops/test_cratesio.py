"""Which published crate a new release is compared with."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tools.errors import Transient
from tools.model import Version
from tools.ops.cratesio import CratesIo, Published
from tools.ops.http import Http

MOST = Version.parse("0.6.0")


def newest(*entries: dict[str, Any], status: int = 200) -> Published | None:
    text = "\n".join(json.dumps(entry) for entry in entries)
    transport = httpx.MockTransport(lambda request: httpx.Response(status, text=text))
    with Http("test/1 (+https://example)", transport=transport) as http:
        index = CratesIo(http, "https://api.example", "https://index.example", "https://s.example")
        return index.newest("ordvec", MOST)


def entry(version: str, **fields: Any) -> dict[str, Any]:
    return {"vers": version, "features": {}, "yanked": False, **fields}


def test_the_newest_release_up_to_this_one() -> None:
    found = newest(
        entry("0.7.0"),
        entry("0.5.9"),
        entry("0.5.10"),
        entry("0.6.0-rc.1"),
        entry("0.5.11", yanked=True),
    )
    assert found and str(found.version) == "0.5.10"


def test_this_version_itself_counts_once_it_is_published() -> None:
    found = newest(entry("0.5.0"), entry("0.6.0"))
    assert found and found.version == MOST


def test_features_of_both_kinds_are_read() -> None:
    found = newest(entry("0.5.0", features={"a": []}, features2={"serde": ["dep:serde"]}))
    assert found and found.features == {"a", "serde"}


def test_a_crate_without_a_release() -> None:
    assert newest(status=404) is None
    assert newest(entry("0.5.0", yanked=True)) is None


def test_no_answer_is_not_an_absence() -> None:
    with pytest.raises(Transient):
        newest(status=403)
