"""docs.rs: whether the documentation of a published version was built."""

from __future__ import annotations

from dataclasses import dataclass

from tools.errors import Transient
from tools.model import Version
from tools.ops.http import Http


@dataclass(frozen=True, slots=True)
class DocsRs:
    """A client of docs.rs; *api* is its base URL."""

    http: Http
    api: str

    def built(self, crate: str, version: Version) -> bool | None:
        """True when built, False when the build failed, None while docs.rs does not know it."""
        answer = self.http.get(f"{self.api}/crate/{crate}/{version}/status.json")
        if answer.status == 404:
            return None
        if not answer.ok:
            raise Transient("docs.rs did not answer", found=answer.brief)
        return bool(answer.mapping().get("doc_status"))
