"""What the stand-in crates.io shows of a version, on each surface and when."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.tools.rehearsal.world.clock import Time
from tests.tools.rehearsal.world.conftest import http
from tests.tools.rehearsal.world.cratesio.uploads import OWNER, crate_bytes, framed, put
from tools.rehearsal.world import Fault, World
from tools.rehearsal.world.cratesio import CratesIo, Lag
from tools.rehearsal.world.faults import Stale


def test_surfaces_of_a_published_version(registry: CratesIo, world: World) -> None:
    crate = crate_bytes("tiny-core", "2.0.0")
    digest = hashlib.sha256(crate).hexdigest()
    assert put(world, framed("tiny-core", "2.0.0", crate))[0] == 200
    with http(world) as web:
        api = "https://crates.io/api/v1/crates/tiny-core"
        facts = web.get(f"{api}/2.0.0").json()["version"]
        assert (facts["checksum"], facts["crate_size"], facts["num"]) == (
            digest,
            len(crate),
            "2.0.0",
        )
        assert [v["num"] for v in web.get(f"{api}/versions").json()["versions"]] == ["2.0.0"]
        assert web.get(api).json()["crate"]["max_version"] == "2.0.0"
        moved = web.get(f"{api}/2.0.0/download")
        assert moved.status_code == 302
        assert moved.headers["location"] == (
            "https://static.crates.io/crates/tiny-core/tiny-core-2.0.0.crate"
        )
        assert web.get(moved.headers["location"]).content == crate
        assert web.get("https://static.crates.io/crates/tiny-core/2.0.0/download").content == crate
        index = web.get("https://index.crates.io/ti/ny/tiny-core")
        assert json.loads(index.text)["cksum"] == digest
        same = {"If-None-Match": index.headers["etag"]}
        assert web.get("https://index.crates.io/ti/ny/tiny-core", headers=same).status_code == 304
        assert web.get(f"{api}/9.9.9").status_code == 404
        assert web.get("https://crates.io/api/v1/crates/nobody").status_code == 404
        assert web.get("https://index.crates.io/no/bo/nobody").status_code == 404
        missing = "https://static.crates.io/crates/tiny-core/tiny-core-9.9.9.crate"
        assert web.get(missing).status_code == 403


def test_each_surface_lags_by_itself(registry: CratesIo, world: World, time: Time) -> None:
    registry.surfaces.lags |= {
        "index": Lag(requests=1),
        "download": Lag(requests=2),
        "static": Lag(seconds=30),
    }
    crate = crate_bytes("tiny-core", "1.0.0")
    put(world, framed("tiny-core", "1.0.0", crate))
    urls = {
        "api": "https://crates.io/api/v1/crates/tiny-core/1.0.0",
        "index": "https://index.crates.io/ti/ny/tiny-core",
        "download": "https://crates.io/api/v1/crates/tiny-core/1.0.0/download",
        "static": "https://static.crates.io/crates/tiny-core/tiny-core-1.0.0.crate",
    }
    with http(world) as web:
        seen = {name: [web.get(url).status_code for _ in range(3)] for name, url in urls.items()}
        time.now += timedelta(seconds=31)
        assert web.get(urls["static"]).status_code == 200
    assert seen == {
        "api": [200, 200, 200],
        "index": [404, 200, 200],
        "download": [404, 404, 302],
        "static": [403, 403, 403],
    }


def test_stale_reads_show_the_crate_before_its_last_version(
    registry: CratesIo, world: World
) -> None:
    for version in ("1.0.0", "1.0.1"):
        put(world, framed("tiny-core", version, crate_bytes("tiny-core", version)))
    world.faults.add(
        Fault("index.crates.io", "GET", "", Stale()), Fault("crates.io", "GET", "", Stale())
    )
    url = "https://index.crates.io/ti/ny/tiny-core"
    api = "https://crates.io/api/v1/crates/tiny-core/1.0.1"
    with http(world) as web:
        versions = [
            [json.loads(line)["vers"] for line in web.get(url).text.splitlines()] for _ in range(2)
        ]
        assert versions == [["1.0.0"], ["1.0.0", "1.0.1"]]
        assert [web.get(api).status_code for _ in range(2)] == [404, 200]


def test_replicas_that_disagree(registry: CratesIo, world: World) -> None:
    registry.surfaces.lags["index"] = Lag(requests=1, pattern=(True, False))
    put(world, framed("tiny-core", "1.0.0", crate_bytes("tiny-core", "1.0.0")))
    with http(world) as web:
        url = "https://index.crates.io/ti/ny/tiny-core"
        assert [web.get(url).status_code for _ in range(5)] == [404, 200, 404, 200, 200]


def test_placed_version_is_served_but_was_not_uploaded(registry: CratesIo, world: World) -> None:
    placed = registry.place("tiny-core", "1.0.0", crate_bytes("tiny-core", "1.0.0"))
    registry.place("tiny-core", "0.9.0", crate_bytes("tiny-core", "0.9.0"))
    with http(world) as web:
        facts = web.get("https://crates.io/api/v1/crates/tiny-core").json()
    assert facts["crate"]["max_version"] == "1.0.0"
    assert facts["crate"]["newest_version"] == "0.9.0"
    assert facts["versions"][1]["checksum"] == placed.checksum
    assert registry.uploads.attempts() == ()
    with pytest.raises(ValueError, match="already uploaded"):
        registry.place("tiny-core", "1.0.0", b"")


def test_yank_shows_in_the_index_and_needs_the_owner(registry: CratesIo, world: World) -> None:
    put(world, framed("tiny-core", "1.0.0", crate_bytes("tiny-core", "1.0.0")))
    url = "https://crates.io/api/v1/crates/tiny-core/1.0.0/yank"
    with http(world) as web:
        assert web.delete(url, headers={"Authorization": "nobody"}).status_code == 403
        assert web.delete(url, headers={"Authorization": OWNER}).json() == {"ok": True}
        assert json.loads(web.get("https://index.crates.io/ti/ny/tiny-core").text)["yanked"] is True


def test_seeding_other_bytes_than_the_lock_records_is_an_error(
    registry: CratesIo, tmp_path: Path
) -> None:
    path = tmp_path / "third-1.0.0.crate"
    path.write_bytes(crate_bytes("third", "1.0.0"))
    with pytest.raises(ValueError, match="expected sha256"):
        registry.seed(path, "0" * 64)
