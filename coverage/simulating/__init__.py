"""From a county, its options and the rules to a simulated year."""
