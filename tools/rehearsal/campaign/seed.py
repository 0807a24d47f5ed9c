"""The campaign's beginning: prebuilt artifacts, signed and attested, and an undisturbed release.

The product's own steps write the record, the subjects and the bundles here; the signatures
are real ones of the stand-in Sigstore. From then on every scenario starts from these bytes.
"""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from tools.checks.release_assets import LANES, Lane, ReleaseFiles
from tools.declaration import ROOT, Declaration, PythonProject, Readback
from tools.model import Artifact as Built
from tools.model import Digest, Version, kind_of
from tools.ops.actions import Runtime
from tools.ops.http import Http
from tools.record import ORIGIN_NAME, Origin, OriginFile, Origins
from tools.rehearsal import signing
from tools.rehearsal.campaign import artifacts
from tools.rehearsal.campaign.process import checkout
from tools.rehearsal.campaign.stepped import SteppedClock
from tools.rehearsal.campaign.theatre import Seed, Snapshot, Theatre
from tools.rehearsal.evidence import Artifact
from tools.rehearsal.world.sigstore import Keys
from tools.steps import bundle, record, subjects
from tools.steps.context import Context, user_agent

VERSION = Version.parse("0.7.0")
GATE = "https://github.com/Fieldnote-Echo/ordvec/actions/runs/1"
READBACK = Readback(poll_seconds=5, timeout_minutes=1)


@dataclass(frozen=True)
class Tree:
    """The sources of a real crate, below the checkout, and what ``cargo package`` makes of it."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    packaged: Mapping[str, bytes] = field(default_factory=dict)


NO_TREE = Tree()


def declared() -> Declaration:
    """This tree's declaration with about ten polls to each wait."""
    return Declaration.load(ROOT).model_copy(update={"readback": READBACK})


def prepare(folder: Path, tree: Tree = NO_TREE) -> Seed:
    """Everything before the draft.

    Args:
        tree: a real crate in place of a prebuilt one: cargo itself publishes it.
    """
    declaration = declared()
    files = ReleaseFiles(declaration, VERSION)
    origin, commit = _origin(folder, declaration.project.tag_of(VERSION))
    crates = {**artifacts.crates(files), **tree.packaged}
    python = {p.name: artifacts.dists(files, p) for p in declaration.python}
    seed = Seed(
        declaration=declaration,
        version=VERSION,
        commit=commit,
        origin=origin,
        issuer_key=rsa.generate_private_key(public_exponent=65537, key_size=2048),
        sigstore_keys=Keys.generate(),
        trust="",
        start=Snapshot(),
        artifacts={
            "crates": crates,
            "manifest-crate": {files.crate_file("manifest"): crates[files.crate_file("manifest")]},
            **{
                f"canonical-{p.name}": canonical(p, python[p.name], commit)
                for p in declaration.python
            },
        },
        packaged=crates,
        tree=tree.files,
        built=built({"crates": crates, **{f"wheel-{n}": made for n, made in python.items()}}),
    )
    return signed(seed, seed.start, folder / "signing")


UPLOADERS = {
    "crates": "build-crates",
    "manifest-crate": "build-manifest-crate",
    "wheel": "build-wheels",
    "sdist": "build-sdists",
}


def built(made: Mapping[str, Mapping[str, bytes]]) -> tuple[Artifact, ...]:
    """The build jobs' artifacts among *made*, with digests and who handed them over."""
    found = []
    for name, files in made.items():
        uploader = UPLOADERS.get(name) or UPLOADERS.get(name.partition("-")[0])
        if uploader is not None:
            digests = {n: Digest.of_bytes(content).hex for n, content in files.items()}
            found.append(Artifact(name, uploader, 1, digests))
    return tuple(found)


def canonical(project: PythonProject, made: Mapping[str, bytes], commit: str) -> dict[str, bytes]:
    """What canonicalize hands over for a new version."""
    origins = Origins(
        project=project.name,
        version=str(VERSION),
        commit=commit,
        files=tuple(
            OriginFile.of(Built(n, kind_of(n), len(b), Digest.of_bytes(b)), Origin.BUILT)
            for n, b in made.items()
        ),
    )
    return {**made, ORIGIN_NAME: origins.to_bytes()}


def signed(seed: Seed, start: Snapshot, folder: Path) -> Seed:
    """Run record, subjects, the two signing actions and bundle for both lanes."""
    with ExitStack() as stack:
        theatre = stack.enter_context(Theatre(seed, start, folder))
        trust = theatre.setting.sigstore.client_trust_config()
        seed = replace(seed, trust=trust)
        stack.enter_context(redirect_stdout(io.StringIO()))
        stack.callback(_restore, dict(os.environ))
        os.environ.update(theatre.environment("attest", 1))
        made = dict(seed.artifacts)
        for lane in LANES:
            made |= _sign_lane(theatre, seed, lane, folder / lane)
        shutil.rmtree(folder / "home", ignore_errors=True)
        return replace(seed, artifacts=made, start=theatre.snapshot((), ()))


def _restore(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def _sign_lane(theatre: Theatre, seed: Seed, lane: Lane, root: Path) -> dict[str, dict[str, bytes]]:
    context = _context(seed, checkout(root, handed_over(seed, lane)))
    if lane == "core":
        gates = dict.fromkeys(context.declaration.gates.workflows, GATE)
        record.record(context, json.dumps(gates))
    digests = {name: d.hex for name, d in subjects.subjects(context, lane).items()}
    source = root / "attestation.json"
    source.write_text(attestation(theatre, digests, root))
    bundle.bundle(context, lane, str(source))
    statement = (provenance(theatre, digests, root) + "\n").encode()
    folder = context.layout.attested(lane)
    return {
        f"attested-{lane}": {p.name: p.read_bytes() for p in sorted(folder.iterdir())},
        context.files.provenance(lane): {context.files.provenance(lane): statement},
    }


def handed_over(seed: Seed, lane: Lane) -> dict[str, bytes]:
    """The files of the attest job of a lane, below its checkout."""
    names = ("crates",) if lane == "core" else ("manifest-crate",)
    places = {f"dist/{name}": name for name in names}
    if lane == "core":
        places |= {f"dist/pypi/{p.name}": f"canonical-{p.name}" for p in seed.declaration.python}
    return {
        **{
            f"{place}/{n}": b
            for place, name in places.items()
            for n, b in seed.artifacts[name].items()
        },
        str(seed.declaration.provenance.trust): seed.trust.encode(),
    }


def _context(seed: Seed, root: Path) -> Context:
    clock = SteppedClock().clock()
    return Context(
        root=root,
        declaration=seed.declaration,
        version=seed.version,
        commit=seed.commit,
        http=Http(user_agent(seed.declaration), clock=clock),
        clock=clock,
        env={},
        runtime=Runtime.from_env(),
    )


def attestation(theatre: Theatre, digests: Mapping[str, str], base: Path) -> str:
    """What actions/attest-build-provenance writes for these digests, and stores."""
    env = {
        **theatre.world.environment(base / "client", "attest"),
        **theatre.oidc(theatre.identity(), "attest"),
    }
    made = signing.attest_build_provenance(
        [signing.Subject(name, digest) for name, digest in digests.items()],
        env,
        trust_config=theatre.setting.sigstore.client_trust_config(),
        github_token=theatre.token({"attestations": "write"}, "attest"),
    )
    return made.bundle


def provenance(theatre: Theatre, digests: Mapping[str, str], base: Path) -> str:
    """What the SLSA generator writes for these digests."""
    declared = theatre.seed.declaration.provenance
    called = f"{declared.slsa_builder}@refs/tags/{declared.slsa_builder_tag}"
    listing = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
    env = {
        **theatre.world.environment(base / "client", "provenance"),
        **theatre.oidc(theatre.identity(called=called), "provenance"),
    }
    return signing.slsa_generic_provenance(
        base64.b64encode(listing.encode()).decode(),
        env,
        trust_config=theatre.setting.sigstore.client_trust_config(),
    )


def _origin(folder: Path, tag: str) -> tuple[Path, str]:
    """A bare repository whose main head carries the tag; its path and that commit."""
    bare = folder / "origin.git"
    identity = ("-c", "user.name=Maintainer", "-c", "user.email=maintainer@example.invalid")

    def git(*args: str, cwd: Path) -> str:
        dates = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2026-01-01T00:00:00Z")
        plain = dict.fromkeys(("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"), os.devnull)
        env = {**os.environ, **plain, **dates}
        command = ["git", *identity, *args]
        done = subprocess.run(command, cwd=cwd, env=env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    tree = folder / "tree"
    tree.mkdir(parents=True)
    git("init", "-q", "-b", "main", cwd=tree)
    git("commit", "-q", "--allow-empty", "-m", "release", cwd=tree)
    git("tag", "-a", tag, "-m", tag, cwd=tree)
    git("clone", "-q", "--bare", str(tree), str(bare), cwd=folder)
    return bare, git("rev-parse", "HEAD", cwd=tree)
