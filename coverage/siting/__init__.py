"""Where facilities help most: candidates, covering and median models, and their solvers."""
