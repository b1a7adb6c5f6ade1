class TrialOperator(OutputsOperator):
    """A run of a round: `cell` is what pxc-tuner said of it, if it did.

    What a run leaves is its XCom also when it has failed: a second one tells the good.
    """

    def __init__(self, *, cell=None, **kwargs):
        super().__init__(**kwargs)
        self.cell = cell

    def execute(self, context, **kwargs):
        found = super().execute(context, **kwargs)
        context["ti"].xcom_push(key="good", value=found)
        return found
