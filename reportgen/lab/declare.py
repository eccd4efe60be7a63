"""The lab: what an experiment's declaration says in the assignment's order becomes steps.

Nothing runs here. Each method makes a step and gives back where its result will be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reportgen.data.sets import RemoteFile
from reportgen.engine.step import Step
from reportgen.lab import cost
from reportgen.lab.drawings import Drawings
from reportgen.lab.evidence import Evidence
from reportgen.lab.experiment import Declaration
from reportgen.lab.handles import Activations, Data, Embedding, Network, Training
from reportgen.lab.outputs import Output, Tree
from reportgen.lab.workbench import Workbench
from reportgen.learning import backbones
from reportgen.references import reference_to


@dataclass
class Lab(Workbench):
    """Makes the steps of one experiment.

    Attributes:
        seeds: how many seeds a network is trained with.
        level: how much evidence is measured: "none", "standard" or "full".
        earlier: the labs of the experiments before this one, by name.
        weights: the pretrained networks that are used, and the file to download for each.
        embeddings: those declared so far, for a later experiment to compare with.
        notes: choices made for the author, for the plan and the report (in Spanish).
    """

    seeds: int = 1
    level: str = "standard"
    earlier: Mapping[str, Lab] = field(default_factory=dict)
    weights: dict[str, RemoteFile | None] = field(default_factory=dict)
    embeddings: dict[str, Embedding] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def draw(self) -> Drawings:
        """The figures."""
        return Drawings(self.maker)

    @property
    def evidence(self) -> Evidence:
        """What tells why."""
        return Evidence(self)

    def activations(
        self,
        training: Training,
        layers: Mapping[str, str],
        *,
        name: str = "activations",
    ) -> Activations:
        """What ``layers`` (label → the network's own name) put out for the validation images."""
        flops, _ = cost.of_network(training.network, training.data.shape)
        samples = training.data.samples["validation"]
        step = self.maker.make(
            name,
            "reportgen.lab.activations:observe",
            parameters={**training.network.as_parameters(), "layers": dict(layers)},
            inputs={"data": training.data.step, "training": training.step},
            code=[training.network.build],
            circumstances={"device": self.device},
            seconds=cost.inference(flops, samples, self.pace),
            size=4 * samples * 10_000,
        )
        return Activations(step, training.data, layers)

    def features(self, network: Network, data: Data, layer: str, *, name: str) -> Activations:
        """What a pretrained network's ``layer`` puts out for all images, and a linear SVM on it."""
        flops, _ = cost.of_network(network, data.shape)
        step = self.maker.make(
            name,
            "reportgen.lab.features:classify",
            parameters={**network.as_parameters(), "layer": layer},
            inputs={"data": data.step},
            code=[network.build],
            circumstances={"device": self.device},
            seconds=cost.inference(flops, sum(data.samples.values()), self.pace),
            size=4 * 2048 * sum(data.samples.values()),
        )
        return Activations(step, data, {"features": layer})

    def embed(
        self, activations: Activations, layer: str, *, perplexity: float, name: str | None = None
    ) -> Embedding:
        """The t-SNE of one layer on the validation images, and the quality of its clusters."""
        name = name or f"embedding_{layer}"
        options = {"layer": layer, "perplexity": perplexity, "seed": self.seed}
        samples = activations.data.samples["validation"]
        points = self.maker.make(
            name,
            "reportgen.lab.embedding:embed",
            parameters=options,
            inputs={"activations": activations.step},
            circumstances={"device": self.device},
            seconds=cost.tsne(samples),
        )
        inputs = {
            "embedding": points,
            "activations": activations.step,
            "data": activations.data.step,
        }
        record = self.maker.make(
            f"{name}_quality",
            "reportgen.lab.clusters:describe",
            parameters={**options, "module": activations.layers[layer]},
            inputs=inputs,
            seconds=2.0,
        )
        self.embeddings[name] = Embedding(points, Output(record), activations, layer, perplexity)
        return self.embeddings[name]

    def separate(self, embedding: Embedding, *, name: str) -> Output:
        """How well one line separates the two classes of a t-SNE picture."""
        return Output(
            self.maker.make(
                name,
                "reportgen.lab.separability:separate",
                inputs={"embedding": embedding.points, "data": embedding.data.step},
            )
        )

    def listing(self, definition: type) -> Output:
        """A definition's exact source text."""
        module = self.maker.code.module(definition.__module__)
        if module is None:
            raise LookupError(f"{definition} isn't first-party code")
        source, line = module.text_of(definition.__qualname__)
        file = f"{definition.__module__.replace('.', '/')}.py"
        return Output(
            self.maker.make(
                "listing",
                "reportgen.lab.listing:quote",
                parameters={"source": source, "file": file, "line": line},
            )
        )

    def embedding_of(self, experiment: str, name: str, *, perplexity: float) -> Embedding | None:
        """An embedding of an earlier experiment, if that is part of this plan and has it.

        One of another ``perplexity`` is made again: what is compared has the same settings.
        """
        earlier = self.earlier.get(experiment)
        found = earlier.embeddings.get(name) if earlier else None
        if found is None or found.perplexity == perplexity:
            return found
        return self.embed(
            found.activations, found.layer, perplexity=perplexity, name=f"{experiment}_{name}"
        )

    def backbone(self, name: str) -> str:
        """The backbone that ``name`` stands for; what ``auto`` chose is noted."""
        chosen = backbones.resolve(name, self.cache)
        if name == "auto":
            self.notes.append(f"red de partida {chosen}, elegida por «auto»{_why(chosen)}")
        known = backbones.backbone(chosen)
        if not known.pinned_in_full:
            digits = len(known.digest)
            self.notes.append(
                f"de los pesos de {chosen} solo se conocen {digits} cifras de su SHA-256"
            )
        self.weights[chosen] = known.download
        return chosen

    def network_of(self, name: str, data: Data, *, pretrained: bool, crop: int) -> Network:
        """A backbone with a fresh head for the dataset's classes."""
        known = backbones.backbone(name)
        arguments = {
            "name": name,
            "classes": len(data.classes),
            "weights": known.digest if pretrained else None,
        }
        return Network(
            backbones.build,
            arguments,
            normalisation=(known.mean, known.std),
            crop=crop,
            unweighted={"weights": None},
        )

    def draft(self, rule: Callable[..., list[str]], *, name: str, **arguments: Any) -> Output:
        """Draft sentences by one of the project's rules, from outputs and plain values."""
        tree = Tree()
        plain = tree.plain(arguments)
        return Output(
            self.maker.make(
                f"draft_{name}",
                "reportgen.lab.drafting:draft",
                parameters={"rule": reference_to(rule), "arguments": plain},
                inputs=tree.inputs,
                code=[rule],
            )
        )

    def gather(self, declaration: Declaration, model: type) -> tuple[Step, dict[str, list[str]]]:
        """The step that collects the results, and the exports: build path → (step, file)."""
        tree = Tree(self.maker.experiment)
        plain = tree.plain(declaration)
        step = self.maker.make(
            "results",
            "reportgen.lab.collect:collect",
            parameters={"tree": plain, "model": reference_to(model)},
            inputs=tree.inputs,
            code=[model],
        )
        return step, tree.exports


def _why(chosen: str) -> str:
    if chosen == backbones.PREFERRED:
        return ""
    return (
        f": los pesos de {backbones.PREFERRED} no están en este equipo ni se pueden descargar ahora"
    )
