"""Travel times on the road network: speeds, snapping, search and isochrones."""
