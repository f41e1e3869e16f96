"""Figures that many reports of one thing print, computed once."""

from __future__ import annotations

from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")


def once(function: Callable[[Thing], Answer]) -> Callable[[Thing], Answer]:
    """
    Let a function remember its last answer.

    Parameters
    ----------
    function
        Of one thing that nobody changes; it is known again as the same object, so that tables in it need
        not be compared.
    """

    @lru_cache(maxsize=1)
    def answer(same: _Same[Thing]) -> Answer:
        return function(same.thing)

    @wraps(function)
    def asked(thing: Thing) -> Answer:
        return answer(_Same(thing))

    return asked


class _Same(Generic[Thing]):
    """A thing that equals itself alone."""

    def __init__(self, thing: Thing) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)
