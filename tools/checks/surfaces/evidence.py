"""The evidence of every surface between two states of the workspace, given as two readers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import chain

from tools.checks.surfaces import Declared, Evidence, Surface, compare, rust, texts, touched
from tools.declaration import Declaration

# Where surfaces live that release.toml does not name.
HEADERS, GO, MANIFEST, FORMATS = "ordvec-ffi/", "ordvec-go/", "ordvec-manifest/src/", "src/rank_io/"
_DOCS = re.compile(r"^([\w-]+/)?(README|PYPI)\.md$|^docs/|^(ordvec[\w-]*/)?examples/")
_TESTS = re.compile(r"(^|/)tests?/|_test\.go$|_tests?\.rs$")
ABI_VERSION = "define ORDVEC_ABI_VERSION"


@dataclass(frozen=True)
class State:
    """One state of the tree: its paths, and a reader that gives the empty text for no file."""

    paths: Collection[str]
    read: Callable[[str], str]

    def texts(self, prefix: str, suffix: str) -> dict[str, str]:
        """Path to text of the files below a prefix, tests left out."""
        return {
            path: self.read(path)
            for path in sorted(self.paths)
            if path.startswith(prefix) and path.endswith(suffix) and not _TESTS.search(path)
        }


@dataclass(frozen=True)
class Change:
    """Two states of one workspace, and the paths that differ."""

    declaration: Declaration
    old: State
    new: State
    changed: Collection[str]

    def evidence(self) -> list[Evidence]:
        """Every touched place of every surface, in the order of the policy."""
        return list(
            chain(
                self.rust(),
                self.python(),
                self.c_abi(),
                self.go(),
                self.manifest(),
                self.formats(),
                touched(Surface.DOCS, filter(_DOCS.search, self.changed)),
                self.features(),
                self.msrv(),
            )
        )

    def _rest(self, surface: Surface, found: list[Evidence], prefix: str) -> Iterator[Evidence]:
        """What was found, and the changed files that gave no evidence of their own."""
        yield from found
        named = {item.file for item in found}
        files = (p for p in self.changed if p.startswith(prefix) and not _TESTS.search(p))
        yield from touched(surface, set(files) - named)

    def rust(self) -> Iterator[Evidence]:
        """Public items; a new variant breaks when its enum was exhaustive."""
        for crate in self.declaration.crate:
            prefix = (crate.manifest.parent / "src").as_posix() + "/"
            old = rust.declarations(self.old.texts(prefix, ".rs"))
            new = rust.declarations(self.new.texts(prefix, ".rs"))
            exhaustive = {
                key.removeprefix("enum::")
                for key, item in old.items()
                if key.startswith("enum::") and "#[non_exhaustive]" not in item.text
            }

            def breaks(key: str, exhaustive: set[str] = exhaustive) -> bool:
                kind, _, rest = key.partition("::")
                return kind == "variant" and rest.rpartition("::")[0] in exhaustive

            found = list(compare(Surface.RUST, old, new, addition_breaks=breaks))
            yield from self._rest(Surface.RUST, found, prefix)

    def python(self) -> Iterator[Evidence]:
        """Stubs, the minimum Python and NumPy, the platforms that have a wheel."""
        for project in self.declaration.python:
            prefix = project.path.as_posix() + "/"
            found: list[Evidence] = []
            old, new = self.old.texts(prefix, ".pyi"), self.new.texts(prefix, ".pyi")
            for path in old.keys() | new.keys():
                before, after = (texts.stub(path, state.get(path, "")) for state in (old, new))
                found += compare(Surface.PYTHON, before, after, compatible=texts.more_optional)
            file = f"{prefix}pyproject.toml"
            found += self._raised(
                Surface.PYTHON, file, "project.requires-python", r"^requires-python"
            )
            yield from self._rest(Surface.PYTHON, found, prefix)
        yield from compare(Surface.PYTHON, _platforms(self.old), _platforms(self.new))

    def c_abi(self) -> Iterator[Evidence]:
        """The committed header."""
        old, new = (
            {
                k: v
                for path, text in state.texts(HEADERS, ".h").items()
                for k, v in texts.header(path, text).items()
            }
            for state in (self.old, self.new)
        )
        grown = texts.grown(old, new)
        found = list(compare(Surface.C_ABI, old, new, addition_breaks=grown.__contains__))
        yield from self._rest(Surface.C_ABI, found, HEADERS)

    def go(self) -> Iterator[Evidence]:
        """Exported identifiers, and the minimum Go version."""
        old, new = (
            {
                k: v
                for path, text in state.texts(GO, ".go").items()
                for k, v in texts.go(path, text).items()
            }
            for state in (self.old, self.new)
        )
        found = list(compare(Surface.GO, old, new))
        was, now = (
            re.search(r"^go (\S+)", s.read(f"{GO}go.mod"), re.M) for s in (self.old, self.new)
        )
        if was and now and texts.numbers(now[1]) > texts.numbers(was[1]):
            text = f"go {was[1]}  ->  {now[1]}"
            found.append(Evidence(Surface.GO, f"{GO}go.mod", 0, "raised", text, breaking=True))
        yield from self._rest(Surface.GO, found, GO)

    def manifest(self) -> Iterator[Evidence]:
        """Schema versions and issue codes; the rest of the crate's change is to be judged."""
        pattern = r'\b([A-Z][A-Z0-9_]+)(?::\s*&str)?\s*=\s*("[^"]+")'
        found = self._constants(Surface.MANIFEST, MANIFEST, pattern)
        yield from self._rest(Surface.MANIFEST, found, MANIFEST)

    def formats(self) -> Iterator[Evidence]:
        """Versions and magic bytes; the rest of the change is to be judged."""
        pattern = r'\b([A-Z_]*(?:VERSION|MAGIC)[A-Z_]*)\s*:[^=;]*=\s*([^;]+);|(\*?b"[^"]{2,}")'
        found = self._constants(Surface.FORMATS, FORMATS, pattern)
        yield from self._rest(Surface.FORMATS, found, FORMATS)
        page = {"docs/formats.md"} & set(self.changed)
        yield from touched(Surface.FORMATS, page)

    def _constants(self, surface: Surface, prefix: str, pattern: str) -> list[Evidence]:
        """Constants with their values, by name; literals without a name by themselves."""

        def read(state: State) -> dict[str, Declared]:
            return {
                match[1] or match[match.re.groups]: Declared(
                    path, text.count("\n", 0, match.start()) + 1, " ".join(match.group().split())
                )
                for path, text in state.texts(prefix, ".rs").items()
                for match in re.finditer(pattern, text)
            }

        return list(compare(surface, read(self.old), read(self.new)))

    def features(self) -> Iterator[Evidence]:
        """The features of both crates."""
        for crate in self.declaration.crate:
            file = crate.manifest.as_posix()
            old, new = (texts.features(file, s.read(file)) for s in (self.old, self.new))
            yield from compare(Surface.FEATURES, old, new)

    def msrv(self) -> Iterator[Evidence]:
        """``rust-version`` of the crates and of the workspace."""
        for crate in self.declaration.crate:
            for key in ("package.rust-version", "workspace.package.rust-version"):
                file = crate.manifest.as_posix()
                yield from self._raised(Surface.MSRV, file, key, r"^rust-version")

    def _raised(self, surface: Surface, file: str, key: str, pattern: str) -> Iterator[Evidence]:
        """A minimum that changed; a higher one breaks."""
        old = texts.minimum(file, self.old.read(file), key, pattern)
        new = texts.minimum(file, self.new.read(file), key, pattern)
        if old is None or new is None or old.text == new.text:
            return
        higher = texts.numbers(new.text) > texts.numbers(old.text)
        text = f"{key.rpartition('.')[2]} {old.text}  ->  {new.text}"
        change = "raised" if higher else "lowered"
        yield Evidence(surface, file, new.line, change, text, breaking=higher)


def _platforms(state: State) -> dict[str, Declared]:
    """The platforms that have a wheel, by release.toml."""
    text = state.read("release.toml")
    listed = tomllib.loads(text).get("wheels", {}).get("platform", []) if text else []
    return {
        item["name"]: Declared("release.toml", 0, f"wheel for {item['name']}") for item in listed
    }
