"""A progress bar on stderr for long work, silent where nobody watches."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from tqdm import tqdm

if TYPE_CHECKING:
    from collections.abc import Iterator


class Stage(Protocol):
    """Called with the name of the stage that begins, in English and in Chinese."""

    def __call__(self, en: str, zh: str, /, *, within: bool = False) -> None:
        """Begin a stage, or say what happens `within` the one that runs."""


def no_progress(en: str, zh: str, /, *, within: bool = False) -> None:
    """Show nothing."""


@contextmanager
def progress_bar(n_stages: int, *, quiet: bool = False, lang: str = "en") -> Iterator[Stage]:
    """
    Show a bar of `n_stages` steps on stderr, unless `quiet` or stderr is no terminal.

    Parameters
    ----------
    n_stages
        How many stages will be announced.
    quiet
        Show nothing at all.
    lang
        ``zh`` or ``en``: the language of the stages' names.

    Yields
    ------
    Stage
        To be called when a stage begins.
    """
    # disable=None: tqdm itself looks whether its file is a terminal
    with tqdm(
        total=n_stages,
        disable=True if quiet else None,
        file=sys.stderr,
        leave=False,
        bar_format="{desc} {bar} {n_fmt}/{total_fmt} {elapsed}",
    ) as bar:
        begun = False

        def stage(en: str, zh: str, /, *, within: bool = False) -> None:
            nonlocal begun
            if begun and not within:
                bar.update(1)
            begun = True
            bar.set_description_str(zh if lang == "zh" else en)

        yield stage
        bar.update(1)
