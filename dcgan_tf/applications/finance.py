"""Finance (Article 3, section 5): sequences of daily returns of a stock index.

A return is the change of the price in a day, here in percent. Real returns are known for a few
"stylised facts" (Cont 2001). There are far more large moves than a normal distribution has. The
returns of different days are hardly correlated. But there are calm and wild times, so squared
returns are correlated for weeks. And times are wilder after losses than after gains. We measure
these facts in generated returns, in the data, and in a GARCH model that is fitted to the same data.
GARCH is the usual model of statistics: it makes a day wilder after days with large moves.

The *volatility* of a day says how wild it is: it is the standard deviation that its return has
before one knows it. As in GARCH, our generator's return is the volatility times a random shock. But
here a network learns from the data what the volatility depends on.
"""

import keras
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy.stats import wasserstein_distance

from dcgan_tf.applications.base import Application
from dcgan_tf.evaluation.card import Card, Row
from dcgan_tf.gan.dcgan import GAN
from dcgan_tf.gan.regularizers import R1
from dcgan_tf.networks.layers import MinibatchStdDev

DAYS = 32  # in a sequence
PAST = 31  # days before the sequence, which have noise too
LASTING = 8  # numbers of noise that all days of a sequence have in common
LATENT_DIM = PAST + DAYS + LASTING
SIMULATIONS = 20  # by GARCH, whose facts differ much from one simulation to the next


class StockReturns(Application):
    """Generates returns of the S&P 500. The data, 1999 to 2018, comes from the package arch.

    References:
        Cont 2001, https://doi.org/10.1080/713665670
    """

    steps = 2212  # after twice as many the discriminator knows the windows by heart
    draws_without_data = False
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
        discriminator = build_return_discriminator(self.seed)
        model = GAN(generator, discriminator, LATENT_DIM, seed=self.seed)
        model.compile(regularizer=R1(weight=4.0))
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
        axes[0, 0].set(xlim=(-1, DAYS))
        figure.supylabel("return in percent")
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()

    def score(self, model, n=10_000, seed=0, verbose=1):
        n = min(n, len(self.samples))
        generated, data, *simulated = (
            each[..., 0].astype(np.float64)
            for each in (model.generate(n, seed), self.samples, *self.simulate_garch(seed))
        )
        rows = tuple(
            Row(
                *texts,
                measure(generated),
                {"data": measure(data), "GARCH": np.median([measure(each) for each in simulated])},
            )
            for *texts, measure in self.list_measures()
        )
        return Card(
            features="the stylised facts",
            samples=n,
            references=("data", "GARCH"),
            rows=rows,
            note="GARCH: the median over 20 series of as many days, simulated with a GARCH(1, 1) "
            "model that is fitted to the data. Its shocks have Student's t distribution.",
        )

    def list_measures(self):
        """Returns the rows of a card: key, title, which values are better, meaning, and a function.

        The function measures returns, float64 `(n, days)`, in standard deviations of the data.
        """
        data = self.samples.ravel()
        return (
            *((key, title, "near the data", *rest) for key, title, *rest in FACTS),
            (
                "wasserstein",
                "distance of returns",
                "lower",
                "Wasserstein distance of all returns, in standard deviations",
                # how far the returns would have to move to fit the data
                lambda returns: wasserstein_distance(returns.ravel(), data),
            ),
        )

    def simulate_garch(self, seed=0):
        """Simulates series as long as the data with a GARCH(1, 1) model that is fitted to it.

        Args:
            seed: Int, fixes the shocks.

        Returns:
            list of 20 float32 arrays `(n, 32, 1)`, the windows of each series as `cut_windows`
            returns them.
        """
        from arch import arch_model
        from arch.univariate import StudentsT

        model = arch_model(self.percent, vol="GARCH", dist="t")
        parameters = model.fit(disp="off").params
        model.distribution = StudentsT(seed=np.random.default_rng(seed))
        series = (model.simulate(parameters, len(self.percent)) for _ in range(SIMULATIONS))
        return [self.cut_windows(each["data"].to_numpy()) for each in series]


def build_return_generator(seed=None, units=64):
    """Builds the generator: the return of a day is its drift plus its volatility times its shock.

    The first numbers of the noise are the shocks of 63 days, of which the last 32 are generated.
    A network sees what was before a day: the mean shocks of the last 4, 16 and 31 days. (Corsi 2009
    describes volatility by such means.) It also sees eight numbers that all days have in common,
    by which a whole sequence can be calm or wild. From these it computes drift and volatility.

    Args:
        seed: Int or `None`, fixes the initial weights.
        units: Int, the width of the two hidden layers.

    Returns:
        A `keras.Model`: noise, float32 `(batch, 71)`, to returns, float32 `(batch, 32, 1)`.

    References:
        Corsi 2009, https://doi.org/10.1093/jjfinec/nbp001
    """
    layers, ops = keras.layers, keras.ops
    initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    noise = keras.Input((LATENT_DIM,), name="noise")
    shocks = layers.Reshape((PAST + DAYS, 1))(noise[:, : PAST + DAYS])
    lasting = layers.RepeatVector(DAYS)(noise[:, PAST + DAYS :])
    # A mean of n shocks has a standard deviation of 1 / sqrt(n). The factor makes it 1 again.
    means = [
        n**0.5 * layers.AveragePooling1D(n, 1)(shocks)[:, -DAYS - 1 : -1] for n in (4, 16, PAST)
    ]
    x = layers.Concatenate()([*means, lasting])
    for _ in range(2):
        x = layers.LeakyReLU(0.2)(layers.Dense(units, kernel_initializer=initializer)(x))
    drift = layers.Dense(1, kernel_initializer=initializer, name="drift")(x)
    # The volatility is at most exp(2), seven times the standard deviation of the data.
    wildness = layers.Dense(1, kernel_initializer=initializer, name="wildness")(x)
    volatility = ops.exp(2.0 * ops.tanh(wildness / 2.0))
    returns = drift + volatility * shocks[:, PAST:]
    return keras.Model(noise, returns, name="return_generator")


def build_return_discriminator(seed=None, filters=32, units=64):
    """Builds the discriminator, which looks for patterns of a few days, wherever they are.

    Each convolution has a kernel of five days. The means over all days go on. Two sequences out of
    a calm and a wild time are very different, and `MinibatchStdDev` shows whether a batch has both.

    Args:
        seed: Int or `None`, fixes the initial weights.
        filters: Int, the number of filters of the first convolution; the second has twice as many.
        units: Int, the width of the two dense layers.

    Returns:
        A `keras.Model`: returns, float32 `(batch, 32, 1)`, to logits, float32 `(batch, 1)`.
    """
    layers = keras.layers
    initializer = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    returns = keras.Input((DAYS, 1), name="returns")
    x = layers.Concatenate()([returns, keras.ops.abs(returns)])
    for n in (filters, 2 * filters):
        x = layers.LeakyReLU(0.2)(layers.Conv1D(n, 5, kernel_initializer=initializer)(x))
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.LeakyReLU(0.2)(layers.Dense(units, kernel_initializer=initializer)(x))
    x = MinibatchStdDev(8)(x)
    x = layers.LeakyReLU(0.2)(layers.Dense(units, kernel_initializer=initializer)(x))
    logits = layers.Dense(1, kernel_initializer=initializer)(x)
    return keras.Model(returns, logits, name="return_discriminator")


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
