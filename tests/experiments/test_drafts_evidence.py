from __future__ import annotations

from typing import Any

import pytest

from experiments.drafts.calibration import CHANGE, OVERCONFIDENT, calibration
from experiments.drafts.certainty import CHANCE, certainty, differences
from experiments.drafts.clusters import ALIKE, RELATED, clusters, hyperplanes
from experiments.drafts.course import FORECAST
from experiments.drafts.inside import CONCENTRATED, SPREAD, STEP, attention, probes
from experiments.drafts.reduced import reduced
from experiments.drafts.separability import NAMES
from experiments.drafts.trend import trend


def said(sentences: list[str]) -> str:
    return " ".join(sentences).replace("\N{NO-BREAK SPACE}", " ")


BEST = {"optimism": 0.01, "following": 0.97}


def sure(best: dict[str, Any] | None = BEST, **several: Any) -> dict[str, Any]:
    interval = {"low": 0.9, "high": 0.95, "level": 0.95}
    return {
        "samples": 1000,
        "right": 925,
        "interval": interval,
        "spread": None,
        "bootstrap": None,
        "optimism": {"value": best, "left_out": None},
        **several,
    }


def test_one_seed_has_the_binomial_interval_and_the_optimism_of_the_choice() -> None:
    text = said(certainty(sure()))
    assert "1000 imágenes" in text
    assert "del 95 % de la precisión de la red (92,50 %) va del 90,00 % al 95,00 %" in text
    assert (
        "justo después (media de dos épocas como mucho) es del 97,00 %, 1,00 puntos menos" in text
    )
    assert "semillas" not in text


def test_no_optimism_is_claimed_where_what_follows_is_as_good_or_nothing_does() -> None:
    equal = said(certainty(sure({"optimism": 0.0, "following": 0.97})))
    last = said(certainty(sure({"optimism": None, "following": None})))
    assert "justo después de ella la precisión es la misma" in equal
    assert "es la última: no hay épocas posteriores" in last
    assert "puede ser" not in equal + last
    assert "época" not in said(certainty(sure(None)))


def test_several_seeds_have_their_mean() -> None:
    spread = {"seeds": 3, "mean": 0.92, "standard_deviation": 0.004}
    text = said(certainty(sure(spread=spread, bootstrap={"low": 0.9, "high": 0.94, "level": 0.95})))
    assert "Con 3 semillas la precisión es del 92,00 % ± 0,40 puntos" in text
    assert "bootstrap del 95 % de 90,00 % a 94,00 %" in text


def pair(adjusted: float, difference: float = 0.1) -> dict[str, Any]:
    first, second = list(NAMES)[:2]
    return {"first": first, "second": second, "difference": difference, "adjusted": adjusted}


def test_a_clear_difference_names_the_better_one_first() -> None:
    text = said(differences([pair(0.0004, -0.1), pair(0.5)]))
    better = NAMES["pretrained_svm"].removeprefix("el ")
    assert f"la ventaja de 10,00 puntos del {better} sobre" in text
    assert "(p < 0,001)" in text
    assert "En la otra comparación" in text


@pytest.mark.parametrize(("adjusted", "clear"), [(CHANCE, False), (CHANCE - 1e-6, True)])
def test_a_difference_is_clear_below_the_level(adjusted: float, clear: bool) -> None:
    text = said(differences([pair(adjusted)]))
    assert ("distingue del azar" in text) == clear
    assert ("ninguna diferencia" in text) != clear
    assert differences([]) == []


def course(slope: float, last: int = 10) -> dict[str, Any]:
    error = {"standard_error": 0.01, "margin": 0.02}
    line = {"slope": slope, **error, "first_epoch": last - 3, "last_epoch": last}
    return {"loss": line}


@pytest.mark.parametrize(
    ("slope", "word"),
    [
        (-0.05, "todavía bajaba"),
        (0.05, "ya subía"),
        (-0.02, "no basta para decir si la pérdida baja o sube"),
        (0.02, "no basta para decir si la pérdida baja o sube"),
        (-0.02 - 1e-6, "todavía bajaba"),
    ],
)
def test_a_slope_is_told_from_zero_by_its_interval(slope: float, word: str) -> None:
    assert word in said(trend(course(slope)))
    assert trend(None) == []


@pytest.mark.parametrize("slope", [-0.05, 0.0, 0.05])
@pytest.mark.parametrize(("epochs", "few"), [(FORECAST - 1, True), (FORECAST, False)])
def test_a_slope_of_few_epochs_foretells_nothing(slope: float, epochs: int, few: bool) -> None:
    text = said(trend(course(slope, epochs)))
    assert (f"con solo {epochs} épocas no se puede prever" in text) is few
    assert any(words in text for words in ("bajaba", "subía", "no basta")) is not few


def reliable(epoch: int, error: float = 0.05, over: float = 0.0) -> dict[str, Any]:
    return {
        "epoch": epoch, "error": error, "confidence": 0.7 + over, "accuracy": 0.7,
        "overconfidence": over,
    }  # fmt: skip


def test_calibration_tells_overconfidence_and_how_it_grew() -> None:
    text = said(calibration(reliable(6, 0.05), reliable(15, 0.2, 0.2)))
    assert "confianza media del 90,00 % y acierta el 70,00 %: está demasiado segura" in text
    assert "aumenta en 15,00 puntos: de 5,00 % a 20,00 %" in text


def test_calibration_claims_nothing_at_its_thresholds() -> None:
    text = said(calibration(reliable(6, 0.05), reliable(15, 0.05 + CHANGE - 1e-9, OVERCONFIDENT)))
    assert "apenas cambia" in text
    assert "segura" not in text
    assert "menos segura" in said(calibration(reliable(6), reliable(6, 0.05, -0.1)))
    assert len(calibration(reliable(6), reliable(6))) == 1
    assert calibration(None, reliable(3)) == []


def space(purity: float | None, agreement: float | None) -> dict[str, Any]:
    closest = [{"first": "4", "second": "9", "distance": 1.0}]
    quality = {"neighbour_purity": purity, "closest": closest, "dispersion": [1.0, 1.0, 1.0]}
    return {"activations": quality, "agreement": {"activations": {"value": agreement}}}


def told(own: float | None, pictured: float, agreement: float | None) -> str:
    picture = {"quality": {"neighbour_purity": pictured}}
    return said(
        clusters({"final": space(own, agreement)}, {"final": picture}, {"final": "la capa"})
    )


def test_clusters_compare_the_layer_with_its_picture() -> None:
    text = told(0.8, 0.95, -0.6)
    assert "el 80,00 % de los vecinos" in text
    assert "el plano los junta más, con el 95,00 %" in text
    assert "«4» y «9»" in text
    assert "más próximas tienden a confundirse más (correlación de rangos −0,60)" in text


def test_clusters_at_their_thresholds() -> None:
    assert "casi como en el plano" in told(0.8, 0.8 + ALIKE - 1e-9, None)
    assert "junta" in told(0.8, 0.8 + ALIKE + 1e-6, None)
    assert "tienden a confundirse más" in told(0.8, 0.8, RELATED)
    assert "no explica" in told(0.8, 0.8, RELATED + 1e-6)
    assert "vecinos" not in told(None, 0.8, None)


def test_hyperplanes_count_what_was_measured() -> None:
    found = {"folds": 5, "misplaced": 4, "samples": 80, "accuracy": 0.95}
    text = said(hyperplanes({"scratch": found, "fine_tuning": None}, NAMES))
    assert "5 particiones" in text
    assert "4 de 80 (5,00 %) con el entrenamiento desde cero." in text
    assert hyperplanes({"scratch": None}, NAMES) == []


def network(penalty: float, parameters: int = 100_000) -> dict[str, Any]:
    return {
        "parameters": parameters, "accuracy": 0.99 - penalty, "penalty": penalty, "reduction": 0.75,
    }  # fmt: skip


def test_a_reduction_is_recommended_only_if_one_is_good_enough() -> None:
    titles = {"a": "Densa de 32", "b": "Otra"}
    networks = {"a": network(0.002), "b": network(0.01)}
    text = said(reduced({"networks": networks, "recommended": "a"}, titles))
    assert "2 redes más pequeñas" in text
    assert "«Densa de 32»: con 100.000 parámetros, un 75,00 % menos" in text
    assert "pierde 0,20 puntos" in text
    assert "La que más pierde, «Otra», pierde 1,00 puntos." in text
    none = said(reduced({"networks": {"b": network(0.01)}, "recommended": None}, titles))
    assert "ninguna se queda a 0,50 puntos o menos" in none
    assert "«Otra», pierde 1,00 puntos" in none
    assert "propone" not in none
    better = said(reduced({"networks": {"a": network(-0.001)}, "recommended": "a"}, titles))
    assert "no pierde precisión" in better
    assert "La que más" not in none + better
    both = {"a": network(0.03), "b": network(0.01)}
    told = said(reduced({"networks": both, "recommended": None}, titles))
    assert "«Otra», pierde 1,00 puntos. La que más pierde, «Densa de 32», pierde 3,00" in told


def depth(*accuracies: float) -> dict[str, Any]:
    names = ["entrada", "conv1", "conv2", "fc1"]
    return {
        "layers": [
            {"layer": name, "parameters": 100 * i, "probe": {"value": {"accuracy": accuracy}}}
            for i, (name, accuracy) in enumerate(zip(names, accuracies, strict=False))
        ]
    }


def test_probes_name_the_layer_from_which_on_nothing_is_added() -> None:
    text = said(probes(depth(0.5, 0.8, 0.95, 0.955)))
    assert "50,00 % con los píxeles de entrada y el 95,50 % como máximo, tras fc1" in text
    assert "Tras conv2 ya se lee todo menos 0,50 puntos" in text
    assert "con el 50,00 % de los parámetros" in text
    assert "La capa que más aporta es conv1, 30,00 puntos." in text


def test_probes_claim_no_features_where_the_pixels_do_as_well() -> None:
    assert "no hacen las clases más separables" in said(probes(depth(0.9, 0.9 + STEP)))
    assert "donde están las características" in said(probes(depth(0.9, 0.9 + STEP + 1e-6)))
    assert probes(depth(0.9)) == []


def looked(share: float | None, images: int = 6) -> str:
    return said(attention({"images": images, "half_area": {"value": share}}))


def test_attention_is_concentrated_spread_or_neither() -> None:
    several = "en 6 de los fallos más seguros, repartidos entre confusiones distintas, la mitad"
    assert several in looked(CONCENTRATED)
    assert "en el fallo de mayor confianza la mitad" in looked(CONCENTRATED, images=1)
    assert "una zona pequeña" in looked(CONCENTRATED)
    assert "ninguna zona" in looked(SPREAD)
    between = looked((CONCENTRATED + SPREAD) / 2)
    assert between.endswith("25,0 % de la imagen.")
    assert looked(None) == ""
