"""Templates open in Excel, hold to their rules, and come back through the import as they were filled in."""

from __future__ import annotations

import openpyxl
import pytest
import shapely

from coverage.errors import FileError, SourceError
from coverage.sources.facility_table import read_facilities
from coverage.sources.frame import frame_of
from coverage.sources.layer_file import LayerFile
from coverage.sources.point_rows import place_points
from coverage.sources.row_sieve import RowSieve
from coverage.sources.table_fields import FIELDS
from coverage.sources.table_templates import write_template
from coverage.sources.table_words import kind_of
from coverage.sources.tables import read_table
from coverage.sources.township_rows import parse_class

LAYERS = {
    "facilities": "facilities",
    "townships": "townships",
    "population": "demand",
    "candidates": "candidates",
}
KINDS = ("hospital", "ambulance_station", "subcentre", "health_centre", "clinic")


@pytest.fixture(params=[(layer, lang) for layer in LAYERS for lang in ("zh", "en")], ids="-".join)
def template(request, tmp_path):
    layer, lang = request.param
    path = tmp_path / f"{layer}.xlsx"
    write_template(layer, path, lang)
    return layer, lang, path


def sheet_of(path):
    return openpyxl.load_workbook(path).worksheets[0]


def rules_of(sheet):
    """Give the validation rule under every header."""
    headers = {cell.column_letter: cell.value for cell in sheet[1]}
    return {
        headers["".join(c for c in str(rule.sqref).split(":")[0] if c.isalpha())]: rule
        for rule in sheet.data_validations.dataValidation
    }


def fill(path, *rows):
    book = openpyxl.load_workbook(path)
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)


def test_every_column_is_known_to_the_import(template):
    layer, lang, path = template
    table, notes = read_table(LayerFile(path), LAYERS[layer])
    (note,) = notes
    assert (note.code, note.ids) == ("columns_read", ())
    headers = [cell.value for cell in sheet_of(path)[1]]
    assert sorted(table.headers.values()) == sorted(headers)
    known = {f.name: f.zh if lang == "zh" else f.en for f in FIELDS[LAYERS[layer]]}
    assert all(header.startswith(known[name]) for name, header in table.headers.items())


def test_the_example_is_rejected_as_no_place(template):
    layer, _, path = template
    table, _ = read_table(LayerFile(path), LAYERS[layer])
    sieve = RowSieve(table, LAYERS[layer])
    account = sieve.account()
    assert [(reject.row, reject.code) for reject in account.rejects] == [(2, "not_a_place")]
    assert "示例" in account.rejects[0].zh


def test_the_example_is_what_the_import_would_take(template):
    """Without its mark the example row would be read without a fault."""
    layer, _, path = template
    book = openpyxl.load_workbook(path)
    cell = book.worksheets[0].cell(2, 1)
    cell.value = cell.value.replace("示例：", "").replace("Example: ", "")
    book.save(path)
    frame = frame_of(shapely.box(113.3, 29.3, 113.6, 29.6), 1000.0)
    table, _ = read_table(LayerFile(path), LAYERS[layer])
    sieve = RowSieve(table, LAYERS[layer])
    placed = place_points(table, sieve, frame, None)
    assert sieve.alive.all()
    assert placed.points.notna().all()
    for name in ("ambulances", "turnout_s", "population", "cost_wan"):
        values, unreadable = table.numbers(name)
        assert not unreadable.any()
        assert not table.has(name) or values[0] > 0


def test_lists_offer_only_words_that_are_read(template):
    layer, _, path = template
    table, _ = read_table(LayerFile(path), LAYERS[layer])
    rules = rules_of(sheet_of(path))
    offered = {
        name: rules[header].formula1.strip('"').split(",")
        for name, header in table.headers.items()
        if header in rules and rules[header].type == "list"
    }
    assert len(offered.pop("system")) == 4
    if layer == "facilities":
        assert {kind_of(word) for word in offered.pop("kind")} == set(KINDS)
    if layer == "townships":
        assert [parse_class(word) for word in offered.pop("class")] == ["urban", "rural"]
    if layer == "candidates":
        assert [kind_of(word) for word in offered.pop("kind")] == ["ambulance_station", "subcentre"]
    assert not offered


def test_systems_of_the_list_are_systems(template):
    layer, _, path = template
    table, _ = read_table(LayerFile(path), LAYERS[layer])
    words = rules_of(sheet_of(path))[table.headers["system"]].formula1.strip('"').split(",")
    column = [cell.value for cell in sheet_of(path)[1]].index(table.headers["system"])
    names = [cell.value for cell in sheet_of(path)[1]]
    rows = []
    for i, word in enumerate(words):
        row = [None] * len(names)
        row[0], row[column] = f"地点{i}", word
        row[names.index(table.headers["lon"])], row[names.index(table.headers["lat"])] = (
            113.45,
            29.45 + i / 100,
        )
        rows.append(row)
    fill(path, *rows)
    frame = frame_of(shapely.box(113.3, 29.3, 113.6, 29.6), 1000.0)
    table, _ = read_table(LayerFile(path), LAYERS[layer])
    sieve = RowSieve(table, LAYERS[layer])
    place_points(table, sieve, frame, None)
    assert sieve.alive.tolist() == [False, True, True, True, True]


def test_figures_are_held_to_their_range(template):
    layer, _, path = template
    table, _ = read_table(LayerFile(path), LAYERS[layer])
    rules = rules_of(sheet_of(path))
    wanted = {"lon": ("decimal", -180, 180), "lat": ("decimal", -90, 90)}
    if layer == "facilities":
        wanted |= {"ambulances": ("whole", 0, 200), "turnout_s": ("decimal", 0, 3600)}
    elif layer == "candidates":
        wanted |= {"ambulances": ("whole", 0, 200), "cost_wan": ("decimal", 0, 100_000)}
    else:
        wanted["population"] = ("whole", 0, 5_000_000)
    for name, (kind, low, high) in wanted.items():
        rule = rules[table.headers[name]]
        assert (rule.type, rule.operator) == (kind, "between")
        assert (float(rule.formula1), float(rule.formula2)) == (low, high)
        assert rule.errorStyle == "warning"
        assert rule.error


def test_codes_stay_texts_and_the_header_stays_in_sight(template):
    layer, _, path = template
    sheet = sheet_of(path)
    table, _ = read_table(LayerFile(path), LAYERS[layer])
    name = "id" if layer in ("facilities", "candidates") else "code"
    letter = next(cell.column_letter for cell in sheet[1] if cell.value == table.headers[name])
    assert sheet.column_dimensions[letter].number_format == "@"
    assert isinstance(sheet[f"{letter}2"].value, str)
    assert sheet.freeze_panes == "B2"
    assert all(sheet.column_dimensions[cell.column_letter].width >= 10 for cell in sheet[1])


def test_the_second_sheet_explains_every_column(template):
    _, lang, path = template
    first, second = openpyxl.load_workbook(path).worksheets
    assert second.title == ("说明" if lang == "zh" else "explanation")
    rows = [[cell.value for cell in row] for row in second.iter_rows(min_row=2)]
    assert [row[0].split(". ", 1)[1] for row in rows] == [cell.value for cell in first[1]]
    assert all(row[2] for row in rows)
    assert any(row[1] for row in rows)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_filled_in_it_is_read_as_facilities(tmp_path, lang):
    path = tmp_path / "stations.xlsx"
    write_template("facilities", path, lang)
    kinds = rules_of(sheet_of(path))["类型" if lang == "zh" else "kind"].formula1.strip('"').split(",")
    # name, kind, lon, lat, system, ambulances, turnout, centres, township, id
    fill(
        path,
        ["甲", kinds[0], 113.45, 29.47, "WGS84", 3, 90, "胸痛、创伤", "城关镇", "001"],
        ["乙", kinds[1], 113.50, 29.50, "WGS84", 0, None, None, None, None],
    )
    rows = read_facilities([LayerFile(path)], frame_of(shapely.box(113.3, 29.3, 113.6, 29.6), 0.0), None)
    (account,) = rows.accounts
    assert (account.n_read, account.n_used, len(account.rejects)) == (3, 2, 1)
    first, second = rows.table.to_dict("records")
    assert (first["id"], first["name"], first["kind"]) == ("001", "甲", "hospital")
    assert (first["ambulances"], first["turnout_s"]) == (3, 90)
    assert first["centres"] == "chest_pain;trauma"
    assert (second["name"], second["kind"], second["ambulances"]) == ("乙", "ambulance_station", 0)
    places = rows.table.to_crs(4326).geometry
    assert (places.x[0], places.y[0]) == pytest.approx((113.45, 29.47), abs=1e-7)


def test_nothing_is_overwritten(tmp_path):
    path = tmp_path / "f.xlsx"
    path.write_text("mine")
    with pytest.raises(FileError, match="is there already") as caught:
        write_template("facilities", path, "zh")
    assert "不会覆盖" in caught.value.line("zh")
    assert path.read_text() == "mine"


@pytest.mark.parametrize("name", ["f.csv", "f", "f.xls"])
def test_only_workbooks_are_written(tmp_path, name):
    with pytest.raises(FileError, match=r"\.xlsx"):
        write_template("townships", tmp_path / name, "en")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_layer_is_told_the_layers_there_are(tmp_path):
    with pytest.raises(SourceError, match="facilities, townships, population"):
        write_template("roads", tmp_path / "f.xlsx", "en")


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written"):
        write_template("facilities", tmp_path / "file" / "f.xlsx", "en")
