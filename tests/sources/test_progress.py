"""The bar shows itself to people only."""

from __future__ import annotations

import io
import sys

import pytest

from coverage.sources.progress import progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(monkeypatch, stream, **options):
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar(2, **options) as stage:
        stage("reading", "读取")
        stage("writing", "写入")
    return stream.getvalue()


def test_on_a_terminal_the_stages_are_named(monkeypatch):
    assert "reading" in shown(monkeypatch, Terminal())
    assert "读取" in shown(monkeypatch, Terminal(), lang="zh")


def test_what_happens_within_a_stage_is_named_and_not_counted(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_bar(2, lang="zh") as stage:
        stage("roads", "道路")
        stage("roads 2 of 3", "道路 2/3", within=True)
        shown_then = terminal.getvalue()
    assert "道路 2/3" in shown_then
    assert "0/2" in shown_then
    assert "1/2" not in shown_then


def test_elsewhere_and_when_asked_to_be_quiet_nothing_is_written(monkeypatch):
    assert shown(monkeypatch, io.StringIO()) == ""
    assert shown(monkeypatch, Terminal(), quiet=True) == ""


def test_an_error_inside_passes_through(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with pytest.raises(ValueError, match="inside"), progress_bar(1):
        raise ValueError("inside")
