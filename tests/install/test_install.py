"""An installed, moved tree serves a program that finds it through find_package, with no other package in reach."""

import os
import re
import shutil
import subprocess

import pytest
from conftest import BUILD, SOURCE


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Where the tree lies after it was installed elsewhere and moved."""
    folder = tmp_path_factory.mktemp("install")
    run("cmake", "--install", BUILD, "--prefix", folder / "first")
    shutil.move(folder / "first", folder / "moved")
    return folder / "moved"


@pytest.fixture(scope="module")
def consumer(prefix, tmp_path_factory):
    build = tmp_path_factory.mktemp("consumer")
    # A bare environment, and packages that aicovid is made with made unfindable: none may be asked for.
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(build)}
    hidden = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ["Torch", "DCMTK", "OpenCV", "fmt", "CUDAToolkit"]]
    # Ninja, which the project needs anyway: a machine may have no make.
    run("cmake", "-G", "Ninja", "-S", SOURCE / "examples", "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", *hidden, env=environment)
    run("cmake", "--build", build, env=environment)
    return build / "score_one"


def test_the_consumer_runs_from_another_directory(consumer, pydicom_data_file, tmp_path):
    text = run(
        consumer,
        pydicom_data_file("RG1_J2KR.dcm"),
        SOURCE / "examples" / "patient.json",
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert "Brixia" in text and "Research use only" in text


def test_the_consumer_links_aicovid_alone(consumer):
    needed = re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", consumer))
    foreign = [name for name in needed if not re.match(r"lib(aicovid|stdc\+\+|gcc_s|c|m)\.so", name)]
    assert any(name.startswith("libaicovid.so") for name in needed)
    assert not foreign


def test_the_library_brings_no_matrix_code(prefix):
    """A BLAS that the program has loaded is found before LibTorch's own: results would round otherwise, and take longer."""
    loaded = run("ldd", prefix / "lib" / "libaicovid.so")
    assert "libpng" in loaded
    assert not re.search(r"opencv|blas|lapack", loaded)


def test_heat_maps_need_their_module(prefix, tmp_path):
    copy = tmp_path / "without-drawing"
    shutil.copytree(prefix, copy, symlinks=True)
    command = [copy / "bin" / "aicovid", "score", SOURCE / "models" / "severity" / "golden" / "rg1.png", "--heatmap"]
    environment = {"PATH": "/usr/bin:/bin"}
    run(*command, tmp_path / "with.png", env=environment)
    assert (tmp_path / "with.png").stat().st_size > 100_000
    os.remove(copy / "lib" / "libaicovid_drawing.so")
    done = subprocess.run([*command, tmp_path / "without.png"], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 4
    assert done.stderr.startswith("aicovid: unsupported: ") and "the module libaicovid_drawing.so" in done.stderr
    assert not (tmp_path / "without.png").exists()


def test_the_package_names_no_other_package(prefix):
    files = list(prefix.rglob("cmake/aicovid/*.cmake"))
    assert files
    for file in files:
        text = file.read_text()
        assert "find_dependency" not in text
        assert str(BUILD) not in text and "torch" not in text.lower()


def test_public_headers_include_the_standard_library_only(prefix):
    headers = list((prefix / "include" / "aicovid").glob("*.hpp"))
    assert headers
    for header in headers:
        for name in re.findall(r'#include\s*[<"]([^>"]+)[>"]', header.read_text()):
            assert name.startswith("aicovid/") or re.fullmatch(r"[a-z_]+", name), (header.name, name)


def test_the_installed_program_finds_its_files(prefix, pydicom_data_file, tmp_path):
    program = prefix / "bin" / "aicovid"
    environment = {"PATH": "/usr/bin:/bin"}
    text = run(program, "inspect", pydicom_data_file("RG1_UNCR.dcm"), cwd=tmp_path, env=environment)
    assert "MONOCHROME1" in text
    assert "severity" in run(program, "--version", cwd=tmp_path, env=environment)
    for name in ("severity", "severity-open"):
        run(program, "model", "verify", name, cwd=tmp_path, env=environment)


def test_a_missing_dictionary_is_a_loud_error(prefix, pydicom_data_file, tmp_path):
    copy = tmp_path / "without-dictionary"
    shutil.copytree(prefix, copy, symlinks=True)
    os.remove(copy / "share" / "aicovid" / "dicom.dic")
    done = subprocess.run(
        [copy / "bin" / "aicovid", "inspect", pydicom_data_file("RG1_UNCR.dcm")],
        capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 1
    assert "dictionary" in done.stderr
