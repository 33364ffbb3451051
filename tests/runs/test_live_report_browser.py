"""The report of a training that goes on, in a real browser: it loads itself again, and stops."""

import time

import chromium
import pytest
from test_report import fill, write_history

from dcgan_tf.runs import live_report
from dcgan_tf.runs.live_report import write_live_report
from dcgan_tf.runs.report import write_report

pytest.importorskip("selenium")
pytestmark = pytest.mark.skipif(chromium.IS_MISSING, reason=chromium.REASON)


@pytest.fixture(scope="module")
def browser():
    with chromium.start() as driver:
        yield driver


def test_it_follows_the_training_keeps_its_place_and_stops(browser, tmp_path, monkeypatch):
    monkeypatch.setattr(live_report, "SOONEST", 0.3)
    run = fill(tmp_path, epochs=2)
    write_live_report(run, 5, 0.1)
    chromium.emulate(browser, 360, "dark")
    browser.get((run / "report.html").as_uri())
    assert "epoch 2 of 5" in browser.title
    script = "return [document.documentElement.scrollWidth, innerWidth]"
    assert browser.execute_script(script) == [360, 360]
    browser.execute_script("scrollTo(0, 200)")
    write_history(run, 3)
    write_live_report(run, 5, 0.1)
    chromium.wait_for(lambda: "epoch 3 of 5" in browser.title)
    chromium.wait_for(lambda: browser.execute_script("return scrollY") == 200)
    write_report(run)
    chromium.wait_for(lambda: "report of a run" in browser.title)
    browser.execute_script("window.stays = true")
    time.sleep(1)
    assert browser.execute_script("return window.stays")
    assert browser.get_log("browser") == []
    asked = {url for url in chromium.list_requests(browser) if not url.startswith("data:")}
    assert asked == {(run / "report.html").as_uri()}


def test_it_stops_if_nothing_is_new_for_long(browser, tmp_path, monkeypatch):
    monkeypatch.setattr(live_report, "SOONEST", 0.1)
    run = fill(tmp_path, epochs=1)
    now = time.time()
    monkeypatch.setattr(live_report.time, "time", lambda: now - 3600)
    write_live_report(run, 5, 0.1)
    browser.get((run / "report.html").as_uri())
    browser.execute_script("window.stays = true")
    time.sleep(1)
    assert browser.execute_script("return window.stays")
    assert "may have been stopped" in browser.find_element("id", "news").text
