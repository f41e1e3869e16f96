"""What a PNG says of itself beside its pixels: how many make an inch, and texts."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_INCH_M = 0.0254
_HEADER_END = 33  # eight bytes of signature, then IHDR: length, name, 13 bytes, checksum


def with_density(png: bytes, ppi: float) -> bytes:
    """
    Give a PNG its density.

    Parameters
    ----------
    png
        The file, without a density yet.
    ppi
        Pixels to an inch.

    Returns
    -------
    bytes
        The same picture with a chunk ``pHYs`` (PNG, third edition, 11.3.4.3), which says pixels to a metre.
    """
    per_metre = round(ppi / _INCH_M)
    return _with_chunk(png, b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1))


def with_texts(png: bytes, texts: Mapping[str, str]) -> bytes:
    """
    Give a PNG texts that travel with it.

    Parameters
    ----------
    png
        The file.
    texts
        By keyword, in Latin letters.

    Returns
    -------
    bytes
        The same picture with a chunk ``iTXt`` (PNG, third edition, 11.3.3.4) for each, in UTF-8.
    """
    for keyword, text in reversed(list(texts.items())):
        # neither compressed nor of a language
        png = _with_chunk(png, b"iTXt" + keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode())
    return png


def _with_chunk(png: bytes, body: bytes) -> bytes:
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_HEADER_END] + chunk + png[_HEADER_END:]
