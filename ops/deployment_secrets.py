"""`python -m ops.deployment_secrets FOLDER`: the passwords, keys and certificates of docker-compose.yml, a file each.

What is there is kept: a second call makes only what is missing. The folder is closed to other users (0700); most files
in it are open (0444), since a container sees a file with the host's owner and mode, and runs as a user of its own.
"""

import base64
import json
import secrets
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FEEDS = "feeds"
"""A folder for the secrets that the catalogue names: `${secret:NAME}`."""
CA_KEY = "elasticsearch_ca.key"
HOSTS = ("elasticsearch", "localhost")
_PASSWORDS = (
    *("elastic_password", "kibana_password", "kibana_encryption_key"),
    *("postgres_admin", "postgres_syriawire", "postgres_airflow"),
    *("airflow_admin", "airflow_secret_key", "airflow_jwt_secret", "page_token"),
)
_VALID = timedelta(days=10 * 365)


class Folder:
    """The folder of secrets. Every call raises `OSError`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.made: list[str] = []
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        (path / FEEDS).mkdir(exist_ok=True)
        (path / FEEDS).chmod(0o755)

    def keep(self, name: str, make: Callable[[], str]) -> str:
        """What the file holds; it is made if it is missing."""
        file = self._path / name
        if not file.exists():
            fresh = file.with_name(f".{name}.new")
            fresh.unlink(missing_ok=True)
            fresh.touch(mode=0o600)
            # No newline at the end: Airflow takes what `cat` prints as it is.
            fresh.write_text(make(), encoding="utf-8")
            fresh.chmod(0o400 if name == CA_KEY else 0o444)
            fresh.replace(file)
            self.made.append(name)
        return file.read_text(encoding="utf-8").strip()


def write(path: Path, now: datetime) -> list[str]:
    """Makes what is missing. Returns the names of what it made. Raises `OSError`."""
    folder = Folder(path)
    kept = {name: folder.keep(name, lambda: secrets.token_urlsafe(48)) for name in _PASSWORDS}
    folder.keep("airflow_fernet_key", lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    folder.keep("airflow_passwords.json", lambda: json.dumps({"admin": kept["airflow_admin"]}))
    folder.keep(
        "state_url", lambda: f"postgresql://syriawire:{kept['postgres_syriawire']}@postgres/syriawire"
    )
    folder.keep(
        "airflow_url", lambda: f"postgresql+psycopg://airflow:{kept['postgres_airflow']}@postgres/airflow"
    )
    folder.keep("kibana.yml", lambda: _kibana(kept["kibana_password"], kept["kibana_encryption_key"]))
    ca_key = folder.keep(CA_KEY, _key)
    ca = folder.keep("elasticsearch_ca.crt", lambda: _authority(ca_key, now))
    key = folder.keep("elasticsearch.key", _key)
    folder.keep("elasticsearch.crt", lambda: _certificate(key, ca_key, ca, now))
    return folder.made


def _kibana(password: str, key: str) -> str:
    """Kibana takes no secret from a file but in its settings file."""
    settings = {
        "server.host": "0.0.0.0",  # noqa: S104  (in its container; the port is published on loopback)
        "server.publicBaseUrl": "http://127.0.0.1:5601",
        "elasticsearch.hosts": ["https://elasticsearch:9200"],
        "elasticsearch.username": "kibana_system",
        "elasticsearch.password": password,
        "elasticsearch.ssl.certificateAuthorities": ["/run/secrets/elasticsearch_ca"],
        "xpack.security.encryptionKey": key,
        "xpack.encryptedSavedObjects.encryptionKey": key,
        "xpack.reporting.encryptionKey": key,
        "telemetry.optIn": False,
    }
    return yaml.safe_dump(settings, sort_keys=False).strip()


def _key() -> str:
    made = ec.generate_private_key(ec.SECP256R1())
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode().strip()


def _authority(key: str, now: datetime) -> str:
    name = _name("Syria Wire, authority of this deployment")
    private = _private(key)
    builder = _builder(name, name, private.public_key(), now)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return _signed(builder.add_extension(_usage(signs_certificates=True), critical=True), private)


def _certificate(key: str, ca_key: str, ca: str, now: datetime) -> str:
    authority, signer = x509.load_pem_x509_certificate(ca.encode()), _private(ca_key)
    public = _private(key).public_key()
    hosts = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    builder = _builder(_name(HOSTS[0]), authority.subject, public, now)
    for extension in (
        x509.BasicConstraints(ca=False, path_length=None),
        hosts,
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
    ):
        builder = builder.add_extension(extension, critical=False)
    return _signed(builder.add_extension(_usage(signs_certificates=False), critical=True), signer)


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer,
        public_key=public,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),  # clocks differ
        not_valid_after=now + _VALID,
    )
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> str:
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return pem.decode().strip()


def _private(pem: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{CA_KEY}: no elliptic key: remove it, its certificate and those that it has signed")
    return key


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def main(arguments: Sequence[str]) -> int:
    """Exit code 1: it failed; 2: called wrongly."""
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        made = write(Path(arguments[0]), datetime.now(UTC))
    except OSError as error:
        sys.stderr.write(f"{error.filename}: cannot be written ({error.strerror}): look at its owner\n")
        return 1
    sys.stdout.write(f"made {', '.join(made)}\n" if made else "all there, nothing made\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
