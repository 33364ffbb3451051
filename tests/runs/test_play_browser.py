"""The page of `dcgan-tf play` in a real browser: the same pixels as in Python, and its controls."""

import json

import chromium
import generators
import numpy as np
import pytest
from dcgan_tf import GAN
from dcgan_tf.applications.conditional import build_conditional_pair
from dcgan_tf.data import rendering
from dcgan_tf.gan.latent_space import slerp
from dcgan_tf.networks.fast_layers import accelerate
from dcgan_tf.networks.pairs import PAIRS, build_pair
from dcgan_tf.runs.exported_layers import ACTIVATIONS, EXPORTERS
from dcgan_tf.runs.play import render_play

pytest.importorskip("selenium")
from selenium.webdriver import ActionChains, Keys  # noqa: E402

pytestmark = pytest.mark.skipif(chromium.IS_MISSING, reason=chromium.REASON)


@pytest.fixture(scope="module")
def browser():
    with chromium.start() as driver:
        yield driver


@pytest.fixture
def old_browser(browser):
    """The browser without WebAssembly."""
    command = "Page.addScriptToEvaluateOnNewDocument"
    script = browser.execute_cdp_cmd(command, {"source": "delete globalThis.WebAssembly"})
    yield browser
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def visit(browser, path, model, label_names=None):
    path.write_bytes(render_play(model, label_names, name="<b>tiny</b>"))
    browser.get(path.as_uri())
    failure = browser.find_element("id", "failure")
    chromium.wait_for(lambda: failure.text or browser.execute_script("return !!window.play"))
    assert failure.text == ""
    return browser


def generate(browser, noise, label=0):
    """What the page makes of noise, as Python's `generate` would return it."""
    script = (
        "const [noise, label] = arguments;"
        "const values = play.studio.generate(noise.map((each) => Float32Array.from(each)), label);"
        "return [play.studio.shape, Array.from(values)]"
    )
    shape, values = browser.execute_script(script, noise.tolist(), label)
    return np.reshape(values, (len(noise), *shape))


def assert_same_pixels(browser, model, label=None):
    noise = np.random.default_rng(1).normal(size=(4, model.latent_dim)).astype(np.float32)
    condition = None if label is None else np.full(4, label)
    expected = model.generate(4, noise=noise, condition=condition)
    assert expected.std() > 0.15 and (np.abs(expected) > 0.999).mean() < 0.5
    made = generate(browser, noise, label or 0)
    pixels = [rendering.to_uint8(images).astype(int) for images in (made, expected)]
    assert np.abs(pixels[0] - pixels[1]).max() <= 2
    return expected


@pytest.mark.parametrize("name", generators.GENERATORS)
@pytest.mark.parametrize("backend", ["wasm", "cpu"])
def test_every_layer_makes_the_same_pixels(name, backend, request, tmp_path):
    model = generators.make_model(generators.GENERATORS[name]())
    labels = list("abc") if name == "labels" else None
    browser = request.getfixturevalue("browser" if backend == "wasm" else "old_browser")
    visit(browser, tmp_path / "play.html", model, labels)
    assert browser.execute_script("return play.backend") == backend
    assert_same_pixels(browser, model, None if labels is None else 2)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 24, 3)])
def test_every_pair_makes_the_same_pixels(browser, tmp_path, name, shape):
    generator, discriminator = build_pair(name, shape, 6, seed=0)
    model = GAN(generators.shake(generator), discriminator, 6)
    assert_same_pixels(visit(browser, tmp_path / "play.html", model), model)


def test_an_accelerated_network_makes_the_same_pixels(browser, tmp_path):
    generator, discriminator = build_pair("tutorial", latent_dim=6, seed=0)
    model = GAN(accelerate(generators.shake(generator)), discriminator, 6)
    assert_same_pixels(visit(browser, tmp_path / "play.html", model), model)


def test_a_conditional_network_draws_what_is_asked_for(browser, tmp_path):
    generator, discriminator = build_conditional_pair((28, 28, 1), 10, 6, seed=0)
    identity = [w.numpy() for w in generator.weights if "embedding" in w.path]
    generators.shake(generator)
    for weight, value in zip(
        (w for w in generator.weights if "embedding" in w.path), identity, strict=True
    ):
        weight.assign(value)
    model = GAN(generator, discriminator, 6)
    visit(browser, tmp_path / "play.html", model, [f"digit {i}" for i in range(10)])
    images = [assert_same_pixels(browser, model, label) for label in (0, 9)]
    assert np.abs(images[0] - images[1]).max() > 0.2


def test_the_tables_of_python_and_javascript_are_equal(browser, tmp_path):
    visit(browser, tmp_path / "play.html", generators.make_model(generators.build_with_label()), [*"abc"])
    assert browser.execute_script("return play.layers.sort()") == sorted(EXPORTERS)
    assert browser.execute_script("return play.activations.sort()") == sorted(ACTIVATIONS)
