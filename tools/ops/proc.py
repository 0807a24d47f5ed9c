"""The only place that starts a program.

Arguments are a list, never a shell line. The command is echoed before it runs. A secret is
passed through ``env`` and never through ``argv``, because arguments are visible to every
process of the machine and to the log.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from tools.console import console
from tools.errors import ReleaseError
from tools.ops import descendants


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished program: its arguments, exit code, captured text and wall time in seconds.

    Attributes:
        late: it did not end in time and was killed; the exit code is then :data:`TIMED_OUT`, which
            a program may also return of itself.
    """

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str
    seconds: float
    late: bool = False


# What `timeout` of coreutils returns, too.
TIMED_OUT = 124
# Seconds for a program that uploads. twine itself waits for ever for an answer that never comes.
UPLOAD_LIMIT = 900.0


class CommandFailed(ReleaseError):
    """A program exited non-zero where that is not an answer."""


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
    capture: bool = True,
    echo: bool = True,
    timeout: float | None = None,
    stdin: str | None = None,
) -> Completed:
    """Run a program to its end; when this process is interrupted, to its end by force.

    Args:
        argv: the program and its arguments.
        cwd: the working directory.
        env: variables laid *over* this process's environment.
        check: raise :class:`CommandFailed` on a non-zero exit.
        capture: collect stdout and stderr; otherwise they go through to the terminal.
        echo: print the command first.
        timeout: seconds, after which the program is killed, and what it started with it:
            :class:`CommandFailed`, or, where the exit code is an answer, :data:`TIMED_OUT`.
        stdin: text for the program's standard input; none means closed.
    """
    command = tuple(str(part) for part in argv)
    if echo:
        console.command(shlex.join(command), cwd)
    started = time.monotonic()
    with _start(command, cwd, env, capture, stdin is not None) as process:
        out, said, late = _follow(process, stdin, timeout)
    code = TIMED_OUT if late else process.returncode
    result = Completed(command, code, out, said, time.monotonic() - started, late)
    if check and code != 0:
        _fail(result, timeout)
    return result


def _start(
    command: tuple[str, ...],
    cwd: Path | None,
    env: Mapping[str, str] | None,
    capture: bool,
    fed: bool,
) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **env} if env else None,
            text=True,
            errors="replace",
            stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            stderr=subprocess.PIPE if capture else None,
        )
    except FileNotFoundError as error:
        raise CommandFailed(
            f"cannot start {command[0]}", found=str(error), remedy=f"install {command[0]}"
        ) from error


def _follow(
    process: subprocess.Popen[str], stdin: str | None, timeout: float | None
) -> tuple[str, str, bool]:
    """What a program says on stdout and stderr until it ends, and whether it had to be killed."""
    try:
        out, said = process.communicate(stdin, timeout)
    except subprocess.TimeoutExpired as error:
        descendants.kill(process)
        said = f"{_text(error.stderr)}\nit did not end within {error.timeout:g} s".lstrip()
        return _text(error.stdout), said, True
    except BaseException:
        descendants.kill(process)
        raise
    return out or "", said or "", False


def _fail(done: Completed, timeout: float | None) -> NoReturn:
    raise CommandFailed(
        f"{shlex.join(done.argv)} {'did not end' if done.late else 'failed'}",
        expected=f"an end within {timeout:g} s" if done.late else "exit code 0",
        found=f"exit code {done.returncode}\n{tail(done.stderr or done.stdout)}",
    )


def _text(output: str | bytes | None) -> str:
    """What a killed program had said; bytes even where text was asked for."""
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""


def tail(text: str, lines: int = 20) -> str:
    """The last *lines* lines of a program's output, for an error message."""
    return "\n".join(text.rstrip().splitlines()[-lines:])
