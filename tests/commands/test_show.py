"""``reportgen show``: what is listed, and that it is what a comment prints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from reportgen.commands.show import lines
from reportgen.report.values import Value, matching, values
from tests.tiny import reportgen


def _known(history: int = 3) -> list[Value]:
    epoch = {"epoch": 1, "train_loss": 0.5}
    results = {
        "red": {
            "history": [epoch for _ in range(history)],
            "matrix": [[5, 0], [1, 4]],
            "classes": ["a", "b"],
            "notes": "primera\nsegunda",
            "none": None,
        }
    }
    return values(results, {})


def _printed(pattern: str = "", *, in_full: bool = False) -> list[str]:
    found = matching(_known(), pattern)
    return [" ".join(line.split()) for line in lines(found, in_full=in_full)]


def test_of_a_list_the_first_item_is_shown_and_how_far_it_goes() -> None:
    assert _printed() == [
        "{{ red.history[0].epoch }} 1",
        "{{ red.history[0].train_loss | num }} 0,50",
        "… red.history[1] to red.history[2]",
        "{{ red.matrix[0][0] }} 5",
        "… red.matrix[0][1] to red.matrix[1][1]",
        "{{ red.classes | lista }} a y b",
        "{{ red.notes }} primera…",
        "{{ red.none }} — (no value in this run)",
        "a pattern with a bracket lists every item: reportgen show 'red.history['",
    ]


def test_in_full_every_item_has_its_line() -> None:
    printed = _printed("red.matrix[", in_full=True)
    assert [line.split(" ")[1] for line in printed] == [
        f"red.matrix[{row}][{column}]" for row in (0, 1) for column in (0, 1)
    ]
    assert "{{ red.classes[1] }} b" in _printed("red.classes[", in_full=True)


def test_without_long_lists_no_hint_is_given() -> None:
    assert _printed("classes") == ["{{ red.classes | lista }} a y b"]


def test_a_real_project_s_values_are_shown_without_torch(built: Path) -> None:
    script = (
        "import sys, reportgen.__main__ as m\n"
        "code = m._run(['show'])\n"
        "print('torch' in sys.modules)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=built, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    printed = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "{{ line.parameters.trainable | miles }} 7850" in printed
    assert "{{ line.chance | pct }} 10,00 %" in printed
    assert "{{ line.missing }} — (no value in this run)" in printed
    assert "{{ line.drafts.sizes }} Tiene 7850 parámetros." in printed
    assert printed[-1] == "False"


def test_a_real_project_s_values_as_json(built: Path) -> None:
    done = reportgen(built, "show", "line.para*", "--json")
    assert done.returncode == 0, done.stderr
    found = {one["name"]: one for one in json.loads(done.stdout)}
    assert found["line.parameters.trainable"] == {
        "name": "line.parameters.trainable",
        "expression": "{{ line.parameters.trainable | miles }}",
        "shown": "7850",
        "value": 7850,
    }
    assert all(name.startswith("line.para") for name in found)


def test_a_pattern_for_nothing_names_the_nearest(built: Path) -> None:
    done = reportgen(built, "show", "trainible")
    assert done.returncode == 2
    assert "did you mean 'trainable'?" in done.stderr


def test_before_the_first_build_there_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "reportgen.toml").write_text("", encoding="utf-8")
    done = reportgen(tmp_path, "show")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "reportgen: nothing was built yet",
        "  → run `reportgen build --name APELLIDO_NOMBRE` first",
    ]


def test_a_changed_experiment_shows_no_old_value(project: Path) -> None:
    source = project / "experiments" / "line.py"
    source.write_text(source.read_text("utf-8").replace("28 * 28, 10", "28 * 28, 9"), "utf-8")
    done = reportgen(project, "show")
    assert done.returncode == 2
    assert "7850" not in done.stdout
    assert "line.parameters" in done.stderr
    assert "reportgen build" in done.stderr
