"""Jobs in real worker processes: their events, errors, deaths, and the death of their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.executors import WorkerDied, WorkerPool, _alone, apart
from reportgen.errors import Interrupted, RunError, UsageError

LIBRARY = "wave"  # that nothing else imports
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")


@pytest.fixture(
    params=[pytest.param((), id="spawned"), pytest.param((LIBRARY,), id="forked", marks=LINUX)]
)
def pool(toy: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., WorkerPool]]:
    """Opens a pool of workers on the toy; it is closed after the test."""
    opened: list[WorkerPool] = []

    def open_pool(workers: int = 2, stop: threading.Event | None = None) -> WorkerPool:
        setup = ("toylib.steps:remember_settings", {"seen": "yes"})
        stops = stop or threading.Event()
        opened.append(WorkerPool(workers, toy.events.append, stops, setup, request.param))
        return opened[-1]

    yield open_pool
    for one in opened:
        one.shutdown()
        assert not any(worker.process.is_alive() for worker in one._all)


def test_a_pool_builds_what_one_process_builds(toy: Any, tmp_path: Path, pool: Any) -> None:
    toy.extra = [toy.step(name, "toylib.steps:tell_setup") for name in ("one", "two")]
    workers = pool()
    artifacts = toy.runner(workers).run()
    assert toy.build() == toy.clean_build(tmp_path / "elsewhere")
    assert toy.trace() == {step.name for step in toy.plan().steps}
    assert artifacts["one"].json() == "yes"
    assert artifacts["one"].path("pid.txt").read_text() != str(os.getpid())
    assert {"epoch", "started", "finished"} <= {str(event.get("event")) for event in toy.events}
    assert len(workers._all) == 2


def test_errors_come_back_with_the_place_where_they_arose(toy: Any, pool: Any) -> None:
    toy.extra = [toy.step("broken", "toylib.steps:fail", parameters={"how": "x"}, seconds=99.0)]
    with pytest.raises(RunError, match="'broken' failed") as caught:
        toy.build(pool(1))
    assert "raise ValueError(how)" in "".join(caught.value.__notes__)
    assert caught.value.hint


@pytest.mark.parametrize("how", ["killed", "interrupted"])
def test_a_worker_that_dies_takes_no_other_with_it(toy: Any, pool: Any, how: str) -> None:
    """What the others train is saved."""
    stop = threading.Event()
    toy.gate = toy.root / "gate"
    toy.extra = [toy.step("broken", "toylib.steps:fail", parameters={"how": how})]
    with pytest.raises(RunError, match="ran 'broken' was killed"):
        toy.build(pool(3, stop), stop=stop)
    events = {event["step"]: event["event"] for event in toy.journal()}
    begun = {step for step in ("small.training", "large.training") if step in events}
    assert {events[step] for step in begun} <= {"stopped"}
    toy.extra, toy.gate = [], None
    assert toy.build(pool(1))


def test_a_new_worker_takes_the_place_of_a_dead_one(toy: Any, pool: Any) -> None:
    workers = pool(1)
    with pytest.raises(WorkerDied, match="exit code -9"):
        workers.submit(kill_this_process).result()
    assert workers.submit(answer).result() == "yes"


def kill_this_process(emit: Any, stopped: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def answer(emit: Any, stopped: Any) -> str:
    return os.environ["TOY_SETUP"]


def test_a_stop_reaches_the_workers(toy: Any, pool: Any, tmp_path: Path) -> None:
    stop = threading.Event()
    toy.gate = toy.root / "gate"
    workers = pool(2, stop)
    threading.Thread(target=lambda: (wait_for_epochs(toy, 2), stop.set()), daemon=True).start()
    with pytest.raises(Interrupted, match="saved in epoch 1"):
        toy.build(workers, stop=stop)
    assert sorted(toy.states().values()).count("interrupted") == 2
    toy.gate = None
    assert toy.build() == toy.clean_build(tmp_path / "elsewhere")


def test_killing_ends_what_does_not_listen(toy: Any, pool: Any) -> None:
    stop = threading.Event()
    toy.gate = toy.root / "gate"
    workers = pool(2)  # its own stop is never set: the steps don't hear of it

    def kill() -> None:
        wait_for_epochs(toy, 2)
        stop.set()
        workers.kill()

    threading.Thread(target=kill, daemon=True).start()
    with pytest.raises(Interrupted, match=r"before .*training could save its state"):
        toy.build(workers, stop=stop)


def wait_for_epochs(toy: Any, count: int) -> None:
    while sum(event.get("event") == "epoch" for event in toy.events) < count:
        time.sleep(0.01)


ORPHAN = """
    import sys, threading
    from pathlib import Path
    sys.path[:0] = sys.argv[1:3]
    sys.dont_write_bytecode = True
    from conftest import Toy
    from reportgen.engine.executors import WorkerPool

    if __name__ == "__main__":
        toy = Toy(Path(sys.argv[1]), gate=Path(sys.argv[1]) / "gate")
        stop = threading.Event()
        setup = ("toylib.steps:remember_settings", {"seen": "yes"})
        def emit(event):
            if event.get("event") == "epoch":
                print("epoch", flush=True)
        toy.build(WorkerPool(1, emit, stop, setup, sys.argv[3:]), stop=stop)
    """


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("libraries", [(), (LIBRARY,)], ids=["spawned", "forked"])
def test_workers_of_a_killed_parent_save_and_end(
    toy: Any, tmp_path: Path, libraries: tuple[str, ...]
) -> None:
    script = tmp_path / "orphan.py"
    script.write_text(textwrap.dedent(ORPHAN))
    parent = subprocess.Popen(
        [sys.executable, script, toy.root, Path(__file__).parent, *libraries],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"epoch\n"
    worker = next(event["pid"] for event in toy.journal() if event["step"].endswith("training"))
    assert worker != parent.pid
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{worker}").exists()
    assert toy.journal()[-1]["event"] == "stopped"
    assert "interrupted" in toy.states().values()
    assert toy.build() == toy.clean_build(tmp_path / "elsewhere")


def test_a_set_up_that_fails_is_the_jobs_error(toy: Any) -> None:
    with WorkerPool(1, print, threading.Event(), ("toylib.steps:absent", {})) as workers:
        job = workers.submit(print)
        with pytest.raises(AttributeError, match="absent"):
            job.result()


def _process() -> int:
    return os.getpid()


def _refuse(what: str) -> None:
    raise UsageError(what, hint="another one")


def _die() -> None:
    os._exit(3)


def test_a_function_apart_has_a_process_of_its_own() -> None:
    assert apart(_process) not in (os.getpid(), apart(_process))


def test_the_errors_of_a_function_apart_are_its_own() -> None:
    with pytest.raises(UsageError, match="no such thing") as caught:
        apart(_refuse, "no such thing")
    assert caught.value.hint == "another one"
    assert "_refuse" in "".join(caught.value.__notes__)
    with pytest.raises(WorkerDied, match="3"):
        apart(_die)


def _has_library() -> tuple[bool, int]:
    return LIBRARY in sys.modules, os.getppid()


@LINUX
def test_libraries_are_imported_once_for_all_forked_workers() -> None:
    with WorkerPool(2, print, threading.Event(), libraries=(LIBRARY,)) as pool:
        jobs = [pool.submit(_alone, _has_library, ()) for _ in range(4)]
        found = {job.result() for job in jobs}
    assert [has for has, _ in found] == [True], "all of one parent"
    assert os.getpid() not in {parent for _, parent in found}
    assert not apart(_has_library)[0]


def test_what_the_setup_returns_is_called_after_each_job(tmp_path: Path, toy: Any) -> None:
    setup = ("toylib.steps:note_jobs", {"file": str(tmp_path / "jobs")})
    with WorkerPool(1, toy.events.append, threading.Event(), setup) as pool:
        for _ in range(3):
            pool.submit(_alone, _process, ()).result()
        with pytest.raises(UsageError):
            pool.submit(_alone, _refuse, ("no",)).result()
    assert (tmp_path / "jobs").read_text() == "done\n" * 4
