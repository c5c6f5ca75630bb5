"""Agreement, discrimination and intervals, with patients as the unit."""
