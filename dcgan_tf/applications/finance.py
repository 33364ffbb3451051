"""Finance (Article 3, section 5): sequences of daily returns of a stock index.

A return is the change of the price in a day, here in percent. Real returns are known for a few
"stylised facts" (Cont 2001). There are far more large moves than a normal distribution has. The
returns of different days are hardly correlated. But there are calm and wild times, so squared
returns are correlated for weeks. And times are wilder after losses than after gains. We measure
these facts in generated returns, in the data, and in a GARCH model that is fitted to the same data.
GARCH is the usual model of statistics: it makes a day wilder after days with large moves.
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

DAYS = 32  # in a sequence
DAILY, LASTING = 2, 8  # how many numbers of noise each day has, and all days have in common
LATENT_DIM = DAYS * DAILY + LASTING


class StockReturns(Application):
    """Generates returns of the S&P 500. The data, 1999 to 2018, comes from the package arch.

    References:
        Cont 2001, https://doi.org/10.1080/713665670
    """

    steps = 1580
    makes_images = False
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
        return self.cut_windows(self.percent)

    def cut_windows(self, percent):
        """Cuts a series of returns into windows of 32 days, one from each day on.

        Args:
            percent: float array `(days,)`, returns in percent.

        Returns:
            float32 `(n, 32, 1)`, in standard deviations of the data.
        """
        stretches = np.lib.stride_tricks.sliding_window_view(percent, DAYS)
        return (stretches[..., np.newaxis] / self.scale).astype(np.float32)

    def build(self):
        generator = build_return_generator(self.seed)
        discriminator = build_recurrent_discriminator((DAYS, 1), seed=self.seed)
        model = GAN(generator, discriminator, LATENT_DIM, seed=self.seed)
        model.compile()
        return model

    def draw(self, model, n=8, seed=0):
        """Draws generated sequences in the left column and real ones in the right column."""
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
        simulated = self.cut_windows(self.simulate_garch(len(self.percent), seed))
        generated, data, simulated = (
            each[..., 0].astype(np.float64)
            for each in (model.generate(n, seed), self.samples, simulated)
        )

        def distance(returns):
            """The Wasserstein distance: how far the returns would have to move to fit the data."""
            return wasserstein_distance(returns.ravel(), data.ravel())

        measures = (
            *((key, title, "near the data", *rest) for key, title, *rest in FACTS),
            (
                "wasserstein",
                "distance of returns",
                "lower",
                "Wasserstein distance of all returns, in standard deviations",
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
            note="GARCH: as many days, simulated with a GARCH(1, 1) model that is fitted to the "
            "data. Its shocks have Student's t distribution.",
        )

    def simulate_garch(self, days, seed=0):
        """Simulates returns in percent with a GARCH(1, 1) model that is fitted to the data.

        Args:
            days: Int, the number of returns.
            seed: Int, fixes the shocks.

        Returns:
            float array `(days,)`.
        """
        from arch import arch_model
        from arch.univariate import StudentsT

        model = arch_model(self.percent, vol="GARCH", dist="t")
        parameters = model.fit(disp="off").params
        model.distribution = StudentsT(seed=np.random.default_rng(seed))
        return model.simulate(parameters, days)["data"].to_numpy()


def build_return_generator(seed=None, units=64):
    """Builds the recurrent generator of returns.

    Each day has two numbers of noise of its own, and eight numbers are the same for all days. From
    the recurrent state of a day one layer computes a move and another layer how wild the day is.
    The return is the product of both.

    Args:
        seed: Int or `None`, fixes the initial weights.
        units: Int, the number of gated recurrent units.

    Returns:
        A `keras.Model`: noise, float32 `(batch, 72)`, to returns, float32 `(batch, 32, 1)`.

    References:
        Cho et al. 2014, https://arxiv.org/abs/1406.1078
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
    """Measures how often very large moves occur: E[(r - m)^4] / E[(r - m)^2]^2 with the mean m.

    Args:
        returns: float array `(n, days)`.

    Returns:
        Float of at least 1. A normal distribution has 3.
    """
    centred = returns - returns.mean()
    return np.mean(centred**4) / np.mean(centred**2) ** 2


def lagged_correlation(first, second, lags):
    """Computes the correlation of one series with a later part of another.

    Args:
        first: float array `(n, days)`.
        second: float array `(n, days)`.
        lags: list or range of int, how many days later.

    Returns:
        Float in [-1, 1]: the mean over all lags k of the correlation of first[t] and second[t + k].

    References:
        Cont 2001, https://doi.org/10.1080/713665670
    """
    first, second = first - first.mean(), second - second.mean()
    products = [np.mean(first[:, :-k] * second[:, k:]) for k in lags]
    return np.mean(products) / (first.std() * second.std())


# The stylised facts: key, title, meaning, and a function that measures returns, float64 (n, days).
FACTS = (
    ("kurtosis", "kurtosis", "3 for a normal distribution", kurtosis),
    (
        "autocorrelation",
        "correlation of returns",
        "with the returns of the next five days",
        lambda r: lagged_correlation(r, r, range(1, 6)),
    ),
    (
        "clustering",
        "correlation of squares",
        "squared returns with those of the next ten days",
        lambda r: lagged_correlation(r**2, r**2, range(1, 11)),
    ),
    (
        "leverage",
        "leverage",
        "correlation of returns with the squared returns of the next ten days",
        lambda r: lagged_correlation(r, r**2, range(1, 11)),
    ),
)
