"""What a mapping makes of a source before anything is written: medians by site, whole columns missing, tenfold differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import aicovid
from aicovid.cohorts.mapping import Column, TableMapping
from aicovid.cohorts.rows import Row, is_missing, site_of
from aicovid.cohorts.form import Exam

#: A median this many times another: hospitals differ by less than 5, a slip between mg/dL and mg/L makes 10 (docs/cohorts.md).
SUSPICIOUS = 5.0
#: Fewer values than this make no median that is compared.
FEWEST = 5


@dataclass(frozen=True)
class SiteMedian:
    """One quantity at one site."""

    column: str
    site: str
    rows: int
    values: int  #: cells that are numbers
    raw: float | None  #: median of the cells as they are
    unit: str | None  #: by the mapping; None where it states none
    canonical: float | None  #: median in the canonical unit
    canonical_unit: str
    times: float | None = None  #: how many times the median of the other sites' medians, where that is suspicious

    def __str__(self) -> str:
        if not self.values:
            return f"{self.column:34} {self.site:12} {self.rows:6} {0:6}  the whole column is missing"
        unit = self.unit or "NO UNIT"
        canonical = "" if self.canonical is None else f"{self.canonical:10.4g} {self.canonical_unit}"
        warning = "" if self.times is None else f"  WARNING: {self.times:.2g} times the other sites' median"
        return f"{self.column:34} {self.site:12} {self.rows:6} {self.values:6} {self.raw:10.4g} {unit:14} {canonical}{warning}"


def medians(rows: Sequence[Row], mapping: TableMapping, columns: Mapping[str, Column]) -> list[SiteMedian]:
    """The medians of the quantities among the columns, by site.

    Cells that are no numbers, and numbers beyond what a patient can have, are not in a canonical median.
    """
    sites = sorted({site_of(row, mapping) for row in rows})
    known = aicovid.ClinicalVariables()
    found: list[SiteMedian] = []
    for header, column in columns.items():
        canonical_unit = known.canonical_unit(column.variable)
        if not canonical_unit:
            continue
        of_column = [
            _median(
                header,
                column,
                site,
                [row[header].strip() for row in rows if site_of(row, mapping) == site],
                mapping,
                canonical_unit,
            )
            for site in sites
        ]
        found += _compared(of_column)
    return found


def of_exams(exams: Sequence[Exam]) -> list[SiteMedian]:
    """The same of exams that were read already, for sources that are no table; `raw` is the value in the site's unit."""
    known = aicovid.ClinicalVariables()
    sites = sorted({exam.site for exam in exams})
    found: list[SiteMedian] = []
    for variable in sorted({name for exam in exams for name in exam.record.given if known.canonical_unit(name)}):
        of_variable = []
        for site in sites:
            of_site = [exam.record for exam in exams if exam.site == site]
            given = [record.given[variable] for record in of_site if variable in record.given]
            numbers = [record.canonical[variable] for record in of_site if variable in record.canonical]
            of_variable.append(
                SiteMedian(
                    variable,
                    site,
                    len(of_site),
                    len(given),
                    median(each["value"] for each in given) if given else None,
                    "; ".join(sorted({each["unit"] for each in given})) or None,
                    median(numbers) if numbers else None,
                    known.canonical_unit(variable),
                )
            )
        found += _compared(of_variable)
    return found


def _median(
    header: str, column: Column, site: str, cells: Sequence[str], mapping: TableMapping, canonical_unit: str
) -> SiteMedian:
    numbers = [
        number
        for cell in cells
        if not is_missing(cell, mapping) and (number := _number(column.words.get(cell, cell))) is not None
    ]
    unit = column.unit_at(site)
    canonical = []
    for number in numbers if unit else ():
        try:
            canonical.append(
                aicovid.ClinicalRecord({column.variable: {"value": number, "unit": unit}}).canonical[column.variable]
            )
        except aicovid.Error:
            pass
    return SiteMedian(
        header,
        site,
        len(cells),
        len(numbers),
        median(numbers) if numbers else None,
        unit,
        median(canonical) if canonical else None,
        canonical_unit,
    )


def _number(cell: str) -> float | None:
    try:
        number = float(cell.lstrip("<>="))
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _compared(of_column: Sequence[SiteMedian]) -> list[SiteMedian]:
    """Each with the warning that it deserves: in canonical units where all units are stated, else in the cells' own."""
    filled = [each for each in of_column if each.values >= FEWEST]
    canonical = all(each.canonical is not None for each in filled)
    size = {each.site: (each.canonical if canonical else each.raw) or 0.0 for each in filled}
    compared = []
    for each in of_column:
        others = [number for site, number in size.items() if site != each.site and number > 0]
        times = size[each.site] / median(others) if size.get(each.site, 0) > 0 and others else None
        suspicious = times is not None and not 1 / SUSPICIOUS < times < SUSPICIOUS
        compared.append(SiteMedian(**{**vars(each), "times": times if suspicious else None}))
    return compared
