"""The wheel: what it carries, and that it works where nothing of the repository is."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_carries_the_study_areas_and_no_scripts(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "coverage/boundaries/linxiang.gpkg" in names
    assert "cli.py" in names
    assert "coverage/py.typed" in names
    assert any(name.startswith("coverage/reports/assets/") for name in names)
    assert not [name for name in names if name.startswith("coverage/boundaries/") and name.endswith(".py")]


def test_the_wheel_works_in_an_empty_environment_from_another_folder(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    tools = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    plain = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"LANG": "zh_CN.UTF-8"}

    def call(*command):
        done = subprocess.run(
            [str(c) for c in command], cwd=tmp_path, env=plain, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    call(tools / "python", "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel)
    assert "长安街道" in call(tools / "coverage", "analyze", "--county", "linxiang")
    made = {path.suffix for path in (tmp_path / "maps" / "linxiang").iterdir()}
    assert made == {".html", ".xlsx", ".gpkg", ".json"}
    assert "430682" in call(tools / "emergency-coverage", "counties")
