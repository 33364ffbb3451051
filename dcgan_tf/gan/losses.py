"""The table of all losses by name, and checks of a loss or a term of your own.

The module `article_losses` has the two losses of the articles, `more_losses` has later ones.
"""

import functools
import inspect

from dcgan_tf.gan.article_losses import Minimax, SigmoidCrossEntropy
from dcgan_tf.gan.more_losses import Hinge, LeastSquares, Relativistic, Wasserstein

LOSSES = {
    "sigmoid_cross_entropy": SigmoidCrossEntropy,
    "one_sided_smoothing": functools.partial(SigmoidCrossEntropy, real_label=0.9),
    "minimax": Minimax,
    "least_squares": LeastSquares,
    "hinge": Hinge,
    "wasserstein": Wasserstein,
    "relativistic": Relativistic,
}


def get(identifier):
    """Returns the loss with a given name, or checks a loss of your own.

    Args:
        identifier: a key of `LOSSES`, or an object with two methods:
            `discriminator_loss(real_output, fake_output)`, and `generator_loss(fake_output)` or
            `generator_loss(fake_output, real_output)`.

    Returns:
        An object with these two methods.

    Raises:
        ValueError: for an unknown name, or an object without these two methods.
    """
    if isinstance(identifier, str) and identifier in LOSSES:
        return LOSSES[identifier]()
    methods = ("generator_loss", "discriminator_loss")
    is_class = isinstance(identifier, type)
    if not is_class and all(callable(getattr(identifier, name, None)) for name in methods):
        return identifier
    raise ValueError(
        f"Unknown loss. Received: loss={identifier!r}. Expected one of {sorted(LOSSES)}, or an "
        "object with the methods generator_loss(fake_output), or generator_loss(fake_output, "
        "real_output), and discriminator_loss(real_output, fake_output)."
    )


def check_term(term):
    """Refuses a term of the generator that cannot be called with real and generated samples.

    Args:
        term: as `generator_term` in `GAN.compile`.

    Returns:
        The term.

    Raises:
        ValueError: for a name, a class, or anything else that is no function.
    """
    if term is not None and (not callable(term) or isinstance(term, type)):
        raise ValueError(
            f"The generator's term cannot be computed. Received: generator_term={term!r}. Expected "
            "None or a function of real and generated samples, such as AbsoluteError(weight=10.0)."
        )
    return term


def generator_loss(loss, fake_output, real_output):
    """Computes the generator's part of a loss, from one output of the discriminator or from both.

    Most losses compute the generator's part from `fake_output` alone. A loss whose method has a
    second parameter, such as `Relativistic`, also gets `real_output`.

    Args:
        loss: what `get` returns.
        fake_output: float tensor `(batch, 1)`, the discriminator's logits for generated samples.
        real_output: float tensor `(batch, 1)`, its logits for real samples.

    Returns:
        Scalar tensor.
    """
    parameters = inspect.signature(loss.generator_loss).parameters.values()
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [
        each for each in parameters if each.kind in by_position and each.default is each.empty
    ]
    if len(needed) > 1 or any(each.name == "real_output" for each in parameters):
        return loss.generator_loss(fake_output, real_output)
    return loss.generator_loss(fake_output)
