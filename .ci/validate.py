"""Validates a JSON document against a JSON Schema: validate.py SCHEMA DOCUMENT."""

import json
import sys

from jsonschema import Draft202012Validator

schema_path, document_path = sys.argv[1:]
with open(schema_path, encoding="utf-8") as file:
    schema = json.load(file)
with open(document_path, encoding="utf-8") as file:
    document = json.load(file)
Draft202012Validator.check_schema(schema)
faults = list(Draft202012Validator(schema).iter_errors(document))
for fault in faults[:10]:
    print(f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}", file=sys.stderr)
print(f"{document_path}: {len(document['results'])} records, {len(faults)} faults")
sys.exit(1 if faults else 0)
