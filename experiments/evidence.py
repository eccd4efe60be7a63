"""The evidence of each section: what is measured beside the assignment's numbers, to tell why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from experiments.drafts import certainty as sure
from experiments.drafts import clusters as clustered
from experiments.drafts.calibration import calibration
from experiments.drafts.inside import attention, probes
from experiments.drafts.reduced import reduced
from experiments.drafts.separability import NAMES
from experiments.drafts.trend import trend
from experiments.reductions import REDUCTIONS, ReducedCNN
from reportgen.lab.declare import Lab
from reportgen.lab.handles import Activations, Embedding, Network, Training
from reportgen.lab.outputs import Output

TRAINED = ("certainty", "trend", "clusters", "attention", "probes")
"""The drafts on a network trained on one dataset."""

LAYERS = {"intermediate": "la capa intermedia", "final": "la capa final"}


class Gathered(NamedTuple):
    """A section's evidence, and the draft sentences on it by name."""

    results: dict[str, Any] | None
    drafts: dict[str, Any]


def _nothing(*drafts: str) -> Gathered:
    return Gathered(None, {name: [] for name in drafts})


class Trained(NamedTuple):
    """A network trained on one dataset, as its section declared it."""

    training: Training
    predictions: Output
    confusion: Output
    layers: Activations
    embeddings: Mapping[str, Embedding]


def of_training(lab: Lab, it: Trained) -> tuple[dict[str, Any], dict[str, Any]]:
    """What sections 1.1 and 1.2 have in common: results and drafts."""
    why = lab.evidence
    found = why.certainty("training", it.predictions, it.training)
    towards = why.trend(it.training)
    inside = {
        name: why.representation(name, embedding, it.layers, it.confusion)
        for name, embedding in it.embeddings.items()
    }
    pictures = {name: embedding.record for name, embedding in it.embeddings.items()}
    looked, seen = why.attention(it.training, it.predictions)
    figures = {
        "attention": seen,
        "distances_plane": why.draw_distances("distances_plane", pictures["final"], it.layers.data),
        "distances": why.draw_distances("distances", inside["final"], it.layers.data),
    }
    results = {
        "certainty": {"training": found},
        "trend": towards,
        "representations": inside,
        "attention": looked,
        "probes": None,
        "figures": figures,
    }
    drafts = {
        "certainty": lab.draft(sure.certainty, name="certainty", measured=found),
        "trend": lab.draft(trend, name="trend", measured=towards["value"]),
        "attention": lab.draft(attention, name="attention", measured=looked),
        "probes": [],
        "clusters": lab.draft(
            clustered.clusters, name="clusters", layers=inside, pictures=pictures, titles=LAYERS
        ),
    }
    return results, drafts


def _probed(lab: Lab, it: Trained, results: dict[str, Any], drafts: dict[str, Any]) -> None:
    found = lab.evidence.probes(it.training)
    results["probes"] = found
    results["figures"]["probes"] = lab.evidence.draw_probes(found)
    drafts["probes"] = lab.draft(probes, name="probes", measured=found)


def of_simple_cnn(lab: Lab, it: Trained, parameters: Output) -> Gathered:
    """Section 1.1: also smaller networks, trained for the same epochs."""
    if lab.level == "none":
        return _nothing(*TRAINED, "reductions")
    results, drafts = of_training(lab, it)
    _probed(lab, it, results, drafts)
    titles = {name: title for name, (title, _) in REDUCTIONS.items()}
    classes = it.training.network.arguments["classes"]
    smaller = {
        name: Network(ReducedCNN, {"classes": classes, **changes})
        for name, (_, changes) in REDUCTIONS.items()
    }
    found = lab.evidence.reductions(it.training, parameters, smaller)
    results |= {
        "reductions": found,
        "titles": titles,
        "clock": lab.evidence.clock(it.training, smaller),
    }
    figure = lab.evidence.draw_reductions(found, "Simple CNN", titles)
    results["figures"]["reductions"] = figure
    drafts["reductions"] = lab.draft(reduced, name="reductions", measured=found, titles=titles)
    return Gathered(results, drafts)


def of_alexnet(lab: Lab, it: Trained) -> Gathered:
    """Section 1.2: also what happens to the confidence after the best epoch."""
    if lab.level == "none":
        return _nothing(*TRAINED, "calibration")
    results, drafts = of_training(lab, it)
    if lab.level == "full":
        _probed(lab, it, results, drafts)
    reliability = lab.evidence.calibration(it.training)
    results["calibration"] = reliability
    results["figures"]["calibration"] = lab.evidence.draw_calibration(reliability)
    drafts["calibration"] = lab.draft(
        calibration,
        name="calibration",
        best=reliability["best"]["value"],
        last=reliability["last"]["value"],
    )
    return Gathered(results, drafts)


class Way(NamedTuple):
    """One alternative of transfer learning, as its section declared it."""

    title: str
    predictions: Output
    features: Activations
    line: Output
    training: Training | None


def of_transfer(lab: Lab, ways: Mapping[str, Way], shown: str) -> Gathered:
    """Section 1.3: separability in the feature space, and which differences are no chance.

    ``shown`` is the trained alternative whose mistakes are looked at.
    """
    if lab.level == "none":
        return _nothing("hyperplanes", "differences")
    why = lab.evidence
    planes = {key: why.hyperplane(key, way.features, "features") for key, way in ways.items()}
    tests = why.differences({key: way.predictions for key, way in ways.items()})
    training = ways[shown].training
    assert training is not None, shown
    looked, seen = why.attention(training, ways[shown].predictions)
    results = {
        "certainty": {
            key: why.certainty(key, way.predictions, way.training) for key, way in ways.items()
        },
        "hyperplanes": planes,
        "differences": tests,
        "attention": looked,
        "figures": {
            "attention": seen,
            **{
                f"misplaced_{key}": why.draw_misplaced(key, way.line, way.features.data, way.title)
                for key, way in ways.items()
            },
        },
    }
    drafts = {
        "hyperplanes": lab.draft(
            clustered.hyperplanes,
            name="hyperplanes",
            measured={key: plane["value"] for key, plane in planes.items()},
            names=NAMES,
        ),
        "differences": lab.draft(sure.differences, name="differences", tests=tests),
    }
    return Gathered(results, drafts)
