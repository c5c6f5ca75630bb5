"""What is drawn over radiographs: to learn to look past it, and to test whether that was learnt."""
