"""The bundle `models/severity-open`: an uncalibrated index from weak labels that anyone may use."""
