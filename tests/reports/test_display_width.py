import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from coverage.reports.display_width import display_width, pad, shorten


def test_wide_characters_count_two_and_combining_ones_none():
    assert display_width("ab") == 2
    assert display_width("临湘市") == 6
    assert display_width("ＡＢ") == 4
    assert display_width("e\u0301") == 1
    assert display_width("🚑") == 2


def test_a_text_that_fits_stays_whole():
    assert shorten("临湘市", 6) == "临湘市"


def test_a_wide_character_is_never_halved():
    assert shorten("临湘市人民医院", 6) == "临湘…"
    assert shorten("临湘市人民医院", 5) == "临湘…"


def test_no_space_before_the_ellipsis():
    assert shorten("two words", 5) == "two…"


def test_numbers_are_padded_on_their_left():
    assert pad("7.4", 6, right=True) == "   7.4"
    assert pad("临湘", 6) == "临湘  "


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_a_shortened_text_fits_and_begins_as_the_whole(text, width):
    short = shorten(text, width)
    assert display_width(short) <= width
    if short != text:
        assert short.endswith("…")
        assert text.startswith(short[:-1])


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=20))
def test_padding_fills_exactly(text):
    padded = pad(text, 60)
    assert display_width(padded) == 60
    assert unicodedata.normalize("NFC", padded).startswith(unicodedata.normalize("NFC", text)[:1])
