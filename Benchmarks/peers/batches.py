"""One epoch of mini-batches in scikit-learn, its data in memory.

MLPClassifier has one output for two classes where pgradient has two, and it does not measure accuracy: both are less
work for it. It shuffles when asked to; pgradient shuffles once, when it takes its snapshot.
"""

import time

import psycopg
from sklearn.neural_network import MLPClassifier

import table
from turns import take_turns

known = {}


def epoch(conninfo, source, batch_size, rate, reg, shuffle):
    if "data" not in known:
        with psycopg.connect(conninfo) as connection:
            known["data"] = table.read(connection, source)
    X, y = known["data"]
    if shuffle not in known:
        known[shuffle] = MLPClassifier(
            hidden_layer_sizes=(2,),
            activation="relu",
            solver="sgd",
            momentum=0,
            batch_size=batch_size,
            learning_rate_init=rate,
            # scikit-learn divides its penalty by the rows of a batch.
            alpha=reg * batch_size,
            shuffle=shuffle,
            random_state=1,
        )
        # Its first call makes the weights.
        known[shuffle].partial_fit(X, y, classes=[0, 1])
    started = time.perf_counter()
    known[shuffle].partial_fit(X, y)
    return {"milliseconds": (time.perf_counter() - started) * 1000, "loss": known[shuffle].loss_}


take_turns(epoch)
