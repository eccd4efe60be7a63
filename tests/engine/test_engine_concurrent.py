"""Eight builds at once on one project: each step is computed once, and all read the same."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BUILDS = 8

SCRIPT = """
    import json, sys, threading, time
    from pathlib import Path
    sys.path[:0] = sys.argv[1:3]
    sys.dont_write_bytecode = True
    from conftest import Toy
    toy = Toy(Path(sys.argv[1]), epochs=20)
    print("ready", flush=True)
    sys.stdin.readline()
    since = toy.store.begin_anew({}) if sys.argv[3] == "fresh" else ""
    result = toy.build(since=since)
    print(json.dumps([result, [e["step"] for e in toy.events if e.get("event") == "waiting"]]))
    """


def run(toy: Any, tmp_path: Path, *modes: str) -> list[Any]:
    script = tmp_path / "build.py"
    script.write_text(textwrap.dedent(SCRIPT))
    processes = [
        subprocess.Popen(
            [sys.executable, script, toy.root, HERE, mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for mode in modes
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    outputs = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        output, _ = process.communicate()
        assert process.returncode == 0
        outputs.append(json.loads(output.splitlines()[-1]))
    return outputs


def test_each_step_is_computed_once(toy: Any, tmp_path: Path) -> None:
    outputs = run(toy, tmp_path, *["plain"] * BUILDS)
    toy.epochs = 20
    expected = toy.clean_build(tmp_path / "elsewhere")
    assert [result for result, _ in outputs] == [expected] * BUILDS
    computed = Counter(
        event["step"] for event in toy.journal() if event["event"] in ("started", "finished")
    )
    assert computed == {step.name: 2 for step in toy.plan().steps}


def test_one_of_two_makes_everything_anew(toy: Any, tmp_path: Path) -> None:
    toy.epochs = 20
    expected = toy.build()
    outputs = run(toy, tmp_path, "fresh", "plain", "fresh")
    assert [result for result, _ in outputs] == [expected] * 3
    computed = Counter(event["step"] for event in toy.journal() if event["event"] == "finished")
    assert set(computed.values()) == {2}
    assert not (toy.root / ".reportgen" / "damaged").exists()
