"""What every part of the benchmarks measures and writes with."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
Row = tuple[str, ...]

LAUNCHER = """
import os, resource, subprocess, sys, time
start = time.perf_counter()
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(status, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def seconds(value: float) -> str:
    """Write a time with three digits."""
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"


def timed(work: Callable[[], Any]) -> float:
    """Run once and give the seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def process(arguments: list[str], cwd: Path, runs: int) -> tuple[str, str]:
    """Run the command as a process of its own; give the median seconds and the largest memory."""
    command = [sys.executable, "-c", "import cli; cli.main()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    walls, peaks = [], []
    for _ in range(runs):
        # a child is charged its parent's memory until it begins: a small launcher stands between
        done = subprocess.run([sys.executable, "-S", "-c", LAUNCHER, *command], cwd=cwd, env=environment,
                              capture_output=True, text=True, check=True)  # fmt: skip
        status, wall_s, peak_mb = done.stdout.split()
        if status not in ("0", "3"):  # 3: done, with rows rejected
            raise SystemExit(f"{' '.join(arguments)} ended with status {status}")
        walls.append(float(wall_s))
        peaks.append(float(peak_mb))
    return seconds(statistics.median(walls)), f"{max(peaks):.0f} MB"


def table(head: Row, rows: list[Row]) -> str:
    """Write a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
