"""From a county and some options to a comparison of them, step by step."""
