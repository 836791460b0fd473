#!/usr/bin/env python3
"""Trains scikit-learn's data sets with pgradient and with scikit-learn, and compares what comes out.

Needs Python 3.9 or newer, psql, a built pgradient and scikit-learn:

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install scikit-learn
    /tmp/venv/bin/python examples/sklearn_datasets.py

As it stands it starts a daemon with a private PostgreSQL in a temporary directory, and removes both at the end.
Other places to work in:

    … --database-url postgresql://app@db.example/app     a daemon of its own on your database
    … --url http://127.0.0.1:8080 --database-url …       a daemon that runs already, and the database it works on

The private database of a running daemon is named by the line `ready psql="psql -h DIR -p 5432 …"` of its log; as a
--database-url that is "host=DIR port=5432 user=pgradient dbname=pgradient". In a database that was given, the tables
(schema sklearn_datasets) and the runs (tag sklearn_datasets) stay; a second call replaces the tables.
If PGRADIENT_DATABASE_URL or PGRADIENT_TOKEN is set, it is used.

Less of it:  --only iris,diabetes,digits,digits_parity,convex   --seeds 2
More of it:  --reshuffle shuffles mini-batches before every epoch, as scikit-learn does; by default pgradient shuffles
once. A run on the digits takes three times as long then.

Networks. Each data set is a table with a column split: 'train', or 'test' for a quarter of the rows, drawn once and
stratified. One POST /train per seed learns from the 'train' rows; POST /predict is asked for the 'test' rows. Beside it
MLPClassifier or MLPRegressor with the same options learns from the same rows, its features scaled by a StandardScaler
fitted to the 'train' rows. A data set passes if pgradient's mean score is at least scikit-learn's less 0.01. The same
seed draws other weights in either, so single lines differ; the options were chosen for a small spread among
scikit-learn's seeds.

Where all rows are one batch, nothing but the initial weights is random: begun with scikit-learn's, pgradient must have
scikit-learn's loss in every epoch, to nine digits. That is with an epsilon of 1e-16 in both, because Adam's epsilon is
added before the correction for bias in scikit-learn and after it in pgradient; at the usual 1e-8 that shows in the
fourth digit of the loss.

Convex cases. A model without hidden layers has one optimum. pgradient must reach it to 1e-4, in the loss and in every
coefficient; numpy's least squares and scikit-learn's Newton iterations say where it is.

Exit code 0 if all of it passes, 1 if not.
"""

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

try:
    import numpy as np
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.preprocessing import StandardScaler
except ImportError as error:
    sys.exit(f"{error}; `python3 -m venv /tmp/venv && /tmp/venv/bin/pip install scikit-learn`, then use its python")

SCHEMA = "sklearn_datasets"
SPLIT_SEED = 7
TOLERANCE = 0.01  # one point of accuracy or of R²
OPTIMUM_TOLERANCE = 1e-4
PATH_TOLERANCE = 1e-9


# ---------------------------------------------------------------------------------------------------------- data sets


@dataclass
class Data:
    """A data set, and which of its rows are held out."""

    name: str
    columns: list
    x: np.ndarray
    y: np.ndarray  # numbers, or text for classes
    label: str
    is_regression: bool = False
    test: np.ndarray = field(init=False)

    def __post_init__(self):
        # A regression is stratified by the quarters of its label.
        strata = np.searchsorted(np.quantile(self.y, [0.25, 0.5, 0.75]), self.y) if self.is_regression else self.y
        rows = np.arange(len(self.y))
        _, held = train_test_split(rows, test_size=0.25, stratify=strata, random_state=SPLIT_SEED)
        self.test = np.isin(rows, held)

    @property
    def table(self):
        return f"{SCHEMA}.{self.name}"

    def rows(self, test):
        chosen = self.test if test else ~self.test
        return self.x[chosen], self.y[chosen]

    def script(self):
        """SQL for psql that makes the table and fills it."""
        label_type = "text" if self.y.dtype.kind == "U" else "float8" if self.is_regression else "int4"
        columns = ", ".join(f'"{name}" float8' for name in self.columns)
        lines = [
            f"DROP TABLE IF EXISTS {self.table};",
            f'CREATE TABLE {self.table} ({columns}, "{self.label}" {label_type}, split text);',
            f"COPY {self.table} FROM STDIN WITH (FORMAT csv);",
        ]
        for features, label, is_test in zip(self.x.tolist(), self.y.tolist(), self.test):
            lines.append(",".join([*map(repr, features), str(label), "test" if is_test else "train"]))
        return "\n".join([*lines, "\\.", ""])


def names(raw):
    """Column names as SQL likes them: "sepal length (cm)" is sepal_length."""
    return [name.replace(" (cm)", "").replace(" ", "_").replace("/", "_") for name in raw]


def load(name):
    if name == "iris":
        raw = load_iris()
        return Data(name, names(raw.feature_names), raw.data, raw.target_names[raw.target].astype(str), "species")
    if name == "diabetes":
        raw = load_diabetes()
        return Data(name, names(raw.feature_names), raw.data, raw.target, "progression", is_regression=True)
    if name in ("digits", "digits_parity"):
        raw = load_digits()
        if name == "digits":
            return Data(name, names(raw.feature_names), raw.data, raw.target, "digit")
        return Data(name, names(raw.feature_names), raw.data, np.where(raw.target % 2, "odd", "even"), "parity")
    if name == "iris_petals":  # two species that overlap; setosa lies apart and would have no finite optimum
        raw = load_iris()
        rest = raw.target > 0
        labels = raw.target_names[raw.target[rest]].astype(str)
        return Data(name, names(raw.feature_names)[2:], raw.data[rest][:, 2:], labels, "species")
    if name == "breast_cancer_2":
        raw = load_breast_cancer()
        labels = raw.target_names[raw.target].astype(str)
        return Data(name, names(raw.feature_names[:2]), raw.data[:, :2], labels, "diagnosis")
    if name == "wine_2":
        raw = load_wine()
        return Data(name, names(raw.feature_names[:2]), raw.data[:, :2], raw.target, "cultivar")
    raise ValueError(name)


@dataclass
class Case:
    """Options in scikit-learn's words."""

    title: str
    hidden: list
    rate: float
    epochs: int
    batch: int  # 0 is all rows
    alpha: float = 1e-4
    activation: str = "relu"
    solver: str = "adam"
    tol: float = 1e-4
    patience: int = 10
    loss: str = ""
    reshuffle: bool = False

    def scikit(self, data, seed):
        options = dict(
            hidden_layer_sizes=self.hidden,
            activation=self.activation,
            solver=self.solver,
            learning_rate_init=self.rate,
            batch_size=self.rows_of_batch(data),
            max_iter=self.epochs,
            alpha=self.alpha,
            tol=self.tol,
            n_iter_no_change=self.patience,
            random_state=seed,
        )
        return (MLPRegressor if data.is_regression else MLPClassifier)(**options)

    def pgradient(self, data, seed):
        body = {
            "name": f"{data.name}, seed {seed}",
            "tags": [SCHEMA],
            "source": {"table": data.table},
            "label": data.label,
            "split_column": "split",
            "task": "regression" if data.is_regression else "classification",
            "hidden_layer_sizes": self.hidden,
            "activation": self.activation,
            "solver": self.solver,
            "learning_rate_init": self.rate,
            "batch_size": self.batch or "full",
            "max_iter": self.epochs,
            "l2_reg": self.l2(data),
            "tol": self.tol,
            "n_iter_no_change": self.patience,
            "init": "glorot",  # what scikit-learn does, whatever the activation
            "seed": seed,
        }
        if self.batch and self.reshuffle:
            body["shuffle"] = "every epoch"
        if self.loss:
            body["loss"] = self.loss
        return body

    def rows_of_batch(self, data):
        return self.batch or int((~data.test).sum())

    def l2(self, data):
        """pgradient adds l2_reg/2 · ΣW² to the mean loss of a batch. scikit-learn adds alpha/2 · ΣW² divided by the
        rows of the batch, not by all rows. The last batch of an epoch may be smaller, and its penalty larger; that is
        left out here."""
        return self.alpha / self.rows_of_batch(data)

    def describe(self, data):
        batch, shuffled = "all rows in a batch", ""
        if self.batch:
            batch = f"batches of {self.batch}"
            shuffled = "\n  shuffled before every epoch" if self.reshuffle else (
                "\n  shuffled once by pgradient, before every epoch by scikit-learn"
            )
        return (
            f"hidden layers {self.hidden}, {self.activation}, {self.solver}, rate {self.rate:g}, {batch}, "
            f"at most {self.epochs} epochs,\n  tol {self.tol:g} for {self.patience} epochs, "
            f"alpha {self.alpha:g}, which is l2_reg {self.l2(data):.3g}{shuffled}"
        )


CASES = {
    "iris": Case("iris, three species", [16], rate=0.01, epochs=200, batch=0),
    "diabetes": Case("diabetes, regression", [8], rate=0.1, epochs=400, batch=0, alpha=100),
    "digits": Case("digits, ten classes", [32], rate=0.01, epochs=30, batch=200),
    # One output, as scikit-learn has for two classes.
    "digits_parity": Case("digits, odd or even", [32], rate=0.01, epochs=30, batch=200, loss="logistic"),
}


# ------------------------------------------------------------------------------------------------ database and daemon


class Failure(Exception):
    """Something that stands in the way, in words for people."""


class Database:
    def __init__(self, psql):
        self.psql = psql

    def run(self, script):
        command = [*self.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        try:
            done = subprocess.run(command, input=script, text=True, capture_output=True)
        except FileNotFoundError:
            raise Failure("psql is not there; on Debian or Ubuntu `apt-get install postgresql-client`")
        if done.returncode:
            raise Failure(f"psql says: {done.stderr.strip()}")


class Daemon:
    """The HTTP interface."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        self.token = os.environ.get("PGRADIENT_TOKEN")

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            try:
                problem = json.loads(text)
                words = f"{problem['detail']} ({problem['code']})"
                hint = f"; hint: {problem['hint']}" if problem.get("hint") else ""
            except (ValueError, KeyError):
                words, hint = text[:500], ""
            raise Failure(f"{method} {path}: {error.code}, {words}{hint}")
        except OSError as error:
            raise Failure(f"{method} {self.url}{path}: {error}")

    def train(self, body, progress):
        """Starts a run and follows it to its end. Returns the run and the seconds from the request to the end."""
        start = time.monotonic()
        run = self.call("POST", "/train", body)
        while run["state"] in ("queued", "preparing", "running"):
            time.sleep(0.1)
            run = self.call("GET", f"/train/{run['id']}")
            progress(run)
        seconds = time.monotonic() - start
        if run["state"] != "succeeded":
            error = run.get("error") or {}
            words = error.get("message") or error.get("detail") or json.dumps(error)
            raise Failure(f"run {run['id']} ({body['name']}) {run['state']}: {words}")
        return run, seconds

    def losses(self, run):
        """Of every epoch, page by page."""
        losses, query = [], "limit=1000"
        while True:
            page = self.call("GET", f"/train/{run['id']}/metrics?{query}")
            losses += [entry["loss"] for entry in page["metrics"]]
            if page["next"] is None:
                return losses
            query = f"limit=1000&after={page['next']}"

    def predict(self, run, rows):
        answers = self.call("POST", "/predict", {"run": run["id"], "rows": rows})["predictions"]
        return [answer["value"] if "value" in answer else answer["label"] for answer in answers]


def program(given):
    built = Path(__file__).resolve().parent.parent / ".build" / "release" / "pgradient"
    found = given or (str(built) if built.exists() else shutil.which("pgradient"))
    if not found:
        raise Failure("pgradient is not built; `make build`, or --pgradient PATH")
    return str(Path(found).resolve())


@contextmanager
def own_daemon(options):
    """Starts a daemon, on the given database or with a private one in a temporary directory, and ends it."""
    path = program(options.pgradient)
    with tempfile.TemporaryDirectory(prefix="pgradient-") as directory:
        if os.geteuid() == 0:
            os.chmod(directory, 0o755)  # root's private server runs as the user postgres, who must get through
        environment = {k: v for k, v in os.environ.items() if k != "PGRADIENT_DATABASE_URL"}
        if options.database_url:
            environment["PGRADIENT_DATABASE_URL"] = options.database_url
        command = [path, "serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--data-dir", f"{directory}/data"]
        log = Path(directory, "log")
        with open(log, "w") as errors:
            # In the temporary directory, where no pgradient.json is.
            daemon = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment, cwd=directory
            )
        try:
            line = daemon.stdout.readline()  # pgradient 1.0 listens on http://127.0.0.1:40123
            if "listens on" not in line:
                raise Failure(f"the daemon did not start: {log.read_text().strip()}")
            ready = wait_until_ready(daemon, log)
            psql = ["psql", options.database_url] if options.database_url else shlex.split(ready["psql"])
            yield Daemon(line.split()[-1]), Database(psql)
        finally:
            daemon.terminate()
            daemon.wait()


def wait_until_ready(daemon, log):
    """Waits for the log line "ready", which also says how the private database is reached."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and daemon.poll() is None:
        for line in log.read_text().splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if entry.get("message") == "ready":
                return entry
        time.sleep(0.1)
    raise Failure(f"the daemon did not get ready: {log.read_text().strip()}")


@contextmanager
def running_daemon(options):
    if not options.database_url:
        raise Failure(
            "--url needs --database-url, the database that daemon works on, to put the tables there; that of a private "
            'one is in its log: ready psql="psql -h DIR …" is "host=DIR port=5432 user=pgradient dbname=pgradient"'
        )
    yield Daemon(options.url), Database(["psql", options.database_url])


# ----------------------------------------------------------------------------------------------------------- training


class Progress:
    """A line that redraws itself on a terminal; otherwise a line every ten seconds."""

    def __init__(self, title):
        self.title = title
        self.last = time.monotonic()

    def __call__(self, run):
        loss = "" if run["loss"] is None else f"  loss {run['loss']:.6g}"
        eta = "" if run["eta_s"] is None else f"  {run['eta_s']:.0f} s left"
        line = f"{self.title}: {run['state']}, epoch {run['epoch']}/{run['max_iter']}{loss}{eta}"
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self.last > 10:
            self.last = time.monotonic()
            print(line, file=sys.stderr, flush=True)

    def done(self, words):
        start = "\r\033[K" if sys.stderr.isatty() else ""
        print(f"{start}{self.title}: {words}", file=sys.stderr, flush=True)


def score(data, truth, predicted):
    """Accuracy, or R²."""
    if not data.is_regression:
        return float(np.mean(np.asarray(predicted) == truth))
    residual = truth - np.asarray(predicted, dtype=float)
    return float(1 - np.sum(residual**2) / np.sum((truth - truth.mean()) ** 2))


def compare(name, case, daemon, database, seeds):
    data = load(name)
    database.run(data.script())
    (x_train, y_train), (x_test, y_test) = data.rows(test=False), data.rows(test=True)
    questions = [dict(zip(data.columns, row)) for row in x_test.tolist()]
    results = []
    shapes = set()
    for seed in seeds:
        progress = Progress(f"{name}, seed {seed}")
        run, seconds = daemon.train(case.pgradient(data, seed), progress)
        if run["rows"] != len(y_train):
            raise Failure(f"run {run['id']} learned from {run['rows']} rows, and {len(y_train)} are for training")
        shapes.add(run["shape"])
        ours = score(data, y_test, daemon.predict(run, questions))

        start = time.monotonic()
        scaler = StandardScaler().fit(x_train)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # max_iter is reached: so it is meant
            peer = case.scikit(data, seed).fit(scaler.transform(x_train), y_train)
        peer_seconds = time.monotonic() - start
        theirs = score(data, y_test, peer.predict(scaler.transform(x_test)))
        results.append((ours, theirs, run["epoch"], peer.n_iter_, seconds, peer_seconds))
        progress.done(f"pgradient {ours:.4f} in {seconds:.1f} s, scikit-learn {theirs:.4f} in {peer_seconds:.1f} s")

    path = None if case.batch else path_difference(data, case, daemon, seeds[0])

    means = np.mean(results, axis=0)
    difference = means[0] - means[1]
    error = ""
    if len(results) > 1:
        error = np.std([ours - theirs for ours, theirs, *_ in results], ddof=1) / len(results) ** 0.5
        error = f" (standard error {error:.4f})"
    is_as_good = difference >= -TOLERANCE
    measure = "R²" if data.is_regression else "accuracy"
    worth = "" if data.is_regression else f"; one test row is worth {1 / len(y_test):.4f}"
    rows = f"{len(y_train)} rows to learn from, {len(y_test)} to test{worth}"
    print(f"\n{case.title}: {x_train.shape[1]} features, {rows}")
    print(f"  {case.describe(data)}\n  shape of pgradient's statement: {', '.join(sorted(shapes))}\n")
    print(f"         test {measure:<8}              epochs                   seconds")
    print("  seed" + "   pgradient  scikit-learn" * 3)
    for title, (ours, theirs, epochs, peer_epochs, seconds, peer_seconds) in zip([*seeds, "mean"], [*results, means]):
        scores = f"   {ours:9.4f}  {theirs:12.4f}"
        lengths = f"   {epochs:9.0f}  {peer_epochs:12.0f}"
        print(f"  {title:>4}{scores}{lengths}   {seconds:9.1f}  {peer_seconds:12.1f}")
    wanted = f"at least {-TOLERANCE:+.2f} wanted: {verdict(is_as_good)}"
    print(f"\n  mean difference {difference:+.4f}{error}, {wanted}", flush=True)
    if path is None:
        return is_as_good
    is_same = path <= PATH_TOLERANCE
    differ = f"the losses of all epochs differ by at most {path:.1e} of them"
    print(f"  from the same initial weights, {differ}: {verdict(is_same)}")
    return is_as_good and is_same


def verdict(passed):
    return "PASS" if passed else "FAIL"


def path_difference(data, case, daemon, seed):
    """Begins with the weights that scikit-learn begins with. Returns the largest relative difference of a loss."""
    x, y = data.rows(test=False)
    x = StandardScaler().fit_transform(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        # One epoch at next to no rate leaves the initial weights as they are.
        still = case.scikit(data, seed).set_params(max_iter=1, learning_rate_init=1e-300).fit(x, y)
        theirs = case.scikit(data, seed).set_params(epsilon=1e-16).fit(x, y).loss_curve_
    weights = [block.ravel().tolist() for pair in zip(still.coefs_, still.intercepts_) for block in pair]
    body = {**case.pgradient(data, seed), "init": "weights", "weights": sum(weights, []), "epsilon": 1e-16}
    body["name"] = f"{data.name}, scikit-learn's weights"
    progress = Progress(body["name"])
    run, seconds = daemon.train(body, progress)
    progress.done(f"{run['epoch']} epochs in {seconds:.1f} s")
    ours = daemon.losses(run)
    # Both measure an epoch with the weights it begins with; pgradient the last ones, too.
    if len(ours) != len(theirs) + 1:
        return float("inf")
    return float(np.max(np.abs(np.array(ours[:-1]) / theirs - 1)))


# ------------------------------------------------------------------------------------------------------- convex cases


@dataclass
class Convex:
    title: str
    reference: str
    rate: float
    epochs: int
    momentum: float = 0.9
    loss: str = ""


CONVEX = {
    "diabetes": Convex("diabetes, linear regression", "numpy.linalg.lstsq", rate=0.2, epochs=1000, momentum=0.92),
    "iris_petals": Convex("iris, versicolor or virginica by the petals, softmax", "Newton", rate=2, epochs=500),
    "breast_cancer_2": Convex(
        "breast cancer by radius and texture, one logit", "Newton", rate=2, epochs=500, loss="logistic"
    ),
    "wine_2": Convex("wine, three cultivars by alcohol and malic acid, softmax", "Newton", rate=2, epochs=500),
}


def optimum(data, x, y):
    """Coefficients in the units of the columns, one row per output with the intercept last, and the mean loss."""
    extended = np.column_stack([x, np.ones(len(x))])
    if data.is_regression:
        solution = np.linalg.lstsq(extended, y, rcond=None)[0]
        return solution[None, :], float(np.mean((extended @ solution - y) ** 2) / 2)
    # C = ∞ is no penalty. Newton's method on scaled features, scaled back.
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    model.fit(scaler.transform(x), y)
    coefficients = unscaled(np.column_stack([model.coef_, model.intercept_]), scaler)
    scores = extended @ coefficients.T
    if len(coefficients) == 1:
        scores = np.column_stack([np.zeros(len(x)), scores])
    highest = scores.max(axis=1)
    total = highest + np.log(np.exp(scores - highest[:, None]).sum(axis=1))
    chosen = scores[np.arange(len(x)), np.searchsorted(model.classes_, y)]
    return canonical(coefficients), float(np.mean(total - chosen))


def unscaled(coefficients, scaler):
    slopes = coefficients[:, :-1] / scaler.scale_
    return np.column_stack([slopes, coefficients[:, -1] - slopes @ scaler.mean_])


def canonical(coefficients):
    """Only differences of scores matter to a softmax: two become one logit, more are centred."""
    if len(coefficients) == 2:
        return coefficients[1:] - coefficients[:1]
    return coefficients - coefficients.mean(axis=0) if len(coefficients) > 2 else coefficients


def reach(name, case, daemon, database):
    data = load(name)
    database.run(data.script())
    x, y = data.rows(test=False)
    body = {
        "name": f"{data.name}, convex",
        "tags": [SCHEMA],
        "source": {"table": data.table},
        "label": data.label,
        "split_column": "split",
        "hidden_layer_sizes": [],
        "solver": "sgd",
        "momentum": case.momentum,
        "learning_rate_init": case.rate,
        "batch_size": "full",
        "max_iter": case.epochs,
        "tol": 0,
        "history": "last",
        "seed": 1,
    }
    if case.loss:
        body["loss"] = case.loss
    progress = Progress(body["name"])
    run, seconds = daemon.train(body, progress)
    layer = daemon.call("GET", f"/params?run={run['id']}")["layers"][0]
    found = np.column_stack([np.array(layer["weights"]).T, layer["biases"]])
    found = canonical(unscaled(found, StandardScaler().fit(x)))
    wanted, least = optimum(data, x, y)
    excess = run["loss"] - least
    distance = float(np.abs(found - wanted).max())
    passed = abs(excess) <= OPTIMUM_TOLERANCE and distance <= OPTIMUM_TOLERANCE
    progress.done(f"loss {excess:+.1e} from the optimum in {seconds:.1f} s")

    print(f"\n{case.title}: {len(y)} rows, against {case.reference}")
    print(f"  sgd, momentum {case.momentum:g} (Nesterov), rate {case.rate:g}, all rows in a batch")
    print(f"  {case.epochs} epochs in {seconds:.1f} s; shape of the statement: {run['shape']}\n")
    print(f"  loss         pgradient {run['loss']:.10g}   optimum {least:.10g}   difference {excess:+.1e}")
    outputs = {1: [""], 3: [f" of {value}" for value in run["classes"] or []]}[len(wanted)]
    for output, ours, theirs in zip(outputs, found, wanted):
        for column, a, b in zip([*data.columns, "intercept"], ours, theirs):
            print(f"  {column + output:<24} {a:16.8f}   optimum {b:16.8f}   difference {a - b:+.1e}")
    print(f"\n  all within {OPTIMUM_TOLERANCE:g}: {verdict(passed)}", flush=True)
    return passed


# ---------------------------------------------------------------------------------------------------------------- main


def parsed():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    known = [*CASES, "convex"]
    given = os.environ.get("PGRADIENT_DATABASE_URL")
    parser.add_argument("--database-url", default=given, help="libpq URI or conninfo")
    parser.add_argument("--url", help="a daemon that runs already; needs --database-url")
    parser.add_argument("--pgradient", metavar="PATH", help="the program; default .build/release/pgradient, then PATH")
    parser.add_argument("--only", default=",".join(known), help=f"some of {','.join(known)}")
    parser.add_argument("--reshuffle", action="store_true", help="shuffle mini-batches before every epoch")
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds, from 1 on; default 5")
    options = parser.parse_args()
    options.only = options.only.split(",")
    for name in options.only:
        if name not in known:
            parser.error(f"--only {name} is not known; it takes {', '.join(known)}")
    if options.seeds < 1:
        parser.error("--seeds must be at least 1")
    return options


def main():
    options = parsed()
    start = time.monotonic()
    verdicts = {}
    with (running_daemon if options.url else own_daemon)(options) as (daemon, database):
        database.run(f"SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS {SCHEMA};")
        for name, case in CASES.items():
            if name in options.only:
                case.reshuffle = options.reshuffle
                verdicts[name] = compare(name, case, daemon, database, range(1, options.seeds + 1))
        if "convex" in options.only:
            for name, case in CONVEX.items():
                verdicts[f"convex: {name}"] = reach(name, case, daemon, database)
    print(f"\nin all {time.monotonic() - start:.0f} s")
    for name, passed in verdicts.items():
        print(f"  {verdict(passed)}  {name}")
    return 0 if all(verdicts.values()) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends the daemon on the way out
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"sklearn_datasets.py: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
