"""GitHub's REST API: commits, workflow runs, releases, assets, attestations, tags.

Lists are read page by page to their end. A draft is not found by the "release by tag" endpoint,
so releases are searched in the list. Missing resources are answers (None, empty); everything
unexpected is an error that carries the status.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tools.errors import GateRefused, Transient
from tools.model import Digest
from tools.ops.github_answers import (
    Asset,
    GitHubRefused,
    Release,
    Run,
    TagObject,
    asset_of,
    field_of,
    release_of,
    required,
    run_of,
)
from tools.ops.http import Http

PAGE = 100


@dataclass(frozen=True, slots=True)
class GitHubClient:
    """A client for one repository; *token* may be empty for public reads."""

    http: Http
    api: str
    uploads: str
    repository: str
    token: str = ""

    def _headers(self, accept: str = "application/vnd.github+json") -> dict[str, str]:
        headers = {"Accept": accept, "X-GitHub-Api-Version": "2022-11-28"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers

    def _url(self, path: str) -> str:
        return f"{self.api}/repos/{self.repository}{path}"

    def _get(
        self, path: str, what: str, params: dict[str, str] | None = None
    ) -> dict[str, Any] | None:
        """A JSON object, or None for 404."""
        answer = self.http.get(self._url(path), headers=self._headers(), params=params)
        if answer.status == 404:
            return None
        return required(answer, what).mapping()

    def _pages(
        self, path: str, what: str, *, key: str | None = None, params: dict[str, str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """The items of all pages. 404 raises, since a list that should exist does not."""
        for page in range(1, 1000):
            answer = self.http.get(
                self._url(path),
                headers=self._headers(),
                params={**(params or {}), "per_page": str(PAGE), "page": str(page)},
            )
            required(answer, what)
            items = answer.mapping().get(key) if key else answer.json()
            if not isinstance(items, list):
                raise Transient(f"a page without a list, to {what}", found=answer.brief)
            yield from items
            if len(items) < PAGE and 'rel="next"' not in answer.headers.get("link", ""):
                return

    # ------------------------------------------------------------------ commits, runs, tags

    def head_of(self, branch: str) -> str:
        """The commit at the head of *branch*."""
        found = self._get(f"/commits/{quote(branch, safe='')}", f"read the head of {branch}")
        if found is None:
            raise GateRefused(
                f"{self.repository} has no branch {branch}",
                remedy="compare project.branch in release.toml with the repository",
            )
        return str(field_of(found, "sha", str))

    def runs(self, workflow: str, *, sha: str, branch: str, event: str) -> list[Run] | None:
        """All runs of a workflow file for a commit; None when there is no such workflow.

        The filters are the server's; :func:`tools.steps.require_ci_green.classify` repeats them.
        """
        params = {"head_sha": sha, "branch": branch, "event": event}
        path = f"/actions/workflows/{quote(workflow, safe='')}/runs"
        try:
            items = list(
                self._pages(path, f"list runs of {workflow}", key="workflow_runs", params=params)
            )
        except GitHubRefused as error:
            if error.status == 404:
                return None
            raise
        return [run_of(item) for item in items]

    def tag(self, name: str) -> TagObject | None:
        """A tag with the verdict on its signature; None when there is no such tag."""
        ref = self._get(f"/git/ref/tags/{quote(name, safe='')}", f"read tag {name}")
        if ref is None:
            return None
        target = field_of(ref, "object", dict)
        if target.get("type") != "tag":
            sha = field_of(target, "sha", str)
            return TagObject(name, False, sha, False, "not an annotated tag")
        found = self._get(f"/git/tags/{target['sha']}", f"read the object of tag {name}")
        if found is None:
            raise Transient(f"the object of tag {name} is not readable")
        verdict = found.get("verification") or {}
        commit = field_of(field_of(found, "object", dict), "sha", str)
        verified, reason = bool(verdict.get("verified")), str(verdict.get("reason", "unknown"))
        return TagObject(name, True, commit, verified, reason)

    # ------------------------------------------------------------------ releases

    def releases(self, tag: str) -> list[Release]:
        """Every release and draft of a tag. Drafts are listed only for a token with push rights."""
        items = self._pages("/releases", "list releases")
        return [release_of(item) for item in items if item.get("tag_name") == tag]

    def create_draft(self, tag: str, commit: str, body: str) -> Release:
        """A new draft release whose target is *commit*."""
        payload = {
            "tag_name": tag,
            "target_commitish": commit,
            "name": tag,
            "body": body,
            "draft": True,
            "prerelease": False,
        }
        answer = self.http.request(
            "POST", self._url("/releases"), headers=self._headers(), payload=payload
        )
        return release_of(required(answer, f"create the draft of {tag}").mapping())

    def publish(self, release: Release) -> Release:
        """Un-draft: the one change that makes a release public."""
        answer = self.http.request(
            "PATCH",
            self._url(f"/releases/{release.id}"),
            headers=self._headers(),
            payload={"draft": False},
        )
        return release_of(required(answer, f"un-draft {release.tag}").mapping())

    def assets(self, release: Release) -> dict[str, Asset]:
        """The assets of a release by name, half-uploaded ones included."""
        items = self._pages(f"/releases/{release.id}/assets", "list release assets")
        return {asset.name: asset for asset in map(asset_of, items)}

    def upload(self, release: Release, name: str, content: bytes) -> Asset:
        """Upload an asset; sent once, so the caller reads the list again after trouble."""
        answer = self.http.request(
            "POST",
            f"{self.uploads}/repos/{self.repository}/releases/{release.id}/assets",
            headers={**self._headers(), "Content-Type": "application/octet-stream"},
            params={"name": name},
            content=content,
        )
        return asset_of(required(answer, f"upload {name}").mapping())

    def delete_asset(self, asset: Asset) -> None:
        """Delete an asset of a draft; one that is already gone is fine."""
        answer = self.http.request(
            "DELETE",
            self._url(f"/releases/assets/{asset.id}"),
            headers=self._headers(),
            repeat=True,
        )
        if answer.status != 404:
            required(answer, f"delete asset {asset.name}")

    def download(self, asset: Asset) -> bytes:
        """The bytes of an asset, checked against the digest that GitHub states, if any."""
        accept = "application/octet-stream"
        for _ in range(2):
            answer = self.http.get(
                self._url(f"/releases/assets/{asset.id}"), headers=self._headers(accept)
            )
            required(answer, f"download {asset.name}")
            if asset.digest is None or Digest.of_bytes(answer.body) == asset.digest:
                break
        return answer.body

    def digest_of(self, asset: Asset) -> Digest:
        """GitHub's digest of an asset, or that of its bytes when GitHub states none."""
        return asset.digest or Digest.of_bytes(self.download(asset))

    # ------------------------------------------------------------------ attestations

    def attestations(self, digest: Digest) -> list[dict[str, Any]]:
        """The Sigstore bundles that the attestation store has for a digest; empty when none."""
        answer = self.http.get(self._url(f"/attestations/{digest}"), headers=self._headers())
        if answer.status == 404:
            return []
        found = required(answer, f"read the attestations of {digest}").mapping()
        items = found.get("attestations") or []
        return [item["bundle"] for item in items if isinstance(item.get("bundle"), dict)]
