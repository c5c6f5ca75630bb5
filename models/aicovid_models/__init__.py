"""How the bundles of `models/` are made from public radiographs, and how what their cards say was measured.

Shared parts are folders named by what they are; `severity`, `severity_open` and `icu_stay` make a bundle or an outcome each. A part
imports what stands before it in this order: `statistics`, `drawings`, `radiographs`, `lungs`, `picture`, `zones`, `gate`, `bundle`, `evidence`,
`pages`, then `severity_open` and `icu_stay`, then `severity`, whose card has a part for the outcome `icu_stay`.
"""

import os

# Threads that wait for each other spin where cores are shared. Libraries read this when they are loaded, so it stands first.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
