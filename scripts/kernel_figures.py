#!/usr/bin/env python3
"""What the compiler says of the CUDA module's kernels: registers, stack, spills; and that no product and sum is fused.

Usage: kernel_figures.py [--nvcc nvcc] (--check | --write)

The sources are compiled to PTX once (compute_80, the options of the module), and the PTX is assembled for each
architecture. Status 1 for a fused operation, a spill, a stack frame, or, with --check, a table in docs/cuda.md that is
not what comes out now. --write replaces the table.
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
ARCHITECTURES = ["sm_80", "sm_90", "sm_100", "sm_120"]
# A product and a sum that may be fused: what the search for fused operations must find where fusing is allowed.
PROBE = """#include "{folder}/resampling.hpp"
__global__ void probe(aicovid::ResampleHorizontally f) {{ f(threadIdx.x); }}
"""


def run(*command) -> str:
    finished = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if finished.returncode != 0:
        sys.exit(f"{command[0]} ended with {finished.returncode}:\n{finished.stdout}")
    return finished.stdout


def to_ptx(nvcc: str, source: Path, folder: Path, contract: str) -> Path:
    ptx = folder / f"{source.stem}.ptx"
    run(nvcc, "-ptx", "-std=c++20", "-O3", "-arch=compute_80", f"-fmad={contract}", f"-I{SOURCE / 'include'}", source, "-o", ptx)
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
    log = run(ptxas, "-v", "-O3", "--fmad", "false", f"-arch={architecture}", ptx, "-o", ptx.with_suffix(f".{architecture}.cubin"))
    found = {}
    for block in log.split("Compiling entry function ")[1:]:
        name = name_of(block.split("'")[1])
        if name is None:
            continue
        stack, stores, loads = map(int, re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", block).groups())
        found[name] = (int(re.search(r"Used (\d+) registers", block).group(1)), stack, stores + loads)
    return found


def table(by_architecture: dict[str, dict]) -> str:
    lines = ["| kernel | registers: " + " | ".join(ARCHITECTURES) + " | stack, spills |",
             "|---|" + "---:|" * len(ARCHITECTURES) + "---:|"]
    for name in sorted(by_architecture[ARCHITECTURES[0]]):
        row = [by_architecture[architecture][name] for architecture in ARCHITECTURES]
        worst = f"{max(r[1] for r in row)}, {max(r[2] for r in row)}"
        lines.append(f"| `{name}` | " + " | ".join(str(r[0]) for r in row) + f" | {worst} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nvcc", default="nvcc")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true")
    action.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    ptxas = str(Path(arguments.nvcc).with_name("ptxas")) if "/" in arguments.nvcc else "ptxas"

    trouble = []
    by_architecture: dict[str, dict] = {architecture: {} for architecture in ARCHITECTURES}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        probe = folder / "probe.cu"
        probe.write_text(PROBE.format(folder=FOLDER))
        if not fused(to_ptx(arguments.nvcc, probe, folder, "true")):
            trouble.append("no fused operation even where fusing is allowed: this search would see none")
        for source in sorted(FOLDER.glob("*.cu")):
            ptx = to_ptx(arguments.nvcc, source, folder, "false")
            trouble += [f"{source.name}: fused: {line}" for line in fused(ptx)]
            for architecture in ARCHITECTURES:
                by_architecture[architecture].update(figures(ptx, architecture, ptxas))
    for architecture, kernels in by_architecture.items():
        trouble += [f"{kernel} on {architecture}: {stack} bytes of stack, {spills} of spills"
                    for kernel, (_, stack, spills) in kernels.items() if stack or spills]
    if not by_architecture[ARCHITECTURES[0]]:
        trouble.append("no kernel found")

    text = table(by_architecture)
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    written, after = rest.split(END)
    if arguments.write:
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    elif written.strip() != text:
        trouble.append("the table of docs/cuda.md is not what comes out now: run scripts/kernel_figures.py --write\n" + text)
    for line in trouble:
        print(line)
    print(f"{len(by_architecture[ARCHITECTURES[0]])} kernels for {', '.join(ARCHITECTURES)}: {len(trouble)} faults")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
