"""GitHub's REST API: commits, workflow runs, releases, assets, attestations, tags.

Lists are read page by page to their end. A draft is not found by the "release by tag" endpoint,
so releases are searched in the list. Missing resources are answers (None, empty); everything
unexpected is an error that carries the status.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tools.errors import GateRefused, Transient
from tools.model import Digest
from tools.ops.http import Answer, Http

PAGE = 100


class GitHubRefused(GateRefused):
    """GitHub answered with an error status.

    Attributes:
        status: the status.
        errors: ``(field, code, message)`` of each validation error that the body lists.
    """

    def __init__(self, what: str, answer: Answer) -> None:
        lacks = answer.status in (401, 403)
        rights = " (the token lacks a right, or a setting forbids it)" if lacks else ""
        super().__init__(
            f"GitHub refused to {what}{rights}",
            found=answer.brief,
            remedy="compare the job's `permissions:` and the repository's settings, then re-run it"
            if lacks
            else "re-run this job; if it stays so, look at the repository on GitHub",
        )
        self.status = answer.status
        self.errors = _errors(answer)


def _errors(answer: Answer) -> tuple[tuple[str, str, str], ...]:
    try:
        listed = json.loads(answer.body).get("errors") or ()
        return tuple(
            (str(e.get("field", "")), str(e.get("code", "")), str(e.get("message", "")))
            for e in listed
            if isinstance(e, dict)
        )
    except (ValueError, AttributeError, TypeError):
        return ()


@dataclass(frozen=True, slots=True)
class Run:
    """A workflow run, as the API states it."""

    id: int
    number: int
    attempt: int
    status: str
    conclusion: str | None
    url: str
    sha: str
    branch: str
    event: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A release asset. ``digest`` is GitHub's own, when it states one."""

    id: int
    name: str
    state: str
    size: int
    digest: Digest | None
    url: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release or a draft."""

    id: int
    tag: str
    draft: bool
    prerelease: bool
    immutable: bool | None
    target: str
    url: str


@dataclass(frozen=True, slots=True)
class TagObject:
    """A tag: the commit it points at, and GitHub's verdict on its signature."""

    name: str
    annotated: bool
    commit: str
    verified: bool
    reason: str


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
        return _required(answer, what).mapping()

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
            _required(answer, what)
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
        return str(_field(found, "sha", str))

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
        return [_run(item) for item in items]

    def tag(self, name: str) -> TagObject | None:
        """A tag with the verdict on its signature; None when there is no such tag."""
        ref = self._get(f"/git/ref/tags/{quote(name, safe='')}", f"read tag {name}")
        if ref is None:
            return None
        target = _field(ref, "object", dict)
        if target.get("type") != "tag":
            sha = _field(target, "sha", str)
            return TagObject(name, False, sha, False, "not an annotated tag")
        found = self._get(f"/git/tags/{target['sha']}", f"read the object of tag {name}")
        if found is None:
            raise Transient(f"the object of tag {name} is not readable")
        verdict = found.get("verification") or {}
        commit = _field(_field(found, "object", dict), "sha", str)
        verified, reason = bool(verdict.get("verified")), str(verdict.get("reason", "unknown"))
        return TagObject(name, True, commit, verified, reason)

    # ------------------------------------------------------------------ releases

    def releases(self, tag: str) -> list[Release]:
        """Every release and draft of a tag. Drafts are listed only for a token with push rights."""
        items = self._pages("/releases", "list releases")
        return [_release(item) for item in items if item.get("tag_name") == tag]

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
        return _release(_required(answer, f"create the draft of {tag}").mapping())

    def publish(self, release: Release) -> Release:
        """Un-draft: the one change that makes a release public."""
        answer = self.http.request(
            "PATCH",
            self._url(f"/releases/{release.id}"),
            headers=self._headers(),
            payload={"draft": False},
        )
        return _release(_required(answer, f"un-draft {release.tag}").mapping())

    def assets(self, release: Release) -> dict[str, Asset]:
        """The assets of a release by name, half-uploaded ones included."""
        items = self._pages(f"/releases/{release.id}/assets", "list release assets")
        return {asset.name: asset for asset in map(_asset, items)}

    def upload(self, release: Release, name: str, content: bytes) -> Asset:
        """Upload an asset; sent once, so the caller reads the list again after trouble."""
        answer = self.http.request(
            "POST",
            f"{self.uploads}/repos/{self.repository}/releases/{release.id}/assets",
            headers={**self._headers(), "Content-Type": "application/octet-stream"},
            params={"name": name},
            content=content,
        )
        return _asset(_required(answer, f"upload {name}").mapping())

    def delete_asset(self, asset: Asset) -> None:
        """Delete an asset of a draft; one that is already gone is fine."""
        answer = self.http.request(
            "DELETE",
            self._url(f"/releases/assets/{asset.id}"),
            headers=self._headers(),
            repeat=True,
        )
        if answer.status != 404:
            _required(answer, f"delete asset {asset.name}")

    def download(self, asset: Asset) -> bytes:
        """The bytes of an asset, checked against the digest that GitHub states, if any."""
        accept = "application/octet-stream"
        for _ in range(2):
            answer = self.http.get(
                self._url(f"/releases/assets/{asset.id}"), headers=self._headers(accept)
            )
            _required(answer, f"download {asset.name}")
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
        found = _required(answer, f"read the attestations of {digest}").mapping()
        items = found.get("attestations") or []
        return [item["bundle"] for item in items if isinstance(item.get("bundle"), dict)]


def _required(answer: Answer, what: str) -> Answer:
    if not answer.ok:
        raise GitHubRefused(what, answer)
    return answer


def _field(item: dict[str, Any], key: str, kind: type[Any]) -> Any:
    value = item.get(key)
    if not isinstance(value, kind):
        raise Transient(f"GitHub's answer has no readable {key!r}", found=str(item)[:200])
    return value


def _run(item: dict[str, Any]) -> Run:
    return Run(
        _field(item, "id", int),
        int(item.get("run_number") or 0),
        int(item.get("run_attempt") or 1),
        _field(item, "status", str),
        item.get("conclusion"),
        _field(item, "html_url", str),
        _field(item, "head_sha", str),
        str(item.get("head_branch") or ""),
        _field(item, "event", str),
    )


def _release(item: dict[str, Any]) -> Release:
    immutable = item.get("immutable")
    return Release(
        _field(item, "id", int),
        _field(item, "tag_name", str),
        _field(item, "draft", bool),
        bool(item.get("prerelease")),
        immutable if isinstance(immutable, bool) else None,
        str(item.get("target_commitish") or ""),
        str(item.get("html_url") or ""),
    )


def _asset(item: dict[str, Any]) -> Asset:
    stated = item.get("digest")
    try:
        digest = Digest.parse(stated) if stated else None
    except ValueError as error:
        raise Transient("GitHub states an unreadable digest", found=str(stated)) from error
    return Asset(
        _field(item, "id", int),
        _field(item, "name", str),
        str(item.get("state") or ""),
        int(item.get("size") or 0),
        digest,
        str(item.get("browser_download_url") or ""),
    )
