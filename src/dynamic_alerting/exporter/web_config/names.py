"""What Go calls things in TLS, and what OpenSSL and Python call them.

Sources: Go 1.26 crypto/tls (CipherSuites, CurveID, ClientAuthType) and the toolkit's tlsVersions and curves.
"""

import ssl

from dynamic_alerting.exporter.web_config.fields import Field

#: TLS 1.3's suites: Go and OpenSSL alike have all of them on and let nobody choose.
TLS13_SUITES = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")

#: tls.CipherSuites() up to TLS 1.2; what Go itself lists as insecure, the toolkit refuses too.
CIPHER_SUITES = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
}

CURVES = {"CurveP256": "prime256v1", "CurveP384": "secp384r1", "CurveP521": "secp521r1", "X25519": "X25519"}

VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_OLD_VERSIONS = ("TLS10", "TLS11")

#: Who must show a certificate; it is then verified against the client CA.
CLIENT_AUTH = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}

#: Certificates that nobody verifies: Python's ssl has no such mode (RequireClientCert is the toolkit's old
#: name of RequireAnyClientCert).
_UNVERIFIED = ("RequestClientCert", "RequireAnyClientCert", "RequireClientCert")


def read_version(field: Field) -> ssl.TLSVersion:
    """A TLS version that this program can offer.

    Raises:
        FieldError: It is unknown or too old.
    """
    name = field.one_of((*VERSIONS, *_OLD_VERSIONS))
    if name in _OLD_VERSIONS:
        field.refuse(
            f"{field.name}: {name} cannot be offered, OpenSSL 3 refuses it at its default security level; "
            "write TLS12 or TLS13."
        )
    return VERSIONS[name]


def read_client_auth(field: Field) -> ssl.VerifyMode:
    """What is asked of clients.

    Raises:
        FieldError: It is unknown, or would accept certificates without verifying them.
    """
    name = field.one_of((*CLIENT_AUTH, *_UNVERIFIED))
    if name in _UNVERIFIED:
        field.refuse(
            f"{field.name}: {name} asks for a certificate and does not verify it, which Python's ssl cannot "
            "do; write RequireAndVerifyClientCert with a client_ca_file, or NoClientCert."
        )
    return CLIENT_AUTH[name]


def read_curves(field: Field) -> tuple[str, ...]:
    """Curves by their OpenSSL names, in order of preference.

    Raises:
        FieldError: One is unknown, or there are more than this Python can set.
    """
    curves = tuple(CURVES[item.one_of(CURVES)] for item in field.items())
    if len(curves) > 1 and not hasattr(ssl.SSLContext, "set_groups"):
        field.refuse(
            f"{field.name}: Python's ssl before 3.15 can set one curve, not {len(curves)}; write one, or "
            "leave the field out for OpenSSL's own list, which begins with X25519 and CurveP256."
        )
    if len(curves) == 1 and not can_set_curve(curves[0]):
        field.refuse(
            f"{field.name}: this Python's ssl cannot set {curves[0]} by itself; write another curve, or "
            "leave the field out for OpenSSL's own list, which begins with X25519 and CurveP256."
        )
    return curves


def can_set_curve(curve: str) -> bool:
    """Whether this Python's ssl can be told to use one curve: 3.11.2, for one, does not know X25519."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).set_ecdh_curve(curve)
    except (ssl.SSLError, ValueError):
        return False
    return True


def read_cipher_suites(field: Field) -> tuple[str, ...]:
    """Suites by their OpenSSL names, in order of preference; those of TLS 1.3 are left out.

    Raises:
        FieldError: One is unknown, or is one that Go lists as insecure.
    """
    names = [item.one_of((*CIPHER_SUITES, *TLS13_SUITES)) for item in field.items()]
    return tuple(CIPHER_SUITES[name] for name in names if name in CIPHER_SUITES)
