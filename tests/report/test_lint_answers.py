"""Whether each question is answered, by the author, for these measurements."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from reportgen.findings import Finding
from reportgen.report.confirmation import confirm
from reportgen.report.lint_answers import answer_findings
from tests.report.manuscripts import comment, manuscript

TEXT = "\nUn texto sobre la red.\n"
HTML = {"uno": "<p>Un texto sobre la red.</p>"}


def _codes(found: list[Finding]) -> list[str]:
    return [one.code for one in found]


def test_an_answer_of_one_s_own_for_these_results_is_fine(
    tmp_path: Path, results: dict[str, Any]
) -> None:
    text = manuscript(tmp_path, results, uno=comment("uno", TEXT))
    confirm(text, [])
    again = manuscript(tmp_path, results)
    assert again.comments[0].confirmed is not None
    assert answer_findings(again, HTML) == []


@pytest.mark.parametrize("html", ["", "\n", "<p> </p>", "<!-- nada -->"])
def test_an_answer_that_prints_nothing_is_none(
    tmp_path: Path, results: dict[str, Any], html: str
) -> None:
    body = "\n{# escriba aquí #}\n"
    text = manuscript(tmp_path, results, uno=comment("uno", body, state="borrador"))
    (found,) = answer_findings(text, {"uno": html})
    assert (found.code, Path(found.where).name, found.line) == ("unanswered", "uno.md", 7)
    assert "¿Qué?" in found.message


def test_an_answer_that_couldn_t_be_printed_isn_t_called_empty(
    tmp_path: Path, results: dict[str, Any]
) -> None:
    text = manuscript(tmp_path, results, uno=comment("uno", TEXT, state="borrador"))
    assert _codes(answer_findings(text, {})) == ["draft"]


def test_a_draft_is_found_at_its_state(tmp_path: Path, results: dict[str, Any]) -> None:
    text = manuscript(tmp_path, results, uno=comment("uno", TEXT, state="borrador"))
    (found,) = answer_findings(text, HTML)
    assert (found.code, found.line, found.column) == ("draft", 5, 9)


@pytest.mark.parametrize(
    ("body", "untouched"),
    [
        ("\n{# nota #}\n\n{{ simple_cnn.drafts.tsne }}\n", True),
        ("{{ simple_cnn.drafts.tsne[0] }}\n\n{{ simple_cnn['drafts']['tsne'][1] }}. —\n", True),
        ("{# {{ simple_cnn.drafts.tsne }} #}\nUn texto.\n", False),
        ("{{ simple_cnn.drafts.tsne }}\n\nY además esto.\n", False),
        ("{{ simple_cnn.best.epoch }}\n", False),
        ("\n", False),
    ],
)
def test_an_answer_that_is_nothing_but_the_draft_is_one_whatever_it_says(
    tmp_path: Path, results: dict[str, Any], body: str, untouched: bool
) -> None:
    text = manuscript(tmp_path, results, uno=comment("uno", body))
    found = answer_findings(text, HTML)
    assert text.comments[0].is_untouched is untouched
    assert _codes(found) == ["draft" if untouched else "unconfirmed"]
    assert ("says `revisado`" in found[0].message) is untouched


def test_an_answer_for_no_results_wants_to_be_confirmed(
    tmp_path: Path, results: dict[str, Any]
) -> None:
    text = manuscript(tmp_path, results, uno=comment("uno", TEXT))
    (found,) = answer_findings(text, HTML)
    assert found.code == "unconfirmed"
    assert "reportgen check --confirm" in found.fix


def test_only_new_measurements_of_its_own_subjects_make_an_answer_old(
    tmp_path: Path, results: dict[str, Any]
) -> None:
    cites = "\nComo las {{ alexnet.best.epoch }} épocas de AlexNet.\n"
    text = manuscript(
        tmp_path,
        results,
        uno=comment("uno", TEXT),
        dos=comment("dos", cites),
        tres=comment("tres", TEXT, section="1.2"),
    )
    confirm(text, [])

    def old(changed: dict[str, Any]) -> set[str]:
        found = answer_findings(manuscript(tmp_path, changed), {})
        assert set(_codes(found)) <= {"other-results"}
        return {Path(one.where).stem for one in found}

    assert old(results) == set()
    cnn, alexnet, looks = deepcopy(results), deepcopy(results), deepcopy(results)
    cnn["simple_cnn"]["history"][3]["train_loss"] += 0.001
    alexnet["alexnet"]["best"]["epoch"] += 1
    looks["simple_cnn"]["figures"]["curves"]["alt"] = "Otras palabras."
    looks["simple_cnn"]["drafts"]["tsne"] = ["Otra frase."]
    looks["colophon"]["durations"] = {"simple_cnn": 1.0}
    assert old(cnn) == {"uno", "dos"}
    assert old(alexnet) == {"dos", "tres"}
    assert old(looks) == set()


def test_what_is_old_is_found_at_its_mark(tmp_path: Path, results: dict[str, Any]) -> None:
    text = manuscript(tmp_path, results, uno=comment("uno", TEXT, confirmed="0123456789abcdef"))
    (found,) = answer_findings(text, HTML)
    assert (found.code, found.line, found.column) == ("other-results", 6, 13)
    assert "simple_cnn" in found.message


def test_comments_of_sections_that_aren_t_there_are_left_alone(
    tmp_path: Path, results: dict[str, Any]
) -> None:
    other = comment("uno", TEXT, section="1.3", state="borrador")
    assert answer_findings(manuscript(tmp_path, results, uno=other), {}) == []
