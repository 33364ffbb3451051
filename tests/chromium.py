"""Chromium without a window, steered by Selenium, for tests of the pages."""

import contextlib
import json
import shutil
import time

import numpy as np

CHROMEDRIVER = shutil.which("chromedriver")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
IS_MISSING = not (CHROMEDRIVER and CHROMIUM)
REASON = "chromium and chromedriver are not installed"


@contextlib.contextmanager
def start(*arguments):
    """Starts a browser in a `with` block, with further arguments of the command `chromium`."""
    from selenium import webdriver

    chrome = webdriver.ChromeOptions()
    chrome.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", *arguments):
        chrome.add_argument(argument)
    chrome.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(chrome, webdriver.ChromeService(CHROMEDRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def emulate(browser, width, scheme):
    """Gives the screen a width in pixels, and light or dark colours."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def list_requests(browser):
    """Lists the addresses that pages have asked for since the last call."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]


def read_all(browser, selector):
    """Reads all words of a part of the page, also those that only a screen reader says."""
    script = (
        "const root = document.querySelector(arguments[0]), texts = [];"
        "const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);"
        "while (walk.nextNode()) texts.push(walk.currentNode.data);"
        "const said = [...root.querySelectorAll('*')].flatMap((each) =>"
        " [each.getAttribute('aria-label'), each.title, each.label]);"
        "return [...texts, ...said.filter(Boolean)].join('\\n')"
    )
    return browser.execute_script(script, selector)


def outline(browser, table):
    """Tells what a table of texts holds: its keys, and of each function how much it takes."""
    script = (
        "const outline = (each) => typeof each === 'function' ? each.length"
        " : typeof each !== 'object' ? typeof each : Object.fromEntries("
        "Object.entries(each).map(([key, value]) => [key, outline(value)]));"
        f"return outline({table})"
    )
    return browser.execute_script(script)


def contrast(*colours):
    """How far apart two colours are, as the Web Content Accessibility Guidelines measure it."""
    luminances = []
    for colour in colours:
        parts = np.array([int(part) for part in colour.strip("rgb()").split(",")]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        luminances.append(linear @ (0.2126, 0.7152, 0.0722))
    return (max(luminances) + 0.05) / (min(luminances) + 0.05)
