"""Planning with the project's real experiments; nothing is trained."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.commands.init import lay
from reportgen.errors import UsageError
from reportgen.lab import experiment, machine
from reportgen.lab.experiment import names
from reportgen.lab.planning import plan_of
from reportgen.lab.report_plan import ReportPlan
from reportgen.lab.stored_plan import StoredPlan
from reportgen.learning.training import CANVAS_BYTES
from reportgen.project import Project
from reportgen.settings import load


@pytest.fixture
def project(tmp_path: Path) -> Project:
    lay(tmp_path)
    return Project(tmp_path)


def _plan(project: Project, *overrides: str, only: tuple[str, ...] = ()) -> ReportPlan:
    loaded = load(project.settings, ["run.data=sample", *overrides], names(project.experiments))
    return plan_of(project, loaded, only, project.root / "cache")


def test_all_sections_in_the_order_of_the_assignment(project: Project) -> None:
    report = _plan(project)
    assert [one.number for one in report.sections] == ["1.1", "1.2", "1.3"]
    assert report.profile == "sample"
    assert not report.partial
    assert report.draft_reasons[0] == "BORRADOR · datos de muestra"


def test_what_editors_leave_beside_an_experiment_does_no_harm(project: Project) -> None:
    before = names(project.experiments)
    lock = project.experiments / ".#simple_cnn.py"
    lock.symlink_to("someone@somewhere.1234:5678")  # as Emacs does
    file = project.experiments / "simple_cnn.py"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())  # as editors of Windows do
    assert names(project.experiments) == before
    assert [one.number for one in _plan(project).sections] == ["1.1", "1.2", "1.3"]


def test_a_file_beside_an_experiment_counts_in_the_plan(project: Project) -> None:
    _plan(project)
    (project.experiments / "net.json").write_text("{}", "utf-8")
    _plan(project)
    (file,) = (project.store / "plans").glob("*.json")
    stored = StoredPlan.load(file)
    assert stored
    assert "experiments/net.json" in stored.read


def test_a_stored_plan_is_the_plan(project: Project) -> None:
    first = json.loads(json.dumps(_plan(project).as_json()))
    assert ReportPlan.from_json(first).as_json() == first
    assert _plan(project).as_json() == first
    assert len(list((project.store / "plans").glob("*.json"))) == 1


def test_a_changed_digit_in_a_stored_plan_is_not_believed(project: Project) -> None:
    first = _plan(project).as_json()
    (file,) = (project.store / "plans").glob("*.json")
    text = file.read_text("utf-8")
    file.write_text(text.replace('"perplexity": 30.0', '"perplexity": 31.0'), "utf-8")
    assert file.read_text("utf-8") != text
    again = _plan(project).as_json()
    paced = [{**step, "seconds": 0} for step in again["plan"]]
    assert paced == [{**step, "seconds": 0} for step in first["plan"]]


def test_only_leaves_the_others_out_and_says_so(project: Project) -> None:
    report = _plan(project, only=("1.2",))
    assert [one.name for one in report.sections] == ["alexnet"]
    assert report.partial
    assert "BORRADOR · informe parcial" in report.draft_reasons
    assert not any("tsne_comparison" in step.name for step in report.plan.steps)


def test_the_original_alexnet_has_torchvision_s_size(project: Project) -> None:
    from torchvision.models import alexnet

    experiment.mount(str(project.experiments))
    from experiments.alexnet import AlexNet

    own = AlexNet(classes=10, image_size=224)
    assert sum(p.numel() for p in own.parameters()) == 57_044_810
    theirs = alexnet(weights=None, num_classes=10)
    assert sum(p.numel() for p in theirs.parameters()) == 57_044_810


def test_both_alexnets_compute_without_an_adaptive_pool(project: Project) -> None:
    import torch

    experiment.mount(str(project.experiments))
    from experiments.alexnet import AlexNet

    for size in (32, 224):
        model = AlexNet(classes=10, image_size=size).eval()
        assert model.features(torch.zeros(1, 3, size, size)).shape[-1] == model.side
        assert model(torch.zeros(1, 3, size, size)).shape == (1, 10)


def test_a_profile_is_laid_under_what_the_author_wrote(project: Project) -> None:
    report = _plan(project, "run.profile=laptop", "alexnet.train_samples=77")
    settings = {one.name: one.settings for one in report.sections}
    assert settings["alexnet"]["train_samples"] == 77
    assert settings["transfer"]["epochs"] == 10
    assert "EJECUCIÓN REDUCIDA · perfil laptop" in report.draft_reasons


def test_more_epochs_than_the_assignment_is_a_deviation_but_not_shorter(project: Project) -> None:
    report = _plan(project, "run.profile=full", "simple_cnn.epochs=20")
    changes = report.sections[0].deviations
    assert [(one["setting"], one["shortens"]) for one in changes] == [("simple_cnn.epochs", False)]
    assert report.draft_reasons == ["BORRADOR · datos de muestra"]


def test_more_epochs_are_trained_alone_from_the_stored_end(project: Project) -> None:
    report = _plan(project, "simple_cnn.more_epochs=5", "simple_cnn.epochs=10")
    steps = {step.name: step for step in report.plan.steps}
    training, longer = steps["simple_cnn.training"], steps["simple_cnn.continuation"]
    assert longer.inputs == {**training.inputs, "start": training.name}
    assert longer.parameters["options"] == {**training.parameters["options"], "epochs": 15}
    assert longer.seconds == pytest.approx(training.seconds / 2)


def test_another_dataset_is_named_in_the_settings(project: Project) -> None:
    from PIL import Image

    for part in ("train", "val"):
        for number, name in enumerate(("lirio", "rosa", "tulipán")):
            folder = project.root / "flores" / part / name
            folder.mkdir(parents=True)
            Image.new("RGB", (50, 40), (80 * number, 10, 10)).save(folder / "a.png")
    project.settings.write_text('[datasets.flores]\nfolder = "flores"\n', encoding="utf-8")
    loaded = load(
        project.settings,
        ["transfer.dataset=flores", "run.data=real", "transfer.backbone=efficientnet_lite0"],
        names(project.experiments),
    )
    report = plan_of(project, loaded, ("1.3",), project.root / "cache")
    assert report.sources["flores"]["classes"] == ["lirio", "rosa", "tulipán"]
    assert report.sources["flores"]["samples"] == {"train": 3, "validation": 3}


def test_a_tilde_is_the_user_s_folder(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    overrides = ["run.data_root='~/datos'", "datasets.hojas.folder='~/hojas'"]
    settings = load(project.settings, overrides, names(project.experiments)).settings
    assert settings.run.data_root == "/home/ana/datos"
    assert settings.datasets["hojas"].folder == "/home/ana/hojas"


def test_a_training_is_keyed_on_its_own_network_only(project: Project) -> None:
    before = _plan(project)
    source = project.experiments / "alexnet.py"
    source.write_text(source.read_text("utf-8").replace("Dropout(0.5)", "Dropout(0.4)"), "utf-8")
    after = _plan(project)
    changed = {
        one.name
        for one, other in zip(before.plan.steps, after.plan.steps, strict=True)
        if one.code != other.code or one.parameters != other.parameters
    }
    assert "alexnet.training" in changed
    assert not [name for name in changed if not name.startswith("alexnet.")]


def test_a_comment_changes_the_listing_alone(project: Project) -> None:
    before = _plan(project)
    source = project.experiments / "alexnet.py"
    text = source.read_text("utf-8")
    source.write_text(text.replace("class AlexNet(nn.Module):", "class AlexNet(nn.Module):  # a"))
    after = _plan(project)
    changed = [
        one.name
        for one, other in zip(before.plan.steps, after.plan.steps, strict=True)
        if one.key(_zeros(before)) != other.key(_zeros(after))
    ]
    assert changed == ["alexnet.listing"]


def _zeros(report: ReportPlan) -> dict[str, str]:
    return {step.name: "0" for step in report.plan.steps}


def test_two_steps_of_one_name_are_refused(project: Project) -> None:
    source = project.experiments / "simple_cnn.py"
    text = source.read_text("utf-8")
    twice = "predictions = lab.predict(training)\n    lab.train(network, digits, {'epochs': 1})\n"
    source.write_text(text.replace("predictions = lab.predict(training)\n", twice), "utf-8")
    with pytest.raises(UsageError, match=r"declares two different steps .*simple_cnn\.py"):
        _plan(project)


def test_a_network_that_does_not_fit_its_images_is_named(project: Project) -> None:
    source = project.experiments / "simple_cnn.py"
    text = source.read_text("utf-8")
    source.write_text(text.replace("64 * 7 * 7, 128", "64 * 5 * 5, 128"), "utf-8")
    with pytest.raises(UsageError, match="SimpleCNN can't take images of 1×28×28") as caught:
        _plan(project)
    assert caught.value.place is not None
    assert caught.value.place.line == text.splitlines().index("class SimpleCNN(nn.Module):") + 1


def test_a_short_pin_is_noted(project: Project) -> None:
    report = _plan(project, "transfer.backbone=mobilenet_v3_small", only=("1.3",))
    assert any("8 cifras de su SHA-256" in note for note in report.sections[0].notes)
    weights = report.weights["mobilenet_v3_small"]
    assert weights is not None
    assert weights["url"].startswith("https://")


def test_a_part_of_a_known_set_is_said_on_every_page(project: Project) -> None:
    report = _plan(project)
    whole = {**report.sources["cifar10"], "origin": "data-root", "format": "image-folder"}
    whole["samples"] = {"train": 50_000, "validation": 10_000}
    part = {**whole, "samples": {"train": 5_000, "validation": 1_000}}
    said = [replace(report, sources={"cifar10": one}).draft_reasons for one in (whole, part)]
    assert "DATOS INCOMPLETOS · CIFAR-10" not in said[0]
    assert "DATOS INCOMPLETOS · CIFAR-10" in said[1]


def _steps(report: ReportPlan) -> dict[str, str]:
    return {step.name: step.function for step in report.plan.steps}


def test_evidence_is_measured_at_its_level_only(project: Project) -> None:
    none, standard, full = (
        _steps(_plan(project, f"run.evidence={level}")) for level in ("none", "standard", "full")
    )
    assert none.keys() < standard.keys() < full.keys()
    assert full.keys() - standard.keys() == {
        *("alexnet.probes", "alexnet.figure_probes", "alexnet.draft_probes"),
    }
    assert "simple_cnn.probes" in standard
    reduced = [name for name in standard.keys() - none.keys() if standard[name].endswith(":train")]
    assert len(reduced) >= 4


def test_a_reduction_trains_as_the_network_that_it_reduces(project: Project) -> None:
    report = _plan(project, "simple_cnn.epochs=7")
    steps = {step.name: step for step in report.plan.steps}
    whole = steps["simple_cnn.training"]
    reduced = [step for name, step in steps.items() if step.function == whole.function
               and name.startswith("simple_cnn.reduced_")]  # fmt: skip
    for step in reduced:
        assert step.parameters["options"] == whole.parameters["options"]
        assert step.inputs == whole.inputs
    assert whole.parameters["options"]["epochs"] == 7


def test_each_network_of_the_sections_is_trained_with_every_seed(project: Project) -> None:
    report = _plan(project, "run.seeds=3", "run.seed=5")
    seeds: dict[str, list[int]] = {}
    for step in report.plan.steps:
        if step.function == "reportgen.lab.training:train":
            name = step.name.partition("_seed_")[0]
            seeds.setdefault(name, []).append(step.parameters["options"]["seed"])
    repeated = {"simple_cnn.training", "alexnet.training", "transfer.scratch"}
    repeated |= {"transfer.fine_tuning", "transfer.fine_tuning_augmented"}
    assert {name for name, found in seeds.items() if sorted(found) == [5, 6, 7]} == repeated
    assert all(found == [5] for name, found in seeds.items() if name not in repeated)


def test_seeds_without_evidence_would_be_trained_for_nothing(project: Project) -> None:
    with pytest.raises(UsageError, match="3 seeds"):
        _plan(project, "run.seeds=3", "run.evidence=none")


def test_what_is_compared_with_the_digits_has_their_settings(project: Project) -> None:
    same = _steps(_plan(project))
    other = _plan(project, "alexnet.perplexity=12")
    assert "alexnet.simple_cnn_embedding_final" not in same
    steps = {step.name: step for step in other.plan.steps}
    again = steps["alexnet.simple_cnn_embedding_final"]
    assert again.parameters["perplexity"] == 12
    assert again.inputs == {"activations": "simple_cnn.activations"}
    assert again.name in steps["alexnet.figure_tsne_comparison"].inputs.values()


def test_a_file_where_the_plans_should_be_is_said(project: Project) -> None:
    project.store.mkdir()
    (project.store / "plans").touch()
    with pytest.raises(UsageError, match=r"plans: a file is where a folder must be"):
        _plan(project)


def test_two_workers_run_any_training_beside_a_fine_tuning_but_another_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = _plan(project, "run.profile=laptop", "transfer.backbone=efficientnet_lite0").plan
    fine, other = plan["transfer.fine_tuning"].memory, plan["transfer.scratch"].memory
    monkeypatch.setattr(machine, "installed_memory", lambda: 16 * 2**30)
    room = machine.memory(2, "cpu")
    assert room is not None
    large, small = plan["alexnet.training"].memory, plan["simple_cnn.training"].memory
    assert fine == other > room / 2
    assert fine + max(large, small) <= room
    assert fine + plan["simple_cnn.probes"].memory > room


def test_images_that_are_laid_out_to_be_augmented_count_as_memory(project: Project) -> None:
    def memory(*settings: str) -> int:
        return _plan(project, *settings).plan["alexnet.training"].memory

    images = ("run.data=sample", "alexnet.image_size=32")
    plain, augmented = memory(*images), memory(*images, "alexnet.augmentation=true")
    assert plain < augmented <= plain + CANVAS_BYTES
    large = ("run.data=sample", "alexnet.image_size=96", "alexnet.augmentation=true")
    assert memory(*large) == memory(*large[:-1]), "batch by batch, nothing is laid out"


def test_a_command_plans_without_torch_in_its_own_process(project: Project) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from reportgen.commands.options import Request\n"
        "from reportgen.project import Project\n"
        "request, project = Request(('run.data=sample',), ()), Project(Path.cwd())\n"
        "plan = request.plan(project, request.load(project))\n"
        "print(len(plan.plan.steps), 'torch' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project.root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    count, torch = done.stdout.split()
    assert int(count) == len(_plan(project).plan.steps)
    assert torch == "False"
