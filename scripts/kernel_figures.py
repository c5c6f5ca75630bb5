#!/usr/bin/env python3
"""What the compiler says of the CUDA module's kernels: registers, stack, spills; and that no product and sum is fused.

Usage: kernel_figures.py [--nvcc nvcc] (--check [--all] | --write)

For each architecture the sources are compiled to that architecture's PTX with the options of the module, and the PTX is
assembled, as the build does it. Status 1 for a fused operation, a spill, a stack frame, or, with --check, a table in
docs/cuda.md that is not what comes out now; --check looks at the first and the last architecture unless --all is given.
--write replaces the table.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
FOLDER = SOURCE / "lib" / "preprocess" / "cuda"
PAGE = SOURCE / "docs" / "cuda.md"
BEGIN, END = "<!-- kernel_figures.py: begin -->", "<!-- kernel_figures.py: end -->"
# Those of cmake/Cuda.cmake.
ARCHITECTURES = ["80", "90", "100", "120"]
# A product and a sum that may be fused: what the search for fused operations must find where fusing is allowed.
PROBE = """#include "{folder}/resampling.hpp"
__global__ void probe(aicovid::ResampleHorizontally f) {{ f(threadIdx.x); }}
"""


def run(*command) -> str:
    finished = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if finished.returncode != 0:
        sys.exit(f"{command[0]} ended with {finished.returncode}:\n{finished.stdout}")
    return finished.stdout


def to_ptx(nvcc: str, source: Path, folder: Path, architecture: str, contract: str) -> Path:
    ptx = folder / f"{source.stem}.{architecture}.ptx"
    run(nvcc, "-ptx", "-std=c++20", "-O3", "-DNDEBUG", f"-arch=compute_{architecture}", f"-fmad={contract}", f"-I{SOURCE / 'include'}", source, "-o", ptx)
    return ptx


def fused(ptx: Path) -> list[str]:
    return [line.strip() for line in ptx.read_text().splitlines() if re.search(r"\bfma\.", line)]


def name_of(mangled: str) -> str | None:
    """The functor of a map, or the kernel's own name; none for what the libraries add and nothing calls."""
    text = run("c++filt", mangled).strip()
    functor = re.search(r"op_wrapper_t<[^,]*, aicovid::(?:\(anonymous namespace\)::)?([A-Za-z0-9_]+(?:<[^>]*>)?)", text)
    if functor:
        return functor.group(1).replace("aicovid::", "").replace("unsigned short", "uint16")
    own = re.search(r"aicovid::(?:\(anonymous namespace\)::)?([a-z_0-9]+)\(", text)
    return own.group(1) if own else None


def figures(ptx: Path, architecture: str, ptxas: str) -> dict[str, tuple[int, int, int]]:
    """Registers, bytes of stack and bytes of spills by kernel."""
    log = run(ptxas, "-v", "-O3", "--fmad", "false", f"-arch=sm_{architecture}", ptx, "-o", ptx.with_suffix(".cubin"))
    found = {}
    for block in log.split("Compiling entry function ")[1:]:
        name = name_of(block.split("'")[1])
        if name is None:
            continue
        stack, stores, loads = map(int, re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", block).groups())
        found[name] = (int(re.search(r"Used (\d+) registers", block).group(1)), stack, stores + loads)
    return found


def table(by_architecture: dict[str, dict]) -> list[list[str]]:
    """Rows of cells: the kernel, and "registers / stack / spills" of each architecture."""
    names = sorted(set().union(*by_architecture.values()))
    rows = [["kernel", *(f"sm_{architecture}" for architecture in by_architecture)]]
    for name in names:
        cells = [kernels.get(name) for kernels in by_architecture.values()]
        rows.append([f"`{name}`", *("-" if cell is None else " / ".join(map(str, cell)) for cell in cells)])
    return rows


def markdown(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---|" + "---:|" * (len(rows[0]) - 1), *lines[1:]])


def columns_of(text: str, wanted: list[str]) -> list[list[str]]:
    """The rows of a written table, with the first column and those of the architectures alone."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.strip().splitlines()]
    kept = [0] + [column for column, head in enumerate(rows[0]) if head.removeprefix("sm_") in wanted]
    return [[row[column] for column in kept] for row in rows[:1] + rows[2:]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nvcc", default="nvcc")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true")
    action.add_argument("--write", action="store_true")
    parser.add_argument("--all", action="store_true", help="check every architecture")
    arguments = parser.parse_args()
    architectures = ARCHITECTURES if arguments.all or arguments.write else [ARCHITECTURES[0], ARCHITECTURES[-1]]
    ptxas = str(Path(arguments.nvcc).with_name("ptxas")) if "/" in arguments.nvcc else "ptxas"

    trouble = []
    by_architecture: dict[str, dict] = {architecture: {} for architecture in architectures}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        probe = folder / "probe.cu"
        probe.write_text(PROBE.format(folder=FOLDER))
        if not fused(to_ptx(arguments.nvcc, probe, folder, architectures[0], "true")):
            trouble.append("no fused operation even where fusing is allowed: this search would see none")
        for source in sorted(FOLDER.glob("*.cu")):
            for architecture in architectures:
                ptx = to_ptx(arguments.nvcc, source, folder, architecture, "false")
                trouble += [f"{source.name}, {architecture}: fused: {line}" for line in fused(ptx)]
                by_architecture[architecture].update(figures(ptx, architecture, ptxas))
    for architecture, kernels in by_architecture.items():
        trouble += [f"{kernel} on sm_{architecture}: {stack} bytes of stack, {spills} of spills"
                    for kernel, (_, stack, spills) in kernels.items() if stack or spills]
    if not all(by_architecture.values()):
        trouble.append("no kernel found")

    rows = table(by_architecture)
    text = markdown(rows)
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    written, after = rest.split(END)
    if arguments.write:
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    elif columns_of(written, architectures) != rows:
        trouble.append("the table of docs/cuda.md is not what comes out now: run scripts/kernel_figures.py --write\n" + text)
    for line in trouble:
        print(line)
    print(f"{len(rows) - 1} kernels for {', '.join(rows[0][1:])}: {len(trouble)} faults")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
