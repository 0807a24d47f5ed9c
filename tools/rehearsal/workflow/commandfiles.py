"""The command files of a step: ``GITHUB_OUTPUT``, ``GITHUB_ENV``, ``GITHUB_PATH``, the summary."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.errors import ReleaseError

_PROTECTED = ("GITHUB_", "RUNNER_")


class CommandFileError(ReleaseError):
    """A step wrote something into a command file that GitHub refuses."""


@dataclass(frozen=True, slots=True)
class CommandFiles:
    """The four files of one step, made empty."""

    folder: Path

    @classmethod
    def create(cls, folder: Path) -> CommandFiles:
        folder.mkdir(parents=True, exist_ok=True)
        files = cls(folder)
        for path in files.variables().values():
            Path(path).write_text("")
        return files

    def variables(self) -> dict[str, str]:
        return {
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_ENV": str(self.folder / "env"),
            "GITHUB_PATH": str(self.folder / "path"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_STATE": str(self.folder / "state"),
        }

    def outputs(self) -> dict[str, str]:
        return pairs(self.folder / "output")

    def environment(self) -> dict[str, str]:
        """The variables for later steps.

        Raises:
            CommandFileError: for a variable that GitHub lets no step set.
        """
        found = pairs(self.folder / "env")
        for name in found:
            if name.upper().startswith(_PROTECTED) or name.upper() == "NODE_OPTIONS":
                raise CommandFileError(f"a step may not set {name} through GITHUB_ENV")
        return found

    def path(self) -> list[str]:
        """Folders to put before PATH, the last written first."""
        lines = (self.folder / "path").read_text(encoding="utf-8").splitlines()
        return [line for line in reversed(lines) if line.strip()]

    def summary(self) -> str:
        return (self.folder / "summary.md").read_text(encoding="utf-8")


def pairs(path: Path) -> dict[str, str]:
    """``name=value`` lines and ``name<<END`` blocks.

    Raises:
        CommandFileError: for any other line, and for a block that never ends.
    """
    found: dict[str, str] = {}
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if not line.strip():
            continue
        equals, block = line.find("="), line.find("<<")
        if block >= 0 and (equals < 0 or block < equals):
            name, end = line[:block], line[block + 2 :]
            found[name] = _block(lines, end, name)
        elif equals > 0:
            found[line[:equals]] = line[equals + 1 :]
        else:
            raise CommandFileError(f"{path.name}: cannot read {line!r}", expected="name=value")
    return found


def _block(lines: object, end: str, name: str) -> str:
    collected: list[str] = []
    for line in lines:  # type: ignore[attr-defined]
        if line == end:
            return "\n".join(collected)
        collected.append(line)
    raise CommandFileError(f"the block of {name} is not ended by {end!r}")
