from certificates.models.papers import Certificate, CertificateState, Rendition, Replacement
from certificates.models.recognition import Recognition, RecognitionLine
from certificates.models.register import Authorisation, CertificateKind, Register, SignatoryPost

__all__ = [
    "Authorisation",
    "Certificate",
    "CertificateKind",
    "CertificateState",
    "Recognition",
    "RecognitionLine",
    "Register",
    "Rendition",
    "Replacement",
    "SignatoryPost",
]
