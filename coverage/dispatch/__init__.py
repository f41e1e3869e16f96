"""Which unit, which way, which hospital: one call now, and what the county looks like meanwhile."""
