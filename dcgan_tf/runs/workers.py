"""Training on several machines at once. The environment variable TF_CONFIG describes them.

Each machine runs one process, a worker. All workers have a copy of the model and take a part of
every batch. One of them, the chief, writes the files.
"""

import json
import os

import tensorflow as tf

# What TensorFlow raises if another worker has stopped.
LOST_WORKER_ERRORS = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.InternalError)


def join():
    """Joins the other workers, if there are any.

    You have to call it before TensorFlow computes anything.

    Returns:
        A tuple: the `tf.distribute.Strategy` in whose scope to build the model, and a Bool, whether
        this process is the chief. A process that trains alone is the chief.

    Raises:
        ValueError: if TF_CONFIG is set and cannot be understood.
    """
    if not os.environ.get("TF_CONFIG"):
        return tf.distribute.get_strategy(), True
    try:
        if not json.loads(os.environ["TF_CONFIG"]).get("cluster"):  # as some cloud machines have it
            return tf.distribute.get_strategy(), True
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    except (AttributeError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"TF_CONFIG cannot be understood ({error}). Received: {os.environ['TF_CONFIG']!r}. "
            "Expected JSON as in docs/distributed.md, or no such variable."
        ) from error
    resolver = strategy.cluster_resolver
    chiefs = resolver.cluster_spec().as_dict().get("chief")
    first = ("chief", 0) if chiefs else ("worker", 0)
    return strategy, (resolver.task_type, resolver.task_id) == first
