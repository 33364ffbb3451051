"""Labels as data sets bring them: numbers, text or one-hot vectors, which become numbers."""

import numpy as np

from dcgan_tf.data.folder_layout import sort_naturally


def read_labels(labels, n, names=None):
    """Converts the labels of a data set to whole numbers.

    Args:
        labels: array `(n,)` or `(n, 1)` of whole numbers, which may be any, or of text; or one-hot
            vectors `(n, classes)`, which have one 1 and otherwise 0; or `None`.
        n: Int, the number of images.
        names: the names that the labels have in another part of the data set, as this function
            returns them, or `None`. Labels that are text then get the same numbers.

    Returns:
        A tuple: the labels, int64 `(n,)`, or `None`; the name of each label, a dict of str by
        label; and, if there are labels that we cannot use, a sentence that says why, else `None`.

    Raises:
        ValueError: if there are more or fewer labels than images.
    """
    if labels is None:
        return None, {}, None
    labels = np.asarray(labels)
    if labels.ndim == 0 or len(labels) != n:
        raise ValueError(
            f"The labels do not fit the images. Received: labels of shape {labels.shape} for {n} "
            "images. Expected one label for each image."
        )
    labels = labels.reshape(n, -1)
    if labels.shape[1] > 1:
        if not _are_one_hot(labels):
            return _explain(f"each image has several of them (shape {labels.shape})")
        labels = labels.argmax(axis=1)[:, np.newaxis]
    elif labels.shape[1] == 0:
        return _explain("they are empty")
    labels = labels[:, 0]
    if labels.dtype.kind in "SU":
        if labels.dtype.kind == "S":
            labels = np.char.decode(labels, "utf-8", "replace")
        numbers = {name: number for number, name in (names or {}).items()}
        for name in sort_naturally(set(labels.tolist())):
            numbers.setdefault(name, len(numbers))
        numbered = np.array([numbers[label] for label in labels.tolist()], np.int64)
        return numbered, {number: name for name, number in numbers.items()}, None
    if labels.dtype.kind not in "iubf":
        return _explain(f"they have the type {labels.dtype}")
    with np.errstate(invalid="ignore"):
        whole = labels.astype(np.int64)
    if not (whole == labels).all():
        return _explain("they are no whole numbers")
    return whole, {label: str(label) for label in np.unique(whole).tolist()}, None


def _are_one_hot(labels):
    if labels.dtype.kind not in "iubf":
        return False
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())


def _explain(reason):
    return None, {}, f"the labels are not used, because {reason}"
