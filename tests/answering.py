"""A WSGI application that answers on a port of this machine, with or without TLS, until the end of a block."""

import ipaddress
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server

from testing.threads import in_a_thread

Wsgi = Callable[..., Any]


@contextmanager
def answering(app: Wsgi, port: int = 0, tls: Path | None = None) -> Iterator[str]:
    """Serve a WSGI application until the block ends; yield its address, over TLS if a certificate's file is given."""
    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
    server = make_server("127.0.0.1", port, app, threaded=True, ssl_context=context)
    with in_a_thread(server):
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.port}"


def certificate(path: Path, *, days: int = 1, host: str = "127.0.0.1") -> Path:
    """Write a self-signed certificate and its key into a file; with negative `days` the certificate has expired."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests of the line")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    return path
