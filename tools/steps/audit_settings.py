"""Audit the repository's settings against the declaration, before a tag is made.

Environments (reviewer, deployment policy, the single tag pattern), immutable releases, the
protection of the branch, declared tag rulesets. Every deviation is in one report, expected
against found, with the settings page to open. A setting that this token may not read is
unreadable, and the exit code says so: 77 for want of rights, 75 when GitHub did not answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.checks import settings
from tools.console import console
from tools.declaration import Environment
from tools.findings import Finding
from tools.model import CellState
from tools.ops.github_settings import UNPROTECTED, GitHubSettings
from tools.steps import report
from tools.steps.context import Context
from tools.steps.report import Check


@dataclass(frozen=True, slots=True)
class Audit:
    """What was looked at, and the pages where it is set."""

    repository: str
    findings: tuple[Finding, ...]
    pages: dict[str, str]


def audit_settings(context: Context) -> Audit:
    """Read every setting, show all of them, and refuse when one deviates.

    Raises:
        GateRefused: a setting deviates from the declaration.
        NotPermitted: none deviates, and one cannot be read with this token.
        Transient: none deviates, and GitHub did not answer for one.
    """
    audit = observe(context)
    report.show(f"Settings of {audit.repository}", audit.findings)
    report.judge(audit.findings, "the settings do not guard a release as declared", audit)
    console.success("every setting guards the release as declared")
    return audit


def observe(context: Context) -> Audit:
    """The audit without its judgement, for reports that hold more than settings."""
    pages = settings.pages(context.repository)
    found = report.collect(_checks(context, pages))
    return Audit(context.repository, found, pages)


def _checks(context: Context, pages: dict[str, str]) -> Iterator[tuple[str, str, Check]]:
    declared = context.declaration
    client = GitHubSettings.of(context.github())
    for item in declared.environment:
        what = f"environment {item.name}"
        yield what, "as declared", _environment(client, item, pages["environments"])
    yield (
        "immutable releases",
        "enabled",
        lambda: [settings.immutable(client.immutable_releases(), pages["immutable"])],
    )
    branch = declared.project.branch
    yield f"branch {branch}", "protected", lambda: _branch(client, branch, pages["branches"])
    if declared.tag_ruleset:
        yield (
            "tag rulesets",
            "as declared",
            lambda: settings.tag_rulesets(
                declared.tag_ruleset, client.tag_rulesets(), pages["rules"]
            ),
        )
    else:
        yield "tag rulesets", "as declared", _none_declared


def _environment(client: GitHubSettings, declared: Environment, page: str) -> Check:
    return lambda: settings.environment(declared, client.environment(declared.name), page)


def _branch(client: GitHubSettings, branch: str, page: str) -> Iterator[Finding]:
    """Rulesets first: when they demand everything, no administration rights are needed."""
    rules = client.branch_rules(branch)
    classic = UNPROTECTED if settings.complete(rules) else client.protection(branch)
    return settings.branch(branch, rules, classic, page)


def _none_declared() -> list[Finding]:
    state = CellState.NOT_APPLICABLE
    return [Finding("tag rulesets", state, "none declared in release.toml", "not read")]
