from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reportgen.data.picture import Picture, examine, pixels
from reportgen.errors import DataError


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_a_picture_is_known_by_content_mode_and_size(tmp_path: Path, mode: str) -> None:
    file = tmp_path / "a.png"
    Image.new(mode, (8, 4)).save(file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert examine(file) == Picture(digest, mode, 8, 4)


def test_half_a_picture_is_none(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    noise = np.random.default_rng(0).integers(0, 256, (32, 32), np.uint8)
    Image.fromarray(noise).save(file)
    file.write_bytes(file.read_bytes()[:-200])
    assert examine(file).mode == ""


def test_photos_are_turned_as_their_camera_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    file = tmp_path / "a.jpg"
    Image.new("RGB", (20, 10)).save(file, exif=exif)
    picture = examine(file)
    assert picture[2:] == (10, 20)
    assert pixels(file, picture, 3).shape == (20, 10, 3)


def test_what_is_transparent_shows_white(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(file)
    assert (pixels(file, examine(file), 3) == 255).all()


def test_a_picture_that_has_gone_is_one_error(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    Image.new("L", (8, 8)).save(file)
    picture = examine(file)
    file.unlink()
    with pytest.raises(DataError, match="no longer be read"):
        pixels(file, picture, 1)
