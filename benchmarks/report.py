"""The page of the results: tables, the goals, and plots, made of the JSON files beside it."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

PARTS = ("archive", "stages", "libraries", "sizes", "cores", "threads", "start", "networks", "many")
NAMES = {"python": "Python", "exact": "aicovid", "fit": "aicovid, fit", "torchscript": "aicovid, TorchScript", "gpu": "aicovid, GPU"}
ENGINES = {"openvino": "OpenVINO", "onnxruntime": "ONNX Runtime", "torchscript": "TorchScript", "none": "none"}
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"  # in the README

Parts = dict[str, dict]


def least(row: dict, member: str) -> float:
    return min(run[member] for run in row["runs"])


def cpu_ms(row: dict) -> float:
    """CPU time an image, the start of the program included."""
    return 1000 * least(row, "cpu_s") / row["files"]


def images_per_s(row: dict) -> float:
    return row["files"] / least(row, "wall_s")


def find(part: dict, **members) -> dict | None:
    return next((row for row in part["rows"] if all(row[name] == value for name, value in members.items())), None)


def table(head: str, lines: list[list]) -> str:
    columns = head.split(" | ")
    marks = ["---", *["---:"] * (len(columns) - 1)]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in [columns, marks, *lines])


def times(one: float, other: float) -> str:
    return f"{one / other:.2f}"


def archive_lines(part: dict) -> list[list]:
    lines = []
    for row in part["rows"]:
        peer = find(part, what=row["what"], megapixels=row["megapixels"], side="python")
        lines.append([row["what"], f"{row['megapixels']:g}", row["files"], NAMES[row["side"]] + (f" {row['level']}" if "level" in row else ""),
                      f"{cpu_ms(row):.0f}", times(cpu_ms(peer), cpu_ms(row)), f"{images_per_s(row):.2f}", times(images_per_s(row), images_per_s(peer)),
                      f"{least(row, 'peak_mb'):.0f}", f"{row['largest_brixia_difference']:.4f}" if "largest_brixia_difference" in row else ""])
    return lines


ARCHIVE_HEAD = "archive | megapixels | files | program | CPU ms an image | times Python's | images/s | times Python's | MB, largest process | largest difference of Brixia from aicovid's exact"


STEPS = ("read and decode", "preprocess", "networks")


def stage_lines(part: dict) -> list[list]:
    return [[row["what"], NAMES.get(row["side"], row["side"]), *(f"{row['steps_ms'][step]:.1f}" if step in row["steps_ms"] else "" for step in STEPS),
             f"{sum(row['steps_ms'].values()):.0f}"] for row in part["rows"]]


def start_lines(part: dict) -> list[list]:
    return [[f"{'aicovid ' + row['what'] if row['side'] == 'aicovid' else 'Python'}", ENGINES[row["engine"]], f"{least(row, 'cpu_s'):.2f}",
             f"{least(row, 'wall_s'):.2f}", f"{least(row, 'peak_mb'):.0f}"] for row in part["rows"]]


def network_lines(part: dict) -> list[list]:
    return [[row["what"], ENGINES[row["engine"]] + (" through aicovid" if row["side"] == "through" else ""), f"{least(row, 'wall_ms'):.1f}",
             f"{least(row, 'cpu_ms'):.1f}"] for row in part["rows"]]


def core_lines(part: dict) -> list[list]:
    lines = []
    for side in ("exact", "python"):
        one, two = (find(part, side=side, jobs=jobs) for jobs in (1, 2))
        if one and two:
            lines.append([NAMES[side], f"{images_per_s(one):.2f}", f"{images_per_s(two):.2f}", times(images_per_s(two), images_per_s(one)),
                          f"{cpu_ms(one):.0f}", f"{cpu_ms(two):.0f}"])
    return lines


def thread_lines(part: dict) -> list[list]:
    lines = []
    for row in part["rows"]:
        alone = find(part, what=row["what"], threads=1)
        lines.append([row["what"], row["threads"], f"{images_per_s(row):.1f}", times(images_per_s(row), images_per_s(alone)), f"{cpu_ms(row):.1f}"])
    return lines


def many_lines(part: dict) -> list[list]:
    return [[row["files"], f"{cpu_ms(row):.1f}", f"{images_per_s(row):.1f}", f"{least(row, 'peak_mb'):.1f}"] for row in part["rows"]]


def goal(name: str, wanted: str, reached: float | None, met: bool | None, unit: str = "x") -> list:
    return [name, wanted, "not measured" if reached is None else f"{reached:.2f} {unit}".strip(), {None: "", True: "yes", False: "no"}[met]]


def at_least(name: str, wanted: float, reached: float | None, unit: str = "x") -> list:
    return goal(name, f"at least {wanted:g} {unit}", reached, None if reached is None else reached >= wanted, unit)


def at_most(name: str, wanted: float, reached: float | None, unit: str = "x") -> list:
    return goal(name, f"at most {wanted:g} {unit}", reached, None if reached is None else reached <= wanted, unit)


def ratio(part: dict | None, side: str, **which) -> float | None:
    """Python's CPU time over ours."""
    if part is None:
        return None
    ours, peer = find(part, side=side, **which), find(part, side="python", **which)
    return cpu_ms(peer) / cpu_ms(ours) if ours and peer else None


def level_ratio(parts: Parts, level: str) -> float | None:
    """Of JPEG 2000 that `fit` reads at this part of the resolution; where it does so at two sizes, of the larger."""
    found = [ratio(parts.get(name), "fit", what="jpeg-2000", megapixels=row["megapixels"])
             for name in ("archive", "sizes") if name in parts for row in parts[name]["rows"] if row.get("level") == level and row["what"] == "jpeg-2000"]
    return found[-1] if found else None


def goals(parts: Parts) -> list[list]:
    archive, cores, start, networks, many = (parts.get(name) for name in ("archive", "cores", "start", "networks", "many"))
    lines = [at_least("mixed archive, exact", 2.2, ratio(archive, "exact", what="mixed")),
             at_least("mixed archive, fit", 3.5, ratio(archive, "fit", what="mixed")),
             at_least("JPEG 2000, exact", 1.6, ratio(archive, "exact", what="jpeg-2000")),
             at_least("JPEG 2000, fit at a half", 4, level_ratio(parts, "1/2")),
             at_least("JPEG 2000, fit at a quarter", 8, level_ratio(parts, "1/4"))]
    if networks:
        for name in ("DenseNet-121", "severity"):
            alone, through = (find(networks, what=name, engine="openvino", side=side) for side in ("alone", "through"))
            for member, told in (("wall_ms", "on the wall"), ("cpu_ms", "by CPU time with everything else that an examination needs")):
                lines.append(at_most(f"OpenVINO through aicovid over OpenVINO itself, {name}, {told}", 1.05, least(through, member) / least(alone, member)))
    if cores and (one := find(cores, side="exact", jobs=1)) and (two := find(cores, side="exact", jobs=2)):
        lines.append(at_least("two cores over one, on the wall", 1.9, images_per_s(two) / images_per_s(one)))
        lines.append(at_least("the same by CPU time alone", 1.9, 2 * cpu_ms(one) / cpu_ms(two)))
    if archive:
        lines.append(at_least("uncompressed files, OpenVINO f32", 15, 1000 / cpu_ms(find(archive, what="uncompressed", side="exact")), "images/s and core"))
    if start:
        for engine in ("openvino", "torchscript"):
            ours, peer = (find(start, what="score", side=side, engine=engine) for side in ("aicovid", "python"))
            lines.append(at_most(f"cold start to the first report, CPU time over Python's, {ENGINES[engine]}", 0.125, least(ours, "cpu_s") / least(peer, "cpu_s")))
    if many and (few := find(many, files=500)) and (all_ := max(many["rows"], key=lambda row: row["files"]))["files"] >= 10000:
        lines.append(at_most("peak memory, 10,000 files over 500", 1.05, least(all_, "peak_mb") / least(few, "peak_mb")))
    return lines


def short_table(parts: Parts) -> str:
    """What the README has."""
    archive = parts["archive"]
    lines = []
    for row in archive["rows"]:
        if row["side"] in ("exact", "fit"):
            peer = find(archive, what=row["what"], side="python")
            lines.append([row["what"] + (" `--decode fit`" if row["side"] == "fit" else ""), f"{cpu_ms(peer):.0f}", f"{cpu_ms(row):.0f}", times(cpu_ms(peer), cpu_ms(row))])
    return table("files | Python, CPU ms an image | aicovid | times as fast", lines)


def where(part: dict) -> str:
    machine = part["machine"]
    gpus = f", {', '.join(machine['gpus'])}" if machine["gpus"] else ""
    runs = max((len(row.get("runs", ())) for row in part["rows"]), default=0)
    least_of = {0: "", 1: " one run;"}.get(runs, f" least of {runs} runs;")
    return (f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB{gpus}, {machine['system']}; {part['date']}; load average before it "
            f"{machine['load_before']};{least_of} bundle {part['bundle']}.")


def page(parts: Parts) -> str:
    made = [("goals", "Goals", table("goal | wanted | reached | met", goals(parts)))]
    if "archive" in parts:
        made.append(("archive", "From the files to the table", table(ARCHIVE_HEAD, archive_lines(parts["archive"])) + "\n\n![CPU time an image, by transfer syntax](archive.png)"))
    if "stages" in parts:
        made.append(("stages", "Step by step", "CPU ms of one radiograph on one thread, everything loaded, the least of each step. Aicovid's networks include the "
                     "SHA-256 of the pixels, the mask's clean-up and the gate; Python has the clean-up in its preprocessing.\n\n" + table(f"files | program | {' | '.join(STEPS)} | together", stage_lines(parts["stages"]))))
    if "libraries" in parts:
        lines = [[row["what"], f"{row['cpu_ms']:.1f}", f"{100 * row['share']:.1f} %"] for row in parts["libraries"]["rows"]]
        made.append(("libraries", "A profile of the mixed archive", "By `perf record`, one job, the start of the program included.\n\n" + table("work | CPU ms an image | share", lines)))
    if "sizes" in parts:
        made.append(("sizes", "Cost against size, on one core", table(ARCHIVE_HEAD, archive_lines(parts["sizes"])) + "\n\n![CPU time an image, by size](sizes.png)"))
    if "cores" in parts:
        made.append(("cores", "One core and two", table("program | images/s, one core | two cores | times | CPU ms an image, one core | two cores", core_lines(parts["cores"]))))
    if "threads" in parts:
        made.append(("threads", "Threads of Python", "One process, one `Assessor` for all threads, uncompressed files. The control shares nothing and says what the machine makes of a second thread.\n\n" +
                     table("work | threads | images/s | times one thread | CPU ms an image", thread_lines(parts["threads"]))))
    if "start" in parts:
        made.append(("start", "From a cold start to the first report", table("program | engine | CPU, s | wall, s | MB", start_lines(parts["start"]))))
    if "networks" in parts:
        made.append(("networks", "Engines", "Wall: the networks alone. CPU: through aicovid with everything else that an examination needs.\n\n" +
                     table("networks | engine | wall, ms | CPU, ms", network_lines(parts["networks"]))))
    if "many" in parts:
        made.append(("many", "Cost and memory against the number of files", table("files | CPU ms a file | files/s | peak MB", many_lines(parts["many"])) + "\n\n![Memory and CPU time, by number of files](many.png)"))
    text = ["# Results", "", "`scripts/bench.sh` writes this page. [docs/performance.md](../../docs/performance.md) says what is measured, and how."]
    for name, title, body in made:
        text += ["", f"## {title}", ""] + ([where(parts[name]), ""] if name in parts else []) + [body]
    return "\n".join(text) + "\n"


def plot_archive(part: dict, file: Path) -> None:
    groups = list(dict.fromkeys(row["what"] for row in part["rows"]))
    sides = [side for side in NAMES if find(part, side=side)]
    figure, axes = pyplot.subplots(figsize=(8, 4), layout="constrained")
    for number, side in enumerate(sides):
        bars = [(at + 0.8 * number / len(sides), cpu_ms(row)) for at, what in enumerate(groups) if (row := find(part, what=what, side=side))]
        axes.bar([x for x, _ in bars], [y for _, y in bars], 0.8 / len(sides), align="edge", label=NAMES[side])
    axes.set_xticks([at + 0.4 for at in range(len(groups))], groups)
    axes.set_ylabel("CPU ms an image")
    axes.legend()
    save(figure, file)


def plot_sizes(part: dict, file: Path) -> None:
    figure, axes = pyplot.subplots(figsize=(6, 4), layout="constrained")
    for side in ("python", "exact", "fit"):
        rows = [row for row in part["rows"] if row["what"] == "mixed" and row["side"] == side]
        axes.plot([row["megapixels"] for row in rows], [cpu_ms(row) for row in rows], "o-", label=NAMES[side])
    axes.set_xlabel("megapixels")
    axes.set_ylabel("CPU ms an image")
    axes.set_ylim(0)
    axes.legend()
    save(figure, file)


def plot_many(part: dict, file: Path) -> None:
    figure, (memory, time) = pyplot.subplots(1, 2, figsize=(8, 3), layout="constrained")
    files = [row["files"] for row in part["rows"]]
    for axes, values, name in ((memory, [least(row, "peak_mb") for row in part["rows"]], "peak MB"), (time, list(map(cpu_ms, part["rows"])), "CPU ms a file")):
        axes.semilogx(files, values, "o-")
        axes.set_xlabel("files")
        axes.set_ylabel(name)
        axes.set_ylim(0)
    save(figure, file)


def save(figure, file: Path) -> None:
    figure.savefig(file, dpi=90, metadata={"Software": None})
    pyplot.close(figure)


def write(folder: Path) -> Parts:
    """Writes README.md and the plots of the folder's JSON files, and gives what those hold."""
    parts = {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in PARTS if (folder / f"{name}.json").is_file()}
    (folder / "README.md").write_text(page(parts), encoding="utf-8")
    for name, plot in (("archive", plot_archive), ("sizes", plot_sizes), ("many", plot_many)):
        if name in parts:
            plot(parts[name], folder / f"{name}.png")
    return parts


def write_short_table(parts: Parts, readme: Path) -> None:
    """Replaces the table of the README."""
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    readme.write_text(f"{before}{BEGIN}\n{where(parts['archive'])}\n\n{short_table(parts)}\n{END}{rest.split(END)[1]}", encoding="utf-8")
