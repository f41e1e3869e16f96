"""A list of facilities by id or name: a text, one a line, or a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.errors import SourceError
from coverage.sources.osm_file import check_file
from coverage.sources.row_sieve import RowSieve
from coverage.sources.table_text import read_lines
from coverage.sources.tables import ENDINGS, read_table

if TYPE_CHECKING:
    from coverage.sources.layer_file import LayerFile

_LAYER = "names"


def read_names(file: LayerFile) -> tuple[str, ...]:
    """
    Read which facilities are meant.

    Parameters
    ----------
    file
        A .txt with an id or a name in each line (lines that start with # are remarks), or a table with a
        column of ids or of names.

    Returns
    -------
    tuple of str
        Each once, in the order of the file; of a table the id, where a row has one.

    Raises
    ------
    FileError, SourceError
        If the file cannot be read, has no such column, or names nothing.
    """
    check_file(file.path, ENDINGS)
    if file.path.suffix.lower() == ".txt":
        names = [line for line in read_lines(file.path) if not line.startswith(("#", "＃"))]
    else:
        table, _ = read_table(file, _LAYER)
        alive = RowSieve(table, _LAYER).alive
        pairs = zip(table.texts("id")[alive], table.texts("name")[alive], strict=True)
        names = [str(own or name) for own, name in pairs]
    found = tuple(dict.fromkeys(filter(None, names)))
    if not found:
        raise SourceError(
            f"{file.path} names nothing: write an id or a name in each line",
            zh=f"{file.path} 中没有内容：请每行填写一个机构代码或名称",
        )
    return found
