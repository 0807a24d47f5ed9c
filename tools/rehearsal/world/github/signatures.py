"""GitHub's verdict on a tag's signature, by really checking it.

Keys that an account has registered are the only ones that count. The verdicts are those of the
REST API (``verification.reason``): ``valid``, ``unsigned``, ``unknown_key``, ``bad_email`` (the
tagger is not the key's owner), ``invalid`` (signed, but not this content), and
``unknown_signature_type``.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.ops.proc import run
from tools.rehearsal.world.github.git import BareRepository

_SSH = "-----BEGIN SSH SIGNATURE-----"
_PGP = "-----BEGIN PGP SIGNATURE-----"
_ANY = re.compile(r"^-----BEGIN [A-Z ]+-----$", re.MULTILINE)
_TAGGER = re.compile(r"^tagger .*<([^>]*)> ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The ``verification`` object of a tag or commit."""

    verified: bool
    reason: str
    signature: str | None = None
    payload: str | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "verified": self.verified,
            "reason": self.reason,
            "signature": self.signature,
            "payload": self.payload,
        }


UNSIGNED = Verdict(False, "unsigned")


class Keyring:
    """The signing keys that accounts have registered, each with its owner's email address.

    Args:
        folder: where a folder of its own is made, which stays.
    """

    def __init__(self, folder: Path) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="keyring-", dir=folder))
        self._allowed = self._root / "allowed_signers"
        self._allowed.touch()
        self._emails: set[str] = set()
        self._verdicts: dict[str, Verdict] = {}
        self._gnupg = self._root / "gnupg"
        self._gnupg.mkdir(mode=0o700)

    def register_ssh(self, public_key: str, email: str) -> None:
        """Register an OpenSSH public key line (``ssh-ed25519 AAAA… comment``)."""
        kind, key, *_ = public_key.split()
        with self._allowed.open("a", encoding="utf-8") as stream:
            stream.write(f'{email} namespaces="git" {kind} {key}\n')
        self._emails.add(email.lower())
        self._verdicts.clear()

    def register_gpg(self, armored: str, email: str) -> None:
        """Register an ASCII-armoured OpenPGP public key."""
        run(
            ["gpg", "--homedir", self._gnupg, "--batch", "--quiet", "--import"],
            stdin=armored,
            echo=False,
        )
        self._emails.add(email.lower())
        self._verdicts.clear()

    def verdict(self, git: BareRepository, sha: str, raw: str) -> Verdict:
        """What GitHub says of the annotated tag *sha*, whose text is *raw*."""
        if sha not in self._verdicts:
            self._verdicts[sha] = self._check(git, sha, raw)
        return self._verdicts[sha]

    def _check(self, git: BareRepository, sha: str, raw: str) -> Verdict:
        begin = _ANY.search(raw)
        if begin is None:
            return UNSIGNED
        payload, signature = raw[: begin.start()], raw[begin.start() :]
        reason = self._reason(git, sha, signature)
        tagger = _TAGGER.search(payload)
        if reason == "valid" and (not tagger or tagger[1].lower() not in self._emails):
            reason = "bad_email"
        return Verdict(reason == "valid", reason, signature, payload)

    def _reason(self, git: BareRepository, sha: str, signature: str) -> str:
        if signature.startswith(_SSH):
            return self._ssh(git, sha)
        if signature.startswith(_PGP):
            return self._gpg(git, sha)
        return "unknown_signature_type"

    def _ssh(self, git: BareRepository, sha: str) -> str:
        allowed = f"gpg.ssh.allowedSignersFile={self._allowed}"
        done = git.git("-c", "gpg.format=ssh", "-c", allowed, "verify-tag", "--raw", sha)
        if done.returncode == 0:
            return "valid"
        # ssh-keygen still says "Good … signature" when only the principal is missing.
        return "unknown_key" if "Good " in done.stdout + done.stderr else "invalid"

    def _gpg(self, git: BareRepository, sha: str) -> str:
        env = {"GNUPGHOME": str(self._gnupg), "HOME": os.fspath(self._root)}
        done = git.git("verify-tag", "--raw", sha, env=env)
        status = done.stdout + done.stderr
        if "[GNUPG:] GOODSIG" in status and done.returncode == 0:
            return "valid"
        return "unknown_key" if "NO_PUBKEY" in status else "invalid"
