"""The learning rate rises, falls to nothing, and goes on where another optimizer stopped."""

import numpy as np
import pytest

from kinora.training.schedule import WarmupCosine


def test_it_rises_then_falls_to_nothing():
    rates = [float(WarmupCosine(2.0, 100)(step)) for step in range(101)]
    assert rates[0] == pytest.approx(0.4)
    assert max(rates) == pytest.approx(2.0)
    assert int(np.argmax(rates)) in (4, 5)
    assert (np.diff(rates[5:]) < 0).all()
    assert rates[100] == pytest.approx(0.0, abs=1e-6)


def test_an_optimizer_that_joins_in_later_goes_on_with_the_same_rates():
    whole, rest = WarmupCosine(1.0, 50), WarmupCosine(1.0, 50, start=20)
    assert float(rest(7)) == pytest.approx(float(whole(27)))
    assert float(WarmupCosine.from_config(rest.get_config())(7)) == pytest.approx(float(rest(7)))
