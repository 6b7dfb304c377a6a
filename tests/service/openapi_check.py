#!/usr/bin/python3
"""Holds docs/openapi.yaml against the service: openapi_check.py DOCUMENT SCHEMA-OF-DOCUMENTS OBSERVED.json

OBSERVED.json: {"routes": [{"method", "path", "access": "anyone|signed_in|roles|watchers", "roles": [...]}],
                "answers": [{"method", "path", "status", "type", "body": text}]}
"""
import json
import re
import sys

import jsonschema
import yaml

METHODS = {"get", "put", "post", "delete", "patch"}


class Document:
    def __init__(self, text):
        self.tree = yaml.safe_load(text)

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            at = self.tree
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part.replace("~1", "/").replace("~0", "~")]
            node = at
        return node

    def operations(self):
        for path, item in self.tree["paths"].items():
            for method in METHODS & item.keys():
                yield method.upper(), path, item, item[method]

    def validate(self, schema, value):
        """Problems of the value under a schema of this document."""
        if "$ref" in schema:
            root = {"$ref": "#/document" + schema["$ref"].removeprefix("#")}
        else:
            root = dict(rebased(schema))
        root["document"] = rebased(self.tree)
        checker = jsonschema.FormatChecker(formats=["date"])
        checker.checks("date-time")(lambda text: not isinstance(text, str) or bool(
            re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text)))
        validator = jsonschema.Draft202012Validator(root, format_checker=checker)
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(value)]


def rebased(node):
    """The tree with its references made from one level below the root."""
    if isinstance(node, dict):
        return {key: "#/document" + value.removeprefix("#") if key == "$ref" else rebased(value)
                for key, value in node.items()}
    return [rebased(item) for item in node] if isinstance(node, list) else node


def access_of(document, operation):
    if operation.get("x-watchers"):
        return ("watchers", [])
    if operation.get("security") == []:
        return ("anyone", [])
    if "x-roles" in operation:
        return ("roles", sorted(operation["x-roles"]))
    return ("signed_in", [])


def check(document, meta, observed):
    found = [f"the document itself: {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
             for e in jsonschema.Draft202012Validator(meta).iter_errors(document.tree)]
    if found:
        return found
    described = {(method, path): (item, operation) for method, path, item, operation in document.operations()}
    routes = {(route["method"], route["path"]): route for route in observed["routes"]}
    found += [f"not described: {method} {path}" for method, path in sorted(routes.keys() - described.keys())]
    found += [f"described, but not there: {method} {path}" for method, path in sorted(described.keys() - routes.keys())]
    ids = [operation["operationId"] for _, operation in described.values()]
    found += [f"operationId twice: {name}" for name in sorted(set(ids)) if ids.count(name) > 1]

    for key in sorted(described.keys() & routes.keys()):
        where = " ".join(key)
        item, operation = described[key]
        route = routes[key]
        said = access_of(document, operation)
        real = (route["access"], sorted(route["roles"]))
        if said != real:
            found.append(f"{where}: described for {said}, open to {real}")
        parameters = [document.resolve(one) for one in item.get("parameters", []) + operation.get("parameters", [])]
        in_path = {one["name"] for one in parameters if one["in"] == "path"}
        if in_path != set(re.findall(r"{(\w+)}", key[1])):
            found.append(f"{where}: path parameters {sorted(in_path)}")
        headers = {one["name"] for one in parameters if one["in"] == "header"}
        if key[0] == "POST" and "Idempotency-Key" not in headers:
            found.append(f"{where}: a POST without Idempotency-Key")
        # What the document gives as an example must pass its own schema.
        for status, answer in operation["responses"].items():
            for media in document.resolve(answer).get("content", {}).values():
                if "example" in media:
                    found += [f"{where} {status}: example: {line}"
                              for line in document.validate(media["schema"], media["example"])]

    succeeded = set()
    for answer in observed["answers"]:
        key = (answer["method"], answer["path"])
        if key not in described:
            continue
        where = f"{answer['method']} {answer['path']} {answer['status']}"
        responses = described[key][1]["responses"]
        response = document.resolve(responses.get(str(answer["status"]), responses.get("default")))
        if response is None:
            found.append(f"{where}: no such answer is described: {answer['body'][:200]}")
            continue
        if answer["status"] < 300:
            succeeded.add(key)
        elif str(answer["status"]) not in responses and answer["status"] < 400:
            found.append(f"{where}: no such answer is described")
        content = response.get("content", {})
        kind = answer["type"].split(";")[0]
        if kind not in content:
            if content:
                found.append(f"{where}: {kind} is not described, {sorted(content)} is")
            continue
        if "schema" in content[kind] and "json" in kind:
            value = json.loads(answer["body"])
            found += [f"{where}: {line}" for line in document.validate(content[kind]["schema"], value)]
    found += [f"{' '.join(key)}: never seen to succeed" for key in sorted((described.keys() & routes.keys()) - succeeded)]
    return found


def self_test(document, meta, observed):
    """Breaks the document and the observations in ways that must be found."""
    def spoiled(change):
        tree = json.loads(json.dumps(document.tree))
        seen = json.loads(json.dumps(observed))
        change(tree, seen)
        broken = Document("{}")
        broken.tree = tree
        return check(broken, meta, seen)

    def answer(seen, path, method="GET"):
        return next(a for a in seen["answers"] if (a["path"], a["method"]) == (path, method) and a["status"] < 300)

    def forget_member(tree, seen):
        one = answer(seen, "/api/v1/whoami")
        one["body"] = json.dumps({k: v for k, v in json.loads(one["body"]).items() if k != "name"})

    def add_member(tree, seen):
        one = answer(seen, "/api/v1/whoami")
        one["body"] = json.dumps({**json.loads(one["body"]), "nik": "1"})

    breaches = {
        "not described: GET /api/v1/whoami": lambda tree, seen: tree["paths"].pop("/api/v1/whoami"),
        "not there: GET /api/v1/more": lambda tree, seen: tree["paths"].update(
            {"/api/v1/more": {"get": {**tree["paths"]["/api/v1/whoami"]["get"], "operationId": "more"}}}),
        "described for": lambda tree, seen: tree["paths"]["/api/v1/letters"]["get"]["x-roles"].pop(),
        "path parameters": lambda tree, seen: tree["paths"]["/api/v1/letters/{id}"].pop("parameters"),
        "never seen to succeed": lambda tree, seen: seen["answers"].clear(),
        "'name' is a required property": forget_member,
        "'nik' was unexpected": add_member,
        "the document itself": lambda tree, seen: tree["paths"]["/api/v1/letters"]["get"].update({"responses": 7}),
        "is not described": lambda tree, seen: answer(seen, "/api/v1/whoami").update({"type": "text/html"}),
        "without Idempotency-Key": lambda tree, seen: tree["paths"]["/api/v1/drafts"]["post"].pop("parameters"),
    }
    failures = []
    for expected, change in breaches.items():
        lines = spoiled(change)
        if not any(expected in line for line in lines):
            failures.append(f"a breach was not found: {expected}: {lines[:3]}")
    return failures


def main():
    with open(sys.argv[1]) as file:
        document = Document(file.read())
    with open(sys.argv[2]) as file:
        meta = yaml.safe_load(file)
    with open(sys.argv[3]) as file:
        observed = json.load(file)
    found = check(document, meta, observed) or self_test(document, meta, observed)
    print("\n".join(found) or f"openapi: {len(observed['routes'])} routes, {len(observed['answers'])} answers held")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
