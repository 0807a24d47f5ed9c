"""A scenario attempt after attempt, as a maintainer re-runs failed jobs.

The re-runs end when the release is complete, when a job says that it cannot be, or when they
are used up. When the jobs that were disturbed have succeeded and the world equals that of the
undisturbed release, the remaining jobs have been run from this very state already; every tenth
scenario (chosen by its name) runs them nevertheless.
"""

from __future__ import annotations

import hashlib

from tools.rehearsal.campaign import fresh
from tools.rehearsal.campaign.flow import Task
from tools.rehearsal.campaign.play import Play
from tools.rehearsal.campaign.theatre import fingerprint

# How often the failed jobs are re-run at most.
RERUNS = 3


def play_out(play: Play) -> bool:
    """Attempt after attempt; whether the release is complete."""
    for name, count in play.scenario.world:
        play.theatre.misbehave(name, count)
    # One re-run shows that what lasts is still there.
    reruns = 1 if play.scenario.lasts else RERUNS
    for attempt in range(1, 2 + reruns):
        _attempt(play, attempt)
        last = play.stops[-1].code if play.stops else 0
        if complete(play) or (last == 21 and play.stops[-1].attempt == attempt):
            break
        _mend(play)
        if play.scenario.fresh and not fresh.begin(play, attempt + 1):
            break
    return complete(play)


def complete(play: Play) -> bool:
    """Whether every job of the release has succeeded, here or from this very state."""
    return play.converged or all(task.id in play.done for task in play.stage.flow.tasks)


def again(play: Play) -> bool:
    """One more attempt in a healthy world, to prove a claim that nothing helps."""
    _attempt(play, 2 + RERUNS)
    return complete(play)


def _mend(play: Play) -> None:
    """What a maintainer does before the re-run: waits for the rate limit, deletes a double."""
    play.theatre.setting.github.core.misbehaviour.requests_left = None
    drafts = [r for r in play.theatre.setting.github.releases(play.stage.seed.tag) if r.draft]
    state = play.theatre.setting.github.state
    for extra in sorted(drafts, key=lambda r: (-len(state.assets_of(r.id)), r.id))[1:]:
        del state.releases[extra.id]


def _attempt(play: Play, attempt: int) -> None:
    for task in play.stage.flow.tasks:
        blocked = any(need not in play.done for need in task.needs)
        if task.id in play.done or blocked:
            continue
        if play.record:
            play.moments[task.id] = play.snapshot()
        if play.job(task, attempt):
            play.done.add(task.id)
        elif not whole(play):
            return
        if _is_converged(play, task):
            play.converged = True
            return
    if play.record:
        play.moments[""] = play.snapshot()


def _is_converged(play: Play, task: Task) -> bool:
    later = {t.id for t in play.stage.flow.after(task.id)}
    pending = any(item.position.job in later for item in play.scenario.disturbances)
    reference = play.stage.after(task.id)
    if (
        whole(play)
        or pending
        or play.scenario.fresh
        or task.id not in play.done
        or reference is None
    ):
        return False
    return fingerprint(play.snapshot()) == fingerprint(reference)


def whole(play: Play) -> bool:
    """Whether the remaining jobs run although the world has converged."""
    digest = hashlib.sha256(str(play.scenario).encode()).digest()
    return (
        play.record
        or bool(play.scenario.world)
        or int.from_bytes(digest[:4]) % play.stage.every == 0
    )
