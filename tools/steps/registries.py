"""Every published file on every registry surface, read in parallel against the record."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from tools.checks.release_assets import LANES
from tools.model import Digest, Observation
from tools.steps.context import Context


def observe_all(context: Context, digests: Mapping[str, Digest]) -> tuple[Observation, ...]:
    """What crates.io and PyPI say of every artifact of the release.

    Args:
        digests: the expected digest of each published file, from the release record.
    """
    with ThreadPoolExecutor(max_workers=4) as pool:
        crates = [
            pool.submit(
                context.cratesio().observe,
                context.files.crate(lane).name,
                context.version,
                digests[context.files.crate_file(lane)],
            )
            for lane in LANES
        ]
        projects = [
            pool.submit(
                context.pypi().observe,
                project.name,
                context.version,
                {name: digests[name] for name in context.files.dists(project)},
            )
            for project in context.declaration.python
        ]
        found = [item for job in crates for item in job.result()]
        for job in projects:
            found.extend(item for answer in job.result().values() for item in answer)
    return tuple(found)
