"""What a planner opens: map, workbook, GeoPackage, JSON and the table on the terminal."""
