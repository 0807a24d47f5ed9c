"""The rehearsal itself, end to end: killed, then complete without a network, then faulted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

from tools.declaration import ROOT
from tools.rehearsal import faults, seed, warden
from tools.rehearsal.layout import NAME
from tools.rehearsal.scenario import BUILDS

pytestmark = pytest.mark.e2e

# Loopback must be brought up by hand in a fresh network namespace (SIOCSIFFLAGS, IFF_UP).
ISOLATED = (
    "import fcntl, os, socket, struct, sys\n"
    "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:\n"
    "    fcntl.ioctl(s, 0x8914, struct.pack('16sh14x', b'lo', 1))\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)


def without_network() -> list[str]:
    """The prefix that runs a program with nothing but a loopback interface; [] if impossible."""
    for options in (["-n"], ["-Urn"]):
        if shutil.which("unshare"):
            prefix = ["unshare", *options, sys.executable, "-c", ISOLATED]
            done = subprocess.run([*prefix, "/bin/true"], capture_output=True, check=False)
            if done.returncode == 0:
                return prefix
    return []


def environment(folder: Path) -> dict[str, str]:
    """The operator's environment, but with a HOME and a TMPDIR that show what is left there."""
    home = Path.home()
    found = {**os.environ}
    found["CARGO_HOME"] = os.environ.get("CARGO_HOME", str(home / ".cargo"))
    found["RUSTUP_HOME"] = os.environ.get("RUSTUP_HOME", str(home / ".rustup"))
    for name in ("HOME", "TMPDIR"):
        found[name] = str(folder / name)
        Path(found[name]).mkdir(parents=True, exist_ok=True)
    found.pop("NOX_CURRENT_SESSION", None)
    return found


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """What a rehearsal fetches beforehand, so that it can then run without a network."""
    seed.fetch_crates(ROOT)
    seed.fetch_wheels(ROOT, ROOT / NAME / "cache" / "wheelhouse")


def left_behind(env: dict[str, str]) -> list[str]:
    return [
        path.as_posix()
        for name in ("HOME", "TMPDIR")
        for path in Path(env[name]).rglob("*")
        if path.is_file()
    ]


def processes_of(folder: Path) -> list[str]:
    """Processes whose command line or working folder lies below *folder*."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
            cwd = str((entry / "cwd").readlink())
        except OSError:
            continue
        if str(folder) in line or cwd.startswith(str(folder)):
            found.append(f"{entry.name}: {line[:120]} in {cwd}")
    return found


# What the rehearsal prints when it comes to each kind of work, and seconds into it.
BUILDING = tuple(f"▶ {job}" for job in BUILDS)
MOMENTS = (
    ("preparing", ("Clone, bump, commit",), 0.2),
    ("signing", ("▶ attest",), 4),
    ("publishing-a-crate", ("▶ publish-crate",), 3),
    ("publishing-to-pypi", ("▶ publish-pypi",), 3),
    ("un-drafting", ("▶ publish-github-release",), 1),
    ("verifying", ("▶ verify-release",), 2),
    ("being-a-stranger", ("As a stranger",), 2),
)
EVERY_MOMENT = [
    pytest.param(lines, wait, id=name, marks=pytest.mark.every_fault)
    for name, lines, wait in MOMENTS
]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    ("lines", "wait"), [pytest.param(BUILDING, 3, id="building"), *EVERY_MOMENT]
)
def test_a_killed_rehearsal_leaves_no_process_and_no_file_outside_its_folder(
    tmp_path: Path, lines: tuple[str, ...], wait: float
) -> None:
    """The next one runs: the next moment's, and in the end a whole release."""
    env = environment(tmp_path)
    before = set((ROOT / NAME / "runs").glob("*"))
    process = subprocess.Popen(
        [sys.executable, "-m", "tools", "rehearse"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = []
    for line in process.stdout:
        printed.append(line)
        if any(start in line for start in lines):
            break
    else:
        pytest.fail(f"the rehearsal never came to {lines}: {''.join(printed[-30:])}")
    time.sleep(wait)  # well into it, with clients and their children running
    (run,) = set((ROOT / NAME / "runs").glob("*")) - before
    mark = next(
        word for pid in Path("/proc").glob("[0-9]*") if (word := _mark_below(pid, process.pid))
    )
    deadline = time.monotonic() + 30
    while not warden.marked(mark) and time.monotonic() < deadline:
        time.sleep(0.01)  # between two programs: the next one is what must not survive
    assert warden.marked(mark), "nothing was running: the test would prove nothing"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 20
    while warden.marked(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert warden.marked(mark) == []
    assert processes_of(run) == []
    assert left_behind(env) == []
    shutil.rmtree(run)


def _mark_below(entry: Path, parent: int) -> str:
    """The mark of a rehearsal's warden: the last argument of a child named so."""
    try:
        argv = (entry / "cmdline").read_bytes().decode().split("\0")
        ppid = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return ""
    return argv[-2] if ppid == parent and any("warden.py" in word for word in argv) else ""


# The client dies in the middle of its uploads. One that a 503 meets would wait for a minute.
ONE_FAULT = "publish-pypi-killed"
EVERY_FAULT = pytest.param("all", marks=pytest.mark.every_fault)


@pytest.mark.parametrize("fault", [ONE_FAULT, EVERY_FAULT])
def test_a_whole_release_and_then_faults_without_any_network(tmp_path: Path, fault: str) -> None:
    env = environment(tmp_path)
    prefix = without_network()
    if not prefix:
        warnings.warn("no network namespace here: refused hosts are the only proof", stacklevel=1)
    done = subprocess.run(
        [
            *(*prefix, sys.executable, "-m", "tools", "rehearse", "--json"),
            *("--fault", "none", "--fault", fault),
        ],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    reports: list[dict[str, Any]] = json.loads(done.stdout)
    names = [known.name for known in faults.FAULTS] if fault == "all" else [fault]
    assert [r["fault"] for r in reports] == ["", *names]
    for report in reports:
        assert report["exit_code"] == 0, report["sentence"]
        assert report["refused_hosts"] == []
        assert report["world_failures"] == []
        assert all(not verdict["problems"] for verdict in report["invariants"])
        stored = [item["file"] for item in report["uploads"] if item["outcome"] == "stored"]
        assert len(stored) == len(set(stored))
        if report["fault"].endswith("-killed"):
            assert report["outcome"] == "released"
            assert len(stored) == len(report["uploads"]) == 12, "each file is sent once"
    plain = reports[0]
    assert plain["outcome"] == "released"
    assert [act["passed"] for act in plain["acts"]] == [True, True, True]
    assert len([item for item in plain["published"] if item["file"].endswith(".whl")]) == 8
    assert left_behind(env) == []
    for report in reports:
        assert (Path(report["folder"]) / "report.html").is_file()


def test_an_unknown_fault_is_a_wrong_call_that_names_the_choices() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools", "rehearse", "--fault", "no-such-fault"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "reviewer-refuses" in done.stderr
