"""Features of a GeoJSON that nobody would miss."""

from __future__ import annotations

import json

import pytest

from coverage.errors import FileError
from coverage.sources.tables import read_table
from table_files import layer_file


def geojson(path, *kinds, encoding="utf-8"):
    """Write a point for each of several types of feature; None for a feature that says none."""
    features = [
        ({} if kind is None else {"type": kind})
        | {"properties": {"名称": "东站"}, "geometry": {"type": "Point", "coordinates": [113.4, 29.4]}}
        for kind in kinds
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_features_without_a_type_are_not_lost(tmp_path, encoding):
    path = geojson(tmp_path / "f.geojson", "Feature", None, "feature", encoding=encoding)
    with pytest.raises(FileError, match="3 features, of which 1 can be read.*: 2, 3:") as caught:
        read_table(layer_file(path), "facilities")
    assert "第2、3个" in caught.value.zh


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_features_with_a_type_are_all_there(tmp_path, encoding):
    path = geojson(tmp_path / "f.geojson", "Feature", "Feature", encoding=encoding)
    assert len(read_table(layer_file(path), "facilities")[0]) == 2
