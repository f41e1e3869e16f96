"""What planners hand over to dispatch, simulate and calibrate: logs and rules, from files to types."""
