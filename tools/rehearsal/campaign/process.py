"""One job as a process of its own: forked, so that SIGKILL is the real thing.

The child has the job's environment and nothing else, runs the workflow's lines through the
product's own steps, and ends with the step's exit code. Its output goes to the job's log, each
line with its time. Two programs have stand-ins in the child: twine runs inside it (the real
one, without the start of another interpreter), and cargo is a client of its publish protocol
unless the campaign runs the real one.
"""

from __future__ import annotations

import gc
import io
import os
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tools.__main__ import guarded
from tools.declaration import Declaration
from tools.model import Version
from tools.ops.actions import Runtime
from tools.ops.http import TIMEOUT as PATIENT
from tools.ops.http import Http
from tools.rehearsal.campaign import programs
from tools.rehearsal.campaign.actions import Victim
from tools.rehearsal.campaign.flow import Line
from tools.rehearsal.campaign.stepped import SteppedClock
from tools.steps.context import Context, user_agent

# Seconds after which a job that has not ended is killed and reported as hung.
LONGEST = 90.0
CRASHED, HUNG = 70, -100
# The suffix, in place of the log's, of the list of files that the job should not know of.
TRESPASS = ".trespass"
# The suffix of the job's own temporary folder.
TEMPORARY = ".tmp"
# A step of the product that a test replaces with a broken one.
Tamper = Callable[[], None]


@dataclass(frozen=True)
class JobCall:
    """All that the child needs.

    Attributes:
        root: the checkout, with the files that were handed over.
        env: the whole environment; each line with a token has ``GITHUB_TOKEN`` beside it.
        timeout: seconds to wait for an answer; None for the product's own patience.
        tamper: replaces product code in the child, to prove that the campaign notices.
    """

    root: Path
    declaration: Declaration
    version: Version
    commit: str
    lines: Sequence[Line]
    env: Mapping[str, str]
    token: str
    log: Path
    timeout: float | None = None
    tamper: Tamper | None = None


@dataclass(frozen=True, slots=True)
class LineResult:
    """One line: when it ran, and its exit code (-9 for a killed one)."""

    command: str
    started: float
    ended: float
    exit_code: int


def run(call: JobCall, victim: Victim) -> list[LineResult]:
    """Run the lines of a job in order, each in a child, until one fails."""
    results = []
    for line in call.lines:
        started = time.time()
        code = _in_child(lambda line=line: _child(call, line), victim)  # type: ignore[misc]
        results.append(LineResult(line.command, started, time.time(), code))
        if code != 0:
            break
    return results


def _in_child(work: Callable[[], int], victim: Victim) -> int:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        gc.disable()  # a short life; a collection would copy every page of the parent
        code = CRASHED
        try:
            code = work()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    os.close(writing)
    victim.pid = pid
    try:
        ended, _, _ = select.select([reading], [], [], LONGEST)
        if not ended:
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    finally:
        victim.pid = 0
        os.close(reading)
    return os.waitstatus_to_exitcode(status) if ended else HUNG


def _child(call: JobCall, line: Line) -> int:
    stream = _Stamped(call.log)
    sys.stdout = sys.stderr = stream
    _watch(call.root, call.log.with_suffix(TRESPASS))
    token = {"GITHUB_TOKEN": call.token} if line.has_token else {}
    # What a killed child leaves goes away with the scenario's folder.
    temporary = call.log.with_suffix(TEMPORARY)
    temporary.mkdir(exist_ok=True)
    tempfile.tempdir = str(temporary)
    os.environ.clear()
    os.environ.update({**call.env, **token, "TMPDIR": str(temporary)})
    os.chdir(call.root)
    programs.install(call.timeout)
    if call.tamper is not None:
        call.tamper()
    code = guarded(lambda: _step(call, line))
    stream.flush()
    return code


def _step(call: JobCall, line: Line) -> object:
    """What ``tasks.py`` does with the line, with this job's checkout, clock and timeout."""
    from importlib import import_module

    from tools.checks.release_assets import lane_named

    clock = SteppedClock().clock()
    name = line.verb.replace("-", "_")
    step = getattr(import_module(f"tools.steps.{name}"), name)
    arguments: dict[str, object] = {
        {"project": "project_name", "crate": "name"}.get(key, key): value
        for key, value in line.arguments.items()
    }
    if "lane" in arguments:
        arguments["lane"] = lane_named(str(arguments["lane"]))
    if name == "record":
        arguments["gate_runs"] = os.environ["GATE_RUNS"]
    if name == "bundle":
        arguments["source"] = os.environ["BUNDLE_PATH"]
    patience = PATIENT if call.timeout is None else call.timeout
    with Http(user_agent(call.declaration), clock=clock, timeout=patience) as http:
        context = Context(
            root=call.root,
            declaration=call.declaration,
            version=call.version,
            commit=call.commit,
            http=http,
            clock=clock,
            env=os.environ,
            runtime=Runtime.from_env(),
        )
        return step(context, **arguments)


def _watch(root: Path, note: Path) -> None:
    """Note every file of another job's checkout that this process opens (invariant I7)."""
    real = Path(os.path.realpath(root))
    own, others = f"{real}{os.sep}", f"{real.parent}{os.sep}"

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], (str, bytes, os.PathLike)):
            return
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if path.startswith(others) and not path.startswith(own):
            handle = os.open(note, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
            os.write(handle, f"{path.removeprefix(others)}\n".encode())
            os.close(handle)

    sys.addaudithook(hook)


class _Stamped(io.TextIOBase):
    """A text stream that writes each line with its time, at once."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._file.write(f"{datetime.now(UTC).isoformat()} {line}\n")
        if lines:
            self._file.flush()
        return len(text)

    def flush(self) -> None:
        if self._rest:
            self.write("\n")
        self._file.flush()


def checkout(root: Path, files: Mapping[str, bytes]) -> Path:
    """A fresh checkout that holds exactly *files*."""
    shutil.rmtree(root, ignore_errors=True)
    for name, content in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return root
