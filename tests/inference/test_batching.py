"""Requests take turns: a bounded number waits, callers alternate, nobody is lost."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kinora.errors import BusyError, SettingError
from kinora.inference.batching import Turns


def until(condition):
    """Wait for something that another thread brings about."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture
def threads():
    with ThreadPoolExecutor(20) as pool:
        yield pool


def test_one_more_than_may_wait_is_refused(threads):
    turns, release = Turns(at_once=2, waiting=1), threading.Event()

    def work():
        with turns.turn():
            release.wait(60)

    working = [threads.submit(work) for _ in range(3)]
    until(lambda: turns.waiting == 1)
    with pytest.raises(BusyError, match="1 requests are waiting already"), turns.turn():
        pass
    release.set()
    for future in working:
        future.result(60)
    with turns.turn():
        assert turns.waiting == 0


def test_callers_alternate(threads):
    turns, order = Turns(at_once=1, waiting=20), []

    def work(caller):
        with turns.turn(caller):
            order.append(caller)

    with turns.turn("first"):
        for place, caller in enumerate("aaaabbc", start=1):
            threads.submit(work, caller)
            until(lambda place=place: turns.waiting == place)
    until(lambda: len(order) == 7)
    assert "".join(order) == "abcabaa"


def test_no_more_than_allowed_work_at_once_and_errors_pass_the_turn_on(threads):
    turns, lock = Turns(at_once=3, waiting=100), threading.Lock()
    working = most = 0

    def work(number):
        nonlocal working, most
        with turns.turn(number % 4):
            with lock:
                working += 1
                most = max(most, working)
            time.sleep(0.002)
            with lock:
                working -= 1
            if number % 3 == 0:
                raise ValueError(number)

    futures = [threads.submit(work, number) for number in range(60)]
    failed = [number for number, future in enumerate(futures) if future.exception(60)]
    assert failed == list(range(0, 60, 3))
    assert most == 3
    assert turns.waiting == 0


def test_who_is_interrupted_gives_the_place_back(monkeypatch):
    turns = Turns(at_once=1, waiting=1)

    def interrupted(event):
        raise KeyboardInterrupt

    with turns.turn():
        monkeypatch.setattr(threading.Event, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt), turns.turn():
            pass
        assert turns.waiting == 0
    monkeypatch.undo()
    with turns.turn():
        pass


def test_impossible_numbers_are_refused():
    for at_once, waiting in ((0, 1), (1, -1)):
        with pytest.raises(SettingError):
            Turns(at_once, waiting)
