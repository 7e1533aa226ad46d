"""SSLContexts for TLS settings, and one that refuses everybody."""

import ssl

from dynamic_alerting.exporter.web_config.handshakes import ServerContext
from dynamic_alerting.exporter.web_config.material import Material, load_material
from dynamic_alerting.exporter.web_config.tls_settings import TlsSettings


def build_context(tls: TlsSettings, material: Material) -> ServerContext:
    """A context for these settings.

    Raises:
        WebConfigError: The certificates or the key cannot be used.
    """
    context = ServerContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = tls.handshake.lowest, tls.handshake.highest
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    if tls.handshake.cipher_suites:
        context.set_ciphers(":".join(tls.handshake.cipher_suites))
    if not tls.handshake.server_order:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    _set_curves(context, tls.handshake.curves)
    load_material(context, material)
    _ask_clients(context, tls)
    return context


def refusing_context() -> ssl.SSLContext:
    """A context that ends every handshake with the alert internal_error, as Go's TLS does on a bad config."""
    context = ServerContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda *_: ssl.AlertDescription.ALERT_DESCRIPTION_INTERNAL_ERROR
    return context


def _set_curves(context: ssl.SSLContext, curves: tuple[str, ...]) -> None:
    if len(curves) > 1:  # only read_curves of Python 3.15 and later lets several through
        context.set_groups(":".join(curves))  # type: ignore[attr-defined]
    elif curves:
        context.set_ecdh_curve(curves[0])


def _ask_clients(context: ServerContext, tls: TlsSettings) -> None:
    context.verify_mode = tls.client_auth
    context.allowed_sans = tls.allowed_sans
    if tls.client_auth is ssl.CERT_NONE:
        return
    # Every certificate of the client CA is a trust anchor, as in Go, even if it is not self-signed.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if tls.client_ca is None:
        context.load_default_certs(ssl.Purpose.CLIENT_AUTH)
    # A resumed session would not look at the client's certificate again.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
