"""A step: one measurement as plain data, and the key that its content makes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from reportgen.engine.digest import JSON, canonical, digest

SCHEMA = 1
"""The version of the store's layout: a new one makes every older artifact another's."""


@dataclass(frozen=True)
class Step:
    """A function with its parameters and inputs, known before anything runs.

    Attributes:
        name: unique in its plan: ``"simple_cnn.training"``.
        function: what runs, as ``"module:function"``.
        parameters: the function's keyword arguments.
        inputs: argument → name of the step whose artifact it gets.
        code: each reached piece of first-party source → its digest.
        roots: the references (`engine.sources`) from which ``code`` was reached.
        circumstances: further keyword arguments that may not change the result (device,
            places); they are recorded, but no part of the key.
        declared: ``"file:line"`` of the declaration, for messages.
        seconds: how long it will take, estimated.
        size: how many bytes its artifact will take, estimated.
        memory: how many bytes it will need while it runs, estimated.
    """

    name: str
    function: str
    parameters: Mapping[str, JSON] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)
    roots: Sequence[str] = field(default_factory=list)
    circumstances: Mapping[str, JSON] = field(default_factory=dict)
    declared: str = ""
    seconds: float = 0.0
    size: int = 0
    memory: int = 0

    def ingredients(self, digests: Mapping[str, str]) -> dict[str, JSON]:
        """All that the key is made of, as data: what a reason for a rerun is found in.

        Args:
            digests: the content digest of each input step's artifact, by step name.
        """
        made_of = {
            "schema": SCHEMA,
            "step": self.name,
            "function": self.function,
            "code": dict(self.code),
            "parameters": dict(self.parameters),
            "inputs": {argument: digests[name] for argument, name in self.inputs.items()},
        }
        plain: dict[str, JSON] = json.loads(canonical(made_of))  # a tuple is a list from here on
        return plain

    def key(self, digests: Mapping[str, str]) -> str:
        """The sha256 of the ingredients: the address of this step's artifact."""
        return digest(self.ingredients(digests))

    def as_json(self) -> dict[str, Any]:
        """This step as a mapping; ``Step(**mapping)`` makes it again."""
        return asdict(self)
