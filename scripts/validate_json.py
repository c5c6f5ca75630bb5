#!/usr/bin/env python3
"""Validates JSON from standard input against docs/schemas/NAME.json: validate_json.py report"""

import json
import sys
from pathlib import Path

import jsonschema

schema = json.loads((Path(__file__).parent.parent / "docs" / "schemas" / f"{sys.argv[1]}.json").read_text())
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.Draft7Validator(schema).validate(json.load(sys.stdin))
print(f"valid {sys.argv[1]}")
