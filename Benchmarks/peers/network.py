"""The network of the CS231n case study, full batch: one hidden ReLU layer, softmax, cross-entropy, L2 on the weights.

It measures loss and accuracy of every epoch and keeps the weights of every epoch, because pgradient does.
"""

import numpy as np


def train(X, y, initial, iterations, rate, reg):
    """Returns the weights of every epoch, flat, and (loss, accuracy) of every epoch; epoch 0 is the start."""
    W, b, W2, b2 = (part.copy() for part in initial)
    rows = np.arange(len(X))
    weights, measures = [flat(W, b, W2, b2)], []
    for _ in range(iterations):
        hidden, scores, probs = forward(X, W, b, W2, b2)
        measures.append(measure(scores, probs, rows, y, W, W2, reg))

        dscores = probs
        dscores[rows, y] -= 1
        dscores /= len(X)
        dW2 = hidden.T @ dscores + reg * W2
        db2 = dscores.sum(axis=0)
        dhidden = dscores @ W2.T
        dhidden[hidden <= 0] = 0
        dW = X.T @ dhidden + reg * W
        db = dhidden.sum(axis=0)

        W -= rate * dW
        b -= rate * db
        W2 -= rate * dW2
        b2 -= rate * db2
        weights.append(flat(W, b, W2, b2))
    _, scores, probs = forward(X, W, b, W2, b2)
    measures.append(measure(scores, probs, rows, y, W, W2, reg))
    return weights, measures


def forward(X, W, b, W2, b2):
    hidden = np.maximum(0, X @ W + b)
    scores = hidden @ W2 + b2
    exp_scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return hidden, scores, exp_scores / exp_scores.sum(axis=1, keepdims=True)


def measure(scores, probs, rows, y, W, W2, reg):
    penalty = 0.5 * reg * (np.sum(W * W) + np.sum(W2 * W2))
    loss = -np.log(probs[rows, y]).mean() + penalty
    return float(loss), float((scores.argmax(axis=1) == y).mean())


def flat(W, b, W2, b2):
    return np.concatenate([W.ravel(), b, W2.ravel(), b2])


def shaped(weights, inputs, hidden, outputs):
    """The reverse of flat."""
    ends = np.cumsum([inputs * hidden, hidden, hidden * outputs])
    W, b, W2, b2 = np.split(np.asarray(weights, dtype=float), ends)
    return W.reshape(inputs, hidden), b, W2.reshape(hidden, outputs), b2
