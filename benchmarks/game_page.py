"""How fast the game of docs/game.md trains in headless Chromium. Prints a table in Markdown.

For each example of the page: training steps a second, milliseconds to draw one picture, and frames
a second while it runs at the speed "medium", which is four steps a frame.

    sphinx-build docs docs/_build && python benchmarks/game_page.py docs/_build/game.html
"""

import argparse
import pathlib
import shutil

from machine import describe
from selenium import webdriver

STEPS = """
const [name, steps] = arguments, {page} = dcganGame;
page.choosePreset(name);
for (let i = 0; i < steps; i++) page.session.step();
let begin = performance.now();
for (let i = 0; i < steps; i++) page.session.step();
const step = (performance.now() - begin) / steps;
begin = performance.now();
for (let i = 0; i < 20; i++) { page.session.measure(); page.draw(); }
return [1000 / step, (performance.now() - begin) / 20];
"""
FRAMES = """
const [seconds, done] = arguments, {page} = dcganGame;
page.toggle();
const begin = performance.now();
let frames = 0;
const count = () => {
    frames += 1;
    const passed = performance.now() - begin;
    if (passed < 1000 * seconds) return requestAnimationFrame(count);
    page.stop();
    done(1000 * frames / passed);
};
requestAnimationFrame(count);
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("page", type=pathlib.Path, help="the built page, docs/_build/game.html")
    parser.add_argument("--steps", type=int, default=200, help="steps to measure (default: 200)")
    parser.add_argument("--seconds", type=float, default=3, help="of running (default: 3)")
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    chromedriver = shutil.which("chromedriver")
    if not (chromium and chromedriver and arguments.page.exists()):
        parser.error(f"chromium, chromedriver and {arguments.page} are needed; one is missing")
    chrome = webdriver.ChromeOptions()
    chrome.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        chrome.add_argument(argument)
    print(describe())
    print("\n| example | steps a second | milliseconds a picture | frames a second |")
    print("|---|---|---|---|")
    with webdriver.Chrome(chrome, webdriver.ChromeService(chromedriver)) as browser:
        browser.set_script_timeout(600)
        browser.get(arguments.page.resolve().as_uri())
        for name in browser.execute_script("return Object.keys(dcganGame.PRESETS)"):
            steps, picture = browser.execute_script(STEPS, name, arguments.steps)
            frames = browser.execute_async_script(FRAMES, arguments.seconds)
            print(f"| {name} | {steps:.0f} | {picture:.1f} | {frames:.0f} |", flush=True)


if __name__ == "__main__":
    main()
