"""The model behind the shipped study area of Linxiang: facts, terrain, townships, roads and people."""
