"""The bundle `models/severity`: Brixia scores learnt from two readers."""
