import tomllib

from coverage.reports.proposal_bundle import write_proposal
from proposals import toy_proposal


def test_every_file_is_written_and_named(tmp_path):
    names = write_proposal(toy_proposal(), tmp_path, lang="zh")
    assert names == (
        "propose.html",
        "propose.xlsx",
        "propose.gpkg",
        "propose.json",
        "propose.option.toml",
        "propose.sweep-1.option.toml",
        "propose.sweep-2.option.toml",
        "propose.sweep-3.option.toml",
    )
    assert {path.name for path in tmp_path.iterdir()} == set(names)
    option = tomllib.loads((tmp_path / "propose.option.toml").read_text(encoding="utf-8"))
    assert [o["name"] for o in option["open"]] == ["柳林北急救站"]
    assert option["change"][0]["id"] == "w1"


def test_without_a_curve_there_is_one_option(tmp_path):
    names = write_proposal(toy_proposal(kind="subcentre", sweep=False), tmp_path, lang="en")
    assert [name for name in names if name.endswith(".toml")] == ["propose.option.toml"]
