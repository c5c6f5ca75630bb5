"""Writes golden/learned/: models that scikit-learn and XGBoost fitted, and what they say of patients.

The patients are drawn at random: the files prove that the library computes what these packages compute, and say
nothing of medicine. Written apart from lib/fusion: the spline basis as a matrix product, calibrations by
scikit-learn's own predictions, the interval from two million random patients.

Usage: .venv/bin/python tests/fusion/make_learned_golden.py  (seed 20210403; xgboost==1.7.6, the minor version of
Debian 12's library, which the tests do not need)
"""

import json
import pathlib

import numpy as np
import xgboost
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

SEED = 20210403
PATIENTS = 1200
CASES = 60
FOLDER = pathlib.Path(__file__).parent / "golden" / "learned"
NO_PENALTY = 1e12

INPUTS = [
    {"variable": "age", "unit": "a", "range": [18, 100], "reference": 60},
    {"variable": "sex", "is": ["male"]},
    {"variable": "diabetes", "missing": {"value": 0.25}},
    {"variable": "crp", "unit": "mg/L", "range": [0, 500], "reference": 50,
     "missing": {"value": 70, "distribution": {"probabilities": [0.05, 0.3, 0.6, 0.95], "values": [3, 40, 90, 260],
                                               "note": "random patients of a test"}}},
    {"variable": "ldh", "unit": "U/L", "range": [50, 2000], "reference": 250,
     "missing": {"value": 320, "distribution": {"probabilities": [0.05, 0.5, 0.95], "values": [150, 300, 800],
                                                "note": "random patients of a test"}}},
    {"variable": "brixia", "reference": 0, "missing": {"value": 6}},
]
NAMES = [entry["variable"] for entry in INPUTS]
KNOTS = {"age": [35, 55, 70, 85], "crp": [5, 45, 113, 297], "ldh": [160, 300, 700]}
MAY_BE_MISSING = [name for name, entry in zip(NAMES, INPUTS) if "missing" in entry]
IMPUTED = {entry["variable"]: entry["missing"]["value"] for entry in INPUTS if "missing" in entry}


def patients(rng, count):
    """[count,6] inputs with NaN where missing, and whether each had the outcome."""
    x = np.column_stack([
        rng.uniform(18, 100, count), rng.integers(0, 2, count), rng.integers(0, 2, count),
        np.clip(rng.lognormal(4, 0.9, count), 0, 500), np.clip(rng.lognormal(5.7, 0.4, count), 50, 2000),
        rng.uniform(0, 18, count)]).round(2)
    logit = (-4 + 0.03 * x[:, 0] + 0.3 * x[:, 1] + 0.4 * x[:, 2] + 0.006 * x[:, 3] + 0.002 * x[:, 4] + 0.1 * x[:, 5]
             + 0.004 * (x[:, 0] - 60) * (x[:, 5] - 8))
    happened = rng.random(count) < 1 / (1 + np.exp(-logit))
    for name in MAY_BE_MISSING:
        x[rng.random(count) < 0.2, NAMES.index(name)] = np.nan
    return x, happened.astype(int)


def restricted_cubic(x, knots):
    """[n] values -> [n, k-1]: the identity and Harrell's basis, as a product of cubes and weights."""
    t = np.asarray(knots, float)
    k = len(t)
    weights = np.zeros((k, k - 2))
    for j in range(k - 2):
        weights[j, j] = 1
        weights[k - 2, j] = -(t[-1] - t[j]) / (t[-1] - t[-2])
        weights[k - 1, j] = (t[-2] - t[j]) / (t[-1] - t[-2])
    return np.column_stack([x, np.maximum(x[:, None] - t, 0) ** 3 @ weights / (t[-1] - t[0]) ** 2])


STANDARD = {"age": (60, 18), "crp": (80, 75), "ldh": (330, 150), "brixia": (9, 5)}


def design(x):
    """The columns of the logistic model, and (input, what) of each."""
    columns, names = [], []
    for i, name in enumerate(NAMES):
        missing = np.isnan(x[:, i])
        value = np.where(missing, IMPUTED.get(name, 0), x[:, i])
        mean, scale = STANDARD.get(name, (0, 1))
        z = (value - mean) / scale
        knots = (np.array(KNOTS[name]) - mean) / scale if name in KNOTS else None
        for column in (restricted_cubic(z, knots) if knots is not None else z[:, None]).T:
            columns.append(column)
            names.append((name, "coefficient"))
        if name in MAY_BE_MISSING:
            columns.append(missing.astype(float))
            names.append((name, "missing"))
    return np.column_stack(columns), names


def logistic_file(model, names):
    terms = []
    for name in NAMES:
        mean, scale = STANDARD.get(name, (0, 1))
        own = [(what, c) for (of, what), c in zip(names, model.coef_[0]) if of == name]
        term = {"input": name, "mean": mean, "scale": scale, "coefficients": [c for what, c in own if what == "coefficient"]}
        if name in KNOTS:
            term["knots"] = KNOTS[name]
        term |= {"missing": c for what, c in own if what == "missing"}
        terms.append(term)
    return {"intercept": model.intercept_[0], "terms": terms}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def calibrations(logit, happened):
    """Each method's file and its own prediction."""
    p = sigmoid(logit)
    data = {"fitted_on": {"text": "random patients of a test", "patients": len(logit), "events": int(happened.sum())}}
    platt = LogisticRegression(C=NO_PENALTY, tol=1e-10, max_iter=1000).fit(logit[:, None], happened)
    beta = LogisticRegression(C=NO_PENALTY, tol=1e-10, max_iter=1000).fit(np.column_stack([np.log(p), -np.log1p(-p)]), happened)
    isotonic = IsotonicRegression(y_min=0.005, y_max=0.995, out_of_bounds="clip").fit(p, happened)
    return {
        "platt": ({"method": "platt", "slope": platt.coef_[0][0], "intercept": platt.intercept_[0]} | data,
                  lambda l: platt.predict_proba(l[:, None])[:, 1]),
        "beta": ({"method": "beta", "a": beta.coef_[0][0], "b": beta.coef_[0][1], "c": beta.intercept_[0]} | data,
                 lambda l: beta.predict_proba(np.column_stack([np.log(sigmoid(l)), np.log(sigmoid(-l))]) * [1, -1])[:, 1]),
        "isotonic": ({"method": "isotonic", "from": isotonic.X_thresholds_.tolist(), "to": isotonic.y_thresholds_.tolist()} | data,
                     lambda l: isotonic.predict(sigmoid(l))),
    }


def quantiles(rng, distribution, count):
    return np.interp(rng.random(count), distribution["probabilities"], distribution["values"])


def interval(rng, model, row):
    """5th and 95th percentile over the distributions of what is missing, at the worse of open flags."""
    count = 500_000
    ends = []
    for flag in ([0, 1] if np.isnan(row[2]) else [row[2]]):
        x = np.tile(row, (count, 1))
        x[:, 2] = flag
        for i in (3, 4):
            if np.isnan(row[i]):
                x[:, i] = quantiles(rng, INPUTS[i]["missing"]["distribution"], count)
        ends.append(np.percentile(model.predict_proba(design(x)[0])[:, 1], [5, 95]))
    return float(min(e[0] for e in ends)), float(max(e[1] for e in ends))


def write(name, content):
    (FOLDER / name).write_text(json.dumps(content) + "\n")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    x, happened = patients(rng, PATIENTS)
    columns, names = design(x)
    logistic = LogisticRegression(C=10, tol=1e-10, max_iter=5000).fit(columns, happened)
    write("logistic.json", logistic_file(logistic, names))

    trees = xgboost.XGBClassifier(n_estimators=24, max_depth=3, learning_rate=0.2, n_jobs=1, random_state=SEED,
                                  base_score=0.3).fit(x, happened)
    booster = trees.get_booster()
    booster.feature_names = NAMES
    booster.save_model(FOLDER / "trees.json")
    booster.save_model(FOLDER / "trees.ubj")
    regression = xgboost.train({"objective": "reg:squarederror", "nthread": 1, "max_depth": 2},
                               xgboost.DMatrix(x, happened, feature_names=NAMES), 2)
    regression.save_model(FOLDER / "regression.json")

    fitted = calibrations(logistic.decision_function(columns), happened)
    for method, (content, _) in fitted.items():
        write(f"{method}.json", content)

    rows, _ = patients(rng, CASES)
    matrix = xgboost.DMatrix(rows, feature_names=NAMES)
    margin = booster.predict(matrix, output_margin=True)
    shap = booster.predict(matrix, pred_contribs=True)
    logit = logistic.decision_function(design(rows)[0])
    cases = []
    for i, row in enumerate(rows):
        case = {"values": {n: float(v) for n, v in zip(NAMES, row) if not np.isnan(v)},
                "logistic_logit": float(logit[i]), "trees_logit": float(margin[i]), "trees_shap": [float(v) for v in shap[i]],
                "ensemble": float(0.4 * sigmoid(logit[i]) + 0.6 * sigmoid(float(margin[i])))}
        for method, (_, predict) in fitted.items():
            case[method] = float(predict(logit[i:i + 1])[0])
        # A missing Brixia score has no distribution, and so no interval.
        if i < 24 and not np.isnan(row[5]):
            case["interval"] = interval(rng, logistic, row)
        cases.append(case)
    (FOLDER / "golden.json").write_text(json.dumps(
        {"seed": SEED, "inputs": INPUTS, "cases": "CASES"}).replace(
            '"CASES"', "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]") + "\n")


if __name__ == "__main__":
    main()
