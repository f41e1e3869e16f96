"""Slow, obvious implementations to hold the quick ones against."""
