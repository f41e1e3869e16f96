"""Where each layer of an import came from, in the words of the provenance."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coverage.sources.osm_file import sha256_of
from coverage.sources.row_account import wanting
from coverage.study_area import Provenance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.sources.layer_file import LayerFile
    from coverage.sources.notes import Note
    from coverage.sources.row_account import RowAccount


def origin_of(file: LayerFile) -> Provenance:
    """Name a planner's own file and its hash; the layer is filled in later."""
    return Provenance("", file.name, sha256=sha256_of(file.path))


def described(
    layer: str,
    origins: Sequence[Provenance],
    notes: Sequence[Note],
    *,
    lead: tuple[str, str] | None = None,
    modelled: bool = False,
    accounts: Sequence[RowAccount] = (),
) -> tuple[Provenance, ...]:
    """
    Put a layer's notes to where it came from, in Chinese and then in English.

    Parameters
    ----------
    layer
        Name of the layer.
    origins
        Its sources; the notes stand with the first.
    notes
        Those of this layer count.
    lead
        What is said before the notes, in Chinese and in English.
    modelled
        True where the layer is not observed.
    accounts
        What became of the rows of its files.
    """
    own = [note for note in notes if note.layer == layer]
    zh = [*(account.line("zh") for account in accounts), *(note.zh for note in own)]
    en = [*(account.line("en") for account in accounts), *(note.en for note in own)]
    if lead is not None:
        zh.insert(0, lead[0])
        en.insert(0, lead[1])
    text = "；".join(zh) + (" | " if zh else "") + "; ".join(en)
    return tuple(
        dataclasses.replace(
            origin,
            layer=layer,
            note=text if i == 0 else origin.note,
            modelled=modelled,
            n_rejected=_rejected(origin.source, accounts),
        )
        for i, origin in enumerate(origins)
    )


def _rejected(source: str, accounts: Sequence[RowAccount]) -> int:
    """Count the rejected rows of a file, whatever sheet of it was read."""
    plain = source.partition("#")[0]
    return sum(wanting(a) for a in accounts if a.file.partition("#")[0] == plain)
