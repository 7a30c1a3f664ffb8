"""Whose certificates the audit believes."""

import ssl

import certifi

from flower_audit.errors import UsageError


def lenient_context() -> ssl.SSLContext:
    """TLS without verification, for requests that carry no secret; talks to old servers too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context


def verifying_context(ca: str | None) -> ssl.SSLContext:
    """TLS verified against `ca`, else against this machine's CAs and certifi's.

    Raises UsageError where the file cannot be read or holds no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        context.load_verify_locations(certifi.where())
        return context
    try:
        context.load_verify_locations(ca)
    except ssl.SSLError as error:
        raise UsageError(f"the CA file {ca} holds no certificate in PEM format") from error
    except OSError as error:
        raise UsageError(f"the CA file {ca} cannot be read: {error.strerror}") from error
    if not context.get_ca_certs():
        raise UsageError(f"the CA file {ca} holds no CA certificate")
    return context
