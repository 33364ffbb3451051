import sys

import keras
import numpy as np
import pytest
import scipy.stats

from dcgan_tf.applications import finance


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


def test_returns_are_drift_plus_volatility_times_shock():
    generator = finance.build_return_generator(seed=3, units=5)
    noise = np.random.default_rng(0).normal(size=(4, finance.LATENT_DIM)).astype(np.float32)
    shocks, lasting = noise[:, :63], noise[:, 63:]
    dense = [layer for layer in generator.layers if isinstance(layer, keras.layers.Dense)]
    weights = {layer.name: layer.get_weights() for layer in dense}
    first, second, *_ = weights.values()
    assert [kernel.shape for kernel, _ in weights.values()] == [(11, 5), (5, 5), (5, 1), (5, 1)]
    for day in range(32):
        before = shocks[:, : 31 + day]
        means = [np.sqrt(n) * before[:, -n:].mean(axis=1) for n in (4, 16, 31)]
        x = np.column_stack([*means, lasting])
        for kernel, bias in (first, second):
            x = x @ kernel + bias
            x = np.where(x > 0, x, 0.2 * x)
        drift, wildness = (
            x @ kernel + bias for kernel, bias in (weights["drift"], weights["wildness"])
        )
        expected = drift[:, 0] + np.exp(2 * np.tanh(wildness[:, 0] / 2)) * shocks[:, 31 + day]
        np.testing.assert_allclose(generator(noise)[:, day, 0], expected, rtol=1e-4, atol=1e-5)


def test_discriminator_finds_a_pattern_on_any_day():
    discriminator = finance.build_return_discriminator(seed=0)
    pattern = np.random.default_rng(1).normal(size=6)
    logits = []
    for day in (8, 13, 18):  # at least eight days from both ends, as two kernels overlap so many
        returns = np.zeros((1, finance.DAYS, 1), np.float32)
        returns[0, day : day + 6, 0] = pattern
        logits.append(float(discriminator(returns)[0, 0]))
        assert abs(logits[-1] - float(discriminator(-returns)[0, 0])) > 1e-4  # not only its size
    assert logits == pytest.approx([logits[0]] * 3, abs=1e-5)


def test_discriminator_sees_whether_a_batch_has_calm_and_wild_sequences():
    discriminator = finance.build_return_discriminator(seed=0)
    rng = np.random.default_rng(0)
    first = rng.normal(size=(finance.DAYS, 1))
    alike, mixed = np.stack([first] * 8), np.stack([first, *(first * rng.uniform(0, 4, (7, 1, 1)))])
    verdicts = [float(discriminator(each)[0, 0]) for each in (alike, mixed)]
    assert abs(verdicts[0] - verdicts[1]) > 1e-3


def test_card_has_the_median_of_several_series_by_garch(monkeypatch):
    pytest.importorskip("arch")
    market = finance.StockReturns()
    simulated = market.simulate_garch(seed=1)
    assert len(simulated) == 20 and {each.shape for each in simulated} == {market.samples.shape}
    np.testing.assert_array_equal(simulated[7], market.simulate_garch(seed=1)[7])
    series = [np.r_[each[0, :, 0], each[1:, -1, 0]] for each in simulated]  # the windows overlap
    assert all(each.shape == (5030,) for each in series)
    assert np.median([each.std() for each in series]) == pytest.approx(1.0, abs=0.3)
    for each in series:  # wild days follow wild days
        assert np.corrcoef(abs(each[:-1]), abs(each[1:]))[0, 1] > 0.05
    monkeypatch.setattr(market, "simulate_garch", lambda seed: simulated)
    rows = {row.key: row for row in market.score(market.build(), n=100).rows}
    expected = [scipy.stats.kurtosis(each, axis=None, fisher=False) for each in simulated]
    assert rows["kurtosis"].references["GARCH"] == pytest.approx(np.median(expected), rel=1e-3)
    expected = scipy.stats.kurtosis(market.samples, axis=None, fisher=False)
    assert rows["kurtosis"].references["data"] == pytest.approx(expected, rel=1e-3)
    assert rows["wasserstein"].references["data"] == 0.0


def test_finance_without_its_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "arch.data", None)
    with pytest.raises(ImportError, match=r'pip install "dcgan_tf\[finance\]"'):
        finance.StockReturns()
