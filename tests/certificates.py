"""Certificates for tests, made by OpenSSL."""

import subprocess
from pathlib import Path
from typing import Final

_KEY: Final = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """One that certifies servers and clients, and that nobody trusts unless told to."""

    def __init__(self, folder: Path, *alternatives: str) -> None:
        """`alternatives`: what a certificate is made out to that names nothing else."""
        self._folder = folder
        self._alternatives = alternatives
        self.file = folder / "ca.pem"
        self._key = folder / "ca.key"
        if not self.file.exists():
            _openssl("req", "-x509", *_KEY, "-keyout", self._key, "-out", self.file, "-days", "2", "-subj", "/CN=tests")

    def certify(self, name: str, *alternatives: str) -> tuple[Path, Path]:
        """Certificate and key for `alternatives`, such as `DNS:localhost` or `IP:127.0.0.1`."""
        alternatives = alternatives or self._alternatives
        certificate, key, request = (self._folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        if certificate.exists():
            return certificate, key
        extensions = self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={','.join(alternatives)}\n")
        _openssl("req", *_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        signing = ("-CA", self.file, "-CAkey", self._key, "-CAcreateserial", "-days", "2", "-extfile", extensions)
        _openssl("x509", "-req", "-in", request, "-out", certificate, *signing)
        return certificate, key


def _openssl(*arguments: object) -> None:
    subprocess.run(("openssl", *map(str, arguments)), check=True, capture_output=True)
