"""The variables that make each real client come to the world and nowhere else.

Which client honours which variable was measured with the real clients; the reason stands beside
each line. The environment starts empty: nothing of the operator's own (tokens,
index URLs, CA bundles, git or pip configuration) may reach a rehearsed job.
"""

from __future__ import annotations

import os
from pathlib import Path

# Kept from the outside: how to find programs, and how to talk to a person.
KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "TZ", "SYSTEMROOT", "RUSTUP_TOOLCHAIN")

# cargo, pip, twine, uv, httpx, sigstore and curl honour HTTPS_PROXY; gh and urllib honour
# nothing else; curl, requests and httpx prefer the lower case, gh and uv the upper: set both.
_PROXY = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")

# pip 23 reads no SSL_CERT_FILE and pip 26 no REQUESTS_CA_BUNDLE; git reads only its own.
_CA = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
    "TWINE_CERT",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
)


def client_environment(proxy_url: str, ca_file: Path, base: Path) -> dict[str, str]:
    """The whole environment of a client; every writable folder is below *base*, and made.

    No token is set: a step that forgets to mint one must fail, not meet a dummy.
    """
    kept = {key: os.environ[key] for key in KEPT if key in os.environ}
    return {
        **kept,
        **dict.fromkeys(_PROXY, proxy_url),
        **dict.fromkeys(_CA, str(ca_file)),
        **_places(base),
        "CARGO_HTTP_PROXY": proxy_url,
        "PIP_PROXY": proxy_url,
        # NO_PROXY overrides CARGO_HTTP_PROXY: anything but loopback here would go direct.
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "SSL_CERT_DIR": str(base / "no-certificates"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def _places(base: Path) -> dict[str, str]:
    places = {
        "HOME": base / "home",
        "CARGO_HOME": base / "cargo",
        "XDG_CACHE_HOME": base / "cache",
        "XDG_CONFIG_HOME": base / "config",
        "XDG_DATA_HOME": base / "data",
        "XDG_STATE_HOME": base / "state",
        "GH_CONFIG_DIR": base / "gh",
        "TMPDIR": base / "tmp",
    }
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    # The toolchains are the machine's: HOME moves, so rustup must be told where they are.
    home = Path(os.environ.get("HOME", "~")).expanduser()
    rustup = os.environ.get("RUSTUP_HOME") or str(home / ".rustup")
    return {**{key: str(place) for key, place in places.items()}, "RUSTUP_HOME": rustup}
