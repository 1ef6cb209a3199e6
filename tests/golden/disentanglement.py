"""Writes disentanglement.json: what numpy and scikit-learn say of the metrics of disentanglement. python3 tests/golden/disentanglement.py

Codes of 240 images with factors of 3 (no order), 4 and 6 values, in whole numbers of 1/1024: perfect, rotated, noisy, and with a
constant and a doubled dimension. Metrics by their definitions, with the libraries' own entropies, trees and regressions.
"""

import itertools
import json
import pathlib

import numpy as np
from scipy.linalg import sqrtm
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import mutual_info_score
from sklearn.tree import DecisionTreeClassifier

SIZES, IMAGES, HALF, DEPTH = (3, 4, 6), 240, 120, 2
random = np.random.default_rng(20261130)


def grid(x):
    return np.round(np.asarray(x, float) * 1024) / 1024


factors = np.stack([random.integers(size, size=IMAGES) for size in SIZES], 1)
unit = factors / np.array(SIZES)
turn, _ = np.linalg.qr(random.normal(size=(3, 3)))
noise = lambda scale, width=3: scale * random.normal(size=(IMAGES, width))
CODES = {
    "perfect": np.hstack([unit + noise(0.01), noise(1, 1)]),
    "rotated": unit @ turn + noise(0.01),
    "noisy": unit + noise(0.2),
    "constant": np.hstack([unit[:, :2] + noise(0.1, 2), np.full((IMAGES, 1), 0.25), unit[:, :1] + noise(0.1, 1)]),
}
CODES = {name: grid(codes) for name, codes in CODES.items()}


def bins(column, count):
    return np.digitize(column, np.histogram(column, count)[1][:-1])


def information(codes, count):
    return np.array([[mutual_info_score(bins(c, count), f) for f in factors.T] for c in codes.T])


def gap(scores):
    return scores[-1] - scores[-2]


def mig(codes, count):
    entropies = np.array([mutual_info_score(f, f) for f in factors.T])
    return np.mean(gap(np.sort(information(codes, count), 0)) / entropies)


def modularity(codes):
    squares = information(codes, 20) ** 2
    scores = []
    for row in squares:
        template = np.where(np.arange(3) == row.argmax(), np.sqrt(row), 0)
        largest = row.max()
        scores.append(1 - ((np.sqrt(row) - template) ** 2).sum() / (largest * 2) if largest > 1e-12 else 0)
    return np.mean(scores)


def balanced_accuracy(code, factor):
    """The best of all pairs of thresholds and all orders of the three values, by looking at each."""
    cuts = np.concatenate([[-np.inf], np.unique(code)])
    below = np.array([[np.mean(code[factor == value] <= cut) for cut in cuts] for value in range(3)])
    best = 0
    for first, second, third in itertools.permutations(range(3)):
        score = below[first][:, None] + (below[second][None, :] - below[second][:, None]) + (1 - below[third][None, :])
        best = max(best, np.triu(score).max() / 3)
    return best


def sap(codes):
    gaps = []
    for k, factor in enumerate(factors.T):
        scores = []
        for code in codes.T:
            if code.std() == 0:
                scores.append(0)
            else:
                scores.append(balanced_accuracy(code, factor) if k == 0 else np.corrcoef(code, factor)[0, 1] ** 2)
        gaps.append(gap(np.sort(scores)))
    return np.mean(gaps)


def concentration(matrix):
    """1 − entropy of each row, in units of its length, weighted by row sums."""
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1e-300)
    entropy = -(shares * np.log(np.maximum(shares, 1e-300))).sum(1) / np.log(matrix.shape[1])
    weights = matrix.sum(1) / matrix.sum()
    return float((weights * (1 - entropy)).sum())


def dci(codes, make):
    importances, accuracies = [], []
    for factor in factors.T:
        model = make().fit(codes[:HALF], factor[:HALF])
        importances.append(model.feature_importances_)
        accuracies.append(model.score(codes[HALF:], factor[HALF:]))
    matrix = np.array(importances).T
    return [concentration(matrix), concentration(matrix.T), float(np.mean(accuracies))]


def tree(codes):
    every = [dci(codes, lambda: DecisionTreeClassifier(max_depth=DEPTH, random_state=seed)) for seed in range(10)]
    assert np.ptp(every, 0).max() < 1e-12, "two splits are equally good, so the tree is not unique"
    return every[0]


def forest(codes):
    return dci(codes, lambda: RandomForestClassifier(300, max_features=None, max_depth=12, random_state=0))


def covariance(codes):
    codes = codes[:, codes.std(0) > 0]
    return np.cov(codes.T)


def total_correlation(codes):
    sigma = covariance(codes)
    return 0.5 * (np.log(np.diag(sigma)).sum() - np.linalg.slogdet(sigma)[1])


def wasserstein(codes):
    sigma = covariance(codes)
    return float(2 * np.trace(sigma) - 2 * np.trace(sqrtm(sigma * np.diag(sigma)[:, None])).real)


def mean_information(codes):
    binned = [bins(c, 20) for c in codes.T]
    return np.mean([mutual_info_score(a, b) for a, b in itertools.combinations(binned, 2)])


def regression(codes):
    """Weights [classes, width + 1] for the second factor: the constant is a feature and penalised like the others."""
    features = np.hstack([codes, np.ones((IMAGES, 1))])
    model = LogisticRegression(C=1, fit_intercept=False, tol=1e-12, max_iter=10000).fit(features, factors[:, 1])
    return model.coef_.flatten().tolist()


# Votes: all combinations of the factors are equally likely, and codes are linear maps of them with noise.
MAPS = {
    "perfect": (np.eye(3), 0.05), "rotated": (turn, 0.05), "noisy": (np.eye(3), 0.3), "constant": (np.diag([1.0, 1.0, 0.0]), 0.05),
}
VOTES, BATCH = 4000, 16


def votes(name):
    matrix, scale = MAPS[name]
    alive = np.abs(matrix).sum(0) > 0
    draw = lambda *shape: np.stack([random.integers(size, size=shape) for size in SIZES], -1)
    encode = lambda values: values / np.array(SIZES) @ matrix + scale * alive * random.normal(size=values.shape)
    deviations = encode(draw(100_000)).std(0)
    deviations[~alive] = np.inf
    chosen = random.integers(3, size=2 * VOTES)
    least, distances = [], []
    for factor in chosen:
        values = draw(BATCH)
        values[:, factor] = values[0, factor]
        shares = encode(values).var(0) / deviations**2
        least.append(np.where(alive, shares, np.inf).argmin())
        one, other = draw(BATCH), draw(BATCH)
        other[:, factor] = one[:, factor]
        distances.append((np.abs(encode(one) - encode(other)) / deviations).mean(0))
    table = np.zeros((3, 3))
    np.add.at(table, (least[:VOTES], chosen[:VOTES]), 1)
    factor_vae = np.mean(table.argmax(1)[least[VOTES:]] == chosen[VOTES:])
    model = LogisticRegression(C=1).fit(distances[:VOTES], chosen[:VOTES])
    return {"factorVae": factor_vae, "betaVae": model.score(distances[VOTES:], chosen[VOTES:])}


def plain(x):
    x = np.asarray(x)
    return " ".join(map(str, [*x.shape, "|", *x.flatten().tolist()]))


result = {
    "sizes": SIZES, "depth": DEPTH, "factors": plain(factors), "votes": VOTES, "batch": BATCH,
    "cases": [
        {
            "name": name, "codes": plain(codes),
            "mig20": mig(codes, 20), "mig50": mig(codes, 50), "modularity": modularity(codes), "sap": sap(codes),
            "tree": tree(codes), "forest": forest(codes),
            "gaussianTotalCorrelation": total_correlation(codes), "wasserstein": wasserstein(codes),
            "normalisedWasserstein": wasserstein(codes) / np.trace(covariance(codes)), "meanInformation": mean_information(codes),
            "regression": plain(regression(codes)),
            "map": plain(MAPS[name][0]), "noise": MAPS[name][1], **votes(name),
        }
        for name, codes in CODES.items()
    ],
}
pathlib.Path(__file__).with_name("disentanglement.json").write_text(json.dumps(result, indent=2) + "\n")
