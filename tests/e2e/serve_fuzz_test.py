"""Requests made up from docs/api/openapi.json, right and wrong: the server answers every one of
them in the way the document says, and never with a failure of its own."""

import json
import random
import urllib.parse

import pytest

from altyn_run import ROOT, needs_build
from serve_client import Server

pytestmark = needs_build

OPENAPI = json.loads((ROOT / "docs" / "api" / "openapi.json").read_text())
SCHEMAS = OPENAPI["components"]["schemas"]
WORDS = ["", "RUS", "RUS:KAZ", "2016", "world_trade", "three-economies-trade", "no-union", "EAEU", "\u0000", "a" * 5000, "<b>",
         "../../etc/passwd", "é漢字", "trade ~ x | y", "-1", "1e308", "'; drop table", "%s%n", "\n"]
NUMBERS = [0, -1, 1, 0.5, 1e308, -1e308, 2**63 - 1, 2**64, 5.0, 1e-300]
SECTIONS = ["claim", "data", "options", "estimate", "scenario", "world", "tariff", "change",
            "revenue", "region", "regions", "model", "columns", "follow_up", "bootstrap", "flags",
            "file", "sectors", "scenarios", "pair", "nothing"]
# Sections of worlds of many sectors: the catalogue does not describe their fields.
MANY_SECTORS = {"trade": "three-economies-trade", "value_added": "three-economies-value-added",
                "intermediate_use": "three-economies-intermediate-use",
                "elasticities": "three-economies-elasticities"}


def anything(dice, depth=0):
    kind = dice.randrange(8 if depth < 4 else 5)
    if kind == 0:
        return dice.choice(NUMBERS)
    if kind == 1:
        return dice.choice([True, False, None])
    if kind <= 4:
        return dice.choice(WORDS)
    if kind == 5:
        return [anything(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {dice.choice(WORDS + SECTIONS): anything(dice, depth + 1)
            for _ in range(dice.randrange(4))}


def fields(catalogue):
    """Names of sections and their fields, so that made-up studies get past the first check."""
    return {section["name"]: section for sections in catalogue["options"].values()
            for section in sections}


def value_for(field, dice):
    if dice.random() < 0.2:
        return anything(dice, 3)
    kind = field["type"]
    if "choices" in field and dice.random() < 0.8:
        return dice.choice(field["choices"])
    if kind == "boolean":
        return dice.random() < 0.5
    if kind in ("integer", "number"):
        low, high = field.get("minimum", -10), field.get("maximum", 10)
        number = dice.uniform(low, min(high, low + 100))
        return int(number) if kind == "integer" else number
    if kind == "string":
        return dice.choice(WORDS)
    item = (lambda: dice.choice(WORDS)) if kind == "strings" else (lambda: dice.choice(NUMBERS))
    return [item() for _ in range(dice.randrange(4))]


def study(dice, known):
    content = {}
    for name in dice.sample(SECTIONS, dice.randrange(1, 5)):
        section = known.get(name)
        if name == "sectors" and dice.random() < 0.7:
            content[name] = {**MANY_SECTORS, dice.choice(["theta", "year", "variant", "tariff"]):
                             dice.choice(NUMBERS + WORDS)}
            continue
        if section is None or dice.random() < 0.1:
            content[name] = anything(dice, 1)
            continue
        def entry(section=section):
            chosen = dice.sample(section["fields"], min(len(section["fields"]), dice.randrange(6)))
            return {field["name"]: value_for(field, dice) for field in chosen
                    if field["name"] not in ("n_draws", "draws")}
        content[name] = [entry() for _ in range(dice.randrange(3))] if section["list"] else entry()
    return content


def made_up(schema, dice, known):
    while "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].split("/")[-1]]
    if dice.random() < 0.05:
        return anything(dice)
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        value = {}
        for name, part in schema["properties"].items():
            if name in schema.get("required", []) or dice.random() < 0.5:
                if name == "content" and dice.random() < 0.9:
                    value[name] = study(dice, known)
                else:
                    value[name] = made_up(part, dice, known)
        return value
    if kind == "string":
        return dice.choice(schema["enum"]) if "enum" in schema else dice.choice(WORDS)
    if kind == "integer":
        return dice.choice([0, 1, 2016, -1, 10**12])
    if kind == "boolean":
        return dice.random() < 0.5
    return anything(dice)


def requests(dice, known, count):
    """`count` requests spread over every address and method of the document."""
    operations = [(path, method, about) for path, methods in OPENAPI["paths"].items()
                  for method, about in methods.items() if method in ("get", "post", "delete")]
    for number in range(count):
        path, method, about = operations[number % len(operations)]
        query = {}
        for parameter in about.get("parameters", []):
            value = dice.choice([dice.choice(WORDS), str(dice.choice(NUMBERS)),
                                 str(parameter.get("example", "world_trade"))])
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}",
                                    urllib.parse.quote(value or "x", safe="")[:500])
            elif dice.random() < 0.8:
                query[parameter["name"]] = value
        if query:
            path += "?" + urllib.parse.urlencode(query)
        body, headers = None, {}
        for media, content in about.get("requestBody", {}).get("content", {}).items():
            headers["Content-Type"] = media
            body = (json.dumps(made_up(content["schema"], dice, known))
                    if media == "application/json" else bytes(dice.randrange(256) for _ in range(99)))
        yield method.upper(), path, body, headers, about


@pytest.mark.parametrize("seed", range(4))
def test_made_up_requests_are_answered_as_the_document_says(seed):
    with Server() as server:
        known = fields(server.answer("GET", "/api/catalogue"))
        server.answer("GET", "/api/first")
        for method, path, body, headers, about in requests(random.Random(seed), known, 300):
            status, answered, content = server.ask(method, path, body, headers, timeout=120)
            what = (method, path[:200], (body or "")[:2000], status, str(content)[:500])
            described = {int(code) for code in about["responses"]} | {404, 413}
            assert status in described, what
            if status >= 400:
                assert content["error"]["what"], what
            assert answered["X-Content-Type-Options"] == "nosniff", what
        assert server.process.poll() is None
        assert server.until_idle()
