from certificates.models.recognition import Recognition, RecognitionLine
from certificates.models.register import (
    Authorisation,
    Certificate,
    Register,
    Rendition,
    SignatoryPost,
)

__all__ = [
    "Authorisation",
    "Certificate",
    "Recognition",
    "RecognitionLine",
    "Register",
    "Rendition",
    "SignatoryPost",
]
