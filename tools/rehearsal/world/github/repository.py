"""Repository, commits, branches, refs and tags: read from the bare origin."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.github.access import Right
from tools.rehearsal.world.github.api import NOT_FOUND, ApiError, Call, Core, page, route, user
from tools.rehearsal.world.github.git import Commit, Object
from tools.rehearsal.world.github.signatures import UNSIGNED

REPOSITORY_ID = 1000001
_HEADER = re.compile(r"^(object|type|tag) (.*)$", re.MULTILINE)
_TAGGER = re.compile(r"^tagger (.*) <([^>]*)> (\d+) [+-]\d{4}$", re.MULTILINE)


def routes(core: Core) -> list[Route]:
    contents = Right("contents")
    return [
        route(core, "", _repository, Right("metadata")),
        route(core, "/commits/{ref:path}", _commit, contents),
        route(core, "/compare/{range:path}", _compare, contents),
        route(core, "/branches/{branch:path}", _branch, contents),
        route(core, "/git/ref/{ref:path}", _ref, contents),
        route(core, "/git/matching-refs/{ref:path}", _matching_refs, contents),
        route(core, "/git/tags/{sha}", _tag, contents),
    ]


def _repository(core: Core, call: Call) -> Response:
    body = {
        "id": REPOSITORY_ID,
        "name": core.repository.partition("/")[2],
        "full_name": core.repository,
        "private": False,
        "visibility": "public",
        "owner": user(core.owner),
        "default_branch": call.state.default_branch,
        "html_url": core.web_url,
        "url": core.api_url,
    }
    if not call.caller.anonymous:
        admin = call.caller.may(Right("administration", "write"))
        body["permissions"] = {"admin": admin, "push": call.caller.pushes, "pull": True}
    return JSONResponse(body)


def _commit(core: Core, call: Call) -> Response:
    ref = call.param("ref")
    sha = core.git.resolve(ref)
    commit = core.git.commit(sha) if sha else None
    if commit is None:
        raise ApiError(422, f"No commit found for SHA: {ref}")
    if call.request.headers.get("accept", "").startswith("application/vnd.github.sha"):
        return PlainTextResponse(commit.sha)
    return JSONResponse(_commit_json(core, commit))


def _commit_json(core: Core, commit: Commit) -> dict[str, Any]:
    return {
        "sha": commit.sha,
        "url": f"{core.api_url}/commits/{commit.sha}",
        "html_url": f"{core.web_url}/commit/{commit.sha}",
        "commit": {
            "author": commit.author.to_json(),
            "committer": commit.committer.to_json(),
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": f"{core.api_url}/git/trees/{commit.tree}"},
            # Signatures of commits are not checked here: no step asks for them.
            "verification": UNSIGNED.to_json(),
        },
        "parents": [{"sha": sha, "url": f"{core.api_url}/commits/{sha}"} for sha in commit.parents],
    }


def _compare(core: Core, call: Call) -> Response:
    base, dots, head = call.param("range").partition("...")
    ends = core.git.resolve(base), core.git.resolve(head)
    if not dots or ends[0] is None or ends[1] is None:
        raise ApiError(404, NOT_FOUND)
    ahead, behind = core.git.count(ends[0], ends[1]), core.git.count(ends[1], ends[0])
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}.get(
        (bool(ahead), bool(behind)), "diverged"
    )
    return JSONResponse({"status": status, "ahead_by": ahead, "behind_by": behind})


def _branch(core: Core, call: Call) -> Response:
    name = call.param("branch")
    found = core.git.ref(f"refs/heads/{name}")
    commit = core.git.commit(found.sha) if found else None
    if commit is None:
        raise ApiError(404, "Branch not found")
    protected = name in call.state.protection
    body = {
        "name": name,
        "commit": _commit_json(core, commit),
        "protected": protected,
        "protection": {"enabled": protected},
        "protection_url": f"{core.api_url}/branches/{name}/protection",
    }
    return JSONResponse(body)


def _ref_json(core: Core, name: str, item: Object) -> dict[str, Any]:
    target = f"{core.api_url}/git/{item.type}s/{item.sha}"
    return {
        "ref": name,
        "url": f"{core.api_url}/git/{name}",
        "object": {"type": item.type, "sha": item.sha, "url": target},
    }


def _ref(core: Core, call: Call) -> Response:
    name = f"refs/{call.param('ref')}"
    found = core.git.ref(name)
    if found is None:
        raise ApiError(404, NOT_FOUND)
    return JSONResponse(_ref_json(core, name, found))


def _matching_refs(core: Core, call: Call) -> Response:
    found = core.git.refs(f"refs/{call.param('ref')}")
    return page(core, call, [_ref_json(core, name, item) for name, item in sorted(found.items())])


def _tag(core: Core, call: Call) -> Response:
    sha = call.param("sha")
    raw = core.git.tag_object(sha)
    if raw is None:
        raise ApiError(404, NOT_FOUND)
    headers, _, message = raw.partition("\n\n")
    fields = dict(_HEADER.findall(headers))
    verdict = core.keyring.verdict(core.git, sha, raw)
    return JSONResponse(
        {
            "tag": fields["tag"],
            "sha": sha,
            "url": f"{core.api_url}/git/tags/{sha}",
            "message": message,
            "tagger": _tagger(headers),
            "object": {
                "type": fields["type"],
                "sha": fields["object"],
                "url": f"{core.api_url}/git/{fields['type']}s/{fields['object']}",
            },
            "verification": verdict.to_json(),
        }
    )


def _tagger(headers: str) -> dict[str, str] | None:
    match = _TAGGER.search(headers)
    if match is None:
        return None
    date = datetime.fromtimestamp(int(match[3]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"name": match[1], "email": match[2], "date": date}
