"""What stands in for each ``uses:``, by action name without its ref.

Each stand-in does the action's work on this machine with real programs (git, sigstore) and
returns its outputs and the sentence that the report prints.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from tools.rehearsal.workflow.artifacts import select
from tools.rehearsal.workflow.records import StepFailed
from tools.rehearsal.workflow.running import RunningJob
from tools.rehearsal.workflow.standin import VERSION_TAG, Inputs, Result, StandIn, flag, lines

# ------------------------------------------------------------------ actions/checkout


def checkout(job: RunningJob, inputs: Inputs) -> Result:
    """A real clone of the bare origin, shallow and detached as the action leaves it.

    For a tag the action fetches the *commit* into ``refs/tags/NAME``: an annotated tag is a
    lightweight one in the workspace, and its signature must be read from the forge.
    """
    run = job.identity.run
    workspace = job.places.workspace / inputs.get("path", ".")
    depth = int(inputs.get("fetch-depth", "1"))
    url = f"https://github.com/{run.repository}"
    workspace.mkdir(parents=True, exist_ok=True)
    job.git("init", "--quiet", ".", cwd=workspace)
    job.git("remote", "add", "origin", url, cwd=workspace)
    job.git("config", "--local", "gc.auto", "0", cwd=workspace)
    spec = f"+{run.sha}:{run.ref}"
    if depth:
        refs = [spec]
        options = ["--no-tags", f"--depth={depth}"]
    else:
        refs = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]
        options = ["--tags"]
    if flag(inputs, "fetch-tags") and depth:
        options.remove("--no-tags")
    job.git("fetch", "--quiet", "--prune", *options, "origin", *refs, cwd=workspace)
    job.git("checkout", "--quiet", "--force", "--detach", run.sha, cwd=workspace)
    note = f"git fetch of {run.ref_name} from the bare origin"
    if flag(inputs, "persist-credentials", True):
        token = job.access.token
        header = "http.https://github.com/.extraheader"
        job.git("config", "--local", header, f"AUTHORIZATION: basic {token}", cwd=workspace)
        note += "; the job's token left in .git/config"
    return Result(note, {"ref": run.ref, "commit": run.sha})


# ------------------------------------------------------------------ artifacts


def upload_artifact(job: RunningJob, inputs: Inputs) -> Result:
    """Into the folder store of the run."""
    name = inputs.get("name", "artifact")
    root, files = select(
        job.places.workspace, lines(inputs["path"]), hidden=flag(inputs, "include-hidden-files")
    )
    if not files:
        wanted = inputs.get("if-no-files-found", "warn")
        if wanted == "error":
            raise StepFailed(f"no files were found with path {inputs['path']!r}")
        return Result(f"nothing uploaded ({wanted})")
    stored = job.artifacts.put(
        name, root, files, uploader=job.record.label, attempt=job.identity.run.run_attempt
    )
    job.record.uploaded.append(name)
    digest = hashlib.sha256("\n".join(stored.files).encode()).hexdigest()
    outputs = {"artifact-id": str(int(digest[:12], 16)), "artifact-digest": digest}
    return Result(f"{len(stored.files)} files stored as {name!r}", outputs)


def download_artifact(job: RunningJob, inputs: Inputs) -> Result:
    """From the folder store of the run; a name that nobody uploaded is an error."""
    target = job.places.workspace / inputs.get("path", ".")
    name = inputs.get("name", "")
    names = [name] if name else job.artifacts.matching(inputs.get("pattern", "**"))
    merge = flag(inputs, "merge-multiple") or bool(name)
    for item in names:
        job.artifacts.fetch(item, target if merge else target / item)
        job.record.downloaded.append(item)
    return Result(f"fetched {', '.join(names) or 'nothing'}", {"download-path": str(target)})


# ------------------------------------------------------------------ toolchains


def setup_python(job: RunningJob, inputs: Inputs) -> Result:
    """Nothing is installed: the session's own Python stands in; the report names both."""
    found = job.machine.python
    asked = inputs.get("python-version", "")
    same = found == asked or found.startswith(f"{asked}.")
    difference = "" if same else f" (the workflow asks for {asked})"
    outputs = {"python-version": found, "python-path": f"{job.machine.tools_path}/python"}
    return Result(f"Python {found} of this machine{difference}", outputs)


def rust_toolchain(job: RunningJob, inputs: Inputs) -> Result:
    """Nothing is installed: this machine's toolchain stands in; it must be the one asked for."""
    asked = inputs.get("toolchain", "stable")
    found = job.machine.rustc
    if asked not in ("stable", found):
        return Result(f"Rust {found} of this machine (the workflow asks for {asked})")
    return Result(f"Rust {found} of this machine")


# ------------------------------------------------------------------ provenance


def attest_build_provenance(job: RunningJob, inputs: Inputs) -> Result:
    """Signs through the loopback Sigstore and stores the bundle in the loopback forge."""
    for scope in ("id-token", "attestations"):
        if job.identity.permissions.get(scope) != "write":
            raise StepFailed(
                f"attest-build-provenance needs `permissions: {scope}: write`",
                found=str(dict(job.identity.permissions)),
            )
    checksums = _checksums(job.places.workspace, inputs)
    bundle, attestation_id = job.services.attest(job.access, job.env(), checksums)
    path = job.places.temp / "attestation.json"
    with path.open("a", encoding="utf-8") as stream:
        stream.write(bundle + "\n")
    url = f"https://github.com/{job.identity.run.repository}/attestations/{attestation_id}"
    outputs = {
        "bundle-path": str(path),
        "attestation-id": attestation_id,
        "attestation-url": url,
    }
    count = len(lines(checksums))
    return Result(f"signed {count} subjects through the loopback Sigstore", outputs)


def _checksums(workspace: Path, inputs: Inputs) -> str:
    chosen = [name for name in ("subject-path", "subject-checksums") if inputs.get(name)]
    if len(chosen) != 1:
        raise StepFailed("give exactly one of subject-path and subject-checksums")
    if chosen == ["subject-checksums"]:
        path = workspace / inputs["subject-checksums"]
        if not path.is_file():
            raise StepFailed(f"subject-checksums: no file {inputs['subject-checksums']}")
        return path.read_text(encoding="utf-8")
    _, files = select(workspace, lines(inputs["subject-path"]))
    if not files:
        raise StepFailed(f"no subject matches {inputs['subject-path']!r}")
    digests = ((hashlib.sha256(path.read_bytes()).hexdigest(), path.name) for path in files)
    return "".join(f"{digest}  {name}\n" for digest, name in digests)


SLSA_PERMISSIONS: Mapping[str, str] = {"actions": "read", "id-token": "write", "contents": "write"}


def slsa_generator(job: RunningJob, inputs: Inputs) -> Result:
    """The reusable workflow: signs its subjects and uploads the provenance as an artifact."""
    for scope, level in SLSA_PERMISSIONS.items():
        granted = job.identity.permissions.get(scope, "none")
        if granted != level and granted != "write":
            raise StepFailed(
                f"the called workflow requests {scope}: {level}",
                found=f"the caller grants {granted}",
                remedy=f"add `{scope}: {level}` to the permissions of the job",
            )
    if flag(inputs, "upload-assets"):
        raise StepFailed("upload-assets: true is not rehearsed", remedy="stage assets as a task")
    name = inputs["provenance-name"]
    content = job.services.provenance(job.env(), inputs["base64-subjects"])
    path = job.places.temp / "provenance" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if content.endswith("\n") else content + "\n", encoding="utf-8")
    attempt = job.identity.run.run_attempt
    job.artifacts.put(name, path.parent, [path], uploader=job.record.label, attempt=attempt)
    job.record.uploaded.append(name)
    return Result("signed through the loopback Sigstore", {"provenance-name": name})


SLSA = "slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml"

STEPS: Mapping[str, StandIn] = {
    "actions/checkout": StandIn(
        checkout, frozenset({"persist-credentials", "fetch-depth", "fetch-tags", "path"})
    ),
    "actions/upload-artifact": StandIn(
        upload_artifact,
        frozenset(
            {
                *("name", "path", "if-no-files-found", "retention-days", "compression-level"),
                "include-hidden-files",
            }
        ),
    ),
    "actions/download-artifact": StandIn(
        download_artifact, frozenset({"name", "path", "pattern", "merge-multiple"})
    ),
    "actions/setup-python": StandIn(setup_python, frozenset({"python-version"})),
    "dtolnay/rust-toolchain": StandIn(rust_toolchain, frozenset({"toolchain", "components"})),
    "actions/attest-build-provenance": StandIn(
        attest_build_provenance, frozenset({"subject-path", "subject-checksums"})
    ),
}
WORKFLOWS: Mapping[str, StandIn] = {
    SLSA: StandIn(
        slsa_generator,
        frozenset({"base64-subjects", "provenance-name", "upload-assets"}),
        VERSION_TAG,
    ),
}
