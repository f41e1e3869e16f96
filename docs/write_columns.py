"""
Write the program's own tables of columns into the walk-through, in both languages.

    python docs/write_columns.py
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from coverage.sources.table_fields import markdown_fields  # noqa: E402

PAGES = {"en": HERE / "own-data.md", "zh": HERE / "own-data.zh.md"}


def main() -> None:
    """Replace the table behind every mark ``<!-- layer -->``."""
    for lang, page in PAGES.items():
        text = page.read_text("utf-8")
        for layer in re.findall(r"<!-- (\w+) -->", text):
            table = markdown_fields(layer, lang)
            text = re.sub(rf"(<!-- {layer} -->\n)\n*(?:\|.*\n)*", lambda m, t=table: f"{m[1]}\n{t}", text)
        page.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
