import pytest

from dcgan_tf import DCGAN


def test_default_rates_fall_with_the_steps():
    model = DCGAN(seed=0)
    model.compile()
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        for step, rate in ((0, 2e-3), (5_000, 1e-3), (15_000, 5e-4)):
            optimizer.iterations.assign(step)
            assert float(optimizer.learning_rate) == pytest.approx(rate)
