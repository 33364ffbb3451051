"""Training on several machines at once, as the environment variable TF_CONFIG describes them."""

import os

import tensorflow as tf

LOST = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.InternalError)


def join():
    """Joins the other workers, if there are any. Must come before anything TensorFlow computes.

    Returns:
        A tuple: the `tf.distribute.Strategy` to build the model in, and whether this process is
        the chief, which writes all files; a process alone is.

    Raises:
        ValueError: if TF_CONFIG is set and cannot be understood.
    """
    if not os.environ.get("TF_CONFIG"):
        return tf.distribute.get_strategy(), True
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"TF_CONFIG cannot be understood ({error}). Received: {os.environ['TF_CONFIG']!r}. "
            "Expected JSON as in docs/distributed.md, or no such variable."
        ) from error
    resolver = strategy.cluster_resolver
    chiefs = resolver.cluster_spec().as_dict().get("chief")
    first = ("chief", 0) if chiefs else ("worker", 0)
    return strategy, (resolver.task_type, resolver.task_id) == first
