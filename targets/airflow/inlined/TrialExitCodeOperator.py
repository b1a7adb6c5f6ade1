class TrialExitCodeOperator(TrialOperator, ExitCodeOperator):
    """A run of a round that is tried again, or not, by its exit code."""
