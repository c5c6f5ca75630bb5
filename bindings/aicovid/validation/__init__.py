"""The validation protocol (docs/validation-protocol.md) as one command:

    python3 -m aicovid.validation table.csv --out report/

It scores every row of a table by image alone, by clinical values alone and by both, and reports discrimination,
calibration and net benefit, with everything that could not be scored counted. Nothing is fitted, no threshold is chosen.
"""

# A change of any definition, rule or constant is a new number; so is every constant of this package.
PROTOCOL_VERSION = "1.0"
PROTOCOL_DATE = "2026-11-22"
