"""From observed drives to speeds by road class and hour."""
