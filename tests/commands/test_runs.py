"""A real report at tiny size: what a build costs after which change, moved, carried."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import reportgen as reportgen_package
from reportgen.engine.artifact import MANIFEST, Artifact, DamagedArtifact
from reportgen.engine.journal import Journal
from reportgen.engine.store import Store
from tests.tiny import NAME, TINY, TinyReport, reportgen

LAYOUT, PAGE = f"layout.{NAME}", f"report.{NAME}"
BUILD = ("build", "--name", NAME, *TINY)
QUOTING = {"simple_cnn.listing", "simple_cnn.results", LAYOUT, PAGE}
"""What prints source code as it stands."""

COMPARING = {
    *("alexnet.figure_tsne_comparison", "alexnet.draft_tsne", "alexnet.results"),
    *("page.alexnet_tsne_comparison", LAYOUT, PAGE),
}
"""What sets 1.1 beside 1.2, outside of 1.1 itself."""


@pytest.fixture
def copied(tiny: TinyReport, tmp_path: Path) -> Path:
    """A copy of the tiny project, at another place."""
    return tiny.copied_to(tmp_path / "moved")


def computed(root: Path) -> list[str]:
    journal = Journal(root / ".reportgen" / "journal.jsonl")
    return [event["step"] for event in journal.events() if event["event"] == "started"]


def rebuilt(root: Path, *options: str) -> set[str]:
    """The steps that one more build computes."""
    before = len(computed(root))
    done = reportgen(root, *BUILD, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return set(computed(root)[before:])


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, file
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def without_torch(root: Path, *arguments: str) -> str:
    code = """if True:
        import sys
        from reportgen.__main__ import main
        try:
            main(sys.argv[1:])
        except SystemExit as end:
            assert not end.code, end.code
        assert 'torch' not in sys.modules
        """
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=root,
        env={**os.environ, "REPORTGEN_DATA_ROOT": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_moved_project_has_nothing_to_do_and_needs_no_torch(copied: Path) -> None:
    before = len(computed(copied))
    assert "nothing to measure" in without_torch(copied, *BUILD)
    without_torch(copied, *BUILD, "--dry-run")
    without_torch(copied, "status", *TINY)
    assert computed(copied)[before:] == []


def test_what_is_edited_decides_what_runs(copied: Path) -> None:
    """From the words to the networks, each change against the steps that it may rerun."""
    experiments, templates = copied / "experiments", copied / "templates"
    with next(templates.glob("*.css")).open("a", encoding="utf-8") as style:
        style.write("/* a comment */\n")
    assert rebuilt(copied) == {LAYOUT, PAGE}
    network = experiments / "simple_cnn.py"
    edit(network, "class SimpleCNN(nn.Module):\n", "class SimpleCNN(nn.Module):\n    # A remark.\n")
    assert rebuilt(copied) <= QUOTING
    edit(network, "nn.Conv2d(1, 32", "nn.Conv2d( 1, 32")
    assert rebuilt(copied) <= QUOTING
    edit(network, "self.fc1(x)", "self.fc1(0.5 * x)")
    steps = rebuilt(copied)
    assert {"simple_cnn.training", "simple_cnn.parameters", "simple_cnn.results"} <= steps
    others = {step for step in steps if not step.startswith(("simple_cnn.", "page.simple_cnn_"))}
    assert others <= COMPARING


def test_another_colour_is_drawn_and_placed(copied: Path) -> None:
    """Nothing is measured or laid out, and it is no newer measurement."""
    pdf = copied / "build" / f"{NAME}.pdf"
    before = pdf.read_bytes(), json.loads((copied / "build" / "results.json").read_text("utf-8"))
    package = Path(reportgen_package.__file__).parent
    shutil.copytree(package, copied / "reportgen", ignore=shutil.ignore_patterns("__pycache__"))
    edit(copied / "reportgen" / "figures" / "curves.py", "style.BLUE", '"#123456"')
    sections = ("simple_cnn", "alexnet", "transfer")
    assert rebuilt(copied) == {
        *(f"{name}.{step}" for name in sections for step in ("figure_curves", "results")),
        *(f"page.{name}_curves" for name in sections),
        PAGE,
    }
    assert pdf.read_bytes() != before[0]
    assert json.loads((copied / "build" / "results.json").read_text("utf-8")) == before[1]


def test_status_says_why(copied: Path) -> None:
    options = [*TINY, "--set", "simple_cnn.epochs=3"]
    done = reportgen(copied, "status", "--json", *options)
    steps = {one["step"]: one for one in json.loads(done.stdout)["steps"]}
    training = steps["simple_cnn.training"]
    assert training["state"] == "stale"
    assert training["changes"] == [
        {"kind": "parameters", "what": "options.epochs", "before": 2, "after": 3}
    ]
    assert steps["simple_cnn.predictions"]["state"] == "pending"
    assert steps["alexnet.training"]["state"] == "cached"


def test_more_epochs_go_on_from_the_stored_end(copied: Path) -> None:
    assert rebuilt(copied, "--set", "simple_cnn.more_epochs=1") == {
        *("simple_cnn.continuation", "simple_cnn.figure_curves", "simple_cnn.draft_evolution"),
        *("simple_cnn.results", "page.simple_cnn_curves", LAYOUT, PAGE),
    }
    found = json.loads((copied / "build" / "results.json").read_text("utf-8"))["simple_cnn"]
    longer = found["continuation"]
    assert longer["after"] == len(found["history"]) == 2
    assert longer["history"][:2] == found["history"]
    assert "1 época más" in " ".join(found["drafts"]["evolution"])
    rebuilt(copied, "--set", "simple_cnn.epochs=3")
    whole = json.loads((copied / "build" / "results.json").read_text("utf-8"))["simple_cnn"]
    assert longer["history"] == whole["history"]
    assert longer["best"] == whole["best"]


def test_what_other_versions_measured_is_kept_and_said(copied: Path) -> None:
    store = Store(copied / ".reportgen")
    for key in store.keys():  # noqa: SIM118 - a store is no mapping
        manifest = Artifact.at(store.folder(key)).manifest
        if manifest.ingredients["step"] == "simple_cnn.training":
            older = {**manifest.provenance, "versions": {"torch": "1.0"}}
            made = replace(manifest, provenance=older).encoded()
            (store.folder(key) / MANIFEST).write_text(made, encoding="utf-8")
    done = reportgen(copied, *BUILD, "--dry-run")
    assert "warning: 1 stored steps were made with torch 1.0 (now " in done.stdout
    assert "--fresh" in done.stdout
    assert rebuilt(copied) <= {LAYOUT, PAGE}
    assert "warning" not in reportgen(copied, *BUILD, "--dry-run", "--fresh").stdout


def test_damage_is_found_mended_and_told(copied: Path) -> None:
    """In a file that only the page reads, without a new date."""
    store = Store(copied / ".reportgen")
    artifacts = [Artifact.at(store.folder(key)) for key in store.keys()]  # noqa: SIM118
    (results,) = [a for a in artifacts if a.manifest.ingredients["step"] == "simple_cnn.results"]
    file = results.folder / "value.json"
    before = file.stat()
    content = file.read_bytes()
    file.write_bytes(content[:-5] + b"0" + content[-4:])
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(DamagedArtifact):
        results.verify()
    done = reportgen(copied, *BUILD)
    assert done.returncode == 0, done.stderr
    assert "damaged in the store" in done.stdout
    assert results.json() == json.loads(content)
    file.write_bytes(content[:-1])
    told = reportgen(copied, "status", "--verify", *TINY).stdout
    assert "damaged, set aside" in told


def test_a_run_is_carried_to_a_machine_without_its_data(
    tiny: TinyReport, copied: Path, tmp_path: Path
) -> None:
    parcel = tmp_path / "run.reportgen"
    done = reportgen(copied, "store", "export", str(parcel))
    assert done.returncode == 0, done.stderr
    stored = sum(one.stat().st_size for one in copied.rglob("*") if one.is_file())
    assert parcel.stat().st_size < stored / 4
    home = tmp_path / "home"
    assert reportgen(tmp_path, "init", str(home)).returncode == 0
    done = reportgen(home, "store", "import", str(parcel))
    assert done.returncode == 0, done.stderr
    match = re.search(r"next: reportgen build (.*)", done.stdout)
    assert match is not None
    done = reportgen(home, "build", *shlex.split(match[1]))
    assert done.returncode == 0, done.stdout + done.stderr
    assert {step.partition(".")[0] for step in computed(home)} == {"layout", "page", "report"}
    there, here = tiny.results, json.loads((home / "build" / "results.json").read_text("utf-8"))
    assert here["colophon"]["run_id"] == there["colophon"]["run_id"]


def test_a_hostile_parcel_is_refused(tmp_path: Path, copied: Path) -> None:
    (tmp_path / "evil.zip").write_bytes(b"PK")
    done = reportgen(copied, "store", "import", str(tmp_path / "evil.zip"))
    assert done.returncode == 3
    assert "evil.zip: this is no whole export" in done.stderr


def test_cleaning_takes_what_nobody_needs_and_asks(copied: Path) -> None:
    assert "nothing to remove" in reportgen(copied, "clean").stdout
    # Another author's build draws the same figures otherwise.
    more = ("--name", "OTRA_ANA", "--only", "1.1", "--set", "simple_cnn.more_epochs=1")
    done = reportgen(copied, "build", *TINY, *more)
    assert done.returncode == 0, done.stderr
    assert "nothing to remove" in reportgen(copied, "clean").stdout
    other = list((copied / ".reportgen" / "store").glob("??/*"))
    done = reportgen(copied, "clean", "--all")
    assert done.returncode == 2
    assert "MB" in done.stdout
    assert "--yes" in done.stderr
    assert all(one.exists() for one in other)
    with Store(copied / ".reportgen").in_use():
        done = reportgen(copied, "clean", "--all", "--yes")
        assert done.returncode == 2
        assert "a build is running" in done.stderr
    assert all(one.exists() for one in other)
    assert reportgen(copied, "clean", "--all", "--yes").returncode == 0
    assert not any(one.exists() for one in other)


def test_two_runs_side_by_side(tiny: TinyReport, copied: Path, tmp_path: Path) -> None:
    run = tiny.results["colophon"]["run_id"]
    other = json.loads(json.dumps(tiny.results))
    other["simple_cnn"]["best"]["validation_accuracy"] = 0.125
    other["colophon"]["run_id"] = "f" * 64
    (tmp_path / "other.json").write_text(json.dumps(other), encoding="utf-8")
    done = reportgen(copied, "diff", run[:8], str(tmp_path / "other.json"), COLUMNS="150")
    assert done.returncode == 0, done.stderr
    marked = [line for line in done.stdout.splitlines() if "≠" in line]
    assert len(marked) == 1
    assert "12.50%" in marked[0]
    for said in ("epoch", "→", "duration", "profile", "torch", run[:12]):
        assert said in done.stdout
    done = reportgen(copied, "diff", "zzz", str(tmp_path / "other.json"))
    assert done.returncode == 2
    assert run[:12] in done.stderr
