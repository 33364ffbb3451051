"""Runs tests and writes what they describe into docs/keras.md as a table.

    python tests/programs/keras_table.py            # tests/gan/test_keras_features.py
    python tests/programs/keras_table.py --tools    # tests/test_tools.py, the second table

The last line says how many rows passed.
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


def table(outcomes, tests=TESTS):
    """The table in Markdown; `outcomes` has the word for each test."""
    lines = ["| feature | works | how it is tested |", "|---|---|---|"]
    for name, (feature, seen) in rows(tests).items():
        lines.append(f"| {feature} | {outcomes[name]} | {seen} |")
    return "\n".join(lines)


def versions():
    """A sentence that says with which packages the tools were tried."""
    found = [f"{package} {importlib.metadata.version(package)}" for package in PACKAGES]
    return f"Run with {', '.join(found)}."


class Outcomes:
    """A plugin of pytest that notes how each test ended."""

    def __init__(self, tests):
        self.tests = tests
        self.seen = collections.defaultdict(set)

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self.seen[report.location[2].partition("[")[0]].add(report.outcome)

    def words(self):
        def word(name):
            if self.seen[name] == {"passed"}:
                return "refused" if name.endswith("_is_refused") else "yes"
            return "not tested" if "failed" not in self.seen[name] else "**no**"

        return {name: word(name) for name in rows(self.tests)}


def main():
    import pytest

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tools", action="store_true", help="the table of other people's tools")
    tests = TOOLS if parser.parse_args().tools else TESTS
    outcomes = Outcomes(tests)
    options = ["-q", "-p", "no:cacheprovider", "-k", f"not {OWN_TEST}"]
    if tests == TOOLS:
        options += ["-n", "0", "-m", "tools"]
    status = pytest.main([*options, str(tests)], plugins=[outcomes])
    words = outcomes.words()
    written = table(words, tests) + (f"\n\n{versions()}" if tests == TOOLS else "")
    before, _, rest = PAGE.read_text().partition(BEGIN[tests])
    _, _, after = rest.partition(END[tests])
    PAGE.write_text(f"{before}{BEGIN[tests]}\n\n{written}\n\n{END[tests]}{after}")
    passed = sum(word in ("yes", "refused") for word in words.values())
    print(f"rows passed: {passed} of {len(words)}")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
