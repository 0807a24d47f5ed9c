"""The one place that starts a program: what an end by the clock is, and what is an answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.errors import ReleaseError
from tools.ops import cargo, proc, twine

HANGS = (sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(60)")


def test_a_program_that_hangs_is_an_error_that_names_the_limit() -> None:
    with pytest.raises(proc.CommandFailed, match="did not end") as caught:
        proc.run(HANGS, timeout=0.5, echo=False)
    assert caught.value.expected == "an end within 0.5 s"


def test_a_program_that_hangs_is_an_answer_where_its_exit_code_is_one() -> None:
    done = proc.run(HANGS, timeout=0.5, echo=False, check=False)
    assert done.returncode == proc.TIMED_OUT
    assert done.stdout.startswith("begun")
    assert "did not end within 0.5 s" in done.stderr
    assert isinstance(done.stderr, str)


def test_a_program_that_returns_124_of_itself_has_ended() -> None:
    program = (sys.executable, "-c", f"raise SystemExit({proc.TIMED_OUT})")
    with pytest.raises(proc.CommandFailed, match="failed") as caught:
        proc.run(program, timeout=60, echo=False)
    assert caught.value.expected == "exit code 0"
    assert not proc.run(program, timeout=60, echo=False, check=False).late
    assert proc.run(HANGS, timeout=0.5, echo=False, check=False).late


# Starts a child, which starts one of its own, and says the numbers of both.
FAMILY = """
import subprocess, sys, time
if len(sys.argv) < 3:
    child = subprocess.Popen([sys.executable, *sys.argv, "."], stdout=subprocess.PIPE, text=True)
    print(child.pid, *([child.stdout.readline()] if len(sys.argv) == 1 else []), flush=True)
time.sleep(60)
"""


def ends(pid: int) -> bool:
    """Whether a process is gone within some seconds, or left to be waited for by its parent."""
    for _ in range(100):
        state = subprocess.run(
            ("ps", "-o", "stat=", "-p", str(pid)), capture_output=True, text=True, check=False
        ).stdout
        if not state.strip() or state.startswith("Z"):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def family(tmp_path: Path) -> tuple[str, str]:
    program = tmp_path / "family.py"
    program.write_text(FAMILY)
    return (sys.executable, str(program))


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the program alone is killed")
def test_a_program_that_is_killed_takes_its_grandchildren_along(family: tuple[str, str]) -> None:
    """`git push` starts a helper, which went on pushing after the time was up."""
    done = proc.run(family, timeout=3, echo=False, check=False)
    child, grandchild = (int(word) for word in done.stdout.split())
    assert ends(grandchild)
    assert ends(child)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the program alone is killed")
def test_an_interrupted_verb_takes_its_grandchildren_along(family: tuple[str, str]) -> None:
    """The signal goes to the verb alone, as from `kill`; Ctrl-C reaches everyone besides."""
    # A shell starts what runs in the background with this signal ignored, and Python keeps that.
    heeds = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    call = f"from tools.ops import proc; proc.run({family!r}, capture=False, echo=False)"
    with subprocess.Popen(
        (sys.executable, "-c", f"{heeds}; {call}"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as verb:
        assert verb.stdout is not None
        child, grandchild = (int(word) for word in verb.stdout.readline().split())
        verb.send_signal(signal.SIGINT)
        assert verb.wait(20) != 0
    assert ends(grandchild)
    assert ends(child)


def test_a_program_stays_in_the_group_that_ctrl_c_and_the_rehearsal_signal() -> None:
    say = "import os; print(os.getpgrp(), os.getsid(0))"
    if os.name == "posix":
        done = proc.run((sys.executable, "-c", say), echo=False)
        assert done.stdout.split() == [str(os.getpgrp()), str(os.getsid(0))]


def test_a_program_that_is_not_there_is_an_error_that_names_it() -> None:
    with pytest.raises(ReleaseError, match="cannot start no-such-program"):
        proc.run(("no-such-program",), echo=False, check=False)


@pytest.mark.parametrize("publish", ["cargo", "twine"])
def test_an_upload_that_hangs_is_given_up_and_left_to_the_index(
    publish: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = tmp_path / "cargo"
    hung.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    hung.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(sys, "executable", str(hung))
    monkeypatch.setattr(proc, "UPLOAD_LIMIT", 0.5)
    if publish == "cargo":
        done = cargo.publish(tmp_path, "x", "token")
    else:
        done = twine.upload([tmp_path / "x"], [], url="https://registry.example", token="t")
    assert done.returncode == proc.TIMED_OUT
