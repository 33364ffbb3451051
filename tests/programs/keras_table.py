"""Runs tests/gan/test_keras_features.py and writes its rows into docs/keras.md as a table.

    python tests/programs/keras_table.py

The last line says how many rows passed.
"""

import ast
import collections
import pathlib
import sys

ROOT = pathlib.Path(__file__).parents[2]
TESTS = ROOT / "tests" / "gan" / "test_keras_features.py"
PAGE = ROOT / "docs" / "keras.md"
OWN_TEST = "test_the_table_in_the_docs_has_every_row"  # compares this table, once it is written
BEGIN, END = "<!-- rows -->", "<!-- end of rows -->"


def rows():
    """The rows that the tests describe: {name of the test: (feature, what is seen to work)}."""
    described = {}
    for node in ast.parse(TESTS.read_text()).body:
        is_test = isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if is_test and ast.get_docstring(node):
            feature, _, seen = ast.get_docstring(node).partition("\n\n")
            described[node.name] = (feature.rstrip("."), " ".join(seen.split()))
    return described


def table(outcomes):
    """The table in Markdown; `outcomes` has the word for each test."""
    lines = ["| feature | works | how it is tested |", "|---|---|---|"]
    for name, (feature, seen) in rows().items():
        lines.append(f"| {feature} | {outcomes[name]} | {seen} |")
    return "\n".join(lines)


class Outcomes:
    """A plugin of pytest that notes how each test ended."""

    def __init__(self):
        self.seen = collections.defaultdict(set)

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self.seen[report.location[2].partition("[")[0]].add(report.outcome)

    def words(self):
        def word(name):
            if self.seen[name] == {"passed"}:
                return "refused" if name.endswith("_is_refused") else "yes"
            return "not tested" if "failed" not in self.seen[name] else "**no**"

        return {name: word(name) for name in rows()}


def main():
    import pytest

    outcomes = Outcomes()
    options = ["-q", "-p", "no:cacheprovider", "-k", f"not {OWN_TEST}"]
    status = pytest.main([*options, str(TESTS)], plugins=[outcomes])
    words = outcomes.words()
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(words)}\n\n{END}{after}")
    passed = sum(word in ("yes", "refused") for word in words.values())
    print(f"rows passed: {passed} of {len(words)}")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
