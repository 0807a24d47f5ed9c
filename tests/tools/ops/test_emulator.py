"""The pinned emulator: what loopback serves is used only if its digest is the pinned one."""

from __future__ import annotations

import io
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tools.declaration import Declaration, Emulator
from tools.errors import Mismatch, Transient
from tools.model import Digest
from tools.ops import emulator
from tools.ops.executor import NATIVE
from tools.ops.http import Http
from tools.ops.proc import run

# Says which chip it plays, then is the program after `--`.
PROGRAM = b'#!/bin/sh\necho "as $1" >&2\nshift 2\nexec "$@"\n'


def packed(name: str = "sde-external-1-lin/sde64", program: bytes = PROGRAM) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz") as archive:
        entry = tarfile.TarInfo(name)
        entry.mode, entry.size = 0o755, len(program)
        archive.addfile(entry, io.BytesIO(program))
    return out.getvalue()


class Server:
    """Serves one file at one path and counts the requests."""

    def __init__(self) -> None:
        self.body, self.requests = packed(), 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests += 1
                there = self.path == "/1/sde.tar.xz"
                self.send_response(200 if there else 404)
                self.send_header("Content-Length", str(len(outer.body) if there else 0))
                self.end_headers()
                self.wfile.write(outer.body if there else b"")

            def log_message(self, *_: object) -> None:
                """Nothing: the tests say what went wrong."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def pin(self, body: bytes, path: str = "/1/sde.tar.xz") -> Emulator:
        return Emulator(
            level="avx512",
            version="1",
            url=f"http://127.0.0.1:{self.server.server_port}{path}",
            sha256=Digest.of_bytes(body).hex,
            host="x86_64-unknown-linux-gnu",
            program="sde64",
            chip="icx",
        )


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def http() -> Iterator[Http]:
    with Http("ordvec tests (+https://example)") as made:
        yield made


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_archive_with_the_pinned_digest_runs_programs(
    tmp_path: Path, server: Server, http: Http
) -> None:
    pin = server.pin(server.body)
    how = emulator.ready(pin, tmp_path / "cache", tmp_path, http)
    done = run((*how.prefix, "echo", "hello"))
    assert (done.stdout, done.stderr) == ("hello\n", "as -icx\n")
    assert how.digest == Digest.of_bytes(server.body)
    assert str(how.digest) in str(how)
    variable = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER"
    assert how.cargo(pin.host) == {variable: " ".join(how.prefix)}


def test_archive_with_another_digest_is_refused_and_not_kept(
    tmp_path: Path, server: Server, http: Http
) -> None:
    pin = server.pin(server.body)
    server.body = packed(program=PROGRAM + b"# one line more\n")
    with pytest.raises(Mismatch) as caught:
        emulator.ready(pin, tmp_path / "cache", tmp_path, http)
    assert caught.value.expected == str(pin.digest)
    assert str(Digest.of_bytes(server.body)) in str(caught.value.found)
    assert list(tmp_path.iterdir()) == []


def test_cached_archive_is_not_fetched_again(tmp_path: Path, server: Server, http: Http) -> None:
    pin = server.pin(server.body)
    first = emulator.archive(pin, tmp_path, http)
    assert emulator.archive(pin, tmp_path, http) == first
    assert server.requests == 1


def test_altered_cached_archive_is_fetched_again(
    tmp_path: Path, server: Server, http: Http
) -> None:
    pin = server.pin(server.body)
    (tmp_path / "sde.tar.xz").write_bytes(b"altered")
    path, digest = emulator.archive(pin, tmp_path, http)
    assert (path.read_bytes(), digest, server.requests) == (server.body, pin.digest, 1)


def test_archive_that_is_not_served_is_no_mismatch(
    tmp_path: Path, server: Server, http: Http
) -> None:
    with pytest.raises(Transient, match="does not serve"):
        emulator.archive(server.pin(server.body, "/2/sde.tar.xz"), tmp_path, http)


def test_archive_without_the_program_is_refused(tmp_path: Path, server: Server, http: Http) -> None:
    server.body = packed("sde-external-1-lin/readme")
    with pytest.raises(Mismatch, match="does not hold the emulator"):
        emulator.ready(server.pin(server.body), tmp_path / "cache", tmp_path, http)


def test_this_cpu_needs_no_runner() -> None:
    assert NATIVE.cargo("x86_64-unknown-linux-gnu") == {}
    assert str(NATIVE) == "this CPU"


def test_the_pin_is_of_a_declared_leg(declaration: Declaration) -> None:
    pin = declaration.emulator
    assert pin.level in {leg.level for leg in declaration.simd}
    assert pin.version in pin.file_name
