"""Random histories of edits, builds, kills, damage and cleaning end in a clean build's results.

A few are tried here. More of them:

    REPORTGEN_HISTORIES=100 python -m pytest tests/engine/test_engine_histories.py
"""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from reportgen.engine.artifact import Artifact, DamagedArtifact

EXAMPLES = int(os.environ.get("REPORTGEN_HISTORIES", "6"))

EDITS = [
    ("toystudy/networks.py", "double(value) + 1", "double(value) + 5"),
    ("toystudy/layers.py", "return 2 * value", "return 3 * value"),
    ("toylib/style.py", '"black"', '"red"'),
    ("toystudy/networks.py", "# Twice as deep.", "# A comment."),
]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked builds")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_histories(laid: Any, tmp_path: Path) -> None:
    import numpy as np

    np.arange(1)  # loaded before anything is forked

    class History(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.toy = laid()
            self.done: set[int] = set()

        @rule(number=st.integers(0, len(EDITS) - 1))
        def edit(self, number: int) -> None:
            file, old, new = EDITS[number]
            if number in self.done:
                old, new = new, old
            self.done ^= {number}
            self.toy.edit(file, old, new)

        @rule(epochs=st.integers(1, 4), scale=st.sampled_from([1, 10**7]))
        def set(self, epochs: int, scale: int) -> None:
            self.toy.epochs, self.toy.scale = epochs, scale

        @rule(fresh=st.booleans())
        def build(self, fresh: bool) -> None:
            since = self.toy.store.begin_anew({}) if fresh else ""
            self.toy.build(since=since)
            if fresh:
                self.toy.store.end_anew()

        @rule(after=st.integers(1, 60), fresh=st.booleans())
        def kill(self, after: int, fresh: bool) -> None:
            """A build that is killed at one of its changes of files."""
            child = os.fork()
            if child == 0:
                self._die_after(after)
                since = self.toy.store.begin_anew({}) if fresh else ""
                self.toy.build(since=since)
                os._exit(0)
            os.waitpid(child, 0)

        def _die_after(self, after: int) -> None:
            left = [after]

            def counted(real: Any) -> Any:
                def call(*args: Any, **kwargs: Any) -> Any:
                    left[0] -= 1
                    if left[0] == 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return real(*args, **kwargs)

                return call

            for name in ("fsync", "rename", "replace", "mkdir", "unlink", "chmod"):
                setattr(os, name, counted(getattr(os, name)))

        @rule(data=st.data())
        def damage(self, data: st.DataObject) -> None:
            store = self.toy.root / ".reportgen"
            files = sorted(path for path in store.rglob("*") if path.is_file())
            if not files:
                return
            file = data.draw(st.sampled_from(files))
            content = file.read_bytes()
            if content:
                place = data.draw(st.integers(0, len(content) - 1))
                flipped = bytes([content[place] ^ 1]) + content[place + 1 :]
                file.write_bytes(content[:place] + data.draw(st.sampled_from([flipped, b""])))

        @rule()
        def verify(self) -> None:
            for key in self.toy.store.keys():  # noqa: SIM118 - a store is no mapping
                try:
                    Artifact.at(self.toy.store.folder(key)).verify()
                except DamagedArtifact as found:
                    self.toy.store.set_aside(found)

        @rule()
        def sweep(self) -> None:
            self.toy.store.sweep()

        @rule()
        def forget_all(self) -> None:
            shutil.rmtree(self.toy.root / ".reportgen", ignore_errors=True)

        @invariant()
        def a_build_gives_what_a_clean_one_gives(self) -> None:
            copy = self.toy.copy_to(tmp_path / "copy", store=True)
            try:
                toy = type(self.toy)(copy, epochs=self.toy.epochs, scale=self.toy.scale)
                assert toy.build() == self.toy.clean_build(tmp_path / "clean")
            finally:
                shutil.rmtree(copy)

    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
