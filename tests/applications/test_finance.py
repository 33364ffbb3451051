import sys

import numpy as np
import pytest

from dcgan_tf.applications import (
    finance,
)


def test_stylised_facts_of_series_where_they_are_known():
    rng = np.random.default_rng(0)
    normal = rng.normal(size=(2000, 64))
    facts = {key: measure(normal) for key, _, _, measure in finance.FACTS}
    assert facts["kurtosis"] == pytest.approx(3.0, abs=0.05)
    for key in ("autocorrelation", "clustering", "leverage"):
        assert facts[key] == pytest.approx(0.0, abs=0.01)
    wild = np.exp(rng.normal(size=(2000, 1))) * normal  # calm and wild stretches
    assert finance.kurtosis(wild) == pytest.approx(3 * np.exp(4), rel=0.6)
    assert {key: measure(wild) for key, _, _, measure in finance.FACTS}["clustering"] > 0.2
    walk = 0.8 * np.roll(normal, 1, axis=1) + normal  # correlated with the next day alone
    correlation = finance.lagged_correlation(walk, walk, [1])
    assert correlation == pytest.approx(0.8 / 1.64, abs=0.02)
    fall = normal.copy()
    fall[:, 1:] *= np.where(normal[:, :-1] < 0, 2.0, 1.0)  # wilder after a loss
    assert finance.lagged_correlation(fall, fall**2, [1]) < -0.1


def test_finance_without_its_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "arch.data", None)
    with pytest.raises(ImportError, match=r'pip install "dcgan_tf\[finance\]"'):
        finance.StockReturns()
