"""aicovid under other programs' schedulers; each module needs an extra of its name."""
