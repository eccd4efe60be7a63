"""What a linear probe reads off each layer, beside what the layer costs."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.figures import style
from reportgen.figures.drawing import Drawing, blank, finish
from reportgen.spanish import percent

_ROW = 6.5  # mm
_ABOVE, _BELOW = 7.0, 6.0
_VALUES = 17.0  # the column of values beside each panel


@style.house_style()
def probe_accuracy(
    layers: Sequence[str], accuracy: Sequence[float], parameters: Sequence[int]
) -> Drawing:
    """Probe accuracy by depth, the input on top, with each layer's share of the parameters.

    Args:
        layers: the L names, from the input to the output.
        accuracy: the L validation accuracies of the probes (fractions).
        parameters: the L layers' trainable parameters.

    Raises:
        ValueError: the lengths differ or there are no layers.
    """
    if not layers or not len(layers) == len(accuracy) == len(parameters):
        raise ValueError(f"{len(layers)} layers, {len(accuracy)} probes, {len(parameters)} sizes")
    shares = [count / max(1, sum(parameters)) for count in parameters]
    left = max(style.text_width(name) for name in layers) + 4
    height = _ROW * len(layers)
    figure = blank(style.TEXT_WIDTH, _ABOVE + height + _BELOW)
    room = (style.TEXT_WIDTH - left) / 2 - _VALUES
    probes = style.axes_at(figure, left, _BELOW, room, height)
    costs = style.axes_at(figure, left + room + _VALUES, _BELOW, room, height)
    rows = range(len(layers))
    probes.plot(accuracy, rows, color=style.BLUE, marker="s")
    probes.set_title("Precisión de la sonda lineal")
    probes.locator_params("x", nbins=5)
    costs.barh(rows, shares, height=0.55, color=style.ORANGE)
    costs.set(title="Parte de los parámetros", xlim=(0, 1))
    for axes, values, names in ((probes, accuracy, layers), (costs, shares, [""] * len(layers))):
        axes.xaxis.set_major_formatter(style.percent_ticks())
        axes.set_yticks(rows, names)
        axes.set_ylim(len(layers) - 0.5, -0.5)
        for row, value in enumerate(values):
            axes.annotate(
                percent(value, 1),
                (1, row),
                xycoords=("axes fraction", "data"),
                xytext=(34, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=style.SMALL,
                annotation_clip=False,
            )
    best = max(rows, key=lambda row: accuracy[row])
    heaviest = max(rows, key=lambda row: shares[row])
    return finish(
        figure,
        f"Precisión de una sonda lineal en {style.counted(len(layers), 'capa', 'capas')}: "
        f"de {percent(accuracy[0], 1)} en {layers[0]} a {percent(accuracy[-1], 1)} en "
        f"{layers[-1]}, con el máximo en {layers[best]} ({percent(accuracy[best], 1)}); "
        f"{layers[heaviest]} tiene el {percent(shares[heaviest], 1)} de los parámetros.",
    )
