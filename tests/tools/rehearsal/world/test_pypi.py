"""The stand-in PyPI against real pip, uv and twine, and its APIs against httpx."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pypi_attestations import Attestation, Distribution
from sigstore.dsse import StatementBuilder, Subject
from sigstore.models import ClientTrustConfig, TrustedRoot
from sigstore.oidc import IdentityToken
from sigstore.sign import SigningContext

from tests.tools.rehearsal.world.conftest import (
    REPOSITORY,
    Client,
    http,
    wheel_bytes,
    write_wheel,
)
from tools.rehearsal.world import Fault, World
from tools.rehearsal.world.faults import (
    Action,
    FlipByte,
    ResetAfter,
    ResetBefore,
    Stale,
    Status,
    Truncate,
)
from tools.rehearsal.world.oidc import Issuer, JobIdentity
from tools.rehearsal.world.pypi import Lag, Publisher, PyPI, sigstore_verifier
from tools.rehearsal.world.pypi.simple import negotiate
from tools.rehearsal.world.sigstore import Sigstore
from tools.rehearsal.world.uploads import Outcome

OWNER = "pypi-owner"
LEGACY = "https://upload.pypi.org/legacy/"
MINT = "https://pypi.org/_/oidc/mint-token"
PIP = (sys.executable, "-m", "pip", "--no-input")
TWINE = (sys.executable, "-m", "twine")
UV = str(Path(sys.executable).parent / "uv")


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(scope="session")
def shared_issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def issuer(shared_issuer: Issuer, time: Time) -> Issuer:
    shared_issuer.clock = time
    return shared_issuer


@pytest.fixture(scope="session")
def sigstore(shared_issuer: Issuer) -> Sigstore:
    return Sigstore(shared_issuer)


@pytest.fixture
def registry(issuer: Issuer, sigstore: Sigstore, time: Time, tmp_path: Path) -> PyPI:
    root = tmp_path / "trusted_root.json"
    root.write_text(sigstore.trusted_root())
    return PyPI(
        issuer.jwks,
        [
            Publisher("Tiny_Pkg", REPOSITORY, "release.yml", "pypi"),
            Publisher("alien", "someone/else", "release.yml"),
        ],
        owner_tokens={OWNER},
        verify=sigstore_verifier(TrustedRoot.from_file(str(root))),
        clock=time,
    )


@pytest.fixture
def world(registry: PyPI, sigstore: Sigstore, tmp_path: Path) -> Iterator[World]:
    with World([*registry.hosts(), *sigstore.hosts()], tmp_path / "world") as running:
        yield running
    assert running.journal.failures() == ()


@pytest.fixture
def client(world: World, tmp_path: Path) -> Client:
    return Client(world, tmp_path / "client")


def identity(**changes: Any) -> JobIdentity:
    facts = {
        "repository": REPOSITORY,
        "ref": "refs/tags/v0.6.1",
        "sha": "a" * 40,
        "workflow_path": ".github/workflows/release.yml",
        "environment": "pypi",
    }
    return JobIdentity(**{**facts, **changes})


def sdist_bytes(name: str, version: str) -> bytes:
    """An sdist that twine accepts; PyPI builds nothing from it."""
    root = f"{name.replace('-', '_')}-{version}"
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in (("PKG-INFO", text), ("README", b"")):
            member = tarfile.TarInfo(f"{root}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def form(name: str, version: str, content: bytes, /, **changes: str) -> dict[str, str]:
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": name,
        "version": version,
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(content, digest_size=32).hexdigest(),
    }
    return {key: value for key, value in {**fields, **changes}.items() if value}


def post(
    world: World, filename: str, content: bytes, fields: dict[str, str], token: str = OWNER
) -> httpx.Response:
    with http(world) as web:
        return web.post(
            LEGACY,
            data=fields,
            files={"content": (filename, content, "application/octet-stream")},
            auth=("__token__", token) if token else None,
        )


def upload(
    world: World, version: str = "1.0", token: str = OWNER, **changes: str
) -> httpx.Response:
    content = wheel_bytes("tiny-pkg", version)
    fields = form("tiny-pkg", version, content, **changes)
    return post(world, f"tiny_pkg-{version}-py3-none-any.whl", content, fields, token)


# ---------------------------------------------------------------------- real clients


@pytest.mark.slow
def test_twine_uploads_and_pip_and_uv_install(
    client: Client, registry: PyPI, world: World, tmp_path: Path
) -> None:
    wheel = write_wheel(tmp_path / "dist", "tiny-pkg", "1.0")
    sdist = tmp_path / "dist" / "tiny_pkg-1.0.tar.gz"
    sdist.write_bytes(sdist_bytes("tiny-pkg", "1.0"))
    login = {"TWINE_USERNAME": "__token__", "TWINE_PASSWORD": OWNER}
    client.ok(*TWINE, "upload", "--non-interactive", wheel, sdist, env=login)
    assert [u.outcome for u in registry.uploads.attempts()] == [Outcome.STORED] * 2

    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    client.ok(*PIP, "download", "--only-binary=:all:", "-d", tmp_path / "got", "tiny-pkg==1.0")
    assert (tmp_path / "got" / wheel.name).read_bytes() == wheel.read_bytes()

    lock = tmp_path / "lock.txt"
    lock.write_text(f"tiny-pkg==1.0 --hash=sha256:{digest}\n")
    place = tmp_path / "uv"
    client.ok(
        *(UV, "pip", "install", "--require-hashes", "--target", place),
        *("--python", sys.executable, "-r", lock),
    )
    assert (place / "tiny_pkg" / "__init__.py").exists()
    assert world.journal.refused() == ()
    metadata = [
        e for e in world.journal.requests("files.pythonhosted.org") if ".metadata" in e.path
    ]
    assert metadata, "pip and uv resolve by PEP 658 metadata"


@pytest.mark.slow
def test_hash_locked_tools_install_from_a_seeded_wheelhouse(
    client: Client, registry: PyPI, tmp_path: Path
) -> None:
    house = tmp_path / "house"
    wheels = [
        write_wheel(house, "tool", "2.0", ["helper>=1"]),
        write_wheel(house, "helper", "1.5"),
        write_wheel(house, "helper", "1.6"),
    ]
    assert registry.seed(house) == 3
    lines = [
        f"{path.name.split('-')[0]}=={path.name.split('-')[1]}"
        f" --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for path in wheels[:2]
    ]
    lock = tmp_path / "lock.txt"
    lock.write_text("".join(lines))
    for number, installer in enumerate(
        ([UV, "pip", "install", "--python", sys.executable], [*PIP, "install"])
    ):
        place = tmp_path / f"place{number}"
        client.ok(*installer, "--require-hashes", "--target", place, "-r", lock)
        assert (place / "helper-1.5.dist-info").is_dir()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "code", "stored"),
    [
        (Status(503), 0, True),
        (Status(403), 1, False),
        (Status(429, {"Retry-After": "1"}), 1, False),
        (ResetBefore(), 1, False),
        (ResetAfter(), 1, True),
        (Truncate(), 1, True),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_twine_meets_a_fault(
    client: Client,
    registry: PyPI,
    world: World,
    tmp_path: Path,
    action: Action,
    code: int,
    stored: bool,
) -> None:
    """twine repeats after a 5xx by itself; otherwise only PyPI tells whether the file is there."""
    wheel = write_wheel(tmp_path / "dist", "tiny-pkg", "1.0")
    world.faults.add(Fault("upload.pypi.org", "POST", "", action))
    login = {"TWINE_USERNAME": "__token__", "TWINE_PASSWORD": OWNER}
    done = client.run(*TWINE, "upload", "--non-interactive", wheel, env=login)
    assert done.returncode == code, done.stdout
    assert (registry.served(wheel.name) is not None) == stored
    client.ok(*TWINE, "upload", "--non-interactive", wheel, env=login)
    assert len(registry.uploads.stored()) == 1
    last = registry.uploads.attempts()[-1].outcome
    assert last is (Outcome.REPEATED if stored else Outcome.STORED)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "code"),
    [(Status(503), 0), (ResetBefore(), 0), (FlipByte(), 1)],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_pip_download_meets_a_fault(
    client: Client, world: World, tmp_path: Path, action: Action, code: int
) -> None:
    """pip tries again, and never accepts other bytes than the index states."""
    assert upload(world).status_code == 200
    world.faults.add(Fault("files.pythonhosted.org", "GET", r"\.whl$", action))
    done = client.run(*PIP, "download", "--no-deps", "-d", tmp_path / "got", "tiny-pkg")
    assert done.returncode == code, done.stdout + done.stderr
    assert len(world.faults.fired()) == 1
    if code:
        assert "DO NOT MATCH THE HASHES" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "times", "code"),
    [(Status(503), 1, 0), (ResetBefore(), 1, 0), (Truncate(), 1, 0), (FlipByte(), 0, 1)],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_uv_install_meets_a_fault(
    client: Client, world: World, tmp_path: Path, action: Action, times: int, code: int
) -> None:
    """uv tries again, and never accepts other bytes than the lock states."""
    assert upload(world).status_code == 200
    digest = hashlib.sha256(wheel_bytes("tiny-pkg", "1.0")).hexdigest()
    lock = tmp_path / "lock.txt"
    lock.write_text(f"tiny-pkg==1.0 --hash=sha256:{digest}\n")
    world.faults.add(Fault("files.pythonhosted.org", "GET", r"\.whl$", action, times=times))
    done = client.run(
        *(UV, "pip", "install", "--require-hashes", "--target", tmp_path / "place"),
        *("--python", sys.executable, "-r", lock),
    )
    assert (done.returncode != 0) == (code != 0), done.stderr
    assert world.faults.fired()
    assert (tmp_path / "place" / "tiny_pkg").exists() == (code == 0)


@pytest.mark.slow
def test_pip_never_installs_a_truncated_file(client: Client, world: World, tmp_path: Path) -> None:
    assert upload(world).status_code == 200
    world.faults.add(Fault("files.pythonhosted.org", "GET", r"\.whl$", Truncate(), times=0))
    done = client.run(*PIP, "download", "--no-deps", "-d", tmp_path / "got", "tiny-pkg")
    assert done.returncode != 0
    assert not list((tmp_path / "got").glob("*.whl"))


@pytest.mark.slow
def test_pip_in_a_world_without_the_package_asks_nobody_else(
    client: Client, world: World, tmp_path: Path
) -> None:
    index = ("--extra-index-url", "https://pypi.example.org/simple/")
    done = client.run(*PIP, "download", "--retries", "0", *index, "-d", tmp_path, "unheard-of")
    assert done.returncode == 1
    assert {entry.host for entry in world.journal.refused()} == {"pypi.example.org"}


# ---------------------------------------------------------------------- surfaces


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


# ---------------------------------------------------------------------- what is refused


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


# ---------------------------------------------------------------------- trusted publishing


def mint(world: World, issuer: Issuer, **changes: Any) -> str:
    jwt = issuer.token("pypi", identity(**changes).claims())
    with http(world, "publish-pypi") as web:
        answer = web.post(MINT, json={"token": jwt})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


def test_minted_token_uploads_its_project_for_a_quarter_of_an_hour(
    registry: PyPI, world: World, issuer: Issuer, time: Time
) -> None:
    with http(world) as web:
        assert web.get("https://pypi.org/_/oidc/audience").json() == {"audience": "pypi"}
    token = mint(world, issuer)
    assert token.startswith("pypi-")
    assert upload(world, "1.0", token).status_code == 200
    other = wheel_bytes("alien", "1.0")
    fields = form("alien", "1.0", other)
    assert post(world, "alien-1.0-py3-none-any.whl", other, fields, token).status_code == 403
    time.now += timedelta(minutes=16)
    assert upload(world, "1.1", token).status_code == 403
    (record,) = registry.tokens.ledger()
    assert record.label == "publish-pypi"
    assert [use.accepted for use in record.uses] == [True, False, False]
    assert registry.uploads.stored()[0].token == record.number


@pytest.mark.parametrize(
    ("claims", "audience", "code"),
    [
        ({}, "crates.io", "invalid-token"),
        ({"exp": 1}, "pypi", "invalid-token"),
        ({"repository": "mallory/ordvec"}, "pypi", "invalid-publisher"),
        ({"environment": "crates-io"}, "pypi", "invalid-publisher"),
        (
            {"workflow_ref": f"{REPOSITORY}/.github/workflows/ci.yml@refs/heads/main"},
            "pypi",
            "invalid-publisher",
        ),
    ],
    ids=["other_audience", "expired", "other_repository", "other_environment", "other_workflow"],
)
def test_credential_is_refused(
    registry: PyPI, world: World, issuer: Issuer, claims: dict[str, Any], audience: str, code: str
) -> None:
    jwt = issuer.token(audience, identity().claims() | claims)
    with http(world) as web:
        answer = web.post(MINT, json={"token": jwt})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code
    assert registry.tokens.ledger() == ()


def test_credential_is_good_once_and_a_wrong_body_is_refused(world: World, issuer: Issuer) -> None:
    jwt = issuer.token("pypi", identity().claims())
    with http(world) as web:
        codes = [web.post(MINT, json={"token": jwt}).status_code for _ in range(2)]
        wrong = web.post(MINT, content=b"token")
    assert codes == [200, 422]
    assert wrong.json()["errors"][0]["code"] == "invalid-payload"


# ---------------------------------------------------------------------- attestations


@pytest.fixture
def signed(
    world: World, issuer: Issuer, sigstore: Sigstore, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Sign a file as the publish job would, with real sigstore against the world."""
    monkeypatch.setenv("HTTPS_PROXY", world.proxy_url)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(world.ca_file))
    monkeypatch.setenv("SSL_CERT_FILE", str(world.ca_file))

    def sign(filename: str, content: bytes, **changes: Any) -> str:
        token = IdentityToken(issuer.token("sigstore", identity(**changes).claims()))
        config = ClientTrustConfig.from_json(sigstore.client_trust_config())
        dist = Distribution(name=filename, digest=hashlib.sha256(content).hexdigest())
        with SigningContext.from_trust_config(config).signer(token) as signer:
            return Attestation.sign(signer, dist).model_dump_json()

    return sign


NAME = "tiny_pkg-1.0-py3-none-any.whl"


def test_attested_upload_is_served_with_provenance(
    registry: PyPI, world: World, issuer: Issuer, signed: Any
) -> None:
    content = wheel_bytes("tiny-pkg", "1.0")
    attestation = signed(NAME, content)
    answer = upload(world, token=mint(world, issuer), attestations=f"[{attestation}]")
    assert answer.status_code == 200, answer.text
    with http(world) as web:
        url = f"https://pypi.org/integrity/tiny-pkg/1.0/{NAME}/provenance"
        served = web.get(url)
        assert served.headers["content-type"] == "application/vnd.pypi.integrity.v1+json"
        (bundle,) = served.json()["attestation_bundles"]
        assert bundle["publisher"]["repository"] == REPOSITORY
        assert bundle["publisher"]["workflow"] == "release.yml"
        assert bundle["publisher"]["environment"] == "pypi"
        assert bundle["attestations"] == [json.loads(attestation)]
        page = web.get(
            "https://pypi.org/simple/tiny-pkg/",
            headers={"Accept": "application/vnd.pypi.simple.v1+json"},
        )
        assert page.json()["files"][0]["provenance"] == url
        assert web.get(url, headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.slow
def test_twine_uploads_with_attestations(
    client: Client, registry: PyPI, world: World, issuer: Issuer, signed: Any, tmp_path: Path
) -> None:
    wheel = write_wheel(tmp_path / "dist", "tiny-pkg", "1.0")
    beside = wheel.with_name(wheel.name + ".publish.attestation")
    beside.write_text(signed(wheel.name, wheel.read_bytes()))
    login = {"TWINE_USERNAME": "__token__", "TWINE_PASSWORD": mint(world, issuer)}
    client.ok(*(*TWINE, "upload", "--non-interactive", "--attestations", wheel, beside), env=login)
    file = registry.served(wheel.name)
    assert file is not None
    assert file.provenance is not None


def refused_attestation(world: World, issuer: Issuer, field: str) -> str:
    answer = upload(world, token=mint(world, issuer), attestations=field)
    assert answer.status_code == 400
    return answer.text


def test_attestation_of_another_file_is_refused(world: World, issuer: Issuer, signed: Any) -> None:
    field = f"[{signed(NAME, b'other bytes')}]"
    assert "subject does not match" in refused_attestation(world, issuer, field)


def test_attestation_by_another_workflow_is_refused(
    world: World, issuer: Issuer, signed: Any
) -> None:
    content = wheel_bytes("tiny-pkg", "1.0")
    field = f"[{signed(NAME, content, workflow_path='.github/workflows/ci.yml')}]"
    assert "expected the workflow" in refused_attestation(world, issuer, field)


def test_attestation_by_another_repository_is_refused(
    world: World, issuer: Issuer, signed: Any
) -> None:
    field = f"[{signed(NAME, wheel_bytes('tiny-pkg', '1.0'), repository='mallory/ordvec')}]"
    assert "Could not verify" in refused_attestation(world, issuer, field)


def test_attestation_with_a_broken_signature_is_refused(
    world: World, issuer: Issuer, signed: Any
) -> None:
    attestation = json.loads(signed(NAME, wheel_bytes("tiny-pkg", "1.0")))
    raw = bytearray(base64.b64decode(attestation["envelope"]["signature"]))
    raw[-1] ^= 1
    attestation["envelope"]["signature"] = base64.b64encode(raw).decode()
    text = refused_attestation(world, issuer, json.dumps([attestation]))
    assert "Could not verify" in text


def test_attestation_signed_by_another_sigstore_is_refused(
    world: World, issuer: Issuer, signed: Any, registry: PyPI, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    other.write_text(Sigstore(issuer).trusted_root())
    registry._verify = sigstore_verifier(TrustedRoot.from_file(str(other)))
    field = f"[{signed(NAME, wheel_bytes('tiny-pkg', '1.0'))}]"
    assert "Could not verify" in refused_attestation(world, issuer, field)


@pytest.mark.parametrize(
    ("field", "reason"),
    [("[]", "expected 1 or 2"), ("{}", "Malformed"), ("[{}]", "Malformed"), ("no", "Malformed")],
    ids=["empty_list", "no_list", "empty_attestation", "not_json"],
)
def test_malformed_attestations_are_refused(
    world: World, issuer: Issuer, field: str, reason: str
) -> None:
    assert reason in refused_attestation(world, issuer, field)


def test_two_attestations_of_one_predicate_are_refused(
    world: World, issuer: Issuer, signed: Any
) -> None:
    one = signed(NAME, wheel_bytes("tiny-pkg", "1.0"))
    assert "same predicate type" in refused_attestation(world, issuer, f"[{one}, {one}]")


def test_attestation_with_an_unsupported_predicate_is_refused(
    world: World, issuer: Issuer, sigstore: Sigstore, signed: Any
) -> None:
    content = wheel_bytes("tiny-pkg", "1.0")
    statement = (
        StatementBuilder()
        .subjects([Subject(name=NAME, digest={"sha256": hashlib.sha256(content).hexdigest()})])
        .predicate_type("https://example.org/v1")
        .predicate({})
        .build()
    )
    token = IdentityToken(issuer.token("sigstore", identity().claims()))
    config = ClientTrustConfig.from_json(sigstore.client_trust_config())
    with SigningContext.from_trust_config(config).signer(token) as signer:
        attestation = Attestation.from_bundle(signer.sign_dsse(statement))
    field = f"[{attestation.model_dump_json()}]"
    assert "unsupported predicate" in refused_attestation(world, issuer, field)


def test_attestations_need_trusted_publishing(world: World, signed: Any) -> None:
    field = f"[{signed(NAME, wheel_bytes('tiny-pkg', '1.0'))}]"
    answer = upload(world, attestations=field)
    assert answer.status_code == 400
    assert "Trusted Publishing" in answer.text
