"""Saved models changed at random: each is loaded and can generate, or is refused in one line.

    python tests/programs/fuzz_models.py --examples 1000

Each file may take 20 seconds and the process 2 GB. The last line has the figures. The suite runs a
short form.
"""

import argparse
import collections
import contextlib
import io
import json
import os
import pathlib
import random
import re
import struct
import tempfile
import time
import warnings
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import keras
import numpy as np
import psutil

from dcgan_tf import DCGAN, GAN, load_model
from dcgan_tf.applications.conditional import build_conditional_pair
from dcgan_tf.networks.augmentation import augment
from dcgan_tf.networks.fast_layers import accelerate
from dcgan_tf.networks.pairs import build_pair

MOST_SECONDS, MOST_MEMORY = 20, 2e9
DEFINITION, WEIGHTS = "config.json", "model.weights.h5"
VALUES = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2,
        3,
        7,
        100,
        10_000,
        10**7,
        10**9,
        2**31,
        2**63,
        10**30,
        -(10**9),
    ),
    *(0.5, -1.5, 1e-30, 1e30, float("nan"), float("inf")),
    *("", "x", "relu", "float16", "mixed_float16", "int8", "string", "\x1b[31m", "y" * 10_000),
    *("channels_first", "valid", "bilinear", "../../x", "/etc/passwd"),
    *([], {}, [[]], [None], [10**7, 10**7], [None, 10**9], [-1, 3], {"class_name": "x"}),
    {"class_name": "__numpy__", "config": {"value": ["a"], "dtype": "U100000000"}},
    {"class_name": "__tensor__", "config": {"value": [1, 2], "dtype": "float32"}},
    {"module": "keras.metrics", "class_name": "AUC", "config": {"num_thresholds": 10**9}},
    {"module": "keras.metrics", "class_name": "MeanIoU", "config": {"num_classes": 10**5}},
    {"module": "keras.layers", "class_name": "Dense", "config": {"units": 10**8}},
    {"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "/dev/zero"}},
    {"module": "keras.initializers", "class_name": "Identity", "config": {"gain": 2.0}},
    {"module": "keras.optimizers", "class_name": "SGD", "config": {"momentum": "x"}},
]
# Layers without weights, or with few of them, that may still make much of little.
LAYERS = {
    "UpSampling2D": {"size": [10_000, 10_000]},
    "UpSampling1D": {"size": 10**8},
    "RepeatVector": {"n": 10**8},
    "ZeroPadding2D": {"padding": 10**5},
    "Resizing": {"height": 10**5, "width": 10**5},
    "Reshape": {"target_shape": [10**4, -1]},
    "Conv2D": {"filters": 10**6, "kernel_size": 1},
    "Conv2DTranspose": {"filters": 1, "kernel_size": 1, "strides": 10**4},
    "SeparableConv2D": {"filters": 1, "kernel_size": 1, "depth_multiplier": 10**5},
    "DepthwiseConv2D": {"kernel_size": 1, "depth_multiplier": 10**5},
    "Embedding": {"input_dim": 10**8, "output_dim": 10**3},
    "CategoryEncoding": {"num_tokens": 10**8},
    "GRU": {"units": 10**5, "unroll": True},
    "LSTM": {"units": 4, "unroll": True},
    "EinsumDense": {"equation": "ab,bc->ac", "output_shape": 10**8},
    "TextVectorization": {"ngrams": 10**9},
    "RandomCrop": {"height": 10**5, "width": 10**5},
    "Discretization": {"num_bins": 10**9},
    "Dense": {"units": 10**8},
    "PReLU": {},
    "Softmax": {"axis": 10**9},
    "LayerNormalization": {"axis": [1, 10**9]},
    "MelSpectrogram": {"fft_length": 10**8, "num_mel_bins": 10**5},
    "STFTSpectrogram": {"frame_length": 10**6, "fft_length": 2**24},
    "MaxPooling2D": {"pool_size": 10**9},
    "Hashing": {"num_bins": 10**18},
    "Permute": {"dims": [3, 2, 1]},
    "RandAugment": {"num_ops": 10**9},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        print(run(arguments.examples, arguments.seed))


def run(examples, seed, models=None):
    """Tries so many changed files, the same ones for the same seed. Returns a line of figures."""
    wholes = [save(model) for model in models or build_models()]
    for whole in wholes:
        assert try_file(whole) == "loaded"
    outcomes, longest, most = collections.Counter(), 0.0, 0
    at_first = psutil.Process().memory_info().rss
    for number in range(examples):
        rng = random.Random(f"{seed} {number}")
        content, ways = change(rng, wholes[number % len(wholes)])
        start, before, peak = time.perf_counter(), psutil.Process().memory_info().rss, read_peak()
        try:
            outcome = try_file(content)
        except BaseException:
            print(f"--seed {seed}, example {number}: {ways}")
            raise
        seconds = time.perf_counter() - start
        assert seconds < MOST_SECONDS, (seed, number, ways, seconds)
        # Keras itself loses some memory with each model that is loaded, so we count from before.
        used = at_first + (read_peak() - before if read_peak() > peak else 0)
        assert used < MOST_MEMORY, (seed, number, ways, used)
        outcomes[outcome] += 1
        longest, most = max(longest, seconds), max(most, used)
        keras.backend.clear_session()
    counts = ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items()))
    return (
        f"examples tried: {examples}; {counts}; at most {longest:.1f} s each and "
        f"{most / 1e9:.2f} GB"
    )


def read_peak():
    """Returns the most memory that this process has had, in bytes."""
    memory = psutil.Process().memory_info()
    with contextlib.suppress(ImportError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return memory.rss


def try_file(content):
    """Loads a file and generates. Returns what came of it: a `ValueError` is a good answer."""
    pathlib.Path("model.keras").write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = load_model("model.keras")
        except ValueError as error:
            assert str(error).isprintable() and len(str(error)) < 700, str(error)[:2000]
            return "refused"
        condition = None
        if model.condition is not None:
            condition = np.zeros((4, *model.condition.shape[1:]), model.condition.dtype)
        try:
            assert len(model.generate(4, seed=0, condition=condition)) == 4
        except ValueError:
            return "loaded, cannot generate"
    return "loaded"


def save(model):
    model.save("whole.keras")
    return pathlib.Path("whole.keras").read_bytes()


def build_models():
    """Yields a small model of each kind that the package has."""
    layers = keras.layers
    generator = [keras.Input((3,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(2)]
    discriminator = [keras.Input((2,)), layers.Dense(4), layers.Dropout(0.3), layers.Dense(1)]
    model = GAN(keras.Sequential(generator), keras.Sequential(discriminator), 3)
    model.compile()
    yield model
    model = DCGAN((16, 16, 1), 4, seed=0)
    model.compile()
    yield model
    model = GAN(*map(accelerate, build_conditional_pair((16, 16, 1), 3, 4, seed=0)), 4)
    model.compile(loss="hinge", generator_optimizer="sgd")
    yield model
    model = GAN(*build_pair("recurrent", (16, 16, 1), 4, seed=0), 4)
    model.compile(regularizer="gradient_penalty")
    yield model
    yield GAN(*build_pair("spectral", (16, 16, 1), 4, seed=0), 4)
    generator, discriminator = build_pair("default", (16, 16, 1), 4, seed=0)
    yield GAN(generator, augment(discriminator, ("translation", "cutout"), seed=0), 4)


# ----------------------------------------------------------------------------------- changes


def change(rng, whole):
    """Changes a file in one to three ways. Returns the new content and the names of the ways."""
    parts, content = read_parts(whole), None
    kinds = (change_definition, change_weights, damage_weights, change_archive, change_bytes)
    ways = rng.choices(range(len(kinds)), (6, 3, 2, 2, 1), k=rng.choice((1, 1, 2, 3)))
    for way in map(kinds.__getitem__, sorted(ways)):
        if way is change_bytes:
            content = way(rng, content or write_parts(parts))
        elif way is change_archive:
            content = way(rng, parts)
        else:
            way(rng, parts)
    return content or write_parts(parts), [kinds[way].__name__ for way in sorted(ways)]


def read_parts(whole):
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_parts(parts, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def change_definition(rng, parts):
    """Exchanges values of config.json, removes or doubles some, or nests it deeply."""
    try:
        definition = json.loads(parts[DEFINITION])
    except RecursionError:  # an earlier change has nested it
        return
    way = rng.choice(("value", "value", "value", "layer", "swap", "drop", "double", "nest"))
    places = list(walk(definition))
    holder, key = rng.choice(places)
    if way == "value":
        holder[key] = rng.choice(VALUES)
    elif way == "layer":
        layers = [place for place in places if is_layer(place[0][place[1]])]
        if layers:
            holder, key = rng.choice(layers)
            name = rng.choice(sorted(LAYERS))
            holder[key] |= {"class_name": name, "registered_name": None}
            keep = {"name": holder[key]["config"].get("name", "a")}
            holder[key]["config"] = {**LAYERS[name], **keep}
    elif way == "swap":
        other, place = rng.choice(places)
        holder[key] = json.loads(json.dumps(other[place]))
    elif way == "drop":
        del holder[key]
    elif way == "double" and isinstance(holder[key], list):
        holder[key] *= 50
    elif way == "nest":
        holder[key] = "NEST"
        depth = rng.choice((20, 300, 100_000))
        nested = (
            '{"a":' * depth + "1" + "}" * depth if rng.random() < 0.5 else "[" * depth + "]" * depth
        )
        parts[DEFINITION] = json.dumps(definition).replace('"NEST"', nested, 1).encode()
        return
    parts[DEFINITION] = json.dumps(definition).encode()


def walk(part):
    """Yields each place of a nested structure: the dict or list, and the key or the index."""
    for key in list(part) if isinstance(part, dict) else range(len(part)):
        yield part, key
        if isinstance(part[key], (dict, list)):
            yield from walk(part[key])


def is_layer(part):
    return isinstance(part, dict) and part.get("module") == "keras.layers" and "config" in part


def change_weights(rng, parts):
    """Changes an array of the weights: its shape, its kind, its name or where it is stored."""
    file = io.BytesIO(parts[WEIGHTS])
    with h5py.File(file, "r+") as h5:
        names = []
        h5.visititems(lambda name, part: names.append(name) if hasattr(part, "shape") else None)
        if not names:
            return
        name, other = rng.choice(names), rng.choice(names)
        array = h5[name][()]
        del h5[name]
        way = rng.randrange(14)
        if way == 0:
            h5.create_dataset(name, (2**28 // 64, 64), "f4", chunks=True, compression="gzip")
        elif way == 1:
            h5.create_dataset(name, array.shape, "f4", chunks=True) if array.shape else None
        elif way == 2:
            h5[name] = np.zeros((*array.shape, 3), array.dtype)
        elif way == 3:
            h5[name] = h5py.SoftLink("/" + other)
        elif way == 4:
            h5[name] = h5py.ExternalLink("model.keras", "/" + other)
        elif way == 5:
            h5.create_dataset(name, (100,), "f4", external=[("/dev/zero", 0, 400)])
        elif way == 6:
            h5[name] = h5[other] if other != name else h5["/"]
        elif way == 7:
            h5.create_dataset(name, (1000,), h5py.string_dtype())
        elif way == 8:
            kind = array.dtype.kind
            h5[name] = (
                np.full_like(array, np.nan)
                if kind == "f"
                else array
                if kind not in "iu"
                else array + 1
            )
        elif way == 9:
            h5[name] = array.astype("f8")
        elif way == 10:
            h5[name] = h5py.Empty("f4")
        elif way == 11:
            h5.create_group(name)
        elif way == 12:
            layout = h5py.VirtualLayout((100, 100), "f4")
            layout[:10] = h5py.VirtualSource("model.keras", other, (10, 100))
            h5.create_virtual_dataset(name, layout)
    parts[WEIGHTS] = file.getvalue()


def damage_weights(rng, parts):
    """Changes bytes of the weights, while the checksum in the archive is right."""
    parts[WEIGHTS] = change_bytes(rng, parts[WEIGHTS])
    if rng.random() < 0.3:  # a heap of names, as a whole: its size, its free places, its block
        content = bytearray(parts[WEIGHTS])
        heaps = [match.start() for match in re.finditer(b"HEAP", content)]
        for heap in rng.sample(heaps, min(3, len(heaps))):
            _, free, start = struct.unpack_from("<3Q", content, heap + 8)
            number = struct.pack("<Q", rng.choice((free, start, 0, 8, rng.getrandbits(64))))
            place = rng.choice((heap + 8, heap + 16, heap + 24, start + free, start))
            if place + 8 <= len(content):
                content[place : place + 8] = number
        parts[WEIGHTS] = bytes(content)


def change_archive(rng, parts):
    """Changes the zip archive around the parts."""
    name = rng.choice(sorted(parts))
    way = rng.randrange(9)
    if way == 0:
        return write_parts(parts, zipfile.ZIP_DEFLATED)
    if way == 1:
        return write_parts({key: value for key, value in parts.items() if key != name})
    if way == 2:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = io.BytesIO(write_parts(parts))
            with zipfile.ZipFile(file, "a") as archive:
                archive.writestr(name, parts[rng.choice(sorted(parts))])
            return file.getvalue()
    if way == 3:
        more = {
            f"assets/{'../' * rng.randrange(3)}{k}": b"x" for k in range(rng.randrange(1, 2000))
        }
        return write_parts({**parts, **more})
    if way == 4:
        bomb = {f"assets/{k}": bytes(10**7) for k in range(3)}
        return write_parts({**parts, **bomb}, zipfile.ZIP_DEFLATED)
    if way == 5:
        return write_parts({**parts, name: parts[name][: rng.randrange(len(parts[name]))]})
    whole = bytearray(write_parts(parts))
    if way == 6:
        return bytes(whole[: rng.randrange(len(whole))])
    if way == 7:
        start = rng.randrange(len(whole))
        del whole[start : start + rng.randrange(1, 1000)]
        return bytes(whole)
    # The list of contents at the end: sizes, places and the way of compression.
    start = whole.rindex(b"PK\1\2" + whole[whole.index(b"PK\1\2") + 4 :][:2])
    place = start + rng.choice((8, 10, 20, 24, 28, 30, 42))
    whole[place : place + 4] = rng.choice((b"\0\0\0\0", b"\xff\xff\xff\x7f", rng.randbytes(4)))
    return bytes(whole)


def change_bytes(rng, content):
    """Changes single bytes: anywhere, in the first or in the last thousand."""
    whole = bytearray(content)
    start, end = rng.choice(((0, len(whole)), (0, 4000), (max(0, len(whole) - 1000), len(whole))))
    for _ in range(rng.choice((1, 4, 30))):
        whole[rng.randrange(start, min(end, len(whole)))] = rng.randrange(256)
    if rng.random() < 0.5:  # HDF5's own structures, which are spread among the weights
        for mark in (b"TREE", b"SNOD", b"HEAP", b"\x89HDF", b"OHDR"):
            place = whole.find(mark, rng.randrange(len(whole)))
            if place >= 0:
                place += rng.randrange(4, 60)
                whole[place : place + 2] = rng.randbytes(2)[: max(0, len(whole) - place)]
    return bytes(whole)


if __name__ == "__main__":
    main()
