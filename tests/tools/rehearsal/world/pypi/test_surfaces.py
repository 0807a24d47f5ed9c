"""What the stand-in PyPI shows of a file, on each surface and when."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest

from tests.tools.rehearsal.world.clock import Time
from tests.tools.rehearsal.world.conftest import http, wheel_bytes
from tests.tools.rehearsal.world.pypi.uploads import upload
from tools.rehearsal.world import Fault, World
from tools.rehearsal.world.faults import Stale
from tools.rehearsal.world.pypi import Lag, PyPI
from tools.rehearsal.world.pypi.simple import negotiate


def test_surfaces_of_an_uploaded_file(registry: PyPI, world: World, time: Time) -> None:
    content = wheel_bytes("tiny-pkg", "1.0")
    digest = hashlib.sha256(content).hexdigest()
    name = "tiny_pkg-1.0-py3-none-any.whl"
    assert upload(world).status_code == 200
    with http(world) as web:
        for url in (
            "https://pypi.org/pypi/tiny-pkg/json",
            "https://pypi.org/pypi/Tiny.Pkg/1.0/json",
        ):
            (stated,) = web.get(url).json()["urls"]
            assert stated["digests"]["sha256"] == digest
            assert stated["filename"] == name
            assert stated["size"] == len(content)
            uploaded = datetime.fromisoformat(stated["upload_time_iso_8601"])
            assert abs((uploaded - time.now).total_seconds()) < 1
        page = web.get(
            "https://pypi.org/simple/tiny-pkg/",
            headers={"Accept": "application/vnd.pypi.simple.v1+json"},
        )
        (listed,) = page.json()["files"]
        assert page.headers["content-type"] == "application/vnd.pypi.simple.v1+json"
        assert listed["hashes"] == {"sha256": digest}
        assert listed["url"] == stated["url"]
        assert listed["requires-python"] == ">=3.10"
        assert listed["provenance"] is None
        assert page.json()["versions"] == ["1.0"]
        assert web.get(listed["url"]).content == content
        metadata = web.get(listed["url"] + ".metadata").content
        assert listed["core-metadata"] == {"sha256": hashlib.sha256(metadata).hexdigest()}
        plain = web.get("https://pypi.org/simple/tiny-pkg/", headers={"Accept": "text/html"})
        assert f'{name}#sha256={digest}"' in plain.text
        same = {"If-None-Match": plain.headers["etag"], "Accept": "text/html"}
        assert web.get("https://pypi.org/simple/tiny-pkg/", headers=same).status_code == 304
        moved = web.get("https://pypi.org/simple/Tiny_Pkg/")
        assert (moved.status_code, moved.headers["location"]) == (301, "/simple/tiny-pkg/")
        assert "tiny-pkg" in web.get("https://pypi.org/simple/").text
        for url in (
            "https://pypi.org/simple/nobody/",
            "https://pypi.org/pypi/nobody/json",
            "https://pypi.org/pypi/tiny-pkg/9.9/json",
            f"https://pypi.org/integrity/tiny-pkg/1.0/{name}/provenance",
            "https://files.pythonhosted.org/packages/aa/bb/cc/" + name,
        ):
            assert web.get(url).status_code == 404, url


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/html", "text/html"),
        (
            "application/vnd.pypi.simple.v1+json, text/html;q=0.01",
            "application/vnd.pypi.simple.v1+json",
        ),
        (
            "application/vnd.pypi.simple.v1+json;q=0.1, text/html;q=0.2",
            "text/html",
        ),
        ("image/png", None),
    ],
)
def test_content_negotiation(accept: str, kind: str | None) -> None:
    assert negotiate(accept) == kind


def test_each_surface_lags_by_itself(registry: PyPI, world: World, time: Time) -> None:
    """The JSON API fresh while the simple index is stale, and the other way round."""
    registry.surfaces.lags |= {"simple": Lag(requests=2), "files": Lag(seconds=20)}
    upload(world)
    file = registry.served("tiny_pkg-1.0-py3-none-any.whl")
    assert file is not None
    with http(world) as web:
        simple, page = (
            "https://pypi.org/simple/tiny-pkg/",
            "https://pypi.org/pypi/tiny-pkg/1.0/json",
        )
        assert [web.get(page).status_code for _ in range(2)] == [200, 200]
        assert [web.get(simple).status_code for _ in range(3)] == [404, 404, 200]
        assert web.get(file.url).status_code == 404
        time.now += timedelta(seconds=21)
        assert web.get(file.url).status_code == 200


def test_stale_reads_show_the_project_before_its_last_file(registry: PyPI, world: World) -> None:
    upload(world, "1.0")
    upload(world, "1.1")
    world.faults.add(Fault("pypi.org", "GET", "", Stale(), times=2))
    with http(world) as web:
        page = "https://pypi.org/pypi/tiny-pkg/json"
        assert list(web.get(page).json()["releases"]) == ["1.0"]
        assert web.get("https://pypi.org/pypi/tiny-pkg/1.1/json").status_code == 404
        assert list(web.get(page).json()["releases"]) == ["1.0", "1.1"]


def test_placed_yanked_and_unattested_files(registry: PyPI, world: World) -> None:
    name = "tiny_pkg-1.0-py3-none-any.whl"
    registry.place(name, wheel_bytes("tiny-pkg", "1.0"), provenance={"version": 1})
    url = f"https://pypi.org/integrity/tiny-pkg/1.0/{name}/provenance"
    with http(world) as web:
        assert web.get(url).json() == {"version": 1}
        registry.forget_provenance(name)
        assert web.get(url).status_code == 404
        registry.yank(name, "broken")
        page = web.get("https://pypi.org/pypi/tiny-pkg/1.0/json").json()
        assert (page["urls"][0]["yanked"], page["urls"][0]["yanked_reason"]) == (True, "broken")
        assert 'data-yanked="broken"' in web.get("https://pypi.org/simple/tiny-pkg/").text
    assert registry.uploads.attempts() == ()
