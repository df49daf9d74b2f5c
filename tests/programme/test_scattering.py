"""Do workers give what one process gives, to the last bit, also when one of them is killed, and say what went wrong?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from tests.conftest import absent

from whitestone.errors import GroundTooCrowded, InvalidValue, NoWorkers
from whitestone.land.pieces import Ground, Pieces, measure
from whitestone.land.timeline import Timeline
from whitestone.programme import scattering
from whitestone.programme.national.scale import arrays
from whitestone.programme.scattering import Scattered, Workers, read_workers, scattered

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def ground() -> Ground:
    drawn = arrays(11, 300, 900)
    return Timeline(drawn.slices(), drawn.pieces()).ground()


@pytest.fixture(scope="module")
def alone(ground: Ground) -> Pieces:
    return measure(ground, threads=1)


@pytest.fixture(scope="module")
def two() -> Iterator[Scattered]:
    """Two worker processes on loopback."""
    try:
        import distributed  # noqa: F401
    except ImportError:
        absent("dask.distributed is not installed")
    with scattered(Workers(processes=2)) as count:
        yield count


def same(one: Pieces, other: Pieces) -> None:
    for name, here, there in zip(Pieces._fields, one, other, strict=True):
        assert (here.dtype, here.tobytes()) == (there.dtype, there.tobytes()), name


def test_two_workers_give_what_one_process_gives(two: Scattered, ground: Ground, alone: Pieces) -> None:
    seen: list[tuple[int, int]] = []
    two.progress = lambda done, of: seen.append((done, of))
    same(two(ground), alone)
    assert [done for done, _ in seen] == list(range(1, seen[-1][1] + 1))
    assert len(two.client.nthreads()) == 2


def test_a_programme_without_ground_needs_no_worker(two: Scattered) -> None:
    assert two(Timeline([], []).ground()).lines.shape == (0, 8)


def test_a_worker_killed_in_the_middle_changes_nothing(
    two: Scattered, ground: Ground, alone: Pieces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scattering, "PARTS_A_THREAD", 12)
    victims = list(two.client.run(os.getpid).values())
    killed: list[int] = []

    def kill_one(done: int, of: int) -> None:
        if done == 3 and not killed:
            os.kill(victims[0], signal.SIGKILL)
            killed.append(victims[0])

    two.progress = kill_one
    same(two(ground), alone)
    assert killed
    two.client.wait_for_workers(2, timeout=60)
    assert killed[0] not in two.client.run(os.getpid).values(), "another process took its place"


def test_only_a_few_parts_are_on_their_way_at_a_time(
    two: Scattered, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = [0]
    send = scattering._Flight.send

    def watched(self: scattering._Flight, *asked: object) -> None:
        send(self, *asked)
        most[0] = max(most[0], len(self.numbers))

    monkeypatch.setattr(scattering._Flight, "send", watched)
    monkeypatch.setattr(scattering, "PARTS_A_THREAD", 10)
    two.progress = None
    two(ground)
    assert most[0] <= scattering.IN_FLIGHT * 2


def test_a_part_that_fails_everywhere_is_said_and_the_rest_called_off(
    two: Scattered, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scattering, "_count_there", os.fspath)  # which takes no part
    with pytest.raises(NoWorkers, match="a part failed 4 times"):
        two(ground)


def test_workers_share_the_work_that_one_process_may_take(two: Scattered, ground: Ground, alone: Pieces) -> None:
    toil = np.array([0, 1 << 62])
    measure(ground, threads=1, toil=toil)
    steps = int(toil[0])
    assert 0 < steps < 1 << 40
    same(two(ground, 2 * steps), alone)
    for few in (steps // 2, 0):  # half: every part by itself takes less
        with pytest.raises(GroundTooCrowded) as here:
            measure(ground, threads=1, most_steps=few)
        with pytest.raises(GroundTooCrowded) as there:
            two(ground, few)
        assert str(there.value) == str(here.value)


def test_workers_of_another_version_are_refused(
    two: Scattered, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scattering, "_stamp", lambda: "another")
    with pytest.raises(NoWorkers, match="another version") as refused:
        two(ground)
    assert "same locked requirements" in refused.value.next


def test_a_scheduler_elsewhere_is_named_by_its_address(two: Scattered, ground: Ground, alone: Pieces) -> None:
    from distributed import LocalCluster

    here = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(n_workers=1, threads_per_worker=2, **here) as elsewhere, \
            scattered(read_workers(elsewhere.scheduler_address)) as count:
        same(count(ground), alone)


def test_nobody_else_reaches_the_workers_of_this_machine(two: Scattered, monkeypatch: pytest.MonkeyPatch) -> None:
    address = two.client.scheduler.address
    assert address.startswith("tls://127.0.0.1:")
    monkeypatch.setattr(scattering, "CONNECT_S", 2)
    for wrong in (address, address.replace("tls", "tcp")):
        with pytest.raises(NoWorkers), scattered(read_workers(wrong)):
            pass


def test_a_scheduler_that_does_not_answer_is_said(two: Scattered, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(scattering, "CONNECT_S", 1)
    with pytest.raises(NoWorkers, match=f"the workers of tcp://127.0.0.1:{port}"), \
            scattered(read_workers(f"tcp://127.0.0.1:{port}")):
        pass


def test_a_scheduler_without_workers_is_not_waited_for_for_ever(
    two: Scattered, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(scattering, "PATIENCE_S", 1)
    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as empty, \
            scattered(read_workers(empty.scheduler_address)) as count, pytest.raises(NoWorkers, match="no worker"):
        count(ground)


def test_where_the_library_is_missing_the_next_step_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NoWorkers, match="not installed") as refused, scattered(Workers(processes=2)):
        pass
    assert "cluster" in refused.value.next


@pytest.mark.parametrize("text", ["0", "-1", "2x0", "x2", "two", "tcp://", "tcp://host", "http://host:1", "host:8786",
                                  "2024", "100x100"])
def test_what_names_no_workers_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        read_workers(text)


def test_the_library_is_loaded_only_where_workers_are_asked_for() -> None:
    code = (
        "import sys, whitestone.programme.scattering, whitestone.programme.accounts; "
        "print('distributed' in sys.modules, 'dask' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False False"


def test_a_scheduler_that_dies_in_the_middle_is_said_soon(
    two: Scattered, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, words = f"tcp://127.0.0.1:{port}", [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options = ["--host", "127.0.0.1", "--no-dashboard"]
    monkeypatch.setattr(scattering, "PATIENCE_S", 20)
    monkeypatch.setattr(scattering, "PARTS_A_THREAD", 12)
    with subprocess.Popen([*words, "scheduler", *options, "--port", str(port)], **quiet) as scheduler, \
            subprocess.Popen([*words, "worker", address, *options, "--nthreads", "1", "--death-timeout", "60"],
                             **quiet) as worker:  # fmt: skip
        try:
            monkeypatch.setattr(scattering, "CONNECT_S", 60)
            with pytest.raises(NoWorkers), scattered(
                read_workers(address), lambda done, of: scheduler.kill() if done == 3 else None
            ) as count:
                count(ground)
        finally:
            scheduler.kill()
            worker.kill()
