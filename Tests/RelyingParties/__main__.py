"""Runs the tests of this folder and prints one line for each, then how many passed. CI/openid calls it.

    python3 Tests/RelyingParties [NAME …]    only tests with one of these words in their names
"""

import pathlib
import signal
import sys
import time
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))
sys.dont_write_bytecode = True


class Lines(unittest.TestResult):
    """A table: website, what was tried, whether it passed, how long it took."""

    def startTest(self, test):
        super().startTest(test)
        self.begun = time.monotonic()
        self.bad = False

    def stopTest(self, test):
        super().stopTest(test)
        kind, name = test.id().split(".")[-2:]
        sentence = name.removeprefix("test_").replace("_", " ")
        took = time.monotonic() - self.begun
        print(f"  {'FAILED' if self.bad else 'ok':6} {kind:14} {sentence} ({took:.1f} s)", flush=True)

    def addError(self, test, error):
        super().addError(test, error)
        self.bad = True

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.bad = True


def chosen(suite, words):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from chosen(test, words)
        elif not words or any(word.lower() in test.id().lower() for word in words):
            yield test


def main():
    # Ended from outside, it still ends what it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    suite = unittest.TestLoader().discover(str(FOLDER), top_level_dir=str(FOLDER))
    tests = unittest.TestSuite(chosen(suite, sys.argv[1:]))
    result = Lines()
    tests.run(result)
    for test, report in result.errors + result.failures:
        print(f"\n{test.id()}\n{report}", file=sys.stderr)
    bad = len(result.errors + result.failures)
    if not result.testsRun and not bad:
        sys.exit(f"no test has {' or '.join(sys.argv[1:])} in its name")
    print(f"openid: {max(0, result.testsRun - bad)} passed, {bad} failed")
    sys.exit(1 if bad else 0)


main()
