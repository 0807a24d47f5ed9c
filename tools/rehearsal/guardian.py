"""The rehearsal's side of the warden: starts it, tells it process groups, notices its death.

Also notices when nox, which started this process, is gone: a rehearsal whose terminal was
killed must not go on publishing to its own world.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from types import TracebackType

from tools.rehearsal import warden
from tools.rehearsal.workflow.processes import kill_group


class Guardian:
    """A context: while it is open, the death of this process ends all of its children."""

    def __init__(self) -> None:
        self.mark = f"rehearsal_{uuid.uuid4()}"
        self._lock = threading.Lock()
        self._owners: dict[int, str] = {}
        self._write = -1
        self._process: subprocess.Popen[bytes] | None = None
        self._done = threading.Event()
        self._parent = os.getppid() if "NOX_CURRENT_SESSION" in os.environ else 0

    def __enter__(self) -> Guardian:
        read, self._write = os.pipe()
        os.set_inheritable(self._write, False)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(warden.__file__)), str(read), self.mark],
            pass_fds=(read,),
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(read)
        threading.Thread(target=self._notice, name="guardian", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the pipe: the warden ends what is left, and then itself."""
        self._done.set()
        with self._lock:
            os.close(self._write)
            self._write = -1
        if self._process is not None:
            self._process.wait(timeout=40)

    def started(self, group: int, owner: str) -> None:
        """A process group was started, by the job labelled *owner*."""
        with self._lock:
            self._owners[group] = owner
        self._tell(f"+{group}\n")

    def ended(self, group: int) -> None:
        """A process group has ended; its number may be another's from now on."""
        with self._lock:
            self._owners.pop(group, None)
        self._tell(f"-{group}\n")

    def kill(self, owner: str) -> None:
        """SIGKILL what the job labelled *owner* runs now, as when its runner is lost."""
        with self._lock:
            for group, name in self._owners.items():
                if name == owner:
                    kill_group(group)

    def _tell(self, line: str) -> None:
        with self._lock, contextlib.suppress(OSError):
            if self._write >= 0:
                os.write(self._write, line.encode())

    def _notice(self) -> None:
        """End this process when the warden or nox is gone."""
        assert self._process is not None
        while not self._done.wait(0.25):
            orphaned = self._parent and os.getppid() != self._parent
            if orphaned or self._process.poll() is not None:
                if self._process.poll() is not None:
                    warden.end((), self.mark)
                os.kill(os.getpid(), signal.SIGKILL)
