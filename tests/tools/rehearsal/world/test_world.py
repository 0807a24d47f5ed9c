"""The loopback world by itself: routing, refusals, streaming, faults, and a clean end."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.tools.rehearsal.world.conftest import wait_until
from tools.rehearsal.world import Fault, Host, World, context_of, http1
from tools.rehearsal.world.faults import (
    Action,
    Delay,
    FlipByte,
    Hook,
    ResetAfter,
    ResetBefore,
    Stale,
    Status,
    Truncate,
)


class Echo:
    """A stand-in that counts what it handled."""

    def __init__(self) -> None:
        self.handled: list[str] = []

    def host(self, *names: str) -> Host:
        routes = [
            Route("/echo", self.echo, methods=["GET", "POST"]),
            Route("/count", self.count, methods=["PUT"]),
            Route("/stream/{size:int}", self.stream),
            Route("/ignore", self.ignore, methods=["POST"]),
            Route("/broken", self.broken),
        ]
        return Host(names, Starlette(routes=routes))

    async def echo(self, request: Request) -> Response:
        self.handled.append(request.url.path)
        context = context_of(request.scope)
        return JSONResponse(
            {
                "host": request.url.hostname,
                "body": (await request.body()).decode(),
                "label": context.label,
                "stale": context.stale,
            }
        )

    async def count(self, request: Request) -> Response:
        size = 0
        async for piece in request.stream():
            size += len(piece)
        return JSONResponse({"size": size})

    async def stream(self, request: Request) -> Response:
        async def pieces() -> object:
            for _ in range(request.path_params["size"]):
                yield b"x" * (1 << 20)

        return StreamingResponse(pieces())  # type: ignore[arg-type]

    async def ignore(self, request: Request) -> Response:
        return Response("no thanks", 413)

    async def broken(self, request: Request) -> Response:
        raise KeyError("a defect of the stand-in")


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def world(echo: Echo, tmp_path: Path) -> Iterator[World]:
    with World([echo.host("crates.io", "index.crates.io")], tmp_path / "world") as running:
        yield running


def client(world: World, label: str = "") -> httpx.Client:
    context = ssl.create_default_context(cafile=str(world.ca_file))
    return httpx.Client(proxy=world.proxy_for(label), verify=context, trust_env=False, timeout=5)


def test_answers_on_the_real_name(world: World) -> None:
    with client(world) as http:
        answer = http.post("https://index.crates.io/echo", content=b"hello")
    assert answer.json()["host"] == "index.crates.io"
    assert answer.json()["body"] == "hello"


def test_labels_are_journalled_and_reach_the_stand_in(world: World) -> None:
    with client(world, "publish-crate") as http:
        assert http.get("https://crates.io/echo").json()["label"] == "publish-crate"
    (entry,) = world.journal.requests(label="publish-crate")
    assert (entry.host, entry.method, entry.path, entry.status) == (
        "crates.io",
        "GET",
        "/echo",
        200,
    )
    assert world.proxy_for("publish-crate") == world.proxy_for("publish-crate") != world.proxy_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "https://api.crates.io/",
        "https://crates.io:8443/",
        "https://127.0.0.1/",
        "https://crates.io.example.org/",
    ],
)
def test_unknown_host_is_refused_and_journalled(world: World, url: str) -> None:
    with client(world) as http, pytest.raises(httpx.ProxyError, match="403"):
        http.get(url)
    (entry,) = world.journal.refused()
    assert entry.status == 403
    assert entry.host in url


def test_plain_http_is_refused(world: World) -> None:
    with client(world) as http:
        assert http.get("http://crates.io/echo").status_code == 403
    assert [entry.host for entry in world.journal.refused()] == ["crates.io"]


def test_host_header_that_differs_from_the_tunnel_is_refused(world: World, echo: Echo) -> None:
    with client(world) as http:
        answer = http.get("https://crates.io/echo", headers={"Host": "index.crates.io"})
    assert answer.status_code == 421
    assert echo.handled == []
    assert "index.crates.io" in world.journal.refused()[0].detail


def test_bytes_that_are_not_http_end_the_connection(world: World) -> None:
    port = int(world.proxy_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
        raw.sendall(b"CONNECT crates.io:443 HTTP/1.1\r\nHost: crates.io\r\n\r\n")
        assert raw.recv(4096).startswith(b"HTTP/1.1 200")
        raw.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
        while raw.recv(4096):
            pass
    wait_until(lambda: world.journal.unfinished())
    assert "TLS failed" in world.journal.unfinished()[0].detail


def test_a_client_that_leaves_during_its_handshake_asked_no_host_outside(world: World) -> None:
    port = int(world.proxy_url.rpartition(":")[2])
    for sent in (b"", b"\x16\x03\x01\x02\x00"):  # nothing, and the head of a ClientHello
        with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
            raw.sendall(b"CONNECT crates.io:443 HTTP/1.1\r\nHost: crates.io\r\n\r\n")
            assert raw.recv(4096).startswith(b"HTTP/1.1 200")
            raw.sendall(sent)
    wait_until(lambda: len(world.journal.unfinished()) == 2)
    assert {entry.host for entry in world.journal.unfinished()} == {"crates.io"}
    assert world.journal.refused() == ()
    assert world.journal.failures() == ()


def raw_tls(world: World, connect: str, sni: str) -> ssl.SSLSocket:
    """A tunnel to *connect* whose TLS asks for *sni*."""
    port = int(world.proxy_url.rpartition(":")[2])
    raw = socket.create_connection(("127.0.0.1", port), timeout=5)
    raw.sendall(f"CONNECT {connect}:443 HTTP/1.1\r\nHost: {connect}\r\n\r\n".encode())
    assert raw.recv(4096).startswith(b"HTTP/1.1 200")
    context = ssl.create_default_context(cafile=str(world.ca_file))
    return context.wrap_socket(raw, server_hostname=sni)


def test_a_client_that_leaves_as_tls_begins_puts_nothing_on_the_screen(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    said = logging.getLogger("asyncio").warning
    said("returning true from eof_received() has no effect when using ssl")
    said("something else")
    assert [record.message for record in caplog.records] == ["something else"]


def test_sni_of_another_host_changes_nothing_of_who_answers(world: World, echo: Echo) -> None:
    """The tunnel decides; a Host header that agrees with the SNI instead is refused."""
    for host, status in (("crates.io", b"200"), ("index.crates.io", b"421")):
        with raw_tls(world, "crates.io", "index.crates.io") as tls:
            tls.sendall(f"GET /echo HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            assert tls.recv(4096).split()[1] == status
    assert echo.handled == ["/echo"]


def test_tls_for_a_host_outside_the_world_fails(world: World) -> None:
    """The leaf names the world's hosts alone, so a client that asks for another one stops."""
    with pytest.raises(ssl.SSLCertVerificationError):
        raw_tls(world, "crates.io", "example.org")


def test_websocket_upgrade_is_not_taken(world: World) -> None:
    with raw_tls(world, "crates.io", "crates.io") as tls:
        tls.sendall(
            b"GET /echo HTTP/1.1\r\nHost: crates.io\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        assert tls.recv(4096).split()[1] == b"200"


def test_ca_cannot_vouch_for_another_host(world: World, tmp_path: Path) -> None:
    """The name constraints hold: a leaf of this CA for another name does not verify."""
    from cryptography import x509

    ca = x509.load_pem_x509_certificate(world.ca_file.read_bytes())
    constraint = ca.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraint.critical
    assert constraint.value.permitted_subtrees == [
        x509.DNSName("crates.io"),
        x509.DNSName("index.crates.io"),
    ]
    assert not (world.folder / "leaf.pem").exists()


def test_large_bodies_stream_both_ways(world: World) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(40):
            yield b"y" * (1 << 20)

    with client(world) as http:
        assert http.put("https://crates.io/count", content=body()).json() == {"size": 40 << 20}
        with http.stream("GET", "https://crates.io/stream/40") as answer:
            assert sum(len(piece) for piece in answer.iter_raw()) == 40 << 20


def test_connection_is_kept_alive_and_head_has_no_body(world: World) -> None:
    context = ssl.create_default_context(cafile=str(world.ca_file))
    port = int(world.proxy_url.rpartition(":")[2])
    raw = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=5)
    raw.set_tunnel("crates.io", 443)
    raw.connect()
    first = raw.sock
    for method in ("HEAD", "GET", "HEAD", "POST"):
        raw.request(method, "/echo", body=b"" if method == "POST" else None)
        answer = raw.getresponse()
        assert int(answer.headers["content-length"]) > 0
        assert (answer.read() == b"") == (method == "HEAD")
    assert raw.sock is first
    raw.close()


def test_unread_request_body_does_not_break_the_connection(world: World) -> None:
    with client(world) as http:
        for _ in range(3):
            answer = http.post("https://crates.io/ignore", content=b"z" * (4 << 20))
            assert answer.status_code == 413


def test_announced_body_that_never_comes_is_answered_408(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """urllib3 repeats an upload after a reset with a used-up stream, and would wait for ever."""
    monkeypatch.setattr(http1, "FIRST_BYTE", 0.1)
    context = ssl.create_default_context(cafile=str(world.ca_file))
    port = int(world.proxy_url.rpartition(":")[2])
    raw = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=5)
    raw.set_tunnel("crates.io", 443)
    raw.putrequest("PUT", "/count")
    raw.putheader("Content-Length", "5")
    raw.endheaders()
    assert raw.getresponse().status == 408
    raw.close()
    assert [entry.status for entry in world.journal.requests()] == [408]
    assert world.journal.failures() == ()


def test_expect_continue_is_answered(world: World) -> None:
    with client(world) as http:
        answer = http.put(
            "https://crates.io/count", content=b"1234", headers={"Expect": "100-continue"}
        )
    assert answer.json() == {"size": 4}


def test_stand_in_failure_is_a_500_with_its_trace_in_the_journal(world: World) -> None:
    with client(world) as http:
        assert http.get("https://crates.io/broken").status_code == 500
    (entry,) = world.journal.failures()
    assert "a defect of the stand-in" in entry.detail


def test_journal_file_has_every_entry_and_no_authorization(world: World) -> None:
    with client(world) as http:
        http.get("https://crates.io/echo", headers={"Authorization": "Bearer hush"})
    lines = (world.folder / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["path"] for line in lines] == ["/echo"]
    assert "hush" not in "".join(lines)


def test_plain_app_is_served_without_proxy(echo: Echo, tmp_path: Path) -> None:
    app = echo.host("plain.example").app
    with World([], tmp_path / "w", plain=[("oidc", app)]) as world:
        url = world.plain_urls["oidc"] + "/echo"
        assert httpx.get(url, trust_env=False).status_code == 200
        assert [entry.host for entry in world.journal.requests()] == ["oidc"]


def test_two_stand_ins_on_one_name_are_rejected(echo: Echo, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"two stand-ins answer on crates\.io"):
        World([echo.host("crates.io"), echo.host("crates.io")], tmp_path / "w")


def test_several_worlds_at_once_and_nothing_left_behind(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = set(threading.enumerate())
    first, second = Echo(), Echo()
    with (
        World([first.host("crates.io")], tmp_path / "a") as one,
        World([second.host("crates.io")], tmp_path / "b") as two,
    ):
        held = [client(one), client(two)]
        for http in held:  # left open on purpose: the world must not wait for them
            assert http.get("https://crates.io/echo").status_code == 200
        urls = [one.proxy_url, two.proxy_url]
    assert (len(first.handled), len(second.handled)) == (1, 1)
    assert set(threading.enumerate()) == before
    for url in urls:
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=1)
    for http in held:
        http.close()
    assert capfd.readouterr().err == ""


def test_end_while_a_request_is_in_flight_leaves_no_trace(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with World([Echo().host("crates.io")], tmp_path / "a") as world:
        world.faults.add(Fault("crates.io", "GET", "/echo", Delay(60)))
        http = client(world)
        failed: list[Exception] = []

        def ask() -> None:
            try:
                http.get("https://crates.io/echo")
            except httpx.HTTPError as error:
                failed.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        wait_until(lambda: world.faults.fired())
    asking.join(5)
    assert failed
    assert capfd.readouterr().err == ""


URL = "https://crates.io/echo"


def meet(world: World, action: Action) -> httpx.Response:
    world.faults.add(Fault("crates.io", "POST", "^/echo$", action))
    with client(world) as http:
        return http.post(URL, content=b"hello")


def test_fault_status(world: World, echo: Echo) -> None:
    answer = meet(world, Status(429, {"Retry-After": "3"}, b"slow down"))
    assert (answer.status_code, answer.headers["retry-after"], answer.text) == (
        429,
        "3",
        "slow down",
    )
    assert echo.handled == []
    assert world.journal.requests()[0].fault == "status 429"


def test_fault_reset_before(world: World, echo: Echo) -> None:
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        meet(world, ResetBefore())
    assert echo.handled == []


def test_fault_reset_after(world: World, echo: Echo) -> None:
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        meet(world, ResetAfter())
    assert echo.handled == ["/echo"]


def test_fault_truncate(world: World, echo: Echo) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="received 30 bytes, expected 60"):
        meet(world, Truncate())
    assert echo.handled == ["/echo"]


def test_fault_flip_byte(world: World) -> None:
    world.faults.add(Fault("crates.io", "GET", "/stream", FlipByte()))
    with client(world) as http:
        bad, good = (http.get("https://crates.io/stream/1").content for _ in range(2))
    assert len(bad) == len(good)
    assert sum(a != b for a, b in zip(bad, good, strict=True)) == 1


def test_fault_delay(world: World) -> None:
    assert meet(world, Delay(0.2)).elapsed.total_seconds() >= 0.2


def test_fault_stale_reaches_the_stand_in(world: World) -> None:
    assert meet(world, Stale()).json()["stale"] is True


def test_fault_hook_instead_of_the_stand_in(world: World, echo: Echo) -> None:
    """The death of a job whose request never arrived."""
    called: list[bool] = []
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        meet(world, Hook(lambda: called.append(True), "instead"))
    assert (called, echo.handled) == ([True], [])


@pytest.mark.parametrize("when", ["before", "after"])
def test_fault_hook(world: World, echo: Echo, when: str) -> None:
    seen: list[int] = []
    hook = Hook(lambda: seen.append(len(echo.handled)), when)  # type: ignore[arg-type]
    assert meet(world, hook).status_code == 200
    assert seen == [0 if when == "before" else 1]


def test_fault_skip_times_and_order(world: World) -> None:
    world.faults.add(
        Fault("crates.io", "GET", "/echo", Status(500), skip=1, times=2),
        Fault("crates.io", "GET", "/echo", Status(503), skip=2, times=2),
        Fault("index.crates.io", "GET", "", Status(404), times=0),
    )
    with client(world) as http:
        codes = [http.get(URL).status_code for _ in range(5)]
        other = [http.get("https://index.crates.io/echo").status_code for _ in range(3)]
        world.faults.clear()
        assert http.get("https://index.crates.io/echo").status_code == 200
    assert codes == [200, 500, 500, 503, 200]
    assert other == [404, 404, 404]
    assert len(world.faults.fired()) == 6
