"""Whether outlines of townships fit the county better in another system."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from coverage.sources import township_shapes


@pytest.mark.parametrize(
    ("declared", "other", "doubtful"),
    [
        (0.0, 0.0, False),
        (2e-9, 1e-9, False),  # the same but for rounding, as all systems are outside China
        (0.0009, 0.0, False),
        (0.03, 0.001, True),
        (0.03, 0.025, False),
        (0.5, 0.2, False),
    ],
)
def test_systems_that_agree_but_for_rounding_raise_no_doubt(monkeypatch, declared, other, doubtful):
    misfits = {"wgs84": declared, "gcj02": other, "bd09": 0.6}
    monkeypatch.setattr(township_shapes, "_misfits", lambda *_: misfits)
    for system in ("wgs84", "cgcs2000"):
        table = SimpleNamespace(name="a.shp", system=system, file=SimpleNamespace(name="a.shp"))
        notes = township_shapes._fit_notes(table, None, None)
        assert [note.code for note in notes] == ["system_doubtful"] * doubtful
