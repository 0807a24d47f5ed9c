"""What is built where: the wheel matrix, the SIMD legs, the emulator."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.declaration.frozen import Frozen
from tools.model import Digest


class Platform(Frozen):
    """A leg of the wheel matrix."""

    name: str
    runner: str
    target: str
    tag: str
    compatibility: str = ""
    zig: bool = False
    levels: tuple[str, ...]


class Wheels(Frozen):
    """The wheel matrix: one abi3 tag, several platforms."""

    abi: str
    platform: tuple[Platform, ...]


class SimdLeg(Frozen):
    """A leg of the SIMD matrix: cargo features that compile just this level in."""

    level: Literal["portable", "avx2", "avx512", "neon"]
    runner: str
    features: tuple[str, ...]


class Emulator(Frozen):
    """Intel SDE, which runs the leg of *level* on a CPU without it: where it is, what it is.

    ``host`` is the target triple that the archive is for, ``program`` the file in its only folder,
    ``chip`` the CPU that it plays.
    """

    level: str
    version: str
    url: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    host: str
    program: str
    chip: str

    @property
    def digest(self) -> Digest:
        return Digest.sha256(self.sha256)

    @property
    def file_name(self) -> str:
        return self.url.rsplit("/", 1)[-1]
