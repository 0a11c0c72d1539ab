"""Threads that begin one another, and that step back."""

import os
import sys
import threading

import pytest

from kinora.server.threads import Threads

PATIENCE_S = 20


def test_calls_run_side_by_side_and_the_rest_waits():
    threads, together, release = Threads(3, "three"), threading.Barrier(4), threading.Event()

    def call(number: int) -> int:
        if number < 3:
            together.wait(PATIENCE_S)
        release.wait(PATIENCE_S)
        return number

    futures = [threads.submit(call, number) for number in range(5)]
    together.wait(PATIENCE_S)
    assert not any(future.running() for future in futures[3:])
    assert futures[4].cancel()
    release.set()
    assert [future.result(PATIENCE_S) for future in futures[:4]] == [0, 1, 2, 3]


def test_an_error_comes_to_whoever_waits_and_the_thread_goes_on():
    threads = Threads(1, "one")
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 // 0).result(PATIENCE_S)
    assert threads.submit(pow, 2, exp=3).result(PATIENCE_S) == 8


def test_whoever_hands_in_a_call_begins_no_thread(monkeypatch):
    threads, beginners, release = Threads(8, "some"), [], threading.Event()
    begin = threading.Thread.start

    def noted(thread: threading.Thread) -> None:
        beginners.append(threading.current_thread())
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", noted)
    futures = [threads.submit(release.wait, PATIENCE_S) for _ in range(20)]
    release.set()
    assert all(future.result(PATIENCE_S) for future in futures)
    assert beginners
    assert threading.current_thread() not in beginners


def test_where_no_more_threads_are_to_be_had_those_that_are_there_do_it(monkeypatch):
    threads = Threads(8, "some")

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    futures = [threads.submit(pow, number, 2) for number in range(3)]
    assert [future.result(PATIENCE_S) for future in futures] == [0, 1, 4]


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own here")
def test_threads_that_compute_step_back_behind_the_others():
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    usual = priority()
    behind = Threads(2, "behind", step_back=True).submit(priority).result(PATIENCE_S)
    assert behind > usual or usual == 19
    assert Threads(2, "usual").submit(priority).result(PATIENCE_S) == usual
    assert priority() == usual
