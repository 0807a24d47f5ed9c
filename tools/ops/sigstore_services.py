"""What Sigstore's signing services say of themselves: the keys that they sign with today.

Fulcio's ``trustBundle`` (API v2), Rekor's ``log/publicKey`` (API v1) and the timestamp authority's
``timestamp/certchain`` (API v1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from tools.errors import Transient
from tools.ops.http import Answer, Http

_T = TypeVar("_T")


def authorities(http: Http, fulcio: str) -> list[x509.Certificate]:
    """The certificates, issuing and root, with which the CA at *fulcio* signs.

    Raises:
        Transient: it does not answer, or not readably.
    """
    answer = _ask(http, f"{fulcio}/api/v2/trustBundle")

    def read() -> list[x509.Certificate]:
        chains = answer.mapping()["chains"]
        texts = [text for chain in chains for text in chain["certificates"]]
        return [x509.load_pem_x509_certificate(text.encode()) for text in texts]

    return _readable(answer, read)


def log_key(http: Http, rekor: str) -> bytes:
    """The public key of the log at *rekor*, as DER.

    Raises:
        Transient: it does not answer, or not readably.
    """
    answer = _ask(http, f"{rekor}/api/v1/log/publicKey")
    return _readable(
        answer,
        lambda: load_pem_public_key(answer.body).public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        ),
    )


def timestampers(http: Http, tsa: str) -> list[x509.Certificate]:
    """The certificates, leaf to root, with which the timestamp authority signs.

    Args:
        tsa: where timestamps are asked for, ``https://HOST/api/v1/timestamp``; unlike the other
            services' URLs it includes the path.

    Raises:
        Transient: it does not answer, or not readably.
    """
    answer = _ask(http, f"{tsa}/certchain")
    return _readable(answer, lambda: x509.load_pem_x509_certificates(answer.body))


def _ask(http: Http, url: str) -> Answer:
    answer = http.get(url)
    if not answer.ok:
        raise Transient(f"{url} did not answer", found=answer.brief)
    return answer


def _readable(answer: Answer, read: Callable[[], _T]) -> _T:
    try:
        found = read()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Transient(f"{answer.url} is not readable", found=answer.brief) from error
    if not found:
        raise Transient(f"{answer.url} names nothing", found=answer.brief)
    return found
