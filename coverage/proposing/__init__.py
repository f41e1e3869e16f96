"""From a wish to a proposal: the case laid out, the model solved, the sites ranked, the county held again."""
