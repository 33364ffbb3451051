"""Files of models from strangers: sizes are checked before anything is built."""

import contextlib
import io
import itertools
import json
import os
import re
import resource
import struct
import threading
import time
import zipfile

import fuzz_models
import h5py
import keras
import numpy as np
import pytest

from dcgan_tf import DCGAN, GAN, load_model
from dcgan_tf.gan import building_limits
from dcgan_tf.networks.pairs import PAIRS, build_pair

DEFINITION, WEIGHTS = "config.json", "model.weights.h5"
SKIPPING = pytest.mark.filterwarnings("ignore:Skipping variable loading")
layers = keras.layers


@pytest.fixture
def saved(tmp_path, tiny_gan):
    """The file of a small GAN of points."""
    model = tiny_gan()
    model.compile()
    model.save(tmp_path / "model.keras")
    return tmp_path / "model.keras"


def read(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, parts, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def change_definition(path, change):
    """Applies a function to the definition in a file."""
    parts = read(path)
    definition = json.loads(parts[DEFINITION])
    change(definition)
    write(path, {**parts, DEFINITION: json.dumps(definition)})


def change_weights(path, change):
    """Applies a function to the open HDF5 file of the weights in a file."""
    parts = read(path)
    file = io.BytesIO(parts[WEIGHTS])
    with h5py.File(file, "r+") as h5:
        change(h5)
    write(path, {**parts, WEIGHTS: file.getvalue()})


def assert_refused(path, reason, seconds=10, memory=5e8):
    """A file is refused for this reason, soon and with little memory."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="The model cannot be loaded") as info:
        load_model(path)
    assert re.search(reason, str(info.value)), str(info.value)
    assert str(info.value).isprintable()
    assert time.perf_counter() - start < seconds
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < memory


# ----------------------------------------------------------------------------- what is no file


def test_what_is_no_regular_file_is_refused(tmp_path, saved):
    os.mkfifo(tmp_path / "pipe.keras")
    (tmp_path / "device.keras").symlink_to("/dev/zero")
    (tmp_path / "folder.keras").mkdir()
    for name in ("pipe", "device", "folder"):
        assert_refused(tmp_path / f"{name}.keras", "no regular file")
    (tmp_path / "link.keras").symlink_to(saved)
    assert load_model(tmp_path / "link.keras").latent_dim == 3


# ----------------------------------------------------------------------------------- the archive


def test_compressed_parts_are_refused_unread(saved, monkeypatch):
    parts = read(saved)
    write(saved, {**parts, "assets/zeros": bytes(10**8)}, zipfile.ZIP_DEFLATED)
    assert saved.stat().st_size < 10**6
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda *_: pytest.fail("it was unpacked"))
    assert_refused(saved, "is compressed, which Keras never does", memory=5e7)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", [DEFINITION, WEIGHTS, "metadata.json"])
def test_two_parts_of_one_name_are_refused(saved, name):
    parts = read(saved)
    with zipfile.ZipFile(saved, "a") as archive:
        archive.writestr(name, parts[name])
    assert_refused(saved, "it holds (2 files of the name|two files of one name)")


@pytest.mark.parametrize("name", [DEFINITION, WEIGHTS])
def test_missing_parts_are_named(saved, name):
    write(saved, {key: content for key, content in read(saved).items() if key != name})
    assert_refused(saved, f"it holds 0 files of the name {name}")


def test_parts_in_the_same_place_are_refused(saved):
    """One part of the file under a thousand names would be read a thousand times."""
    content = bytearray(saved.read_bytes())
    first, second = (match.start() for match in list(re.finditer(b"PK\1\2", content))[1:3])
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    saved.write_bytes(content)
    assert_refused(saved, "overlap")


def test_a_long_list_of_contents_is_refused_unread(saved):
    with zipfile.ZipFile(saved, "a") as archive:
        for k in range(20_000):
            archive.writestr(f"assets/{k:050d}", b"")
    assert_refused(saved, "list of contents is too long", seconds=1, memory=5e7)


# -------------------------------------------------------------------------------- the definition


@pytest.mark.parametrize("nested", ["[" * 100_000 + "]" * 100_000, '{"a":' * 300 + "1" + "}" * 300])
def test_deep_nesting_is_refused(saved, nested):
    parts = read(saved)
    text = parts[DEFINITION].decode().replace('"seed"', f'"x": {nested}, "seed"', 1)
    write(saved, {**parts, DEFINITION: text})
    assert_refused(saved, "recursion depth exceeded|nested more than 100 times")


def test_a_long_definition_is_refused(saved):
    write(saved, {**read(saved), DEFINITION: b" " * 2**23})
    assert_refused(saved, "config.json has 8,388,608 bytes, more than 4,194,304")


def test_a_latent_space_that_is_larger_than_the_file(tmp_path):
    model = DCGAN((16, 16, 1), 4, seed=0)
    model.compile()
    model.save(tmp_path / "model.keras")
    change_definition(
        tmp_path / "model.keras", lambda each: each["config"].update(latent_dim=10**7)
    )
    assert_refused(tmp_path / "model.keras", "The generator does not take the noise")

    def leave_out_the_networks(definition):  # as version 1 did; they are built from the sizes
        for name in ("generator", "discriminator"):
            del definition["config"][name]

    change_definition(tmp_path / "model.keras", leave_out_the_networks)
    assert_refused(
        tmp_path / "model.keras", r"shape \(10000000, \d+\) is larger than what is saved"
    )


def find_layer(definition, kind, network="generator"):
    found = definition["config"][network]["config"]["layers"]
    return next(layer for layer in found if layer["class_name"] == kind)


def ask_for_a_huge_layer(definition):
    layer = find_layer(definition, "Dense")
    layer.pop("build_config", None)
    layer["config"]["units"] = 10**9


def test_a_layer_that_is_larger_than_the_file(saved):
    change_definition(saved, ask_for_a_huge_layer)
    assert_refused(saved, r"a variable of shape \(3, 1000000000\) is larger than what is saved")


ENLARGING = {
    "UpSampling2D": lambda: [layers.Reshape((2, 2, 3)), layers.UpSampling2D(10_000)],
    "RepeatVector": lambda: [layers.RepeatVector(10**8)],
    "ZeroPadding2D": lambda: [layers.Reshape((2, 2, 3)), layers.ZeroPadding2D(10**4)],
}


@pytest.mark.parametrize("name", ENLARGING)
def test_layers_without_weights_that_make_much_of_little(tmp_path, name):
    """The file is as Keras saves it: no size in it is false."""
    generator = [keras.Input((12,)), *ENLARGING[name](), layers.GlobalMaxPooling2D()]
    if name == "RepeatVector":
        generator[-1] = layers.GlobalMaxPooling1D()
    discriminator = [keras.Input((generator_units(generator),)), layers.Dense(1)]
    model = GAN(keras.Sequential(generator), keras.Sequential(discriminator), 12)
    model.save(tmp_path / "model.keras")
    assert_refused(tmp_path / "model.keras", "more than 16,777,216 values")


def generator_units(stack):
    return keras.Sequential(stack).output_shape[-1]


def test_what_is_large_only_inside_of_a_layer(tmp_path):
    """Its weights are few and its output is small, but between them each channel is multiplied."""
    generator = [keras.Input((16,)), layers.Reshape((4, 4, 1)), layers.UpSampling2D(64)]
    generator += [layers.SeparableConv2D(1, 1, depth_multiplier=5000), layers.GlobalMaxPooling2D()]
    discriminator = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model = GAN(keras.Sequential(generator), discriminator, 16)
    model.save(tmp_path / "model.keras")
    assert_refused(tmp_path / "model.keras", r"a tensor of shape .*5000\), which has more than")


def test_models_in_models_that_multiply(tmp_path, monkeypatch):
    """Ten calls in ten calls in ten calls: a short definition of a very large network."""
    monkeypatch.setattr(building_limits, "MOST_OBJECTS", 2000)
    inner = keras.Sequential([keras.Input((2,)), layers.ReLU()])
    for _ in range(3):
        inputs = x = keras.Input((2,))
        for _ in range(10):
            x = inner(x)
        inner = keras.Model(inputs, x)
    discriminator = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    GAN(inner, discriminator, 2).save(tmp_path / "model.keras")
    assert_refused(tmp_path / "model.keras", "more than 2,000 parts")


HOSTILE = {
    "thresholds": {
        "module": "keras.metrics",
        "class_name": "AUC",
        "config": {"num_thresholds": 10**9},
    },
    "n-grams": {
        "module": "keras.layers",
        "class_name": "TextVectorization",
        "config": {"ngrams": 10**9},
    },
    "numbers": {
        "class_name": "__numpy__",
        "config": {"value": ["a"] * 1000, "dtype": "U100000000"},
    },
    "matrix": {
        "module": "keras.metrics",
        "class_name": "MeanIoU",
        "config": {"num_classes": 10**5},
    },
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("place", ["loss", "generator_optimizer"])
def test_objects_that_cost_much_by_a_single_number(saved, name, place):
    change_definition(saved, lambda each: each["compile_config"].update({place: HOSTILE[name]}))
    assert_refused(saved, "more than 1,000|numbers of|larger than what is saved", memory=2e8)


def test_a_wrong_type_in_any_place_is_refused_or_does_no_harm(saved):
    whole = saved.read_bytes()
    definition = json.loads(read(saved)[DEFINITION])
    for part in ("config", "compile_config"):
        for key in definition[part]:
            for value in ("x", [[None]], -1.5, {"class_name": 5, "config": []}):
                saved.write_bytes(whole)
                change_definition(saved, lambda each: each[part].update({key: value}))  # noqa: B023
                assert fuzz_in(saved.parent, saved.read_bytes()) in ("loaded", "refused")


def fuzz_in(folder, content):
    before = os.getcwd()
    os.chdir(folder)
    try:
        return fuzz_models.try_file(content)
    finally:
        os.chdir(before)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("discriminator_steps", 10**9),
        ("discriminator_steps", 101),
        ("discriminator_steps", True),
        ("steps_per_execution", 2**31),
        ("steps_per_execution", "x"),
        ("jit_compile", "x"),
        ("run_eagerly", []),
    ],
)
def test_options_of_compile_that_would_fail_only_later(saved, name, value):
    change_definition(saved, lambda each: each["compile_config"].update({name: value}))
    assert_refused(saved, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("beta_1", "x"),
        ("epsilon", float("nan")),
        pytest.param("gradient_accumulation_steps", 10**12, marks=SKIPPING),
        pytest.param("learning_rate", float("inf"), marks=SKIPPING),
    ],
)
def test_numbers_of_optimizers_are_numbers(saved, name, value):
    def change(definition):
        definition["compile_config"]["discriminator_optimizer"]["config"][name] = value

    change_definition(saved, change)
    assert_refused(saved, name.replace("_", "."))


# ----------------------------------------------------------------------------------- the weights


def find_arrays(h5):
    names = []
    h5.visititems(lambda name, part: names.append(name) if isinstance(part, h5py.Dataset) else None)
    return names


def bomb(h5, name):
    h5.create_dataset(name, (2**30 - 1,), "f4", chunks=(2**20,), compression="gzip")


def declare(h5, name, size=2**30):
    dataset = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dataset.set_alloc_time(h5py.h5d.ALLOC_TIME_LATE)
    space = h5py.h5s.create_simple((size,))
    h5py.h5d.create(h5.id, name.encode(), h5py.h5t.NATIVE_FLOAT, space, dataset)


def virtual(h5, name):
    layout = h5py.VirtualLayout((10, 10), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (10, 10))
    h5.create_virtual_dataset(name, layout)


def link(h5, name, to):
    h5[name] = to


WRONG_ARRAYS = {
    "compressed": (bomb, "not stored as Keras does it"),
    "declared": (declare, "holds 0 bytes of an array that declares 4,294,967,296 bytes"),
    "virtual": (virtual, "not stored as Keras does it"),
    "in another file": (
        lambda h5, name: h5.create_dataset(name, (9,), "f4", external=[("/dev/zero", 0, 36)]),
        "not stored as Keras does it",
    ),
    "texts": (
        lambda h5, name: h5.create_dataset(name, (9,), h5py.string_dtype()),
        "not stored as Keras does it",
    ),
    "empty": (lambda h5, name: link(h5, name, h5py.Empty("f4")), "cannot be loaded"),
    "soft link": (lambda h5, name: link(h5, name, h5py.SoftLink("/")), "holds a link"),
    "external link": (
        lambda h5, name: link(h5, name, h5py.ExternalLink("/etc/passwd", "/")),
        "holds a link",
    ),
    "itself": (lambda h5, name: link(h5, name, h5[name.rpartition("/")[0]]), "under two names"),
    "twice": (lambda h5, name: link(h5, name, h5[find_arrays(h5)[0]]), "under two names"),
}


@pytest.mark.parametrize("name", WRONG_ARRAYS)
def test_arrays_that_are_not_what_they_declare(saved, name):
    make, reason = WRONG_ARRAYS[name]

    def change(h5):
        place = find_arrays(h5)[-1]
        del h5[place]
        make(h5, place)

    change_weights(saved, change)
    assert_refused(saved, reason, memory=1e8)


def test_arrays_that_share_their_bytes(saved):
    """Each array lies inside of the file, but all of them lie in the same place."""
    parts = read(saved)
    file = io.BytesIO(parts[WEIGHTS])
    with h5py.File(file, "r+") as h5:
        h5["whole"] = np.arange(50_000, dtype="f4")
        place = h5["whole"].id.get_offset()
        for k in range(50):
            declare(h5, f"more{k}", 50_000)
    nowhere, there, size = (struct.pack("<Q", n) for n in (2**64 - 1, place, 200_000))
    content = file.getvalue().replace(nowhere + size, there + size)
    with h5py.File(io.BytesIO(content)) as h5:
        assert h5["more0"][-1] == h5["more49"][-1] == 49_999
    write(saved, {**parts, WEIGHTS: content})
    assert_refused(saved, r"has [\d,]+ bytes and declares arrays of 10,[\d,]+ bytes")


@pytest.mark.parametrize("damage", ["circle", "first place", "length", "name", "block"])
def test_damage_that_hdf5_does_not_notice(saved, damage):
    """HDF5 1.14 takes all memory for a circle of free places, and may crash with the others."""
    parts = read(saved)
    content = bytearray(parts[WEIGHTS])
    heaps = [match.start() for match in re.finditer(b"HEAP", content)]
    size, free, start = struct.unpack_from("<3Q", content, heaps[0] + 8)
    if damage == "circle":
        content[start + free : start + free + 8] = struct.pack("<Q", free)
    elif damage == "first place":
        content[heaps[0] + 16 : heaps[0] + 24] = struct.pack("<Q", 8935141660703064088)
    elif damage == "length":
        content[start + free + 8 : start + free + 16] = struct.pack("<Q", size)
    elif damage == "name":
        content[start + size - 1] = ord("x")
    else:
        content[heaps[1] + 24 : heaps[1] + 32] = struct.pack("<Q", start)
    write(saved, {**parts, WEIGHTS: bytes(content)})
    assert_refused(saved, "(free places|names) that (is|are) damaged", memory=5e7)


# ------------------------------------------------------------------------------- what still loads


def test_weights_that_look_like_the_start_of_a_heap_load(tmp_path, tiny_gan):
    """By chance weights may hold these bytes: the run of its owner must not be refused for that."""
    model = tiny_gan()
    kernel = model.generator.weights[0]
    bytes_of_chance = np.frombuffer(b"HEAP\0abc" * (kernel.shape[0] * kernel.shape[1] // 2), "<f4")
    kernel.assign(bytes_of_chance.reshape(kernel.shape))
    model.compile()
    model.save(tmp_path / "model.keras")
    assert read(tmp_path / "model.keras")[WEIGHTS].count(b"HEAP\0abc") >= 4
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.generator.weights[0], kernel)


@pytest.mark.parametrize("pair", PAIRS)
def test_all_pairs_load(tmp_path, pair):
    model = GAN(*build_pair(pair, (16, 16, 1), 4, seed=0), 4, seed=0)
    model.compile()
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.generate(3, seed=1), model.generate(3, seed=1))


def test_networks_for_images_of_any_size_load(tmp_path):
    noise, picture = keras.Input((3,)), keras.Input((None, None, 1))
    x = layers.Conv2D(1, 3, padding="same")(picture)
    generator = keras.Model([noise, picture], x * layers.Reshape((1, 1, 1))(layers.Dense(1)(noise)))
    images, condition = keras.Input((None, None, 1)), keras.Input((None, None, 1))
    x = layers.GlobalAveragePooling2D()(layers.Concatenate()([images, condition]))
    model = GAN(generator, keras.Model([images, condition], layers.Dense(1)(x)), 3)
    model.compile()
    model.save(tmp_path / "model.keras")
    inputs = [np.zeros((2, 3)), np.zeros((2, 9, 7, 1))]
    assert load_model(tmp_path / "model.keras").generator(inputs).shape == (2, 9, 7, 1)


@keras.saving.register_keras_serializable(package="test_loading")
class Own(keras.layers.Layer):
    """A layer of a user, with a variable that is made from a value and not from its shape."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.steps = keras.Variable(np.ones(3, "float32"), trainable=False, name="steps")

    def call(self, inputs):
        return inputs * self.steps[0]


def test_layers_of_users_load(tmp_path):
    generator = keras.Sequential([keras.Input((3,)), layers.Dense(2), Own()])
    discriminator = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    GAN(generator, discriminator, 3).save(tmp_path / "model.keras")
    assert isinstance(load_model(tmp_path / "model.keras").generator.layers[-1], Own)


def test_limits_end_with_the_loading_and_concern_one_thread(saved, tiny_gan):
    methods = [keras.Variable.__init__, keras.KerasTensor.__init__, keras.layers.Layer.__call__]
    made = []

    def make():
        made.append(keras.Variable(np.zeros(2**19)))

    with building_limits.limit_building(0):
        assert keras.Variable.__init__ is not methods[0]
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        assert made  # 2 MB, in another thread
    with pytest.raises(building_limits.TooLargeError), building_limits.limit_building(0):
        make()
    with pytest.raises(building_limits.TooLargeError), building_limits.limit_building(0):
        with contextlib.suppress(ValueError):  # as Keras does in some places
            make()
    assert methods == [
        *(keras.Variable.__init__, keras.KerasTensor.__init__, keras.layers.Layer.__call__)
    ]


def test_loading_draws_nothing_from_the_random_states(saved):
    first, second = load_model(saved), keras.saving.load_model(saved)
    for ours, theirs in zip(first.variables, second.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)


# ---------------------------------------------------------------------------------- the command


def test_commands_refuse_hostile_models_in_one_line(finished, command):
    """In a run folder, which is what people send to each other."""
    path = finished / "model.keras"
    change_definition(path, ask_for_a_huge_layer)
    for words in (["sample", finished], ["evaluate", finished]):
        status, _, err = command(*words)
        assert status == 2 and len(err.splitlines()) == 1 and "larger than what is saved" in err


def test_changed_files_load_or_are_refused(tmp_path, monkeypatch):
    """The short form of tests/programs/fuzz_models.py."""
    monkeypatch.chdir(tmp_path)
    models = itertools.islice(fuzz_models.build_models(), 2)
    assert "examples tried: 30" in fuzz_models.run(30, 1, list(models))
