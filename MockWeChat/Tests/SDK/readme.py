"""Takes MockWeChat/README.md apart, so that its lines can be run as they stand."""

import re

from mock import ROOT

PATH = ROOT / "MockWeChat/README.md"
TEXT = PATH.read_text()


class Block:
    """A fenced block: its language, the rest of the line behind it, its text."""

    def __init__(self, language, title, text, line):
        self.language = language
        self.title = title
        self.text = text
        self.line = line

    def steps(self):
        """A console block as pairs of a command and what it is said to print."""
        steps = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                steps.append([line[2:], []])
            elif line.startswith("> ") and steps and not steps[-1][1]:
                steps[-1][0] += "\n" + line[2:]
            else:
                steps[-1][1].append(line)
        return [(command, "\n".join(lines)) for command, lines in steps]


def blocks():
    found = []
    for match in re.finditer(r"^```(\w+) ?(.*)\n((?:.*\n)*?)```$", TEXT, re.MULTILINE):
        line = TEXT.count("\n", 0, match.start()) + 1
        found.append(Block(match[1], match[2], match[3], line))
    return found


def file(name):
    """The text of the block that the README gives this name."""
    return next(block.text for block in blocks() if block.title == name)


def table(heading):
    """The rows of the first table after a heading, without their back quotes."""
    start = TEXT.index(f"{heading}\n")
    lines = TEXT[start:].splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("| ---"))
    rows = []
    for line in lines[first + 1:]:
        if not line.startswith("|"):
            break
        cells = re.split(r"(?<!\\)\|", line.strip("|"))
        rows.append([cell.strip() for cell in cells])
    return rows


def matches(expected, seen):
    """Whether a text is as expected; `…` stands for anything within a line."""
    pattern = ".*?".join(re.escape(part) for part in expected.split("…"))
    return re.fullmatch(pattern, seen) is not None
