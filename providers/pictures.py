"""Photos as they are kept: read for what they really are, turned upright, made small, and stripped of everything else."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageFile, ImageOps

from core.errors import DomainError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LEAST_SIDE = 300
WIDEST = 1600
QUALITY = 82
CONTENT_TYPE = "image/jpeg"

# What a file begins with, by its kind.
_KINDS = {"JPEG": (b"\xff\xd8\xff", 0), "PNG": (b"\x89PNG\r\n\x1a\n", 0), "WEBP": (b"WEBP", 8)}


# What Pillow is told holds for the whole process.
_pillow = threading.Lock()


class PhotoRefused(DomainError):
    """A file is no photo we can take; the sentence names the rule."""


@dataclass(frozen=True)
class Picture:
    """A photo of ours: a JPEG without any word of where, when or by whom it was taken."""

    content: bytes
    width: int
    height: int


def read_photo(file: BinaryIO, *, size: int) -> Picture:
    """Return an uploaded photo as ours.

    :param size: bytes of the upload.
    :raises PhotoRefused: if it is too big or too small, of another kind, moving, or cannot be read.
    """
    if size > MOST_BYTES:
        raise PhotoRefused(f"This file is larger than {MOST_BYTES // 1024 // 1024} MB. Choose a smaller photo.")
    content = file.read(MOST_BYTES + 1)
    kind = next((kind for kind, (mark, at) in _KINDS.items() if content[at : at + len(mark)] == mark), None)
    if kind is None:
        raise PhotoRefused("This file is no photo we can read. Choose a JPEG, PNG or WebP file.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=[kind])
            _refuse_unfit(image)
            with _whole():
                image.load()
            return _made_ours(image)
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # Pillow raises almost anything for a broken file.
        raise PhotoRefused("This photo is damaged and cannot be read. Save it again, or choose another.") from error


@contextmanager
def _whole() -> Iterator[None]:
    """Have Pillow refuse half a photo, whatever another library of this process has told it (WeasyPrint does)."""
    with _pillow:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _refuse_unfit(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < LEAST_SIDE:
        raise PhotoRefused(f"This photo is too small: each side must be {LEAST_SIDE} pixels or more.")
    if getattr(image, "n_frames", 1) > 1:
        raise PhotoRefused("This picture moves. Choose a photo that stands still.")


def _too_many_pixels() -> PhotoRefused:
    return PhotoRefused(f"This photo has more than {MOST_PIXELS // 1_000_000} million pixels. Choose a smaller one.")


def _made_ours(image: Image.Image) -> Picture:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        layers = upright.convert("RGBA")
        plain = Image.new("RGB", layers.size, "white")
        plain.paste(layers, mask=layers.getchannel("A"))
    else:
        plain = upright.convert("RGB")
    plain.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    # A new picture from the bare pixels: no place, camera, time, comment or thumbnail comes along.
    bare = Image.frombytes("RGB", plain.size, plain.tobytes())
    output = io.BytesIO()
    bare.save(output, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Picture(output.getvalue(), *bare.size)
