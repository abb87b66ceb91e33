import io
import struct
import zipfile
import zlib

from accounts.models import User


def person(code: str = "tam") -> User:
    made: User = User.objects.create(
        username=code, full_name="Huỳnh Văn Tám", given_name="Tám", sort_key="aa", search_key="tam"
    )
    return made


def png(*, width: int = 2, height: int = 2, tail: bytes = b"") -> io.BytesIO:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
    return io.BytesIO(start + struct.pack(">I", zlib.crc32(header)) + tail)


def office(*names: str, content: bytes = b"<x/>") -> io.BytesIO:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    data.seek(0)
    return data
