"""The line of everything in a TOML text, held to what tomllib makes of the same text."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.options.toml_lines import line_of, toml_lines

TEXT = '''\
# an option
name = "a # b [[open]]"
note = """
[[open]]
id = "no"
say \\""" so"""
[[open]]
id = "n1"
"lon" = 113.1 # [east]
at.of = { here = [1,
  2], there = "}" }

[roads]
[[roads.close]]
polygon = [
  [1.0, 2.0],  # first ]
  [3.0,
   4.0],
]
[[open]]
id = 'n''
[[roads.close]]
ways = [1]
[roads.close.more]
x = \'\'\'
'' \'\'\'
y = 1979-05-27 07:32:00
'''.replace("id = 'n''", "id = 'n'")


def test_a_file_with_everything_in_it():
    lines = toml_lines(TEXT)
    assert {
        place: line for place, line in lines.items() if place[:1] == ("open",) or place[:1] == ("name",)
    } == {
        ("name",): 2,
        ("open",): 7,
        ("open", 0): 7,
        ("open", 0, "id"): 8,
        ("open", 0, "lon"): 9,
        ("open", 0, "at"): 10,
        ("open", 0, "at", "of"): 10,
        ("open", 0, "at", "of", "here"): 10,
        ("open", 0, "at", "of", "here", 0): 10,
        ("open", 0, "at", "of", "here", 1): 11,
        ("open", 0, "at", "of", "there"): 11,
        ("open", 1): 20,
        ("open", 1, "id"): 21,
    }
    assert lines["roads", "close", 0, "polygon", 1, 1] == 18
    assert lines["roads", "close", 1, "ways", 0] == 23
    assert lines["roads", "close", 1, "more"] == 24
    assert lines["roads", "close", 1, "more", "y"] == 27
    assert set(lines) == set(places(tomllib.loads(TEXT)))


def test_windows_lines_count_as_others_do():
    assert toml_lines(TEXT.replace("\n", "\r\n")) == toml_lines(TEXT)


def test_what_is_not_there_is_found_where_it_should_stand():
    lines = toml_lines(TEXT)
    assert line_of(lines, ("open", 1, "lat")) == 20
    assert line_of(lines, ("open", 7, "lat")) == 7
    assert line_of(lines, ("close", 0)) == line_of(lines, ()) == 1


@pytest.mark.parametrize("text", ["", "\n", "#", "# x\n#", "[a]", "a = 1", "\n\na=[]\nb={}"])
def test_little_texts(text):
    assert set(toml_lines(text)) == set(places(tomllib.loads(text)))


@given(st.text("ab=[]{}\"'#,.\n \\1é", max_size=40))
def test_any_text_is_read_or_refused_as_tomllib_does(text):
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(ValueError):
            toml_lines(text)
    else:
        assert set(toml_lines(text)) == set(places(tree))


def places(tree, place=()):
    """Give the way to everything in what tomllib reads."""
    if place:
        yield place
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, value in steps:
        yield from places(value, (*place, step))


NAMES = ["id", "lon", "x-1", "点", "a.b", 'q"', "' #", "[y]", "", "42"]


class Writer:
    """Writes TOML whose every number and string says the line on which it starts."""

    def __init__(self, draw):
        self.draw, self.text = draw, ""

    @property
    def line(self):
        return self.text.count("\n") + 1

    def pick(self, *choices):
        return self.draw(st.sampled_from(choices))

    def key(self, name):
        if name.isascii() and name.replace("-", "").isalnum() and self.pick(True, False):
            self.text += name
        else:
            self.text += '"' + name.replace('"', '\\"') + '"'
        self.text += self.pick("", " ")

    def gap(self):
        self.text += self.pick("", " ", "\n", " # ] } \" '\n", "\n\t\n")

    def value(self, depth=0):
        kind = self.pick("number", "text", "array", "table") if depth < 3 else self.pick("number", "text")
        if kind == "number":
            self.text += str(self.line)
        elif kind == "text":
            body = f"{self.line} # [x] = {{1}}, '"
            self.text += self.pick(
                f'"{body}\\"\\\\"',
                f"'{body[:-1]}'",
                f'"""{body}\n\\"\n"" \\\n  """',
                f"'''{body}\n'' ]\n'''",
                f'"""{body}"""""',
                f"'''{body}''''",
            )
        elif kind == "array":
            self.text += "["
            for _ in range(self.pick(0, 1, 3)):
                self.gap()
                self.value(depth + 1)
                self.gap()
                self.text += ","
            self.gap()
            self.text += "]"
        else:
            self.inline(depth)

    def inline(self, depth):
        self.text += "{"
        names = self.draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
        for i, name in enumerate(names):
            self.text += ", " if i else self.pick("", " ")
            self.pair(name, depth + 1)
        self.text += "}"

    def pair(self, name, depth=0):
        self.key(name)
        if self.pick(True, False, False):
            self.text += "."
            self.key("inner")
        self.text += "="
        self.text += self.pick("", " ", "\t")
        self.value(depth)

    def body(self):
        for name in self.draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4)):
            self.pair(name)
            self.text += self.pick("\n", " # end\n", "\n\n")


@st.composite
def documents(draw):
    writer = Writer(draw)
    writer.text += writer.pick("", "# head\n\n")
    writer.body()
    for i in range(draw(st.integers(0, 3))):
        # tables of names of their own, some of them arrays with tables inside
        table = f"t{i}"
        if writer.pick(True, False):
            for _ in range(writer.pick(1, 2)):
                writer.text += f"[[{table}]]\n"
                writer.body()
                writer.text += writer.pick("", f"[ {table} . 'sub' ]\nz = {writer.line + 1}\n")
        else:
            writer.text += f"[{table}.deep] # x\n"
            writer.body()
    return writer.text


@given(documents())
def test_every_value_stands_where_it_is_said_to(text):
    tree = tomllib.loads(text)
    lines = toml_lines(text)
    assert set(lines) == set(places(tree))
    for place in places(tree):
        value = tree
        for step in place:
            value = value[step]
        if not isinstance(value, dict | list):
            said = int(str(value).split(" ", maxsplit=1)[0])
            assert lines[place] == said, place
