"""Releases: drafts, the un-draft, immutability.

What clients trip over, as on GitHub:

* a draft is listed, and readable by its id, only for a token that may push; the "by tag"
  endpoint never finds one; two drafts of one tag are allowed, two releases are not;
* a draft has no tag: its pages are named ``untagged-…`` until it is published;
* publishing makes the tag when there is none, at the release's target;
* with immutable releases on, publishing freezes tag, target and assets; name, notes and the
  pre-release mark stay editable;
* the tag's name is burned by that: after a deletion a draft of it can be made, but never
  published. An un-draft that breaks off inside GitHub can burn the name of a draft, too.
"""

from __future__ import annotations

import dataclasses
import secrets
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.github.access import Caller, Right
from tools.rehearsal.world.github.api import (
    NOT_FOUND,
    UPLOADS,
    ApiError,
    Call,
    Core,
    page,
    route,
    stamp,
    user,
)
from tools.rehearsal.world.github.state import Asset, Release, State

READ = Right("contents")
WRITE = Right("contents", "write")
_EDITABLE = ("tag_name", "target_commitish", "name", "body", "draft", "prerelease")


def routes(core: Core) -> list[Route]:
    one = "/releases/{release}"
    return [
        route(core, "/releases", _list, READ),
        route(core, "/releases", _create, WRITE, method="POST"),
        route(core, "/releases/latest", _latest, READ),
        route(core, "/releases/tags/{tag:path}", _by_tag, READ),
        route(core, one, _get, READ),
        route(core, one, _edit, WRITE, method="PATCH"),
        route(core, one, _delete, WRITE, method="DELETE"),
    ]


def release_json(core: Core, state: State, release: Release) -> dict[str, Any]:
    """A release as the API shows it, its assets included."""
    url = f"{core.api_url}/releases/{release.id}"
    page_name = release.untagged if release.draft else release.tag
    return {
        "id": release.id,
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{UPLOADS}/repos/{core.repository}/releases/{release.id}/assets"
        "{?name,label}",
        "html_url": f"{core.web_url}/releases/tag/{page_name}",
        "tag_name": release.tag,
        "target_commitish": release.target,
        "name": release.name,
        "body": release.body,
        "draft": release.draft,
        "prerelease": release.prerelease,
        "immutable": release.immutable,
        "created_at": stamp(release.created),
        "published_at": stamp(release.published),
        "author": user("github-actions[bot]"),
        "assets": [asset_json(core, release, asset) for asset in state.assets_of(release.id)],
    }


def asset_json(core: Core, release: Release, asset: Asset) -> dict[str, Any]:
    """An asset as the API shows it."""
    folder = release.untagged if release.draft else release.tag
    return {
        "id": asset.id,
        "name": asset.name,
        "label": "",
        "state": asset.state,
        "content_type": asset.content_type,
        "size": len(asset.content),
        "digest": asset.digest,
        "download_count": core.downloads.get(str(asset.id), 0),
        "created_at": stamp(asset.time),
        "updated_at": stamp(asset.time),
        "uploader": user("github-actions[bot]"),
        "url": f"{core.api_url}/releases/assets/{asset.id}",
        "browser_download_url": f"{core.web_url}/releases/download/{folder}/{asset.name}",
    }


def visible(release: Release, caller: Caller) -> bool:
    """Whether this caller may know of it."""
    return not release.draft or caller.pushes


def found(call: Call) -> Release:
    """The release of the path's id, if the caller may know of it."""
    release = call.state.releases.get(call.number("release"))
    if release is None or not visible(release, call.caller):
        raise ApiError(404, NOT_FOUND)
    return release


# ---------------------------------------------------------------------- reading


def _list(core: Core, call: Call) -> Response:
    releases = sorted(call.state.releases.values(), key=lambda r: r.id, reverse=True)
    items = [
        release_json(core, call.state, release)
        for release in releases
        if visible(release, call.caller) and not core.hidden("release", release.id)
    ]
    return page(core, call, items)


def _latest(core: Core, call: Call) -> Response:
    published = [r for r in call.state.releases.values() if not r.draft and not r.prerelease]
    if not published:
        raise ApiError(404, NOT_FOUND)
    latest = max(published, key=lambda release: (release.published or release.created, release.id))
    return JSONResponse(release_json(core, call.state, latest))


def _by_tag(core: Core, call: Call) -> Response:
    release = published_of(call.state, call.param("tag"))
    if release is None or core.hidden("tag", release.id):
        raise ApiError(404, NOT_FOUND)
    return JSONResponse(release_json(core, call.state, release))


def published_of(state: State, tag: str) -> Release | None:
    """The published release of a tag; there is one at most."""
    for release in state.releases.values():
        if release.tag == tag and not release.draft:
            return release
    return None


def _get(core: Core, call: Call) -> Response:
    return JSONResponse(release_json(core, call.state, found(call)))


# ---------------------------------------------------------------------- writing


def _create(core: Core, call: Call) -> Response:
    wanted = call.json()
    tag = wanted.get("tag_name")
    if not isinstance(tag, str) or not tag:
        raise _invalid("tag_name", "missing_field")
    release = _new(core, call, wanted, tag)
    if not wanted.get("draft", False):
        release = _publish(core, release, call.label)
    _added(core, release)
    if release.draft and core.misbehaviour.duplicate_drafts > 0:
        core.misbehaviour.duplicate_drafts -= 1
        _added(core, _new(core, call, wanted, tag))
    headers = {"location": f"{core.api_url}/releases/{release.id}"}
    return JSONResponse(release_json(core, core.state, release), 201, headers)


def _new(core: Core, call: Call, wanted: dict[str, Any], tag: str) -> Release:
    return Release(
        id=core.state.new_id(),
        tag=tag,
        target=str(wanted.get("target_commitish") or core.state.default_branch),
        name=str(wanted.get("name") or ""),
        body=str(wanted.get("body") or ""),
        draft=True,
        prerelease=bool(wanted.get("prerelease", False)),
        immutable=False,
        created=core.clock(),
        published=None,
        untagged=f"untagged-{secrets.token_hex(10)}",
        label=call.label,
    )


def _added(core: Core, release: Release) -> None:
    core.state.releases[release.id] = release
    core.hide("release", release.id, core.misbehaviour.list_lag)
    core.record("release.created", str(release.id), release.label, release.tag)


def _edit(core: Core, call: Call) -> Response:
    release = found(call)
    wanted = {key: value for key, value in call.json().items() if key in _EDITABLE}
    frozen = {"tag_name": release.tag, "target_commitish": release.target, "draft": False}
    changed = [key for key, value in frozen.items() if wanted.get(key, value) != value]
    if release.immutable and changed:
        raise ApiError(422, f"Cannot update {changed[0]} of an immutable release.")
    edited = dataclasses.replace(
        release,
        tag=str(wanted.get("tag_name", release.tag)),
        target=str(wanted.get("target_commitish", release.target)),
        name=str(wanted.get("name", release.name)),
        body=str(wanted.get("body", release.body)),
        prerelease=bool(wanted.get("prerelease", release.prerelease)),
    )
    if release.draft and wanted.get("draft") is False:
        edited = _publish(core, edited, call.label)
    elif not release.draft and wanted.get("draft") is True:
        edited = dataclasses.replace(edited, draft=True, published=None)
        core.record("release.withdrawn", str(release.id), call.label, release.tag)
    core.state.releases[release.id] = edited
    return JSONResponse(release_json(core, core.state, edited))


def _publish(core: Core, release: Release, label: str) -> Release:
    """Un-draft: one release per tag, the tag made when missing, frozen when that is the setting."""
    other = published_of(core.state, release.tag)
    if other is not None and other.id != release.id:
        raise _invalid("tag_name", "already_exists")
    _check_tag(core, release.tag)
    if core.misbehaviour.partial_publishes > 0:
        core.misbehaviour.partial_publishes -= 1
        core.state.burned_tags.add(release.tag)
        raise ApiError(502, "Server Error")
    if core.git.ref(f"refs/tags/{release.tag}") is None:
        sha = core.git.resolve(release.target)
        if sha is None:
            raise _invalid("target_commitish", "invalid")
        core.git.create_tag(release.tag, sha)
        core.record("tag.created", release.tag, label, sha)
    core.hide("tag", release.id, core.misbehaviour.publish_lag)
    core.record("release.published", str(release.id), label, release.tag)
    immutable = core.state.immutable_releases
    return dataclasses.replace(release, draft=False, immutable=immutable, published=core.clock())


def _delete(core: Core, call: Call) -> Response:
    release = found(call)
    del core.state.releases[release.id]
    for asset in core.state.assets_of(release.id):
        del core.state.assets[asset.id]
    if release.immutable:
        core.state.burned_tags.add(release.tag)
    core.record("release.deleted", str(release.id), call.label, release.tag)
    return Response(status_code=204)


def _check_tag(core: Core, tag: str) -> None:
    if tag in core.state.burned_tags:
        raise ApiError(
            422,
            "Validation Failed",
            [
                {
                    "resource": "Release",
                    "code": "custom",
                    "field": "tag_name",
                    "message": "tag_name was used by an immutable release",
                }
            ],
        )


def _invalid(name: str, code: str) -> ApiError:
    return ApiError(
        422, "Validation Failed", [{"resource": "Release", "code": code, "field": name}]
    )
