"""Who may use what: an organization's rules, the claims of a run, and the decision on them."""
