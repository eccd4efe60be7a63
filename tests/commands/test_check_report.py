"""``reportgen check`` on the shipped templates and a report of all sections."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.tiny import NAME, TinyReport, reportgen


def test_a_fresh_report_has_only_its_drafts_and_its_short_run_to_mend(tiny: TinyReport) -> None:
    done = reportgen(tiny.root, "check", "--name", NAME, "--json")
    assert done.returncode == 1, done.stderr
    found = Counter(one["code"] for one in json.loads(done.stdout)["findings"])
    assert found.keys() == {"draft", "sample-data", "shortened-run"}
    assert found["draft"] == len(list((tiny.root / "templates" / "comentarios").glob("*.md")))


def test_drafts_typed_by_hand_agree_with_their_results(tiny: TinyReport, tmp_path: Path) -> None:
    project = tiny.copied_to(tmp_path / "project")
    results = tiny.results
    typed = 0
    for path in sorted((project / "templates" / "comentarios").glob("*.md")):
        text = path.read_text("utf-8")
        for experiment in ("simple_cnn", "alexnet", "transfer"):
            for question, sentences in results[experiment]["drafts"].items():
                expression = f"{{{{ {experiment}.drafts.{question} }}}}"
                typed += expression in text
                text = text.replace(expression, " ".join(sentences))
        path.write_text(text.replace("estado: borrador", "estado: revisado"), "utf-8")
    assert typed == 22
    done = reportgen(project, "check", "--name", NAME, "--json", "--confirm")
    told = json.loads(done.stdout)
    assert len(told["confirmed"]) == 8
    codes = Counter(one["code"] for one in told["findings"])
    assert codes["number-by-hand"] > 20
    assert not codes.keys() & {"number-disagrees", "draft", "unconfirmed", "other-results"}
