"""A page as text: its elements, what a reader sees, and what stands in scripts and styles."""

from __future__ import annotations

import json
from html.parser import HTMLParser

"""In a browser: texts of a document that have too little contrast with what lies behind them."""


class Page(HTMLParser):
    """Elements with their attributes, the text a reader sees, and what stands in scripts and styles."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.inside, self.visible, self.raw = [], [], [], {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in self.raw:
            self.inside.append(tag)
            self.raw[tag].append("")

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if self.inside:
            self.raw[self.inside[-1]][-1] += data
        else:
            self.visible.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.visible).split())

    @property
    def data(self):
        return json.loads(self.raw["script"][0])

    def policy(self):
        content = next(
            a["content"] for _, a in self.elements if a.get("http-equiv") == "Content-Security-Policy"
        )
        return dict(rule.strip().split(" ", 1) for rule in content.split(";"))


def unpack(text):
    """Read packed numbers as Google describes its encoded polylines."""
    out, value, shift = [], 0, 0
    for character in text:
        chunk = ord(character) - 63
        value |= (chunk & 31) << shift
        shift += 5
        if chunk < 32:
            out.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return out
