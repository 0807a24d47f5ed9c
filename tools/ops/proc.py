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


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished program: its arguments, exit code, captured text and wall time in seconds."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str
    seconds: float


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
    """Run a program to its end.

    Args:
        argv: the program and its arguments.
        cwd: the working directory.
        env: variables laid *over* this process's environment.
        check: raise :class:`CommandFailed` on a non-zero exit.
        capture: collect stdout and stderr; otherwise they go through to the terminal.
        echo: print the command first.
        timeout: seconds, after which the program is killed: :class:`CommandFailed`, or, where
            the exit code is an answer, :data:`TIMED_OUT`.
        stdin: text for the program's standard input; none means closed.
    """
    command = tuple(str(part) for part in argv)
    if echo:
        console.command(shlex.join(command), cwd)
    started = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **env} if env else None,
            text=True,
            errors="replace",
            timeout=timeout,
            stdout=subprocess.PIPE if capture else None,
            stderr=subprocess.PIPE if capture else None,
            **({"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}),
        )
    except FileNotFoundError as error:
        raise CommandFailed(
            f"cannot start {command[0]}", found=str(error), remedy=f"install {command[0]}"
        ) from error
    except subprocess.TimeoutExpired as error:
        done = _killed(command, error)
    ended = time.monotonic() - started
    result = Completed(command, done.returncode, done.stdout or "", done.stderr or "", ended)
    if check and result.returncode != 0:
        _fail(result, timeout)
    return result


def _killed(
    command: tuple[str, ...], error: subprocess.TimeoutExpired
) -> subprocess.CompletedProcess[str]:
    """The end of a program that was killed, with what it had said until then."""
    said = f"{_text(error.stderr)}\nit did not end within {error.timeout:g} s".lstrip()
    return subprocess.CompletedProcess(command, TIMED_OUT, _text(error.stdout), said)


def _fail(done: Completed, timeout: float | None) -> NoReturn:
    late = timeout is not None and done.returncode == TIMED_OUT
    raise CommandFailed(
        f"{shlex.join(done.argv)} {'did not end' if late else 'failed'}",
        expected=f"an end within {timeout:g} s" if late else "exit code 0",
        found=f"exit code {done.returncode}\n{tail(done.stderr or done.stdout)}",
    )


def _text(output: str | bytes | None) -> str:
    """What a killed program had said; bytes even where text was asked for."""
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""


def tail(text: str, lines: int = 20) -> str:
    """The last *lines* lines of a program's output, for an error message."""
    return "\n".join(text.rstrip().splitlines()[-lines:])
