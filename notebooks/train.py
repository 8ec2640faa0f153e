"""Trains a small network to tell two moons apart. It knows nothing of notebooks: arguments in, files and lines out."""

import argparse
import csv
import json
import math
import random

parser = argparse.ArgumentParser()
parser.add_argument("--data", required=True)
parser.add_argument("--hidden", type=int, default=8)
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=30)
parser.add_argument("--model", required=True)
parser.add_argument("--metrics", required=True)
options = parser.parse_args()

with open(options.data, newline="") as table:
    points = [(float(row["x"]), float(row["y"]), int(row["moon"])) for row in csv.DictReader(table)]
train, test = points[::2], points[1::2]

first = [[random.gauss(0, 1) for _ in range(3)] for _ in range(options.hidden)]
second = [random.gauss(0, 0.5) for _ in range(options.hidden + 1)]


def answer(x, y):
    inner = [math.tanh(a * x + b * y + c) for a, b, c in first]
    total = sum(w * h for w, h in zip(second, inner)) + second[-1]
    return inner, 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


history = {"loss": [], "accuracy": []}
for epoch in range(1, options.epochs + 1):
    random.shuffle(train)
    loss = 0.0
    for x, y, moon in train:
        inner, guess = answer(x, y)
        loss -= math.log(max(1e-9, guess if moon else 1 - guess)) / len(train)
        error = guess - moon
        for weights, h, w in zip(first, inner, second):
            slope = options.lr * error * w * (1 - h * h)
            weights[0] -= slope * x
            weights[1] -= slope * y
            weights[2] -= slope
        for index, h in enumerate([*inner, 1.0]):
            second[index] -= options.lr * error * h
    right = sum(round(answer(x, y)[1]) == moon for x, y, moon in test)
    history["loss"].append(loss)
    history["accuracy"].append(right / len(test))
    print(f"epoch {epoch}: loss {loss:.3f}, {right} of {len(test)} right")

with open(options.model, "w") as file:
    json.dump({"first": first, "second": [second]}, file)
with open(options.metrics, "w") as file:
    json.dump({"accuracy": history["accuracy"][-1], "loss": history["loss"][-1], "history": history}, file)
