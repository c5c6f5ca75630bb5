"""Which LibTorch a process runs: that of the build, another place's of the same version, and none of another version."""

import os
import subprocess
import sys

import pytest
from conftest import BUILD, SOURCE

IMAGE = SOURCE / "models" / "severity" / "golden" / "rg1.png"
PROGRAM = BUILD / "bin" / "aicovid"


def libraries():
    """The folder of LibTorch's libraries; skips where the engine is not built."""
    torch = pytest.importorskip("torch")
    if not (BUILD / "lib" / "libaicovid_torchscript.so").exists():
        pytest.skip("the engine torchscript is not built")
    return os.path.join(os.path.dirname(torch.__file__), "lib")


def version():
    import torch

    return torch.__version__.split("+")[0]


def score(**environment):
    return subprocess.run([PROGRAM, "score", IMAGE, "--backend", "torchscript"], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})  # fmt: skip


def archive(folder, said):
    """A folder laid out as the official archive of LibTorch, with the libraries of the build."""
    (folder / "lib").mkdir(parents=True)
    (folder / "build-version").write_text(f"{said}\n")
    for name in os.listdir(libraries()):
        (folder / "lib" / name).symlink_to(os.path.join(libraries(), name))
    # The wheel for CUDA looks for NVIDIA's libraries there, seen from its own; an archive has them inside.
    nvidia = os.path.join(libraries(), "..", "..", "nvidia")
    if os.path.isdir(nvidia) and not (folder.parent / "nvidia").exists():
        (folder.parent / "nvidia").symlink_to(os.path.realpath(nvidia))
    return folder / "lib"


def fake(folder, said):
    """A LibTorch of another version, as a process finds it: the library's name, and the version beside it."""
    (folder / "lib").mkdir(parents=True)
    (folder / "version.py").write_text(f"__version__ = '{said}+cpu'\n")
    source = folder / "empty.c"
    source.write_text("int nothing;\n")
    for name in ("libc10.so", "libtorch_cpu.so"):
        subprocess.run(["gcc", "-shared", "-fPIC", f"-Wl,-soname,{name}", "-o", folder / "lib" / name, source], check=True)
    return folder / "lib"


def test_an_archive_of_the_same_version_is_used(tmp_path):
    lib = archive(tmp_path / "libtorch", f"{version()}+cpu")
    result = score(AICOVID_ENGINE_PATH=f"/nowhere:{lib}", LD_DEBUG="files")
    assert result.returncode == 0, result.stderr[-400:]
    assert f"{lib}/libtorch_cpu.so" in result.stderr
    assert f"{lib}/libtorch_cpu.so" not in score(LD_DEBUG="files").stderr


def test_an_archive_of_another_version_is_refused_with_both(tmp_path):
    lib = archive(tmp_path / "libtorch", "2.3.0+cpu")
    result = score(AICOVID_ENGINE_PATH=str(lib))
    assert result.returncode == 4
    assert result.stderr.startswith("aicovid: unsupported: severity: backend is 'torchscript'; ")
    assert f"built with LibTorch {version()}" in result.stderr and "LibTorch 2.3.0" in result.stderr
    assert str(tmp_path) not in result.stderr


IN_PYTHON = """
import ctypes, sys
if sys.argv[1]:
    ctypes.CDLL(sys.argv[1])
for name in sys.argv[2].split():
    __import__(name)
import aicovid
try:
    assessor = aicovid.Assessor.load(backend="torchscript")
    print("loaded", assessor.assess(aicovid.read(sys.argv[3]))["compute"]["backend"])
except aicovid.Error as error:
    print(error.code, error)
"""


def in_python(library="", modules=""):
    done = subprocess.run([sys.executable, "-c", IN_PYTHON, str(library), modules, IMAGE], capture_output=True, text=True,
                          check=True, env={**os.environ, "PYTHONPATH": str(BUILD / "python")})  # fmt: skip
    return done.stdout.strip()


def test_a_process_that_has_another_libtorch_is_told_both_versions(tmp_path):
    libraries()
    said = in_python(library=fake(tmp_path, "2.3.0") / "libtorch_cpu.so")
    assert said.startswith("unsupported backend is 'torchscript'; ")
    assert f"built with LibTorch {version()}" in said and "LibTorch 2.3.0" in said
    assert str(tmp_path) not in said


@pytest.mark.parametrize("modules", ["torch", "openvino", "torch openvino"])
def test_a_process_that_has_the_same_libraries_runs(modules):
    libraries()
    pytest.importorskip("openvino")
    assert in_python(modules=modules) == "loaded torchscript"


def package(folder, said):
    """A Python package torch of another version, which is never imported."""
    fake(folder / "torch", said)
    (folder / "torch" / "__init__.py").write_text("raise ImportError\n")
    return folder


def in_folder(folder, *command):
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{BUILD / 'python'}", "LD_DEBUG": "files"}
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("command", [("-c", IN_PYTHON, "", "", str(IMAGE)), ("-m", "aicovid", "score", str(IMAGE))])
def test_a_python_package_is_found_without_being_imported(command):
    done = in_folder("", *command)
    assert done.returncode == 0, done.stderr[-400:]
    assert f"{libraries()}/libtorch_cpu.so" in done.stderr
    assert "torch/_C" not in done.stderr


def test_a_python_package_of_another_version_is_passed_over(tmp_path):
    done = in_folder(package(tmp_path, "2.15.0"), "-m", "aicovid", "score", str(IMAGE), "--format", "json")
    assert done.returncode == 0, done.stderr[-400:]
    assert str(tmp_path) not in done.stderr.replace(str(tmp_path / "torch" / "__init__"), "")


def test_the_module_is_the_program_with_its_exit_status():
    for arguments in (("--version",), ("score", "/nowhere.dcm"), ("nothing",)):
        python = subprocess.run([sys.executable, "-m", "aicovid", *arguments], capture_output=True, text=True, check=False,
                                env={**os.environ, "PYTHONPATH": str(BUILD / "python")})  # fmt: skip
        own = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
        assert (python.returncode, python.stdout, python.stderr) == (own.returncode, own.stdout, own.stderr)
