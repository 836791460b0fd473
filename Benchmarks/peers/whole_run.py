"""The program that pgradient spares one: copy the table out, train in numpy, write the history of weights back."""

import time

import psycopg

import network
import table
from turns import take_turns


def whole_run(conninfo, source, weights, iterations, rate, reg):
    started = time.perf_counter()
    with psycopg.connect(conninfo) as connection:
        X, y = table.read(connection, source)
        copied = time.perf_counter()
        history, measures = network.train(X, y, network.shaped(weights, 2, 2, 2), iterations, rate, reg)
        trained = time.perf_counter()
        write(connection, history, measures)
    loss, accuracy = measures[-1]
    return {
        "milliseconds": (time.perf_counter() - started) * 1000,
        "copying_out": (copied - started) * 1000,
        "training": (trained - copied) * 1000,
        "loss": loss,
        "accuracy": accuracy,
    }


def write(connection, history, measures):
    connection.execute(
        "CREATE TABLE IF NOT EXISTS numpy_history"
        " (run int, epoch int, loss float8, accuracy float8, weights float8[], PRIMARY KEY (run, epoch))"
    )
    run = connection.execute("SELECT coalesce(max(run), 0) + 1 FROM numpy_history").fetchone()[0]
    statement = "COPY numpy_history (run, epoch, loss, accuracy, weights) FROM STDIN"
    with connection.cursor().copy(statement) as copy:
        for epoch, (weights, (loss, accuracy)) in enumerate(zip(history, measures)):
            copy.write_row((run, epoch, loss, accuracy, weights.tolist()))


take_turns(whole_run)
