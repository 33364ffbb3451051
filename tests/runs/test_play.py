"""The page of `dcgan-tf play` as a file; test_play_browser.py opens it."""

import base64
import gzip
import hashlib
import json
import pathlib
import re

import generators
import keras
import numpy as np
import pytest
from test_report import Page, save_model, write_settings

from dcgan_tf import DCGAN, GAN, adam
from dcgan_tf.runs import exported_generator, play
from dcgan_tf.runs import folder as run_folder
from dcgan_tf.runs.exported_generator import changes_images, export_generator, pack
from dcgan_tf.runs.exported_layers import EXPORTERS
from dcgan_tf.runs.play import render_play, write_play
from dcgan_tf.runs.report import write_report

JAVASCRIPT = pathlib.Path(__file__).parents[2] / "javascript" / "play"
layers = keras.layers


@pytest.fixture
def run(tmp_path):
    write_settings(tmp_path)
    save_model(tmp_path, (28, 28, 1))
    return tmp_path


def save(folder, *middle, discriminator=None):
    """Saves a run whose generator has layers of one's own in its middle."""
    generator = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(256, "tanh"),
            *middle,
            layers.Reshape((16, 16, 1)),
        ]
    )
    discriminator = keras.Sequential([keras.Input((16, 16, 1)), layers.Flatten(), layers.Dense(1)])
    model = GAN(generator, discriminator, 4)
    model.compile()
    model.save(folder / run_folder.MODEL)
    write_settings(folder)


def test_the_command_writes_one_small_file_that_loads_nothing(run, command):
    status, out, err = command("play", run)
    path = run / "play.html"
    assert (status, err) == (0, "")
    assert re.fullmatch(rf"page with the generator \(\d\.\d MB\): {re.escape(str(path))}\n", out)
    assert path.stat().st_size < 3_000_000
    page = Page(path.read_text(encoding="utf-8"))
    links = [found[key] for _, found in page.elements for key in ("src", "href") if key in found]
    assert links == ["data:,"]
    policy = next(found["content"] for _, found in page.elements if "http-equiv" in found)
    assert policy.startswith("default-src 'none'") and "http" not in policy
    assert not [path for path in run.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("language", "tag", "english", "chinese"),
    [(None, "en", True, True), ("en", "en", True, False), ("zh", "zh-CN", False, True)],
)
def test_the_language_may_be_fixed(run, command, language, tag, english, chinese):
    options = [] if language is None else ["--language", language]
    status, _, err = command("play", run, *options)
    assert (status, err) == (0, "")
    text = (run / "play.html").read_text(encoding="utf-8")
    content = json.loads(re.search(r'id="content">(.*?)</script>', text)[1])
    assert content["language"] == language
    assert re.search(r'<html lang="(.*?)">', text)[1] == tag
    # What a browser shows that cannot run the page.
    assert (text.count("Browsers from 2023") == 1) == ("with JavaScript, which" in text) == english
    assert (text.count("2023 年以后") == 1) == ("用 JavaScript 画图" in text) == chinese


def test_another_language_is_refused_at_once(run, command, monkeypatch):
    monkeypatch.setattr(play, "Samples", lambda *_: pytest.fail("it was loaded"))
    status, _, err = command("play", run, "--language", "fr")
    assert status == 2 and "'fr' (choose from" in err and err.count("\n") == 1
    with pytest.raises(ValueError, match="Received: language='fr'. Expected 'en', 'zh', or None"):
        write_play(run, language="fr")
    assert not (run / "play.html").exists()


def test_a_page_of_large_coloured_images_is_below_3_mb():
    model = DCGAN((64, 64, 3), 16, seed=0)
    assert len(render_play(model)) < 3_000_000


def test_the_same_run_gives_the_same_bytes(run):
    assert write_play(run).read_bytes() == write_play(run, run / "again.html").read_bytes()


def test_the_average_weights_are_exported(digits):
    layer = layers.Dense(28 * 28, "tanh")
    generator = keras.Sequential([keras.Input((6,)), layer, layers.Reshape((28, 28, 1))])
    model = generators.make_model(generator)
    model.compile(adam(0.01, averaged=True), adam(0.01))
    model.fit(digits[:64], batch_size=32, epochs=1, verbose=0)
    _, arrays = export_generator(model)
    trained = layer.kernel.numpy()
    with model.averaged_weights():
        averaged = layer.kernel.numpy()
    np.testing.assert_array_equal(arrays[0], averaged)
    assert (averaged != trained).any()
    np.testing.assert_array_equal(layer.kernel.numpy(), trained)


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (lambda: layers.UnitNormalization(), "no such layer"),
        (lambda: layers.Dense(256, keras.activations.tanh_shrink), "no activation tanh_shrink"),
        (
            lambda: keras.Sequential([layers.Reshape((16, 16, 1)), layers.Conv2D(4, 3, groups=1),
                layers.Conv2D(4, 3, groups=2), layers.Flatten(), layers.Dense(256)]),
            "several groups",
        ),
    ],
)  # fmt: skip
def test_another_layer_is_named_in_one_line(tmp_path, command, layer, reason):
    save(tmp_path, layer())
    status, out, err = command("play", tmp_path)
    assert (status, out) == (2, "")
    assert err.startswith("dcgan-tf: error: The generator has a layer that cannot run in a page (")
    assert reason in err and err.count("\n") == 1 and "Expected layers among" in err
    assert not (tmp_path / "play.html").exists()
    report = write_report(tmp_path).read_text(encoding="utf-8")
    assert 'id="play-page"' not in report


class Doubled(layers.Dense):
    """Inherits from a layer that the page has, and computes something else."""

    def call(self, inputs):
        return 2 * super().call(inputs)


def test_a_layer_that_only_inherits_from_a_known_one_is_not_taken_for_it():
    generator = keras.Sequential([keras.Input((4,)), Doubled(256), layers.Reshape((16, 16, 1))])
    with pytest.raises(ValueError, match="type Doubled"):
        export_generator(generators.make_model(generator, 4))


def test_a_layer_that_acts_as_in_training_is_refused():
    noise = keras.Input((4,))
    x = layers.BatchNormalization()(layers.Dense(256)(noise), training=True)
    generator = keras.Model(noise, layers.Reshape((16, 16, 1))(x))
    with pytest.raises(ValueError, match="training=True"):
        export_generator(generators.make_model(generator, 4))


def test_samples_that_are_no_images_are_refused(tmp_path, command, tiny_gan):
    model = tiny_gan()
    model.compile()
    model.save(tmp_path / run_folder.MODEL)
    write_settings(tmp_path)
    status, _, err = command("play", tmp_path)
    assert status == 2 and "The page can show only images" in err and err.count("\n") == 1
    write_settings(tmp_path, application="finance", data=None)
    status, _, err = command("play", tmp_path)
    assert status == 2 and "makes no single images" in err and err.count("\n") == 1


@pytest.mark.parametrize("name", ["digits.htm", "digits.txt", "folder.html"])
def test_a_wrong_output_is_refused_at_once(run, command, name, monkeypatch):
    (run / "folder.html").mkdir()
    monkeypatch.setattr(play, "Samples", lambda *_: pytest.fail("it was loaded"))
    status, _, err = command("play", run, "--output", run / name)
    assert status == 2 and err.count("\n") == 1


def test_a_folder_without_a_run_is_refused(tmp_path, command):
    status, _, err = command("play", tmp_path / "missing")
    assert status == 2 and "no folder of a run" in err and err.count("\n") == 1
    assert not (tmp_path / "missing").exists()


def test_too_many_weights_are_refused(run, command, monkeypatch):
    monkeypatch.setattr(exported_generator, "MOST_WEIGHTS", 1000)
    status, _, err = command("play", run)
    assert status == 2 and "too large for a page" in err


def test_hostile_names_stay_text():
    model = generators.make_model(generators.build_with_label())
    hostile = "</script><script>alert(1)</script>"
    text = render_play(model, [hostile, "b", "c"], hostile).decode()
    assert hostile not in text
    content = re.search(r'id="content">(.*?)</script>', text)[1]
    assert json.loads(content)["labels"][0] == hostile


def unpack(entries, text):
    """Reads what `pack` wrote, by NumPy's own 16-bit numbers."""
    content = np.frombuffer(gzip.decompress(base64.b64decode(text)), np.uint8)
    halves = content.reshape(2, -1)[::-1].T.copy().view("<f2")[:, 0].astype(np.float64)
    arrays, start = [], 0
    for entry in entries:
        size = int(np.prod(entry["shape"]))
        parts = halves[start : start + entry["parts"] * size].reshape(entry["parts"], size)
        arrays.append(entry["scale"] * parts.sum(axis=0).reshape(entry["shape"]))
        start += entry["parts"] * size
    assert start == len(halves)
    return arrays


def test_weights_of_any_size_survive_16_bits():
    rng = np.random.default_rng(0)
    arrays = [
        rng.normal(size=(40, 50)) * 1e-9,
        rng.normal(size=(3, 3, 8, 8)) * 1e9,
        rng.normal(size=64) + 1000,
        np.zeros((5, 5)),
    ]
    arrays = [array.astype(np.float32) for array in arrays]
    for bits, precision in ((16, 2**-11), (32, 2**-21), (14, 2**-9)):
        for array, read in zip(arrays, unpack(*pack(arrays, bits)), strict=True):
            least = 2**-21 if array.ndim < 2 else precision
            np.testing.assert_allclose(read, array, rtol=0, atol=least * np.abs(array).max())


def test_a_generator_that_16_bits_would_change_gets_more_of_them():
    noise = np.random.default_rng(0).normal(size=(8, 6)).astype(np.float32)
    model = generators.make_model(generators.GENERATORS["transposed"]())
    before = model.generate(8, noise=noise)
    assert not changes_images(model, 16, noise)
    np.testing.assert_array_equal(model.generate(8, noise=noise), before)
    kernel = model.generator.layers[0].kernel
    kernel.assign(1000 + 0.5 * np.random.default_rng(1).normal(size=kernel.shape))
    assert changes_images(model, 16, noise)
    parts = re.findall(r'"parts": (\d)', render_play(model).decode())
    assert set(parts) == {"2"}


def test_every_layer_of_the_table_is_tried_in_a_browser():
    used = set()
    for build in generators.GENERATORS.values():
        graph, _ = export_generator(generators.make_model(build()))
        used |= {node["layer"] for node in graph["nodes"]}
    assert used == set(EXPORTERS)


@pytest.mark.skipif(not JAVASCRIPT.exists(), reason="the sources of the page are not here")
def test_what_is_shipped_was_built_from_the_sources():
    """If this fails: cd javascript/play && npm ci && npm run build"""
    sources = [f"src/{path.name}" for path in (JAVASCRIPT / "src").iterdir()]
    digest = hashlib.sha256()
    for name in sorted([*sources, "build.mjs", "package-lock.json"]):
        digest.update(f"{name}\n".encode() + (JAVASCRIPT / name).read_bytes())
    built = (play.ASSETS / "play.js").read_text(encoding="utf-8")
    assert built.splitlines()[0] == f"// sources: {digest.hexdigest()}"


def test_the_licence_of_tensorflow_js_is_shipped():
    text = (play.ASSETS / "LICENSE.txt").read_text(encoding="utf-8")
    assert "TensorFlow.js 4.22.0" in text and "Apache License" in text and len(text) > 10_000
