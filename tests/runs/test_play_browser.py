"""The page of `dcgan-tf play` in a real browser: the same pixels as in Python, and its controls."""

import base64
import io
import re

import chromium
import generators
import numpy as np
import pytest
from PIL import Image
from test_report import save_model, write_settings

from dcgan_tf import GAN
from dcgan_tf.applications.conditional import build_conditional_pair
from dcgan_tf.data import rendering
from dcgan_tf.gan.latent_space import find_directions, slerp
from dcgan_tf.networks.fast_layers import accelerate
from dcgan_tf.networks.pairs import PAIRS, build_pair
from dcgan_tf.runs.exported_layers import ACTIVATIONS, EXPORTERS
from dcgan_tf.runs.play import render_play
from dcgan_tf.runs.report import write_report
from dcgan_tf.runs.words import LANGUAGES

pytest.importorskip("selenium")
from selenium.webdriver import ActionChains, Keys  # noqa: E402

pytestmark = pytest.mark.skipif(chromium.IS_MISSING, reason=chromium.REASON)


@pytest.fixture(scope="module")
def browser():
    with chromium.start() as driver:
        yield driver


@pytest.fixture(scope="module")
def chinese_browser():
    with chromium.start("--accept-lang=zh-CN") as driver:
        yield driver


@pytest.fixture
def old_browser(browser):
    """The browser without WebAssembly."""
    command = "Page.addScriptToEvaluateOnNewDocument"
    script = browser.execute_cdp_cmd(command, {"source": "delete globalThis.WebAssembly"})
    yield browser
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def visit(browser, path):
    """Opens a page, and waits until its generator has drawn."""
    browser.get(path.as_uri())
    failure = browser.find_element("id", "failure")
    chromium.wait_for(lambda: failure.text or browser.execute_script("return !!window.play"))
    assert failure.text == ""
    return browser


def show(browser, path, model, label_names=None):
    path.write_bytes(render_play(model, label_names))
    return visit(browser, path)


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
    show(browser, tmp_path / "play.html", model, labels)
    assert browser.execute_script("return play.backend") == backend
    assert_same_pixels(browser, model, None if labels is None else 2)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 24, 3)])
def test_every_pair_makes_the_same_pixels(browser, tmp_path, name, shape):
    generator, discriminator = build_pair(name, shape, 6, seed=0)
    model = GAN(generators.shake(generator), discriminator, 6)
    assert_same_pixels(show(browser, tmp_path / "play.html", model), model)


def test_an_accelerated_network_makes_the_same_pixels(browser, tmp_path):
    generator, discriminator = build_pair("tutorial", latent_dim=6, seed=0)
    model = GAN(accelerate(generators.shake(generator)), discriminator, 6)
    assert_same_pixels(show(browser, tmp_path / "play.html", model), model)


def test_a_conditional_network_draws_what_is_asked_for(browser, tmp_path):
    generator, discriminator = build_conditional_pair((28, 28, 1), 10, 6, seed=0)
    identity = [w.numpy() for w in generator.weights if "embedding" in w.path]
    generators.shake(generator)
    for weight, value in zip(
        (w for w in generator.weights if "embedding" in w.path), identity, strict=True
    ):
        weight.assign(value)
    model = GAN(generator, discriminator, 6)
    show(browser, tmp_path / "play.html", model, [f"digit {i}" for i in range(10)])
    images = [assert_same_pixels(browser, model, label) for label in (0, 9)]
    assert np.abs(images[0] - images[1]).max() > 0.2


def test_the_tables_of_python_and_javascript_are_equal(browser, tmp_path):
    show(
        browser,
        tmp_path / "play.html",
        generators.make_model(generators.build_with_label()),
        [*"abc"],
    )
    assert browser.execute_script("return play.layers.sort()") == sorted(EXPORTERS)
    assert browser.execute_script("return play.activations.sort()") == sorted(ACTIVATIONS)


LABELS = ["cat", "<script>alert(1)</script>&\"'", "long" * 30]


@pytest.fixture(scope="module")
def labelled():
    """A model of three labels, of which one has a hostile name."""
    return generators.make_model(generators.build_with_label())


@pytest.fixture(scope="module")
def page_path(tmp_path_factory, labelled):
    path = tmp_path_factory.mktemp("page") / "play.html"
    path.write_bytes(render_play(labelled, LABELS, name="<b>tiny</b>"))
    return path


@pytest.fixture
def page(browser, page_path):
    """The page, freshly opened on a screen of 1200 x 900 pixels in light colours."""
    chromium.emulate(browser, 1200, "light")
    for log in ("browser", "performance"):
        browser.get_log(log)  # of the tests before
    return visit(browser, page_path)


@pytest.fixture(scope="module")
def directions(labelled):
    return find_directions(labelled, 8, np.arange(3))[0]


def read_noise(page):
    return np.array(page.execute_script("return Array.from(play.studio.noise)"), np.float32)


def read_places(page):
    """The numbers at the sliders: where the noise lies on each direction."""
    rows = page.find_elements("css selector", "#directions output")
    return [float(row.text.replace("\u2212", "-")) for row in rows]


def let_it_draw(page):
    page.execute_async_script(
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))"
    )


def read_canvas(page, name="picture"):
    let_it_draw(page)
    script = "return document.getElementById(arguments[0]).toDataURL()"
    content = page.execute_script(script, name).partition(",")[2]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB"))


def draw(model, noise, label=0):
    images = model.generate(1, noise=noise[None], condition=np.array([label]))
    return rendering.to_uint8(images)[0].astype(int)


def assert_shows(page, model, noise, label=0, name="picture"):
    assert np.abs(read_canvas(page, name) - draw(model, noise, label)).max() <= 2


def set_slider(page, element, value):
    page.execute_script(
        "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))",
        element,
        value,
    )


def test_no_message_and_no_request(page, page_path):
    page.find_element("id", "new-noise").click()
    page.find_element("id", "travel").click()
    let_it_draw(page)
    assert page.get_log("browser") == []
    asked = chromium.list_requests(page)
    assert [url for url in asked if url != "data:,"] == [page_path.as_uri()]


def test_new_noise_is_drawn_and_all_controls_follow(page, labelled, directions):
    before = read_noise(page)
    page.find_element("id", "new-noise").click()
    noise = read_noise(page)
    assert np.abs(noise - before).max() > 0.1
    assert_shows(page, labelled, noise)
    np.testing.assert_allclose(read_places(page), directions @ noise, atol=0.06)
    sliders = page.find_elements("css selector", "#directions input")
    values = [float(slider.get_property("value")) for slider in sliders]
    np.testing.assert_allclose(values, np.clip(directions @ noise, -3, 3), atol=0.03)


def test_a_slider_moves_the_noise_along_its_direction_alone(page, labelled, directions):
    before, places = read_noise(page), read_places(page)
    set_slider(page, page.find_elements("css selector", "#directions input")[2], 1.5)
    after = read_places(page)
    assert after[2] == 1.5 and after[:2] + after[3:] == places[:2] + places[3:]
    expected = before + (1.5 - directions[2] @ before) * directions[2]
    np.testing.assert_allclose(read_noise(page), expected, atol=1e-4)
    assert_shows(page, labelled, expected)


def test_a_label_draws_its_picture(page, labelled):
    buttons = page.find_elements("css selector", "#labels button")
    assert [button.text for button in buttons] == LABELS
    for label in (1, 2):
        buttons[label].click()
        pressed = [button.get_attribute("aria-pressed") for button in buttons]
        assert pressed == ["true" if i == label else "false" for i in range(3)]
        assert_shows(page, labelled, read_noise(page), label)


def test_the_field_follows_pointer_and_keys(page):
    others = read_places(page)[2:]
    field = page.find_element("id", "field")
    half = field.rect["width"] / 2
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
    move = ActionChains(page).move_to_element(field).click_and_hold()
    move.move_by_offset(int(half / 2), int(-half / 4)).release().perform()
    places = read_places(page)
    np.testing.assert_allclose(places[:2], [1.5, 0.75], atol=0.11)
    assert places[2:] == others
    marker = page.find_element("id", "marker").rect
    centre = marker["x"] + marker["width"] / 2 - field.rect["x"]
    np.testing.assert_allclose(centre, half * 1.5, atol=3)
    scrolled = page.execute_script("return scrollY")
    field.send_keys(Keys.ARROW_LEFT * 5, Keys.ARROW_UP * 2)
    moved = np.subtract(read_places(page), places)
    np.testing.assert_allclose(moved, [-0.5, 0.2, *[0] * (len(moved) - 2)], atol=0.11)
    assert page.execute_script("return scrollY") == scrolled


def test_the_field_shows_what_lies_at_its_places(page, labelled, directions):
    page.find_element("id", "new-noise").click()
    corner = read_noise(page)
    for direction, place in zip(directions[:2], (18 / 7, -18 / 7), strict=True):
        corner = corner + (place - direction @ corner) * direction
    expected = draw(labelled, corner)

    def is_there():
        return np.abs(read_canvas(page, "tiles")[-16:, -16:] - expected).max() <= 2

    chromium.wait_for(is_there)


def test_the_way_between_two_pictures_is_that_of_python(page, labelled):
    ends = []
    for name in ("keep-first", "keep-last"):
        page.find_element("id", "new-noise").click()
        page.find_element("id", name).click()
        ends.append(read_noise(page))
    assert_shows(page, labelled, ends[0], name="first")
    assert_shows(page, labelled, ends[1], name="last")
    way = slerp(*ends, 5)
    for i in (0, 1, 3, 4):
        set_slider(page, page.find_element("id", "between"), i / 4)
        np.testing.assert_allclose(read_noise(page), way[i], atol=1e-4)
    travel = page.find_element("id", "travel")
    travel.click()
    place = "return Number(document.getElementById('between').value)"
    chromium.wait_for(lambda: page.execute_script(place) < 0.8)
    travel.click()
    assert travel.get_attribute("aria-pressed") == "false"
    stopped = read_noise(page)
    let_it_draw(page)
    np.testing.assert_array_equal(read_noise(page), stopped)


def test_all_that_can_be_used_is_reached_by_the_tab_key(page):
    reached = set()
    for _ in range(30):
        ActionChains(page).send_keys(Keys.TAB).perform()
        element = page.switch_to.active_element
        reached.add(element.get_attribute("id") or element.get_attribute("type"))
    assert {"new-noise", "range", "across", "up", "field", "between", "travel"} <= reached
    assert {"keep-first", "keep-last", "button"} <= reached


def test_a_phone_need_not_scroll_sideways(page):
    chromium.emulate(page, 360, "light")
    script = "return [document.documentElement.scrollWidth, innerWidth]"
    assert page.execute_script(script) == [360, 360]
    for name in ("picture", "field", "first", "last", "between"):
        box = page.find_element("id", name).rect
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360, name
    # The picture stays in sight while the last control is used.
    page.execute_script("document.getElementById('travel').scrollIntoView({block: 'end'})")
    top = "return document.getElementById('picture').getBoundingClientRect().top"
    assert 0 <= page.execute_script(top) < 100


def test_light_and_dark(page):
    script = (
        "const style = (e) => getComputedStyle(document.querySelector(e));"
        "return [style('body').backgroundColor, style('body').color, style('.quiet').color,"
        " style('#new-noise').backgroundColor, style('#new-noise').color]"
    )
    grounds = []
    for scheme in ("light", "dark"):
        chromium.emulate(page, 1200, scheme)
        ground, ink, quiet, button, button_ink = page.execute_script(script)
        assert chromium.contrast(ground, ink) > 7
        assert chromium.contrast(ground, quiet) > 4.5
        assert chromium.contrast(button, button_ink) > 4.5
        grounds.append(ground)
    assert chromium.contrast(*grounds) > 10


def test_every_text_of_the_page_is_in_the_table(page):
    empty = (
        "return [...document.querySelectorAll('[data-text], [data-label]')].filter((e) =>"
        " (e.dataset.text && !e.textContent.trim()) ||"
        " (e.dataset.label && !e.getAttribute('aria-label'))).map((e) => e.outerHTML)"
    )
    assert page.execute_script(empty) == []
    assert "undefined" not in page.find_element("tag name", "body").text


def test_each_language_has_all_texts(page):
    texts = chromium.outline(page, "play.texts")
    assert sorted(texts) == sorted(LANGUAGES)
    assert texts["zh"] == texts["en"]


def test_a_chinese_browser_shows_chinese(chinese_browser, labelled, tmp_path):
    path = tmp_path / "play.html"
    path.write_bytes(render_play(labelled, ["甲", "乙", "丙"], name="字"))
    page = visit(chinese_browser, path)
    assert page.find_element("id", "new-noise").text == "新的噪声"
    assert page.find_element("css selector", "html").get_attribute("lang") == "zh-CN"
    assert page.title == "字：玩转生成器"
    page.find_element("id", "travel").click()
    chromium.wait_for(lambda: "，每秒" in page.find_element("id", "speed").text)
    read = "\n".join(chromium.read_all(page, part) for part in ("header", "main", "footer"))
    found = set(re.findall("[A-Za-z]+", read))
    assert found == {"WebAssembly", "TensorFlow", "js", "Apache", "License"}


def test_a_fixed_language_comes_before_that_of_the_browser(
    browser, chinese_browser, labelled, tmp_path
):
    path = tmp_path / "play.html"
    for language, visitor, words in (
        ("en", chinese_browser, "New noise"),
        ("zh", browser, "新的噪声"),
    ):
        path.write_bytes(render_play(labelled, LABELS, language=language))
        assert visit(visitor, path).find_element("id", "new-noise").text == words


def test_a_browser_that_cannot_run_the_page_says_so_in_both_languages(browser, page_path):
    command = "Page.addScriptToEvaluateOnNewDocument"
    script = browser.execute_cdp_cmd(command, {"source": "delete globalThis.DecompressionStream"})
    try:
        browser.get(page_path.as_uri())
        too_old = browser.find_element("id", "too-old")
        chromium.wait_for(too_old.is_displayed)
        assert "too old" in too_old.text and "太旧" in too_old.text
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(page_path.as_uri())
        body = browser.find_element("tag name", "body").text
        assert "switched off" in body and "关掉" in body and "太旧" not in body
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_hostile_text_is_shown_as_text(page):
    assert page.find_element("tag name", "h1").text == "<b>tiny</b>"
    assert page.find_elements("css selector", "main script") == []


def test_the_page_says_how_fast_it_is(page):
    assert page.find_element("id", "speed").text.startswith("WebAssembly, ")
    assert page.execute_async_script("play.measure(0.5).then(arguments[0])") > 10


def test_without_webassembly_the_page_says_so(old_browser, page_path):
    old_browser.get_log("browser")
    page = visit(old_browser, page_path)
    assert page.find_element("id", "speed").text.startswith("plain JavaScript, as WebAssembly did")
    assert page.get_log("browser") == []


def test_the_report_contains_the_page_folded(browser, tmp_path):
    save_model(tmp_path, (16, 16, 1))
    write_settings(tmp_path)
    browser.get(write_report(tmp_path).as_uri())
    frame = browser.find_element("id", "play-frame")
    assert not frame.is_displayed()
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.find_element("css selector", "#play summary").click()
    browser.switch_to.frame(frame)
    chromium.wait_for(lambda: browser.execute_script("return !!window.play"))
    assert browser.execute_script("return play.backend") == "wasm"
    height = browser.execute_script("return document.body.scrollHeight")
    assert height > 500
    browser.switch_to.default_content()
    chromium.wait_for(lambda: frame.rect["height"] >= height)
    assert browser.get_log("browser") == []
    asked = chromium.list_requests(browser)
    assert [url for url in asked if not url.startswith(("about:srcdoc", "data:"))] == []
