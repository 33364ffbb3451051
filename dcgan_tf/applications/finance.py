"""Finance (Article 3, section 5): daily returns of a stock index, as sequences.

Real returns are known for a few "stylised facts" (Cont 2001): far more large moves than a normal
distribution has; next to no correlation from day to day; but calm and wild times, so that squared
returns are correlated for weeks; and wilder times after losses than after gains. They are what the
generator is judged by, beside a GARCH model, the usual one, fitted to the same data.
"""

import keras
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy.stats import wasserstein_distance

from dcgan_tf.applications.base import Application
from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.networks.recurrent import build_gru, build_recurrent_discriminator

DAYS = 32  # of a sequence
DAILY, LASTING = 2, 8  # numbers of noise for each day, and for all days together
LATENT_DIM = DAYS * DAILY + LASTING


class StockReturns(Application):
    """Returns of the S&P 500, 1999 to 2018, from the package arch."""

    epochs = 20
    batch_size = 64

    def load(self):
        try:
            from arch.data import sp500
        except ImportError as error:
            raise ImportError(
                "The returns come with the package arch, which is not installed. Expected: python "
                '-m pip install "dcgan_tf[finance]"'
            ) from error
        prices = sp500.load()["Adj Close"].to_numpy()
        self.percent = 100 * np.diff(np.log(prices))
        self.scale = self.percent.std()
        return self.windows(self.percent)

    def windows(self, percent):
        """Cuts a series of returns in percent into all its stretches of 32 days, `(n, 32, 1)`."""
        stretches = np.lib.stride_tricks.sliding_window_view(percent, DAYS)
        return (stretches[..., np.newaxis] / self.scale).astype(np.float32)

    def build(self):
        generator = build_return_generator(self.seed)
        discriminator = build_recurrent_discriminator((DAYS, 1), seed=self.seed)
        model = GAN(generator, discriminator, LATENT_DIM, seed=self.seed)
        model.compile()
        return model

    def draw(self, model, n=8, seed=0):
        """Draws generated stretches, each beside a real one."""
        rng = np.random.default_rng(seed)
        columns = model.generate(n, seed), rng.permutation(self.samples)[:n]
        figure = Figure(figsize=(8, 1.1 * n + 0.6), layout="constrained")
        axes = figure.subplots(n, 2, sharex=True, sharey=True, squeeze=False)
        for column, (title, series) in enumerate(zip(("generated", "real"), columns, strict=True)):
            axes[0, column].set_title(title)
            axes[-1, column].set_xlabel("day")
            for axis, values in zip(axes[:, column], series, strict=True):
                axis.bar(np.arange(DAYS), self.scale * values[:, 0], color="0.25", width=0.9)
        axes[0, 0].set(ylim=(-8, 8), xlim=(-1, DAYS))
        figure.supylabel("return in percent")
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()

    def score(self, model, n=10_000, seed=0, verbose=1):
        n = min(n, len(self.samples))
        simulated = self.windows(self.garch(len(self.percent), seed))
        generated, data, simulated = (
            each[..., 0].astype(np.float64)
            for each in (model.generate(n, seed), self.samples, simulated)
        )

        def distance(returns):
            return wasserstein_distance(returns.ravel(), data.ravel())

        measures = (
            *((key, title, "near the data", *rest) for key, title, *rest in FACTS),
            (
                "wasserstein",
                "distance of returns",
                "lower",
                "Wasserstein distance, in standard deviations",
                distance,
            ),
        )
        rows = tuple(
            Row(*texts, measure(generated), {"data": measure(data), "GARCH": measure(simulated)})
            for *texts, measure in measures
        )
        return Card(
            features="the stylised facts",
            samples=n,
            references=("data", "GARCH"),
            rows=rows,
            note="GARCH: as many days simulated with a GARCH(1, 1) model whose shocks have "
            "Student's t distribution, fitted to the data.",
        )

    def garch(self, days, seed=0):
        """Simulates returns in percent with a GARCH(1, 1) model fitted to the data."""
        from arch import arch_model
        from arch.univariate import StudentsT

        model = arch_model(self.percent, vol="GARCH", dist="t")
        parameters = model.fit(disp="off").params
        model.distribution = StudentsT(seed=np.random.default_rng(seed))
        return model.simulate(parameters, days)["data"].to_numpy()


def build_return_generator(seed=None, units=64):
    """Builds the generator: each day has noise of its own, and some noise is there on all days.

    A return is a move times how wild the day is, each of which a layer reads from the recurrent
    state.

    Args:
        seed: Int or `None`, fixes the initial weights.
        units: Int, recurrent units.

    Returns:
        A `keras.Model`: noise, float32 `(batch, 72)`, to float32 `(batch, 32, 1)`.
    """
    layers = keras.layers
    initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    noise = keras.Input((LATENT_DIM,), name="noise")
    daily = layers.Reshape((DAYS, DAILY))(noise[:, : DAYS * DAILY])
    lasting = layers.RepeatVector(DAYS)(noise[:, DAYS * DAILY :])
    states = build_gru(units, seed, return_sequences=True)(layers.Concatenate()([daily, lasting]))
    moves = layers.Dense(1, kernel_initializer=initializer)(states)
    wildness = layers.Dense(1, "exponential", kernel_initializer=initializer)(states)
    returns = layers.Multiply()([moves, wildness])
    return keras.Model(noise, returns, name="return_generator")


def kurtosis(returns):
    """E[(r - m)^4] / E[(r - m)^2]^2 of returns `(n, days)`: 3 for a normal distribution."""
    centred = returns - returns.mean()
    return np.mean(centred**4) / np.mean(centred**2) ** 2


def lagged_correlation(first, second, lags):
    """The mean over lags k of the correlation of first[t] and second[t + k], `(n, days)` each."""
    first, second = first - first.mean(), second - second.mean()
    products = [np.mean(first[:, :-k] * second[:, k:]) for k in lags]
    return np.mean(products) / (first.std() * second.std())


# key, title, meaning, measure of returns, float64 (n, days)
FACTS = (
    ("kurtosis", "kurtosis", "3 for a normal distribution", kurtosis),
    (
        "autocorrelation",
        "correlation of returns",
        "with those of the next five days",
        lambda r: lagged_correlation(r, r, range(1, 6)),
    ),
    (
        "clustering",
        "correlation of squares",
        "of squared returns with those of the next ten days",
        lambda r: lagged_correlation(r**2, r**2, range(1, 11)),
    ),
    (
        "leverage",
        "leverage",
        "correlation of returns with the squares of the next ten days",
        lambda r: lagged_correlation(r, r**2, range(1, 11)),
    ),
)
