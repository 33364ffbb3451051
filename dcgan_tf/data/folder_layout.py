"""How people lay out folders of images: classes as sub-folders, and training and test parts."""

import collections
import os
import pathlib
import re

from dcgan_tf.data.image_files import is_image

RUN = "run.json"  # a folder that contains this file is a run, and its pictures are no data
SYSTEM_FILES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir"}
# The usual names of the parts of a data set, for example seg_train, test_set or val2017.
PART_NAME = re.compile(
    r"(?:.*[-_ ])?(?P<kind>train|test|val|valid|dev)(?:ing|idation|ation)?"
    r"(?:[-_ ]?(?:set|data|images?|imgs?|\d+))?",
    re.IGNORECASE,
)


def sort_naturally(names):
    """Sorts names as people do: 2 comes before 10, and capital letters make no difference.

    Args:
        names: iterable of str.

    Returns:
        A list of str.

    Example:

    >>> sort_naturally(["10", "2", "b", "A"])
    ['2', '10', 'A', 'b']
    """
    return sorted(names, key=natural_key)


def natural_key(name):
    """Returns the key by which `sort_naturally` sorts a name."""
    words = re.split("([0-9]+)", str(name).casefold())
    return [int(word) if i % 2 else word for i, word in enumerate(words)], str(name)


def list_files(folder):
    """Lists the files of a folder and of its sub-folders, also of those that are links.

    Hidden files, files that a system puts there (such as Thumbs.db) and folders of runs are not
    listed.

    Args:
        folder: `pathlib.Path`.

    Returns:
        A tuple of three lists of `pathlib.Path`, relative to the folder and in natural order: the
        images, all other files, and the folders of runs.

    Raises:
        ValueError: if the folder itself is the folder of a run, or if it cannot be read.
        PermissionError: if you may not list or enter the folder or one of its sub-folders.
    """
    if _is_run(folder):
        raise ValueError(
            f"This is the folder of a run, whose pictures are no data. Received: {str(folder)!r}, "
            f"which contains {RUN}. Expected a folder of images."
        )
    images, others, runs = [], [], []
    for place, folders, names in os.walk(folder, onerror=_refuse, followlinks=True):
        place = pathlib.Path(place)
        folders[:] = [name for name in folders if not _is_of_the_system(name)]
        for name in list(folders):
            if _is_run(place / name):
                runs.append((place / name).relative_to(folder))
                folders.remove(name)
            elif _leads_back(place / name):
                folders.remove(name)
        for name in names:
            if not _is_of_the_system(name):
                path = place / name
                kind = images if path.is_file() and is_image(path) else others
                kind.append(path.relative_to(folder))
    return tuple(sorted(paths, key=_key_of_path) for paths in (images, others, runs))


def find_parts(images):
    """Finds the training part and the test part of a folder, if it is laid out in parts.

    It is if it has one sub-folder for training and another one for test or validation, or if its
    images are all in a sub-folder called train. If there are other sub-folders too, a sub-folder
    called train is a class like they are.

    Args:
        images: list of `pathlib.Path`, the images relative to the folder.

    Returns:
        A tuple of two `pathlib.Path`, relative to the folder: the training part, which is `.` if
        there are no parts, and the test part, which may be `None`.
    """
    root = find_root(images)
    parts = collections.defaultdict(list)
    names = {path.relative_to(root).parts[0] for path in images if len(_below(path, root)) > 1}
    for name in sort_naturally(names):
        if match := PART_NAME.fullmatch(name):
            parts[match["kind"].lower()].append(name)
    tests = parts["test"] or parts["valid"] or parts["val"] or parts["dev"]
    if len(parts["train"]) == 1 and tests:
        return root / parts["train"][0], root / tests[0]
    if len(parts["train"]) == 1 and len(names) == 1 and len(names) == len(_firsts(images, root)):
        return root / parts["train"][0], None
    return pathlib.Path(), None


def find_root(images):
    """Finds the folder in which the classes begin, below sub-folders that stand there alone."""
    root = pathlib.Path()
    while True:
        firsts = _firsts(images, root)
        if len(firsts) != 1 or any(len(_below(path, root)) < 3 for path in images):
            return root
        root = root / firsts.pop()


def find_classes(images):
    """Finds the class of each image: the sub-folder in which it is.

    If there are at least two classes, a few images outside of them are left out. If there are many,
    the images have no classes.

    Args:
        images: list of `pathlib.Path`, the images relative to the folder.

    Returns:
        A tuple: the images without those left out; their labels, a list of ints, or `None`; and the
        names of the classes, in natural order.
    """
    root = find_root(images)
    outside = [path for path in images if len(_below(path, root)) == 1]
    inside = [path for path in images if len(_below(path, root)) > 1]
    names = sort_naturally({_below(path, root)[0] for path in inside})
    if outside and (len(names) < 2 or 2 * len(outside) > len(inside)):
        return images, None, []
    numbers = {name: number for number, name in enumerate(names)}
    return inside, [numbers[_below(path, root)[0]] for path in inside], names


def _is_run(folder):
    try:
        return (folder / RUN).exists()
    except OSError as error:
        error.filename = str(folder)  # and not the file in it, which may not be there
        _refuse(error)


def _refuse(error):
    """Raises an error that names the folder which cannot be read. Nothing in it is left out."""
    kind = PermissionError if isinstance(error, PermissionError) else ValueError
    raise kind(
        f"A folder cannot be read. Received: {error.filename!r} ({error.strerror}). Expected a "
        "folder that you may list and enter; or move it to another place, if it is no data."
    ) from error


def _firsts(images, root):
    return {_below(path, root)[0] for path in images}


def _below(path, root):
    return path.parts[len(root.parts) :]


def _is_of_the_system(name):
    return name.startswith(".") or name.lower() in SYSTEM_FILES


def _leads_back(folder):
    """Says whether a folder is a link to a folder that contains it, in which we would go round."""
    real = folder.resolve()
    parents = folder.absolute().parents
    return folder.is_symlink() and any(real == parent.resolve() for parent in parents)


def _key_of_path(path):
    return [natural_key(part) for part in path.parts]
