"""The report in a real browser: Chromium without a window, steered by Selenium."""

import base64
import io
import json
import shutil
import time

import chromium
import numpy as np
import pytest
from PIL import Image
from test_report import HOSTILE, SCORES, diagnoses, fill, write_history, write_settings

from dcgan_tf.runs import folder as run_folder
from dcgan_tf.runs.report import write_report

pytest.importorskip("selenium")
from selenium.webdriver import ActionChains, Keys  # noqa: E402
from selenium.webdriver.common.actions.action_builder import ActionBuilder  # noqa: E402
from selenium.webdriver.common.actions.pointer_input import PointerInput  # noqa: E402

pytestmark = pytest.mark.skipif(chromium.IS_MISSING, reason=chromium.REASON)
EPOCHS = 4


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run with every part of the report, and long and hostile text in it."""
    folder = fill(tmp_path_factory.mktemp("run"), EPOCHS)
    write_settings(folder, data=f"/data/{HOSTILE}{'long' * 50}")
    write_history(folder, EPOCHS, val_frechet_distance=[4, 3, 2, 1])
    classes = {"labels": ["long" * 20, HOSTILE], "generated": [0.1, 0.9], "data": [0.5, 0.5]}
    (folder / "scores.json").write_text(json.dumps({**SCORES, "classes": classes}))
    (folder / "doctor.json").write_text(diagnoses("balanced", HOSTILE, "long" * 50))
    shutil.copy(folder / run_folder.SAMPLES / "epoch_0001.png", folder / "closest_pairs.png")
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def browser():
    with chromium.start() as driver:
        yield driver


@pytest.fixture
def page(browser, run):
    """The report, freshly opened on a screen of 1200 x 900 pixels in light colours."""
    chromium.emulate(browser, 1200, "light")
    browser.get((run / "report.html").as_uri())
    chromium.wait_for(lambda: browser.find_element("id", "magnified").is_displayed())
    chromium.wait_for(lambda: text(browser, "film-epoch"))
    return browser


def text(page, name):
    return page.find_element("id", name).text


def drawn(page, name):
    """What a canvas shows, as a grey picture."""
    script = "return document.getElementById(arguments[0]).toDataURL()"
    content = page.execute_script(script, name).partition(",")[2]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))).convert("L"))


def frame(run, epoch):
    return np.asarray(Image.open(run / run_folder.SAMPLES / f"epoch_{epoch:04d}.png"))


def tile(page, column, row):
    """One image of the map, cut out of what the page was given."""
    source = page.find_element("id", "map-sheet").get_attribute("src").partition(",")[2]
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(source))))
    return sheet[16 * row : 16 * row + 16, 16 * column : 16 * column + 16]


def point_at(page, column, row, kind="mouse"):
    """Moves the pointer to the middle of one image of the map."""
    box = page.execute_script(
        "const map = document.getElementById('map-sheet'); map.scrollIntoView();"
        "const box = map.getBoundingClientRect(); return [box.left, box.top, box.width, box.height]"
    )
    left, top, width, height = box
    actions = ActionBuilder(page, mouse=PointerInput(kind, kind))
    x, y = left + width * (column + 0.5) / 20, top + height * (row + 0.5) / 20
    actions.pointer_action.move_to_location(int(x), int(y))
    if kind == "touch":
        actions.pointer_action.pointer_down().pointer_up()
    actions.perform()


def test_no_message_and_no_request(page, run):
    point_at(page, 3, 4)
    page.find_element("id", "film-play").click()
    assert page.get_log("browser") == []
    sent = chromium.list_requests(page)
    assert (run / "report.html").as_uri() in sent
    assert [url for url in sent if not url.startswith(("file:", "data:", "blob:"))] == []
    assert len({url for url in sent if url.startswith("file:")}) == 1


def test_the_page_may_not_load_anything(page):
    """The policy in the page stops even a script of its own from asking for a picture."""
    script = (
        "const done = arguments[0], picture = new Image();"
        "document.addEventListener('securitypolicyviolation', (e) => done(e.blockedURI));"
        "picture.src = 'http://127.0.0.1:9/picture.png';"
    )
    assert page.execute_async_script(script) == "http://127.0.0.1:9/picture.png"
    page.get_log("browser")  # holds the refusal, which is not for the next test


def test_the_slider_moves_the_film(page, run):
    slider = page.find_element("id", "film-slider")
    np.testing.assert_array_equal(drawn(page, "film-frame"), frame(run, 4))
    slider.send_keys(Keys.ARROW_LEFT)
    np.testing.assert_array_equal(drawn(page, "film-frame"), frame(run, 3))
    assert text(page, "film-epoch") == slider.get_attribute("aria-valuetext") == "epoch 3 of 4"
    slider.send_keys(Keys.HOME)
    np.testing.assert_array_equal(drawn(page, "film-frame"), frame(run, 1))
    label = page.find_element("id", "film-frame").get_attribute("aria-label")
    assert label == "Generated images, epoch 1 of 4"


def test_play_goes_through_the_film_and_stops_at_its_end(page, run):
    page.execute_script(
        "const label = document.getElementById('film-epoch'); window.seen = [];"
        "new MutationObserver(() => seen.push(label.textContent)).observe(label, {childList: true})"
    )
    play = page.find_element("id", "film-play")
    play.click()
    chromium.wait_for(lambda: play.text == "Play")
    seen = page.execute_script("return seen")
    assert seen == [f"epoch {epoch} of {EPOCHS}" for epoch in range(1, EPOCHS + 1)]
    np.testing.assert_array_equal(drawn(page, "film-frame"), frame(run, EPOCHS))


def test_pause_stops_the_film(page):
    play = page.find_element("id", "film-play")
    page.execute_script("arguments[0].click()", play)
    assert play.text == "Pause"
    page.execute_script(
        "document.getElementById('film-slider').value = 0; arguments[0].click()", play
    )
    assert play.text == "Play"
    time.sleep(0.5)
    assert page.find_element("id", "film-slider").get_property("value") == "0"


@pytest.mark.parametrize("kind", ["mouse", "touch"])
def test_the_map_follows_the_pointer(page, kind):
    for column, row in ((3, 4), (19, 0)):
        before = drawn(page, "magnified")
        point_at(page, column, row, kind)
        np.testing.assert_array_equal(drawn(page, "magnified"), tile(page, column, row))
        assert (drawn(page, "magnified") != before).any()
        assert text(page, "map-place") == f"Column {column + 1} of 20, row {row + 1} of 20"


def test_the_map_follows_the_arrow_keys_and_joins_at_its_edges(page):
    point_at(page, 0, 18)
    scrolled = page.execute_script("return scrollY")
    page.execute_script("document.getElementById('map').focus({preventScroll: true})")
    for keys, column, row in (
        ([Keys.ARROW_RIGHT], 1, 18),
        ([Keys.ARROW_LEFT] * 2, 19, 18),
        ([Keys.ARROW_DOWN] * 2, 19, 0),
        ([Keys.ARROW_UP], 19, 19),
    ):
        ActionChains(page).send_keys(*keys).perform()
        np.testing.assert_array_equal(drawn(page, "magnified"), tile(page, column, row))
        assert text(page, "map-place") == f"Column {column + 1} of 20, row {row + 1} of 20"
    assert page.execute_script("return scrollY") == scrolled


def test_the_marker_lies_on_the_image_that_is_magnified(page):
    point_at(page, 5, 6)
    marker, box = page.execute_script(
        "return ['marker', 'map-sheet'].map((id) => {"
        "const box = document.getElementById(id).getBoundingClientRect();"
        "return [box.left, box.top, box.width, box.height]})"
    )
    expected = [box[0] + box[2] * 5 / 20, box[1] + box[3] * 6 / 20, box[2] / 20, box[3] / 20]
    np.testing.assert_allclose(marker, expected, atol=1)


def test_all_that_can_be_used_is_reached_by_the_tab_key(page):
    reached = []
    for _ in range(12):
        ActionChains(page).send_keys(Keys.TAB).perform()
        reached.append(page.switch_to.active_element)
    ids = [element.get_attribute("id") for element in reached]
    for name in ("film-play", "film-slider", "map", "copy"):
        assert name in ids
    assert "summary" in [element.tag_name for element in reached]


def test_a_phone_need_not_scroll_sideways(page):
    chromium.emulate(page, 360, "light")
    page.find_element("css selector", "summary").click()
    widths = page.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert widths == [360, 360]
    boxes = page.find_elements("css selector", ".scroll")
    assert any(box.get_property("scrollWidth") > box.get_property("clientWidth") for box in boxes)
    for name in ("film-frame", "map-sheet", "magnified", "pairs"):
        rectangle = page.find_element("id", name).rect
        assert rectangle["x"] >= 0 and rectangle["x"] + rectangle["width"] <= 360, name


def test_light_and_dark(page):
    def colours():
        return page.execute_script(
            "const style = (e) => getComputedStyle(document.querySelector(e));"
            "return [style('body').backgroundColor, style('body').color,"
            "style('.panels svg text').fill]"
        )

    light = colours()
    chromium.emulate(page, 1200, "dark")
    dark = colours()
    for ground, ink, curve_text in (light, dark):
        assert ink == curve_text
        assert chromium.contrast(ground, ink) > 7
    assert (
        chromium.contrast(light[0], "rgb(255, 255, 255)")
        < 1.5
        < 10
        < chromium.contrast(dark[0], "rgb(255, 255, 255)")
    )


@pytest.mark.parametrize("allowed", [True, False])
def test_the_command_is_copied_or_selected(page, allowed):
    promise = "Promise.resolve(window.copied = text)" if allowed else "Promise.reject(new Error())"
    page.execute_script(f"navigator.clipboard.writeText = (text) => {promise}")
    page.find_element("id", "copy").click()
    chromium.wait_for(lambda: text(page, "copied"))
    command = page.find_element("id", "command").get_property("textContent")
    assert command.startswith("dcgan-tf train --data '/data/<script>")
    if allowed:
        assert text(page, "copied") == "Copied."
        assert page.execute_script("return window.copied") == command
    else:
        assert text(page, "copied").startswith("Selected: ")
        assert page.execute_script("return getSelection().toString()") == command


def test_without_javascript_the_gif_is_shown(page):
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.refresh()
        film = page.find_element("css selector", "noscript img")
        assert film.is_displayed() and film.get_attribute("src").startswith("data:image/gif")
        assert film.rect["width"] > 50
        assert not page.find_element("id", "film").is_displayed()
        assert not page.find_element("id", "copy").is_displayed()
        assert page.find_element("id", "map-sheet").is_displayed()
    finally:
        page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_hostile_text_is_shown_as_text(page):
    assert page.title.startswith("script>&\"'long")  # the name after the last slash
    scripts = page.find_elements("css selector", "main script")
    assert [script.get_attribute("id") for script in scripts] == ["play-page"]
    strong = [element.text for element in page.find_elements("css selector", "#findings strong")]
    assert strong == ["balanced", HOSTILE, "long" * 50]


def test_the_words_of_the_script_are_chinese_on_a_chinese_page(browser, run, tmp_path):
    folder = shutil.copytree(run, tmp_path / "run")
    write_report(folder, "zh")
    chromium.emulate(browser, 360, "light")
    browser.get((folder / "report.html").as_uri())
    chromium.wait_for(lambda: browser.find_element("id", "magnified").is_displayed())
    chromium.wait_for(lambda: text(browser, "film-epoch"))
    assert text(browser, "film-epoch") == "第 4 个轮次，共 4 个"
    label = browser.find_element("id", "film-frame").get_attribute("aria-label")
    assert label == "生成图像，第 4 个轮次，共 4 个"
    assert text(browser, "map-place") == "第 11 列（共 20 列），第 11 行（共 20 行）"
    play = browser.find_element("id", "film-play")
    assert play.text == "播放"
    play.click()
    assert play.text == "暂停"
    script = "return [document.documentElement.scrollWidth, innerWidth]"
    assert browser.execute_script(script) == [360, 360]
    browser.execute_script("document.getElementById('play').open = true")
    browser.switch_to.frame("play-frame")
    chromium.wait_for(lambda: browser.find_elements("id", "new-noise"))
    chromium.wait_for(lambda: text(browser, "new-noise") == "新的噪声")
    browser.switch_to.default_content()
    assert browser.get_log("browser") == []
