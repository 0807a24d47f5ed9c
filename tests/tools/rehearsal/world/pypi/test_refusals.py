"""Uploads that PyPI refuses."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest

from tests.tools.rehearsal.world.clock import Time
from tests.tools.rehearsal.world.conftest import http, wheel_bytes
from tests.tools.rehearsal.world.pypi.uploads import LEGACY, form, post, sdist_bytes, upload
from tools.rehearsal.world import World
from tools.rehearsal.world.pypi import PyPI
from tools.rehearsal.world.uploads import Outcome


@pytest.mark.parametrize(
    ("filename", "changes", "reason"),
    [
        ("", {":action": "submit"}, "Unknown :action"),
        ("", {"protocol_version": "2"}, "Unknown protocol_version"),
        ("", {"metadata_version": ""}, "metadata_version"),
        ("", {"sha256_digest": "0" * 64}, "digest supplied does not match"),
        ("", {"blake2_256_digest": "0" * 64}, "digest supplied does not match"),
        ("", {"sha256_digest": "", "blake2_256_digest": ""}, "at least one message digest"),
        ("", {"name": "other"}, "is not one of other 1.0"),
        ("", {"version": "1.1"}, "is not one of tiny-pkg 1.1"),
        ("", {"version": "one"}, "Invalid version"),
        ("", {"filetype": "sdist"}, "Invalid file type"),
        ("tiny_pkg-1.0-py3-none-linux_x86_64.whl", {}, "unsupported platform tag"),
        ("tiny_pkg-1.0.zip", {"filetype": "sdist"}, "PEP 625"),
        ("tiny_pkg-1.0.exe", {}, "Invalid distribution file name"),
        ("../tiny_pkg-1.0-py3-none-any.whl", {}, ""),
    ],
    ids=[
        "other_action",
        "other_protocol",
        "missing_field",
        "wrong_sha256",
        "wrong_blake2",
        "no_digest",
        "name_of_another_project",
        "version_of_another_release",
        "not_a_version",
        "wheel_sent_as_sdist",
        "linux_platform_tag",
        "zip_sdist",
        "installer",
        "path_in_file_name",
    ],
)
def test_upload_form_is_refused(
    registry: PyPI, world: World, filename: str, changes: dict[str, str], reason: str
) -> None:
    content = wheel_bytes("tiny-pkg", "1.0")
    name = filename or "tiny_pkg-1.0-py3-none-any.whl"
    answer = post(world, name, content, form("tiny-pkg", "1.0", content, **changes))
    assert answer.status_code in (400, 403)
    assert reason in answer.text
    assert registry.uploads.stored() == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"not a zip", "Invalid distribution file"),
        (wheel_bytes("tiny-pkg", "1.1"), "the metadata names tiny-pkg 1.1"),
        (wheel_bytes("other", "1.0"), "the metadata names other 1.0"),
        (wheel_bytes("tiny-pkg", "1.0").replace(b"RECORD", b"RECURD"), "Invalid distribution file"),
    ],
    ids=["not_an_archive", "metadata_of_another_version", "metadata_of_another_name", "no_record"],
)
def test_upload_content_is_refused(
    registry: PyPI, world: World, content: bytes, reason: str
) -> None:
    fields = form("tiny-pkg", "1.0", content)
    answer = post(world, "tiny_pkg-1.0-py3-none-any.whl", content, fields)
    assert (answer.status_code, reason in answer.text) == (400, True), answer.text
    assert registry.served("tiny_pkg-1.0-py3-none-any.whl") is None


def test_member_that_record_does_not_list_is_refused(registry: PyPI, world: World) -> None:
    buffer = io.BytesIO(wheel_bytes("tiny-pkg", "1.0"))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("tiny_pkg/smuggled.py", "import os\n")
    content = buffer.getvalue()
    fields = form("tiny-pkg", "1.0", content)
    answer = post(world, "tiny_pkg-1.0-py3-none-any.whl", content, fields)
    assert answer.status_code == 400
    assert "smuggled" in answer.text


def test_upload_without_file_or_credentials_is_refused(registry: PyPI, world: World) -> None:
    assert upload(world, token="").status_code == 403
    assert upload(world, token="pypi-made-up").status_code == 403
    with http(world) as web:
        assert web.post(LEGACY, data={":action": "file_upload"}).status_code == 400
    assert registry.uploads.stored() == ()


def test_same_bytes_again_change_nothing_and_other_bytes_are_refused(
    registry: PyPI, world: World
) -> None:
    assert [upload(world).status_code for _ in range(2)] == [200, 200]
    other = wheel_bytes("tiny-pkg", "1.0", requires=["x"])
    fields = form("tiny-pkg", "1.0", other)
    answer = post(world, "tiny_pkg-1.0-py3-none-any.whl", other, fields)
    assert answer.status_code == 400
    assert "File already exists" in answer.text
    outcomes = [u.outcome for u in registry.uploads.attempts()]
    assert outcomes == [Outcome.STORED, Outcome.REPEATED, Outcome.REFUSED]
    registry.repeat_status = 400
    assert upload(world).status_code == 400
    assert len(registry.uploads.stored()) == 1


def test_second_sdist_and_wrongly_named_sdist_are_refused(registry: PyPI, world: World) -> None:
    content = sdist_bytes("tiny-pkg", "1.0")
    fields = form("tiny-pkg", "1.0", content, filetype="sdist")
    assert "PEP 625" in post(world, "tiny-pkg-1.0.tar.gz", content, fields).text
    assert post(world, "tiny_pkg-1.0.tar.gz", content, fields).status_code == 200
    assert len(registry.uploads.stored()) == 1


def test_new_file_for_a_release_older_than_14_days_is_refused(
    registry: PyPI, world: World, time: Time
) -> None:
    assert upload(world).status_code == 200
    content = sdist_bytes("tiny-pkg", "1.0")
    fields = form("tiny-pkg", "1.0", content, filetype="sdist")
    time.now += timedelta(days=14, seconds=1)
    answer = post(world, "tiny_pkg-1.0.tar.gz", content, fields)
    assert answer.status_code == 400
    assert "14 days" in answer.text
    assert upload(world, "1.1").status_code == 200
