"""Drawings of our own, as SVG: animals of which OpenMoji has too few drawings.

They keep OpenMoji's manner (a 72 × 72 box, flat fills, a black line 2 wide), so that a network
can't tell the two origins apart.
"""

from __future__ import annotations

Point = tuple[float, float]

_LINE = 'fill="none" stroke="#000" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
_SHAPE = 'stroke="#000" stroke-width="2" stroke-linejoin="round"'
_WING = "#d8ecf8"
_SPOTS = ((33, 38), (39, 36), (45, 38), (51, 37), (37, 42), (48, 42), (54, 42))


def _svg(*parts: str) -> str:
    body = "".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72">{body}</svg>'


def _ellipse(x: float, y: float, rx: float, ry: float, fill: str, turn: float = 0.0) -> str:
    return (
        f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{fill}" {_SHAPE}'
        f' transform="rotate({turn} {x} {y})"/>'
    )


def _path(d: str, fill: str) -> str:
    return f'<path d="{d}" fill="{fill}" {_SHAPE}/>'


def _line(*points: Point) -> str:
    return f'<polyline points="{" ".join(f"{x},{y}" for x, y in points)}" {_LINE}/>'


def _both_sides(*points: Point) -> str:
    """A line and its reflection in the axis of a body seen from above."""
    return _line(*points) + _line(*((72 - x, y) for x, y in points))


def _banded(x: float, y: float, rx: float, ry: float, fill: str, turn: float, bands: str) -> str:
    """An abdomen whose long axis is vertical before it's turned, with dark bands across it."""
    name = "abdomen"
    stripes = "".join(
        f'<rect x="{x - rx}" y="{y + ry * at - ry * 0.14}" width="{2 * rx}" height="{ry * 0.28}"'
        f' fill="{bands}"/>'
        for at in (-0.45, 0.1, 0.65)
    )
    outline = f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}"'
    return (
        f'<g transform="rotate({turn} {x} {y})"><clipPath id="{name}">{outline}/></clipPath>'
        f'{outline} fill="{fill}"/><g clip-path="url(#{name})">{stripes}</g>'
        f'{outline} fill="none" {_SHAPE}/></g>'
    )


def ant_above(body: str, gaster: str, *, slim: float = 1.0, reach: float = 1.0) -> str:
    """An ant seen from above; `slim` narrows the body, `reach` stretches the legs."""
    out, foot = 36 - 17 * reach, 36 - 21 * reach
    return _svg(
        _both_sides((33, 28), (out + 3, 24), (foot + 5, 13)),
        _both_sides((33, 32), (out, 33), (foot, 40)),
        _both_sides((33, 36), (out + 2, 46), (foot + 2, 62)),
        _both_sides((34, 15), (27, 11), (25, 4)),
        _ellipse(36, 53, 8.5 * slim, 12, gaster),
        _ellipse(36, 40, 2.5, 2.5, body),
        _ellipse(36, 31, 4.8 * slim, 7.5, body),
        _ellipse(36, 18, 6.5 * slim, 6, body),
    )


def ant_aside(body: str, gaster: str, *, slim: float = 1.0, raised: float = 0.0) -> str:
    """An ant seen from the side, walking to the left; `raised` lifts its gaster."""
    return _svg(
        _line((30, 40), (22, 32), (17, 58)),
        _line((34, 41), (33, 50), (28, 60)),
        _line((39, 40), (46, 33), (53, 59)),
        _line((12, 33), (10, 22), (3, 20)),
        _line((16, 31), (17, 19), (10, 13)),
        _ellipse(56, 36 - raised, 12.5, 8.5 * slim, gaster, 8 - raised),
        _ellipse(43, 39 - raised / 3, 2.5, 4, body),
        _ellipse(33, 38, 9, 5.2 * slim, body, -6),
        _ellipse(15, 37, 8, 6.8 * slim, body, 20),
        '<circle cx="12" cy="36" r="1.7"/>',
    )


def bee_above(
    coat: str, thorax: str, *, bands: str = "#3f3f3f", slim: float = 1.0, spread: float = 35.0
) -> str:
    """A bee seen from above; `slim` narrows its abdomen, `spread` opens its wings, in degrees."""
    return _svg(
        _both_sides((30, 26), (22, 21), (18, 15)),
        _both_sides((30, 36), (23, 47), (22, 56)),
        _both_sides((34, 12), (30, 8), (29, 3)),
        _banded(36, 48, 9.5 * slim, 17, coat, 0, bands),
        _ellipse(20, 32, 7, 16, _WING, 90 - spread),
        _ellipse(52, 32, 7, 16, _WING, spread - 90),
        _ellipse(36, 27, 8.5, 8.5, thorax),
        _ellipse(36, 15, 6.5, 5, "#3f3f3f"),
    )


def bee_aside(
    coat: str, thorax: str, *, bands: str = "#3f3f3f", slim: float = 1.0, lift: float = 20.0
) -> str:
    """A bee seen from the side, flying to the left; `lift` turns its wings, in degrees."""
    return _svg(
        _line((26, 48), (22, 56), (25, 61)),
        _line((31, 49), (30, 58), (34, 62)),
        _line((38, 49), (40, 56), (45, 60)),
        _line((11, 35), (6, 29), (2, 29)),
        _line((15, 33), (13, 25), (8, 22)),
        _banded(48, 45, 9.5 * slim, 18, coat, -72, bands),
        _ellipse(47, 24, 7, 17, _WING, 75 - lift),
        _ellipse(37, 20, 6.5, 16, _WING, 45 - lift),
        _ellipse(29, 40, 9.5, 9, thorax),
        _ellipse(15, 39, 7.5, 7, "#3f3f3f"),
        '<ellipse cx="12" cy="37" rx="2" ry="3" fill="#fff"/>',
    )


def frog_above(skin: str, belly: str) -> str:
    """A frog seen from above, its hind legs folded."""
    legs = "M28 46 C14 34 8 48 17 54 L8 62 L22 60 L30 54"
    arms = "M27 32 C18 30 14 38 18 42 L12 46 L23 45"
    mirror = '<g transform="matrix(-1 0 0 1 72 0)">'
    return _svg(
        _path(legs, skin) + mirror + _path(legs, skin) + "</g>",
        _path(arms, skin) + mirror + _path(arms, skin) + "</g>",
        _path(
            "M36 10 C46 12 52 26 49 42 C47 54 41 59 36 60 C31 59 25 54 23 42 C20 26 26 12 36 10",
            skin,
        ),
        _path("M36 28 C40 34 40 46 36 52 C32 46 32 34 36 28", belly),
        _ellipse(27, 18, 4.5, 4.5, "#fff") + _ellipse(45, 18, 4.5, 4.5, "#fff"),
        '<circle cx="26" cy="17" r="2"/><circle cx="46" cy="17" r="2"/>',
    )


def frog_aside(skin: str, belly: str) -> str:
    """A frog that sits, seen from the side, looking to the left."""
    return _svg(
        _path(
            "M10 30 C8 22 16 14 22 16 C26 16 28 19 29 22 C44 26 60 40 64 56 L40 60"
            " C24 58 12 44 10 30",
            skin,
        ),
        _path("M11 34 C18 36 24 36 30 34 C28 44 32 54 38 59 C22 56 13 46 11 34", belly),
        _path("M44 58 C38 44 52 34 60 44 C66 50 64 58 58 62 L34 63 C36 59 40 58 46 58", skin),
        _path("M27 42 C28 50 26 56 22 60 L14 63 L30 63 C34 56 36 50 35 44", skin),
        _ellipse(20, 21, 5, 5, "#fff") + '<circle cx="18.5" cy="21" r="2.2"/>',
        _line((10, 31), (18, 34), (27, 31)),
    )


def frog_ahead(skin: str, belly: str) -> str:
    """A frog that sits, seen from the front."""
    feet = _path("M16 56 C8 56 8 62 10 65 L30 65 C30 60 24 56 16 56", skin)
    return _svg(
        _path("M20 34 C6 40 6 60 18 62 L54 62 C66 60 66 40 52 34 Z", skin),
        _path("M26 36 C22 46 24 60 30 62 L42 62 C48 60 50 46 46 36 Z", belly),
        feet + '<g transform="matrix(-1 0 0 1 72 0)">' + feet + "</g>",
        _ellipse(36, 27, 20, 12, skin),
        _ellipse(23, 14, 7, 7, skin) + _ellipse(49, 14, 7, 7, skin),
        '<circle cx="23" cy="14" r="3"/><circle cx="49" cy="14" r="3"/>',
        _path("M20 28 C28 35 44 35 52 28", "none"),
    )


def cat_sitting(coat: str, chest: str) -> str:
    """A cat that sits, seen from the front, its tail beside it."""
    return _svg(
        _path("M48 62 C60 64 66 54 60 44 C58 40 64 36 67 42 C72 56 64 70 46 67", coat),
        _path("M26 36 C18 46 18 58 20 66 L52 66 C54 58 54 46 46 36 Z", coat),
        _path("M30 40 C28 48 32 54 36 54 C40 54 44 48 42 40 Z", chest),
        _line((31, 66), (31, 56)) + _line((41, 66), (41, 56)),
        _path(
            "M20 24 L21 6 L30 13 L42 13 L51 6 L52 24 C52 34 44 39 36 39 C28 39 20 34 20 24", coat
        ),
        '<circle cx="29" cy="24" r="2.5"/><circle cx="43" cy="24" r="2.5"/>',
        _path("M34 30 L38 30 L36 32 Z", "#000"),
        _both_sides((26, 31), (13, 29)) + _both_sides((26, 33), (14, 35)),
    )


def deer_aside(coat: str) -> str:
    """A stag seen from the side, looking to the left."""
    body = (
        "M9 27 L18 20 C23 20 25 25 26 31 C35 34 46 32 57 35 C62 38 61 44 59 48 L61 67 L56 67"
        " L53 52 C46 49 40 50 34 49 L33 67 L28 67 L27 48 C23 44 21 38 19 32 L11 32 Z"
    )
    return _svg(
        _line((18, 20), (17, 11), (10, 5)) + _line((17, 11), (21, 4)),
        _line((21, 20), (27, 13), (26, 4)) + _line((27, 13), (35, 9)),
        _path(body, coat),
        _path("M22 23 L31 20 L26 28 Z", coat) + _path("M58 36 L64 40 L60 43 Z", "#fff"),
        "".join(f'<circle cx="{x}" cy="{y}" r="1.4" fill="#fff"/>' for x, y in _SPOTS),
        '<circle cx="17" cy="25" r="1.5"/><circle cx="10" cy="28" r="2"/>',
    )


def deer_face(coat: str) -> str:
    """A stag seen from the front."""
    return _svg(
        _both_sides((31, 31), (24, 22), (22, 6)),
        _both_sides((24, 22), (14, 18), (12, 8)),
        _ellipse(18, 36, 9, 4.5, coat, 15) + _ellipse(54, 36, 9, 4.5, coat, -15),
        _path("M25 34 C28 28 44 28 47 34 C48 44 44 64 36 66 C28 64 24 44 25 34", coat),
        '<circle cx="30" cy="42" r="2"/><circle cx="42" cy="42" r="2"/>',
        '<ellipse cx="36" cy="60" rx="4.5" ry="3.5"/>',
    )


SKETCHES: dict[str, str] = {
    "cat-sitting": cat_sitting("#9b9b9a", "#ffffff"),
    "frog-above": frog_above("#b1cc33", "#d9e8a0"),
    "frog-ahead": frog_ahead("#5c9e31", "#d9e8a0"),
    "frog-aside": frog_aside("#5c9e31", "#d9e8a0"),
    "frog-brown": frog_aside("#a57939", "#e8d9a0"),
    "deer-fallow": deer_aside("#c68a4a"),
    "deer-face": deer_face("#a57939"),
    "ant-black": ant_above("#3f3f3f", "#2b2b2b", slim=0.85, reach=1.05),
    "ant-red": ant_aside("#a3452c", "#6a2f1f"),
    "ant-wood": ant_above("#a3452c", "#3f3f3f", slim=1.15, reach=0.9),
    "ant-garden": ant_aside("#4a3a30", "#3a2c24", slim=0.8, raised=8),
    "ant-honey": ant_aside("#a57939", "#e2a93b", slim=1.15),
    "bee-honey": bee_above("#f1b31c", "#a57939"),
    "bee-flying": bee_aside("#fcea2b", "#f1b31c"),
    "bee-dark": bee_above("#a57939", "#6a462f", bands="#2b2b2b", slim=0.85, spread=60),
    "bee-mason": bee_aside("#d9822b", "#8a5a2b", slim=0.85, lift=-5),
    "bee-bumble": bee_above("#fcea2b", "#3f3f3f", slim=1.25, spread=20),
}
