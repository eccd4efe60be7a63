from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportgen.submission.findings import Limits
from reportgen.submission.notebook_check import NotebookCheck, check_notebook
from reportgen.submission.notebook_clean import clean

Notebook = dict[str, Any]
Make = Callable[..., Notebook]


def checked(notebook: Notebook, **limits: int) -> NotebookCheck:
    return check_notebook(json.dumps(notebook).encode(), "a.ipynb", Limits(**limits))


def codes(notebook: Notebook) -> list[str]:
    return [finding.code for finding in checked(notebook).findings]


def test_the_findings_name_the_cells(notebook: Make) -> None:
    book = notebook("import torch", "x = 1", "y = 2", "z = 3")
    book["cells"][2]["execution_count"] = None
    book["cells"][4]["execution_count"] = 1
    messages = {finding.code: finding.message for finding in checked(book).findings}
    assert messages == {
        "cell-unexecuted": "cells that were never run: 3",
        "cells-out-of-order": "the cells ran in another order than they stand: 1, 3, 1",
    }


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\n!pip install torch\nx = images[..., 0]",
        "def f(x: tuple[int, ...]) -> None:\n    return x[:, ..., None]",
        "class Fallo(Exception):\n    pass",
        "try:\n    f()\nexcept ValueError:\n    pass",
        "print('_' * 40, '____')\n# TODO el conjunto de entrenamiento",
        "%%bash\nls -l",
        "lista = 'a/b', 1 / 2 / 3, '/'",
        "device = torch.device('cuda:0')  # m/s/s",
        "url = 'https://example.org/home/ana/mnist.gz'",
        "root = Path('.') / 'data' / 'train'; other = './data/train'; up = '../data'",
        "re.sub('\\d', '', x)",
        "esto no es python ::",
    ],
)
def test_finished_code_has_no_findings(notebook: Make, source: str) -> None:
    assert codes(notebook("import torch", source)) == []


def test_what_colab_and_libraries_say_is_no_leak(notebook: Make) -> None:
    book = notebook()
    text = (
        "/usr/local/lib/python3.10/dist-packages/torch/utils/data/dataloader.py:557: UserWarning\n"
        "/tmp/ipykernel_31/2184.py:3: FutureWarning: use `weights_only`\n"
        'Downloading: "https://download.pytorch.org/models/resnet18-f37072fd.pth" to '
        "/root/.cache/torch/hub/checkpoints/resnet18-f37072fd.pth\n"
    )
    book["cells"][1]["outputs"][0]["text"] = text
    assert codes(book) == []


def test_an_error_that_the_cell_announces_is_no_finding(notebook: Make) -> None:
    book = notebook()
    failed = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []}
    book["cells"][1] |= {"outputs": [failed]}
    assert codes(book) == ["cell-error"]
    book["cells"][1]["metadata"]["tags"] = ["raises-exception"]
    assert codes(book) == []


def test_an_empty_cell_at_the_end_and_one_of_comments_harm_nobody(notebook: Make) -> None:
    book = notebook()
    cell: Notebook = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    book["cells"].insert(1, {**cell, "id": "a", "source": "# Carga de datos\n\n"})
    book["cells"].append({**cell, "id": "b", "source": ""})
    assert codes(book) == []


def test_a_format_newer_than_known_is_read(notebook: Make) -> None:
    assert codes(notebook() | {"nbformat_minor": 99}) == []


def test_old_minor_formats_without_cell_ids_are_valid(notebook: Make) -> None:
    book = notebook() | {"nbformat_minor": 0}
    for cell in book["cells"]:
        del cell["id"]
    assert codes(book) == []


def test_the_limits_are_the_callers(notebook: Make) -> None:
    book = notebook()
    assert [f.code for f in checked(book, output_size=10).findings] == ["output-too-large"]
    assert [f.code for f in checked(book, notebook_size=10).findings] == ["notebook-too-large"]


def test_the_run_id_is_read_from_the_metadata(notebook: Make) -> None:
    book = notebook()
    assert checked(book).run_id is None
    book["metadata"]["reportgen"] = {"run_id": "0123456789abcdef"}
    assert checked(book).run_id == "0123456789abcdef"


def test_equal_code_has_an_equal_digest(notebook: Make) -> None:
    one = notebook("import torch", "x = f(1, 2)  # primero")
    two = notebook("import torch  # biblioteca", "# otra cosa\nx = f(1,\n      2)", title="Otro")
    two["cells"][1]["outputs"] = []
    other = notebook("import torch", "x = f(2, 1)")
    assert checked(one).code == checked(two).code
    assert checked(one).code != checked(other).code


_text = st.sampled_from(["code", "x = 1", "...", "\ud800", "/home/ana/x", "error", "", "\x00"])
_keys = st.sampled_from(
    [
        "cells",
        "metadata",
        "nbformat",
        "cell_type",
        "source",
        "outputs",
        "execution_count",
        "output_type",
        "data",
        "text",
        "traceback",
        "ename",
        "reportgen",
        "run_id",
        "tags",
        "text/plain",
        "image/png",
        "id",
    ]
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 5) | st.floats(allow_nan=True) | _text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=6),
    max_leaves=15,
)


@settings(max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(_keys, _json, max_size=6), st.lists(st.dictionaries(_keys, _json)) | _json)
def test_no_json_is_too_strange(notebook: Notebook, cells: object) -> None:
    content = json.dumps(notebook | {"nbformat": 4, "cells": cells}).encode()
    check = check_notebook(content, "a.ipynb")
    for finding in check.findings:
        assert finding.message.isprintable()


def colab_notebook(make: Make) -> Notebook:
    book = make("from google.colab import drive", "print(1)")
    book["metadata"] |= {
        "accelerator": "GPU",
        "colab": {"name": "1_simple_cnn.ipynb", "provenance": [{"file_id": "1aBcD"}]},
        "papermill": {"input_path": "/home/ana/1.ipynb", "output_path": "/home/ana/2.ipynb"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}},
        "vscode": {"interpreter": {"hash": "abc"}},
        "reportgen": {"run_id": "0123456789abcdef"},
    }
    cell = book["cells"][1]
    cell["metadata"] |= {
        "executionInfo": {"user": {"displayName": "Ana García", "userId": "0123456789"}},
        "colab": {"base_uri": "https://localhost:8080/"},
        "tags": ["parameters"],
    }
    cell["outputs"] = [
        {
            "output_type": "display_data",
            "metadata": {"image/png": {"width": 300}, "application/vnd.google": {"a": 1}},
            "data": {
                "text/plain": "<Figure>",
                "application/vnd.google.colaboratory.intrinsic+json": {"type": "string"},
                "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
            },
        }
    ]
    return book


def test_cleaning_keeps_the_work_and_drops_what_tools_wrote(notebook: Make) -> None:
    book = colab_notebook(notebook)
    before = json.dumps(book)
    cleaned = clean(book)
    assert json.dumps(book) == before
    nbformat.validate(cleaned)
    assert set(cleaned["metadata"]) == {"accelerator", "kernelspec", "language_info", "reportgen"}
    cell = cleaned["cells"][1]
    assert cell["metadata"] == {"tags": ["parameters"]}
    assert cell["outputs"][0]["data"] == {"text/plain": "<Figure>"}
    assert cell["outputs"][0]["metadata"] == {"image/png": {"width": 300}}
    for key in ("source", "execution_count", "id", "cell_type"):
        assert [c.get(key) for c in cleaned["cells"]] == [c.get(key) for c in book["cells"]]
    for trace in ("ana", "Ana", '0123456789"', "file_id"):
        assert trace not in json.dumps(cleaned, ensure_ascii=False)


def test_cleaning_removes_the_findings_in_metadata(notebook: Make) -> None:
    book = colab_notebook(notebook)
    assert codes(book) == ["home-path"]
    assert codes(clean(book)) == []


def test_cleaning_twice_changes_nothing(notebook: Make) -> None:
    cleaned = clean(colab_notebook(notebook))
    assert clean(cleaned) == cleaned


def test_an_output_with_nothing_else_is_kept(notebook: Make) -> None:
    book = notebook()
    data = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    book["cells"][1]["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]
    assert clean(book)["cells"][1]["outputs"][0]["data"] == data
