"""What a linter adds to a report: which rules hold, what is ignored, what was there before."""
