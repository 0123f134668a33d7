"""Validates scenarios with the JSON Schema: `schema.py FOLDER FAKE_PHONE`."""

import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml


def place(node, path):
    """The line of a member or an element, from 1; that of its key for a member of a mapping."""
    line = node.start_mark.line + 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == str(step)]
            if not found:
                break
            key, node = found[0]
            line = key.start_mark.line + 1
        else:
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def lines(error, root):
    """Every line that an error of the schema can mean, one for each member that is not allowed."""
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        allowed = error.schema.get("properties", {})
        unknown = [name for name in error.instance if name not in allowed]
        return [place(root, [*error.absolute_path, name]) for name in unknown]
    return [place(root, error.absolute_path)]


def main():
    folder = pathlib.Path(sys.argv[1])
    schema = json.loads((folder / "scenario.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    complaints = []
    good = sorted(path for path in folder.rglob("*.yaml") if path.parent.name != "broken")
    for path in good:
        for error in validator.iter_errors(yaml.safe_load(path.read_text())):
            complaints.append(f"{path}: {list(error.absolute_path)}: {error.message[:200]}")
    broken = sorted((folder / "broken").glob("*.yaml"))
    for path in broken:
        text = path.read_text()
        wanted = int(re.match(r"# wrong at line (\d+)", text)[1])
        root = yaml.compose(text)
        errors = list(validator.iter_errors(yaml.safe_load(text)))
        said = [line for error in errors for line in lines(error, root)]
        if set(said) != {wanted}:
            complaints.append(f"{path}: the schema says lines {said}, not {wanted}")
        checked = subprocess.run([sys.argv[2], "check", str(path)], capture_output=True, text=True)
        if checked.returncode != 2 or f"{path}:{wanted}:" not in checked.stderr:
            complaints.append(f"{path}: check ends with {checked.returncode}: {checked.stderr}")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if complaints:
        sys.exit(1)
    print(f"schema: {len(good)} scenarios are valid, {len(broken)} broken ones are refused")


main()
