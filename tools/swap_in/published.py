"""The newest published wheel below a version that runs here, by the digest that PyPI states.

All of it is read from the simple index, which is what pip reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from packaging.tags import sys_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from tools.errors import GateRefused
from tools.model import Version, parse_version
from tools.ops.pypi import PyPIClient, ServedFile


def fetch(
    pypi: PyPIClient, project: str, folder: Path, *, below: Version, exactly: Version | None = None
) -> Path:
    """The wheel for this interpreter, in *folder*, its bytes verified.

    Args:
        below: of the releases below this one, the newest that has such a wheel, not yanked.
        exactly: this release instead, yanked or not.

    Raises:
        GateRefused: there is no such wheel, so nobody could swap anything in.
        Mismatch: PyPI serves other bytes than it states.
        Transient: PyPI does not answer.
    """
    served = pypi.simple(project)
    fitting = {
        version: file
        for version, file in _fitting(served)
        if (version == exactly if exactly else version < below and not file.yanked)
    }
    if not fitting:
        wanted = f"{project} {exactly}" if exactly else f"{project} below {below}"
        raise GateRefused(
            f"PyPI has no wheel of {wanted} that runs on this machine",
            expected=f"a file with a tag of this interpreter, such as {next(sys_tags())}",
            found=", ".join(sorted(served)) or "no file",
            remedy="run it on a machine of the wheel matrix, or pass --peer X.Y.Z",
        )
    chosen = fitting[max(fitting)]
    path = folder / chosen.name
    path.write_bytes(pypi.fetch(chosen))
    return path


def _fitting(served: Mapping[str, ServedFile]) -> list[tuple[Version, ServedFile]]:
    """The wheels that run here, the one whose tag pip likes best last for each version."""
    places = {tag: place for place, tag in enumerate(sys_tags())}
    found = []
    for name, file in served.items():
        try:
            _, version, _, tags = parse_wheel_filename(name)
            # Raises for a pre-release, which pip does not choose either.
            release = parse_version(str(version))
        except (InvalidWheelFilename, ValueError):
            continue
        if fits := [places[tag] for tag in tags if tag in places]:
            found.append((-min(fits), name, release, file))
    return [(release, file) for *_, release, file in sorted(found, key=lambda item: item[:2])]
