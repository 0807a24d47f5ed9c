"""The stand-in crates.io against real cargo."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tools.rehearsal.world.conftest import Client, http, wait_until, write_crate
from tests.tools.rehearsal.world.cratesio.uploads import OWNER, TOKENS, crate_bytes, identity
from tools.ops import cargo as product
from tools.rehearsal.world import Fault, World
from tools.rehearsal.world.cratesio import CratesIo, Lag, rate_limited
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
from tools.rehearsal.world.oidc import Issuer
from tools.rehearsal.world.uploads import Outcome


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


def test_no_build_script_runs_while_a_token_exists(
    client: Client, registry: CratesIo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """cargo's own check of a publish would compile the crate, and each dependency's build script
    could read the token from its environment."""
    loot = tmp_path / "loot"
    folder = write_crate(client.base / "core", "tiny-core", "1.2.3")
    (folder / "build.rs").write_text(
        f'fn main() {{ std::fs::write("{loot}", env!("PATH")).unwrap(); }}\n'
    )
    client.ok("cargo", "generate-lockfile", cwd=folder)
    for name, value in client.env.items():
        monkeypatch.setenv(name, value)
    done = product.publish(folder, "tiny-core", OWNER)
    assert done.returncode == 0, done.stderr
    assert [u.outcome for u in registry.uploads.attempts()] == [Outcome.STORED]
    assert not loot.exists()


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
