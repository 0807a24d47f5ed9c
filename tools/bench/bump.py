"""The bump against bump-my-version, as whole processes on the same version sites.

Both run in a fresh copy of the declared files in a git repository, in turn, so that a drift of
the machine's speed meets both. bump-my-version gets the same sites as search and replace
patterns; it does less (no Cargo.lock structure, no changelog check, not all-or-none), so the
comparison favours it.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tools.console import console
from tools.declaration import ROOT, Declaration
from tools.ops.proc import run as call


def configure(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""


def run(args: argparse.Namespace) -> dict[str, object]:
    """Median seconds of each side over `args.runs` runs, and the ratio peer / ours."""
    declaration = Declaration.load(ROOT)
    with tempfile.TemporaryDirectory(prefix="bench-bump-") as folder:
        seed = _seed(declaration, Path(folder) / "seed")
        sides = {"ours": _ours, "bump-my-version": _peer}
        seconds: dict[str, list[float]] = {name: [] for name in sides}
        for number in range(args.runs + 1):
            for name, command in sides.items():
                tree = Path(folder) / f"{name}-{number}"
                shutil.copytree(seed, tree)
                argv = command(tree)
                started = time.perf_counter()
                call(argv, cwd=tree, echo=False)
                if number:  # the first pair warms the file cache
                    seconds[name].append(time.perf_counter() - started)
                shutil.rmtree(tree)
    return _report(seconds)


def _report(seconds: dict[str, list[float]]) -> dict[str, object]:
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratio = medians["bump-my-version"] / medians["ours"]
    rows = [
        (name, f"{min(v):.3f}", f"{medians[name]:.3f}", f"{max(v):.3f}")
        for name, v in seconds.items()
    ]
    console.table("bump, whole process, seconds", ("side", "min", "median", "max"), rows)
    console.info(f"ratio bump-my-version / ours: {ratio:.2f} (above 1: ours is faster)")
    return {"median_seconds": medians, "ratio": ratio}


def _seed(declaration: Declaration, folder: Path) -> Path:
    names = {*declaration._files(), Path("release.toml"), Path(".gitignore")}
    for name in sorted(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    shutil.copytree(ROOT / "tools", folder / "tools")
    log = folder / declaration.project.changelog
    log.write_text("# Changelog\n\n## [Unreleased]\n\n- a change\n", encoding="utf-8")
    (folder / ".bumpversion.toml").write_text(_peer_config(declaration), encoding="utf-8")
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid")
    call(["git", "init", "-q", "-b", "main"], cwd=folder, echo=False)
    call(["git", "add", "-A"], cwd=folder, echo=False)
    call(["git", *identity, "commit", "-q", "-m", "seed"], cwd=folder, echo=False)
    return folder


def _ours(tree: Path) -> list[str]:
    return [sys.executable, "-m", "tools", "bump", "minor"]


def _peer(tree: Path) -> list[str]:
    script = Path(sys.executable).with_name("bump-my-version")
    return [str(script), "bump", "minor", "--config-file", str(tree / ".bumpversion.toml")]


def _peer_config(declaration: Declaration) -> str:
    from tools.checks import versions

    current = versions.current(declaration, ROOT)
    blocks = [f'[tool.bumpversion]\ncurrent_version = "{current}"\ncommit = false\ntag = false\n']
    for site in declaration.site:
        members = site.members or ("",)
        for member in members:
            search, replace = _patterns(site.kind, site.key, member)
            blocks.append(
                f'[[tool.bumpversion.files]]\nfilename = "{site.file.as_posix()}"\n'
                f"search = '''{search}'''\nreplace = '''{replace}'''\n"
            )
    blocks.append(
        f'[[tool.bumpversion.files]]\nfilename = "{declaration.project.changelog.as_posix()}"\n'
        "search = '## [Unreleased]'\nreplace = '''## [Unreleased]\n\n## [{new_version}]'''\n"
    )
    return "\n".join(blocks)


def _patterns(kind: str, key: str, member: str) -> tuple[str, str]:
    if kind == "lock":
        text = f'name = "{member}"\nversion = "{{}}"'
    elif kind == "marker":
        text = "<!-- version -->{}<!-- /version -->"
    elif kind == "python":
        text = f'{key} = "{{}}"'
    elif key.startswith("dependencies"):
        text = f'{key.split(".")[1]} = {{{{ version = "={{}}"'
    else:
        text = '\nversion = "{}"'
    search, replace = (text.replace("{}", name) for name in ("{current_version}", "{new_version}"))
    return search, replace
