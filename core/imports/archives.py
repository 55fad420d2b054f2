from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import IO

from .problems import refused

# The greatest file in use, the CQC's care directory, holds about 440 MB and shrinks to a twentieth in the archive.
# Deflate can shrink a thousandfold, which no table of facts does.
MAX_BYTES = 2 * 1024**3
MAX_RATIO = 300
RATIO_COUNTS_FROM = 16 * 1024**2
MAX_MEMBERS = 200_000

DAMAGED = "The file is damaged or was not downloaded whole. Download it again."
LOCKED = "The file is locked with a password. Save a copy without one."
BOMB = "The file holds far more than its size can honestly hold, and was not read on."


class Archive:
    """A zip file, such as a spreadsheet is, whose members are read piece by piece within limits.

    :raises FileRefused: if it is damaged, locked, packed in a way spreadsheets are not, or larger than the limits.
    """

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES, max_ratio: int = MAX_RATIO) -> None:
        self.max_bytes, self.max_ratio = max_bytes, max_ratio
        self.bytes_read = 0
        self.bytes_packed = path.stat().st_size
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise refused(DAMAGED) from error
        members = self._zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise refused(BOMB)
        if any(member.flag_bits & 0x1 for member in members):
            raise refused(LOCKED)
        self.names = [member.filename for member in members]
        if len(set(self.names)) != len(self.names):
            raise refused("The file holds one of its parts twice.")

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def size(self, name: str) -> int:
        """What a member says its size is: good for a progress bar and nothing else."""
        return self._zip.getinfo(name).file_size

    def open(self, name: str) -> IO[bytes]:
        """Open a member for reading in pieces.

        :raises FileRefused: if there is no such member.
        """
        if name not in self.names:
            raise refused(f"The file has no part “{name}”, so it is not the kind of file it says.")
        if self._zip.getinfo(name).compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise refused("The file is packed in a way spreadsheets are not. Save it anew with a spreadsheet program.")
        return _Member(self, name)

    def read(self, name: str, *, most: int = 32 * 1024**2) -> bytes:
        """Read a small member whole."""
        with self.open(name) as member:
            content = member.read(most + 1)
        if len(content) > most:
            raise refused(BOMB)
        return content

    def _count(self, number: int) -> None:
        self.bytes_read += number
        if self.bytes_read > self.max_bytes:
            raise refused(BOMB)
        if self.bytes_read > max(RATIO_COUNTS_FROM, self.bytes_packed * self.max_ratio):
            raise refused(BOMB)


class _Member(io.BytesIO):
    """A member under the archive's count. Only ``read`` is of use."""

    def __init__(self, archive: Archive, name: str) -> None:
        super().__init__()
        self._archive = archive
        self._source = archive._zip.open(name)

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = -1 if size is None else size
        try:
            content = self._source.read(wanted) if wanted >= 0 else self._read_all()
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise refused(DAMAGED) from error
        self._archive._count(len(content))
        return content

    def _read_all(self) -> bytes:
        return self._source.read(self._archive.max_bytes + 1)

    def close(self) -> None:
        self._source.close()
        super().close()
