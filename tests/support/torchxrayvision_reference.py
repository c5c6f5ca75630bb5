"""TorchXRayVision's input of a DICOM file, by its own Python functions."""

import ast
import importlib.util
import os
import warnings
from pathlib import Path

import numpy as np
import skimage.transform

# Both round to float32 at numbers up to 1024, whose last bit is 6.1e-5: theirs after each of its passes, ours
# at each of some 70 additions a pass.
TOLERANCE = 5e-4


def load(file, *names):
    """The named functions of the installed package. Importing all of it would need the packages by which it
    fetches weights."""
    folder = Path(importlib.util.find_spec("torchxrayvision").submodule_search_locations[0])
    module = ast.parse((folder / file).read_text(encoding="utf-8"))
    module.body = [node for node in module.body if getattr(node, "name", None) in names]
    scope = {"np": np, "ndarray": np.ndarray, "skimage": skimage, "warnings": warnings, "PathLike": os.PathLike}
    exec(compile(module, file, "exec"), scope)
    return [scope[name] for name in names]


read_xray_dcm, _ = load("utils.py", "read_xray_dcm", "normalize")
XRayCenterCrop, XRayResizer = load("datasets.py", "XRayCenterCrop", "XRayResizer")


def theirs(file):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it announces each MONOCHROME1
        return XRayResizer(224)(XRayCenterCrop()(read_xray_dcm(file)[None]))
