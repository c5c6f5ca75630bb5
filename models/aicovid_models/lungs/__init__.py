"""The lung network, its training, and the treatment of its masks."""
