"""The share outside the real clients is counted on processes, not on what tools say."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tools.rehearsal.timing import Process, Sampler, client_of, descendants


@pytest.mark.parametrize(
    ("line", "client"),
    [
        ("cargo build", "cargo"),
        ("/toolchains/bin/rustc --crate-name x", "cargo"),
        ("/usr/bin/git fetch", "git"),
        ("uv pip install x", "uv"),
        ("/venv/bin/python -m pip download x", "pip"),
        ("/venv/bin/python3.11 -I -m maturin build", "maturin"),
        ("/venv/bin/python -m twine upload x", "twine"),
        ("/venv/bin/python /venv/bin/pytest -q", "tests of the wheels"),
        ("/venv/bin/python -m tools wheels", ""),
        ("/venv/bin/python /venv/bin/nox -s wheels", ""),
        ("/venv/bin/python /venv/bin/invoke release.guard", ""),
        ("bash -e script", ""),
        ("cargoyle build", ""),
        ("", ""),
    ],
)
def test_which_command_lines_are_clients(line: str, client: str) -> None:
    assert client_of(tuple(line.split())) == client


def test_only_descendants_count_and_one_client_makes_an_instant_inside() -> None:
    sampler = Sampler(look=list)
    everything = [
        Process(10, 1, ("python", "-m", "tools", "rehearse")),
        Process(11, 10, ("bash", "-e", "x")),
        Process(12, 11, ("cargo", "build")),
        Process(99, 1, ("cargo", "build")),
    ]
    assert [p.pid for p in descendants(everything, 10)] == [11, 12]
    sampler.sample(everything, 10)
    sampler.sample([p for p in everything if p.pid != 12], 10)
    share = sampler.share()
    assert share.outside == 0.5
    assert share.by_client == {"cargo": 0.5}


def test_a_token_in_an_argument_is_seen() -> None:
    sampler = Sampler(look=list)
    token = "cio_tp_" + "a" * 32
    sampler.sample([Process(2, 1, ("/bin/curl", "-H", f"Authorization: {token}"))], 1)
    sampler.sample([Process(3, 1, ("/bin/cargo", "publish", "-p", "pypi-thing"))], 1)
    assert sampler.leaks == {"curl"}


def test_it_looks_at_real_processes() -> None:
    sampler = Sampler()
    sampler.start()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"]):
        time.sleep(0.7)
    share = sampler.stop()
    assert share.samples >= 2
    assert share.outside == 1.0  # a bare Python is no client
