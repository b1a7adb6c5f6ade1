class TrialResourceOperator(ResourceOutputsOperator):
    """A resource that runs in a round: `cell` is what pxc-tuner said of it, if it did.

    What a run leaves is its XCom also when it has failed: a second one tells the good.
    """

    def __init__(self, *, cell=None, reader=None, outputs=(), **kwargs):
        super().__init__(reader=reader, outputs=outputs, **kwargs)
        self.cell = cell

    def poke(self, context):
        has_ended = super().poke(context)
        if has_ended:
            self.ti.xcom_push(key="good", value=self.left)
        return has_ended
