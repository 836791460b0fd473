"""Hooks of schemathesis for `make fuzz-http`: what a generator of requests can't know about this daemon.

Requests stay as the document allows them. They are made small, so that thousands of real trainings do not fill the
machine, and pointed at tables and runs that are there, so that more than refusals is tried.
"""

import atexit
import collections
import json
import os
import random
import urllib.error
import urllib.request

import jsonschema_rs
import schemathesis

TABLES = {"fuzz.points": "y", "fuzz.people": "spend", "fuzz.words": "word"}
SMALL = {"max_iter": 12, "block_size": 12, "n_iter_no_change": 50, "step_size": 50}

# Of its own, so that the generator's choices stay those of its seed.
chance = random.Random(os.environ["FUZZ_SEED"])
answers = collections.Counter()


with urllib.request.urlopen(f"{os.environ['FUZZ_URL']}/openapi.json") as answer:
    schemas = json.load(answer)["components"]["schemas"]
bodies = {
    "/train": jsonschema_rs.validator_for(schemas["TrainingRequest"]),
    "/train/{id}/resume": jsonschema_rs.validator_for(schemas["Resumption"]),
}


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def shrink(body, name, most):
    if is_number(body.get(name)) and body[name] > most:
        body[name] = 1 + body[name] % most


@schemathesis.hook
def map_body(context, body):
    """Leaves few options, since many hardly ever fit together; keeps trainings small; names tables that are there."""
    validator = bodies.get(context.operation.path)
    # What is wrong on purpose stays so.
    if not isinstance(body, dict) or validator is None or not validator.is_valid(body):
        return body
    if len(body) > 5 and chance.random() < 0.8:
        body = {name: body[name] for name in chance.sample(sorted(body), chance.randint(1, 4))}
    body = dict(body)
    for name, most in SMALL.items():
        shrink(body, name, most)
    sizes = body.get("hidden_layer_sizes")
    if isinstance(sizes, list):
        body["hidden_layer_sizes"] = [1 + s % 6 if is_number(s) and s > 6 else s for s in sizes][:3]
    if context.operation.path == "/train":
        source = body.get("source")
        if source is None and chance.random() < 0.9:
            example = chance.choice(["article", "spiral", "moons"])
            body["source"] = chance.choice([{"example": example, "rows": 100}, {"table": ""}])
            body.setdefault("hidden_layer_sizes", [3])
            body.setdefault("max_iter", 5)
        source = body.get("source")
        if isinstance(source, dict):
            source = body["source"] = dict(source)
            if "table" in source and chance.random() < 0.7:
                source["table"] = chance.choice(list(TABLES))
                body["label"] = TABLES[source["table"]]
                body.pop("features", None)
            shrink(source, "rows", 300)
    return body


@schemathesis.hook
def map_query(context, query):
    """Sends half of the questions about a table to one that is there."""
    if isinstance(query, dict) and isinstance(query.get("table"), str) and chance.random() < 0.5:
        query = dict(query)
        query["table"] = chance.choice(list(TABLES))
        if context.operation.path == "/describe" and "label" in query:
            query["label"] = TABLES[query["table"]]
    return query


@schemathesis.hook
def map_path_parameters(context, parameters):
    """Sends most questions about a run to one that may be there."""
    if isinstance(parameters, dict) and is_number(parameters.get("id")) and chance.random() < 0.7:
        parameters = dict(parameters)
        parameters["id"] = 1 + parameters["id"] % 12
    return parameters


def cancel(number):
    request = urllib.request.Request(f"{os.environ['FUZZ_URL']}/train/{number}", method="DELETE")
    try:
        urllib.request.urlopen(request, timeout=60).close()
    except urllib.error.HTTPError:
        pass


@schemathesis.hook
def before_call(context, case, kwargs):
    """A stream ends with its run, which may wait behind hundreds: it is cancelled, so that the stream ends."""
    if case.operation.path == "/train/{id}/events" and case.method.upper() == "GET":
        number = (case.path_parameters or {}).get("id")
        if is_number(number) and number > 0:
            cancel(number)


@schemathesis.hook
def after_call(context, case, response):
    """Cancels what would train for long. Counts, and writes the counts down often enough that none gets lost."""
    if response.status_code == 202 and case.method.upper() == "POST":
        run = response.json()
        if run["max_iter"] > 50 or run["spec"]["source"].get("rows", 0) > 1000:
            cancel(run["id"])
    answers[f"{case.method.upper()} {case.operation.path} {response.status_code}"] += 1
    if sum(answers.values()) % 100 == 0:
        write()


def write():
    with open(os.environ["FUZZ_COUNTS"], "w") as file:
        json.dump(answers, file)


atexit.register(write)
