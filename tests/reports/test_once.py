"""What many reports ask for is computed once, and never answered for another thing."""

from coverage.reports.once import once


def test_the_same_object_is_asked_once_and_an_equal_one_anew():
    asked = []

    @once
    def n_items(things: list[int]) -> int:
        """Count."""
        asked.append(things)
        return len(things)

    first, equal = [1, 2], [1, 2]
    assert [n_items(first), n_items(first), n_items(equal), n_items([])] == [2, 2, 2, 0]
    assert len(asked) == 3
    assert asked[1] is equal
    assert n_items.__doc__ == "Count."
