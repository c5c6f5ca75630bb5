"""Golden values of preprocessing plans from independent implementations: pydicom (grey scale), NumPy
(percentiles, area), torch (linear, antialias=True), scikit-image (gaussian).

    python tests/preprocess/make_golden.py > tests/preprocess/golden/plans.json
"""

import json
import sys

import numpy as np
import pydicom
import skimage.transform
import torch
from pydicom.pixels import apply_modality_lut, apply_voi_lut, apply_windowing

SEED = 20200401
rng = np.random.default_rng(SEED)


def phantom(height, width, bits, signed=False):
    """Smooth shapes and noise over most of the range of Bits Stored."""
    y, x = np.mgrid[0:height, 0:width]
    wave = 0.5 + 0.25 * np.sin(x / 3.1) + 0.2 * np.cos(y / 4.7) + 0.05 * rng.standard_normal((height, width))
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return np.clip(np.rint(low + wave * (high - low)), low, high).astype(int)


def grey(case):
    """Stored values -> [0, 1], by pydicom."""
    bits, signed = case["bits_stored"], case.get("signed", False)
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    stored = np.array(case["pixels"])
    array = stored.astype(np.int16 if signed else np.uint16)
    if case["plan"][0].get("voi", True):
        data = pydicom.Dataset()
        data.BitsStored = bits
        data.BitsAllocated = 16
        data.PixelRepresentation = int(signed)
        data.PhotometricInterpretation = "MONOCHROME2"
        data.RescaleSlope = case.get("slope", 1)
        data.RescaleIntercept = case.get("intercept", 0)
        values = apply_modality_lut(array, data)
        ends = sorted([low * data.RescaleSlope + data.RescaleIntercept, high * data.RescaleSlope + data.RescaleIntercept])
        if "voi_lut" in case:
            item = pydicom.Dataset()
            item.LUTDescriptor = [len(case["voi_lut"]["entries"]), case["voi_lut"]["first"], case["voi_lut"]["bits"]]
            item.LUTData = case["voi_lut"]["entries"]
            data.VOILUTSequence = [item]
            ends = [0, (1 << case["voi_lut"]["bits"]) - 1]
            values = apply_voi_lut(values.astype(np.int16 if signed else np.uint16), data)
        elif "window" in case:
            data.WindowCenter, data.WindowWidth, data.VOILUTFunction = case["window"]
            values = apply_windowing(values, data)
        result = (values.astype(np.float64) - ends[0]) / (ends[1] - ends[0])
    else:
        result = (stored - low) / (high - low)
    if case["photometric"] == "MONOCHROME1":
        result = 1 - result
    return result


def area_matrix(size, low, high):
    """[size, n] box weights of [low, high), for n pixels up to the next whole one."""
    n = int(np.ceil(high))
    edges = low + (high - low) * np.arange(size + 1) / size
    overlap = np.minimum(edges[1:, None], np.arange(n) + 1) - np.maximum(edges[:-1, None], np.arange(n))
    return np.clip(overlap, 0, None) / ((high - low) / size)


def resize(image, operation, region):
    size = operation["size"]
    height, width = size if isinstance(size, list) else (size, size)
    y0, x0, y1, x1 = region
    method = operation.get("method", "area")
    if method == "area":
        rows, columns = area_matrix(height, y0, y1), area_matrix(width, x0, x1)
        return rows @ image[: rows.shape[1], : columns.shape[1]] @ columns.T
    image = image[int(y0) : int(y1), int(x0) : int(x1)]
    if method == "linear":
        tensor = torch.tensor(image)[None, None]
        return torch.nn.functional.interpolate(tensor, (height, width), mode="bilinear", antialias=True)[0, 0].numpy()
    return skimage.transform.resize(image, (height, width), order=1, mode="constant", preserve_range=True, anti_aliasing=True)


def reference(case):
    image = grey(case)
    region = [0, 0, *image.shape]
    channels = None
    for operation in case["plan"][1:]:
        op = operation["op"]
        if op == "percentile_clip":
            y0, x0, y1, x1 = np.floor(region[:2]).astype(int).tolist() + np.ceil(region[2:]).astype(int).tolist()
            low, high = np.percentile(image[y0:y1, x0:x1], [operation.get("low", 1), operation.get("high", 99)])
            image = np.clip((image - low) / (high - low), 0, 1)
        elif op == "rescale":
            image = np.interp(image, operation["from"], operation["to"])
        elif op == "lung_crop":
            y0, x0, y1, x1 = case["lung_box"]
            dy, dx = operation["margin"] * (y1 - y0), operation["margin"] * (x1 - x0)
            region = [max(0, y0 - dy), max(0, x0 - dx), min(image.shape[0], y1 + dy), min(image.shape[1], x1 + dx)]
        elif op == "centre_crop":
            side = min(image.shape)
            y, x = image.shape[0] // 2 - side // 2, image.shape[1] // 2 - side // 2
            region = [y, x, y + side, x + side]
        elif op == "pad_square":
            side = max(image.shape)
            above, left = (side - image.shape[0]) // 2, (side - image.shape[1]) // 2
            assert side - image.shape[0] == 2 * above and side - image.shape[1] == 2 * left
            image = np.pad(image, ((above, above), (left, left)), constant_values=operation.get("value", 0))
            region = [0, 0, side, side]
        elif op == "resize":
            image = resize(image, operation, region)
        elif op == "channels":
            channels = np.stack([image] * operation["count"])
        elif op == "normalize":
            if channels is None:
                image = (image - operation["mean"]) / operation["std"]
            else:
                channels = (channels - np.reshape(operation["mean"], (-1, 1, 1))) / np.reshape(operation["std"], (-1, 1, 1))
    return image[None] if channels is None else channels


def case(name, pixels, plan, bits, photometric="MONOCHROME2", **more):
    made = {"name": name, "bits_stored": bits, "photometric": photometric, **more, "plan": plan, "pixels": pixels.tolist()}
    output = reference(made)
    made["output"] = {"shape": list(output.shape), "values": [float(f"{v:.9g}") for v in output.ravel()]}
    return made


GREY, RAW = {"op": "grey"}, {"op": "grey", "voi": False}
portrait, landscape = phantom(37, 25, 12), phantom(21, 33, 12)
small_lut = {"first": 20, "bits": 10, "entries": np.rint(1023 * (np.arange(200) / 199) ** 0.6).astype(int).tolist()}
cases = [
    case("whole range, area", portrait, [GREY, {"op": "resize", "size": [9, 7]}], 12),
    case("MONOCHROME1, area enlarged", phantom(5, 4, 8), [GREY, {"op": "resize", "size": [8, 9]}], 8, "MONOCHROME1"),
    case("LINEAR window", portrait, [GREY, {"op": "resize", "size": 8}], 12, window=[2100, 1500, "LINEAR"]),
    case("LINEAR_EXACT window, rescaled", portrait, [GREY, {"op": "resize", "size": 8}], 12, window=[100.5, 900, "LINEAR_EXACT"], slope=0.5, intercept=-1000),
    case("SIGMOID window, signed, MONOCHROME1", phantom(19, 23, 12, True), [GREY, {"op": "resize", "size": 6}], 12, "MONOCHROME1", signed=True, window=[-50, 1200, "SIGMOID"]),
    case("VOI LUT", phantom(18, 16, 8), [GREY, {"op": "resize", "size": 5}], 8, voi_lut=small_lut),
    case("without VOI, percentiles of a lung crop", landscape, [RAW, {"op": "lung_crop", "margin": 0.1}, {"op": "percentile_clip", "low": 2, "high": 98}, {"op": "resize", "size": 10}], 12, window=[1, 2, "LINEAR"], lung_box=[3.25, 4.5, 18, 30.75]),
    case("TorchXRayVision: centre crop, gaussian", landscape, [RAW, {"op": "rescale", "from": [0, 1], "to": [-1024, 1024]}, {"op": "centre_crop"}, {"op": "resize", "size": 7, "method": "gaussian"}], 12, "MONOCHROME1"),
    case("gaussian enlarged", phantom(6, 5, 8), [RAW, {"op": "resize", "size": [11, 10], "method": "gaussian"}], 8),
    case("percentiles, padded square, linear, three channels", landscape, [GREY, {"op": "percentile_clip"}, {"op": "pad_square", "value": 0.25}, {"op": "resize", "size": 12, "method": "linear"}, {"op": "channels", "count": 3}, {"op": "normalize", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}], 12),
    case("linear enlarged, normalised", phantom(6, 9, 8), [GREY, {"op": "resize", "size": [10, 14], "method": "linear"}, {"op": "normalize", "mean": 0.5, "std": 0.25}], 8),
]
json.dump({"seed": SEED, "cases": cases}, sys.stdout, separators=(",", ":"))
print()
