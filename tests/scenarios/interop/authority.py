"""A throw-away authority and a server certificate of it, by openssl's own
program."""
import subprocess


def _openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True,
                   capture_output=True)


def _authority(folder, name):
    _openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             f"/CN=tidemark test {name}", "-keyout", f"{name}.key", "-out",
             f"{name}.pem", "-addext",
             "keyUsage=critical,keyCertSign,cRLSign")


class Certificates:
    """ca.pem signs server.pem, which is for localhost and 127.0.0.1;
    other.pem signs nothing."""

    def __init__(self, folder):
        _authority(folder, "ca")
        _authority(folder, "other")
        (folder / "names").write_text(
            "subjectAltName=DNS:localhost,IP:127.0.0.1\n"
            "basicConstraints=critical,CA:FALSE\n"
            "extendedKeyUsage=serverAuth\n")
        _openssl(folder, "req", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                 "/CN=localhost", "-keyout", "server.key", "-out",
                 "server.csr")
        _openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem",
                 "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                 "-extfile", "names", "-out", "server.pem")
        self.authority = folder / "ca.pem"
        self.other = folder / "other.pem"
        self.certificate = folder / "server.pem"
        self.key = folder / "server.key"
        # haproxy wants both in one file.
        self.both = folder / "both.pem"
        self.both.write_text(self.certificate.read_text() +
                             self.key.read_text())
