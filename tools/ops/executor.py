"""How the programs of a build are started: as they are, or by an emulator."""

from __future__ import annotations

from dataclasses import dataclass

from tools.model import Digest

# What starts a test program that starts itself again; an emulator need not follow its children.
TEST_RUNNER = "ORDVEC_TEST_RUNNER"


@dataclass(frozen=True, slots=True)
class Executor:
    """This CPU, or an emulator.

    Attributes:
        prefix: the emulator and its arguments; the program follows.
        digest: that of the emulator's archive, where there is a pinned one.
        target: what cargo must build for, if not for this machine; ``linker`` links it.
    """

    prefix: tuple[str, ...] = ()
    name: str = "this CPU"
    digest: Digest | None = None
    target: str = ""
    linker: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.digest})" if self.digest else self.name

    def cargo(self, host: str) -> dict[str, str]:
        """The variables that let cargo on a machine of target *host* build and start programs."""
        named = f"CARGO_TARGET_{(self.target or host).upper().replace('-', '_')}"
        found = {}
        if self.prefix:
            found[f"{named}_RUNNER"] = " ".join(self.prefix)
        if self.target:
            found[TEST_RUNNER] = " ".join(self.prefix)
        if self.linker:
            found[f"{named}_LINKER"] = self.linker
        return found

    @property
    def arguments(self) -> tuple[str, ...]:
        """What ``cargo run`` and ``cargo test`` are told besides."""
        return ("--target", self.target) if self.target else ()


NATIVE = Executor()
