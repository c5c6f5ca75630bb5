"""Figures that are measured through the library, as a user would."""
