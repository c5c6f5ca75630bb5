"""Frozen features of six lung zones, and the linear models that are fitted on them."""
