"""The step that gathers an experiment's measurements and holds them to its model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from reportgen.errors import RunError
from reportgen.lab.filling import filled
from reportgen.references import resolve

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def collect(_: Workspace, *, tree: dict[str, Any], model: str, **inputs: Artifact) -> Contents:
    """The experiment's results: ``tree`` with each reference replaced by its value.

    Raises:
        RunError: what the steps measured isn't what the experiment's model promises.
    """
    try:
        results = resolve(model).model_validate(filled(tree, inputs))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RunError(
            f"the results don't fit {model}: {where}: {first['msg']}",
            hint="make the experiment's declaration and its results model agree",
        ) from error
    return {"value.json": results.model_dump(mode="json")}
