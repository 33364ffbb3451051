"""Runs tests and writes what they describe into docs/keras.md as a table.

    python tests/programs/keras_table.py            # tests/gan/test_keras_features.py
    python tests/programs/keras_table.py --tools    # tests/test_tools.py, the second table

The tests of the first table run four times: alone, and with all models compiled in each of three
variations. The last line says how many rows passed.
"""

import argparse
import ast
import collections
import importlib.metadata
import pathlib
import sys

ROOT = pathlib.Path(__file__).parents[2]
TESTS = ROOT / "tests" / "gan" / "test_keras_features.py"
TOOLS = ROOT / "tests" / "test_tools.py"
PAGE = ROOT / "docs" / "keras.md"
OWN_TEST = "test_the_table_in_the_docs_has_every_row"  # compares this table, once it is written
BEGIN = {TESTS: "<!-- rows -->", TOOLS: "<!-- rows of tools -->"}
END = {TESTS: "<!-- end of rows -->", TOOLS: "<!-- end of rows of tools -->"}
VARIATIONS = {
    "mixed_float16": "all networks in 16 bits, with loss scaling",
    "accumulation": "each update of the weights from two batches",
    "steps_per_execution": "three steps a call",
}
PACKAGES = (
    *("tensorflow", "keras", "tensorboard", "wandb", "mlflow", "keras-tuner"),
    *("ai-edge-litert", "tf2onnx", "onnx", "onnxruntime"),
)


def rows(tests=TESTS):
    """The rows that the tests describe: {name of the test: (feature, what is seen to work)}."""
    described = {}
    for node in ast.parse(tests.read_text()).body:
        is_test = isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if is_test and ast.get_docstring(node):
            feature, _, seen = ast.get_docstring(node).partition("\n\n")
            described[node.name] = (feature.rstrip("."), " ".join(seen.split()))
    return described


def table(outcomes, variations=None, tests=TESTS):
    """The table in Markdown.

    Args:
        outcomes: dict with the word for each test.
        variations: dict of such dicts, one for each variation, which has a column of its own.
        tests: `pathlib.Path`, the file of the tests.
    """
    variations = variations or {}
    columns = ["feature", "works", *(f"`{name}`" for name in variations), "how it is tested"]
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for name, (feature, seen) in rows(tests).items():
        words = [outcomes[name], *(words[name] for words in variations.values())]
        lines.append(f"| {' | '.join([feature, *words, seen])} |")
    return "\n".join(lines)


def describe_variations(counts):
    """Says how many tests passed in each variation, and why some were left out.

    Args:
        counts: dict of pairs for each variation: how many tests passed, and how many did not.
    """
    lines = [
        "The other columns are the same tests with all models compiled in another way, run by",
        "`python -m pytest -m thorough tests/gan/test_keras_features.py --variation ...`:",
        "",
    ]
    for name, (passed, failed) in counts.items():
        outcome = f"{passed} of {passed + failed} tests pass"
        lines.append(f"- `--variation {name}` ({VARIATIONS[name]}): {outcome}.")
    lines += ["", "A dash stands for a test that says nothing there:", ""]
    described = rows()
    for name, reasons in left_out().items():
        for test, reason in reasons.items():
            if test in described:
                lines.append(f"- {described[test][0]}, with `{name}`: {reason}")
    return "\n".join(lines)


def left_out():
    """The tests that are left out in a variation: {variation: {name of the test: reason}}."""
    for node in ast.parse(TESTS.read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "NOT_VARIED":
            return ast.literal_eval(node.value)
    raise LookupError("NOT_VARIED")


def versions():
    """A sentence that says with which packages the tools were tried."""
    found = [f"{package} {importlib.metadata.version(package)}" for package in PACKAGES]
    return f"Run with {', '.join(found)}."


class Outcomes:
    """A plugin of pytest that notes how each test ended."""

    def __init__(self, tests):
        self.tests = tests
        self.seen = collections.defaultdict(set)
        self.counts = collections.Counter()

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self.seen[report.location[2].partition("[")[0]].add(report.outcome)
            self.counts[report.outcome] += 1

    def words(self):
        def word(name):
            if self.seen[name] == {"passed"}:
                return "refused" if name.endswith("_is_refused") else "yes"
            return "not tested" if "failed" not in self.seen[name] else "**no**"

        return {name: word(name) for name in rows(self.tests)}


def run(tests, *options):
    """Runs the tests and returns the status of pytest, and the `Outcomes`."""
    import pytest

    outcomes = Outcomes(tests)
    options = ["-q", "-p", "no:cacheprovider", "-k", f"not {OWN_TEST}", *options]
    return int(pytest.main([*options, str(tests)], plugins=[outcomes])), outcomes


def run_features():
    """Runs the tests of the first table in all variations, and returns the status and the text."""
    status, outcomes = run(TESTS, "-m", "thorough")
    words, variations, counts = outcomes.words(), {}, {}
    for name in VARIATIONS:
        failed, varied = run(TESTS, "-m", "thorough", "--variation", name)
        status = status or failed
        left = left_out().get(name, {})
        variations[name] = {
            test: "-" if test in left else word for test, word in varied.words().items()
        }
        counts[name] = varied.counts["passed"], varied.counts["failed"]
    written = f"{table(words, variations)}\n\n{describe_variations(counts)}"
    return status, written, words


def run_tools():
    """Runs the tests of the second table, and returns the status and the text."""
    status, outcomes = run(TOOLS, "-n", "0", "-m", "tools")
    words = outcomes.words()
    return status, f"{table(words, tests=TOOLS)}\n\n{versions()}", words


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tools", action="store_true", help="the table of other people's tools")
    tests = TOOLS if parser.parse_args().tools else TESTS
    status, written, words = run_tools() if tests == TOOLS else run_features()
    before, _, rest = PAGE.read_text().partition(BEGIN[tests])
    _, _, after = rest.partition(END[tests])
    PAGE.write_text(f"{before}{BEGIN[tests]}\n\n{written}\n\n{END[tests]}{after}")
    passed = sum(word in ("yes", "refused") for word in words.values())
    print(f"rows passed: {passed} of {len(words)}")
    return status


if __name__ == "__main__":
    sys.exit(main())
