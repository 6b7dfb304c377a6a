#!/usr/bin/env python3
"""schema_judge.py FOLDER: holds what SchemaFit was sure of against jsonschema. Of each KIND.json, a draft-07 schema, every
line of KIND.ndjson is [sure, data]. Prints what the two do not agree on, and how many lines there were."""
import json
import pathlib
import sys

import jsonschema

lines = sure = valid = 0
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    schema = json.loads(file.read_text())
    schema.pop("allOf", None)  # left to the other check
    validator = jsonschema.Draft7Validator(schema)
    for line in file.with_suffix(".ndjson").read_text().splitlines():
        is_sure, data = json.loads(line)
        is_valid = validator.is_valid(data)
        lines, sure, valid = lines + 1, sure + is_sure, valid + is_valid
        if is_sure != is_valid:
            print(f"{file.stem}: {'sure of' if is_sure else 'unsure of'} {line[:300]}")
print(f"{lines} lines, {valid} valid, {sure} sure")
