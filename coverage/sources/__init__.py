"""The world's files, made into study areas."""
