"""Digest authentication (RFC 2617, RFC 8760): the answer to a 401 or 407."""

import hashlib
import re

_HASHES = {"MD5": "md5", "SHA-256": "sha256"}
_PARAM = re.compile(r'(\w[\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


def parse_challenge(header: str) -> dict[str, str] | None:
    """A challenge's parameters, names in lower case; None unless we can answer it."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    params = {name.lower(): quoted or bare for name, quoted, bare in _PARAM.findall(rest)}
    return params if params.get("algorithm", "MD5").upper() in _HASHES else None


def authorization(
    challenge: dict[str, str], user: str, password: str, method: str, uri: str, cnonce: str, nc: int = 1
) -> str:
    """The value of the Authorization or Proxy-Authorization header that answers `challenge`."""
    algorithm = challenge.get("algorithm", "MD5").upper()
    realm, nonce = challenge.get("realm", ""), challenge.get("nonce", "")

    def h(*parts: str) -> str:
        return hashlib.new(_HASHES[algorithm], ":".join(parts).encode()).hexdigest()

    secret, action = h(user, realm, password), h(method, uri)
    fields = [f'username="{user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"']
    if "auth" in challenge.get("qop", "").replace(" ", "").split(","):
        fields.append(f'response="{h(secret, nonce, f"{nc:08x}", cnonce, "auth", action)}"')
        fields.append(f'qop=auth, nc={nc:08x}, cnonce="{cnonce}"')
    else:
        fields.append(f'response="{h(secret, nonce, action)}"')
    fields.append(f"algorithm={algorithm}")
    if "opaque" in challenge:
        fields.append(f'opaque="{challenge["opaque"]}"')
    return "Digest " + ", ".join(fields)
