"""Isolated environments for the release verbs and the tests. Thin: no parsing, no policy.

Each session installs a hash-locked environment from ``requirements/`` and hands its
arguments to ``python -m tools VERB``. ``nox -l`` lists them; ``nox -s VERB -- --help`` teaches.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests"]

LOCKS = Path("requirements")
MANIFEST = tomllib.loads(Path(__file__).with_name("Cargo.toml").read_text(encoding="utf-8"))
MSRV = f"{MANIFEST['package']['rust-version']}.0"
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"
GROUPS = ("bump", "release", "build", "rehearse", "wheel-test", "test", "lint", "bench")


def environment(session: nox.Session, group: str) -> None:
    """Install a locked group; skipped when this environment already holds exactly that lock."""
    lock = LOCKS / f"{group}.txt"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = Path(session.virtualenv.location) / "lock.sha256"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    session.install("--quiet", "--require-hashes", "-r", str(lock))
    stamp.write_text(digest)


def verb(session: nox.Session, name: str, group: str, *options: str) -> None:
    """Run a verb of ``tools`` in its environment."""
    environment(session, group)
    # nox would put standard error into standard output, where `--json` promises one document.
    session.run("python", "-m", "tools", name, *options, *session.posargs, stderr=None)


@nox.session
def bump(session: nox.Session) -> None:
    """Set the lockstep version everywhere: -- {major|minor|patch|X.Y.Z} [--dry-run|--check]."""
    verb(session, "bump", "bump")


@nox.session
def package(session: nox.Session) -> None:
    """Package both crates twice from clean clones and prove the bytes equal."""
    verb(session, "package", "build")


@nox.session
def wheels(session: nox.Session) -> None:
    """Build a leg of the wheel matrix twice, compare, install it and test it."""
    verb(session, "wheels", "build")


@nox.session
def sdist(session: nox.Session) -> None:
    """Build the source distributions twice and compare."""
    verb(session, "sdist", "build")


@nox.session
def simd(session: nox.Session) -> None:
    """Build and test each SIMD level alone; say which this machine cannot run."""
    verb(session, "simd", "build")


@nox.session
def cross(session: nox.Session) -> None:
    """Compile everything for every platform of the wheel matrix: -- [--install]."""
    verb(session, "cross", "bump")


@nox.session
def smoke(session: nox.Session) -> None:
    """Install a wheel from a folder and run its tests: -- --package P --platform X --dist DIR."""
    verb(session, "smoke", "build")


@nox.session(name="swap-in")
def swap_in(session: nox.Session) -> None:
    """Compare this tree's `ordvec` wheel with the published one, case by case; needs PyPI."""
    verb(session, "swap-in", "build")


@nox.session
def rehearse(session: nox.Session) -> None:
    """Release this tree end to end on this machine, against loopback stand-ins."""
    verb(session, "rehearse", "rehearse")


@nox.session
def campaign(session: nox.Session) -> None:
    """Disturb a release at every request that it makes, re-run it, check the invariants."""
    verb(session, "campaign", "rehearse")


@nox.session
def tests(session: nox.Session) -> None:
    """Everything: crates, wheels, tools and the rehearsal."""
    for name in ("tests-rust", "tests-wheels", "tests-tools"):
        session.notify(name)


@nox.session(name="tests-rust", venv_backend="none")
def tests_rust(session: nox.Session) -> None:
    """The crates' and the C ABI's tests, documentation examples included."""
    session.run("cargo", "test", "--workspace", "--locked", external=True)


@nox.session(venv_backend="none")
def msrv(session: nox.Session) -> None:
    """Compile everything with the oldest Rust that Cargo.toml promises; installs it."""
    session.run("rustup", "toolchain", "install", MSRV, "--profile", "minimal", external=True)
    session.run(
        *("cargo", f"+{MSRV}", "check", "--workspace", "--locked", "--all-targets"), external=True
    )


@nox.session(name="tests-go", venv_backend="none")
def tests_go(session: nox.Session) -> None:
    """The Go wrapper over the C ABI, under the race detector and cgocheck; needs Go."""
    session.run("cargo", "build", "--release", "--locked", "-p", "ordvec-ffi", external=True)
    library = Path(os.environ.get("CARGO_TARGET_DIR", "target"), "release").resolve()
    session.chdir("ordvec-go")
    env = {"CGO_LDFLAGS": f"-L{library} -Wl,-rpath,{library}", "GOEXPERIMENT": "cgocheck2"}
    session.run("go", "vet", "./...", env=env, external=True)
    session.run("go", "test", "-race", "-count=1", "./...", env=env, external=True)


@nox.session(name="tests-wheels")
def tests_wheels(session: nox.Session) -> None:
    """Build the native wheels of both projects and test them as installed."""
    # Once: the rehearsal, which `tests` ends with, builds each twice and compares.
    verb(session, "wheels", "build", "--once")


@nox.session(name="tests-tools")
def tests_tools(session: nox.Session) -> None:
    """The tools' tests, the rehearsal end to end included."""
    environment(session, "test")
    if session.posargs:
        session.run("python", "-m", "pytest", *session.posargs)
        return
    # More workers than cores: most tests wait, for a client or for a stand-in's answer.
    workers = str(min(2 * (os.cpu_count() or 1), 16))
    session.run("python", "-m", "pytest", "-m", "not e2e", "--numprocesses", workers)
    # Alone: a rehearsal uses every core itself.
    session.run("python", "-m", "pytest", "-m", "e2e and not every_fault")


@nox.session(name="tests-faults")
def tests_faults(session: nox.Session) -> None:
    """The rehearsal with each of its faults; too slow for every run of the tests."""
    environment(session, "test")
    session.run("python", "-m", "pytest", "-m", "every_fault", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """ruff, mypy --strict, rustfmt and clippy, of the fuzz targets' workspace too."""
    environment(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    for workspace in (("--manifest-path", "Cargo.toml"), ("--manifest-path", "fuzz/Cargo.toml")):
        session.run("cargo", "fmt", *workspace, "--all", "--check", external=True)
        session.run(
            *("cargo", "clippy", *workspace, "--workspace", "--all-targets", "--locked"),
            *("--", "-D", "warnings"),
            external=True,
        )


@nox.session
def actionlint(session: nox.Session) -> None:
    """The workflows' syntax (actionlint, through Go's module proxy and sum database) and shape."""
    session.run("go", "run", ACTIONLINT, external=True)
    verb(session, "lint-workflows", "release")


@nox.session
def zizmor(session: nox.Session) -> None:
    """The workflows' security, offline."""
    environment(session, "lint")
    session.run("zizmor", "--offline", ".github")


@nox.session
def fuzz(session: nox.Session) -> None:
    """Run each fuzz target of the core: -- [--seconds N] [--target T] [--install]."""
    verb(session, "fuzz", "bump")


@nox.session
def miri(session: nox.Session) -> None:
    """Interpret the core's unit tests, to stop at undefined behaviour: -- [--install]."""
    verb(session, "miri", "bump")


@nox.session
def asan(session: nox.Session) -> None:
    """The C ABI from eight threads under the address sanitizer: -- [--install]."""
    verb(session, "asan", "bump")


@nox.session
def bench(session: nox.Session) -> None:
    """Benchmarks against a peer in the same run: -- {bump|ordvec} [options]."""
    environment(session, "bench")
    session.run("python", "-m", "tools.bench", *session.posargs)


@nox.session
def lock(session: nox.Session) -> None:
    """Renew requirements/*.txt, with hashes, from the groups of pyproject.toml."""
    session.install("uv")
    for group in GROUPS:
        session.run(
            *("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
            # pip 23.2, which Python 3.11 comes with, takes `name` for no pin of `name[extra]`.
            "--no-strip-extras",
            *("--python-version", "3.11", "--no-config", "--no-emit-index-url", "--no-annotate"),
            *("--custom-compile-command", "nox -s lock", "--group", f"pyproject.toml:{group}"),
            *("-o", str(LOCKS / f"{group}.txt"), *session.posargs),
        )
