"""Measures how many pictures a second the page of `dcgan-tf play` draws, in Chromium.

It makes pages of untrained generators, whose speed is that of trained ones, and lets each draw as
often as the browser shows a frame, at most 60 times a second.

    python benchmarks/play.py
"""

import argparse
import pathlib
import shutil
import tempfile

import machine
from selenium import webdriver

from dcgan_tf import GAN
from dcgan_tf.networks.pairs import build_pair
from dcgan_tf.runs.play import render_play

GENERATORS = {
    "digits, 28x28": ("default", (28, 28, 1)),
    "people, 32x32 in colour": ("default", (32, 32, 3)),
    "64x64 in colour": ("default", (64, 64, 3)),
    "tutorial, 28x28": ("tutorial", (28, 28, 1)),
    "recurrent, 28x28": ("recurrent", (28, 28, 1)),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="for each page (default: 5)")
    seconds = parser.parse_args().seconds
    print(machine.describe())
    print("| generator | backend | ms a picture | pictures a second | page, MB |")
    print("|---|---|---|---|---|")
    browser = start_browser()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for title, (pair, shape) in GENERATORS.items():
                page = render_play(GAN(*build_pair(pair, shape, seed=0), 16))
                path = pathlib.Path(folder, "play.html")
                path.write_bytes(page)
                for backend in ("wasm", "cpu"):
                    row = measure(browser, path, backend, seconds)
                    print(f"| {title} | {row} | {len(page) / 1e6:.1f} |", flush=True)
    finally:
        browser.quit()


def start_browser():
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    browser = webdriver.Chrome(options, service)
    browser.set_script_timeout(600)
    return browser


def measure(browser, path, backend, seconds):
    """Opens a page, and returns three columns of the table."""
    command = "Page.addScriptToEvaluateOnNewDocument"
    source = "" if backend == "wasm" else "delete globalThis.WebAssembly"
    script = browser.execute_cdp_cmd(command, {"source": source})
    browser.get(path.as_uri())
    started = "const done = arguments[0]; (function wait() {"
    started += "window.play ? done(play.backend) : setTimeout(wait, 50) })()"
    assert browser.execute_async_script(started) == backend
    frames = browser.execute_async_script(
        f"play.measure({seconds}).then(arguments[arguments.length - 1])"
    )
    milliseconds = browser.execute_script("return play.studio.milliseconds")
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
    return f"{backend} | {milliseconds:.1f} | {frames:.1f}"


if __name__ == "__main__":
    main()
