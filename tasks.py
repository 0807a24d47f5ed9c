"""Operator verbs: ``invoke release.VERB``. Thin: adapt arguments, call a step, exit with its code.

``invoke --list`` names the verbs and ``invoke --help release.VERB`` teaches one. In a release.yml
job every argument has its value from the environment; on a laptop it can be given. Exit codes:
0 done, 1 a program failed, Invoke knows no such verb or option, the machine refused (a full disk)
or the tools have a defect, 2 wrong call, 10 refused, 20 partly published and resumable, 21 not
repairable under this version, 30 mismatch, 75 transient, 77 not permitted to read, 130 Ctrl-C.
``--json`` prints one JSON document on standard output.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from invoke.collection import Collection
from invoke.context import Context as Invocation
from invoke.tasks import task

try:
    from tools.__main__ import guarded
except ModuleNotFoundError as missing:
    print(
        f"error: [wrong call] {missing.name} is not installed in {sys.prefix}\n"
        "  remedy: python -m pip install --require-hashes -r requirements/release.txt",
        file=sys.stderr,
    )
    sys.exit(2)

HELP = {
    "tag": "the release tag, vX.Y.Z; by default the one that triggered the workflow",
    "commit": "the tagged commit; by default the workflow's, else the tag's in this checkout",
    "json": "print the result as one JSON document on standard output",
}


def _exit(action: Callable[[], object], json: bool) -> None:
    code = guarded(action, json_mode=json)
    if code:
        sys.exit(code)


def _step(
    module: str, json: bool, where: dict[str, Any], *, of_tree: bool = False, **arguments: Any
) -> None:
    """Call ``tools.steps.MODULE.MODULE(context, **arguments)``; the imports are guarded too.

    Args:
        where: what the context is built from: ``tag`` and ``commit``, or ``version``.
        of_tree: a context of HEAD, for what comes before the tag.
    """

    def action() -> object:
        from importlib import import_module

        from tools.checks.release_assets import lane_named
        from tools.steps import context

        if "lane" in arguments:
            arguments["lane"] = lane_named(arguments["lane"])
        step = getattr(import_module(f"tools.steps.{module}"), module)
        build = context.of_tree if of_tree else context.build
        return step(build(**where), **arguments)

    _exit(action, json)


@task(help={"json": HELP["json"]})
def plan(_: Invocation, json: bool = False) -> None:
    """Compute the matrices of release.yml from release.toml.

    Writes the outputs wheels, sdists, simd and smoke, each a JSON list on one line.
    """

    def action() -> object:
        from tools.declaration import Declaration
        from tools.steps.plan import plan as step

        return step(Declaration.load())

    _exit(action, json)


@task(help={"tag": HELP["tag"], "json": HELP["json"]})
def guard(_: Invocation, tag: str = "", json: bool = False) -> None:
    """Judge the tag: strict vX.Y.Z, and the version that stands in the tree.

    Writes the outputs release and version. Any other tag gives release=false and exit code 0.
    """

    def action() -> object:
        from tools.declaration import ROOT, Declaration
        from tools.errors import UsageError
        from tools.steps.guard import guard as step

        chosen = tag or os.environ.get("GITHUB_REF_NAME", "")
        if not chosen:
            raise UsageError("no tag is given", expected="vX.Y.Z", remedy="pass --tag vX.Y.Z")
        return step(Declaration.load(), ROOT, chosen)

    _exit(action, json)


@task(name="require-ci-green", help=HELP)
def require_ci_green(_: Invocation, tag: str = "", commit: str = "", json: bool = False) -> None:
    """Wait until every gate workflow is green for exactly this commit, the head of the branch.

    Writes the output runs: the URL of each green run. Needs GITHUB_TOKEN with actions: read.
    """
    _step("require_ci_green", json, {"tag": tag, "commit": commit})


@task(help=HELP)
def draft(_: Invocation, tag: str = "", commit: str = "", json: bool = False) -> None:
    """Adopt or create the one draft release of this tag and commit.

    Needs GITHUB_TOKEN with contents: write.
    """
    _step("draft", json, {"tag": tag, "commit": commit})


@task(help={**HELP, "project": "a PyPI project of release.toml"})
def canonicalize(
    _: Invocation, project: str, tag: str = "", commit: str = "", json: bool = False
) -> None:
    """Select the canonical wheels and sdist of a project into dist/pypi/PROJECT.

    New version: dist/built/PROJECT. On PyPI already: what PyPI serves, verified; missing files
    come from the draft's attested assets. Needs GITHUB_TOKEN with contents: write.
    """
    _step("canonicalize", json, {"tag": tag, "commit": commit}, project_name=project)


@task(help={**HELP, "gate-runs": "JSON, gate workflow to run URL; by default $GATE_RUNS"})
def record(
    _: Invocation, gate_runs: str = "", tag: str = "", commit: str = "", json: bool = False
) -> None:
    """Write dist/attested/core/release-record.json from the packaged and canonical files."""
    _step(
        "record",
        json,
        {"tag": tag, "commit": commit},
        gate_runs=gate_runs or os.environ.get("GATE_RUNS", ""),
    )


LANE = {"lane": "core (core crate, Python files, record) or manifest (manifest crate)"}


@task(help={**HELP, **LANE})
def subjects(_: Invocation, lane: str, tag: str = "", commit: str = "", json: bool = False) -> None:
    """Write dist/subjects-LANE.sha256 and the output base64: the files that this run built."""
    _step("subjects", json, {"tag": tag, "commit": commit}, lane=lane)


@task(help={**HELP, **LANE, "path": "the bundle's file; by default $BUNDLE_PATH"})
def bundle(
    _: Invocation, lane: str, path: str = "", tag: str = "", commit: str = "", json: bool = False
) -> None:
    """Take over the attestation's bundle when it attests exactly the lane's subjects."""
    source = path or os.environ.get("BUNDLE_PATH", "")
    _step("bundle", json, {"tag": tag, "commit": commit}, lane=lane, source=source)


@task(name="verify-attestations", help={**HELP, **LANE})
def verify_attestations(
    _: Invocation, lane: str, tag: str = "", commit: str = "", json: bool = False
) -> None:
    """Verify a lane's bundle, provenance and stored attestations before anything is staged.

    Pinned trust root, signer workflow, tag, commit, predicate; subjects equal to the files.
    """
    _step("verify_attestations", json, {"tag": tag, "commit": commit}, lane=lane)


@task(help={**HELP, **LANE})
def stage(_: Invocation, lane: str, tag: str = "", commit: str = "", json: bool = False) -> None:
    """Upload what is missing of a lane to the draft, and prove that the set is exact.

    Needs GITHUB_TOKEN with contents: write.
    """
    _step("stage", json, {"tag": tag, "commit": commit}, lane=lane)


@task(name="publish-crate", help={**HELP, "crate": "a crate of release.toml"})
def publish_crate(
    _: Invocation, crate: str, tag: str = "", commit: str = "", json: bool = False
) -> None:
    """Publish a crate that crates.io does not serve yet, and read it back everywhere.

    Re-packages and compares before it mints a token; needs id-token: write for that.
    """
    _step("publish_crate", json, {"tag": tag, "commit": commit}, name=crate)


@task(name="publish-pypi", help={**HELP, "project": "a PyPI project of release.toml"})
def publish_pypi(
    _: Invocation, project: str, tag: str = "", commit: str = "", json: bool = False
) -> None:
    """Upload the canonical files that PyPI does not serve yet, with attestations; read back.

    Needs id-token: write. Re-running uploads only what is missing.
    """
    _step("publish_pypi", json, {"tag": tag, "commit": commit}, project_name=project)


@task(help=HELP)
def undraft(_: Invocation, tag: str = "", commit: str = "", json: bool = False) -> None:
    """Make the release public when draft, record and four registries agree exactly.

    Needs GITHUB_TOKEN with contents: write.
    """
    _step("undraft", json, {"tag": tag, "commit": commit})


@task(
    positional=["version"],
    help={
        "version": "the released version, X.Y.Z",
        "file": "verify this one local file instead of the whole release",
        "wait": "read again what is not there yet, until the declared time is up (as in CI)",
        "json": HELP["json"],
    },
)
def verify(
    _: Invocation, version: str, file: str = "", wait: bool = False, json: bool = False
) -> None:
    """Verify a public release: every file on every surface, as any stranger can.

    Works without credentials; GITHUB_TOKEN only raises GitHub's rate limit.
    """
    waiting = wait or os.environ.get("GITHUB_ACTIONS") == "true"
    local = Path(file) if file else None
    _step("verify", json, {"version": version}, file=local, wait=waiting)


@task(
    positional=["version"],
    help={
        "version": "the version, X.Y.Z",
        "watch": "refresh until the release is public, stopped or not repairable; Ctrl-C ends it",
        "interval": "seconds between two looks of --watch",
        "json": HELP["json"],
    },
)
def status(
    _: Invocation, version: str, watch: bool = False, interval: int = 30, json: bool = False
) -> None:
    """Show where a release stands: five answers for each file, the phases, the next action.

    Also PyPI's deadline for new files. Changes nothing. GITHUB_TOKEN with push rights is needed
    to see a draft.
    """
    if watch:
        _step("watch", json, {"version": version}, interval=max(interval, 1))
    else:
        _step("status", json, {"version": version})


@task(
    positional=["version"],
    help={
        "version": "the version, X.Y.Z",
        "execute": "re-run them; without it they are only named",
        "json": HELP["json"],
    },
)
def resume(_: Invocation, version: str, execute: bool = False, json: bool = False) -> None:
    """Name the jobs of the release's workflow run to re-run, in order; --execute re-runs them.

    What is done is never done again: each job reads the world first. Refuses with 30 or 21 when
    the release must not go on. --execute needs GITHUB_TOKEN with actions: write.
    """
    _step("resume", json, {"version": version}, execute=execute)


@task(name="audit-settings", help={"json": HELP["json"]})
def audit_settings(_: Invocation, json: bool = False) -> None:
    """Compare the repository's settings with release.toml: who approves, what may deploy.

    Environments, immutable releases, the protection of the branch, declared tag rulesets; every
    deviation with the settings page to open. Needs the maintainer's rights:
    GITHUB_TOKEN=$(gh auth token). What cannot be read is no pass (exit 77, or 75).
    """
    _step("audit_settings", json, {}, of_tree=True)


@task(help={"json": HELP["json"]})
def claims(_: Invocation, json: bool = False) -> None:
    """Print what each registry's trusted publisher record must say, from release.toml.

    With the page where each record is set. In a job with id-token: write also the claims of the
    job's own token, compared; the token itself is never printed.
    """

    def action() -> object:
        from tools.declaration import Declaration
        from tools.ops.http import Http
        from tools.steps.claims import claims as step
        from tools.steps.context import user_agent

        declaration = Declaration.load()
        with Http(user_agent(declaration)) as http:
            return step(declaration, http, os.environ)

    _exit(action, json)


@task(
    help={
        "base": "the revision to compare HEAD with; by default the last release tag",
        "no-semver": "do not run cargo-semver-checks, for this recorded reason",
        "json": HELP["json"],
    }
)
def review(_: Invocation, base: str = "", no_semver: str = "", json: bool = False) -> None:
    """Classify the release: patch-compatible or minor-breaking, surface by surface, with evidence.

    Compares with docs/compatibility-policy.md in mind; refuses (10) when a break has no migration
    note in the changelog or would be released as a patch.
    """
    _step("review", json, {}, of_tree=True, base=base, no_semver=no_semver)


@task(
    help={
        "version": "the version to release, X.Y.Z; by default the one in the tree",
        "offline": "only what this checkout can tell: asks neither GitHub nor the registries",
        "json": HELP["json"],
    },
)
def preflight(_: Invocation, version: str = "", offline: bool = False, json: bool = False) -> None:
    """Check everything that can be known before the tag, in one report. Changes nothing.

    Tree, sites, changelog, lock, workflows, tags, the head of the branch, CI, settings and
    registries. GITHUB_TOKEN=$(gh auth token) lets it read the settings and drafts.
    """
    _step("preflight", json, {"version": version}, of_tree=True, offline=offline)


@task(
    name="tag",
    positional=["version"],
    help={
        "version": "the version to release, X.Y.Z; it must stand in the tree",
        "push": "push the tag, which starts release.yml; without it the tag stays here",
        "dry-run": "say what would be done, and every reason against it",
        "json": HELP["json"],
    },
)
def tag_(
    _: Invocation, version: str, push: bool = False, dry_run: bool = False, json: bool = False
) -> None:
    """Make the signed tag on a clean, pushed head of the branch; push it only with --push.

    Refuses with every reason at once. A signed tag of this commit that is here already is kept,
    so tagging first and pushing later is two calls of the same command.
    """
    _step("tag", json, {"version": version}, of_tree=True, push=push, dry_run=dry_run)


@task(
    help={
        "args": "arguments of the rehearsal in one string; see `nox -s rehearse -- --help`",
        "json": HELP["json"],
    }
)
def rehearse(_: Invocation, args: str = "", json: bool = False) -> None:
    """Release this very tree end to end on loopback; the same as `nox -s rehearse`."""
    import shlex

    from tools.__main__ import main

    code = main(["rehearse", *shlex.split(args), *(["--json"] if json else [])])
    if code:
        sys.exit(code)


release = Collection(
    "release",
    plan,
    guard,
    require_ci_green,
    draft,
    canonicalize,
    record,
    subjects,
    bundle,
    verify_attestations,
    stage,
    publish_crate,
    publish_pypi,
    undraft,
    verify,
    status,
    resume,
    audit_settings,
    claims,
    review,
    preflight,
    tag_,
    rehearse,
)
namespace = Collection(release)
