"""Options as TOML files that a planner writes, reads and edits."""
