"""What the whole picture shows: a chest as it is, turned or inverted, or another picture."""
