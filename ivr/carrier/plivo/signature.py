"""Makes and checks Plivo's signature of a webhook, version 3: HMAC-SHA256 over address, query, fields and nonce.

Plivo's own library is not used: the time of its comparison shows how much of a forged signature is right, and it loads
an XML parser. tests/carrier/plivo/test_signature.py compares with both of Plivo's libraries. Pure.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

from ivr.carrier.form_fields import values_of

SIGNATURE, NONCE = "X-Plivo-Signature-V3", "X-Plivo-Signature-V3-Nonce"

Pairs = Iterable[tuple[str, str]]


def signature(token: str, url: str, fields: Mapping[str, str], nonce: str) -> str:
    """Return the signature of a POST of these fields to this URL; if there are no fields, of a GET.

    `fields` may have a method `getlist`, which returns all values of a repeated field.
    """
    signed = f"{signed_text(url, fields)}.{nonce}"
    return b64encode(hmac.digest(token.encode(), signed.encode(), "sha256")).decode()


def is_signed(tokens: Iterable[str], url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """Return whether the headers have a signature that was made with one of these tokens.

    While an account's token is being replaced, Plivo's header lists two signatures, one made with each token.
    """
    given, nonce = headers.get(SIGNATURE, ""), headers.get(NONCE, "")
    if not given or not nonce:
        return False
    wanted = [signature(token, url, fields, nonce).encode() for token in tokens]
    return any(hmac.compare_digest(one.strip().encode(), each) for one in given.split(",") for each in wanted)


def signed_text(url: str, fields: Mapping[str, str]) -> str:
    """Return the text of a webhook that Plivo signs, without the nonce; the query is decoded and sorted."""
    parts = urlsplit(url)
    query = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True)))
    posted = "".join(f"{name}{value}" for name in sorted(fields) for value in sorted(values_of(fields, name)))
    joint = "?" if query or posted else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}{joint}{query}{'.' if query and posted else ''}{posted}"
