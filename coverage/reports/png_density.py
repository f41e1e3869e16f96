"""How many pixels of a PNG make an inch, written into the file where programs look for it."""

from __future__ import annotations

import struct
import zlib

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
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_HEADER_END] + chunk + png[_HEADER_END:]
