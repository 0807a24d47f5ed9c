"""I2: no registry token before byte identity, none outlives its job, none appears anywhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tools.model import Problem
from tools.rehearsal.evidence import CRATES, Evidence, moment
from tools.rehearsal.workflow.records import InstanceRecord
from tools.rehearsal.world.trusted import TokenRecord

# The exit code of a process that was killed: nothing could be revoked any more.
_KILLED = -9
_LINE = re.compile(r"(?P<time>\S+) re-packaged (?P<crate>[\w-]+): sha256:(?P<sha>[0-9a-f]{64})")


def tokens_are_short(evidence: Evidence) -> tuple[int, list[Problem]]:
    """Every token was minted after byte identity, used by its job alone and seen nowhere."""
    problems: list[Problem] = []
    for where, token in evidence.tokens:
        label = f"{where} token {token.number} of {token.label}"
        problems += _lifetime(evidence, where, token, label)
        if where == CRATES:
            problems += _identity_first(evidence, token, label)
        if not _asked_before(evidence, where, token):
            problems.append(Problem(label, "the registry read before it was minted", "not read"))
    problems += [Problem(leak.where, "no token", leak.what) for leak in evidence.leaks]
    return len(evidence.tokens), problems


def _lifetime(evidence: Evidence, where: str, token: TokenRecord, label: str) -> list[Problem]:
    """Spent only by its job; revoked before the job ends where the registry can revoke."""
    problems = [
        Problem(label, f"uses by {token.label} only", f"{use.what} by {use.label}")
        for use in token.uses
        if use.label != token.label
    ]
    owner = _owner(evidence, token)
    if owner is None:
        return [*problems, Problem(label, "minted by a job that may publish", "no such job")]
    end = moment(owner.ended)
    if where == CRATES:
        late = token.revoked_at is None or token.revoked_at > end
        if late and not _could_not_revoke(evidence, token, owner):
            problems.append(Problem(label, "revoked before its job ended", str(token.revoked_at)))
    elif token.expires_at - token.minted_at > timedelta(minutes=15):
        problems.append(Problem(label, "15 minutes of life at most", str(token.expires_at)))
    after = [use for use in token.uses if use.at > end]
    return problems + [Problem(label, "no use after its job", use.what) for use in after]


def _could_not_revoke(evidence: Evidence, token: TokenRecord, owner: InstanceRecord) -> bool:
    """The job was killed, never learnt the token, or the world did not take its revocation.

    Then the registry's own expiry is all there is: half an hour.
    """
    if owner.exit_code == _KILLED:
        return True
    return any(
        entry.label == token.label
        and entry.fault
        and entry.host == "crates.io"
        and entry.path.endswith("/trusted_publishing/tokens")
        and token.minted_at <= moment(entry.at + entry.seconds)
        and moment(entry.at) <= moment(owner.ended)
        for entry in evidence.journal
    )


def _owner(evidence: Evidence, token: TokenRecord) -> InstanceRecord | None:
    """The instance that had the token minted: by label and time, in the right environment."""
    for instance in evidence.history:
        inside = moment(instance.started) <= token.minted_at <= moment(instance.ended)
        if instance.label == token.label and inside and instance.environment:
            return instance
    return None


def _identity_first(evidence: Evidence, token: TokenRecord, label: str) -> list[Problem]:
    """The job had re-packaged the crate to the attested digest before the token existed."""
    owner = _owner(evidence, token)
    if owner is None or owner.log is None:
        return []
    wanted = {
        u.sha256 for where, u in evidence.uploads if where == CRATES and u.token == token.number
    } or set(evidence.subjects.get("core", {}).values()) | set(
        evidence.subjects.get("manifest", {}).values()
    )
    for when, _, sha in repackagings(owner.log):
        if sha in wanted and when <= token.minted_at + evidence.slack:
            return []
    return [Problem(label, "the crate re-packaged to the attested bytes before it", "not so")]


def repackagings(log: Path) -> list[tuple[datetime, str, str]]:
    """(time, crate, sha256) of every re-packaging that a job's log tells of."""
    found = []
    for line in log.read_text(encoding="utf-8").splitlines():
        match = _LINE.match(line)
        if match:
            when = datetime.fromisoformat(match["time"]).astimezone(UTC)
            found.append((when, match["crate"], match["sha"]))
    return found


def _asked_before(evidence: Evidence, where: str, token: TokenRecord) -> bool:
    hosts = ("index.crates.io", "crates.io") if where == CRATES else ("pypi.org",)
    return any(
        entry.label == token.label
        and entry.host in hosts
        and entry.method == "GET"
        and moment(entry.at) <= token.minted_at + evidence.slack
        for entry in evidence.journal
    )
