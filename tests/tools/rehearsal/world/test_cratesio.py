"""The stand-in crates.io against real cargo, and its web API against httpx."""

from __future__ import annotations

import hashlib
import io
import json
import signal
import struct
import subprocess
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tools.rehearsal.world.conftest import REPOSITORY, Client, http, wait_until, write_crate
from tools.rehearsal.world import Fault, World
from tools.rehearsal.world.cratesio import CratesIo, Lag, Publisher, rate_limited
from tools.rehearsal.world.cratesio.index import index_entry, index_path, requirement
from tools.rehearsal.world.faults import (
    Delay,
    FlipByte,
    Hook,
    ResetAfter,
    ResetBefore,
    Stale,
    Status,
    Truncate,
)
from tools.rehearsal.world.oidc import Issuer, JobIdentity
from tools.rehearsal.world.uploads import Outcome

OWNER = "owner-token"
PUT = "https://crates.io/api/v1/crates/new"
TOKENS = "https://crates.io/api/v1/trusted_publishing/tokens"


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
def issuer_key() -> Issuer:
    return Issuer()


@pytest.fixture
def issuer(issuer_key: Issuer, time: Time) -> Issuer:
    issuer_key.clock = time
    return issuer_key


@pytest.fixture
def registry(issuer: Issuer, time: Time) -> CratesIo:
    return CratesIo(
        issuer.jwks,
        [
            Publisher("tiny-core", REPOSITORY, "release.yml", "crates-io"),
            Publisher("tiny-more", REPOSITORY, "release.yml", "crates-io"),
            Publisher("alien", "someone/else", "release.yml"),
        ],
        owner_tokens={OWNER},
        clock=time,
    )


@pytest.fixture
def world(registry: CratesIo, tmp_path: Path) -> Iterator[World]:
    with World(registry.hosts(), tmp_path / "world") as running:
        yield running
    assert running.journal.failures() == ()


@pytest.fixture
def client(world: World, tmp_path: Path, cargo: str) -> Client:
    return Client(world, tmp_path / "client")


def identity(**changes: str) -> JobIdentity:
    facts = {
        "repository": REPOSITORY,
        "ref": "refs/tags/v0.6.1",
        "sha": "a" * 40,
        "workflow_path": ".github/workflows/release.yml",
        "environment": "crates-io",
    }
    return JobIdentity(**{**facts, **changes})


def crate_bytes(name: str, version: str, *, root: str = "", manifest: str = "") -> bytes:
    text = manifest or (
        f'[package]\nname = "{name}"\nversion = "{version}"\ndescription = "t"\nlicense = "MIT"\n'
    )
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, content in (("Cargo.toml", text), ("src/lib.rs", "")):
            member = tarfile.TarInfo(f"{root or f'{name}-{version}'}/{path}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    return buffer.getvalue()


def framed(name: str, version: str, crate: bytes, **changes: object) -> bytes:
    metadata = {
        "name": name,
        "vers": version,
        "deps": [],
        "features": {},
        "description": "t",
        "license": "MIT",
        **changes,
    }
    raw = json.dumps(metadata).encode()
    return struct.pack("<I", len(raw)) + raw + struct.pack("<I", len(crate)) + crate


# ---------------------------------------------------------------------- real cargo


@pytest.mark.slow
def test_cargo_publishes_two_crates_and_a_consumer_builds_against_them(
    client: Client, registry: CratesIo, world: World
) -> None:
    core = write_crate(client.base / "core", "tiny-core", "1.2.3", "[features]\nfast = []\n")
    more = write_crate(
        client.base / "more",
        "tiny-more",
        "0.1.0",
        '[dependencies]\nbase = { package = "tiny-core", version = "=1.2.3", optional = true }\n'
        '[features]\nwith-base = ["dep:base"]\nfast = ["base?/fast"]\n',
        '#[cfg(feature = "with-base")]\npub fn answer() -> u32 { base::answer() }\n',
    )
    token = {"CARGO_REGISTRY_TOKEN": OWNER}
    client.ok("cargo", "publish", "--allow-dirty", cwd=core, env=token)
    client.ok("cargo", "publish", "--allow-dirty", cwd=more, env=token)
    line = registry.store.index_entry(registry.store.versions("tiny-more")[0])
    assert line["deps"][0]["name"] == "base"
    assert line["deps"][0]["package"] == "tiny-core"
    assert line["deps"][0]["req"] == "=1.2.3"
    assert line["features2"] == {"with-base": ["dep:base"], "fast": ["base?/fast"]}
    assert line["rust_version"] == "1.70"

    consumer = write_crate(
        client.base / "consumer",
        "consumer",
        "0.0.1",
        '[dependencies]\ntiny-more = { version = "0.1", features = ["with-base", "fast"] }\n',
        "#[test]\nfn it_links() { assert_eq!(tiny_more::answer(), 42); }\n",
    )
    client.ok("cargo", "test", "--quiet", cwd=consumer)
    lock = (consumer / "Cargo.lock").read_text()
    for name in ("tiny-core", "tiny-more"):
        (held,) = registry.store.versions(name)
        assert held.checksum in lock
        assert held.checksum == hashlib.sha256(held.read()).hexdigest()
    assert [u.outcome for u in registry.uploads.attempts()] == [Outcome.STORED] * 2
    assert world.journal.refused() == ()
    assert {e.status for e in world.journal.requests("index.crates.io")} <= {200, 304, 404}


def publish(client: Client, name: str = "tiny-core", token: str = OWNER) -> tuple[int, str]:
    folder = client.base / name
    if not folder.exists():
        write_crate(folder, name, "1.0.0")
    done = client.run(
        *("cargo", "publish", "--allow-dirty", "--no-verify"),
        cwd=folder,
        env={"CARGO_REGISTRY_TOKEN": token},
    )
    return done.returncode, done.stderr


def puts(world: World) -> int:
    return len(world.journal.requests("crates.io", "PUT"))


@pytest.mark.parametrize(
    ("action", "stored", "again"),
    [
        (Status(500), False, 0),
        (Status(503, {"Retry-After": "1"}), False, 0),
        (rate_limited(datetime.now(UTC) + timedelta(seconds=60)), False, 0),
        (ResetBefore(), False, 0),
        (ResetAfter(), True, 101),
        (Truncate(), True, 101),
        (FlipByte(0), True, 101),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_cargo_publish_meets_a_fault(
    client: Client, registry: CratesIo, world: World, action: object, stored: bool, again: int
) -> None:
    """facts: one PUT and exit 101 always; only the registry tells what happened."""
    world.faults.add(Fault("crates.io", "PUT", "/new$", action))
    code, _ = publish(client)
    assert (code, puts(world)) == (101, 1)
    assert (registry.served("tiny-core", "1.0.0") is not None) == stored
    code, said = publish(client)
    assert code == again, said
    if stored:
        assert "already exists on crates.io index" in said
        assert puts(world) == 1
    assert len(registry.uploads.stored()) == 1


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (Status(500), 0),
        (Status(429, {"Retry-After": "0"}), 0),
        (ResetBefore(), 0),
        (Truncate(), 0),
        (FlipByte(), 101),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_cargo_download_meets_a_fault(
    client: Client, registry: CratesIo, world: World, action: object, code: int
) -> None:
    """facts: cargo retries downloads, but never accepts other bytes."""
    assert publish(client)[0] == 0
    user = write_crate(client.base / "user", "user", "0.0.1", '[dependencies]\ntiny-core = "1"\n')
    world.faults.add(Fault("static.crates.io", "GET", "", action))
    done = client.run("cargo", "fetch", cwd=user)
    assert done.returncode == code, done.stderr
    assert len(world.faults.fired()) == 1
    if code:
        assert "checksum" in done.stderr


@pytest.mark.parametrize(("when", "stored"), [("instead", False), ("after", True)])
def test_cargo_dies_while_it_uploads(
    client: Client, registry: CratesIo, world: World, when: str, stored: bool
) -> None:
    """SIGKILL at the upload: before it arrived, or after it was stored and before the answer."""
    running: list[subprocess.Popen[bytes]] = []
    hook = Hook(lambda: running[0].kill(), when)  # type: ignore[arg-type]
    world.faults.add(Fault("crates.io", "PUT", "/new$", hook))
    folder = write_crate(client.base / "tiny-core", "tiny-core", "1.0.0")
    running.append(
        subprocess.Popen(
            ["cargo", "publish", "--allow-dirty", "--no-verify"],
            cwd=folder,
            env={**client.env, "CARGO_REGISTRY_TOKEN": OWNER},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    )
    assert running[0].wait(timeout=60) == -signal.SIGKILL
    wait_until(lambda: world.journal.requests("crates.io", "PUT"))
    assert (registry.served("tiny-core", "1.0.0") is not None) == stored
    code, said = publish(client)
    assert code == (101 if stored else 0), said
    assert len(registry.uploads.stored()) == 1


@pytest.mark.slow
def test_cargo_gives_up_before_a_late_answer(
    client: Client, registry: CratesIo, world: World
) -> None:
    """A delay past the client's timeout: exit 101, and the crate is stored all the same.

    With a timeout of 1 s cargo (that is, curl's low-speed limit) gives up after some 6 s.
    """
    client.env["CARGO_HTTP_TIMEOUT"] = "1"
    world.faults.add(Fault("crates.io", "PUT", "/new$", Delay(8)))
    assert publish(client)[0] == 101
    wait_until(lambda: registry.served("tiny-core", "1.0.0"), seconds=10)
    assert "already exists" in publish(client)[1]
    assert len(registry.uploads.stored()) == 1


def test_cargo_polls_past_a_stale_index(client: Client, registry: CratesIo, world: World) -> None:
    """One cache that still has the old page: cargo asks again a second later."""
    registry.place("tiny-core", "0.9.0", crate_bytes("tiny-core", "0.9.0"))
    world.faults.add(
        Fault("index.crates.io", "GET", "/tiny-core$", Stale(), skip=1, times=1, label="")
    )
    code, said = publish(client)
    assert code == 0
    assert "Published tiny-core v1.0.0" in said
    assert len(world.faults.fired()) == 1


def test_cargo_waits_for_a_slow_index(client: Client, registry: CratesIo, world: World) -> None:
    registry.surfaces.lags["index"] = Lag(requests=2)
    code, said = publish(client)
    assert code == 0
    assert "Published tiny-core v1.0.0" in said
    before = [e.status for e in world.journal.requests("index.crates.io") if "tiny" in e.path]
    assert before[-1] == 200
    assert before[:-1] == [404] * (len(before) - 1)


def test_cargo_sees_an_uploaded_version_that_the_index_does_not_show_yet(
    client: Client, registry: CratesIo, world: World
) -> None:
    """Stored, not yet indexed: cargo tries again and the registry says it has it."""
    world.faults.add(Fault("crates.io", "PUT", "/new$", ResetAfter()))
    registry.surfaces.lags["index"] = Lag(requests=1000)
    assert publish(client)[0] == 101
    code, said = publish(client)
    assert code == 101
    assert "crate version `1.0.0` is already uploaded" in said
    assert [u.outcome for u in registry.uploads.attempts()] == [Outcome.STORED, Outcome.REFUSED]


def test_cargo_with_a_wrong_token_stores_nothing(client: Client, registry: CratesIo) -> None:
    code, said = publish(client, token="cio_tp_made_up")
    assert code == 101
    assert "403" in said
    assert registry.uploads.stored() == ()


def test_cargo_publishes_with_a_minted_token_until_it_is_revoked(
    client: Client, registry: CratesIo, world: World, issuer: Issuer
) -> None:
    with http(world, "publish-crate") as web:
        jwt = issuer.token("crates.io", identity().claims())
        token = web.post(TOKENS, json={"jwt": jwt}).json()["token"]
        assert publish(client, token=token)[0] == 0
        bearer = {"Authorization": f"Bearer {token}"}
        assert web.delete(TOKENS, headers=bearer).status_code == 204
    code, said = publish(client, "tiny-more", token)
    assert code == 101
    assert "403" in said
    (record,) = registry.tokens.ledger()
    assert record.label == "publish-crate"
    assert record.projects == ("tiny-core", "tiny-more")
    assert record.revoked_at is not None
    assert [(use.what, use.accepted) for use in record.uses] == [
        ("publish tiny-core-1.0.0.crate", True),
        ("publish tiny-more-1.0.0.crate", False),
    ]
    assert registry.uploads.stored()[0].token == record.number
    assert token in registry.tokens.secrets()
    assert token not in (world.folder / "journal.jsonl").read_text()


@pytest.mark.slow
def test_cargo_overlay_package_resolves_seeded_third_party_crates(
    client: Client, registry: CratesIo, tmp_path: Path
) -> None:
    seeded = tmp_path / "third-1.4.0.crate"
    seeded.write_bytes(
        crate_bytes(
            "third",
            "1.4.0",
            manifest='[package]\nname = "third"\nversion = "1.4.0"\nedition = "2021"\n'
            '[lib]\npath = "src/lib.rs"\n[features]\ndefault = ["std"]\nstd = []\n',
        )
    )
    digest = hashlib.sha256(seeded.read_bytes()).hexdigest()
    registry.seed(seeded, digest)
    member = '[dependencies]\nthird = "1.2"\nroot = { version = "=0.0.1", path = ".." }\n'
    root = write_crate(client.base / "root", "root", "0.0.1", '[workspace]\nmembers = ["sub"]\n')
    write_crate(root / "sub", "sub", "0.0.1", member)
    client.ok("cargo", "package", "--workspace", "--allow-dirty", cwd=root)
    target = Path(client.env["CARGO_TARGET_DIR"]) / "package" / "sub-0.0.1.crate"
    with tarfile.open(target) as archive:
        stream = archive.extractfile("sub-0.0.1/Cargo.lock")
        assert stream is not None
        lock = stream.read().decode()
    assert digest in lock
    assert lock.count("registry+https://github.com/rust-lang/crates.io-index") == 2


# ---------------------------------------------------------------------- web API by httpx


def put(world: World, body: bytes, token: str = OWNER, agent: str | None = None) -> tuple[int, str]:
    with http(world) if agent is None else http(world, agent=agent) as web:
        answer = web.put(PUT, content=body, headers={"Authorization": token})
    return answer.status_code, answer.text


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


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"\x01", 400, "invalid metadata length"),
        (struct.pack("<I", 99) + b"{}", 400, "invalid metadata length"),
        (framed("tiny-core", "1.0.0", b"x") + b"tail", 400, "bytes after the tarball"),
        (framed("1bad", "1.0.0", b""), 400, "invalid crate name"),
        (framed("tiny-core", "1.0", b""), 400, "invalid semver"),
        (framed("tiny-core", "1.0.0", b"", license=""), 400, "missing or empty metadata"),
        (framed("tiny-core", "1.0.0", b"not gzip"), 400, "malformed"),
        (framed("tiny_core", "1.0.0", b""), 400, "previously named `tiny-core`"),
        (
            framed("tiny-core", "1.0.0", crate_bytes("tiny-core", "1.0.0", root="else")),
            400,
            "invalid path found",
        ),
        (
            framed("tiny-core", "1.0.0", crate_bytes("other", "1.0.0", root="tiny-core-1.0.0")),
            400,
            "names other 1.0.0",
        ),
        (
            framed(
                "tiny-core",
                "1.0.0",
                crate_bytes("tiny-core", "1.0.0"),
                deps=[{"name": "unheard-of", "version_req": "^1"}],
            ),
            400,
            "no known crate named `unheard-of`",
        ),
    ],
    ids=[
        "short_frame",
        "frame_longer_than_body",
        "bytes_after_tarball",
        "bad_name",
        "bad_version",
        "missing_license",
        "not_a_tarball",
        "name_differs_in_dash",
        "foreign_root",
        "manifest_of_another_crate",
        "unknown_dependency",
    ],
)
def test_upload_is_refused(
    registry: CratesIo, world: World, body: bytes, status: int, reason: str
) -> None:
    found, text = put(world, body)
    assert (found, reason in text) == (status, True), text
    assert registry.uploads.stored() == ()


def test_too_large_upload_is_refused(registry: CratesIo, world: World) -> None:
    registry.max_upload = 1000
    assert put(world, framed("tiny-core", "1.0.0", b"x" * 2000))[0] == 413


def test_second_upload_of_a_version_is_refused_whatever_its_bytes(
    registry: CratesIo, world: World
) -> None:
    first = crate_bytes("tiny-core", "1.0.0")
    assert put(world, framed("tiny-core", "1.0.0", first))[0] == 200
    for again in (first, crate_bytes("tiny-core", "1.0.0", manifest="# other\n")):
        status, text = put(world, framed("tiny-core", "1.0.0", again))
        assert status == 400
        assert "crate version `1.0.0` is already uploaded" in text
    assert len(registry.uploads.stored()) == 1
    assert len(registry.uploads.refused()) == 2


@pytest.mark.parametrize("agent", ["", "curl/8.5.0", "python-requests/2.32", "python-httpx/0.28.1"])
def test_generic_user_agent_is_refused(registry: CratesIo, world: World, agent: str) -> None:
    crate = crate_bytes("tiny-core", "1.0.0")
    status, text = put(world, framed("tiny-core", "1.0.0", crate), agent=agent)
    assert status == 403
    assert "data access policy" in text
    assert registry.uploads.attempts() == ()


@pytest.mark.parametrize(
    ("claims", "audience", "reason"),
    [
        ({}, "pypi", "Failed to decode"),
        ({"iss": "https://example.org"}, "crates.io", "Failed to decode"),
        ({"exp": 1}, "crates.io", "not valid now"),
        ({"repository": "mallory/ordvec"}, "crates.io", "repository 'mallory/ordvec'"),
        (
            {"workflow_ref": f"{REPOSITORY}/.github/workflows/other.yml@refs/heads/main"},
            "crates.io",
            "workflow",
        ),
        ({"environment": "pypi"}, "crates.io", "environment 'pypi'"),
    ],
    ids=[
        "other_audience",
        "other_issuer",
        "expired",
        "other_repository",
        "other_workflow",
        "other_environment",
    ],
)
def test_credential_is_refused(
    registry: CratesIo,
    world: World,
    issuer: Issuer,
    claims: dict[str, object],
    audience: str,
    reason: str,
) -> None:
    jwt = issuer.token(audience, identity().claims() | claims)
    with http(world) as web:
        answer = web.post(TOKENS, json={"jwt": jwt})
    assert answer.status_code == 400
    assert reason in answer.text
    assert registry.tokens.ledger() == ()


def test_credential_of_another_key_is_refused(
    registry: CratesIo, world: World, issuer: Issuer
) -> None:
    with http(world) as web:
        answer = web.post(TOKENS, json={"jwt": Issuer().token("crates.io", identity().claims())})
    assert answer.status_code == 400


def test_credential_is_good_once(registry: CratesIo, world: World, issuer: Issuer) -> None:
    jwt = issuer.token("crates.io", identity().claims())
    with http(world) as web:
        assert web.post(TOKENS, json={"jwt": jwt}).status_code == 200
        again = web.post(TOKENS, json={"jwt": jwt})
    assert again.status_code == 400
    assert "already been used" in again.text


def test_token_does_not_outlive_half_an_hour_nor_create_crates_nor_reach_others(
    registry: CratesIo, world: World, issuer: Issuer, time: Time
) -> None:
    with http(world) as web:
        jwt = issuer.token("crates.io", identity().claims())
        token = web.post(TOKENS, json={"jwt": jwt}).json()["token"]
    upload = framed("brand-new", "1.0.0", crate_bytes("brand-new", "1.0.0"))
    assert "do not support creating new crates" in put(world, upload, token)[1]
    upload = framed("alien", "1.0.0", crate_bytes("alien", "1.0.0"))
    assert put(world, upload, token)[0] == 403
    time.now += timedelta(minutes=31)
    upload = framed("tiny-core", "1.0.0", crate_bytes("tiny-core", "1.0.0"))
    assert put(world, upload, token)[0] == 403
    assert registry.uploads.stored() == ()


def test_revocation_needs_a_bearer(world: World) -> None:
    with http(world) as web:
        assert web.delete(TOKENS).status_code == 401
        assert web.delete(TOKENS, headers={"Authorization": "cio_tp_x"}).status_code == 401
        unknown = {"Authorization": "Bearer cio_tp_x"}
        assert web.delete(TOKENS, headers=unknown).status_code == 204


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


# ---------------------------------------------------------------------- index lines


@pytest.mark.parametrize(
    ("name", "path"),
    [("a", "1/a"), ("Ab", "2/ab"), ("abc", "3/a/abc"), ("Serde_JSON", "se/rd/serde_json")],
)
def test_index_path(name: str, path: str) -> None:
    assert index_path(name) == path


@pytest.mark.parametrize(
    ("text", "req"),
    [
        ("1.2", "^1.2"),
        ("= 0.6.1", "=0.6.1"),
        (">=1.0, <3", ">=1.0, <3"),
        ("1.*", "1.*"),
        ("~1.2", "~1.2"),
        ("*", "*"),
    ],
)
def test_requirement(text: str, req: str) -> None:
    assert requirement(text) == req


def test_index_entry_of_a_rich_manifest() -> None:
    entry = index_entry(
        {
            "package": {"name": "rich", "version": "1.0.0", "links": "z"},
            "dependencies": {
                "plain": "1",
                "new": {
                    "package": "old",
                    "version": "2",
                    "default-features": False,
                    "features": ["x"],
                },
            },
            "build-dependencies": {"cc": {"version": "1.0.1"}},
            "dev-dependencies": {"test": {"version": "0.3"}},
            "target": {"cfg(unix)": {"dependencies": {"libc": {"version": "0.2"}}}},
            "features": {"default": ["plain/std"], "opt": ["dep:new"], "weak": ["new?/y"]},
        },
        "ab" * 32,
    )
    kinds = {dep["name"]: (dep["kind"], dep["target"], dep["req"]) for dep in entry["deps"]}
    assert kinds == {
        "cc": ("build", None, "^1.0.1"),
        "libc": ("normal", "cfg(unix)", "^0.2"),
        "new": ("normal", None, "^2"),
        "plain": ("normal", None, "^1"),
        "test": ("dev", None, "^0.3"),
    }
    new = next(dep for dep in entry["deps"] if dep["name"] == "new")
    assert (new["package"], new["default_features"], new["features"]) == ("old", False, ["x"])
    assert entry["features"] == {"default": ["plain/std"]}
    assert entry["features2"] == {"opt": ["dep:new"], "weak": ["new?/y"]}
    assert (entry["v"], entry["links"]) == (2, "z")
