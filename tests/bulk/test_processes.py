"""Processes side by side: what crashes costs one item, what cannot begin is said."""

import os
from collections import Counter

import pytest
from tests.bulk.nodes import crashed, make_hazard

from kinora.bulk.processes import each
from kinora.errors import KinoraError, ModelError


def _make_nothing():
    raise ModelError("no model here")


def _make_crash():
    os._exit(4)


def test_a_crash_costs_one_item(tmp_path):
    items = ["a", "always", str(tmp_path / "x.once"), "b", "c"]
    found = Counter(each(make_hazard, items, 2, crashed))
    assert found == Counter([*(i.upper() for i in items if i != "always"), "always crashed"])


@pytest.mark.parametrize(("make", "said"), [(_make_nothing, "no model here"), (_make_crash, "4")])
def test_what_cannot_begin_is_said(make, said):
    with pytest.raises(KinoraError, match=said):
        list(each(make, ["a"], 1, str))


def test_no_more_processes_than_items_and_no_items_are_fine():
    assert list(each(make_hazard, [], 4, str)) == []
